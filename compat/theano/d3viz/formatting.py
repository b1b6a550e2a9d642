"""Drawings of graphs by pydot."""

from theano.missing import explain_missing
from theano.printing import pydot_imported, pydot_imported_msg

__getattr__ = explain_missing(__name__, "pytensor.d3viz.formatting")
