"""Operations on single numbers."""

from pytensor.scalar import *
from pytensor.scalar import upcast
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.scalar")
