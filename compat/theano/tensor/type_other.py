"""The types of slices and of None, which indices are made of."""

from pytensor.tensor.type_other import (
    MakeSlice,
    NoneConst,
    NoneTypeT,
    SliceConstant,
    SliceType,
    as_int_none_variable,
    make_slice,
    none_type_t,
    slicetype,
)
from theano.missing import explain_missing

__all__ = [
    "MakeSlice",
    "NoneConst",
    "NoneTypeT",
    "SliceConstant",
    "SliceType",
    "as_int_none_variable",
    "make_slice",
    "none_type_t",
    "slicetype",
]

__getattr__ = explain_missing(__name__, "pytensor.tensor.type_other")
