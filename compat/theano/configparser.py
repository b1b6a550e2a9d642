"""What ``theano.config`` is made of: typed flags, where their values come from, and sections.

A flag takes its value, in this order, from the environment variable ``THEANO_FLAGS``
(``"floatX=float32,dnn.enabled=False"``; ``dnn__enabled`` is the same as ``dnn.enabled``), from the
INI files that ``THEANORC`` names (``~/.theanorc`` if it is unset; the last file wins), or from its
default. The flags themselves are declared in :mod:`theano.configdefaults`.
"""

from __future__ import annotations

import configparser
import difflib
import functools
import os
import shlex
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import pytensor


class TheanoConfigWarning(UserWarning):
    """A setting that is understood, but won't do what one might expect."""


# ------------------------------------------------------------------------------------------------
# Where values come from
# ------------------------------------------------------------------------------------------------


def parse_config_string(config_string: str, issue_warnings: bool = True) -> dict[str, str]:
    """Split the text of ``THEANO_FLAGS`` into a dict.

    Parameters
    ----------
    config_string : str
        Comma-separated ``flag=value`` pairs. A value with a comma in it is put in quotes. The last
        of several values for a flag counts.
    issue_warnings : bool
        Warn about an entry that has no ``=``; such an entry is ignored.

    Returns
    -------
    dict
        Flag name to value, both text. ``section__flag`` is spelled ``section.flag``.

    Examples
    --------
    >>> from theano.configparser import parse_config_string
    >>> parse_config_string("floatX=float32, gcc.cxxflags='-O3,-g'")
    {'floatX': 'float32', 'gcc.cxxflags': '-O3,-g'}
    """
    splitter = shlex.shlex(config_string, posix=True)
    splitter.whitespace = ","
    splitter.whitespace_split = True
    flags = {}
    for pair in (entry.strip() for entry in splitter):
        key, equals, value = pair.partition("=")
        if equals:
            flags[key.strip().replace("__", ".")] = value
        elif pair and issue_warnings:
            warnings.warn(
                f"THEANO_FLAGS: '{pair}' has no value and is ignored; write {pair}=...",
                TheanoConfigWarning,
                stacklevel=2,
            )
    return flags


def config_files_from_theanorc() -> list[str]:
    """The paths of the configuration files, those that count most last."""
    paths = os.environ.get("THEANORC", "~/.theanorc").split(os.pathsep)
    if "THEANORC" not in os.environ and sys.platform == "win32":
        paths.append("~/.theanorc.txt")
    return [os.path.expanduser(path) for path in paths]


def _read_files(paths: list[str]) -> tuple[configparser.ConfigParser, configparser.ConfigParser]:
    """The files with ``%(USER)s`` and the like filled in, and as they are."""
    substitutes = {name: os.environ.get(name, "") for name in ("LSCRATCH", "TMPDIR", "TEMP", "TMP")}
    substitutes["USER"] = os.environ.get("USER", Path("~").expanduser().name)
    substitutes["PID"] = str(os.getpid())
    filled = configparser.ConfigParser(substitutes)
    raw = configparser.RawConfigParser()
    for parser in (filled, raw):
        parser.read(paths)
    return filled, raw


THEANO_FLAGS = os.environ.get("THEANO_FLAGS", "")
THEANO_FLAGS_DICT = parse_config_string(THEANO_FLAGS)
config_files = config_files_from_theanorc()
theano_cfg, theano_raw_cfg = _read_files(config_files)


def fetch_val_for_key(key: str, delete_key: bool = False) -> str:
    """The text that the user gave for a flag.

    Parameters
    ----------
    key : str
        Full name of the flag, such as ``"dnn.conv.algo_fwd"``.
    delete_key : bool
        Cross the flag off ``THEANO_FLAGS_DICT``, so that what is left there is what nobody knew.

    Raises
    ------
    KeyError
        If neither ``THEANO_FLAGS`` nor a configuration file names the flag.
    """
    if key in THEANO_FLAGS_DICT:
        return THEANO_FLAGS_DICT.pop(key) if delete_key else THEANO_FLAGS_DICT[key]
    section, _, option = key.rpartition(".")
    try:
        try:
            return theano_cfg.get(section or "global", option)
        except configparser.InterpolationError:
            return theano_raw_cfg.get(section or "global", option)
    except (configparser.NoOptionError, configparser.NoSectionError):
        raise KeyError(key) from None


# ------------------------------------------------------------------------------------------------
# Flags
# ------------------------------------------------------------------------------------------------


class ConfigParam:
    """One flag: its default, what values it takes, and its value now.

    Parameters
    ----------
    default : object or callable
        The default, or a function of no argument that works it out when it is first asked for.
    filter : callable, optional
        Turns a given value, often text, into the flag's value, or raises ``ValueError``.
    allow_override : bool
        Whether the flag can be changed after the import.
    """

    choices = "any value"

    def __init__(
        self,
        default: Any,
        filter: Callable[[Any], Any] | None = None,
        allow_override: bool = True,
    ) -> None:
        self.default = default
        self.filter = filter
        self.allow_override = allow_override
        self.is_default = True
        self.fullname = "unnamed"
        self.doc = ""
        self.in_c_key = False
        self._engine_flag: str | None = None
        self._listeners: list[Callable[[Any], None]] = []

    def __str__(self) -> str:
        return f"{self.fullname} ({self.choices}) "

    def check(self, value: Any) -> Any:
        """The value in the flag's own type; ``ValueError`` if the flag can't have it."""
        return value if self.filter is None else self.filter(value)

    def forward_to_engine(self) -> None:
        """Let PyTensor's flag of the same name hold the value, if it has such a flag."""
        engine_flag = self.fullname.replace(".", "__")
        if hasattr(type(pytensor.config), engine_flag):
            self._engine_flag = engine_flag

    def read(self) -> Any:
        """The flag's value now."""
        if self._engine_flag is not None:
            return getattr(pytensor.config, self._engine_flag)
        if not hasattr(self, "_value"):
            default = self.default() if callable(self.default) else self.default
            self._value = self.check(default)
        return self._value

    def write(self, value: Any) -> None:
        """Give the flag a value, whether it can be overridden or not."""
        value = self.check(value)
        self.is_default = False
        if self._engine_flag is not None:
            setattr(pytensor.config, self._engine_flag, value)
        else:
            self._value = value
        for listener in self._listeners:
            listener(value)

    def when_set(self, listener: Callable[[Any], None]) -> None:
        """Call a function with the flag's value: now, and whenever it is set."""
        self._listeners.append(listener)
        listener(self.read())

    def invalid(self, value: Any) -> ValueError:
        """The error to raise for a value that the flag can't have."""
        return ValueError(
            f'Invalid value ("{value}") for configuration variable "{self.fullname}". '
            f"Valid options are {self.choices}."
        )


class EnumStr(ConfigParam):
    """A flag that is one of several texts, the first of which is the default."""

    def __init__(
        self,
        default: str,
        *options: str,
        convert: Callable[[Any], Any] | None = None,
        allow_override: bool = True,
    ) -> None:
        super().__init__(default, allow_override=allow_override)
        self.all = tuple(dict.fromkeys((default, *options)))
        self.choices = str(self.all)
        self.convert = convert

    def check(self, value: Any) -> str:
        if self.convert is not None:
            value = self.convert(value)
        if value not in self.all:
            raise self.invalid(value)
        return value


class TypedParam(ConfigParam):
    """A flag of a Python type, such as ``int``; ``is_valid`` may narrow its values."""

    def __init__(
        self,
        default: Any,
        mytype: Callable[[Any], Any],
        is_valid: Callable[[Any], bool] | None = None,
        allow_override: bool = True,
        choices: str | None = None,
    ) -> None:
        super().__init__(default, allow_override=allow_override)
        self.mytype = mytype
        self.is_valid = is_valid
        self.choices = choices or f"values of type {mytype.__name__}"

    def check(self, value: Any) -> Any:
        try:
            typed = self.mytype(value)
        except (TypeError, ValueError):
            raise self.invalid(value) from None
        if self.is_valid is not None and not self.is_valid(typed):
            raise self.invalid(value)
        return typed


def StrParam(
    default: Any, is_valid: Callable | None = None, allow_override: bool = True
) -> TypedParam:
    """A flag that is a text."""
    return TypedParam(default, str, is_valid, allow_override)


def IntParam(
    default: Any,
    is_valid: Callable | None = None,
    allow_override: bool = True,
    choices: str | None = None,
) -> TypedParam:
    """A flag that is a whole number."""
    return TypedParam(default, int, is_valid, allow_override, choices)


def FloatParam(
    default: Any, is_valid: Callable | None = None, allow_override: bool = True
) -> TypedParam:
    """A flag that is a number."""
    return TypedParam(default, float, is_valid, allow_override)


def _to_bool(value: Any) -> bool:
    truths = {"False": False, "false": False, "0": False, "True": True, "true": True, "1": True}
    if str(value) not in truths:
        raise ValueError(value)
    return truths[str(value)]


def BoolParam(
    default: Any, is_valid: Callable | None = None, allow_override: bool = True
) -> TypedParam:
    """A flag that is on or off; as text: True, true, 1, False, false or 0."""
    return TypedParam(default, _to_bool, is_valid, allow_override, choices="(True, False)")


# ------------------------------------------------------------------------------------------------
# The tree of flags
# ------------------------------------------------------------------------------------------------

_flags: dict[str, ConfigParam] = {}


def when_set(name: str, listener: Callable[[Any], None]) -> None:
    """Call a function with the value of the flag of that name: now, and whenever it is set."""
    _flags[name].when_set(listener)


def suggestion(name: str) -> str:
    """``"; did you mean 'floatX'?"`` for ``"flotX"``, or nothing if no flag looks like it."""
    lower = {flag.lower(): flag for flag in _flags}
    close = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.6)
    return f"; did you mean '{lower[close[0]]}'?" if close else ""


class ConfigSection:
    """Flags whose names begin alike; ``config.dnn`` holds ``dnn.enabled`` and more."""

    def __init__(self, prefix: str = "") -> None:
        object.__setattr__(self, "_prefix", prefix)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        fullname = self._prefix + name
        if fullname in _flags:
            return _flags[fullname].read()
        if any(flag.startswith(f"{fullname}.") for flag in _flags):
            return ConfigSection(f"{fullname}.")
        raise AttributeError(f"theano.config has no flag '{fullname}'{suggestion(fullname)}")

    def __setattr__(self, name: str, value: Any) -> None:
        fullname = self._prefix + name
        if fullname not in _flags:
            raise AttributeError(f"theano.config has no flag '{fullname}'{suggestion(fullname)}")
        if not _flags[fullname].allow_override:
            raise RuntimeError(
                f"The flag '{fullname}' can't be changed after the import of theano; "
                f"set THEANO_FLAGS={fullname}={value} in the environment instead."
            )
        _flags[fullname].write(value)

    def __dir__(self) -> Iterator[str]:
        inside = (flag for flag in _flags if flag.startswith(self._prefix))
        return iter({flag[len(self._prefix) :].partition(".")[0] for flag in inside})

    def __str__(self, print_doc: bool = True) -> str:
        """Every flag with its choices, what it is for, and its value."""
        entries = []
        for name, flag in _flags.items():
            if name.startswith(self._prefix):
                doc = f"    Doc:  {flag.doc}\n" if print_doc else ""
                entries.append(f"{flag}\n{doc}    Value:  {flag.read()}\n")
        return "\n".join(entries)


class TheanoConfigParser(ConfigSection):
    """``theano.config``: every flag, by name, as an attribute.

    Examples
    --------
    >>> import theano
    >>> theano.config.floatX in ("float16", "float32", "float64")
    True
    >>> with theano.config.change_flags(floatX="float32"):
    ...     print(theano.config.floatX)
    float32
    """

    def change_flags(self, args: Any = (), **kwargs: Any) -> change_flags:
        """Change flags for the length of a ``with`` block or of a function; see `change_flags`."""
        return change_flags(args, **kwargs)


class change_flags:
    """Change flags for the length of a ``with`` block, or of the calls of a decorated function.

    Parameters
    ----------
    args : dict or sequence of pairs, optional
        Flags by their full names, such as ``{"dnn.enabled": "False"}``.
    **kwargs
        Further flags; ``dnn__enabled`` stands for ``dnn.enabled``.

    Raises
    ------
    AttributeError
        If there is no such flag.
    ValueError
        If the flag can't have the value; then no flag is changed.

    Examples
    --------
    >>> import theano
    >>> with theano.config.change_flags(compute_test_value="off", dnn__enabled="False"):
    ...     print(theano.config.dnn.enabled)
    False
    """

    def __init__(self, args: Any = (), **kwargs: Any) -> None:
        by_keyword = {name.replace("__", "."): value for name, value in kwargs.items()}
        self.new_vals = {**dict(args), **by_keyword}
        for name in self.new_vals:
            if name not in _flags:
                raise AttributeError(f"theano.config has no flag '{name}'{suggestion(name)}")
        self._old_vals: list[dict[str, Any]] = []

    def __call__(self, function: Callable) -> Callable:
        @functools.wraps(function)
        def with_changed_flags(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return with_changed_flags

    def __enter__(self) -> None:
        checked = {name: _flags[name].check(value) for name, value in self.new_vals.items()}
        # A list, as the calls of a decorated function may be nested.
        self._old_vals.append({name: _flags[name].read() for name in checked})
        for name, value in checked.items():
            _flags[name].write(value)

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        for name, value in self._old_vals.pop().items():
            _flags[name].write(value)


config = TheanoConfigParser()


def AddConfigVar(
    name: str,
    doc: str,
    configparam: ConfigParam,
    root: ConfigSection = config,
    in_c_key: bool = True,
) -> None:
    """Add a flag to ``theano.config``, and take its value from the user's settings.

    Parameters
    ----------
    name : str
        Name, with the sections it is in: ``"section.flag"``.
    doc : str
        What the flag is for.
    configparam : ConfigParam
        Its type and default: an `EnumStr`, `StrParam`, `IntParam`, `FloatParam`, `BoolParam`, ...
    root, in_c_key : optional
        Taken as Theano takes them; neither has an effect.

    Raises
    ------
    AttributeError
        If there is such a flag already.
    ValueError
        If the user's settings give a value that the flag can't have.
    """
    configparam.in_c_key = in_c_key
    add_flag(name, doc, configparam)


def add_flag(name: str, doc: str, flag: ConfigParam, forward: bool = False) -> None:
    """What `AddConfigVar` does; with `forward`, PyTensor's flag of that name holds the value."""
    if name in _flags:
        raise AttributeError(f"theano.config has a flag '{name}' already")
    flag.fullname = name
    flag.doc = doc
    _flags[name] = flag
    if forward:
        flag.forward_to_engine()
    try:
        value = fetch_val_for_key(name, delete_key=True)
    except KeyError:
        return
    flag.write(value)


def refuse_unknown_flags(names: Iterable[str]) -> None:
    """Raise a ``ValueError`` that names what is left of ``THEANO_FLAGS``, if anything is."""
    unknown = [f"'{name}'{suggestion(name)}" for name in names]
    if unknown:
        raise ValueError(
            f"THEANO_FLAGS names a flag that theano doesn't know: {', '.join(unknown)} "
            "(all flags: python -c 'import theano; print(theano.config)' without THEANO_FLAGS)"
        )
