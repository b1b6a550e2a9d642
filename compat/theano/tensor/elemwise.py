"""PyTensor's `tensor.elemwise` under Theano's name."""

from pytensor.tensor.elemwise import CAReduce, DimShuffle, Elemwise
from pytensor.tensor.math import Prod, Sum
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.tensor.elemwise", "pytensor.tensor.math")
