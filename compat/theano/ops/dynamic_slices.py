"""Slices of known length at a place that isn't known: XLA's dynamic slices."""

from collections.abc import Mapping, Sequence

import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor.subtensor import (
    IncSubtensor,
    Subtensor,
    flatten_index_variables,
    indices_from_subtensor,
)
from theano.ops.lax_op import LaxOp

__all__ = ["DynamicSlice", "DynamicUpdateSlice", "split_indices", "with_dynamic_slices"]


class DynamicSlice(LaxOp):
    """A part of an array, of known length along one axis."""

    __props__ = ("axis", "length")

    def __init__(self, axis: int, length: int):
        self.axis = axis
        self.length = length

    def output_shape(self, x: tuple, start: tuple) -> tuple:
        return (*x[: self.axis], self.length, *x[self.axis + 1 :])

    def output_dtype(self, x: str, start: str) -> str:
        return x


class DynamicUpdateSlice(LaxOp):
    """An array with a part of it replaced."""

    __props__ = ("axis",)

    def __init__(self, axis: int):
        self.axis = axis

    def output_shape(self, x: tuple, part: tuple, start: tuple) -> tuple:
        return x

    def output_dtype(self, x: str, part: str, start: str) -> str:
        return x


def split_indices(op: "Subtensor | IncSubtensor", inputs: Sequence[Variable]) -> tuple:
    """Split the inputs of an operation into arrays and a list of indices."""
    count = 2 if isinstance(op, IncSubtensor) else 1
    return (*inputs[:count], list(indices_from_subtensor(inputs[count:], op.idx_list)))


def with_dynamic_slices(
    op: "Subtensor | IncSubtensor", inputs: Sequence[Variable], lengths: Mapping[int, int]
) -> Variable:
    """Compute what an operation does, with dynamic slices where lengths are known.

    Parameters
    ----------
    op : Subtensor or IncSubtensor
        The operation.
    inputs : list of variables
        Its inputs.
    lengths : dict of int to int
        The length of a moving slice by its axis.

    Returns
    -------
    variable
    """
    array, *part, indices = split_indices(op, inputs)
    outside = []
    for axis, length in lengths.items():
        start = _first_position(indices[axis].start, array.type.shape[axis])
        outside.append((array, axis, start))
        array = DynamicSlice(axis, length)(array, start)
        indices[axis] = slice(None)
    places, variables = flatten_index_variables(indices)
    if isinstance(op, Subtensor):
        return Subtensor(places)(array, *variables)
    array = IncSubtensor(places, set_instead_of_inc=op.set_instead_of_inc)(array, *part, *variables)
    for whole, axis, start in reversed(outside):
        array = DynamicUpdateSlice(axis)(whole, array, start)
    return array


def _first_position(start, size):
    """Compute where a slice starts, counted from 0."""
    if start is None:
        return pt.constant(0)
    start = pt.as_tensor_variable(start)
    return pt.clip(pt.switch(start < 0, start + size, start), 0, size)
