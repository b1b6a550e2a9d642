"""Cumulative sums by JAX: against NumPy's."""

import numpy as np
import pytest
import theano
import theano.tensor as T
from hypothesis import given, settings
from hypothesis import strategies as st

SHAPES = ((1,), (70,), (2000,), (3, 65), (65, 3), (1, 1, 130), (4, 33, 2), (2, 0), (0, 3))


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
def test_along_each_axis(dtype):
    numbers = np.random.RandomState(0)
    for shape in SHAPES:
        x = T.TensorType(dtype, (False,) * len(shape))("x")
        value = (10 * numbers.normal(size=shape)).astype(dtype)
        axes = range(len(shape))
        compute = theano.function([x], [T.cumsum(x, axis=axis) for axis in axes])
        for axis, found in zip(axes, compute(value)):
            assert found.dtype == dtype
            expected = np.cumsum(value, axis=axis, dtype="float64")
            tolerance = 1e-5 if dtype == "float32" else 1e-12
            np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * 2000)


x = T.dmatrix("x")
along_both = theano.function([x], [T.cumsum(x, axis=0), T.cumsum(x, axis=1)])


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 149),
            st.integers(0, 79),
            st.sampled_from([np.inf, -np.inf, np.nan, 1.7e308]),
        ),
        max_size=3,
    )
)
def test_what_is_not_finite_stays_after_its_place(entries):
    value = np.random.RandomState(1).normal(size=(150, 80))
    for row, column, number in entries:
        value[row, column] = number
    for axis, found in enumerate(along_both(value)):
        with np.errstate(all="ignore"):
            expected = np.cumsum(value, axis=axis)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
