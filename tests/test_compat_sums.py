"""Sums of float32 by JAX: against NumPy's in float64."""

import numpy as np
import pytest
import theano
import theano.tensor as T
from hypothesis import given, settings
from hypothesis import strategies as st


@st.composite
def sums(draw):
    shape = draw(st.lists(st.sampled_from([0, 1, 3, 17, 64, 257, 300]), min_size=1, max_size=3))
    axes = draw(st.none() | st.sets(st.integers(0, len(shape) - 1)))
    return tuple(shape), axes if axes is None else tuple(sorted(axes))


@settings(max_examples=25, deadline=None)
@given(sums(), st.integers(0, 100))
def test_of_any_shape_and_axes(sum_of, seed):
    shape, axes = sum_of
    x = T.TensorType("float32", (False,) * len(shape))("x")
    value = np.random.RandomState(seed).normal(1, 1, shape).astype("float32")
    found = theano.function([x], x.sum(axis=axes))(value)
    assert found.dtype == "float32"
    np.testing.assert_allclose(found, value.sum(axis=axes, dtype="float64"), rtol=2e-6, atol=1e-4)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("shape", "axis"), [((200_000,), 0), ((200_000, 3), 0), ((3, 200_000), 1)])
def test_of_many_numbers_is_exact_to_the_last_digits(dtype, shape, axis):
    x = T.TensorType("float32", (False,) * len(shape))("x")
    value = np.full(shape, 0.1, "float32")  # added one by one in float32, 8e-4 would be lost
    found = theano.function([x], T.sum(T.sqr(x), axis=axis, dtype=dtype))(value)
    expected = np.square(value).sum(axis=axis, dtype="float64")
    np.testing.assert_allclose(found, expected, rtol=1e-6 if dtype == "float32" else 1e-12)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "bool", "int32"])
def test_of_integers_as_float32_does_not_wrap_around(dtype):
    x = T.TensorType(dtype, (False,))("x")
    value = np.full(70_000, np.iinfo("int32").max if dtype == "int32" else 1, dtype)
    found = theano.function([x], T.sum(x, dtype="float32"))(value)
    np.testing.assert_allclose(found, float(value[0]) * value.size, rtol=1e-6)
