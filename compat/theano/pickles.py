"""Pickles that Theano wrote: of shared variables, and of graphs of common operations.

They hold the attributes of Theano's types and operations. Where those of PyTensor's differ, the
object is made anew.
"""

from collections.abc import Callable

from pytensor.graph.basic import Apply
from pytensor.tensor.elemwise import CAReduce, DimShuffle
from pytensor.tensor.math import Prod, Sum
from pytensor.tensor.special import LogSoftmax, Softmax
from pytensor.tensor.type import TensorType

__all__: list = []


def _read_theanos(kind: type, own: str, make: Callable) -> None:
    """Have pickled attributes without the one called `own` taken for Theano's."""
    inherited = getattr(kind, "__setstate__", lambda self, state: vars(self).update(state))

    def __setstate__(self, state):
        inherited(self, state if own in state else vars(make(state)))

    kind.__setstate__ = __setstate__


def _axes(state):
    axis = state["axis"]
    return None if axis is None else tuple(axis)


_read_theanos(
    TensorType,
    "shape",
    lambda state: TensorType(
        state["dtype"],
        shape=[1 if broadcasts else None for broadcasts in state["broadcastable"]],
        name=state["name"],
        sparse_grad=state.get("sparse_grad", False),
    ),
)
_read_theanos(
    DimShuffle,
    "input_ndim",
    lambda state: DimShuffle(
        input_ndim=len(state["input_broadcastable"]), new_order=state["new_order"]
    ),
)
for reduction in (Sum, Prod):
    _read_theanos(
        reduction,
        "upcast_discrete_output",
        lambda state, kind=reduction: kind(_axes(state), state["dtype"], state["acc_dtype"]),
    )
_read_theanos(
    CAReduce, "upcast_discrete_output", lambda state: CAReduce(state["scalar_op"], _axes(state))
)


def _set_node(self, state):
    # Of Theano's softmax there are no attributes to pickle; PyTensor's knows its input's type.
    kind = type(state["op"])
    if kind in (Softmax, LogSoftmax) and not vars(state["op"]):
        state["op"] = kind(axis=-1)(*state["inputs"]).owner.op
    vars(self).update(state)


Apply.__setstate__ = _set_node
