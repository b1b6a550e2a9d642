"""What XLA must not compute twice (rematerialize): what is compared with its own extremum.

The gradient of a maximum goes to the elements that are equal to it. XLA may compute these elements
twice, for the maximum and for the comparison, and round differently: a product and a sum in two
steps, or in one. Then none of them is equal, and the gradient is lost without a word.
"""

from typing import Any

import jax
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.fg import AbstractFunctionGraph
from pytensor.scalar.basic import Composite, LogicalComparison
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.math import Max, Min
from pytensor.tensor.shape import Reshape, SpecifyShape
from pytensor.tensor.subtensor import AdvancedSubtensor, Subtensor
from theano.link.device import on_cpu

__all__ = ["compared_with_extrema", "computed_once"]

_MOVING = (AdvancedSubtensor, DimShuffle, Reshape, SpecifyShape, Subtensor)


def compared_with_extrema(fgraph: AbstractFunctionGraph) -> set[Variable]:
    """Find the variables of a graph that are compared with their own maximum or minimum.

    Parameters
    ----------
    fgraph : FunctionGraph
        The graph.

    Returns
    -------
    set of variables
        Results of arithmetic, before their elements were moved about.

    Examples
    --------
    >>> import theano.tensor as T
    >>> from theano.gof import FunctionGraph
    >>> x = T.dvector("x")
    >>> y = x * 2 + 1
    >>> graph = FunctionGraph([x], [T.eq(y, T.max(y))], clone=False)
    >>> compared_with_extrema(graph) == {y}
    True
    """
    found = set()
    for node in fgraph.apply_nodes:
        if not _compares(node.op):
            continue
        sources = {_source(x) for x in node.inputs}
        for extreme in sources:
            if _makes(extreme, (Max, Min)):
                source = _source(extreme.owner.inputs[0])
                if source in sources and _is_computed_float(source):
                    found.add(source)
    return found


def computed_once(x: Any) -> Any:
    """Keep XLA from computing an array anew wherever it is used.

    Parameters
    ----------
    x : JAX array

    Returns
    -------
    JAX array
        The same.
    """
    if not on_cpu():
        return jax.lax.optimization_barrier(x)
    if not x.size or x.dtype.kind != "f":
        return x
    # On the CPU XLA (of JAX 0.10) drops its barriers too early, but knows no better than to decide
    # at run time between two branches, one of which is never taken.
    first = x.ravel()[0]
    return jax.lax.cond(first * first < -1, lambda x: -x, lambda x: x, x)


def _is_computed_float(variable):
    # Results of what has several, such as loops, aren't computed anew.
    single = variable.owner is not None and len(variable.owner.outputs) == 1
    return single and variable.type.dtype.startswith("float")


def _compares(op):
    if not isinstance(op, Elemwise):
        return False
    if isinstance(op.scalar_op, Composite):
        return any(
            isinstance(node.op, LogicalComparison) for node in op.scalar_op.fgraph.apply_nodes
        )
    return isinstance(op.scalar_op, LogicalComparison)


def _makes(variable, kinds):
    return variable.owner is not None and isinstance(variable.owner.op, kinds)


def _source(variable):
    """Go back to what computed the elements of a variable."""
    while _makes(variable, _MOVING) and not isinstance(variable, Constant):
        variable = variable.owner.inputs[0]
    return variable
