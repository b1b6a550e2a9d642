"""PyTensor's `tensor.subtensor` under Theano's name."""

from pytensor.tensor.subtensor import *
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.tensor.subtensor")
