"""A lightweight neural-network library in which every parameter may be an expression."""

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
from .parameters import tagged

__version__ = "0.1.0"

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
