"""Features that a function graph can be given."""

from typing import Any

from pytensor.graph.features import *
from pytensor.graph.features import AlreadyThere, Bookkeeper, Feature
from pytensor.graph.utils import InconsistencyError
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.graph.features", "theano.gof")


class PrintListener(Feature):
    """Print what happens to a function graph.

    Parameters
    ----------
    active : bool, default True
        Whether to print at all.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> x, y = T.scalar("x"), T.scalar("y")
    >>> graph = theano.gof.FunctionGraph([x, y], [T.exp(x)], clone=False)
    >>> graph.attach_feature(PrintListener())
    -- attaching to: FunctionGraph(Exp(x))
    >>> graph.replace(x, y)
    -- changing (Exp(y).inputs[0]) from x to y
    """

    def __init__(self, active: bool = True):
        self.active = active

    def _print(self, text):
        if self.active:
            print(f"-- {text}")

    def on_attach(self, fgraph: Any) -> None:
        self._print(f"attaching to: {fgraph}")

    def on_detach(self, fgraph: Any) -> None:
        self._print(f"detaching from: {fgraph}")

    def on_import(self, fgraph: Any, node: Any, reason: Any) -> None:
        self._print(f"importing: {node}, reason: {reason}")

    def on_prune(self, fgraph: Any, node: Any, reason: Any) -> None:
        self._print(f"pruning: {node}, reason: {reason}")

    def on_change_input(
        self, fgraph: Any, node: Any, i: int, r: Any, new_r: Any, reason: Any = None
    ) -> None:
        place = node if isinstance(node, str) else f"{node}.inputs[{i}]"
        self._print(f"changing ({place}) from {r} to {new_r}")


class NodeFinder(Bookkeeper):
    """Let a function graph find the nodes of an operation, by its method ``get_nodes``.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> x = T.scalar("x")
    >>> graph = theano.gof.FunctionGraph([x], [T.exp(x) + T.exp(x + 1)])
    >>> graph.attach_feature(NodeFinder())
    >>> len(graph.get_nodes(T.exp))
    2
    """

    def on_attach(self, fgraph: Any) -> None:
        if hasattr(fgraph, "get_nodes"):
            raise AlreadyThere(f"{fgraph} has a NodeFinder already")
        self.nodes: dict = {}
        fgraph.get_nodes = lambda op: list(self.nodes.get(op, ()))
        super().on_attach(fgraph)

    def on_detach(self, fgraph: Any) -> None:
        del fgraph.get_nodes
        super().on_detach(fgraph)

    def on_import(self, fgraph: Any, node: Any, reason: Any) -> None:
        self.nodes.setdefault(node.op, []).append(node)

    def on_prune(self, fgraph: Any, node: Any, reason: Any) -> None:
        self.nodes[node.op].remove(node)
