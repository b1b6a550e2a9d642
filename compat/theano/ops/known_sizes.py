"""Sizes that PyTensor's types leave unknown, worked out from an operation's inputs.

An operation's node has the sizes of its outputs in their types where they are easy to tell. Others
follow from the shapes of the inputs by what the operation says of shapes, and from integers that
are computed from nothing but constants.
"""

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.scalar.basic import ScalarOp
from pytensor.tensor.basic import (
    Join,
    MakeVector,
    ScalarFromTensor,
    TensorFromScalar,
)
from pytensor.tensor.elemwise import CAReduce, DimShuffle, Elemwise
from pytensor.tensor.shape import Reshape, Shape, Shape_i, SpecifyShape
from pytensor.tensor.subtensor import Subtensor
from pytensor.tensor.type import TensorType, discrete_dtypes

__all__ = ["KnownSizes"]

# What sizes are computed by; others would be run for nothing, or for long.
_ARITHMETIC = (
    CAReduce,
    DimShuffle,
    Elemwise,
    Join,
    MakeVector,
    Reshape,
    ScalarFromTensor,
    ScalarOp,
    SpecifyShape,
    Subtensor,
    TensorFromScalar,
)
_LARGEST = 64  # elements: more than any shape has

# The shape of the graph was an argument in PyTensor 3.0.
_TAKES_FGRAPH = "fgraph" in inspect.signature(Elemwise.infer_shape).parameters


class KnownSizes:
    """What is known of the values and shapes of variables, each worked out once."""

    def __init__(self):
        self._values = {}

    def value(self, variable: Variable) -> "np.ndarray | None":
        """Compute a variable that depends on constants, and on known sizes, only.

        Returns
        -------
        array, or None
            None if it depends on anything else, or isn't as small as a shape.
        """
        pending = [variable]
        while pending:
            current = pending[-1]
            if current in self._values:
                pending.pop()
                continue
            missing = [v for v in _needed(current) if v not in self._values]
            if missing:
                pending += missing
            else:
                self._values[current] = self._compute(current)
                pending.pop()
        return self._values[variable]

    def _compute(self, variable):
        if isinstance(variable, Constant):
            return variable.data if np.size(variable.data) <= _LARGEST else None
        node = variable.owner
        if node is None:
            return None
        if isinstance(node.op, (Shape, Shape_i)):
            return _known_shape(node)
        if not isinstance(node.op, _ARITHMETIC) or not _is_small(variable):
            return None
        values = [self._values[v] for v in node.inputs]
        return None if any(value is None for value in values) else _run(node, variable, values)

    def integers_as_constants(self, inputs: Sequence[Variable]) -> list[Variable]:
        """Put constants for those of a node's inputs that are integers of known value."""
        return [self._as_constant(variable) for variable in inputs]

    def _as_constant(self, variable):
        dtype = getattr(variable.type, "dtype", None)
        if variable.owner is None or dtype not in discrete_dtypes:
            return variable
        if getattr(variable.type, "ndim", 0) > 1:
            return variable
        value = self.value(variable)
        return variable if value is None else variable.type.make_constant(value)

    def tell(self, node: Apply) -> None:
        """Put into the types of a node's outputs the sizes that follow from its inputs."""
        for output, sizes in zip(node.outputs, self._inferred(node)):
            if not isinstance(output.type, TensorType) or sizes is None:
                continue
            shape = tuple(
                self._integer(size) if known is None else known
                for known, size in zip(output.type.shape, sizes)
            )
            if shape != output.type.shape:
                output.type = output.type.clone(shape=shape)

    def _inferred(self, node):
        if not hasattr(node.op, "infer_shape"):
            return ()
        shapes = [_symbolic_shape(variable) for variable in node.inputs]
        given = (None, node, shapes) if _TAKES_FGRAPH else (node, shapes)
        try:
            return node.op.infer_shape(*given)
        except Exception:  # as PyTensor takes it: the operation can't tell
            return ()

    def _integer(self, size) -> "int | None":
        if not isinstance(size, Variable):
            return None if size is None else int(size)
        value = self.value(size)
        return None if value is None else int(value)


def _needed(variable):
    """The variables whose values a variable's value is computed from."""
    node = variable.owner
    if node is None or not isinstance(node.op, _ARITHMETIC) or not _is_small(variable):
        return ()
    return node.inputs


def _is_small(variable):
    shape = getattr(variable.type, "shape", ())
    return len(shape) <= 1 and all(size is None or size <= _LARGEST for size in shape)


def _known_shape(node):
    shape = getattr(node.inputs[0].type, "shape", None)
    if shape is None:
        return None
    if isinstance(node.op, Shape_i):
        size = shape[node.op.i]
        return None if size is None else np.array(size, "int64")
    return None if None in shape else np.array(shape, "int64")


def _symbolic_shape(variable) -> Any:
    if not isinstance(variable.type, TensorType):
        return None
    return tuple(
        Shape_i(axis)(variable) if size is None else pt.constant(size, dtype="int64")
        for axis, size in enumerate(variable.type.shape)
    )


def _run(node, variable, values):
    """Compute a node by itself, without compiling anything."""
    storage = {v: [value] for v, value in zip(node.inputs, values)}
    computed = {v: [True] for v in node.inputs}
    for output in node.outputs:
        storage[output], computed[output] = [None], [False]
    try:
        node.op.make_thunk(node, storage, computed, [], impl="py")()
    except Exception:  # such as an index out of bounds, which the call is to tell of
        return None
    return storage[variable][0]
