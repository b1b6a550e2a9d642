"""A lightweight neural-network library in which every parameter may be an expression."""

from ._engine import require_engine, starts_as_command
from ._version import __version__

# A command checks the engine itself, and a script that it runs may set THEANO_FLAGS first.
if not starts_as_command():
    require_engine()

    from . import (
        expressions,
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
    from .cli.lasagne_alias import install_as_lasagne
    from .moved_modules import install_moved_modules
    from .network.description import describe
    from .network.drawing import draw
    from .network.saving import load, save
    from .parameters import tagged

    install_moved_modules()

__all__ = [
    "describe",
    "draw",
    "expressions",
    "init",
    "install_as_lasagne",
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
