"""From a specialized graph, whose sizes are known, to one executable that XLA compiles."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from pytensor.graph.basic import Variable
from pytensor.graph.fg import FunctionGraph
from theano.link.dispatch.nodes import Checks, graph_to_jax
from theano.ops.provenance import Parts
from theano.ops.specialization import without_lines_and_c

__all__ = ["compile_graph"]


def compile_graph(
    inputs: Sequence[Variable],
    outputs: Sequence[Variable],
    optimizer: Any,
    donated: Collection[int],
    kept: Sequence[Variable],
    values: Sequence[Any],
) -> Callable:
    """Compile a specialized graph.

    Parameters
    ----------
    inputs, outputs : lists of variables
        The graph.
    optimizer : PyTensor rewriter
        What simplifies it.
    donated : collection of int
        The positions of inputs whose buffers are donated: outputs take them.
    kept : list of variables
        What to compute before a donated buffer is overwritten.
    values : list
        Values of the inputs, for their shapes and dtypes.

    Returns
    -------
    callable
        Takes the inputs' values. Returns the outputs' as JAX arrays, an error or None, and the
        values to keep. With an error, the outputs are None, and no buffer was overwritten.
    """
    fgraph = FunctionGraph(list(inputs), [*outputs, *kept], clone=True)
    parts = Parts(fgraph.toposort())
    # Constants are folded; what they divide by shows in the result.
    with without_lines_and_c(), np.errstate(all="ignore"):
        optimizer.rewrite(fgraph)
    checks = Checks()
    python_function = graph_to_jax(fgraph, checks, parts)
    finish = [_finisher(variable, fgraph.inputs) for variable in fgraph.outputs]

    def traced(*values):
        checks.forget()
        found = python_function(*values) or ()  # None if there are no outputs
        found = [end(result) for end, result in zip(finish, found)]
        results, kept = found[: len(outputs)], found[len(outputs) :]
        if not checks.conditions:
            return results, None, kept
        met = jnp.stack(checks.conditions)
        return results, jnp.where(met.all(), -1, met.argmin()), kept

    def compiled(part, **options):
        return jax.jit(lambda *values: part(*traced(*values)), **options).lower(*values).compile()

    if donated:
        run = _verified_first(compiled, checks, tuple(donated), kept)
    else:
        run = compiled(lambda *found: found)
    if not checks.conditions:
        return run

    def checked(*values):
        results, failed, kept = run(*values)
        if failed < 0:
            return results, None, kept
        return [None] * len(outputs), checks.errors[int(failed)], kept

    return checked


def _verified_first(compiled, checks, donated, kept):
    """Compute in two steps, so that no donated buffer is overwritten if a check fails.

    To keep the old values until then would copy all of them.
    """
    compute = compiled(lambda results, failed, kept: results, donate_argnums=donated)
    if not checks.conditions and not kept:
        return lambda *values: (compute(*values), None, [])
    verify = compiled(lambda results, failed, kept: (failed, kept))

    def run(*values):
        failed, kept = verify(*values)
        bad = failed is not None and failed >= 0
        return None if bad else compute(*values), failed, kept

    return run


def _finisher(variable, inputs):
    """Give an output the dtype, and a buffer of its own, that its variable promises."""
    dtype = getattr(variable.type, "dtype", None)
    if dtype is None:
        return lambda result: result
    if variable in inputs:
        # JAX would hand the input itself back, and a later donation would destroy both.
        return jnp.copy
    return lambda result: jnp.asarray(result, dtype=dtype)
