"""Cumulative sums by JAX: against NumPy's."""

import numpy as np
import pytensor
import pytest
import theano
import theano.tensor as T
from hypothesis import given, settings
from hypothesis import strategies as st
from theano.ops.cumulative import CumsumFromEnd

SHAPES = ((1,), (70,), (2000,), (3, 65), (65, 3), (1, 1, 130), (4, 33, 2), (2, 0), (0, 3))


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
@pytest.mark.parametrize("step", [1, -1])
def test_along_each_axis(step, dtype):
    numbers = np.random.RandomState(0)
    for shape in SHAPES:
        x = T.TensorType(dtype, (False,) * len(shape))("x")
        value = (10 * numbers.normal(size=shape)).astype(dtype)
        flips = [(slice(None),) * n + (slice(None, None, step),) for n in range(len(shape))]
        sums = [T.cumsum(x[flip], axis=axis)[flip] for axis, flip in enumerate(flips)]
        compute = theano.function([x], sums)
        for axis, (flip, found) in enumerate(zip(flips, compute(value))):
            assert found.dtype == dtype
            expected = np.cumsum(value[flip], axis=axis, dtype="float64")[flip]
            tolerance = 1e-5 if dtype == "float32" else 1e-12
            np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * 2000)


def test_gradients_are_summed_from_the_end_without_flipping():
    x, weights = T.dmatrix("x"), T.dmatrix("weights")
    gradient = T.grad((T.cumsum(x, axis=1) * weights).sum(), x)
    graph = pytensor.graph.FunctionGraph([x, weights], [gradient], clone=True)
    theano.compile.FAST_RUN.optimizer.rewrite(graph)
    assert [type(node.op) for node in graph.toposort()] == [CumsumFromEnd]
    value = np.random.RandomState(2).normal(size=(3, 100))
    expected = np.cumsum(value[:, ::-1], axis=1)[:, ::-1]
    np.testing.assert_allclose(gradient.eval({x: value, weights: value}), expected)
    (found,) = graph.outputs
    np.testing.assert_allclose(
        found.eval({graph.inputs[1]: value}, mode=theano.Mode(linker="py")), expected
    )


@pytest.mark.parametrize(
    "flip",
    [
        lambda x: T.cumsum(x[::-1], axis=1)[::-1],
        lambda x: T.cumsum(x[:, ::-1], axis=1)[:, ::-2],
        lambda x: T.cumsum(x[:, ::-1], axis=1)[:, 3::-1],
        lambda x: T.cumsum(x[::-1, ::-1], axis=1)[:, ::-1],
        lambda x: T.cumprod(x[:, ::-1], axis=1)[:, ::-1],
    ],
)
def test_what_flips_something_else(flip):
    x = T.dmatrix("x")
    value = np.random.RandomState(2).normal(size=(3, 5))
    plain = theano.function([x], flip(x), mode=theano.Mode(linker="py", optimizer=None))
    np.testing.assert_allclose(theano.function([x], flip(x))(value), plain(value))


x = T.dmatrix("x")
along_both = theano.function(
    [x],
    [
        *(T.cumsum(x, axis=axis) for axis in (0, 1)),
        T.cumsum(x[::-1], axis=0)[::-1],
        T.cumsum(x[:, ::-1], axis=1)[:, ::-1],
    ],
)


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
def test_what_is_not_finite_stays_in_the_sums_that_it_is_part_of(entries):
    value = np.random.RandomState(1).normal(size=(150, 80))
    for row, column, number in entries:
        value[row, column] = number
    for n, found in enumerate(along_both(value)):
        flipped = np.flip(value, n % 2) if n > 1 else value
        with np.errstate(all="ignore"):
            expected = np.cumsum(flipped, axis=n % 2)
        expected = np.flip(expected, n % 2) if n > 1 else expected
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
