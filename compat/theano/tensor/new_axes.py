"""Indexing by new axes, as in Theano: it drops last axes that broadcast and aren't indexed.

``col[:, None]`` is a matrix there, and has three dimensions in NumPy and for PyTensor's own code,
which keeps its meaning. Axes that don't broadcast stay; Theano refuses to drop them.
"""

import functools
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pytensor.graph.basic import Variable
from pytensor.tensor.type_other import NoneTypeT
from pytensor.tensor.variable import _tensor_py_operators

__all__: list = []

# Whose code is written for PyTensor.
_OF_PYTENSOR = ("pytensor", "pymc")


def _drops_axes(get_item: Callable) -> Callable:
    @functools.wraps(get_item)
    def __getitem__(self: Any, args: Any) -> Variable:
        index = args if isinstance(args, tuple) else (args,)
        if any(map(_is_new, index)):
            kept = _axes_kept(self, index)
            if kept < self.type.ndim and not _is_called_by_pytensor():
                return get_item(self.dimshuffle(*range(kept)), args)
        return get_item(self, args)

    return __getitem__


def _axes_kept(x: Any, index: Sequence) -> int:
    """Tell how many of the first axes stay."""
    if not all(_is_new(entry) or _is_basic(entry) for entry in index):
        return x.type.ndim
    indexed = sum(not _is_new(entry) for entry in index)
    return indexed if all(x.type.broadcastable[indexed:]) else x.type.ndim


def _is_new(entry):
    return entry is None or isinstance(getattr(entry, "type", None), NoneTypeT)


def _is_basic(entry):
    if isinstance(entry, bool):
        return False
    if isinstance(entry, (slice, int, np.integer)):
        return True
    return getattr(entry, "ndim", None) == 0 and np.dtype(entry.dtype).kind in "iu"


def _is_called_by_pytensor():
    package = sys._getframe(2).f_globals.get("__name__", "").partition(".")[0]
    return package.startswith(_OF_PYTENSOR)


_tensor_py_operators.__getitem__ = _drops_axes(_tensor_py_operators.__getitem__)
