"""Errors of linear algebra, which JAX doesn't raise: it returns NaN or infinite numbers.

They are those that NumPy and SciPy raise under Theano: also where only a gradient is computed.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType, disconnected_type
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op
from pytensor.raise_op import CheckAndRaise

__all__ = [
    "CheckedInGradient",
    "LinAlgCheck",
    "require_convergence",
    "require_definite",
    "require_finite",
    "require_regular",
    "require_regular_in_gradient",
]


class LinAlgCheck(CheckAndRaise):
    """A check of a result whose gradient is computed from the result, and so is checked too."""

    def pullback(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], cotangents: Sequence
    ) -> list:
        return _checked_gradient(self, inputs, cotangents)


class CheckedInGradient(Op):
    """A result as it is, whose gradient needs more than the result does.

    Parameters
    ----------
    check : LinAlgCheck
        What the gradient is checked by. The operation's inputs are the result, and conditions.
    """

    __props__ = ("check",)
    view_map: ClassVar = {0: [0]}

    def __init__(self, check: LinAlgCheck):
        self.check = check

    def make_node(self, result: Any, *conditions: Any) -> Apply:
        return Apply(self, [result, *map(pt.as_tensor_variable, conditions)], [result.type()])

    def perform(self, node: Apply, inputs: Sequence, output_storage: list) -> None:
        output_storage[0][0] = inputs[0]

    def infer_shape(self, *arguments: Any) -> list:
        # (fgraph, node, shapes), or without fgraph, depending on PyTensor's version.
        return [arguments[-1][0]]

    def connection_pattern(self, node: Apply) -> list:
        return [[n == 0] for n in range(len(node.inputs))]

    def pullback(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], cotangents: Sequence
    ) -> list:
        return _checked_gradient(self.check, inputs, cotangents)

    def pushforward(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], tangents: Sequence
    ) -> list:
        tangent, *_ = tangents
        if isinstance(tangent.type, DisconnectedType):
            return [disconnected_type()]
        return [self.check(tangent, *inputs[1:])]


def _checked_gradient(check, inputs, cotangents):
    (cotangent,), (_, *conditions) = cotangents, inputs
    if not isinstance(cotangent.type, DisconnectedType):
        cotangent = check(cotangent, *conditions)
    return [cotangent, *(disconnected_type() for _ in conditions)]


_DEFINITE = LinAlgCheck(np.linalg.LinAlgError, "cholesky: the matrix isn't positive definite")
_REGULAR = LinAlgCheck(np.linalg.LinAlgError, "Singular matrix")
_CONVERGED = LinAlgCheck(np.linalg.LinAlgError, "the decomposition did not converge")
_FINITE = LinAlgCheck(ValueError, "array must not contain infs or NaNs")


def require_finite(result: Variable, *given: Variable) -> Variable:
    """Return what was computed of tensors; where these aren't finite, it is a ValueError."""
    return _FINITE(result, *map(_is_finite, given))


def require_convergence(result: Variable, matrix: Variable) -> Variable:
    """Return a part of a decomposition; where its matrix isn't finite, it is a LinAlgError."""
    return _CONVERGED(result, _is_finite(matrix))


def require_definite(root: Variable, matrix: Variable) -> Variable:
    """Return a triangular root of a matrix; where there is none, a call raises a LinAlgError."""
    return _DEFINITE(root, ~pt.any(pt.isnan(root)) | ~_is_finite(matrix))


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


def require_regular_in_gradient(determinant: Variable) -> Variable:
    """Return a determinant, whose gradient has the inverse of a matrix in it."""
    return CheckedInGradient(_REGULAR)(determinant, pt.neq(determinant, 0))


def _is_finite(x):
    return pt.all(abs(x) < np.inf)
