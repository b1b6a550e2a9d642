"""PyTensor's `typed_list.basic` under Theano's name."""

from pytensor.typed_list.basic import *
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.typed_list.basic")
