"""Small tools for tensors."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.type import TensorType
from pytensor.tensor.utils import hash_from_ndarray
from theano.compile.function import function
from theano.missing import explain_missing

__all__ = ["hash_from_ndarray", "shape_of_variables"]

__getattr__ = explain_missing(__name__, "pytensor.tensor.utils")


def shape_of_variables(fgraph: Any, input_shapes: Mapping) -> dict:
    """Compute the shapes of all variables of a graph.

    Parameters
    ----------
    fgraph : FunctionGraph
    input_shapes : dict of variable to tuple of int
        The shapes of its inputs.

    Returns
    -------
    dict of variable to tuple of integer arrays

    Raises
    ------
    ValueError
        If a shape is of something else than an input, or an input has none.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> x = T.matrix("x")
    >>> y = x[512:]
    >>> graph = theano.FunctionGraph([x], [y], clone=False)
    >>> [int(size) for size in shape_of_variables(graph, {x: (1024, 1024)})[y]]
    [512, 1024]
    """
    inputs = list(fgraph.inputs)
    if {*inputs} != {*input_shapes}:
        raise ValueError(
            f"input_shapes should have the shapes of {inputs}, got those of {list(input_shapes)}; "
            "FunctionGraph copies its graph unless it is called with clone=False"
        )
    variables = [v for v in fgraph.variables if isinstance(v.type, TensorType)]
    compute = function(inputs, [pt.shape(v) for v in variables], on_unused_input="ignore")
    values = [np.broadcast_to(np.zeros((), v.dtype), input_shapes[v]) for v in inputs]
    return {v: tuple(map(np.array, shape)) for v, shape in zip(variables, compute(*values))}
