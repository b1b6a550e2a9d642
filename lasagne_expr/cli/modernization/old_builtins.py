"""Python 2's builtins."""

import builtins
import functools
import itertools
import math
import sys
from collections.abc import Callable
from types import ModuleType

from . import old_division, rewriting
from .dropped_methods import sorting_key
from .old_classes import build_class
from .old_files import file, open_file, reload


class _TextType(type):
    """What Python 2 had two types for: both are `str` now."""

    def __instancecheck__(cls, value):
        return isinstance(value, str)

    def __subclasscheck__(cls, other):
        return issubclass(other, str) or other is cls

    def __eq__(cls, other):
        return other is cls or other is str

    def __hash__(cls):
        return hash(str)

    def __call__(cls, value="", encoding=None, errors="strict"):
        if isinstance(value, (bytes, bytearray)):
            return bytes(value).decode(encoding or "utf-8", errors)
        method = getattr(type(value), "__unicode__", None)
        return str(value) if method is None else method(value)


class unicode(metaclass=_TextType):
    """The type of text."""


class _AnyTextType(type):
    def __instancecheck__(cls, value):
        return isinstance(value, (str, bytes))


class basestring(metaclass=_AnyTextType):
    """What text and bytes had in common."""


def map_to_list(function, *sequences):
    """Map, and fill the shorter sequences up by None."""
    if len(sequences) == 1:
        return list(sequences[0]) if function is None else list(map(function, sequences[0]))
    rows = itertools.zip_longest(*sequences)
    return list(rows) if function is None else list(itertools.starmap(function, rows))


def filter_to_list(function, sequence):
    """Filter; a tuple stays one, and so does a text."""
    kept = list(filter(function, sequence))
    if isinstance(sequence, str):
        return "".join(kept)
    return tuple(kept) if isinstance(sequence, tuple) else kept


def zip_to_list(*sequences):
    return list(zip(*sequences))


def range_to_list(*arguments):
    return list(range(*arguments))


def compare(a, b):
    return int(bool(a > b)) - int(bool(a < b))


def sort_to_list(iterable, cmp=None, key=None, reverse=False):
    return sorted(iterable, key=sorting_key(cmp, key), reverse=reverse)


def round_away(number, ndigits=0):
    """Round to a float, a half away from zero."""
    if not isinstance(number, (int, float)):
        return round(number, ndigits)
    if ndigits == 0 and math.isfinite(number):
        return math.copysign(float(math.floor(abs(number) + 0.5)), number)
    return float(round(number, ndigits))


def octal(number):
    text = oct(number)
    return text.replace("0o", "0") if number else "0"


def apply(function, arguments=(), keywords=None):
    return function(*arguments, **(keywords or {}))


def fill(
    module: ModuleType, compile_source: Callable, old_import: Callable, attribute: Callable
) -> None:
    """Fill a module with the builtins of a program in Python 2.

    Parameters
    ----------
    module : module
        What becomes its ``__builtin__``.
    compile_source : callable
        Compiles a source, given its name and mode.
    old_import : callable
        What imports.
    attribute : callable
        What gets attributes.
    """
    contents = {
        **_constant_builtins(),
        **_running_builtins(module, compile_source),
        "__import__": old_import,
        rewriting.ATTRIBUTE: attribute,
        rewriting.DIVIDE: old_division.divide,
        rewriting.DIVIDE_IN_PLACE: old_division.divide_in_place,
        rewriting.DIVIDE_ATTRIBUTE: old_division.divide_attribute,
        rewriting.DIVIDE_ITEM: old_division.divide_item,
    }
    module.__dict__.update(contents)


def _constant_builtins():
    return {
        "unicode": unicode,
        "basestring": basestring,
        "long": int,
        "unichr": chr,
        "xrange": range,
        "range": range_to_list,
        "map": map_to_list,
        "filter": filter_to_list,
        "zip": zip_to_list,
        "raw_input": input,
        "reduce": functools.reduce,
        "cmp": compare,
        "sorted": sort_to_list,
        "round": round_away,
        "apply": apply,
        "oct": octal,
        "buffer": memoryview,
        "intern": sys.intern,
        "reload": reload,
        "file": file,
        "open": open_file,
        "StandardError": Exception,
        "__build_class__": build_class,
    }


# Names that only Python 2 had.
PYTHON_2 = {*_constant_builtins(), "execfile"} - set(vars(builtins))


def _running_builtins(own_builtins, compile_source):
    """Make those that run sources, which are in Python 2 too."""

    def namespaces(scope, names):
        frame = sys._getframe(2)
        if scope is None:
            return frame.f_globals, frame.f_locals if names is None else names
        scope.setdefault("__builtins__", own_builtins)
        return scope, scope if names is None else names

    def compiled(source, mode):
        if isinstance(source, bytes):
            source = source.decode("utf-8")
        return compile_source(source, "<string>", mode) if isinstance(source, str) else source

    def run(source, globals=None, locals=None):
        exec(compiled(source, "exec"), *namespaces(globals, locals))

    def evaluate(source, globals=None, locals=None):
        return eval(compiled(source, "eval"), *namespaces(globals, locals))

    def evaluate_input(prompt=""):
        source = input(prompt)
        return eval(compiled(source, "eval"), *namespaces(None, None))

    def run_file(path, globals=None, locals=None):
        with open(path, "rb") as opened:
            code = compile_source(opened.read(), path, "exec")
        exec(code, *namespaces(globals, locals))

    return {"exec": run, "eval": evaluate, "input": evaluate_input, "execfile": run_file}
