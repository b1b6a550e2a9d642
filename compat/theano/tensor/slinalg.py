"""Linear algebra as in SciPy: PyTensor's `tensor.linalg` under Theano's names."""

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import pullback
from pytensor.graph.basic import Variable
from pytensor.scalar import upcast
from pytensor.tensor import linalg as _linalg
from pytensor.tensor.linalg import *
from pytensor.tensor.type_other import NoneConst
from theano.missing import explain_missing
from theano.ops.linalg_checks import require_definite, require_finite, require_regular
from theano.tensor.nlinalg import eigh

imported_scipy = True

__getattr__ = explain_missing(__name__, "pytensor.tensor.linalg")

MATRIX_STRUCTURES = (
    "general",
    "symmetric",
    "lower_triangular",
    "upper_triangular",
    "hermitian",
    "banded",
    "diagonal",
    "toeplitz",
)


class Cholesky:
    """The triangular square root of a positive definite matrix.

    Parameters
    ----------
    lower : bool, default True
        Whether the result is lower triangular: then ``x = dot(L, L.T)``, else ``x = dot(U.T, U)``.
    on_error : {"raise", "nan"}, default "raise"
        What to do where the matrix isn't positive definite: raise an error, or return NaN.

    Examples
    --------
    >>> Cholesky()([[4.0, 2.0], [2.0, 5.0]]).eval().tolist()
    [[2.0, 0.0], [1.0, 2.0]]
    """

    def __init__(self, lower: bool = True, on_error: str = "raise"):
        if on_error not in ("raise", "nan"):
            raise ValueError(f"on_error should be 'raise' or 'nan', got {on_error!r}")
        self.lower = lower
        self.on_error = on_error

    def __call__(self, x: Any) -> Variable:
        x = _matrix(x)
        root = require_finite(_linalg.cholesky(x, lower=self.lower), x)
        if self.on_error == "nan":
            # Where it fails, JAX leaves zeros in the other triangle.
            return pt.switch(pt.any(pt.isnan(root)), np.array(np.nan, root.dtype), root)
        return require_definite(root, x)


cholesky = Cholesky()


class CholeskyGrad:
    """The gradient of :class:`Cholesky`, from the matrix, its root, and the root's gradient.

    Parameters
    ----------
    lower : bool, default True
        Which triangle the root is; the result is that triangle, too.

    Examples
    --------
    >>> CholeskyGrad()([[4.0]], cholesky([[4.0]]), [[1.0]]).eval().tolist()
    [[0.25]]
    """

    def __init__(self, lower: bool = True):
        self.lower = lower

    def __call__(self, x: Any, root: Any, dz: Any) -> Variable:
        x = _matrix(x)
        return pullback(Cholesky(self.lower)(x), x, _matrix(dz))


class Solve:
    """Solve ``A x = b``; where `A` is singular, a call raises a `numpy.linalg.LinAlgError`.

    Parameters
    ----------
    A_structure : str, default "general"
        One of `MATRIX_STRUCTURES`. Of a triangular matrix only that triangle is looked at; others
        are solved as general ones.
    lower, overwrite_A, overwrite_b
        Taken as in Theano, and without effect.

    Examples
    --------
    >>> Solve("lower_triangular")([[2.0, 9.0], [1.0, 1.0]], [2.0, 3.0]).eval().tolist()
    [1.0, 2.0]
    """

    def __init__(
        self,
        A_structure: str = "general",
        lower: bool = False,
        overwrite_A: bool = False,
        overwrite_b: bool = False,
    ):
        if A_structure not in MATRIX_STRUCTURES:
            raise ValueError(
                f"A_structure should be one of {MATRIX_STRUCTURES}, got {A_structure!r}"
            )
        self.A_structure = A_structure
        self.lower = lower

    def __call__(self, A: Any, b: Any) -> Variable:
        A, b = _matrix(A), pt.as_tensor_variable(b)
        if b.ndim not in (1, 2):
            raise ValueError(f"the right side should be a vector or a matrix, not {b.type}")
        dtype = upcast(A.dtype, b.dtype)
        if np.dtype(dtype).kind not in "fc":
            dtype = "float64"
        A, b = pt.cast(A, dtype), pt.cast(b, dtype)
        if self.A_structure.endswith("_triangular"):
            lower = self.A_structure == "lower_triangular"
            found = _linalg.solve_triangular(A, b, lower=lower)
        else:
            found = _linalg.solve(A, b)
        return require_regular(require_finite(found, A, b), A)


solve = Solve()
solve_lower_triangular = Solve(A_structure="lower_triangular", lower=True)
solve_upper_triangular = Solve(A_structure="upper_triangular", lower=False)
solve_symmetric = Solve(A_structure="symmetric")


class Eigvalsh:
    """:func:`eigvalsh` of a given triangle."""

    def __init__(self, lower: bool = True):
        self.lower = lower

    def __call__(self, a: Any, b: Any = None) -> Variable:
        return eigvalsh(a, b, self.lower)


def eigvalsh(a: Any, b: Any, lower: bool = True) -> Variable:
    """Compute the numbers w for which ``a v = w b v`` has a solution.

    Parameters
    ----------
    a : matrix
        Symmetric.
    b : matrix or None
        Symmetric and positive definite; the identity if it is None.
    lower : bool, default True
        Whether the lower or the upper triangle of both is looked at.

    Returns
    -------
    vector
        In ascending order.

    Examples
    --------
    >>> eigvalsh([[2.0, 0.0], [0.0, 3.0]], [[1.0, 0.0], [0.0, 2.0]]).eval().round(3).tolist()
    [1.5, 2.0]
    """
    a = _matrix(a)
    if b is None or b is NoneConst:
        return eigh(a, "L" if lower else "U")[0]
    b = _matrix(b)
    if not lower:
        a, b = a.T, b.T
    dtype = upcast(a.dtype, b.dtype)
    a, b = pt.cast(a, dtype), pt.cast(b, dtype)
    root = cholesky(b)
    whole = pt.tril(a) + pt.tril(a, -1).T
    half = _linalg.solve_triangular(root, whole, lower=True)
    return eigh(_linalg.solve_triangular(root, half.T, lower=True))[0]


class EigvalshGrad:
    """The gradients of :func:`eigvalsh` with respect to both matrices, of a given triangle."""

    def __init__(self, lower: bool = True):
        self.lower = lower

    def __call__(self, a: Any, b: Any, gw: Any) -> list:
        a, b, gw = _matrix(a), _matrix(b), pt.as_tensor_variable(gw)
        return list(pullback(eigvalsh(a, b, self.lower), [a, b], gw))


def kron(a: Any, b: Any) -> Variable:
    """Multiply every element of one tensor by the whole of another.

    Parameters
    ----------
    a, b : tensors
        With three dimensions or more together.

    Returns
    -------
    tensor
        For matrices the Kronecker product; otherwise what Theano computes, which isn't what
        `numpy.kron` does.

    Examples
    --------
    >>> kron([[1, 2]], [[1, 1]]).eval().tolist()
    [[1, 1, 2, 2]]
    """
    a, b = pt.as_tensor_variable(a), pt.as_tensor_variable(b)
    ndim = a.ndim + b.ndim
    if ndim <= 2:
        raise TypeError(f"kron needs 3 dimensions or more together, got {a.ndim} and {b.ndim}")
    outer = pt.shape_padright(a, b.ndim) * b
    if ndim == 3:
        return outer.dimshuffle(1, 0, 2).flatten()
    sizes = [outer.shape[axis] for axis in range(ndim)]
    joined = (sizes[0] * sizes[2], sizes[1] * sizes[3], *sizes[4:])
    return outer.dimshuffle(0, 2, 1, *range(3, ndim)).reshape(joined, ndim=ndim - 2)


def Expm() -> Any:
    """Return the function `expm`, as Theano's class makes an operation."""
    return _linalg.expm


class ExpmGrad:
    """The gradient of :func:`expm`."""

    def __call__(self, A: Any, gw: Any) -> Variable:
        A = _matrix(A)
        return pullback(_linalg.expm(A), A, _matrix(gw))


def _matrix(a):
    a = pt.as_tensor_variable(a)
    if a.ndim != 2:
        raise ValueError(f"expected a matrix, got {a} of {a.ndim} dimensions")
    return a
