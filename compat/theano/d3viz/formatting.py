"""Drawings of graphs by pydot."""

from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.d3viz.formatting")
