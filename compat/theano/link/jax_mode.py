"""PyTensor's own mode JAX, for graphs whose sizes it can't tell by itself."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pytensor.graph.basic import Constant
from pytensor.graph.fg import FunctionGraph
from pytensor.link.jax.dispatch.shape import JAXShapeTuple
from pytensor.tensor.basic import MakeVector
from theano.link.dispatch.nodes import NoChecks, graph_to_jax
from theano.link.modes import FAST_RUN
from theano.ops.specialization import specialize

__all__ = ["with_known_sizes"]


def with_known_sizes(convert: Callable, fgraph: FunctionGraph) -> Callable:
    """Convert a graph as PyTensor does, and for the shapes of a call where that fails.

    Parameters
    ----------
    convert : callable
        PyTensor's conversion: it takes nothing, and returns a function of JAX arrays.
    fgraph : FunctionGraph
        What it converts.

    Returns
    -------
    callable
        A function of JAX arrays, for `jax.jit` to trace: for each combination of shapes anew.
    """
    try:
        plain = convert()
    except NotImplementedError:  # it may depend on sizes only what isn't implemented
        plain = None

    def traced(*values):
        if plain is not None:
            try:
                return plain(*values)
            except (NotImplementedError, TypeError):  # JAX's errors of unknown sizes are TypeErrors
                pass
        return _specialized(fgraph, values)

    return traced


def _specialized(fgraph: FunctionGraph, values: Sequence) -> Any:
    values = [
        np.asarray(value, v.type.dtype)[()] if isinstance(value, int) else value
        for v, value in zip(fgraph.inputs, values)
    ]
    fgraph = _with_vectors(fgraph)
    new = specialize(fgraph.inputs, fgraph.outputs, values)
    inputs = [new[v] for v in fgraph.inputs]
    variable = [n for n, v in enumerate(inputs) if not isinstance(v, Constant)]
    outputs = [new.get(v, v) for v in fgraph.outputs]
    known = FunctionGraph([inputs[n] for n in variable], outputs, clone=True)
    with np.errstate(all="ignore"):
        FAST_RUN.optimizer.rewrite(known)
    return graph_to_jax(known, NoChecks())(*(values[n] for n in variable))


def _with_vectors(fgraph):
    """Undo a rewrite for JAX, whose operation can't be computed when it turns out constant."""
    fgraph = fgraph.clone()
    for node in fgraph.toposort():
        if isinstance(node.op, JAXShapeTuple):
            (sizes,) = node.outputs
            fgraph.replace(sizes, MakeVector(sizes.type.dtype)(*node.inputs))
    return fgraph
