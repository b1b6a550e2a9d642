"""Methods and attributes that objects had, and what stands in for them.

Nothing is added to a type: only the program's own code looks here, when it asks an object.
"""

import codecs
import functools
import importlib
import sys
from collections.abc import Callable, Mapping
from types import FunctionType, MethodType

from .dropped_names import MISSING
from .old_files import open_descriptor

# By name, what an object that has no such attribute gets; MISSING where it never had it.
Finder = Callable[[object], object]


def _of_mappings(method: str, convert: Callable) -> Finder:
    def find(owner):
        if not hasattr(owner, method):
            return MISSING
        return lambda: convert(getattr(owner, method)())

    return find


def _of(kind: "type | tuple[type, ...]", make: Callable) -> Finder:
    return lambda owner: make(owner) if isinstance(owner, kind) else MISSING


def _of_arrays(make: Callable) -> Finder:
    """Of NumPy's arrays and scalars, known by their names, as NumPy may not be imported."""

    def find(owner):
        numpy = sys.modules.get("numpy")
        if numpy is None or not isinstance(owner, (numpy.ndarray, numpy.generic)):
            return MISSING
        return functools.partial(make, owner)

    return find


def _renamed(kind: "type | tuple[type, ...]", name: str) -> Finder:
    return _of(kind, lambda owner: getattr(owner, name))


def _next(owner):
    return owner.__next__ if hasattr(owner, "__next__") else MISSING


def _decode(owner):
    if not isinstance(owner, str):
        return MISSING

    def decode(encoding="ascii", errors="strict"):
        return _by_codec(owner, encoding, codecs.decode) if _is_codec(encoding) else owner

    return decode


def _encode(owner):
    if not isinstance(owner, str):
        return MISSING

    def encode(encoding="utf-8", errors="strict"):
        if _is_codec(encoding):
            return _by_codec(owner, encoding, codecs.encode)
        return owner.encode(encoding, errors)

    return encode


def _is_codec(encoding):
    """Tell whether an encoding is one of bytes by bytes, such as "hex"."""
    return not codecs.lookup(encoding)._is_text_encoding


def _by_codec(text, encoding, function):
    if encoding.replace("_", "").replace("-", "").lower() == "rot13":
        return function(text, encoding)
    return function(text.encode("latin1"), encoding).decode("latin1")


def _translate(owner):
    if not isinstance(owner, str):
        return MISSING

    def translate(table, deleted=""):
        kept = "".join(letter for letter in owner if letter not in deleted)
        return kept if table is None else kept.translate(table)

    return translate


def _sort(owner):
    if type(owner) is not list:
        return MISSING

    def sort(cmp=None, key=None, reverse=False):
        owner.sort(key=sorting_key(cmp, key), reverse=reverse)

    return sort


def sorting_key(cmp: "Callable | None", key: "Callable | None") -> "Callable | None":
    """Make one key of Python 2's comparing function and key."""
    if cmp is None:
        return key
    compared = functools.cmp_to_key(cmp)
    return compared if key is None else lambda value: compared(key(value))


def _array_tostring(owner):
    array = importlib.import_module("array").array
    return owner.tobytes if isinstance(owner, array) else _ndarray_tostring(owner)


_ndarray_tostring = _of_arrays(lambda owner, order="C": owner.tobytes(order))


def _itemset(owner, *arguments):
    *index, value = arguments
    if len(index) == 1:
        owner.flat[index[0]] = value
    else:
        owner[tuple(index)] = value


def _axes(attribute):
    """Of matplotlib's axes."""
    return lambda owner: getattr(owner, attribute) if hasattr(owner, "get_xaxis") else MISSING


def _assertion(name):
    return lambda owner: getattr(owner, name) if hasattr(owner, "assertEqual") else MISSING


_FUNCTIONS = (FunctionType, MethodType)

# What Python 2 had.
PYTHON_2: dict[str, Finder] = {
    "has_key": _of(Mapping, lambda owner: owner.__contains__),
    "iteritems": _of_mappings("items", iter),
    "iterkeys": _of_mappings("keys", iter),
    "itervalues": _of_mappings("values", iter),
    "viewitems": _of_mappings("items", lambda view: view),
    "viewkeys": _of_mappings("keys", lambda view: view),
    "viewvalues": _of_mappings("values", lambda view: view),
    "next": _next,
    "decode": _decode,
    "xreadlines": lambda owner: (lambda: iter(owner)) if hasattr(owner, "read") else MISSING,
    "func_name": _renamed(_FUNCTIONS, "__name__"),
    "func_doc": _renamed(_FUNCTIONS, "__doc__"),
    "func_code": _renamed(_FUNCTIONS, "__code__"),
    "func_defaults": _renamed(_FUNCTIONS, "__defaults__"),
    "func_globals": _renamed(_FUNCTIONS, "__globals__"),
    "func_closure": _renamed(_FUNCTIONS, "__closure__"),
    "func_dict": _renamed(_FUNCTIONS, "__dict__"),
    "im_func": _of(_FUNCTIONS, lambda owner: getattr(owner, "__func__", owner)),
    "im_self": _renamed(MethodType, "__self__"),
    "im_class": _of(MethodType, lambda owner: type(owner.__self__)),
    "message": _of(BaseException, lambda owner: owner.args[0] if len(owner.args) == 1 else ""),
}

# What was dropped since.
DROPPED: dict[str, Finder] = {
    "tostring": _array_tostring,
    "fromstring": lambda owner: getattr(owner, "frombytes", MISSING),
    "itemset": _of_arrays(_itemset),
    "ptp": _of_arrays(lambda owner, *a, **k: sys.modules["numpy"].ptp(owner, *a, **k)),
    "newbyteorder": _of_arrays(
        lambda owner, order="S": owner.view(owner.dtype.newbyteorder(order))
    ),
    "isAlive": lambda owner: getattr(owner, "is_alive", MISSING),
    "getchildren": lambda owner: (lambda: list(owner)) if hasattr(owner, "tag") else MISSING,
    "getiterator": lambda owner: owner.iter if hasattr(owner, "iter") else MISSING,
    "readfp": lambda owner: getattr(owner, "read_file", MISSING),
    "set_axis_bgcolor": _axes("set_facecolor"),
    "get_axis_bgcolor": _axes("get_facecolor"),
    "hold": lambda owner: (lambda *a: None) if hasattr(owner, "get_xaxis") else MISSING,
    "set_color_cycle": _axes("set_prop_cycle"),
    "assertEquals": _assertion("assertEqual"),
    "assertNotEquals": _assertion("assertNotEqual"),
    "assertAlmostEquals": _assertion("assertAlmostEqual"),
    "assertItemsEqual": _assertion("assertCountEqual"),
    "assertRegexpMatches": _assertion("assertRegex"),
    "assertRaisesRegexp": _assertion("assertRaisesRegex"),
    "assert_": _assertion("assertTrue"),
    "failUnless": _assertion("assertTrue"),
    "failIf": _assertion("assertFalse"),
    "failUnlessEqual": _assertion("assertEqual"),
}


def _list_of(owner, method):
    if not isinstance(owner, Mapping):
        return MISSING
    return lambda: list(getattr(owner, method)())


def _opener(owner):
    return open_descriptor if owner is sys.modules["os"] else MISSING


def _shuffler(owner):
    random = sys.modules.get("random")
    if random is None or owner is not random:
        return MISSING

    def shuffle(x, uniform=None):
        if uniform is None:
            return random.shuffle(x)
        for last in reversed(range(1, len(x))):
            other = int(uniform() * (last + 1))
            x[last], x[other] = x[other], x[last]
        return None

    return shuffle


def _array_of_bytes(owner):
    numpy = sys.modules.get("numpy")
    if numpy is None or owner is not numpy:
        return MISSING

    def fromstring(string, dtype=float, count=-1, sep=""):
        if sep:
            return numpy.fromstring(string, dtype, count, sep=sep)
        data = string.encode("latin1") if isinstance(string, str) else string
        return numpy.frombuffer(data, dtype, count).copy()

    return fromstring


def _array(owner):
    numpy = sys.modules.get("numpy")
    if numpy is None or owner is not numpy or numpy.__version__.startswith("1."):
        return MISSING

    def array(*arguments, copy=True, **keywords):
        # False meant what None means today: copy where it takes a copy.
        return numpy.array(*arguments, copy=copy or None, **keywords)

    return array


def _histogram(owner):
    numpy = sys.modules.get("numpy")
    if numpy is None or owner is not numpy:
        return MISSING

    def histogram(*arguments, normed=None, **keywords):
        if normed is not None:
            keywords.setdefault("density", normed)
        return numpy.histogram(*arguments, **keywords)

    return histogram


# What modules have today too, and did otherwise.
OTHERWISE: dict[str, Finder] = {
    "fromstring": _array_of_bytes,
    "array": _array,
    "histogram": _histogram,
}

# What objects have today too, and in Python 2 did otherwise.
OTHERWISE_IN_PYTHON_2: dict[str, Finder] = {
    "keys": lambda owner: _list_of(owner, "keys"),
    "values": lambda owner: _list_of(owner, "values"),
    "items": lambda owner: _list_of(owner, "items"),
    "sort": _sort,
    "translate": _translate,
    "encode": _encode,
    "fdopen": _opener,
    "shuffle": _shuffler,
}


def names() -> set[str]:
    """All names of methods that were dropped."""
    return {*PYTHON_2, *DROPPED, *OTHERWISE}


def find(owner: object, name: str) -> object:
    """Find what stands in for an attribute that an object had.

    Examples
    --------
    >>> find({"a": 1}, "has_key")("a")
    True
    """
    finder = PYTHON_2.get(name) or DROPPED.get(name)
    return MISSING if finder is None else finder(owner)
