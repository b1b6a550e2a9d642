"""The modes in which functions are compiled, by name."""

from collections import ChainMap
from typing import Any

import pytensor
from pytensor.compile.mode import JAX, Mode, optdb, register_mode
from pytensor.compile.mode import get_mode as _pytensor_mode
from pytensor.compile.mode import predefined_modes as _pytensor_modes
from theano.compile.debugmode import DebugMode
from theano.compile.nanguardmode import NanGuardMode
from theano.configdefaults import config
from theano.link.modes import FAST_COMPILE, FAST_RUN
from theano.missing import explain_missing

__all__ = [
    "FAST_COMPILE",
    "FAST_RUN",
    "JAX",
    "Mode",
    "get_default_mode",
    "get_mode",
    "optdb",
    "predefined_modes",
    "register_mode",
]

__getattr__ = explain_missing(__name__, "pytensor.compile.mode")
_BY_NAME = {"Mode": FAST_RUN, "FAST_RUN": FAST_RUN, "FAST_COMPILE": FAST_COMPILE, "JAX": JAX}

predefined_modes = ChainMap({"FAST_RUN": FAST_RUN, "FAST_COMPILE": FAST_COMPILE}, _pytensor_modes)


def get_mode(mode: Any = None) -> Mode:
    """Find a mode by its name.

    Parameters
    ----------
    mode : str, Mode or None
        ``theano.config.mode`` by default. A mode is returned as it is.

    Returns
    -------
    Mode

    Raises
    ------
    ValueError
        If there is no mode of that name.
    """
    if mode is None:
        mode = config.mode
    if not isinstance(mode, str):
        return mode
    if mode in _BY_NAME:
        return _BY_NAME[mode]
    if mode in ("DebugMode", "DEBUG_MODE"):
        return _debug_mode()
    if mode == "NanGuardMode":
        return NanGuardMode(nan_is_error=True, inf_is_error=True, big_is_error=True)
    try:
        return _pytensor_mode(mode)
    except Exception as error:
        known = ", ".join(sorted({*_BY_NAME, *predefined_modes, "DebugMode", "NanGuardMode"}))
        raise ValueError(f"no mode is called {mode!r}; there are: {known}") from error


def _debug_mode():
    if not pytensor.config.cxx:
        # What DebugMode compares is C code; without a compiler, run each operation by itself.
        return Mode(linker="py", optimizer="fast_run")
    return DebugMode()


def get_default_mode() -> Mode:
    """Return the mode that `theano.function` uses unless it is given another."""
    return get_mode(None)
