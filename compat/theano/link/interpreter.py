"""PyTensor's interpreter, for graphs that JAX can't compile: it goes node by node."""

from collections.abc import Callable, Sequence

import numpy as np
import pytensor
from pytensor.graph.basic import Variable
from theano.link.modes import interpreting

__all__ = ["interpret_graph"]


def interpret_graph(
    inputs: Sequence[Variable], outputs: Sequence[Variable], title: str
) -> Callable:
    """Prepare a specialized graph for PyTensor's interpreter, which takes what JAX can't.

    Parameters
    ----------
    inputs, outputs : lists of variables
        The graph.
    title : str
        What to call it in messages.

    Returns
    -------
    callable
        As that of :func:`compile_graph`.
    """
    import jax.numpy as jnp

    function = pytensor.function(
        list(inputs), list(outputs), mode=interpreting(outputs), on_unused_input="ignore"
    )
    function.trust_input, function.title = True, title

    def interpreted(*values):
        results = function(*(np.asarray(value) for value in values))
        return [jnp.array(result) for result in results], None, []

    return interpreted
