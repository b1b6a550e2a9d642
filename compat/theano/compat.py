"""What code for both Python 2 and 3 imported from Theano."""

import configparser
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, MutableMapping, ValuesView
from importlib import reload
from io import BytesIO
from operator import truediv as operator_div
from typing import Any

__all__ = [
    "PY3",
    "BytesIO",
    "Callable",
    "DictMixin",
    "Iterable",
    "Mapping",
    "OrderedDict",
    "ValuesView",
    "cmp",
    "configparser",
    "decode",
    "decode_iter",
    "exc_message",
    "get_unbound_function",
    "ifilter",
    "imap",
    "izip",
    "next",
    "operator_div",
    "reload",
]

PY3 = True
DictMixin = MutableMapping
izip, imap, ifilter, next = zip, map, filter, next


def cmp(x: Any, y: Any) -> int:
    """Compare: -1 if `x` is less than `y`, 1 if it is greater, else 0."""
    return (x > y) - (x < y)


def decode(x: bytes) -> str:
    """Decode a string of bytes."""
    return x.decode()


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
