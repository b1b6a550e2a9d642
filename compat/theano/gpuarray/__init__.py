"""What scripts ask to find out whether Theano's GPU back-end runs: it never does.

It computed by libgpuarray and pygpu. Here, ``THEANO_FLAGS=device=cuda`` computes on a GPU by JAX.
The names of its operations and classes can be imported, as on a computer without a GPU: nothing is
an instance of the classes, and what is called raises a RuntimeError. Only `use` of the device that
Python was started with does nothing.
"""

from typing import Any

from theano.absent import absent_function, absent_use
from theano.gpuarray import (
    basic_ops,
    blas,
    ctc,
    dnn,
    elemwise,
    extra_ops,
    fft,
    multinomial,
    nnet,
    pool,
    reduction,
    rng_mrg,
    sort,
    subtensor,
    type,
)
from theano.gpuarray.basic_ops import as_gpuarray_variable
from theano.gpuarray.type import (
    ContextNotDefined,
    GpuArrayConstant,
    GpuArraySharedVariable,
    GpuArrayType,
    GpuArrayVariable,
    get_context,
    gpuarray_shared_constructor,
    reg_context,
)
from theano.missing import explain_missing

__all__ = [
    "ContextNotDefined",
    "GpuArrayConstant",
    "GpuArraySharedVariable",
    "GpuArrayType",
    "GpuArrayVariable",
    "as_gpuarray_variable",
    "dnn",
    "get_context",
    "gpuarray_shared_constructor",
    "init_dev",
    "pygpu",
    "pygpu_activated",
    "reg_context",
    "theano_gpu_is_already_active",
    "transfer",
    "use",
]

pygpu_activated = theano_gpu_is_already_active = False
pygpu = None

init_dev = absent_function("theano.gpuarray.init_dev")
use = absent_use("theano.gpuarray.use")

__getattr__ = explain_missing(__name__)


def transfer(x: Any, target: str) -> None:
    """Move a variable to one of the back-end's devices: there are none, so it isn't moved."""
