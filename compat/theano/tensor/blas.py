"""Products of matrices and vectors, as BLAS names them.

Theano's optimizer makes these; here XLA does such work itself, so they are what they compute. What
is called `inplace` computes the same.
"""

from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from theano.missing import explain_missing
from theano.tensor.basic import batched_dot

__all__ = [
    "batched_dot",
    "gemm",
    "gemm_inplace",
    "gemm_no_inplace",
    "gemv",
    "gemv_inplace",
    "gemv_no_inplace",
    "ger",
    "ger_destructive",
]

__getattr__ = explain_missing(__name__, "pytensor.tensor.blas", "pytensor.tensor.rewriting.blas")


def gemm(z: Any, alpha: Any, x: Any, y: Any, beta: Any) -> Variable:
    """Compute ``beta * z + alpha * dot(x, y)`` of matrices.

    Examples
    --------
    >>> float(gemm([[1.0]], 2.0, [[3.0]], [[4.0]], 10.0).eval()[0, 0])
    34.0
    """
    return beta * pt.as_tensor_variable(z) + alpha * pt.dot(x, y)


def gemv(y: Any, alpha: Any, A: Any, x: Any, beta: Any) -> Variable:
    """Compute ``beta * y + alpha * dot(A, x)`` of a matrix and vectors."""
    return beta * pt.as_tensor_variable(y) + alpha * pt.dot(A, x)


def ger(A: Any, alpha: Any, x: Any, y: Any) -> Variable:
    """Compute ``A + alpha * outer(x, y)`` of a matrix and vectors."""
    return pt.as_tensor_variable(A) + alpha * pt.outer(x, y)


def _dot22(x: Any, y: Any) -> Variable:
    """Multiply two matrices."""
    return pt.dot(x, y)


def _dot22scalar(x: Any, y: Any, a: Any) -> Variable:
    """Multiply two matrices and a number."""
    return a * pt.dot(x, y)


gemm_inplace = gemm_no_inplace = gemm
gemv_inplace = gemv_no_inplace = gemv
ger_destructive = ger
