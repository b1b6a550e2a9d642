"""Higher derivatives of loops inside loops, which Theano gets wrong or can't compute."""

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.gof.graph import ancestors
from theano.gradient import Rop, hessian, jacobian
from theano.link.dispatch.scan import second_gradients
from theano.link.unrolled_loop import unrolled_derivatives
from theano.ops.scan import Pullback

from numerics import finite_difference


def normal(*shape, seed=0):
    return np.random.RandomState(seed).normal(size=shape)


@pytest.mark.filterwarnings("ignore:.*Numba will use object mode:UserWarning")
@pytest.mark.parametrize("mode", ["FAST_COMPILE", "NUMBA"])
def test_other_modes(mode):
    x = T.dvector("x")
    products, _ = theano.scan(lambda p: p * x, outputs_info=T.ones_like(x), n_steps=3)
    of_cube = jacobian(products[-1], x)
    second = hessian(products[-1].sum(), x)
    penalty = T.grad((of_cube**2).sum(), x)
    found = theano.function([x], [of_cube, second, penalty], mode=mode)([1.0, 2.0])
    for values, expected in zip(found, ([3, 12], [6, 12])):
        np.testing.assert_allclose(values, np.diag(expected))
    np.testing.assert_allclose(found[2], [36, 288])


def test_hessian_of_a_sequence_that_is_a_weight_too():
    w = T.dvector("w")
    states, _ = theano.scan(
        lambda a, p, w: p * w.sum() + T.sin(a * w).sum(), w, T.constant(0.5, dtype="float64"), w
    )
    first = T.grad(states[-1], w)
    compute = theano.function([w], [first, hessian(states[-1], w), Rop(first, w, T.ones_like(w))])
    value = np.array([0.1, -0.2, 0.3])
    _, second, product = compute(value)
    for n in range(3):
        (expected,) = finite_difference(lambda w, n=n: compute(w)[0][n], [value])
        np.testing.assert_allclose(second[n], expected, rtol=1e-6)
    np.testing.assert_allclose(product, second.sum(axis=1))


def test_penalty_on_a_hessian():
    x = T.dvector("x")
    products, _ = theano.scan(lambda p: p * x, outputs_info=T.ones_like(x), n_steps=3)
    penalty = (hessian((products[-1] ** 2).sum(), x) ** 2).sum()  # 900 x^8
    found = theano.function([x], T.grad(penalty, x))([1.0, 0.5])
    np.testing.assert_allclose(found, [7200, 7200 / 2**7])


@pytest.mark.filterwarnings("error:.*PyTensor interprets it:UserWarning")
def test_third_derivatives():
    w = T.dvector("w")
    cubes, _ = theano.scan(lambda a, p, w: p + a**3 * w.sum(), w, T.zeros((), "float64"), w)
    third = jacobian(hessian(cubes[-1], w).flatten(), w)
    value = np.array([0.3, -0.4])
    second = theano.function([w], hessian(cubes[-1], w).flatten())
    found = theano.function([w], third)(value)
    for n in range(4):
        (expected,) = finite_difference(lambda w, n=n: second(w)[n], [value])
        np.testing.assert_allclose(found[n], expected, rtol=1e-6)


@pytest.mark.filterwarnings("ignore:.*PyTensor interprets it:UserWarning")
def test_loop_that_ends_by_a_condition():
    w = T.dvector("w")
    states, _ = theano.scan(
        lambda p, w: (p * w.sum() + T.sin(w).sum(), theano.scan_module.until(p > 3)),
        outputs_info=T.constant(0.5, dtype="float64"),
        non_sequences=w,
        n_steps=20,
    )
    value = np.array([0.4, 0.5, 0.6])
    compute = theano.function([w], [states, jacobian(states, w), hessian(states[-1], w)])
    found, first, second = compute(value)
    last = theano.function([w], T.grad(states[-1], w))
    for n in range(len(found)):
        (expected,) = finite_difference(lambda w, n=n: compute(w)[0][n], [value])
        np.testing.assert_allclose(first[n], expected, rtol=1e-6)
    for n in range(3):
        (expected,) = finite_difference(lambda w, n=n: last(w)[n], [value])
        np.testing.assert_allclose(second[n], expected, rtol=1e-6)


def test_steps_as_one_graph_give_what_jax_gives():
    """With all that a loop may have: several taps, outputs that are no states, carried values."""
    x, first, w = T.dvector("x"), T.dvector("first"), T.dscalar("w")
    total = theano.shared(np.array(0.5))

    def step(x, a, b, h, w):
        outputs = [a * b + w * x, (h * x) ** 2 * total, T.sin(h * w + x)]
        return outputs, {total: total * w}

    (states, squares, waves), updates = theano.scan(
        step,
        x,
        [{"initial": first, "taps": [-2, -1]}, None, T.constant(0.3, dtype="float64")],
        w,
    )
    cost = (states**2).sum() + squares.sum() + (waves**3).sum() + updates[total] ** 2
    gradients = T.grad(cost, [x, first, w])
    penalty = sum((gradient**2).sum() for gradient in gradients)
    outputs = T.grad(penalty, [x, first, w])
    node = next(v.owner for v in ancestors(outputs) if isinstance(v.owner and v.owner.op, Pullback))
    tensors = [v for v in node.inputs if hasattr(v.type, "dtype")]
    found = theano.function([x, first, w], tensors)(normal(4), normal(2, seed=1), 0.7)
    by_variable = dict(zip(tensors, found))
    inputs = [by_variable.get(v) for v in node.inputs]
    unrolled = unrolled_derivatives(node.op, inputs, steps=4)(*inputs)
    for one, expected in zip(unrolled, second_gradients(node.op, inputs), strict=True):
        np.testing.assert_allclose(one, expected, rtol=1e-9, atol=1e-12)
