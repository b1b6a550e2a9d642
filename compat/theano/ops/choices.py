"""Choices made when a function runs: what chooses, and what is computed for a branch only."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, KeysView, Sequence
from typing import Any

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.op import Op
from pytensor.graph.traversal import io_toposort
from pytensor.raise_op import CheckAndRaise

with warnings.catch_warnings():
    # It moved; this place is the one that all of PyTensor 3 has.
    warnings.simplefilter("ignore", DeprecationWarning)
    from pytensor.ifelse import IfElse, ifelse

__all__ = ["IfElse", "Unfit", "UnfitError", "eager_nodes", "has_checks_in_branches", "ifelse"]


class UnfitError(NotImplementedError):
    """That a branch doesn't fit, in what computes all branches; with the error to raise."""

    def __init__(self, error: Exception):
        super().__init__(str(error))
        self.error = error


class Unfit(Op):
    """Stands for what can't be computed, in a branch that may not be taken.

    Parameters
    ----------
    error : Exception
        What it raises where it is computed.
    types : list of types
        Of its outputs.
    """

    def __init__(self, error: Exception, types: Sequence):
        self.error = error
        self.types = list(types)

    def make_node(self) -> Apply:
        return Apply(self, [], [kind() for kind in self.types])

    def perform(self, node: Apply, inputs: Sequence, output_storage: list) -> None:
        raise self.error

    def do_constant_folding(self, fgraph: Any, node: Apply) -> bool:
        return False


def eager_nodes(outputs: Iterable[Variable]) -> KeysView[Apply]:
    """Find the nodes that are computed whatever is chosen: not those of branches only."""
    nodes: dict = {}
    pending = list(outputs)
    while pending:
        node = pending.pop().owner
        if node is not None and node not in nodes:
            nodes[node] = None
            pending.extend(node.inputs[:1] if isinstance(node.op, IfElse) else node.inputs)
    return nodes.keys()


def has_checks_in_branches(inputs: Sequence[Variable], outputs: Sequence[Variable]) -> bool:
    """Tell whether values are checked in a branch, where they may be wrong if it isn't taken."""
    nodes = io_toposort(inputs, outputs)
    if not any(isinstance(node.op, IfElse) for node in nodes):
        return False
    eager = eager_nodes(outputs)
    return any(node not in eager and _checks_values(node) for node in nodes)


def _checks_values(node):
    if isinstance(node.op, CheckAndRaise):
        return True
    arrays = 2 if hasattr(node.op, "set_instead_of_inc") else 1
    return hasattr(node.op, "idx_list") and not all(
        isinstance(index, Constant) for index in node.inputs[arrays:]
    )
