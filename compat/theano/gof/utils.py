"""Small tools for graphs."""

from pytensor.graph.utils import MethodNotDefined, MissingInputError, Scratchpad
from theano.missing import explain_missing

scratchpad = Scratchpad

__getattr__ = explain_missing(__name__, "pytensor.graph.utils")
