"""Every expression on drawn shapes: wide, tall, filters, of rank 1 and of size 1."""

import math

import numpy as np
import pytest
import theano
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from expression_cases import ARGUMENTS, SQUARE_ONLY, class_names
from lasagne_expr import expressions
from lasagne_expr.layers import Conv1DLayer, Conv3DLayer, get_all_params, get_output
from lasagne_expr.updates import adam

TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
INTERPRET = theano.compile.Mode(linker="py", optimizer=None)


@st.composite
def square_shapes(draw):
    """Square matrices, and filters that are square as matrices."""
    size = draw(st.integers(1, 6))
    divisors = [n for n in range(1, size + 1) if size % n == 0]
    first = draw(st.sampled_from(divisors))
    return draw(st.sampled_from([(size, size), (size, first, size // first), (size, size, 1, 1)]))


def shapes(name):
    if name in SQUARE_ONLY:
        return square_shapes()
    any_shape = st.lists(st.integers(1, 5), min_size=2, max_size=5).map(tuple)
    return any_shape.filter(lambda shape: math.prod(shape) <= 60)


def fits(name, shape):
    """Tell whether the expression has any values of a shape but a single point."""
    numbers = math.prod(shape[1:])
    if name == "Grassmannian":
        return shape[0] != numbers
    if name == "Standardized":
        return (shape[0] if len(shape) == 2 else numbers) > 1
    return True


def evaluate(value):
    value = getattr(value.tag, "deterministic", value)
    return theano.function([], value, mode=INTERPRET, no_default_updates=True)()


@pytest.mark.parametrize("name", class_names())
@settings(max_examples=12)
@given(data=st.data())
def test_starts_in_its_set_and_comes_back_from_its_inverse(name, data):
    shape = data.draw(shapes(name))
    assume(fits(name, shape))
    dtype = data.draw(st.sampled_from(sorted(TOLERANCE)))
    np.random.seed(data.draw(st.integers(0, 100)))
    arguments = (np.ones((1,)),) if name == "Masked" else ARGUMENTS.get(name, ())
    spec = getattr(expressions, name)(*arguments)
    with theano.configparser.change_flags(floatX=dtype):
        value = evaluate(spec(shape))
        assert value.shape == shape
        assert value.dtype == dtype
        assert spec.contains(value, TOLERANCE[dtype])
        variables = [theano.shared(array) for array in spec.inverse(value)]
        again = evaluate(spec.expression(variables, shape))
    scale = max(1, abs(value).max())
    np.testing.assert_allclose(again, value, rtol=0, atol=TOLERANCE[dtype] * scale)


@pytest.mark.parametrize(
    ("kind", "input_shape"), [(Conv1DLayer, (2, 3, 7)), (Conv3DLayer, (2, 1, 4, 4, 4))]
)
def test_filters_of_one_and_three_dimensions_stay_orthonormal(kind, input_shape):
    """The filters are 3-D and 5-D arrays, of which each is a row of an orthonormal matrix."""
    x = np.random.RandomState(1).normal(size=input_shape).astype(theano.config.floatX)
    layer = kind(input_shape, 3, 2, W=expressions.Orthogonal())
    loss = ((get_output(layer, x) - 1) ** 2).mean()
    updates = adam(loss, get_all_params(layer, trainable=True), learning_rate=0.1)
    step = theano.function([], loss, updates=updates)
    losses = [float(step()) for _ in range(20)]
    assert losses[-1] < losses[0]
    rows = layer.W.eval().reshape(3, -1)
    np.testing.assert_allclose(rows @ rows.T, np.eye(3), atol=1e-5)
