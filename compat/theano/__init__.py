"""Theano's API over PyTensor, Theano's maintained continuation, compiled by JAX.

It is installed as ``theano`` where Theano itself can't run. Its variables are PyTensor's, so code
for either can be mixed.
"""

import importlib.util
import os

# After a call OpenBLAS keeps its threads busy waiting for the next one, for 2^26 cycles by default,
# some 30 ms in which XLA lacks the cores. It reads this when it is loaded.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "14")

try:
    import pytensor
except ImportError as error:
    raise ImportError(
        "theano, on this Python, needs PyTensor: pip install 'pytensor>=3,<4' jax"
    ) from error
if not 3 <= int(pytensor.__version__.split(".")[0]) < 4:
    raise ImportError(
        f"theano, on this Python, needs PyTensor 3, not {pytensor.__version__}: "
        "pip install 'pytensor>=3,<4'"
    )
if importlib.util.find_spec("jax") is None:
    raise ImportError("theano, on this Python, needs JAX: pip install jax")

from theano import (
    compile,
    flat_pickles,
    gof,
    gradient,
    ifelse,
    moved_modules,
    pickles,
    printing,
    scalar,
    tensor,
    version,
)
from theano.compile import (
    FAST_COMPILE,
    FAST_RUN,
    Function,
    FunctionMaker,
    In,
    Mode,
    OpFromGraph,
    Out,
    Param,
    ProfileMode,
    ProfileStats,
    SymbolicInput,
    SymbolicOutput,
    as_op,
    function,
    function_dump,
    predefined_linkers,
    predefined_modes,
    predefined_optimizers,
    shared,
)
from theano.configdefaults import config
from theano.configparser import change_flags
from theano.gof import (
    Apply,
    CLinker,
    Constant,
    Container,
    DualLinker,
    FunctionGraph,
    Generic,
    InconsistencyError,
    Linker,
    LocalLinker,
    Op,
    OpenMPOp,
    OpWiseCLinker,
    PerformLinker,
    Type,
    Variable,
    generic,
    object2,
    opt,
    toolbox,
    utils,
)
from theano.gof.graph import clone_replace as clone
from theano.gradient import Lop, Rop, grad, subgraph_grad
from theano.misc.safe_asarray import _asarray
from theano.missing import explain_missing
from theano.printing import pp, pprint
from theano.scan_module import foldl, foldr, map, reduce, scan, scan_checkpoints
from theano.tensor import dot
from theano.tensor.basic import get_scalar_constant_value
from theano.updates import OrderedUpdates, Updates

__version__ = version.version


def sparse_grad(var: Variable) -> Variable:
    """Return a variable as it is: its gradient is a dense tensor here."""
    return var


__getattr__ = explain_missing(__name__, "pytensor")
