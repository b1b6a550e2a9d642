"""The type of sparse matrices."""

from pytensor.sparse.type import SparseTensorType as SparseType
from pytensor.sparse.type import _is_sparse
from theano.missing import explain_missing

imported_scipy = True

__getattr__ = explain_missing(__name__, "pytensor.sparse.type")
