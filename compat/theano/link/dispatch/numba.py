"""How Numba computes what JAX computes here; imported before Numba compiles a graph.

It calls the functions that XLA has compiled. These are as fast for convolutions as anything that
Numba makes of loops.
"""

import warnings
from collections.abc import Callable
from typing import Any

from pytensor.link.numba.dispatch.basic import generate_fallback_impl, numba_funcify
from theano.ops.equal_lengths import EqualLengths
from theano.ops.lax_op import LaxOp
from theano.ops.linalg_checks import CheckedInGradient
from theano.ops.rebroadcast import Rebroadcast
from theano.ops.scan import Pullback, Scan, ScanGradient

__all__: list = []


@numba_funcify.register(CheckedInGradient)
@numba_funcify.register(EqualLengths)
@numba_funcify.register(LaxOp)
@numba_funcify.register(Pullback)
@numba_funcify.register(Rebroadcast)
@numba_funcify.register(Scan)
@numba_funcify.register(ScanGradient)
def _by_xla(op: Any, node: Any = None, **kwargs: Any) -> Callable:
    with warnings.catch_warnings():
        # That Numba leaves an operation to Python is meant to warn of slowness.
        warnings.filterwarnings("ignore", "Numba will use object mode", UserWarning)
        return generate_fallback_impl(op, node, **kwargs)
