"""Graphs that functions compute."""

from pytensor.graph.fg import FunctionGraph
from pytensor.graph.utils import InconsistencyError, MissingInputError
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.graph.fg", "pytensor.graph.utils", "theano.gof")
