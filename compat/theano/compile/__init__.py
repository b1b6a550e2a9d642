"""Compilation: functions, modes and shared variables."""

from theano.compile.builders import OpFromGraph
from theano.compile.debugmode import DebugMode
from theano.compile.evaluate import evaluate
from theano.compile.function import Function, UnusedInputError, function, function_dump
from theano.compile.function_module import FunctionMaker, convert_function_input
from theano.compile.io import In, Out, Param, SymbolicInput, SymbolicOutput
from theano.compile.mode import (
    FAST_COMPILE,
    FAST_RUN,
    JAX,
    Mode,
    get_default_mode,
    get_mode,
    predefined_modes,
    register_mode,
)
from theano.compile.monitormode import MonitorMode
from theano.compile.nanguardmode import NanGuardMode
from theano.compile.ops import (
    DeepCopyOp,
    FromFunctionOp,
    Rebroadcast,
    Shape,
    Shape_i,
    SpecifyShape,
    ViewOp,
    as_op,
    deep_copy_op,
    shape_i,
    specify_shape,
    view_op,
)
from theano.compile.pfunc import (  # the function, which has the name of a module
    orig_function,
    pfunc,
    rebuild_collect_shared,
)
from theano.compile.profilemode import ProfileMode
from theano.compile.profiling import ProfileStats
from theano.compile.sharedvalue import SharedVariable, TensorSharedVariable, shared
from theano.link import linkers
from theano.missing import explain_missing

__getattr__ = explain_missing(
    __name__,
    "pytensor.compile",
    "pytensor.compile.mode",
    "pytensor.compile.executor",
    "pytensor.compile.aliasing",
    "pytensor.tensor.shape",
    "pytensor.graph.op",
)
