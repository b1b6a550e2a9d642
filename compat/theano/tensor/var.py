"""Tensor variables."""

from typing import Any

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant
from pytensor.scalar.basic import GE, GT, LE, LT
from pytensor.tensor import _as_tensor_variable
from pytensor.tensor.variable import TensorConstant, _tensor_py_operators
from pytensor.tensor.variable import TensorVariable as _PyTensorVariable
from theano.missing import explain_missing

__getattr__ = explain_missing(
    __name__, "pytensor.tensor.variable", "pytensor.scalar.basic", "theano.tensor.basic"
)


class AsTensorError(TypeError, NotImplementedError):
    """What isn't a tensor, and can't be made one: Theano's TypeError, which PyTensor lacks."""


@_as_tensor_variable.register(object)
def _refuse(x: Any, name: Any = None, ndim: Any = None, **kwargs: Any) -> Any:
    raise AsTensorError(
        f"Cannot convert {x!r} of type {type(x).__name__} to a tensor: give a number, an array, a "
        "list of these, or a tensor variable"
    )


class _Expressions(type(_PyTensorVariable)):
    """Takes PyTensor's variables for its own, but not shared variables and constants.

    The class that has it is equal to PyTensor's, as programs compare types.
    """

    def __instancecheck__(cls, instance: Any) -> bool:
        return cls.__subclasscheck__(type(instance))

    def __subclasscheck__(cls, subclass: type) -> bool:
        if cls is not TensorVariable:
            return super().__subclasscheck__(subclass)
        # PyTensor's classes ask this one, as one of theirs: so these aren't asked.
        bases = subclass.__mro__
        return _PyTensorVariable in bases and not {Constant, SharedVariable}.intersection(bases)

    def __eq__(cls, other: Any) -> bool:
        return cls is other or (cls is TensorVariable and other is _PyTensorVariable)

    def __hash__(cls) -> int:
        return hash(_PyTensorVariable) if cls is TensorVariable else super().__hash__()


class TensorVariable(_PyTensorVariable, metaclass=_Expressions):
    """An input or an expression: what Theano's programs tell from shared variables and constants.

    To PyTensor these are tensor variables as well.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> isinstance(T.matrix(), T.TensorVariable)
    True
    >>> isinstance(theano.shared(1.0), T.TensorVariable)
    False
    """


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
