"""Slices at a place that a call gives, such as ``data[i * 100 : (i + 1) * 100]``.

JAX compiles for arrays of known shapes, so it can't take such a slice. But its length rarely
depends on `i`. So the lengths are computed before each call, by :class:`SliceLengths`; what is
compiled has them as constants, and only the place is an argument.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.traversal import graph_inputs, io_toposort
from pytensor.tensor.subtensor import (
    IncSubtensor,
    Subtensor,
    flatten_index_variables,
    indices_from_subtensor,
)
from pytensor.tensor.type import integer_dtypes
from theano.compile.mode import INTERPRETED
from theano.lax_op import LaxOp

__all__ = ["MovingSlice", "SliceLengths", "find_moving_slices", "with_windows"]


class Window(LaxOp):
    """A part of an array, of known length along one axis."""

    __props__ = ("axis", "length")

    def __init__(self, axis: int, length: int):
        self.axis = axis
        self.length = length

    def compute(self, x: Any, start: Any) -> Any:
        import jax

        return jax.lax.dynamic_slice_in_dim(x, start, self.length, self.axis)

    def output_shape(self, x: tuple, start: tuple) -> tuple:
        return (*x[: self.axis], self.length, *x[self.axis + 1 :])

    def output_dtype(self, x: str, start: str) -> str:
        return x


class SetWindow(LaxOp):
    """An array with a part of it replaced."""

    __props__ = ("axis",)

    def __init__(self, axis: int):
        self.axis = axis

    def compute(self, x: Any, part: Any, start: Any) -> Any:
        import jax

        return jax.lax.dynamic_update_slice_in_dim(x, part.astype(x.dtype), start, self.axis)

    def output_shape(self, x: tuple, part: tuple, start: tuple) -> tuple:
        return x

    def output_dtype(self, x: str, part: str, start: str) -> str:
        return x


class MovingSlice(NamedTuple):
    """One slice of a node, whose bounds depend on integers that a call gives."""

    node: Apply
    axis: int
    start: Any
    stop: Any


def find_moving_slices(
    inputs: Sequence[Variable], outputs: Sequence[Variable]
) -> list[MovingSlice]:
    """List the slices, of step 1, whose bounds depend on the integers among a graph's inputs."""
    integers = {v for v in inputs if _is_integer(v)}
    found = []
    for node in io_toposort(inputs, outputs) if integers else ():
        if not isinstance(node.op, (Subtensor, IncSubtensor)):
            continue
        for axis, entry in enumerate(_split_indices(node.op, node.inputs)[-1]):
            if not isinstance(entry, slice) or not _is_one(entry.step):
                continue
            bounds = [b for b in (entry.start, entry.stop) if b is not None]
            if not integers.isdisjoint(graph_inputs(bounds)):
                found.append(MovingSlice(node, axis, entry.start, entry.stop))
    return found


def _is_integer(variable):
    return getattr(variable, "ndim", None) == 0 and variable.dtype in integer_dtypes


def _is_one(step):
    return step is None or (isinstance(step, Constant) and step.data == 1)


def _split_indices(op, inputs):
    """Split the inputs of an operation into arrays and a list of indices."""
    count = 2 if isinstance(op, IncSubtensor) else 1
    return (*inputs[:count], list(indices_from_subtensor(inputs[count:], op.idx_list)))


class SliceLengths:
    """The lengths of moving slices, computed from the integers of a call.

    Parameters
    ----------
    slices : list of MovingSlice
        The slices; those whose bounds depend on more than integers are left out.
    inputs : list of variables
        The graph's inputs.
    new : dict of variable to variable
        The graph's variables, specialized to some shapes.
    """

    def __init__(self, slices: Sequence[MovingSlice], inputs: Sequence[Variable], new: Mapping):
        self._integers = [n for n, v in enumerate(inputs) if _is_integer(v)]
        arguments = [new[inputs[n]] for n in self._integers]
        self._slices, self._sizes, bounds = [], [], []
        for moving in slices:
            size = _new(new, moving.node.inputs[0]).type.shape[moving.axis]
            if size is None:
                continue
            start = pt.constant(0) if moving.start is None else _new(new, moving.start)
            stop = pt.constant(size) if moving.stop is None else _new(new, moving.stop)
            if _depend_only_on([start, stop], arguments):
                self._slices.append(moving)
                self._sizes.append(size)
                bounds += [start, stop]
        if bounds:
            self._bounds = pytensor.function(
                arguments, bounds, mode=INTERPRETED, on_unused_input="ignore"
            )
            self._bounds.trust_input = True

    def __call__(self, values: Sequence) -> tuple:
        """Compute the lengths, given a value for each of the graph's inputs."""
        if not self._slices:
            return ()
        bounds = [int(b) for b in self._bounds(*(np.asarray(values[n]) for n in self._integers))]
        ends = zip(bounds[::2], bounds[1::2], self._sizes)
        return tuple(len(range(*slice(start, stop).indices(size))) for start, stop, size in ends)

    def by_node(self, lengths: Sequence[int]) -> dict[Apply, dict[int, int]]:
        """Sort lengths by node and axis."""
        found: dict = {}
        for moving, length in zip(self._slices, lengths):
            found.setdefault(moving.node, {})[moving.axis] = length
        return found


def _new(new, variable):
    return new.get(variable, variable)


def _depend_only_on(variables, given):
    leaves = graph_inputs(variables, blockers=given)
    return all(isinstance(leaf, Constant) or leaf in given for leaf in leaves)


def with_windows(
    op: "Subtensor | IncSubtensor", inputs: Sequence[Variable], lengths: Mapping[int, int]
) -> Variable:
    """Compute what an operation does, with windows for slices of known lengths.

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
    array, *part, indices = _split_indices(op, inputs)
    outside = []
    for axis, length in lengths.items():
        start = _first_position(indices[axis].start, array.type.shape[axis])
        outside.append((array, axis, start))
        array = Window(axis, length)(array, start)
        indices[axis] = slice(None)
    places, variables = flatten_index_variables(indices)
    if isinstance(op, Subtensor):
        return Subtensor(places)(array, *variables)
    array = IncSubtensor(places, set_instead_of_inc=op.set_instead_of_inc)(array, *part, *variables)
    for whole, axis, start in reversed(outside):
        array = SetWindow(axis)(whole, array, start)
    return array


def _first_position(start, size):
    """Compute where a slice starts, counted from 0."""
    if start is None:
        return pt.constant(0)
    start = pt.as_tensor_variable(start)
    return pt.clip(pt.switch(start < 0, start + size, start), 0, size)
