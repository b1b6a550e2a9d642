"""The attributes that a program sees of any object, those that were dropped included."""

from types import ModuleType

from . import dropped_methods, dropped_names
from .dropped_names import MISSING


def find(owner: object, name: str) -> object:
    """Find what stands in for an attribute that was dropped; ``MISSING`` where nothing does."""
    if isinstance(owner, ModuleType):
        return dropped_names.find(owner, name)
    return dropped_methods.find(owner, name)


def old_attribute(owner: object, name: str) -> object:
    """Get an attribute, or what stands in for it."""
    finder = dropped_methods.OTHERWISE.get(name)
    if finder is not None and isinstance(owner, ModuleType):
        value = finder(owner)
        if value is not MISSING:
            return value
    # Asked for it, NumPy and SciPy warn about some of what they have dropped.
    is_missing = isinstance(owner, ModuleType) and name not in vars(owner)
    if is_missing and dropped_names.is_known(owner.__name__, name):
        return dropped_names.find(owner, name)
    try:
        return getattr(owner, name)
    except AttributeError:
        value = find(owner, name)
        if value is MISSING:
            raise
        return value


def python_2_attribute(owner: object, name: str) -> object:
    """Get an attribute as Python 2 had it: the keys of a dict, say, are a list."""
    finder = dropped_methods.OTHERWISE_IN_PYTHON_2.get(name)
    if finder is not None:
        value = finder(owner)
        if value is not MISSING:
            return value
    return old_attribute(owner, name)


def names(python_2: bool) -> set[str]:
    """Collect the names of attributes to look for."""
    found = dropped_names.names() | dropped_methods.names()
    return found | set(dropped_methods.OTHERWISE_IN_PYTHON_2) if python_2 else found
