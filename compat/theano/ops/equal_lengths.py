"""That two tensors have as many elements along their first axes, such as labels and predictions."""

from collections.abc import Sequence
from typing import Any, ClassVar

from pytensor.gradient import disconnected_type
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op
from pytensor.tensor.basic import as_tensor_variable

__all__ = ["EqualLengths", "equal_lengths"]


class EqualLengths(Op):
    """The first of two tensors; an error if the second isn't as long along the first axis.

    Examples
    --------
    >>> equal_lengths([1, 2], [[1.0], [2.0]]).eval().tolist()
    [1, 2]
    """

    __props__ = ()
    view_map: ClassVar = {0: [0]}

    def make_node(self, x: Any, other: Any) -> Apply:
        x, other = as_tensor_variable(x), as_tensor_variable(other)
        lengths = [x.type.shape[0], other.type.shape[0]]
        if None not in lengths and lengths[0] != lengths[1]:
            raise ValueError(self.complain([x, other], lengths))
        return Apply(self, [x, other], [x.type()])

    def complain(self, variables: Sequence[Variable], lengths: Sequence[int]) -> str:
        """Say that two lengths differ."""
        first, second = (f"{v} has {size}" for v, size in zip(variables, lengths))
        return f"as many elements are needed along the first axis, but {first} and {second}"

    def perform(self, node: Apply, inputs: Sequence, output_storage: list) -> None:
        x, other = inputs
        if len(x) != len(other):
            raise ValueError(self.complain(node.inputs, [len(x), len(other)]))
        output_storage[0][0] = x

    def infer_shape(self, *arguments: Any) -> list:
        # (fgraph, node, shapes), or without fgraph, depending on PyTensor's version.
        return [arguments[-1][0]]

    def connection_pattern(self, node: Apply) -> list:
        return [[True], [False]]

    def pullback(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], cotangents: Sequence
    ) -> list:
        return [cotangents[0], disconnected_type()]


equal_lengths = EqualLengths()
