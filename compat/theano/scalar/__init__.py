"""Operations on single numbers."""

from pytensor.scalar import *
from pytensor.scalar import abs as abs_
from pytensor.scalar import reciprocal as inv
from pytensor.scalar import sign as sgn
from pytensor.scalar import upcast
from pytensor.scalar.basic import Reciprocal as Inv
from pytensor.scalar.basic import ScalarType as Scalar
from pytensor.scalar.basic import Sign as Sgn
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.scalar")
