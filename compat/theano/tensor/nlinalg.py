"""PyTensor's `tensor.nlinalg` under Theano's name."""

from pytensor.tensor.nlinalg import *

from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.tensor.nlinalg")
