"""A mode that compares what operations' C code, Python code and rewritten forms compute."""

from typing import Any

from pytensor.compile.debug.debugmode import (
    BadDestroyMap,
    BadOptimization,
    BadThunkOutput,
    BadViewMap,
    DebugModeError,
    InvalidValueError,
    StochasticOrder,
    _Maker,
)
from pytensor.compile.debug.debugmode import DebugMode as _PyTensorDebugMode
from pytensor.compile.executor import Function
from theano.link.errors import ExplainedFunction, ExplainedMaker
from theano.missing import explain_missing

__all__ = [
    "BadDestroyMap",
    "BadOptimization",
    "BadThunkOutput",
    "BadViewMap",
    "DebugMode",
    "DebugModeError",
    "InvalidValueError",
    "StochasticOrder",
]


class DebugMode(_PyTensorDebugMode):
    """Compute everything in several ways, and complain where the results differ.

    Parameters
    ----------
    optimizer : str, default "fast_run"
        The rewrites to check.
    stability_patience : int, optional
        How often to rewrite the graph, which should give the same each time.
    check_c_code : bool, optional
        Whether to check operations' C code; ``theano.config.DebugMode`` has the defaults.
    check_py_code : bool, default False
        Whether to check their Python code. Some of PyTensor 3's own operations fail that check.
    **options
        Theano's other settings: `check_isfinite`, `check_preallocated_output` and
        `require_matching_strides`.
    """

    def __init__(
        self,
        optimizer: Any = "fast_run",
        stability_patience: "int | None" = None,
        check_c_code: "bool | None" = None,
        check_py_code: "bool | None" = False,
        **options: Any,
    ):
        super().__init__(optimizer, stability_patience, check_c_code, check_py_code, **options)

    @property
    def function_maker(self) -> type:
        return _ExplainedDebugMaker


class _ExplainedDebugMaker(ExplainedMaker, _Maker):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.function_class is Function:
            self.function_class = ExplainedFunction


__getattr__ = explain_missing(__name__, "pytensor.compile.debug.debugmode")
