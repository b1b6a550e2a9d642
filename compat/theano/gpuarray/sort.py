"""Sorting of Theano's GPU back-end, which isn't there."""

from theano.absent import absent_names
from theano.missing import explain_missing

_NAMES = absent_names(
    __name__,
    classes="GpuTopKOp",
)

__all__ = [*_NAMES]

globals().update(_NAMES)

__getattr__ = explain_missing(
    __name__, "theano.gpuarray.type", "theano.gpuarray.basic_ops", "theano.gpuarray.elemwise"
)
