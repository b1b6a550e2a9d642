"""The nodes of a loop's step, sorted by when they run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from pytensor.compile.ops import DeepCopyOp, TypeCastingOp
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.tensor import subtensor
from pytensor.tensor.basic import (
    Alloc,
    ARange,
    Eye,
    Join,
    MakeVector,
    ScalarFromTensor,
    Split,
    TensorFromScalar,
)
from pytensor.tensor.elemwise import CAReduce, DimShuffle, Elemwise
from pytensor.tensor.shape import Reshape, Shape, Shape_i, SpecifyShape
from pytensor.tensor.special import LogSoftmax, Softmax
from pytensor.tensor.type import TensorType
from theano.link.dispatch.scan_nodes import NodeFunctions, rewrite_step
from theano.ops.fusion_barrier import FusionBarrier

__all__ = ["ONCE", "StepParts", "is_cheap", "made_by", "n_bytes"]

# Operations that are computed anew rather than kept for the gradient.
_CHEAP = (
    Alloc,
    FusionBarrier,
    ARange,
    CAReduce,
    DeepCopyOp,
    DimShuffle,
    Elemwise,
    Eye,
    Join,
    LogSoftmax,
    MakeVector,
    Reshape,
    ScalarFromTensor,
    Shape,
    Shape_i,
    Softmax,
    SpecifyShape,
    Split,
    TensorFromScalar,
    TypeCastingOp,
    subtensor.Subtensor,
    subtensor.IncSubtensor,
    subtensor.AdvancedSubtensor,
    subtensor.AdvancedIncSubtensor,
    # PyTensor's newer versions have no operations for one index apart.
    *(getattr(subtensor, f"Advanced{kind}Subtensor1", Join) for kind in ("", "Inc")),
)

# How much memory the values of all steps may take that are computed at once.
_AT_ONCE_BYTES = 2**28

# What a variable depends on: neither sequences nor states; sequences only; states.
ONCE, BY_SEQUENCE, BY_STATE = range(3)


class StepParts:
    """A loop's step for inputs of known shapes, its nodes sorted by when they run.

    Parameters
    ----------
    scan : Scan
    steps : int
    values : tuple
        The step's inputs, as `Scan.inner_values` tells them.

    Attributes
    ----------
    once, before, inside, after : lists of nodes
        What runs once; before the loop, for all steps at once; in the loop; and after it, for all
        steps at once.
    sequences, taps, carried, constant : lists
        The step's inputs, as `Scan.split_inner_inputs` sorts them. A constant is None if its value
        is known.
    new_states, others, new_carried, condition
        The step's outputs.
    slices : list of variables
        What the loop takes for each step, from the sequences and from what runs before.
    histories : list of variables
        What the loop returns of each step, besides the states.
    """

    def __init__(self, scan: Any, steps: int, values: tuple):
        self.scan = scan
        self.steps = steps
        fgraph, inputs = self._step(values)
        self.functions = NodeFunctions(fgraph)
        self.sequences, self.constant = inputs.sequences, inputs.constant
        self.taps, self.carried = inputs.taps, inputs.carried
        ends = np.cumsum([scan.n_states, scan.n_outputs, scan.n_carried])
        self.new_states = fgraph.outputs[: ends[0]]
        self.others = fgraph.outputs[ends[0] : ends[1]]
        self.new_carried = fgraph.outputs[ends[1] : ends[2]]
        self.condition = fgraph.outputs[-1] if scan.until else None
        self._levels = self._find_levels(fgraph)
        self._sort_nodes()
        self._find_borders()

    def _step(self, values):
        inputs, outputs = self.scan.specialized(values)
        free = [n for n, v in enumerate(inputs) if v is not None]
        fgraph = FunctionGraph([inputs[n] for n in free], list(outputs), clone=True)
        rewrite_step(fgraph)
        by_position = dict(zip(free, fgraph.inputs))
        every = [by_position.get(n) for n in range(len(inputs))]
        return fgraph, self.scan.split_inner_inputs(every)

    def _find_levels(self, fgraph):
        levels = dict.fromkeys(self.sequences, BY_SEQUENCE)
        levels.update(dict.fromkeys((*self.all_taps, *self.carried), BY_STATE))
        for node in self.functions.nodes:
            level = max((levels.get(v, ONCE) for v in node.inputs), default=ONCE)
            levels.update(dict.fromkeys(node.outputs, level))
        return levels

    @property
    def all_taps(self) -> list:
        """All values of states that the step takes."""
        return [v for of_state in self.taps for v in of_state]

    def level(self, variable: Variable) -> int:
        """Tell what a variable depends on."""
        return self._levels.get(variable, ONCE)

    def _sort_nodes(self):
        by_level = {ONCE: [], BY_SEQUENCE: [], BY_STATE: []}
        for node in self.functions.nodes:
            by_level[self.level(node.outputs[0])].append(node)
        self.once, self.before, inside = by_level.values()
        if self.scan.until or not self._fit_at_once(self.before):
            self.before = []
            inside = [n for n in self.functions.nodes if self.level(n.outputs[0]) != ONCE]
        self.inside, self.after = self._without_tail(inside)

    def _without_tail(self, inside):
        """Split off what no later step needs, if that is costly."""
        needed = _above([*self.new_states, *self.new_carried], inside)
        tail = [n for n in inside if n not in needed]
        if self.scan.until or all(map(is_cheap, tail)) or not self._fit_at_once(tail):
            return inside, []
        if not {v for n in tail for v in n.inputs}.isdisjoint(self.carried):
            return inside, []  # carried values have no history
        return [n for n in inside if n in needed], tail

    def _fit_at_once(self, nodes):
        return self.steps * sum(n_bytes(v) for n in nodes for v in n.outputs) <= _AT_ONCE_BYTES

    def _find_borders(self):
        prepared = {*self.sequences, *made_by(self.before)}
        inside, after = made_by(self.inside), made_by(self.after)
        outputs = [v for v in self.others if v not in after]
        used_inside = [v for n in self.inside for v in n.inputs]
        used_inside += [*self.new_states, *self.new_carried]
        used_inside += [] if self.condition is None else [self.condition]
        used_after = [v for n in self.after for v in n.inputs]
        self.slices = _unique(v for v in used_inside if v in prepared)
        self.histories = _unique(
            v for v in (*used_after, *outputs) if v in inside and v not in self.new_states
        )
        self.prepared = _unique(
            v
            for v in (*self.slices, *used_after, *outputs)
            if v in prepared and v not in self.sequences
        )
        self.into_after = _unique(v for v in used_after if self.level(v) != ONCE and v not in after)


def is_cheap(node: Apply) -> bool:
    """Tell whether a node's outputs are computed anew rather than kept."""
    return isinstance(node.op, _CHEAP)


def made_by(nodes: Iterable[Apply]) -> set:
    """The outputs of nodes."""
    return {v for node in nodes for v in node.outputs}


def n_bytes(variable: Variable) -> int:
    """The size of a variable of known shape in memory."""
    if not isinstance(variable.type, TensorType) or None in variable.type.shape:
        return 0
    return math.prod(variable.type.shape) * np.dtype(variable.type.dtype).itemsize


def _above(variables: Sequence[Variable], nodes: Sequence[Apply]) -> set:
    """Those of the nodes that variables depend on."""
    needed, found = set(variables), set()
    for node in reversed(nodes):
        if any(v in needed for v in node.outputs):
            found.add(node)
            needed.update(node.inputs)
    return found


def _unique(variables):
    return list(dict.fromkeys(variables))
