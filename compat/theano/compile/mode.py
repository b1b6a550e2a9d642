"""Which of Theano's modes is compiled by what."""

import sys
from collections import ChainMap
from collections.abc import Iterable
from typing import Any

import pytensor
from pytensor.compile.mode import JAX, Mode, optdb, register_mode
from pytensor.compile.mode import get_mode as _pytensor_mode
from pytensor.compile.mode import predefined_modes as _pytensor_modes
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.rewriting.db import RewriteDatabaseQuery
from pytensor.graph.traversal import ancestors
from pytensor.link.jax.linker import JAXLinker
from theano.configdefaults import config
from theano.missing import explain_missing

__all__ = [
    "FAST_COMPILE",
    "FAST_RUN",
    "INTERPRETED",
    "JAX",
    "Mode",
    "compiles_by_jax",
    "get_default_mode",
    "get_mode",
    "jax_lacks_types_of",
    "optdb",
    "predefined_modes",
    "register_mode",
]

__getattr__ = explain_missing(__name__, "pytensor.compile.mode")

# Where a matrix has been inverted, products with that and its transpose are cheaper than a second
# solution of equations.
FAST_RUN = JAX.excluding("inv_to_solve", "transpose_of_inv").including(
    "channels_last", "convolution_inputs_apart", "transposed_apart"
)
FAST_COMPILE = Mode(
    JAXLinker(), RewriteDatabaseQuery(include=["fast_compile", "jax"], exclude=["fusion"])
)

INTERPRETED = Mode(linker="py", optimizer="fast_compile")
# By the modules that have them: where these weren't imported, no variable is of these types.
_TYPES_THAT_JAX_LACKS = {
    "pytensor.sparse.type": "SparseTensorType",
    "pytensor.typed_list.type": "TypedListType",
}

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
        from theano.compile.nanguardmode import NanGuardMode

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
    from theano.compile.debugmode import DebugMode

    return DebugMode()


def get_default_mode() -> Mode:
    """Return the mode that `theano.function` uses unless it is given another."""
    return get_mode(None)


def compiles_by_jax(mode: Mode) -> bool:
    """Tell whether a mode is compiled by JAX."""
    return isinstance(mode.linker, JAXLinker)


def jax_lacks_types_of(variables: Iterable[Variable]) -> bool:
    """Tell whether variables depend on sparse matrices or lists, constants apart, or are some."""
    lacking = tuple(
        getattr(sys.modules[module], name)
        for module, name in _TYPES_THAT_JAX_LACKS.items()
        if module in sys.modules
    )
    return bool(lacking) and any(
        isinstance(v.type, lacking) and not isinstance(v, Constant) for v in ancestors(variables)
    )
