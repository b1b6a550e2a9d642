"""The lengths of slices at a place that a call gives, such as ``data[i * 100 : (i + 1) * 100]``.

JAX compiles for arrays of known shapes, so it can't take such a slice. But its length rarely
depends on `i`. So the lengths are computed before each call; what is compiled has them as
constants, and only the place is an argument: it is a dynamic slice.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.traversal import graph_inputs, io_toposort
from pytensor.tensor.subtensor import IncSubtensor, Subtensor
from pytensor.tensor.type import integer_dtypes
from theano.link.modes import INTERPRETED
from theano.ops.dynamic_slices import split_indices

__all__ = ["MovingSlice", "SliceLengths", "find_moving_slices"]


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
        for axis, entry in enumerate(split_indices(node.op, node.inputs)[-1]):
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
