"""Processes that are forked after JAX has started, in which it can't compute."""

import os

from theano.link.device import start_jax

__all__ = ["start_jax_unless_forked"]

_unusable = False


def _note_fork():
    global _unusable
    _unusable = start_jax.cache_info().currsize > 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_note_fork)


def start_jax_unless_forked() -> None:
    """Set JAX up as `start_jax` does.

    Raises
    ------
    RuntimeError
        If this process was forked after JAX had started: it would wait for JAX's threads, which
        are in the other process, for ever.
    """
    if _unusable:
        raise RuntimeError(
            "this process was forked after JAX had started, and JAX can't compute in it: start "
            "processes by 'forkserver' or 'spawn' instead, as pm.sample(..., "
            "mp_ctx='forkserver') does for PyMC, or use a single one (cores=1)"
        )
    start_jax()
