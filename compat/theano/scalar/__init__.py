"""Operations on single numbers."""

from pytensor.scalar import *
from pytensor.scalar import abs as abs_
from pytensor.scalar import reciprocal as inv
from pytensor.scalar import sign as sgn
from pytensor.scalar import upcast
from theano.missing import explain_missing
from theano.scalar.basic import Inv, Scalar, Sgn

__getattr__ = explain_missing(__name__, "pytensor.scalar")
