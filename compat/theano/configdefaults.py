"""The flags of ``theano.config``: those of Theano 1.0.5, and what each of them does here.

They are in three tables:

``FORWARDED``
    PyTensor has the same flag: reading and setting ``theano.config.floatX`` reads and sets
    ``pytensor.config.floatX``. A value from ``THEANO_FLAGS`` or ``.theanorc`` overrides one from
    ``PYTENSOR_FLAGS`` or ``.pytensorrc``.
``OWN``
    Read by this package itself.
``NO_EFFECT``
    Accepted and kept, so that old scripts and settings work, but nothing here reads them: they are
    about Theano's C code, its libgpuarray back-end and bugs of its past. PyTensor's own settings of
    that kind, such as where it compiles to, are in ``PYTENSOR_FLAGS``.
"""

from __future__ import annotations

import math
import os
import re
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytensor
from theano.configparser import (
    THEANO_FLAGS_DICT,
    AddConfigVar,
    BoolParam,
    ConfigParam,
    EnumStr,
    FloatParam,
    IntParam,
    StrParam,
    TheanoConfigParser,
    TheanoConfigWarning,
    TypedParam,
    add_flag,
    change_flags,
    config,
    refuse_unknown_flags,
)

__all__ = [
    "FORWARDED",
    "NO_EFFECT",
    "OWN",
    "AddConfigVar",
    "TheanoConfigParser",
    "change_flags",
    "config",
]


def _positive(number: int) -> bool:
    return number > 0


def _not_negative(number: int) -> bool:
    return number >= 0


def _cache_folder() -> str:
    """The user's cache folder, as each operating system has it."""
    if sys.platform == "darwin":
        default = "~/Library/Caches"
    elif sys.platform == "win32":
        default = os.environ.get("LOCALAPPDATA", "~/AppData/Local")
    else:
        default = "~/.cache"
    base = Path(os.environ.get("XDG_CACHE_HOME") or default).expanduser()
    return str(base / "lasagne_expr" / "jax")


def floatX_convert(value: Any) -> Any:
    """``"32"`` is short for ``"float32"``, and so are ``"16"`` and ``"64"``."""
    return {"16": "float16", "32": "float32", "64": "float64"}.get(value, value)


class DeviceParam(ConfigParam):
    """``cpu``, or ``cuda`` with an optional number; fixed once theano is imported."""

    choices = "('cpu', 'cuda*')"

    def __init__(self, default: str) -> None:
        super().__init__(default, allow_override=False)

    def check(self, value: Any) -> str:
        if value == self.default or re.fullmatch(r"cuda\d*", str(value)):
            return value
        if str(value).startswith("gpu"):
            raise ValueError(
                f"{self.fullname}={value}: device=gpu* was the name in Theano's old GPU back-end, "
                f"which 1.0 removed. Use {self.fullname}={str(value).replace('gpu', 'cuda')}."
            )
        if str(value).startswith("opencl"):
            raise ValueError(f"{self.fullname}={value}: OpenCL is not there on PyTensor and JAX.")
        raise self.invalid(value)


class ModeParam(ConfigParam):
    """The name of a compilation mode, Theano's or PyTensor's, or a ``Mode`` object."""

    names = ("Mode", "FAST_RUN", "FAST_COMPILE", "DebugMode", "DEBUG_MODE", "NanGuardMode")
    names += ("JAX", "NUMBA", "CVM", "C", "VM", "PYTORCH", "MLX")
    choices = f"{names}, or a Mode"

    def check(self, value: Any) -> Any:
        if value in self.names or any(kind.__name__ == "Mode" for kind in type(value).__mro__):
            return value
        raise self.invalid(value)


class OptTestValueParam(EnumStr):
    """``compute_test_value_opt``, which warns when it is switched on, as it does nothing here."""

    def check(self, value: Any) -> str:
        value = super().check(value)
        if value != "off":
            warnings.warn(
                f"{self.fullname}={value} has no effect: rewrites don't compute test values on "
                "PyTensor. compute_test_value has them computed while a graph is built.",
                TheanoConfigWarning,
                stacklevel=4,
            )
        return value


def _lazy(value: Any) -> bool | None:
    if str(value) not in ("None", "True", "False"):
        raise ValueError(value)
    return {"None": None, "True": True, "False": False}[str(value)]


def _context_map(value: str) -> str:
    for entry in filter(None, value.split(";")):
        name, arrow, device = entry.partition("->")
        if not arrow or not device:
            raise ValueError(f"contexts={value}: '{entry}' is not of the form name->device")
        if name == "cpu" or name.startswith(("cuda", "opencl")):
            raise ValueError(f"contexts={value}: a context can't be called '{name}'")
    return value


def _removed(replacement: str, default: bool = True) -> ConfigParam:
    """A flag that Theano 1.0 knows only to say that it is gone."""

    def refuse(value: Any) -> bool:
        if value:
            raise RuntimeError(f"This flag was removed from Theano. {replacement}")
        return default

    return ConfigParam("", refuse, allow_override=False)


def _is_seed(text: str) -> bool:
    return text == "random" or text.lstrip("+-").isdigit()


def _is_preallocation(text: str) -> bool:
    known = {"initial", "previous", "c_contiguous", "f_contiguous", "strided", "wrong_size", "ALL"}
    return set(text.split(":")) <= known | {""}


def _cuda_root() -> str:
    """Where CUDA is, as the environment or the place of ``nvcc`` tells."""
    root = os.environ.get("CUDA_ROOT") or os.environ.get("CUDA_PATH")
    if root:
        return root
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if folder and (Path(folder) / "nvcc").exists():
            return str(Path(folder).absolute().parent)
    return ""


def _below(flag: str, folder: str) -> Any:
    """A default that is a folder of the path in another flag, or empty if that is empty."""

    def default() -> str:
        section, _, option = flag.partition(".")
        base = getattr(getattr(config, section), option)
        return str(Path(base) / folder) if base else ""

    return default


def _cudnn_root() -> str:
    root = config.cuda.root
    return root if root and (Path(root) / "include" / "cudnn.h").exists() else ""


FORWARDED: dict[str, tuple[ConfigParam, str]] = {
    "floatX": (
        EnumStr("float64", "float32", "float16", convert=floatX_convert),
        "Precision of variables and values that don't say their own.",
    ),
    "warn_float64": (
        EnumStr("ignore", "warn", "raise", "pdb"),
        "What to do when a float64 variable is made.",
    ),
    "cast_policy": (EnumStr("custom", "numpy+floatX"), "How types are cast implicitly."),
    "print_global_stats": (BoolParam(False), "Print how long everything took, at the end."),
    "cxx": (StrParam(""), "The C++ compiler that PyTensor's C modes use; empty for none."),
    "allow_gc": (BoolParam(True), "Free intermediate results during a call."),
    "optimizer_verbose": (BoolParam(False), "Print every rewrite that is applied to a graph."),
    "on_opt_error": (
        EnumStr("warn", "raise", "pdb", "ignore"),
        "What to do when a rewrite of the graph fails.",
    ),
    "nocleanup": (BoolParam(False), "Keep the C files that did not compile."),
    "on_unused_input": (
        EnumStr("raise", "warn", "ignore"),
        "What to do when an input of theano.function is not used by any output.",
    ),
    "lib.amdlibm": (BoolParam(False), "Use AMD's numerical library in C code."),
    "traceback.limit": (
        IntParam(8),
        "How many stack frames to keep of where a variable was made; -1 for all.",
    ),
    "traceback.compile_limit": (IntParam(0), "The same for variables made during compilation."),
    "unpickle_function": (BoolParam(True), "Unpickle compiled functions, rather than None."),
    "exception_verbosity": (EnumStr("low", "high"), "How much of the graph an error describes."),
    "openmp": (BoolParam(False), "Use OpenMP in C code."),
    "openmp_elemwise_minsize": (IntParam(200000), "From how many elements on to use OpenMP."),
    "check_input": (BoolParam(True), "Check the types of inputs in C code."),
    "on_shape_error": (
        EnumStr("warn", "raise"),
        "What to do when the shape of a node can't be inferred.",
    ),
    "tensor.insert_inplace_optimizer_validate_nb": (
        IntParam(-1),
        "How often the in-place rewrite checks the graph; -1 to choose by its size.",
    ),
    "cycle_detection": (EnumStr("regular", "fast"), "How in-place rewrites look for cycles."),
    "check_stack_trace": (
        EnumStr("off", "log", "warn", "raise"),
        "What to do when a rewrite loses the trace of where a variable was made.",
    ),
    "scan.allow_gc": (BoolParam(False), "Free intermediate results within a scan."),
    "profile": (BoolParam(False), "Measure where the time of a function goes."),
    "profile_optimizer": (BoolParam(False), "Measure where the time of its rewriting goes."),
    "profile_memory": (BoolParam(False), "Measure its memory."),
    "profiling.time_thunks": (BoolParam(True), "Measure each node by itself."),
    "profiling.n_apply": (IntParam(20, _positive), "How many nodes a profile lists."),
    "profiling.n_ops": (IntParam(20, _positive), "How many operations a profile lists."),
    "profiling.output_line_width": (IntParam(512, _positive), "How wide a profile's lines are."),
    "profiling.min_memory_size": (
        IntParam(1024, _not_negative),
        "List only nodes with outputs of at least so many bytes.",
    ),
    "profiling.min_peak_memory": (BoolParam(False), "Look for the order that needs least memory."),
    "profiling.destination": (StrParam("stderr"), "File that profiles are written to."),
    "profiling.debugprint": (BoolParam(False), "Print the graphs of profiled functions."),
    "profiling.ignore_first_call": (BoolParam(False), "Leave the first call out of the profile."),
    "vm.lazy": (
        TypedParam("None", _lazy, choices="(None, True, False)"),
        "Evaluate lazily; None to do so where it is needed.",
    ),
    "optdb.position_cutoff": (FloatParam(math.inf), "Stop rewriting at this position."),
    "optdb.max_use_ratio": (FloatParam(8), "How often a rewrite is applied at most, per node."),
    "gcc.cxxflags": (StrParam(""), "Further options for the C++ compiler."),
    "cmodule.warn_no_version": (BoolParam(False), "Warn of C code that can't be cached."),
    "cmodule.remove_gxx_opt": (BoolParam(False), "Compile C code without -O options."),
    "cmodule.compilation_warning": (BoolParam(False), "Print the C++ compiler's warnings."),
    "cmodule.debug": (BoolParam(False), "Define DEBUG in compiled C code."),
    "blas.ldflags": (StrParam(""), "How C code is linked to BLAS."),
    "blas.check_openmp": (BoolParam(True), "Check for two OpenMP libraries at once."),
    "NanGuardMode.nan_is_error": (BoolParam(True), "NanGuardMode stops at NaN."),
    "NanGuardMode.inf_is_error": (BoolParam(True), "NanGuardMode stops at infinity."),
    "NanGuardMode.big_is_error": (BoolParam(True), "NanGuardMode stops at numbers over 1e10."),
    "NanGuardMode.action": (EnumStr("raise", "warn", "pdb"), "What NanGuardMode does then."),
    "DebugMode.patience": (IntParam(10, _positive), "How often DebugMode rewrites a graph."),
    "DebugMode.check_c": (BoolParam(True), "Check C implementations."),
    "DebugMode.check_py": (BoolParam(True), "Check Python implementations."),
    "DebugMode.check_finite": (BoolParam(True), "Complain about NaN and infinity."),
    "DebugMode.check_strides": (
        IntParam(0, lambda level: level in (0, 1, 2), choices="(0, 1, 2)"),
        "Compare strides of C and Python results: (0) ignore, (1) warn, (2) raise.",
    ),
    "DebugMode.warn_input_not_reused": (
        BoolParam(True),
        "Warn when an in-place operation did not work in place.",
    ),
    "DebugMode.check_preallocated_output": (
        StrParam("", _is_preallocation),
        "Which preallocated outputs to try, separated by ':'.",
    ),
    "DebugMode.check_preallocated_output_ndim": (
        IntParam(4, _positive),
        "Over how many dimensions to try strides.",
    ),
}

_ON_FLOATING_POINT_ERROR = ("ignore", "warn", "raise", "call", "print", "log", "None")

OWN: dict[str, tuple[ConfigParam, str]] = {
    "device": (DeviceParam("cpu"), "Where functions run: cpu, or cuda, cuda0, cuda1, ... (a GPU)."),
    "mode": (ModeParam("Mode"), "Compilation mode of functions that don't say their own."),
    "jax.compile_cache": (
        BoolParam(True, allow_override=False),
        "Keep what JAX compiles, for the next Python that needs the same.",
    ),
    "jax.compile_cache_dir": (
        StrParam(_cache_folder, allow_override=False),
        "Where it is kept. By default in lasagne_expr/jax of the user's cache folder.",
    ),
    "jax.compile_cache_limit": (
        IntParam(2**30, _positive, allow_override=False),
        "How many bytes of it are kept: the least recently used are deleted.",
    ),
    "jax.kept_signatures": (
        IntParam(64, _positive),
        "For how many combinations of shapes a function keeps what was compiled.",
    ),
    "jax.update_in_place": (
        BoolParam(False),
        "Let new values overwrite the old ones, which saves memory. An interrupt then comes "
        "after the update.",
    ),
    **{
        f"numpy.seterr_{kind}": (
            EnumStr(default, *_ON_FLOATING_POINT_ERROR, allow_override=False),
            f"What NumPy does at {what}; see numpy.seterr. NumPy is left alone unless it is set.",
        )
        for kind, default, what in (
            ("all", "ignore", "any floating-point error"),
            ("divide", "None", "a division by zero"),
            ("over", "None", "an overflow"),
            ("under", "None", "an underflow"),
            ("invalid", "None", "an invalid operation"),
        )
    },
}
_RUNTIME_ALGORITHMS = (
    "guess_once",
    "guess_on_shape_change",
    "time_once",
    "time_on_shape_change",
)
_VERSIONS = "0.3 0.4 0.4.1 0.5 0.6 0.7 0.8 0.8.1 0.8.2 0.9 0.10 1.0 1.0.1 1.0.2 1.0.3 1.0.4 1.0.5"
_OLD_BUGS = (
    *("argmax_pushdown_bug", "gpusum_01_011_0111_bug", "sum_sum_bug", "sum_div_dimshuffle_bug"),
    *("subtensor_merge_bug", "gpu_set_subtensor1", "vm_gc_bug", "signal_conv2d_interface"),
    *("reduce_join", "inc_set_subtensor1", "round", "identify_1pexp_bug"),
)

NO_EFFECT: dict[str, tuple[ConfigParam, str]] = {
    "init_gpu_device": (DeviceParam(""), "GPU to start, while functions run where device says."),
    "force_device": (
        BoolParam(False, allow_override=False),
        "Raise an error if the device is not there. That is always done here.",
    ),
    "print_active_device": (
        BoolParam(True, allow_override=False),
        "Print which GPU is used when it is started.",
    ),
    "linker": (
        EnumStr("cvm", "c|py", "py", "c", "c|py_nogc", "vm", "vm_nogc", "cvm_nogc"),
        "How the mode 'Mode' is linked. Here it is by JAX; set mode for another.",
    ),
    "optimizer": (
        EnumStr("o4", "o3", "o2", "o1", "unsafe", "fast_run", "fast_compile", "merge", "None"),
        "How far the mode 'Mode' rewrites graphs. Set mode=FAST_COMPILE for less.",
    ),
    **{
        f"optimizer_{verb}": (
            StrParam("", allow_override=False),
            f"Tags of rewrites to {what} in the default mode, separated by ':'.",
        )
        for verb, what in (
            ("excluding", "leave out"),
            ("including", "add"),
            ("requiring", "insist on"),
        )
    },
    "compute_test_value": (
        EnumStr("off", "ignore", "warn", "raise", "pdb"),
        "Compute every node as it is built, from test values.",
    ),
    "compute_test_value_opt": (
        OptTestValueParam("off", "ignore", "warn", "raise", "pdb"),
        "The same during rewriting.",
    ),
    "print_test_value": (BoolParam(False), "Print a variable as its test value."),
    "pickle_test_value": (BoolParam(True), "Pickle test values with a graph."),
    "int_division": (EnumStr("int", "raise", "floatX"), "What x / y is for integers."),
    "deterministic": (EnumStr("default", "more"), "Prefer implementations that repeat exactly."),
    "conv.assert_shape": (BoolParam(False), "Check the shapes that were given to convolutions."),
    "contexts": (
        ConfigParam("", _context_map, allow_override=False),
        "Names for several GPUs: 'name->device;name->device'.",
    ),
    "gpuarray.sync": (_removed("Leave gpuarray.sync out.", default=False), "Removed."),
    "gpuarray.preallocate": (
        FloatParam(0, allow_override=False),
        "GPU memory to take at once. JAX has XLA_PYTHON_CLIENT_MEM_FRACTION for that.",
    ),
    "gpuarray.sched": (EnumStr("default", "multi", "single"), "How to wait for the GPU."),
    "gpuarray.single_stream": (BoolParam(True), "Use one stream on the GPU."),
    "gpuarray.cache_path": (StrParam("", allow_override=False), "Where GPU kernels are kept."),
    "cuda.root": (StrParam(_cuda_root), "Where CUDA is installed."),
    "cuda.include_path": (StrParam(_below("cuda.root", "include")), "Where CUDA's headers are."),
    "dnn.conv.workmem": (_removed("Use dnn.conv.algo_fwd."), "Removed."),
    "dnn.conv.workmem_bwd": (
        _removed("Use dnn.conv.algo_bwd_filter and dnn.conv.algo_bwd_data."),
        "Removed.",
    ),
    "dnn.conv.algo_bwd": (
        _removed("Use dnn.conv.algo_bwd_filter and dnn.conv.algo_bwd_data."),
        "Removed.",
    ),
    "dnn.conv.algo_fwd": (
        EnumStr(
            *("small", "none", "large", "fft", "fft_tiling", "winograd", "winograd_non_fused"),
            *_RUNTIME_ALGORITHMS,
        ),
        "cuDNN's algorithm for convolutions.",
    ),
    "dnn.conv.algo_bwd_data": (
        EnumStr(
            *("none", "deterministic", "fft", "fft_tiling", "winograd", "winograd_non_fused"),
            *_RUNTIME_ALGORITHMS,
        ),
        "cuDNN's algorithm for the gradient of a convolution's input.",
    ),
    "dnn.conv.algo_bwd_filter": (
        EnumStr(
            *("none", "deterministic", "fft", "small", "winograd_non_fused", "fft_tiling"),
            *_RUNTIME_ALGORITHMS,
        ),
        "cuDNN's algorithm for the gradient of a convolution's filters.",
    ),
    "dnn.conv.precision": (
        EnumStr("as_input_f32", "as_input", "float16", "float32", "float64"),
        "Precision of cuDNN's convolutions.",
    ),
    "dnn.base_path": (StrParam(_cudnn_root), "Where cuDNN is installed."),
    "dnn.include_path": (StrParam(_below("dnn.base_path", "include")), "Where its headers are."),
    "dnn.library_path": (StrParam(_below("dnn.base_path", "lib64")), "Where its library is."),
    "dnn.bin_path": (StrParam(_below("dnn.base_path", "lib64")), "Where it is loaded from."),
    "dnn.enabled": (
        EnumStr("auto", "True", "False", "no_check"),
        "Use cuDNN. JAX uses it where it is installed.",
    ),
    "magma.include_path": (StrParam(""), "Where MAGMA's headers are."),
    "magma.library_path": (StrParam(""), "Where MAGMA's library is."),
    "magma.enabled": (BoolParam(False), "Use MAGMA."),
    "assert_no_cpu_op": (
        EnumStr("ignore", "warn", "raise", "pdb"),
        "What to do when a node stays on the CPU.",
    ),
    "tensor.cmp_sloppy": (
        IntParam(0, lambda level: level in (0, 1, 2), allow_override=False, choices="(0, 1, 2)"),
        "How closely DebugMode compares values.",
    ),
    "tensor.local_elemwise_fusion": (BoolParam(True), "Fuse element-wise nodes on the CPU."),
    "gpu.local_elemwise_fusion": (BoolParam(True), "Fuse element-wise nodes on the GPU."),
    "gpuelemwise.sync": (BoolParam(True), "Wait for element-wise nodes on the GPU."),
    "experimental.unpickle_gpu_on_cpu": (BoolParam(False), "Unpickle GPU arrays as NumPy's."),
    "experimental.local_alloc_elemwise": (BoolParam(True, bool), "Always on."),
    "experimental.local_alloc_elemwise_assert": (BoolParam(True), "Check shapes with it."),
    "warn.ignore_bug_before": (
        EnumStr("0.9", "None", "all", *_VERSIONS.split(), allow_override=False),
        "Don't warn of bugs that were fixed before this version of Theano.",
    ),
    **{
        f"warn.{bug}": (BoolParam(False), "Warn where this bug of an old Theano would have struck.")
        for bug in _OLD_BUGS
    },
    "warn.inc_subtensor1_opt": (
        BoolParam(True),
        "Warn where this bug of an old Theano would have struck.",
    ),
    "reoptimize_unpickled_function": (BoolParam(False), "Rewrite functions that are unpickled."),
    "cache_optimizations": (BoolParam(False), "Keep rewritten graphs."),
    "unittests.rseed": (StrParam(666, _is_seed), "Seed of Theano's own tests, or 'random'."),
    "cmodule.preload_cache": (BoolParam(False, allow_override=False), "Load all C code at once."),
    "cmodule.age_thresh_use": (
        IntParam(60 * 60 * 24 * 24, allow_override=False),
        "After how many seconds C code is compiled anew.",
    ),
    "metaopt.verbose": (IntParam(0), "How much the meta-optimizer prints."),
    "metaopt.optimizer_excluding": (StrParam(""), "Rewrites it leaves out."),
    "metaopt.optimizer_including": (StrParam(""), "Rewrites it adds."),
    "scan.allow_output_prealloc": (BoolParam(True), "Preallocate the outputs of a scan."),
    "scan.debug": (BoolParam(False), "Print what scan does."),
    "compile.wait": (
        IntParam(5, _positive, allow_override=False),
        "Seconds between looks at the lock of the compile folder.",
    ),
    "compile.timeout": (
        IntParam(lambda: 24 * config.compile.wait, _not_negative, allow_override=False),
        "Seconds after which that lock is broken.",
    ),
    "compiledir_format": (
        StrParam(
            "compiledir_%(short_platform)s-%(processor)s-%(python_version)s-%(python_bitwidth)s",
            allow_override=False,
        ),
        "How Theano's compile folder is named.",
    ),
    "base_compiledir": (
        StrParam(lambda: str(Path("~/.theano").expanduser()), allow_override=False),
        "Where Theano's compile folder is. PYTENSOR_FLAGS=base_compiledir=... sets PyTensor's.",
    ),
    "compiledir": (
        StrParam(lambda: str(pytensor.config.compiledir), allow_override=False),
        "The compile folder; PyTensor's, unless it is set.",
    ),
    "ctc.root": (StrParam("", allow_override=False), "Where Baidu's CTC library is."),
    # Flags that Theano 0.7 to 0.9 documented, and that 1.0 no longer has.
    "lib.cnmem": (FloatParam(0), "GPU memory for the old back-end to take at once."),
    "nvcc.flags": (StrParam(""), "Options for CUDA's compiler."),
    "nvcc.compiler_bindir": (StrParam(""), "Which C++ compiler CUDA's calls."),
    "nvcc.fastmath": (BoolParam(False), "Compile for the GPU with -use_fast_math."),
    "cublas.lib": (StrParam("cublas"), "Name of the cuBLAS library."),
    "enable_initial_driver_test": (BoolParam(True), "Test the GPU when it is started."),
    "allow_output_prealloc": (BoolParam(True), "Preallocate outputs."),
}


def _set_numpy_errors() -> None:
    """Do what the user's own ``numpy.seterr_*`` flags say; Theano's defaults stay out of it."""
    chosen = {}
    for name, (flag, _) in OWN.items():
        if name.startswith("numpy.seterr_") and not flag.is_default and flag.read() != "None":
            chosen[name.removeprefix("numpy.seterr_")] = flag.read()
    if chosen:
        np.seterr(**chosen)


for _table in (FORWARDED, OWN, NO_EFFECT):
    for _name, (_flag, _doc) in _table.items():
        add_flag(_name, _doc, _flag, forward=_table is FORWARDED)
refuse_unknown_flags(THEANO_FLAGS_DICT)
_set_numpy_errors()
