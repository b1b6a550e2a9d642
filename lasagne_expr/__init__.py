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
from .saving import load, save

__all__ = [
    "init",
    "layers",
    "load",
    "nonlinearities",
    "objectives",
    "parameters",
    "random",
    "regularization",
    "save",
    "tagged",
    "updates",
    "utils",
]
