"""Linear algebra as in SciPy: PyTensor's `tensor.linalg` under Theano's names."""

from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor.linalg import *
from pytensor.tensor.linalg import solve, solve_triangular
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.tensor.linalg")


def solve_lower_triangular(A: Any, b: Any) -> Variable:
    """Solve ``A x = b``, looking at the lower triangle of `A` only."""
    return solve_triangular(pt.as_tensor_variable(A), pt.as_tensor_variable(b), lower=True)


def solve_upper_triangular(A: Any, b: Any) -> Variable:
    """Solve ``A x = b``, looking at the upper triangle of `A` only."""
    return solve_triangular(pt.as_tensor_variable(A), pt.as_tensor_variable(b), lower=False)


def solve_symmetric(A: Any, b: Any) -> Variable:
    """Solve ``A x = b`` with a symmetric `A`."""
    return solve(pt.as_tensor_variable(A), pt.as_tensor_variable(b), assume_a="sym")
