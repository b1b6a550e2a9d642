"""Choices made before what they choose is computed: only the branches taken have to fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph
from theano.link.storage import IN_USE
from theano.ops.choices import IfElse, eager_nodes

__all__ = ["Choices", "find_choices"]


def find_choices(outputs: Sequence[Variable]) -> list[Apply]:
    """Find the nodes that choose, and that no other choice stands before."""
    nodes = [node for node in eager_nodes(outputs) if isinstance(node.op, IfElse)]
    return [
        node
        for node in nodes
        if not any(isinstance(other.op, IfElse) for other in eager_nodes(node.inputs[:1]))
    ]


class Choices:
    """The graphs that are left of one when its choices are made, each compiled by itself.

    Parameters
    ----------
    graph : SpecializedGraph
        A graph with choices.
    """

    def __init__(self, graph: Any):
        self._graph = graph
        conditions = [node.inputs[0] for node in find_choices(graph.outputs)]
        self._conditions = graph.part(graph.inputs, conditions, {})
        self._chosen: dict = {}  # by what the conditions are: a graph, or further choices

    def made(self, arguments: Sequence, stores: Sequence) -> Any:
        """Make the choices that a call needs, for values of its inputs.

        Parameters
        ----------
        arguments : list of arrays
            Values of the first inputs.
        stores : list of stores
            What holds the values of the others.

        Returns
        -------
        SpecializedGraph
            What computes the branches taken.
        """
        conditions = self._conditions.executable(arguments, stores)
        with IN_USE:
            stored = [store.on_device() for store in stores]
            values, error, _ = conditions.compute(arguments, stored)
        if error is not None:
            raise error
        key = tuple(bool(value) for value in values)
        if key not in self._chosen:
            self._chosen[key] = self._without_choices(key)
        chosen = self._chosen[key]
        return chosen.made(arguments, stores) if isinstance(chosen, Choices) else chosen

    def _without_choices(self, key):
        graph = self._graph
        fgraph = FunctionGraph(graph.inputs, graph.outputs, clone=True)
        for node, condition in zip(find_choices(fgraph.outputs), key):
            for old, new in zip(node.outputs, _branch(node, condition)):
                fgraph.replace(old, new)
        chosen = graph.part(fgraph.inputs, fgraph.outputs, graph.updates)
        return Choices(chosen) if find_choices(fgraph.outputs) else chosen


def _branch(node, condition):
    n_outs = node.op.n_outs
    return node.inputs[1 : 1 + n_outs] if condition else node.inputs[1 + n_outs :]
