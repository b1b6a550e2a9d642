"""Whether axes broadcast, said anew of a tensor.

In PyTensor an axis broadcasts if its size is known to be 1. Where one of size 1 isn't to broadcast,
its size has to be unknown.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from pytensor.gradient import DisconnectedType, disconnected_type
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op
from pytensor.tensor.basic import as_tensor_variable
from pytensor.tensor.type import TensorType

__all__ = ["Rebroadcast"]


class Rebroadcast(Op):
    """Say of some axes whether they broadcast.

    Parameters
    ----------
    *axis : pairs of int and bool
        An axis, and whether its size is 1 and it broadcasts.

    Attributes
    ----------
    axis : dict of int to bool
        The same, by axis.

    Examples
    --------
    >>> import theano.tensor as T
    >>> Rebroadcast((0, True))(T.matrix()).broadcastable
    (True, False)
    >>> Rebroadcast((1, False))(T.col()).broadcastable
    (False, False)
    """

    __props__ = ("pattern",)
    view_map: ClassVar = {0: [0]}

    def __init__(self, *axis: tuple):
        for pair in axis:
            if len(pair) != 2 or not isinstance(pair[1], (bool, int)):
                raise TypeError(f"Rebroadcast takes pairs of an axis and a bool, got {pair!r}")
        self.axis = {int(n): bool(unit) for n, unit in axis}
        self.pattern = tuple(sorted(self.axis.items()))

    def __str__(self):
        return f"Rebroadcast{{{', '.join(f'{n}: {unit}' for n, unit in self.pattern)}}}"

    def make_node(self, x: Any) -> Apply:
        x = as_tensor_variable(x)
        shape = list(x.type.shape)
        for axis, unit in self.pattern:
            if not 0 <= axis < x.ndim:
                raise ValueError(f"there is no axis {axis} in {x.type}")
            if unit and shape[axis] not in (1, None):
                raise ValueError(self.complain(axis, shape[axis]))
            if unit or shape[axis] == 1:
                shape[axis] = 1 if unit else None
        return Apply(self, [x], [TensorType(x.type.dtype, shape=tuple(shape))()])

    def complain(self, axis: int, size: int) -> str:
        """Say that an axis can't broadcast."""
        return f"axis {axis} should have size 1 to broadcast, but has {size}"

    def check(self, shape: Sequence[int]) -> None:
        """Refuse a shape whose axes can't broadcast."""
        for axis, unit in self.pattern:
            if unit and shape[axis] != 1:
                raise ValueError(self.complain(axis, shape[axis]))

    def perform(self, node: Apply, inputs: Sequence, output_storage: list) -> None:
        (x,) = inputs
        self.check(x.shape)
        output_storage[0][0] = x

    def infer_shape(self, *arguments: Any) -> list:
        # (fgraph, node, shapes), or without fgraph, depending on PyTensor's version.
        return [arguments[-1][0]]

    def pullback(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], cotangents: Sequence
    ) -> list:
        (x,), (cotangent,) = inputs, cotangents
        if isinstance(cotangent.type, DisconnectedType):
            return [disconnected_type()]
        back = [(axis, x.type.broadcastable[axis]) for axis, _ in self.pattern]
        return [Rebroadcast(*back)(cotangent)]

    def pushforward(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], tangents: Sequence
    ) -> list:
        (tangent,) = tangents
        if isinstance(tangent.type, DisconnectedType):
            return [disconnected_type()]
        return [self(tangent)]
