"""What operations made of graphs do here beyond Theano: lists of operations, second gradients."""

import pytest
import theano
import theano.tensor as T

a, b, u, v, c, g = T.dscalars("a", "b", "u", "v", "c", "g")


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"grad_overrides": [theano.OpFromGraph([a, b, g], [2 * g * b]), "default"]}, [8, 3]),
        ({"lop_overrides": ["default", theano.OpFromGraph([a, b, c, g], [c * g])]}, [4, 12]),
        ({"lop_overrides": ["default", None]}, [4, 0]),
        ({"grad_overrides": [T.constant(5.0), "default"]}, [5, 3]),
        ({"grad_overrides": lambda inputs, g: [g[0] * u, g[0]]}, [2, 1]),
    ],
)
def test_gradients_one_by_one(overrides, expected):
    product = theano.OpFromGraph([a, b], [a * b], **overrides)(a, b)
    found = T.grad(product, [a, b], disconnected_inputs="ignore")
    f = theano.function([a, b, u], found, on_unused_input="ignore")
    assert [float(gradient) for gradient in f(3.0, 4.0, 2.0)] == expected


def test_products_by_operations():
    by_one = theano.OpFromGraph([a, b, u, v], [u * 10 + v])
    of_all = theano.OpFromGraph([a, b], [a * b], rop_overrides=by_one)
    f = theano.function([a, b, u, v], T.Rop(of_all(a, b), [a, b], [u, v]))
    assert float(f(3.0, 4.0, 1.0, 2.0)) == 12
    of_one = theano.OpFromGraph([a, b], [a * b, a + b], rop_overrides=["default", by_one])
    f = theano.function([a, b, u, v], T.Rop(of_one(a, b), [a, b], [u, v]))
    assert [float(product) for product in f(3.0, 4.0, 1.0, 2.0)] == [10, 12]


def test_second_gradients():
    cube = theano.OpFromGraph([a, b], [a**3 * b])
    f = theano.function([a, b], T.grad(T.grad(cube(a, b), a), [a, b]))
    assert [float(gradient) for gradient in f(3.0, 4.0)] == [72, 27]
    cube.set_grad_overrides(lambda i, g: [g[0] * i[0] ** 2 * i[1], g[0]])
    f = theano.function([a, b], T.grad(T.grad(cube(a, b), a), [a, b]))
    assert [float(gradient) for gradient in f(3.0, 4.0)] == [24, 9]


def test_outputs_that_nothing_depends_on():
    overrides = lambda i, g: [g[0] * 100 + g[1], g[0]]  # noqa: E731
    both = theano.OpFromGraph([a, b], [a * b, a + b], grad_overrides=overrides)
    f = theano.function([a, b], T.grad(both(a, b)[0], [a, b]))
    assert [float(gradient) for gradient in f(3.0, 4.0)] == [100, 1]


def test_shared_variables_in_overrides():
    w = theano.shared(2.0)
    operation = theano.OpFromGraph(
        [a, b],
        [a * b + w],
        grad_overrides=lambda i, g: [g[0] * w, g[0] * len(i)],
        rop_overrides=lambda i, e: [e[0] * w + e[1]],
    )
    f = theano.function([a, b], T.grad(operation(a, b), [a, b, w]))
    assert [float(gradient) for gradient in f(3.0, 4.0)] == [2, 3, 1]
    w.set_value(5.0)
    assert [float(gradient) for gradient in f(3.0, 4.0)] == [5, 3, 1]
    f = theano.function([a, b, u, v], T.Rop(operation(a, b), [a, b], [u, v]))
    assert float(f(3.0, 4.0, 1.0, 2.0)) == 7


def test_equal_operations_have_equal_overrides():
    def make(**overrides):
        return theano.OpFromGraph([a, b], [a * b], **overrides)

    def rule(inputs, g):
        return [g[0], g[0]]

    assert make() == make()
    assert make(grad_overrides=rule) == make(grad_overrides=rule)
    assert make(grad_overrides=rule) != make()
    assert hash(make(grad_overrides=rule)) == hash(make(grad_overrides=rule))


def test_inputs_that_outputs_do_not_depend_on():
    without = theano.OpFromGraph([a, b], [a * b], connection_pattern=[[True], [False]])
    found = T.grad(without(a, b), [a, b], disconnected_inputs="ignore")
    assert [float(gradient) for gradient in theano.function([a, b], found)(3.0, 4.0)] == [4, 0]
