"""Printing of graphs."""

from typing import Any

from pytensor import printing as _printing
from pytensor.printing import Print, min_informative_str, pp, pprint, pydotprint
from theano.compile.function import DictFunction, Function
from theano.missing import explain_missing

__all__ = ["Print", "debugprint", "min_informative_str", "pp", "pprint", "pydotprint"]

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
    objects = obj if isinstance(obj, (list, tuple)) else [obj]
    graphs = [
        graph
        for item in objects
        for graph in (
            item.maker.fgraph.outputs if isinstance(item, (Function, DictFunction)) else [item]
        )
    ]
    return _printing.debugprint(graphs, depth=depth, print_type=print_type, file=file, **kwargs)
