"""A lightweight neural-network library in which every parameter may be an expression."""

from ._engine import require_engine

require_engine()

from . import (
    init,
    layers,
    nonlinearities,
    objectives,
    parameters,
    random,
    regularization,
    updates,
    utils,
)
from ._version import __version__
from .parameters import tagged

__all__ = [
    "init",
    "layers",
    "nonlinearities",
    "objectives",
    "parameters",
    "random",
    "regularization",
    "tagged",
    "updates",
    "utils",
]
