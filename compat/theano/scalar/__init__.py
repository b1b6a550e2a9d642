"""Operations on single numbers."""

from pytensor.scalar import *
from pytensor.scalar import abs as abs_
from pytensor.scalar import reciprocal as inv
from pytensor.scalar import sign as sgn
from pytensor.scalar import upcast
from theano.missing import explain_missing
from theano.scalar.basic import (
    Inv,
    Scalar,
    Sgn,
    as_common_dtype,
    float_out_nocomplex,
    int_out_nocomplex,
    transfer_type,
)

__getattr__ = explain_missing(__name__, "pytensor.scalar", "theano.scalar.basic_scipy")
