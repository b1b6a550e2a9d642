"""Shared tensors."""

from theano.compile.sharedvalue import SharedVariable, TensorSharedVariable
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.tensor.sharedvar")
