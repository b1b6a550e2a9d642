"""Old paths of modules, which pickles of earlier versions and older programs name."""

import importlib
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__all__ = ["MOVED"]

# Modules that pickles can name. Of the others none was ever public.
MOVED = {
    "theano.compile.device": "theano.link.device",
    "theano.compile.failures": "theano.link.errors",
    "theano.compile.jax_executable": "theano.ops.specialization",
    "theano.compile.linking": "theano.link.linkers",
    "theano.compile.origin": "theano.ops.provenance",
    "theano.compile.specialized": "theano.link.signatures",
    "theano.lax_op": "theano.ops.lax_op",
    "theano.tensor.cumulative": "theano.ops.cumulative",
    "theano.tensor.largest": "theano.ops.max_and_argmax",
    "theano.tensor.linalg_errors": "theano.ops.linalg_checks",
    "theano.tensor.nnet.conv_ops": "theano.ops.conv",
    "theano.tensor.nnet.conv_shapes": "theano.ops.conv_shapes",
    "theano.tensor.nnet.planar": "theano.tensor.nnet",
    "theano.testvalues": "theano.link.test_values",
}


class _Finder(MetaPathFinder, Loader):
    def find_spec(self, name: str, path: Any, target: Any = None) -> "ModuleSpec | None":
        return ModuleSpec(name, self) if name in MOVED else None

    def exec_module(self, module: ModuleType) -> None:
        # The import returns what stands here when it ends.
        sys.modules[module.__name__] = importlib.import_module(MOVED[module.__name__])


# First, or files that an older version left would be found.
sys.meta_path.insert(0, _Finder())
