"""Tensor variables."""

from pytensor.tensor.variable import TensorConstant, TensorVariable, _tensor_py_operators
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.tensor.variable")
