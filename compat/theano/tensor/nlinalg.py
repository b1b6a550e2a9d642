"""Linear algebra: PyTensor's `tensor.linalg` under Theano's names and with its defaults."""

import functools
import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import pullback
from pytensor.graph.basic import Variable
from pytensor.tensor import linalg as _linalg
from pytensor.tensor.basic import AllocDiag, ExtractDiag
from pytensor.tensor.linalg import *
from pytensor.tensor.linalg.solvers.lstsq import Lstsq
from theano.missing import explain_missing
from theano.ops.linalg_checks import (
    require_convergence,
    require_regular,
    require_regular_in_gradient,
)

__getattr__ = explain_missing(__name__, "pytensor.tensor.linalg")

alloc_diag = pt.diag
extract_diag = pt.diagonal
trace = pt.trace


def diag(x: Any) -> Variable:
    """Return a matrix's diagonal, or the matrix that has a vector for its diagonal."""
    x = pt.as_tensor_variable(x)
    if x.ndim not in (1, 2):
        raise TypeError(f"diag takes a vector or a matrix, not {x.type}")
    return pt.diag(x)


def det(x: Any) -> Variable:
    """Compute the determinant of a square matrix.

    Parameters
    ----------
    x : square matrix

    Returns
    -------
    scalar
        Where the matrix is singular, a call for its gradient raises a `numpy.linalg.LinAlgError`.

    Examples
    --------
    >>> float(det([[2.0, 0.0], [0.0, 4.0]]).eval())
    8.0
    """
    return require_regular_in_gradient(_linalg.det(_matrix(x)))


def pinv(x: Any) -> Variable:
    """Compute the pseudo-inverse of a matrix, by Moore and Penrose.

    Parameters
    ----------
    x : matrix

    Returns
    -------
    matrix
        Of the transposed shape.

    Examples
    --------
    >>> pinv([[2.0, 0.0], [0.0, 0.0]]).eval().round(3).tolist()
    [[0.5, 0.0], [0.0, 0.0]]
    """
    x = _matrix(x)
    return require_convergence(_linalg.pinv(x), x)


def matrix_inverse(x: Any) -> Variable:
    """Invert a matrix.

    Parameters
    ----------
    x : square matrix

    Returns
    -------
    matrix

    Raises
    ------
    numpy.linalg.LinAlgError
        When a function is called with a singular matrix.

    Examples
    --------
    >>> matrix_inverse([[2.0, 0.0], [0.0, 4.0]]).eval().tolist()
    [[0.5, 0.0], [0.0, 0.25]]
    """
    x = _matrix(x)
    return require_regular(_linalg.matrix_inverse(x), x)


def qr(a: Any, mode: str = "reduced") -> "list | Variable":
    """Split a matrix into an orthogonal and an upper triangular one.

    Parameters
    ----------
    a : matrix
    mode : {"reduced", "complete", "r", "raw"}, default "reduced"
        Whether the first has as many columns as `a`, or is square, or is left out; with "raw", a
        matrix and a vector come as LAPACK computes them.

    Returns
    -------
    list of two, or the second only

    Examples
    --------
    >>> import numpy as np
    >>> [factor.eval().shape for factor in qr(np.ones((3, 2)))]
    [(3, 2), (2, 2)]
    """
    found = _linalg.qr(_matrix(a), mode=mode)
    return [found[0].T, found[1]] if mode == "raw" else found


def eig(a: Any) -> list:
    """Compute the eigenvalues and right eigenvectors of a matrix whose eigenvalues are real.

    Parameters
    ----------
    a : matrix

    Returns
    -------
    list of a vector and a matrix
        Of the dtype of `a`, as in Theano: of complex results the real parts.

    Examples
    --------
    >>> sorted(eig([[2.0, 1.0], [0.0, 3.0]])[0].eval().tolist())
    [2.0, 3.0]
    """
    a = _matrix(a)
    parts = [require_convergence(part, a) for part in _linalg.eig(a)]
    if a.dtype.startswith("complex"):
        return list(parts)
    return [pt.cast(pt.real(part), a.dtype) for part in parts]


def eigh(a: Any, UPLO: str = "L") -> list:
    """Compute the eigenvalues and eigenvectors of a symmetric matrix.

    Parameters
    ----------
    a : matrix
    UPLO : {"L", "U"}, default "L"
        Whether its lower or its upper triangle is looked at.

    Returns
    -------
    list of a vector and a matrix
        The eigenvalues, in ascending order, and the eigenvectors as columns.

    Examples
    --------
    >>> eigh([[2.0, 1.0], [1.0, 2.0]])[0].eval().round(3).tolist()
    [1.0, 3.0]
    """
    if UPLO not in ("L", "U"):
        raise ValueError(f"UPLO should be 'L' or 'U', got {UPLO!r}")
    a = _matrix(a)
    if UPLO == "U":
        a = a.T
    # JAX would take the mean of both triangles.
    lower = pt.tril(a) + pt.tril(a, -1).T.conj()
    return _linalg.eigh(lower if UPLO == "L" else lower.conj())


def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True) -> "list | Variable":
    """Split a matrix into an orthogonal one, a diagonal, and another orthogonal matrix.

    Parameters
    ----------
    a : matrix
    full_matrices : bool, default True
        Whether the orthogonal ones are square.
    compute_uv : bool, default True
        Whether they are computed.

    Returns
    -------
    list of a matrix, a vector and a matrix; or the vector only

    Examples
    --------
    >>> svd([[3.0, 0.0], [0.0, -4.0]], compute_uv=False).eval().tolist()
    [4.0, 3.0]
    """
    a = _matrix(a)
    found = _linalg.svd(a, bool(full_matrices), bool(compute_uv))
    if isinstance(found, Variable):
        return require_convergence(found, a)
    return [require_convergence(part, a) for part in found]


def matrix_dot(*args: Any) -> Variable:
    """Multiply matrices, from left to right."""
    return functools.reduce(pt.dot, args)


def matrix_power(M: Any, n: int) -> Variable:
    """Multiply a square matrix with itself `n` times."""
    if not isinstance(n, numbers.Integral):
        raise TypeError(f"n should be an integer, got {n!r}")
    if n < 0:
        raise ValueError(f"n should be 0 or more, got {n}: take a power of the inverse")
    return _linalg.matrix_power(_matrix(M), int(n))


def norm(x: Any, ord: Any) -> Variable:
    """Compute the norm of a vector or a matrix.

    Parameters
    ----------
    x : vector or matrix
    ord : number, "fro", "inf", "-inf" or None
        Which norm. None is the Euclidean norm of all elements, and so is "fro" of a matrix. A
        matrix has the norms 1, -1, "inf" and "-inf" besides: the greatest or least sum of absolute
        values in a column, or in a row.

    Returns
    -------
    scalar

    Raises
    ------
    ValueError
        If there is no such norm.

    Examples
    --------
    >>> float(norm([3.0, 4.0], 2).eval())
    5.0
    """
    x = pt.as_tensor_variable(x)
    if x.ndim not in (1, 2):
        raise ValueError(f"norm takes a vector or a matrix, not {x.ndim} dimensions")
    sizes = abs(x)
    if ord is None or (ord == "fro" and x.ndim == 2):
        return pt.sum(x**2) ** 0.5
    if ord in ("inf", "-inf", np.inf, -np.inf):
        sums = sizes if x.ndim == 1 else pt.sum(sizes, axis=1)
        return pt.max(sums) if float(ord) > 0 else pt.min(sums)
    if isinstance(ord, str) or (x.ndim == 2 and ord not in (1, -1)):
        raise ValueError(f"there is no norm {ord!r} of {x.ndim} dimensions")
    if x.ndim == 2:
        sums = pt.sum(sizes, axis=0)
        return pt.max(sums) if ord > 0 else pt.min(sums)
    if ord == 0:
        return pt.sum(pt.neq(x, 0), dtype="int64")
    return pt.sum(abs(x**ord)) ** (1.0 / ord)


def tensorinv(a: Any, ind: int = 2) -> Variable:
    """Invert a tensor, taken as a matrix of its first axes by its others.

    Parameters
    ----------
    a : tensor
    ind : int, default 2
        How many axes are the first.

    Returns
    -------
    tensor
        ``tensordot(tensorinv(a), b, ind)`` solves ``tensordot(a, x, b.ndim) = b``.

    Examples
    --------
    >>> import numpy as np
    >>> tensorinv(np.eye(4).reshape(2, 2, 4), ind=2).eval().shape
    (4, 2, 2)
    """
    a = pt.as_tensor_variable(a)
    if ind <= 0:
        raise ValueError(f"tensorinv needs a positive number of axes, got {ind}")
    rows = pt.prod([a.shape[axis] for axis in range(ind)], dtype="int64")
    sizes = [a.shape[axis] for axis in (*range(ind, a.ndim), *range(ind))]
    return matrix_inverse(a.reshape((rows, -1))).reshape(sizes, ndim=a.ndim)


def tensorsolve(a: Any, b: Any, axes: "Sequence | None" = None) -> Variable:
    """Solve ``tensordot(a, x, x.ndim) = b``.

    Parameters
    ----------
    a : tensor
        Of the shape of `b`, followed by that of the solution.
    b : tensor
    axes : sequence of int, optional
        Axes of `a` to move to its end first.

    Returns
    -------
    tensor

    Examples
    --------
    >>> import numpy as np
    >>> tensorsolve(np.eye(6).reshape(2, 3, 6), np.ones((2, 3))).eval().tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    a, b = pt.as_tensor_variable(a), pt.as_tensor_variable(b)
    if axes is not None:
        moved = [axis % a.ndim for axis in axes]
        a = a.transpose(*(axis for axis in range(a.ndim) if axis not in moved), *moved)
    sizes = [a.shape[axis] for axis in range(b.ndim, a.ndim)]
    matrix = a.reshape((b.size, -1))
    solution = require_regular(_linalg.solve(matrix, b.flatten()), matrix)
    return solution.reshape(sizes, ndim=len(sizes))


def _matrix(a):
    a = pt.as_tensor_variable(a)
    if a.ndim != 2:
        raise ValueError(f"expected a matrix, got {a} of {a.ndim} dimensions")
    return a


class lstsq(Lstsq):
    """Solve equations by least squares: ``lstsq()(x, y, rcond)``, as in NumPy."""


def MatrixInverse() -> Any:
    """Return the function `matrix_inverse`, as Theano's class makes an operation."""
    return matrix_inverse


class Eigh:
    """:func:`eigh` of a given triangle."""

    def __init__(self, UPLO: str = "L"):
        self.UPLO = UPLO

    def __call__(self, a: Any) -> list:
        return eigh(a, self.UPLO)


class EighGrad:
    """The gradient of :func:`eigh` from its results' gradients, of a given triangle."""

    def __init__(self, UPLO: str = "L"):
        self.UPLO = UPLO

    def __call__(self, x: Any, w: Any, v: Any, W: Any, V: Any) -> Variable:
        x = _matrix(x)
        return pullback(eigh(x, self.UPLO), x, [pt.as_tensor_variable(W), _matrix(V)])


class QRFull:
    """:func:`qr` in a given mode."""

    def __init__(self, mode: str):
        self.mode = mode

    def __call__(self, a: Any) -> "list | Variable":
        return qr(a, self.mode)


QRIncomplete = QRFull


class SVD:
    """:func:`svd` with given options."""

    def __init__(self, full_matrices: bool = True, compute_uv: bool = True):
        self.full_matrices = full_matrices
        self.compute_uv = compute_uv

    def __call__(self, a: Any) -> "list | Variable":
        return svd(a, self.full_matrices, self.compute_uv)


class TensorInv:
    """:func:`tensorinv` of a given number of axes."""

    def __init__(self, ind: int = 2):
        self.ind = ind

    def __call__(self, a: Any) -> Variable:
        return tensorinv(a, self.ind)


class TensorSolve:
    """:func:`tensorsolve` along given axes."""

    def __init__(self, axes: "Sequence | None" = None):
        self.axes = axes

    def __call__(self, a: Any, b: Any) -> Variable:
        return tensorsolve(a, b, self.axes)
