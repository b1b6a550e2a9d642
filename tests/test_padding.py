import numpy as np
import pytest
import theano
import theano.tensor as T

from lasagne_expr.theano_extensions.padding import pad
from numerics import finite_difference, variable_for

x = np.arange(1.0, 25.0).reshape(2, 3, 4)


def padded(value, *args, **kwargs):
    variable = variable_for(value)
    return theano.function([variable], pad(variable, *args, **kwargs))(value)


@pytest.mark.parametrize(
    ("width", "batch_ndim", "numpy_width"),
    [
        (2, 1, [(0, 0), (2, 2), (2, 2)]),
        (1, 0, [(1, 1), (1, 1), (1, 1)]),
        (3, 2, [(0, 0), (0, 0), (3, 3)]),
        ([1, 2], 1, [(0, 0), (1, 1), (2, 2)]),
        ([(1, 0), (0, 2)], 1, [(0, 0), (1, 0), (0, 2)]),
        ([0, (3, 1)], 1, [(0, 0), (0, 0), (3, 1)]),
        ((np.int64(1), 2), 1, [(0, 0), (1, 1), (2, 2)]),
    ],
)
@pytest.mark.parametrize("val", [0, -1.5])
def test_pad_is_that_of_numpy(width, batch_ndim, numpy_width, val):
    expected = np.pad(x, numpy_width, mode="constant", constant_values=val)
    np.testing.assert_array_equal(padded(x, width, val, batch_ndim), expected)


def test_nothing_to_pad_returns_the_tensor_itself():
    variable = T.tensor3()
    assert pad(variable, 0) is variable
    assert pad(variable, [], batch_ndim=3) is variable


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "uint8"])
def test_pad_keeps_the_dtype(dtype):
    result = padded(x.astype(dtype), 1, val=3)
    assert result.dtype == dtype
    assert result[0, 0, 0] == 3


def test_pad_with_an_expression():
    variable, val = T.dtensor3(), T.dscalar()
    result = theano.function([variable, val], pad(variable, 1, 2 * val))(x, 0.5)
    np.testing.assert_array_equal(
        result, np.pad(x, [(0, 0), (1, 1), (1, 1)], mode="constant", constant_values=1)
    )


def test_gradient_of_pad_is_that_of_the_inner_part():
    variable = T.dtensor3()
    cost = T.sum(pad(variable, [(1, 2), 1]) ** 3)
    gradient = theano.function([variable], T.grad(cost, variable))(x)
    (expected,) = finite_difference(lambda value: np.sum(value**3), [x])
    np.testing.assert_allclose(gradient, expected, rtol=1e-5)


@pytest.mark.parametrize("val", [0, 0.5])
def test_gradient_compiles_with_all_optimizations(val):
    """Setting the inner part, rather than adding to it, sends Theano's optimizer into a cycle."""
    variable, scale = T.dtensor3(), theano.shared(np.full(6, 2.0))
    cost = T.sum(scale * pad(variable, (0, 1), val) ** 2) + T.sum(variable.flatten(2) ** 2)
    mode = theano.compile.Mode(linker="py", optimizer="fast_run")
    gradient = theano.function([variable], T.grad(cost, variable), mode=mode)(x)
    np.testing.assert_allclose(gradient, 6 * x)


@pytest.mark.parametrize("width", [-1, [1, -2], [(0, 1), (-1, 0)]])
def test_widths_must_not_be_negative(width):
    with pytest.raises(ValueError, match="widths can't be negative"):
        pad(T.tensor3(), width)


@pytest.mark.parametrize("width", [[1], [1, 2, 3], []])
def test_as_many_widths_as_axes(width):
    with pytest.raises(ValueError, match="for each of the 2 axes to pad, got"):
        pad(T.tensor3(), width)


def test_an_axis_has_two_ends():
    with pytest.raises(ValueError, match=r"expected a pair in place of \(1, 2, 3\)"):
        pad(T.tensor3(), [1, (1, 2, 3)])


@pytest.mark.parametrize("width", [1.5, "ab", None, [1, 0.5], [1, (1, "2")]])
def test_widths_must_be_integers(width):
    with pytest.raises(TypeError, match=r"should be (integers|an integer)"):
        pad(T.tensor3(), width)


@pytest.mark.parametrize("batch_ndim", [-1, 4, 1.0])
def test_batch_ndim_out_of_range(batch_ndim):
    with pytest.raises(ValueError, match="batch_ndim should be an integer from 0 to 3"):
        pad(T.tensor3(), 1, batch_ndim=batch_ndim)


def test_integers_are_not_padded_with_fractions():
    with pytest.raises(ValueError, match=r"int64 can't be padded with 0\.5"):
        pad(T.ltensor3(), 1, val=0.5)
