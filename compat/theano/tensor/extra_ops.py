"""PyTensor's `tensor.extra_ops` under Theano's name."""

from pytensor.tensor.extra_ops import *
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.tensor.extra_ops")
