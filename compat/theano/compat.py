"""What code for both Python 2 and 3 imported from Theano."""

import configparser
import os
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping, MutableMapping, ValuesView
from importlib import reload
from io import BytesIO
from operator import truediv as operator_div
from typing import Any

__all__ = [
    "PY3",
    "BytesIO",
    "Callable",
    "DefaultOrderedDict",
    "DictMixin",
    "Iterable",
    "Mapping",
    "OrderedDict",
    "ValuesView",
    "b",
    "cmp",
    "configparser",
    "decode",
    "decode_iter",
    "decode_with",
    "exc_message",
    "get_unbound_function",
    "ifilter",
    "imap",
    "izip",
    "maybe_add_to_os_environ_pathlist",
    "next",
    "operator_div",
    "reload",
]

PY3 = True
DictMixin = MutableMapping
DefaultOrderedDict = defaultdict  # every dict keeps its order nowadays
izip, imap, ifilter, next = zip, map, filter, next


def cmp(x: Any, y: Any) -> int:
    """Compare: -1 if `x` is less than `y`, 1 if it is greater, else 0."""
    return (x > y) - (x < y)


def decode(x: bytes) -> str:
    """Decode a string of bytes."""
    return x.decode()


def decode_with(x: bytes, encoding: str) -> str:
    """Decode a string of bytes by an encoding."""
    return x.decode(encoding)


def b(s: str) -> bytes:
    """Make a string of bytes of the characters with their numbers.

    Examples
    --------
    >>> b("a")
    b'a'
    """
    return s.encode("latin-1")


def decode_iter(strings: Iterable) -> Iterable:
    """Decode each of several strings of bytes."""
    return map(decode, strings)


def exc_message(error: BaseException) -> Any:
    """Find the message of an exception, or of the one that it was made of."""
    message = error.args[0]
    return exc_message(message) if isinstance(message, Exception) else message


def get_unbound_function(method: Any) -> Any:
    """Return the function of a method."""
    return getattr(method, "__func__", method)


def maybe_add_to_os_environ_pathlist(var: str, newpath: str) -> None:
    """Put a folder at the front of an environment variable's list, unless it is in it or relative.

    Parameters
    ----------
    var : str
        The environment variable, such as ``PATH``.
    newpath : str
        The folder.
    """
    if not os.path.isabs(newpath):
        return
    listed = os.environ.get(var, "").split(os.pathsep)
    if newpath not in listed:
        os.environ[var] = os.pathsep.join([newpath, *filter(None, listed)])
