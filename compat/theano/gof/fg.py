"""Graphs that functions compute."""

from typing import Any

from pytensor.graph.basic import Variable
from pytensor.graph.fg import FunctionGraph, Output
from pytensor.graph.utils import InconsistencyError, MissingInputError
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.graph.fg", "pytensor.graph.utils", "theano.gof")


def _change_input(self, node: Any, i: int, new_r: Variable, reason: Any = None) -> None:
    """Change what a node, or with ``"output"`` the graph, takes at a position."""
    if node == "output":
        clients = self.clients[self.outputs[i]]
        node = next(c for c, _ in clients if isinstance(c.op, Output) and c.op.idx == i)
        i = 0
    self.change_node_input(node, i, new_r, reason=reason)


FunctionGraph.change_input = _change_input
