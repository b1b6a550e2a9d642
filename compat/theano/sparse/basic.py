"""Operations on sparse matrices: PyTensor's, under Theano's names."""

from typing import Any

import pytensor.sparse.math as _math
from pytensor.sparse.basic import *
from pytensor.sparse.basic import as_sparse_variable
from pytensor.sparse.math import *
from pytensor.sparse.math import multiply as mul
from pytensor.sparse.math import sign, structured_elemwise
from pytensor.sparse.math import subtract as sub
from pytensor.sparse.variable import (
    SparseConstant,
    SparseConstantSignature,
    SparseVariable,
)
from theano.missing import explain_missing
from theano.sparse.type import SparseType
from theano.sparse.utils import hash_from_sparse

__getattr__ = explain_missing(__name__, "pytensor.sparse")

sgn = sign
structured_monoid = structured_elemwise

# The names of classes changed between PyTensor's versions, unlike those of operations.
AddSS = type(_math.add_s_s)
AddSSData = type(_math.add_s_s_data)
AddSD = type(_math.add_s_d)
StructuredAddSV = type(_math.structured_add_s_v)
MulSS = type(_math.mul_s_s)
MulSD = type(_math.mul_s_d)
MulSV = type(_math.mul_s_v)
EqualSS = type(_math.equal_s_s)
EqualSD = type(_math.equal_s_d)
NotEqualSS = type(_math.not_equal_s_s)
NotEqualSD = type(_math.not_equal_s_d)
LessThanSS = type(_math.less_than_s_s)
LessThanSD = type(_math.less_than_s_d)
GreaterThanSS = type(_math.greater_than_s_s)
GreaterThanSD = type(_math.greater_than_s_d)
LessEqualSS = type(_math.less_equal_s_s)
LessEqualSD = type(_math.less_equal_s_d)
GreaterEqualSS = type(_math.greater_equal_s_s)
GreaterEqualSD = type(_math.greater_equal_s_d)


def constant(x: Any, name: "str | None" = None) -> SparseConstant:
    """Make a variable of a SciPy matrix.

    Parameters
    ----------
    x : scipy.sparse.csr_matrix or csc_matrix
    name : str, optional

    Returns
    -------
    sparse constant

    Examples
    --------
    >>> import scipy.sparse
    >>> constant(scipy.sparse.csr_matrix([[1.0, 0.0]])).format
    'csr'
    """
    return as_sparse_variable(x, name=name)
