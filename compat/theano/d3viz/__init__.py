"""Drawings of graphs for a browser; they need pydot and Graphviz."""

from theano.d3viz.d3viz import d3viz, d3write

__all__ = ["d3viz", "d3write"]
