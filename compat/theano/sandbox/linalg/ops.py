"""Linear algebra, which has moved to `theano.tensor.nlinalg`, and what is known of matrices."""

from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.math import Dot
from theano.missing import explain_missing
from theano.tensor.nlinalg import MatrixInverse, det, extract_diag, matrix_inverse, trace
from theano.tensor.slinalg import Cholesky, Solve, cholesky, imported_scipy, solve

__all__ = [
    "Cholesky",
    "MatrixInverse",
    "Solve",
    "cholesky",
    "det",
    "extract_diag",
    "hints",
    "is_positive",
    "is_psd",
    "is_symmetric",
    "matrix_inverse",
    "psd",
    "solve",
    "spectral_radius_bound",
    "trace",
]

__getattr__ = explain_missing(__name__, "pytensor.tensor.rewriting.basic", "pytensor.tensor.blas")


def psd(v: Any) -> Variable:
    """Say of a matrix that it is symmetric, and no eigenvalue is negative.

    Parameters
    ----------
    v : matrix

    Returns
    -------
    matrix
        The same values. What is said is kept for :func:`hints`, and has no effect on what is
        compiled: where a matrix is `psd`, call `theano.tensor.slinalg.cholesky` yourself.

    Examples
    --------
    >>> import theano.tensor as T
    >>> x = T.matrix()
    >>> is_psd(psd(x)), is_psd(x)
    (True, False)
    """
    found = pt.tensor_copy(v)
    found.tag.hints = {"psd": True, "symmetric": True}
    return found


def hints(variable: Variable) -> dict:
    """Return what has been said of a matrix, by name."""
    return dict(getattr(variable.tag, "hints", {}))


def is_psd(v: Variable) -> bool:
    """Tell whether it has been said that a matrix is symmetric without negative eigenvalues."""
    return hints(v).get("psd", False)


def is_symmetric(v: Variable) -> bool:
    """Tell whether it has been said that a matrix is symmetric."""
    return hints(v).get("symmetric", False)


def is_positive(v: Variable) -> bool:
    """Tell whether it is known that no element is negative: even powers aren't.

    Examples
    --------
    >>> import theano.tensor as T
    >>> x = T.dmatrix()
    >>> is_positive(x**2), is_positive(x**3), is_positive(x)
    (True, False, False)
    """
    if hints(v).get("positive", False):
        return True
    if v.owner is None or v.owner.op != pt.pow:
        return False
    exponent = pt.get_underlying_scalar_constant_value(v.owner.inputs[1], raise_not_constant=False)
    return not isinstance(exponent, Variable) and bool(exponent % 2 == 0)


def spectral_radius_bound(X: Variable, log2_exponent: int) -> Variable:
    """Bound the largest eigenvalue of a symmetric matrix from above.

    That is ``trace(X ** n) ** (1 / n)`` with ``n = 2 ** log2_exponent``.

    Parameters
    ----------
    X : symmetric matrix
    log2_exponent : int
        How often `X` is multiplied by itself; the bound is the tighter the greater.

    Returns
    -------
    scalar

    Raises
    ------
    TypeError
        If `X` isn't a matrix, or the exponent isn't an int.
    ValueError
        If the exponent isn't positive.

    Examples
    --------
    >>> import theano.tensor as T
    >>> round(float(spectral_radius_bound(T.constant([[2.0, 1.0], [1.0, 2.0]]), 4).eval()), 6)
    3.0
    """
    if X.type.ndim != 2:
        raise TypeError(f"spectral_radius_bound takes a matrix, not {X.type}")
    if not isinstance(log2_exponent, int):
        raise TypeError(f"log2_exponent should be an int, got {log2_exponent!r}")
    if log2_exponent < 1:
        raise ValueError(f"log2_exponent should be positive, got {log2_exponent}")
    power = X
    for _ in range(log2_exponent):
        power = pt.dot(power, power)
    return trace(power) ** (2.0**-log2_exponent)
