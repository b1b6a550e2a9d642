"""Cumulative sums from the end, which gradients of cumulative sums are."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op

__all__ = ["CumsumFromEnd"]


class CumsumFromEnd(Op):
    """For each element, the sum of it and of those after it.

    Parameters
    ----------
    axis : int
        The axis, counted from the first.
    """

    __props__ = ("axis",)

    def __init__(self, axis: int):
        self.axis = axis

    def make_node(self, x: Variable) -> Apply:
        return Apply(self, [x], [x.type()])

    def infer_shape(self, *arguments: Any) -> Sequence:
        return arguments[-1]  # after the node, and the graph, depending on PyTensor's version

    def perform(self, node: Apply, inputs: Sequence, output_storage: list) -> None:
        sums = np.cumsum(np.flip(inputs[0], self.axis), self.axis, inputs[0].dtype)
        output_storage[0][0] = np.flip(sums, self.axis)
