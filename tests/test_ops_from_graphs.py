"""Choices at run time, operations made of graphs, and products with Jacobians."""

import pickle
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


@pytest.mark.parametrize("expression", [lambda: x + y, lambda: (x + y) * 2 - x, lambda: x + x * y])
def test_products_with_jacobians_of_sums(expression):
    """A sum's gradients with respect to its terms are one variable."""
    p, q = T.dvectors("p", "q")
    f = theano.function([x, y, p, q], T.Rop(expression(), [x, y], [p, q]), on_unused_input="ignore")
    found = f(X, Y, np.ones(3), np.full(3, 10.0))
    ends = [theano.function([x, y], expression())(X + h, Y + 10 * h) for h in (1e-6, -1e-6)]
    np.testing.assert_allclose(found, (ends[0] - ends[1]) / 2e-6, rtol=1e-7)


def test_verify_grad():
    generator = np.random.RandomState(0)
    theano.gradient.verify_grad(lambda x: T.tanh(x) * x, [X], rng=generator)
    with pytest.raises(Exception, match="(?i)grad"):
        theano.gradient.verify_grad(
            lambda x: theano.gradient.grad_scale(x, 2.0), [X], rng=generator
        )


a, b, u, v, c, g = T.dscalars("a", "b", "u", "v", "c", "g")


def hundred(inputs, vectors):
    return [100.0 * vectors[0]]


def gradients(inputs, g):
    return [g[0] * 7, g[0] * inputs[1]]


def r_operator(operation, inputs=(a, b)):
    product = operation(*inputs)
    vectors = [u, v][: len(inputs)]
    return theano.function([a, b, u, v], T.Rop(product, list(inputs), vectors))


class TestProductsOfOnesOwn:
    @pytest.mark.parametrize("inline", [False, True])
    @pytest.mark.parametrize(
        ("overrides", "expected"),
        [
            ({}, 10),
            ({"rop_overrides": hundred}, 100),
            ({"rop_overrides": [lambda i, e: i[0] * e[0] + e[1]]}, 5),
            ({"rop_overrides": ["default"]}, 10),
            # a product goes by the graph unless it is overridden itself
            ({"lop_overrides": lambda i, o, g: [g[0] * 50, g[0]]}, 10),
        ],
    )
    def test_of_one_output(self, overrides, expected, inline):
        operation = theano.OpFromGraph([a, b], [a * b], inline=inline, **overrides)
        assert float(r_operator(operation)(3.0, 4.0, 1.0, 2.0)) == expected

    def test_of_several_outputs(self):
        overrides = [lambda i, e: e[0] * 7, "default"]
        operation = theano.OpFromGraph([a, b], [a * b, a + b], rop_overrides=overrides)
        found = r_operator(operation)(3.0, 4.0, 1.0, 2.0)
        assert [float(product) for product in found] == [7, 3]

    def test_below_and_above_other_operations(self):
        operation = theano.OpFromGraph([a, b], [a * b], rop_overrides=hundred)
        # 100 of the product for a = 3 and 2 * 12 of the square
        f = theano.function([a, b, u], T.Rop(operation(a, b) ** 2, a, u))
        assert float(f(3.0, 4.0, 1.0)) == 2400
        # the vector of a * b is b * u
        doubled = theano.OpFromGraph([a], [a * 2], rop_overrides=hundred)
        f = theano.function([a, b, u], T.Rop(doubled(a * b) + a, a, u))
        assert float(f(3.0, 4.0, 1.0)) == 401

    def test_by_a_method(self):
        operation = theano.OpFromGraph([a, b], [a * b])
        operation.set_rop_overrides(hundred)
        assert float(r_operator(operation)(3.0, 4.0, 1.0, 2.0)) == 100


class TestGradientsByOperations:
    @pytest.mark.parametrize(
        ("overrides", "expected"),
        [
            ({"grad_overrides": theano.OpFromGraph([a, b, g], [2 * g * b, 3 * g * a])}, [8, 9]),
            ({"lop_overrides": theano.OpFromGraph([a, b, c, g], [2 * g * c, g * a])}, [24, 3]),
        ],
    )
    def test_in_place_of_functions(self, overrides, expected):
        operation = theano.OpFromGraph([a, b], [a * b], **overrides)
        f = theano.function([a, b], T.grad(operation(a, b), [a, b]))
        assert [float(gradient) for gradient in f(3.0, 4.0)] == expected

    def test_by_methods(self):
        operation = theano.OpFromGraph([a, b], [a * b])
        operation.set_grad_overrides(gradients)
        f = theano.function([a, b], T.grad(operation(a, b), [a, b]))
        assert [float(gradient) for gradient in f(3.0, 4.0)] == [7, 4]
        operation = theano.OpFromGraph([a, b], [a * b])
        operation.set_lop_overrides(lambda inputs, outputs, g: [g[0] * outputs[0], g[0]])
        f = theano.function([a, b], T.grad(operation(a, b), [a, b]))
        assert [float(gradient) for gradient in f(3.0, 4.0)] == [12, 1]

    def test_of_an_operation_within_another(self):
        inner = theano.OpFromGraph([a, b], [a * b + 1], grad_overrides=gradients)
        outer = theano.OpFromGraph([a, b], [inner(a + 1, b) * 2])
        f = theano.function([a, b], [outer(a, b), *T.grad(outer(a, b), [a, b])])
        assert [float(value) for value in f(3.0, 4.0)] == [34, 14, 8]


def test_an_operation_shows_what_it_is():
    w = theano.shared(2.0)
    operation = theano.OpFromGraph([a, b], [a * b + w], name="weighted")
    assert isinstance(operation, theano.gof.Op)
    assert operation(a, b).owner.op is operation
    assert str(operation) == "weighted{inline=False}"
    assert len(operation.local_inputs) == 3
    # PyTensor 3.0 has another use for the name that Theano gives them.
    assert getattr(operation, "unlisted_inputs", operation.shared_inputs) == [w]
    assert [t.dtype for t in operation.input_types][:2] == ["float64"] * 2
    assert operation.connection_pattern(operation(a, b).owner) == [[True]] * 3


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: theano.OpFromGraph([a, b], 3),
        lambda: theano.OpFromGraph([a, 3], [a]),
        lambda: theano.OpFromGraph([a], [a], updates=[]),
        lambda: theano.OpFromGraph([a], [a], givens=[]),
        lambda: theano.OpFromGraph([a, b], [a * b])(a),
        lambda: theano.OpFromGraph([a], [a * 2], lop_overrides=hundred, grad_overrides=hundred),
        lambda: T.grad(theano.OpFromGraph([a], [a * 2], grad_overrides=[hundred] * 2)(a), a),
    ],
)
def test_wrong_arguments(wrong):
    with pytest.raises((TypeError, ValueError)):
        wrong()


def test_an_operation_in_a_loop():
    product = theano.OpFromGraph([a, b], [a * b], grad_overrides=gradients)
    h, _ = theano.scan(lambda s: product(s, s), sequences=x)
    f = theano.function([x], [h, T.grad(h.sum(), x)])
    np.testing.assert_allclose(f(X), [X**2, 7 + X])


def test_values_of_tests():
    old = theano.config.compute_test_value
    theano.config.compute_test_value = "raise"
    try:
        p, q = T.dscalars("p", "q")
        p.tag.test_value, q.tag.test_value = np.float64(3), np.float64(4)
        w = theano.shared(2.0)
        plain = theano.OpFromGraph([p, q], [p * q + w])(p, q)
        assert float(plain.tag.test_value) == 14
        assert float(T.grad(plain, p).tag.test_value) == 4
        overridden = theano.OpFromGraph([p, q], [p * q], grad_overrides=gradients)(p, q)
        assert float(T.grad(overridden, p).tag.test_value) == 7
    finally:
        theano.config.compute_test_value = old


def test_pickled():
    for overrides in ({}, {"grad_overrides": gradients, "rop_overrides": hundred}):
        operation = theano.OpFromGraph([a, b], [a * b + 1], **overrides)
        other = pickle.loads(pickle.dumps(operation))
        f = theano.function([a, b], [other(a, b), T.grad(other(a, b), a)])
        assert [float(value) for value in f(3.0, 4.0)] == [13, 7 if overrides else 4]
        assert float(r_operator(other)(3.0, 4.0, 1.0, 1.0)) == (100 if overrides else 7)


class Doubled(theano.gof.Op):
    """As programs have written operations, with rules of their own."""

    __props__ = ()

    def make_node(self, x):
        x = T.as_tensor_variable(x)
        return theano.gof.Apply(self, [x], [x.type()])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = 2 * inputs[0]

    def infer_shape(self, node, shapes):
        return shapes

    def grad(self, inputs, output_gradients):
        return [2 * output_gradients[0]]

    def R_op(self, inputs, eval_points):
        return [30 * eval_points[0] if eval_points[0] is not None else None]


def test_operations_with_rules_of_their_own():
    f = theano.function([x, y], [Doubled()(x) + y, T.Rop(Doubled()(x * 2) + x, x, y)])
    np.testing.assert_allclose(f(X, Y), [2 * X + Y, 61 * Y])
