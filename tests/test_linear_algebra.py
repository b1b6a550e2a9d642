"""Linear algebra that fails, on both engines; its values are in the parity tests."""

import numpy as np
import pytest
import theano
import theano.tensor as T
from numpy.linalg import LinAlgError

REGULAR = np.array([[2.0, 1.0], [0.5, 3.0]])
SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])
RIGHT = np.array([1.0, -1.0])

FAILING = {
    "inverse": (T.nlinalg.matrix_inverse, SINGULAR, np.linalg.inv),
    "solve": (
        lambda x: T.slinalg.solve(x, T.constant(RIGHT)),
        SINGULAR,
        lambda x: np.linalg.solve(x, RIGHT),
    ),
    "lower": (
        lambda x: T.slinalg.solve_lower_triangular(x, T.constant(RIGHT)),
        np.array([[1.0, 5.0], [2.0, 0.0]]),
        lambda x: np.linalg.solve(np.tril(x), RIGHT),
    ),
    "upper": (
        lambda x: T.slinalg.solve_upper_triangular(x, T.constant(RIGHT)),
        np.array([[0.0, 5.0], [2.0, 1.0]]),
        lambda x: np.linalg.solve(np.triu(x), RIGHT),
    ),
    "cholesky": (
        lambda x: T.slinalg.cholesky(T.dot(x, x.T) - T.eye(2)),
        SINGULAR / 10,
        lambda x: np.linalg.cholesky(x @ x.T - np.eye(2)),
    ),
    "tensorinv": (
        lambda x: T.nlinalg.tensorinv(x, ind=1),
        SINGULAR,
        np.linalg.inv,
    ),
}


@pytest.mark.parametrize("name", FAILING)
def test_matrices_that_have_no_result(name):
    graph, matrix, expected = FAILING[name]
    x = T.dmatrix("x")
    compute = theano.function([x], graph(x))
    np.testing.assert_allclose(compute(REGULAR), expected(REGULAR))
    with pytest.raises(LinAlgError):
        compute(matrix)
    np.testing.assert_allclose(compute(REGULAR), expected(REGULAR))


def test_an_update_is_left_out_where_a_result_is_missing():
    w = theano.shared(REGULAR)
    x = T.dmatrix("x")
    step = theano.function([x], updates=[(w, w + T.nlinalg.matrix_inverse(x))])
    with pytest.raises(LinAlgError):
        step(SINGULAR)
    np.testing.assert_array_equal(w.get_value(), REGULAR)
    step(REGULAR)
    np.testing.assert_allclose(w.get_value(), REGULAR + np.linalg.inv(REGULAR))


def test_nan_goes_through_an_inverse():
    x = T.dmatrix("x")
    found = theano.function([x], T.nlinalg.matrix_inverse(x))(np.full((2, 2), np.nan))
    assert np.isnan(found).all()


def test_cholesky_can_return_nan():
    x = T.dmatrix("x")
    root = T.slinalg.Cholesky(on_error="nan")(x)
    compute = theano.function([x], [root, T.grad(T.sum(root), x)])
    assert np.isnan(compute(-REGULAR)[0]).all()
    assert not np.isnan(compute(np.eye(2))).any()
    with pytest.raises(ValueError, match="on_error"):
        T.slinalg.Cholesky(on_error="ignore")


@pytest.mark.filterwarnings("ignore:.*PyTensor interprets it:UserWarning")
def test_what_isnt_taken():
    for function in (T.nlinalg.matrix_inverse, T.nlinalg.det, T.slinalg.cholesky, T.nlinalg.eigh):
        with pytest.raises((AssertionError, ValueError, TypeError)):
            function(T.dvector())
    with pytest.raises((AssertionError, ValueError)):
        T.nlinalg.eigh(T.dmatrix(), UPLO="X")
    with pytest.raises(ValueError):
        T.slinalg.Solve(A_structure="round")
    with pytest.raises(ValueError):
        T.nlinalg.norm(T.dmatrix(), "nuc")
    with pytest.raises(TypeError):
        T.slinalg.kron(T.dvector(), T.dvector())
    with pytest.raises((TypeError, ValueError)):
        T.ravel_multi_index(T.lvector(), (2, 3))
    with pytest.raises(TypeError):
        T.nlinalg.diag(T.dtensor3())
    with pytest.raises(TypeError):
        T.bincount(T.lmatrix())
    n = T.lvector()
    with pytest.raises(AssertionError, match="negative values"):
        theano.function([n], T.bincount(n, assert_nonneg=True))([1, -1])
    with pytest.raises(TypeError):
        T.fill_diagonal_offset(T.dmatrix(), 1.0, 0.5)
