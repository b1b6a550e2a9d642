"""Higher derivatives of loops inside loops, which Theano gets wrong or can't compute."""

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.gradient import Rop, hessian, jacobian

from numerics import finite_difference


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
