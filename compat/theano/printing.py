"""Printing of graphs."""

import hashlib
import importlib.util
import shutil
from typing import Any

import numpy as np
from pytensor import printing as _printing
from pytensor.printing import Print, min_informative_str, pp, pprint
from theano.compile.function import DictFunction, Function
from theano.missing import explain_missing

__all__ = [
    "Print",
    "debugprint",
    "hex_digest",
    "min_informative_str",
    "pp",
    "pprint",
    "pydot_imported",
    "pydot_imported_msg",
    "pydotprint",
]

pydot_imported_msg = ""
if importlib.util.find_spec("pydot") is None:
    pydot_imported_msg = "drawings need pydot: pip install pydot"
elif shutil.which("dot") is None:
    pydot_imported_msg = "drawings need Graphviz, whose program dot isn't there"
pydot_imported = not pydot_imported_msg

__getattr__ = explain_missing(__name__, "pytensor.printing")


def debugprint(obj: Any, depth: int = -1, print_type: bool = False, file: Any = None, **kwargs):
    """Print a graph as a tree.

    Parameters
    ----------
    obj : variable, node, function, or list of them
        What to print.
    depth : int, default -1
        How deep to go; -1 for all.
    print_type : bool, default False
        Whether to print types.
    file : file, "str" or None
        Where to print; "str" returns the text.
    **kwargs
        As for PyTensor's ``dprint``; what only Theano knows is left out.

    Returns
    -------
    str, or the file

    Examples
    --------
    >>> import theano.tensor as T
    >>> x = T.scalar("x")
    >>> print(debugprint(T.exp(x), file="str"))
    Exp [id A]
     └─ x [id B]
    <BLANKLINE>
    """
    kwargs.pop("ids", None)
    return _printing.debugprint(
        _graphs(obj), depth=depth, print_type=print_type, file=file, **kwargs
    )


def _graphs(obj):
    """List variables and nodes, with the outputs of functions in their place."""
    return [
        graph
        for item in (obj if isinstance(obj, (list, tuple)) else [obj])
        for graph in (
            item.maker.fgraph.outputs if isinstance(item, (Function, DictFunction)) else [item]
        )
    ]


def pydotprint(fct: Any, *args: Any, **kwargs: Any) -> Any:
    """Draw a graph into a file.

    Parameters
    ----------
    fct : function, variable, or list of variables
        What to draw.
    *args, **kwargs
        As for PyTensor's ``pydotprint``: `outfile`, `format`, `compact`, ...

    Returns
    -------
    None, or an image if that is asked for

    Raises
    ------
    RuntimeError
        If pydot or Graphviz isn't there, as :data:`pydot_imported` tells.
    """
    if not pydot_imported:
        raise RuntimeError(f"theano.printing.pydotprint: {pydot_imported_msg}")
    return _printing.pydotprint(_graphs(fct), *args, **kwargs)


def hex_digest(x: np.ndarray) -> str:
    """Hash an array's elements, strides and shape.

    Examples
    --------
    >>> x = np.arange(4)
    >>> hex_digest(x) == hex_digest(x.copy()), hex_digest(x) == hex_digest(x.reshape(2, 2))
    (True, False)
    """
    if not isinstance(x, np.ndarray):
        raise AssertionError(f"hex_digest takes an array, got {x!r}")
    digest = hashlib.sha256(x.tobytes()).hexdigest()
    strides, shape = (",".join(map(str, numbers)) for numbers in (x.strides, x.shape))
    return f"{digest}|strides=[{strides}]|shape=[{shape}]"
