"""The operation by which Theano finds the largest elements and their places at once.

Graphs that Theano pickled have it. New ones have an operation for each of the two.
"""

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType, pullback
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op

__all__ = ["MaxAndArgmax"]


class MaxAndArgmax(Op):
    """The maximum along some axes, and where it is.

    Parameters
    ----------
    axis : tuple of int
        The axes; where there are several, places are counted through all of them.
    """

    __props__ = ("axis",)

    def __init__(self, axis: tuple):
        self.axis = tuple(axis)

    def make_node(self, x: Any) -> Apply:
        x = pt.as_tensor_variable(x)
        return Apply(self, [x], [v.type() for v in self.separate(x)])

    def perform(self, node: Apply, inputs: list, output_storage: list) -> None:
        (x,) = inputs
        kept = [axis for axis in range(x.ndim) if axis not in self.axis]
        rows = x.transpose(*kept, *self.axis)
        rows = rows.reshape(*rows.shape[: len(kept)], -1)
        output_storage[0][0] = np.asarray(rows.max(axis=-1))
        output_storage[1][0] = np.asarray(rows.argmax(axis=-1))

    def pullback(self, inputs: list, outputs: list, cotangents: list) -> list:
        if isinstance(cotangents[0].type, DisconnectedType):
            return [inputs[0].zeros_like()]  # the place changes by leaps
        return [pullback(self.separate(inputs[0])[0], inputs[0], cotangents[0])]

    def separate(self, x: Variable) -> list:
        """Apply an operation for each of the two."""
        return [pt.max(x, axis=self.axis), pt.argmax(x, axis=self.axis)]
