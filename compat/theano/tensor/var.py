"""Tensor variables."""

from typing import Any

from pytensor.scalar.basic import GE, GT, LE, LT
from pytensor.tensor.variable import TensorConstant, TensorVariable, _tensor_py_operators
from theano.missing import explain_missing
from theano.tensor.basic import AsTensorError

__getattr__ = explain_missing(__name__, "pytensor.tensor.variable", "pytensor.scalar.basic")


def _is_there(self: Any) -> bool:
    """Let ``if W:`` ask whether there is a variable, as in Theano; ``a < b < c`` stays an error."""
    if self.owner is not None and isinstance(
        getattr(self.owner.op, "scalar_op", None), (LT, LE, GT, GE)
    ):
        raise TypeError("Variables do not support boolean operations.")
    return True


_tensor_py_operators.__bool__ = _is_there

# As any variable, one of a tensor type may be made of its type alone.
TensorVariable.__init__.__defaults__ = (None, None, None)
