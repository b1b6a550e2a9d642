"""Pickles, and copies by `copy.deepcopy`, of networks deeper than Python's recursion limit.

A pickler goes from a layer to that below it, and on, deeper and deeper. So before a layer of a deep
network there comes a list of layers below it, the lowest first. The pickler remembers what it has
written, and so never goes farther down than to the nearest layer of the list.
"""

import threading
import weakref
from collections.abc import Callable, Iterable
from typing import Any

# From a layer of a list to the next one. Picklers in Python get that far.
_DISTANCE = 10


class _InThread(threading.local):
    """What a thread pickles: the layers whose list is being written, and those of lists before."""

    def __init__(self):
        self.being_written = set()
        self.lists = {}  # by layer; picklers keep the lists that they have written


_in_thread = _InThread()


class _LayersBelow:
    """Layers from which no other one of a network is far, to be pickled as a list in order."""

    def __init__(self, before: list, layers: set, listed: list):
        self.before = before  # lists of what is below
        self.layers = layers
        self.listed = listed

    def __reduce__(self):
        elements = [*self.before, _Mark(self._begin), *self.listed, _Mark(self._end)]
        return list, (), None, iter(elements)

    def _begin(self):
        _in_thread.being_written |= self.layers
        # Where pickling fails, the end is never reached.
        weakref.finalize(self, _forget, _in_thread, self.layers, weakref.ref(self)).atexit = False

    def _end(self):
        _in_thread.being_written -= self.layers
        _in_thread.lists.update(dict.fromkeys(self.layers, weakref.ref(self)))


class _Mark:
    """Calls a function when a pickler gets to it. Of a list it takes several elements at once."""

    def __init__(self, function: Callable[[], None]):
        self.function = function

    def __reduce__(self):
        self.function()
        return int, ()


def _forget(in_thread, layers, reference):
    in_thread.being_written -= layers
    for layer in layers:
        if in_thread.lists.get(layer) is reference:
            del in_thread.lists[layer]


def reduce_layer(layer: Any, protocol: int) -> Any:
    """Say how a layer is pickled, as a method ``__reduce_ex__`` does."""
    below = None if layer in _in_thread.being_written else _find_below(layer)
    if below is None:
        return object.__reduce_ex__(layer, protocol)
    return _last, (below,)


def _last(layers: list) -> Any:
    return layers[-2]  # before the mark of the end


def _find_below(layer) -> "_LayersBelow | None":
    """List layers, each so many others from the next; None in a network without depth."""
    heights, before, path, listed = {}, {}, [layer], []
    while path:
        last = path[-1]
        if last in heights:
            path.pop()
            continue
        reference = _in_thread.lists.get(last)
        if reference is not None and (written := reference()) is not None:
            before[written] = None
            heights[last] = 0
            continue
        sources = _sources(last)
        missing = [source for source in sources if source not in heights]
        if missing:
            path += missing
            continue
        heights[last] = 1 + max((heights[source] for source in sources), default=0)
        if heights[last] % _DISTANCE == 0:
            listed.append(last)
    if not listed and not before:
        return None
    return _LayersBelow(list(before), set(heights), [*listed, layer])


def _sources(layer) -> Iterable:
    held = vars(layer)
    sources = [held.get("input_layer"), *(held.get("input_layers") or ())]
    return [source for source in sources if source is not None]
