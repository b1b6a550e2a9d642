"""Drawings of graphs for a browser; they need pydot and Graphviz."""

from theano.d3viz.d3viz import d3viz, d3write
from theano.missing import explain_missing

__all__ = ["d3viz", "d3write"]

__getattr__ = explain_missing(__name__)
