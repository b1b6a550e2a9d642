"""Old paths of modules, which pickles of earlier versions and older programs name."""

import importlib
import sys

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


for _old, _new in MOVED.items():
    # No finder of old names: an import by one would put the module in the place of what else its
    # parent has of that name, such as the function `theano.tensor.largest`.
    sys.modules[_old] = importlib.import_module(_new)
    _parent, _, _child = _old.rpartition(".")
    vars(importlib.import_module(_parent)).setdefault(_child, sys.modules[_old])
