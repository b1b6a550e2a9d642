"""PyTensor's `tensor.slinalg` under Theano's name."""

from pytensor.tensor.slinalg import *

from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.tensor.slinalg")
