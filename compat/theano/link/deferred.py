"""What needs JAX, or Numba, and so is imported when it is first used only: each takes a while.

Importing `theano.link.dispatch` registers how JAX computes operations.
"""

import functools
from types import ModuleType

from theano.link.device import start_jax

__all__ = ["load_executable", "load_jax_mode", "load_lowerings", "load_numba_lowerings"]


@functools.cache
def load_lowerings() -> ModuleType:
    """Start JAX, and tell it how to compute operations."""
    start_jax()
    from theano.link import dispatch

    return dispatch


@functools.cache
def load_executable() -> ModuleType:
    """Load what compiles graphs by XLA."""
    load_lowerings()
    from theano.link import executable

    return executable


@functools.cache
def load_jax_mode() -> ModuleType:
    """Load what PyTensor's own mode JAX needs."""
    load_lowerings()
    from theano.link import jax_mode

    return jax_mode


@functools.cache
def load_numba_lowerings() -> ModuleType:
    """Tell Numba how to compute operations."""
    from theano.link.dispatch import numba

    return numba
