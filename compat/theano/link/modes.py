"""What the modes are that Theano names: their linker and their rewrites."""

import sys
from collections.abc import Iterable

from pytensor.compile.debug.debugmode import DebugMode
from pytensor.compile.mode import JAX, Mode
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.rewriting.db import RewriteDatabaseQuery
from pytensor.graph.traversal import ancestors
from pytensor.link.basic import WrapLinker
from pytensor.link.jax.linker import JAXLinker
from pytensor.link.vm import VMLinker
from theano.link import rewriting
from theano.ops.choices import IfElse
from theano.ops.scan import Scan, ScanGradient

__all__ = [
    "FAST_COMPILE",
    "FAST_RUN",
    "INTERPRETED",
    "compiles_by_jax",
    "has_watched_loops",
    "interpreting",
    "jax_lacks_types_of",
    "watches",
]

# This takes the pseudo-inverse of a diagonal matrix for its inverse, which may be infinite.
_WRONG = "inv_of_diag_to_diag_reciprocal"

# Where a matrix has been inverted, products with that and its transpose are cheaper than a second
# solution of equations.
FAST_RUN = JAX.excluding("inv_to_solve", "transpose_of_inv", _WRONG).including(
    "channels_last", "convolution_input_barriers", "transposed_barriers"
)
FAST_COMPILE = Mode(
    JAXLinker(), RewriteDatabaseQuery(include=["fast_compile", "jax"], exclude=["fusion", _WRONG])
)
INTERPRETED = Mode(linker="py", optimizer="fast_compile").excluding(_WRONG)
_INTERPRETED_LAZILY = Mode(
    VMLinker(use_cloop=False, c_thunks=False),
    RewriteDatabaseQuery(include=["fast_compile"], exclude=[_WRONG]),
)

# By the modules that have them: where these weren't imported, no variable is of these types.
_TYPES_THAT_JAX_LACKS = {
    "pytensor.sparse.type": "SparseTensorType",
    "pytensor.typed_list.type": "TypedListType",
}


def compiles_by_jax(mode: Mode) -> bool:
    """Tell whether a mode is compiled by JAX."""
    return isinstance(mode.linker, JAXLinker)


def interpreting(outputs: Iterable[Variable]) -> Mode:
    """Find the mode in which PyTensor interprets a graph, whose choices it makes lazily."""
    owners = (v.owner for v in ancestors(outputs))
    chooses = any(node is not None and isinstance(node.op, IfElse) for node in owners)
    return _INTERPRETED_LAZILY if chooses else INTERPRETED


def watches(mode: "Mode | None") -> bool:
    """Tell whether a mode does more than compute: whether it checks, or shows, what nodes do."""
    if mode is None:
        return False
    linker = mode.linker
    called = (getattr(linker, name, None) for name in ("callback", "callback_input"))
    return isinstance(mode, DebugMode) or isinstance(linker, WrapLinker) or any(called)


def has_watched_loops(outputs: Iterable[Variable]) -> bool:
    """Tell whether variables depend on loops with a mode of their own that watches them."""
    owners = {v.owner for v in ancestors(outputs)} - {None}
    loops = {
        node.op if isinstance(node.op, Scan) else node.op.scan
        for node in owners
        if isinstance(node.op, (Scan, ScanGradient))
    }
    return any(watches(loop.mode) or has_watched_loops(loop.inner_outputs) for loop in loops)


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
