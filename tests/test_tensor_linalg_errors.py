"""Errors of linear algebra where there is no result, or no gradient; on both engines."""

import warnings

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.tensor import nlinalg, slinalg

warnings.filterwarnings("ignore", category=DeprecationWarning, module="theano")

SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])
INDEFINITE = np.array([[1.0, 2.0], [2.0, 1.0]])
DEFINITE = np.array([[2.0, 0.5], [0.5, 1.0]])
NAN = np.array([[np.nan, 1.0], [1.0, 1.0]])
ONES = np.ones(2)


def lower(x):
    return slinalg.solve_lower_triangular(x, T.constant(ONES))


def upper(x):
    return slinalg.solve_upper_triangular(x, T.constant(ONES))


MISSING = [
    (slinalg.cholesky, INDEFINITE),
    (slinalg.Cholesky(lower=False), INDEFINITE),
    (nlinalg.matrix_inverse, SINGULAR),
    (lambda x: slinalg.solve(x, T.constant(ONES)), SINGULAR),
    (lambda x: slinalg.solve_symmetric(x, T.constant(ONES)), SINGULAR),
    (lower, np.array([[1.0, 0.0], [2.0, 0.0]])),
    (upper, np.array([[0.0, 2.0], [0.0, 1.0]])),
    (lambda x: slinalg.eigvalsh(T.constant(DEFINITE), x), INDEFINITE),
]


def gradient(make, x):
    return T.grad(make(x).sum(), x)


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize("case", range(len(MISSING)))
def test_of_results_and_their_gradients_alone(case, mode):
    make, matrix = MISSING[case]
    x = T.dmatrix()
    for output in (make(x), gradient(make, x)):
        f = theano.function([x], output, mode=mode)
        assert np.isfinite(f(DEFINITE)).all()
        with pytest.raises(np.linalg.LinAlgError):
            f(matrix)


def test_of_the_gradient_by_the_right_side():
    x, b = T.dmatrix(), T.dvector()
    f = theano.function([x, b], T.grad(slinalg.solve(x, b).sum(), b))
    np.testing.assert_allclose(f(DEFINITE, ONES), np.linalg.solve(DEFINITE.T, ONES))
    with pytest.raises(np.linalg.LinAlgError):
        f(SINGULAR, ONES)


def test_of_a_determinants_gradient_only():
    x = T.dmatrix()
    assert theano.function([x], nlinalg.det(x))(SINGULAR) == 0
    assert theano.function([x], T.log(nlinalg.det(x)))(SINGULAR) == -np.inf
    for make in (nlinalg.det, lambda x: T.log(nlinalg.det(x))):
        f = theano.function([x], gradient(make, x))
        with pytest.raises(np.linalg.LinAlgError):
            f(SINGULAR)
    f = theano.function([x], gradient(lambda x: T.log(nlinalg.det(x)), x))
    np.testing.assert_allclose(f(DEFINITE), np.linalg.inv(DEFINITE).T)


@pytest.mark.parametrize("make", [slinalg.cholesky, lambda x: slinalg.solve(x, T.constant(ONES))])
def test_what_is_not_finite_has_no_factor(make):
    x = T.dmatrix()
    for output in (make(x), gradient(make, x)):
        with pytest.raises(ValueError):
            theano.function([x], output)(NAN)


@pytest.mark.parametrize(
    "make", [nlinalg.pinv, lambda x: nlinalg.svd(x, compute_uv=False), lambda x: nlinalg.eig(x)[0]]
)
def test_what_is_not_finite_has_no_decomposition(make):
    x = T.dmatrix()
    f = theano.function([x], make(x))
    assert np.isfinite(f(DEFINITE)).all()
    with pytest.raises(np.linalg.LinAlgError):
        f(NAN)


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
def test_a_singular_diagonal_matrix_has_a_pseudo_inverse(mode):
    d = T.dvector()
    f = theano.function([d], nlinalg.pinv(T.diag(d)), mode=mode)
    np.testing.assert_allclose(f(np.array([2.0, 0.0])), [[0.5, 0], [0, 0]])


def test_a_factor_may_be_nan_instead():
    x = T.dmatrix()
    make = slinalg.Cholesky(on_error="nan")
    for output in (make(x), gradient(make, x)):
        assert np.isnan(theano.function([x], output)(INDEFINITE)).all()
