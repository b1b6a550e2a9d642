"""Linear algebra: PyTensor's `tensor.linalg` under Theano's names and with its defaults."""

from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor import linalg as _linalg
from pytensor.tensor.linalg import *
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.tensor.linalg")

# Of a matrix its diagonal, and of a vector the matrix that has it for one.
diag = pt.diag
alloc_diag = pt.diag
extract_diag = pt.diagonal
trace = pt.trace


def qr(a: Any, mode: str = "reduced") -> "list | Variable":
    """Split a matrix into an orthogonal and an upper triangular one.

    Parameters
    ----------
    a : matrix
    mode : {"reduced", "complete", "r"}, default "reduced"
        Whether the first has as many columns as `a`, or is square, or is left out.

    Returns
    -------
    list of two matrices, or the second only

    Examples
    --------
    >>> import numpy as np
    >>> [factor.eval().shape for factor in qr(np.ones((3, 2)))]
    [(3, 2), (2, 2)]
    """
    return _linalg.qr(pt.as_tensor_variable(a), mode=mode)


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
    return _linalg.eigh(pt.as_tensor_variable(a), lower=UPLO == "L")
