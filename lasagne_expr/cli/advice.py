"""What to do about an error that comes from a program's age."""

import ast
import importlib.util
import os
import re
import sys
import traceback as traces
from types import ModuleType, TracebackType

from .modernization import attributes, dropped_names, old_builtins, old_modules, signs
from .modernization.program import is_installed

# In a line that Python 3 can't parse, what Python 2 wrote there.
_SYNTAX = (
    (r"^\s*print\b(?!\s*\()|\bprint\s*>>|[:;]\s*print\b(?!\s*\()", "print is a statement"),
    (r"\bexcept\b[^:]*,\s*[\w(]", "an exception is caught by a comma, not by `as`"),
    (r"^\s*raise\s+[\w.]+\s*,", "an exception is raised with a comma"),
    (r"(^|[:;])\s*exec\b(?!\s*\()", "exec is a statement"),
    (r"<>", "<> means !="),
    (r"`", "backticks mean repr"),
    (r"\b0\d+\b", "an octal number starts with 0, not 0o"),
    (r"\b(0[xX][\da-fA-F]+|\d+)[lL]\b", "a long integer ends in L"),
    (r"\b[uU][rR]['\"]", 'a string starts with ur"'),
    (r"(\bdef\s+\w+\s*\(|\blambda\b)[^:]*\(\s*\w+\s*,", "a parameter is a tuple"),
)

# Messages of errors, and what Python 2 had there.
_LIST = r"(map|filter|zip|range|dict_keys|dict_values|dict_items|odict_\w+)"
_INTEGERS = "`/` of integers rounded down, if these were integers: that can't be told from here"
_MESSAGES = (
    (
        rf"'{_LIST}' object (is not subscriptable|does not support|has no attribute)",
        "\\1 was a list",
    ),
    (rf"object of type '{_LIST}' has no len", "\\1 was a list"),
    (rf"operand type\(s\) for \+: .*'{_LIST}'", "\\1 was a list"),
    (rf"can only concatenate .*\"{_LIST}\"", "\\1 was a list"),
    (r"float(64|32)?' object cannot be interpreted as an integer", _INTEGERS),
    (r"(indices|integers).*must be integers|only integers, slices", _INTEGERS),
    (r"expected a sequence of integers|'float' object cannot be", _INTEGERS),
    (r"write\(\) argument must be str, not bytes", "a file that is opened as text took bytes"),
    (r"iterator should return strings, not bytes", "csv read files that are opened as binary"),
    (r"bytes-like object is required, not 'str'", "text and bytes were one"),
    (r"codec can't decode byte", "text and bytes were one, in pickles too"),
    (
        r"'cmp' is an invalid keyword|keyword argument 'cmp'|sort\(\) takes no pos",
        "sort took a function to compare",
    ),
    (r"sorted expected 1 argument", "sorted took a function to compare"),
    (r"can't have unbuffered text", "text could be unbuffered"),
    (r"invalid mode: 'r?b?U", "files had a mode U"),
    (r"returned non-iterator|object is not an iterator", "an iterator has a method `next`"),
)


def advise(error: BaseException, traceback: "TracebackType | None", program: str) -> list[str]:
    """Tell whether an error is of a program in Python 2, or of a name that was dropped.

    Parameters
    ----------
    error : exception
        What the program didn't catch.
    traceback : traceback or None
        Where it came from.
    program : str
        What the command line calls it, such as ``-m package.train``.

    Returns
    -------
    list of str
        Lines to show; none where nothing is known to help.
    """
    found = _of_syntax(error) if isinstance(error, SyntaxError) else _of_run(error, traceback)
    if found is None:
        return []
    place, reason = found
    return [
        f"{place}: {reason}.",
        f"`python -m lasagne_expr run --modernize {program}` may run it as it is.",
    ]


def _of_syntax(error):
    if not error.filename or error.lineno is None or not _is_own(error.filename):
        return None
    place = f"{os.path.basename(error.filename)}, line {error.lineno}"
    if isinstance(error, TabError):
        return place, "tabs and spaces are mixed, which only Python 2 allows"
    line = _line(error.filename, error.lineno) or error.text or ""
    for pattern, meaning in _SYNTAX:
        if re.search(pattern, _without_strings(line)):
            return place, f"this is Python 2, where {meaning}"
    return None


def _line(filename, number):
    try:
        with open(filename, "rb") as file:
            lines = importlib.util.decode_source(file.read()).splitlines()
    except (OSError, SyntaxError, UnicodeDecodeError):
        return None
    return lines[number - 1] if number <= len(lines) else None


def _without_strings(line):
    """Leave out what strings and comments hold."""
    line = re.sub(r"""(?<!\w)(['"])(?:\\.|(?!\1).)*\1""", '""', line)
    return line.partition("#")[0]


def _of_run(error, traceback):
    frames = traces.extract_tb(traceback)
    own = [frame for frame in frames if _is_own(frame.filename)]
    if not own:
        return None
    place = f"{os.path.basename(own[-1].filename)}, line {own[-1].lineno}"
    asked = _asked_module(traceback, frames.index(own[-1]) + 1)
    dropped = None
    if asked is not None and isinstance(error, AttributeError):
        dropped = _dropped_name(*asked)
    elif own[-1] is frames[-1]:  # a library that uses what was dropped isn't helped
        dropped = _dropped(error, own[-1].filename)
    if dropped is not None:
        return place, dropped
    old = _by_message(error)
    if old is None or not _may_be_python_2(own[-1].filename):
        return None
    return place, f"in Python 2, {old}"


def _asked_module(traceback, depth):
    """Find the module that a frame's caller asked for an attribute, and the attribute."""
    for _ in range(depth):
        traceback = traceback.tb_next
        if traceback is None:
            return None
    code, variables = traceback.tb_frame.f_code, traceback.tb_frame.f_locals
    if code.co_name != "__getattr__" or code.co_argcount != 1:
        return None
    return traceback.tb_frame.f_globals.get("__name__", ""), str(variables[code.co_varnames[0]])


def _dropped(error, filename):
    if isinstance(error, ImportError):
        return _dropped_import(error) or _neighbour(error, os.path.dirname(filename))
    if isinstance(error, AttributeError):
        return _dropped_attribute(error)
    if isinstance(error, NameError) and error.name in old_builtins.PYTHON_2:
        return f"`{error.name}` is Python 2's"
    return None


def _dropped_import(error):
    match = re.match(r"cannot import name '(\w+)' from '([\w.]+)'", str(error))
    if match:
        name, module = match.groups()
        return _dropped_name(module, name)
    if isinstance(error, ModuleNotFoundError):
        return _dropped_module(error.name)
    return None


def _neighbour(error, folder):
    """Tell of a module that stands beside another in a package."""
    name = str(error.name).partition(".")[0]
    places = (os.path.join(folder, f"{name}.py"), os.path.join(folder, name, "__init__.py"))
    if os.path.isfile(os.path.join(folder, "__init__.py")) and any(map(os.path.isfile, places)):
        return f"in Python 2, a package's modules were found by bare names such as `{name}`"
    return None


def _dropped_module(name):
    if name in old_modules.PYTHON_2:
        return f"the module `{name}` is Python 2's"
    return f"the module `{name}` was dropped" if name in old_modules.DROPPED else None


def _dropped_name(module, name):
    if name in dropped_names.PYTHON_2.get(module, {}):
        return f"`{module}.{name}` is Python 2's"
    if dropped_names.is_known(module, name):
        return f"`{module}.{name}` was dropped"
    return _dropped_module(f"{module}.{name}")


def _dropped_attribute(error):
    owner, name = getattr(error, "obj", None), getattr(error, "name", None)
    if owner is None or name is None:
        return None
    if isinstance(owner, ModuleType):
        known = _dropped_name(owner.__name__, name)
        if known is None and attributes.find(owner, name) is not dropped_names.MISSING:
            known = f"`{owner.__name__}.{name}` was dropped"
        return known
    if attributes.find(owner, name) is dropped_names.MISSING:
        return None
    return f"`{name}` of {type(owner).__name__} was dropped"


def _by_message(error):
    for pattern, meaning in _MESSAGES:
        match = re.search(pattern, str(error))
        if match:
            return match.expand(meaning)
    return None


def _may_be_python_2(filename):
    try:
        with open(filename, "rb") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError):
        return False
    return bool(signs.signs(tree))


def _is_own(filename):
    folder = os.path.dirname(os.path.abspath(filename))
    ours = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if filename.startswith("<frozen") or f"{folder}{os.sep}".startswith(f"{ours}{os.sep}"):
        return False
    theano = getattr(sys.modules.get("theano"), "__file__", None)
    if theano and f"{folder}{os.sep}".startswith(os.path.dirname(theano) + os.sep):
        return False
    return not is_installed(folder)
