"""Errors of linear algebra, which JAX doesn't raise: it returns NaN or infinite numbers."""

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.raise_op import CheckAndRaise

__all__ = ["require_definite", "require_regular"]

_DEFINITE = CheckAndRaise(np.linalg.LinAlgError, "cholesky: the matrix isn't positive definite")
_REGULAR = CheckAndRaise(np.linalg.LinAlgError, "Singular matrix")


def require_definite(root: Variable) -> Variable:
    """Return a triangular root; where it couldn't be computed, a call raises a LinAlgError."""
    return _DEFINITE(root, ~pt.any(pt.isnan(root)))


def require_regular(result: Variable, matrix: Variable) -> Variable:
    """Return what was computed by the inverse of a matrix.

    Parameters
    ----------
    result : tensor variable
        The inverse, or a product with it.
    matrix : tensor variable

    Returns
    -------
    tensor variable
        `result`; where it is infinite, though `matrix` isn't, a call raises a LinAlgError.
    """
    return _REGULAR(result, _is_finite(result) | ~_is_finite(matrix))


def _is_finite(x):
    return pt.all(abs(x) < np.inf)
