"""Imports of what was dropped, for a program's own modules by an ``__import__`` of their own."""

import builtins
import functools
import importlib
import importlib.util
from collections.abc import Callable
from types import ModuleType

from . import dropped_names, old_modules
from .dropped_names import MISSING


def make_import(python_2: bool, own_builtins: ModuleType) -> Callable:
    """Make an ``__import__``.

    Parameters
    ----------
    python_2 : bool
        Whether a module finds its neighbours in a package by their bare names.
    own_builtins : module
        What ``import __builtin__`` gives.

    Returns
    -------
    callable
    """

    def old_import(name, globals=None, locals=None, fromlist=(), level=0):
        if level == 0 and python_2 and _is_neighbour(name, globals):
            level = 1
        if level:
            return builtins.__import__(name, globals, locals, fromlist, level)
        if name in ("__builtin__", "builtins"):
            return own_builtins
        if python_2 and name in old_modules.OTHERWISE_IN_PYTHON_2:
            return old_modules.make(old_modules.OTHERWISE_IN_PYTHON_2[name])
        try:
            module = builtins.__import__(name, globals, locals, fromlist, 0)
        except ModuleNotFoundError as error:
            # What a module in Python 3 tries, it knows to be missing.
            known = old_modules.MODULES if python_2 else old_modules.DROPPED
            if name not in known or not f"{name}.".startswith(f"{error.name}."):
                raise
            module = _stand_in(name, bool(fromlist))
        return _with_dropped_names(module, fromlist) if fromlist else module

    return old_import


def _is_neighbour(name, namespace):
    """Tell whether a package has a module that Python 2 found first."""
    namespace = namespace or {}
    package = namespace.get("__package__")
    if not package or "absolute_import" in namespace:
        return False
    try:
        return importlib.util.find_spec(f"{package}.{name.partition('.')[0]}") is not None
    except (ImportError, ValueError, AttributeError):
        return False


def _stand_in(name, is_from):
    made = old_modules.make(name)
    if is_from or "." not in name:
        return made
    # `import a.b` names a.
    return _package(name.partition(".")[0])


class _Package(ModuleType):
    """A package with modules that it no longer has."""

    def __getattr__(self, name):
        full_name = f"{self.__name__}.{name}"
        if any(dropped.startswith(f"{full_name}.") for dropped in old_modules.MODULES):
            return _package(full_name)
        real = self.__dict__["real"]
        if hasattr(real, name) or full_name not in old_modules.MODULES:
            return getattr(real, name)
        return old_modules.make(full_name)


@functools.cache
def _package(name):
    package = _Package(name)
    try:
        package.__dict__["real"] = importlib.import_module(name)
    except ModuleNotFoundError:
        package.__dict__["real"] = old_modules.make(name)
    return package


def _with_dropped_names(module, names):
    """Give a module, or what has its names and those that were dropped from it."""
    if not isinstance(module, ModuleType):
        return module
    if "*" in names:
        found = _dropped_from(module)
        names = _public(module)
    else:
        missing = [name for name in names if not hasattr(module, name)]
        found = {name: dropped_names.find(module, name) for name in missing}
        found = {name: value for name, value in found.items() if value is not MISSING}
    if not found:
        return module
    view = ModuleType(module.__name__)
    view.__spec__ = getattr(module, "__spec__", None)
    view.__file__ = getattr(module, "__file__", None)
    view.__dict__.update({n: getattr(module, n) for n in names if hasattr(module, n)})
    view.__dict__.update(found)
    view.__all__ = [*names, *found]
    return view


def _public(module):
    return getattr(module, "__all__", [name for name in dir(module) if name[0] != "_"])


def _dropped_from(module):
    """Find what ``from module import *`` gave and gives no longer."""
    found = {}
    for table in (tables.get(module.__name__, {}) for tables in dropped_names.TABLES):
        for name in table:
            # NumPy's float and the like were no part of it.
            if not hasattr(module, name) and not hasattr(builtins, name):
                try:
                    found[name] = dropped_names.find(module, name)
                except (ImportError, AttributeError):
                    continue
    return found
