"""What scripts ask to find out whether Theano's first GPU back-end runs: it never does.

Theano 1.0 removed it. Here, ``THEANO_FLAGS=device=cuda`` computes on a GPU by JAX. The names of its
operations and classes can be imported, as in older versions on a computer without a GPU: nothing is
an instance of the classes, and what is called raises a RuntimeError. Only `use` of the device that
Python was started with does nothing.
"""

from theano.absent import absent_class, absent_use
from theano.missing import explain_missing
from theano.sandbox.cuda import basic_ops, blas, dnn, nnet, rng_curand, type, var
from theano.sandbox.cuda.basic_ops import *
from theano.sandbox.cuda.dnn import dnn_available
from theano.sandbox.cuda.type import CudaNdarrayType
from theano.sandbox.cuda.var import *

__all__ = [
    "CudaNdarray",
    "CudaNdarrayType",
    "cuda_available",
    "cuda_enabled",
    "dnn",
    "dnn_available",
    "use",
    *basic_ops.__all__,
    *var.__all__,
]

cuda_available = False
cuda_enabled = False

CudaNdarray = absent_class("theano.sandbox.cuda.CudaNdarray")
use = absent_use("theano.sandbox.cuda.use")

__getattr__ = explain_missing(__name__)
