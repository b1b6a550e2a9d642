"""Choices at run time, operations made of graphs, and products with Jacobians."""

import warnings

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.ifelse import ifelse

x, y = T.dvectors("x", "y")
X, Y = np.array([1.0, -2.0, 3.0]), np.array([4.0, 5.0, -6.0])


def test_ifelse():
    condition = T.iscalar("condition")
    chosen = ifelse(condition, x**2, x * y)
    both = ifelse(T.gt(condition, 0), [x, y], [y, x])
    compute = theano.function([condition, x, y], [chosen, *T.grad(chosen.sum(), [x, y]), *both])
    np.testing.assert_allclose(compute(1, X, Y), [X**2, 2 * X, 0 * Y, X, Y])
    np.testing.assert_allclose(compute(0, X, Y), [X * Y, Y, X, Y, X])


@pytest.mark.parametrize("inline", [False, True])
def test_an_operation_of_a_graph(inline):
    w = theano.shared(np.array([2.0, 3.0, 4.0]), name="w")
    operation = theano.OpFromGraph([x, y], [x * y + w, w * x], inline=inline)
    outputs = operation(x + 1, y)
    cost = T.sum(outputs[0] ** 2) + outputs[1].sum()
    compute = theano.function([x, y], [*outputs, *T.grad(cost, [x, y, w])])
    first, W = (X + 1) * Y + w.get_value(), w.get_value()
    expected = [first, W * (X + 1), 2 * first * Y + W, 2 * first * (X + 1), 2 * first + X + 1]
    np.testing.assert_allclose(compute(X, Y), expected)


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"grad_overrides": lambda inputs, g: [g[0] * 7, g[0] * inputs[1]]}, [7 + 0 * X, Y]),
        ({"grad_overrides": [lambda inputs, g: g[0] * 7, "default"]}, [7 + 0 * X, X]),
        ({"lop_overrides": ["default", lambda i, outputs, g: g[0] * outputs[0]]}, [Y, X * Y]),
    ],
)
def test_gradients_of_ones_own(overrides, expected):
    product = theano.OpFromGraph([x, y], [x * y], **overrides)(x, y)
    compute = theano.function([x, y], [product, *T.grad(product.sum(), [x, y])])
    np.testing.assert_allclose(compute(X, Y), [X * Y, *expected])


@pytest.mark.parametrize("module", [theano, T, theano.gradient])
def test_products_with_jacobians(module):
    f = T.dot(x, np.arange(9.0).reshape(3, 3)) ** 2
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)
        products = [module.Rop(f, x, y), module.Lop(f, x, y)]
    jacobian = (2 * X @ np.arange(9.0).reshape(3, 3))[:, None] * np.arange(9.0).reshape(3, 3).T
    found = theano.function([x, y], products)(X, Y)
    np.testing.assert_allclose(found, [jacobian @ Y, Y @ jacobian])


def test_verify_grad():
    generator = np.random.RandomState(0)
    theano.gradient.verify_grad(lambda x: T.tanh(x) * x, [X], rng=generator)
    with pytest.raises(Exception, match="(?i)grad"):
        theano.gradient.verify_grad(
            lambda x: theano.gradient.grad_scale(x, 2.0), [X], rng=generator
        )
