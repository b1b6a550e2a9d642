"""Pickles, and copies by `copy.deepcopy`, of graphs that are deeper than Python's recursion limit.

A pickler goes from a variable to the node that makes it, from there to its inputs, and on, deeper
and deeper. So before a variable that lies deep in a graph there comes a list of nodes below it,
those that most depends on first. The pickler remembers what it has written, and so never goes
farther down than to the nearest node of the list.
"""

import threading
import weakref
from collections.abc import Callable
from typing import Any

from pytensor.graph.basic import Apply, Variable

__all__: list = []

# From a node of a list to the next one. Picklers in Python get that far.
_DISTANCE = 12


class _InThread(threading.local):
    """What a thread pickles: the nodes whose list is being written, and those of lists before."""

    def __init__(self):
        self.being_written = set()
        self.lists = {}  # by node; picklers keep the lists that they have written


_in_thread = _InThread()


class _NodesBelow:
    """Nodes of a graph from which no other is far, to be pickled as a list in order.

    Parameters
    ----------
    before : list of _NodesBelow
        Lists that come first: whose nodes depend on none of this one.
    nodes : set of Apply
        The graph, less what is below the nodes of those lists.
    listed : list of Apply
        The nodes of the list.
    """

    def __init__(self, before: list, nodes: set, listed: list):
        self.before = before
        self.nodes = nodes
        self.listed = listed

    def __reduce__(self):
        elements = [*self.before, _Mark(self._begin), *self.listed, _Mark(self._end)]
        return list, (), None, iter(elements)

    def _begin(self):
        _in_thread.being_written |= self.nodes
        # Where pickling fails, the end is never reached.
        weakref.finalize(self, _forget, _in_thread, self.nodes, weakref.ref(self)).atexit = False

    def _end(self):
        _in_thread.being_written -= self.nodes
        _in_thread.lists.update(dict.fromkeys(self.nodes, weakref.ref(self)))


class _Mark:
    """Calls a function when a pickler gets to it. Of a list it takes several elements at once."""

    def __init__(self, function: Callable[[], None]):
        self.function = function

    def __reduce__(self):
        self.function()
        return int, ()


def _forget(in_thread, nodes, reference):
    in_thread.being_written -= nodes
    for node in nodes:
        if in_thread.lists.get(node) is reference:
            del in_thread.lists[node]


def _written_with(node: Apply) -> "_NodesBelow | None":
    reference = _in_thread.lists.get(node)
    return reference and reference()


def _find_below(node: Apply) -> "_NodesBelow | None":
    """List nodes of a graph, each so many others from the next; None in a graph without depth."""
    heights, before, path, listed = {}, {}, [node], []
    while path:
        last = path[-1]
        if last in heights:
            path.pop()
            continue
        if (written := _written_with(last)) is not None:
            before[written] = None
            heights[last] = 0
            continue
        makers = [v.owner for v in last.inputs if v.owner is not None]
        missing = [maker for maker in makers if maker not in heights]
        if missing:
            path += missing
            continue
        heights[last] = 1 + max((heights[maker] for maker in makers), default=0)
        if heights[last] % _DISTANCE == 0:
            listed.append(last)
    if not listed and not before:
        return None
    return _NodesBelow(list(before), set(heights), [*listed, node])


def _last_output(nodes: list, position: int) -> Variable:
    return _last(nodes).outputs[position]


def _last(nodes: list) -> Apply:
    return nodes[-2]  # before the mark of the end


def _reduce_variable(self, protocol: int) -> Any:
    node = self.owner
    if type(node) is not Apply or node in _in_thread.being_written or self not in node.outputs:
        return object.__reduce_ex__(self, protocol)
    below = _find_below(node)
    if below is None:
        return object.__reduce_ex__(self, protocol)
    return _last_output, (below, node.outputs.index(self))


def _reduce_node(self, protocol: int) -> Any:
    below = None if self in _in_thread.being_written else _find_below(self)
    return object.__reduce_ex__(self, protocol) if below is None else (_last, (below,))


Variable.__reduce_ex__ = _reduce_variable
Apply.__reduce_ex__ = _reduce_node
