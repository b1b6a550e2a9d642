"""Small tools for sparse matrices."""

from pytensor.sparse.utils import hash_from_sparse
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.sparse.utils")
