"""Shared sparse matrices."""

from pytensor.sparse.sharedvar import SparseTensorSharedVariable, sparse_constructor
from theano.missing import explain_missing
from theano.sparse.type import SparseType

__getattr__ = explain_missing(__name__, "pytensor.sparse.sharedvar")
