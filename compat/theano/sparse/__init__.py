"""Sparse matrices: PyTensor's, under Theano's names.

JAX compiles little of this, so PyTensor interprets functions that they are part of.
"""

import scipy
from theano.missing import explain_missing
from theano.sparse import basic, sharedvar, type, utils
from theano.sparse.basic import *
from theano.sparse.basic import SparseConstantSignature
from theano.sparse.sharedvar import sparse_constructor as shared
from theano.sparse.type import SparseType, _is_sparse, imported_scipy
from theano.sparse.utils import hash_from_sparse

enable_sparse = True
scipy_ver = [int(n) for n in scipy.__version__.split(".")[:2]]

__getattr__ = explain_missing(__name__, "pytensor.sparse")
