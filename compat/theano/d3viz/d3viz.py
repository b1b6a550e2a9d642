"""Drawings of graphs for a browser."""

import importlib.util
from typing import Any

from theano.compile.function import DictFunction, Function
from theano.missing import explain_missing

__all__ = ["d3viz", "d3write"]

__getattr__ = explain_missing(__name__, "pytensor.d3viz.d3viz", "pytensor.d3viz.formatting")


def d3viz(fct: Any, outfile: str, copy_deps: bool = True, *args: Any, **kwargs: Any) -> None:
    """Write a page that draws a graph.

    Parameters
    ----------
    fct : function, variable, or node
        What to draw.
    outfile : str
        The page's path.
    copy_deps : bool, default True
        Whether to copy the scripts that it needs into its folder.
    *args, **kwargs
        As in PyTensor.

    Raises
    ------
    ImportError
        If pydot is missing.
    """
    _require_pydot()
    from pytensor.d3viz import d3viz as draw

    draw(_graph_of(fct), outfile, copy_deps, *args, **kwargs)


def d3write(fct: Any, path: str, *args: Any, **kwargs: Any) -> None:
    """Write a graph in Graphviz's language; arguments as for :func:`d3viz`."""
    _require_pydot()
    from pytensor.d3viz.d3viz import d3write as write

    write(_graph_of(fct), path, *args, **kwargs)


def _require_pydot():
    if importlib.util.find_spec("pydot") is None:
        raise ImportError("theano.d3viz needs pydot, and Graphviz: pip install pydot")


def _graph_of(fct):
    if isinstance(fct, (Function, DictFunction)):
        return fct.maker.fgraph.outputs[0]
    return fct
