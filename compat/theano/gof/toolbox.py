"""Features that a function graph can be given."""

from pytensor.graph.features import *
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.graph.features")
