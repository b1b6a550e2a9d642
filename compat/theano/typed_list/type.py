"""PyTensor's `typed_list.type` under Theano's name."""

from pytensor.typed_list.type import *
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.typed_list.type")
