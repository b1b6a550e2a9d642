"""Linear algebra: PyTensor's `tensor.linalg` under Theano's name."""

from pytensor.tensor.linalg import *
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.tensor.linalg")
