"""Test values: what a graph computes for example inputs, while it is being built."""

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.gof.op import get_debug_values, get_test_value

from lasagne_expr.layers import Conv2DLayer, DenseLayer, GRULayer, InputLayer, get_output

X = np.array([[0.5, -1.5, 2.0], [0.25, 3.0, -0.75]])


@pytest.fixture
def action():
    """Set the flag for one test."""

    def set_to(value):
        theano.config.compute_test_value = value

    yield set_to
    theano.config.compute_test_value = "off"


def matrix(value=X):
    x = T.dmatrix("x")
    x.tag.test_value = value
    return x


@pytest.mark.parametrize("how", ["raise", "warn", "ignore"])
def test_values_are_computed(action, how):
    action(how)
    x = matrix()
    w = theano.shared(2 * X.T, name="w")
    product = T.dot(x, w)
    loss = T.nnet.sigmoid(product).sum() + x[:, 1:].max()
    np.testing.assert_allclose(product.tag.test_value, X @ (2 * X.T))
    expected = (1 / (1 + np.exp(-(X @ (2 * X.T))))).sum() + 3
    np.testing.assert_allclose(loss.tag.test_value, expected)
    np.testing.assert_allclose(get_test_value(loss), expected)
    assert get_debug_values(loss) == [get_test_value(loss)]


def test_nothing_is_computed_when_it_is_off(action):
    action("raise")
    action("off")
    y = matrix() * 2
    assert not hasattr(y.tag, "test_value")
    assert get_debug_values(y) == []


def test_missing_values(action):
    x = T.dmatrix("x")
    action("ignore")
    y = x * 2
    assert not hasattr(y.tag, "test_value")
    action("warn")
    with pytest.warns(UserWarning, match="Cannot compute test value: input 0 .x. of Op"):
        T.exp(x)
    action("raise")
    with pytest.raises(ValueError, match="Cannot compute test value: input 0 .x. of Op"):
        T.exp(x)
    with pytest.raises(AttributeError, match="x has no test value"):
        get_test_value(x)


def test_errors_are_at_the_line_that_makes_them(action):
    action("raise")
    x = matrix()
    w = theano.shared(X)
    with pytest.raises(ValueError):
        T.dot(x, w)
    with pytest.raises(ValueError):
        x + T.alloc(0.0, 3, 4)


def test_values_of_another_type(action):
    action("raise")
    x = T.ivector("x")
    x.tag.test_value = np.array([0.5])
    with pytest.raises(TypeError, match="(?s)For compute_test_value.*type"):
        T.exp(x)


def test_gradients_and_functions(action):
    action("raise")
    x = matrix()
    w = theano.shared(X[0], name="w")
    cost = T.sqr(T.dot(x, w) - 1).sum()
    gradient = T.grad(cost, w)
    expected = 2 * X.T @ (X @ X[0] - 1)
    np.testing.assert_allclose(gradient.tag.test_value, expected)
    y = T.dmatrix("y")
    y.tag.test_value = X + 1
    compute = theano.function([x, y], [cost + y.sum(), gradient], updates=[(w, w - gradient)])
    found = compute(2 * X, X)
    np.testing.assert_allclose(found[0], ((2 * X @ X[0] - 1) ** 2).sum() + X.sum())
    np.testing.assert_allclose(found[1], 4 * X.T @ (2 * X @ X[0] - 1))
    np.testing.assert_allclose(w.get_value(), X[0] - found[1])


def test_loops(action):
    action("raise")
    x = matrix()
    sums, _ = theano.scan(lambda row, total: total + row, x, outputs_info=T.zeros_like(x[0]))
    np.testing.assert_allclose(sums.tag.test_value, X.cumsum(axis=0))
    with pytest.raises(ValueError):  # in the step
        theano.scan(lambda row, total: total + row[:2], x, outputs_info=T.zeros_like(x[0]))
    gradient = T.grad((sums**2).sum(), x)
    later = 2 * X.cumsum(axis=0)[::-1].cumsum(axis=0)[::-1]
    np.testing.assert_allclose(get_test_value(gradient), later)
    np.testing.assert_allclose((gradient * 2).tag.test_value, 2 * later)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (lambda l_in: DenseLayer(l_in, 4), (2, 3)),
        (lambda l_in: Conv2DLayer(l_in, 2, 3), (2, 1, 5, 5)),
        (lambda l_in: GRULayer(l_in, 4), (2, 3, 5)),
    ],
)
def test_layers(action, layer, shape):
    action("raise")
    x = T.TensorType(theano.config.floatX, (False,) * len(shape))("x")
    x.tag.test_value = np.ones(shape, theano.config.floatX)
    network = layer(InputLayer(shape, x))
    output = get_output(network)
    gradient = T.grad(output.sum(), x)
    assert get_test_value(output).shape == network.output_shape
    compute = theano.function([x], [output, gradient])
    for found, variable in zip(compute(x.tag.test_value), (output, gradient), strict=True):
        np.testing.assert_allclose(found, get_test_value(variable), rtol=1e-5, atol=1e-6)
