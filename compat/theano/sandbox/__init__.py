"""Theano's sandbox: its parallel random number generator, :mod:`theano.sandbox.rng_mrg`, above all.

Other modules are where old programs look for what has moved to `theano.tensor` since.
"""

import importlib
from typing import Any

_MODULES = (
    "blocksparse",
    "cuda",
    "linalg",
    "multinomial",
    "neighbours",
    "rng_mrg",
    "softsign",
    "solve",
)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
