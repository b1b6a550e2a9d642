"""From a graph whose sizes are known to one callable that XLA compiles.

JAX compiles for arrays of known shapes. So a graph is specialized first: every input is replaced
by one with the shape at hand, the nodes above are made anew, and PyTensor's rewrites then turn
what depends on sizes only into constants.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.traversal import io_toposort
from pytensor.link.utils import fgraph_to_python
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.type import TensorType

__all__ = ["compile_graph", "specialize"]


def specialize(
    inputs: Sequence[Variable], outputs: Sequence[Variable], values: Sequence[Any]
) -> tuple[list[Variable], list[Variable]]:
    """Make a graph anew for inputs of the shapes that some values have.

    Parameters
    ----------
    inputs, outputs : lists of variables
        The graph.
    values : list
        A value for each input. A `numpy.generic` makes a constant of its input.

    Returns
    -------
    inputs, outputs : lists of variables
        The new graph; an input that is a constant now is None.

    Raises
    ------
    ValueError
        If the shapes don't fit each other, naming the operation.
    """
    new = {old: _like(old, value) for old, value in zip(inputs, values)}
    for node in io_toposort(inputs, outputs):
        node_inputs = [new.get(v, v) for v in node.inputs]
        new.update(zip(node.outputs, _rebuild(node, node_inputs).outputs))
    new_inputs = [None if isinstance(new[v], Constant) else new[v] for v in inputs]
    return new_inputs, [new.get(v, v) for v in outputs]


def _like(variable, value):
    if not isinstance(variable.type, TensorType):
        return variable.type(variable.name)
    if isinstance(value, np.generic):
        return variable.type.make_constant(np.asarray(value))
    return TensorType(variable.type.dtype, shape=value.shape)(variable.name)


def _rebuild(node, inputs):
    try:
        rebuilt = node.clone_with_new_inputs(inputs, strict=False)
    except Exception as error:
        shapes = ", ".join(str(getattr(v.type, "shape", v.type)) for v in inputs)
        raise ValueError(f"{_describe(node)} can't take shapes {shapes}: {error}") from error
    if isinstance(node.op, Elemwise):
        _check_broadcasting(node, rebuilt)
    return rebuilt


def _check_broadcasting(node, rebuilt):
    """Refuse to repeat an axis that happens to have size 1 but isn't declared to broadcast."""
    sizes = rebuilt.outputs[0].type.shape
    for old, new in zip(node.inputs, rebuilt.inputs):
        for axis, size in enumerate(new.type.shape):
            if size == 1 and sizes[axis] != 1 and not old.type.broadcastable[axis]:
                shapes = " and ".join(str(v.type.shape) for v in rebuilt.inputs)
                raise ValueError(
                    f"{_describe(node)}: dimension mismatch along axis {axis} of shapes {shapes}: "
                    f"{old} has size 1 there and isn't broadcastable"
                )


def _describe(node):
    where = [
        f"{file}:{line}"
        for trace in getattr(node.outputs[0].tag, "trace", ())[-1:]
        for file, line, *_ in trace[-1:]
    ]
    return f"{node}" + (f" (made at {where[0]})" if where else "")


def compile_graph(
    inputs: Sequence[Variable],
    outputs: Sequence[Variable],
    optimizer: Any,
    donate: Sequence[int],
    values: Sequence[Any],
) -> Callable:
    """Compile a specialized graph.

    Parameters
    ----------
    inputs, outputs : lists of variables
        The graph.
    optimizer : PyTensor rewriter
        What simplifies it.
    donate : list of int
        The positions of inputs whose buffers may be overwritten.
    values : list
        Values of the inputs, for their shapes and dtypes.

    Returns
    -------
    callable
        Takes the inputs' values, returns the outputs' as JAX arrays.
    """
    import jax
    from theano.compile import jax_ops

    fgraph = FunctionGraph(list(inputs), list(outputs), clone=True)
    with np.errstate(all="ignore"):  # constants are folded; what they divide by shows in the result
        optimizer.rewrite(fgraph)
    python_function = _to_python(fgraph)
    finish = [_finisher(variable, fgraph.inputs) for variable in fgraph.outputs]

    def traced(*values):
        results = python_function(*values)
        return tuple(end(result) for end, result in zip(finish, results))

    return jax.jit(traced, donate_argnums=tuple(donate)).lower(*values).compile()


def _to_python(fgraph):
    from pytensor.link.jax.dispatch import jax_funcify

    with warnings.catch_warnings():
        # Assertions can't be traced; shapes are checked while the graph is specialized.
        warnings.filterwarnings("ignore", message="Skipping .* as JAX tracing would remove it")
        return fgraph_to_python(fgraph, jax_funcify, type_conversion_fn=_constant_of_its_dtype)


def _constant_of_its_dtype(value, variable=None, **kwargs):
    """Keep a constant's dtype: a Python number's would depend on what it is combined with."""
    if isinstance(value, np.ndarray):
        return value
    from pytensor.link.jax.dispatch import jax_typify

    return jax_typify(value, **kwargs)


def _finisher(variable, inputs):
    """Give an output the dtype, and memory of its own, that its variable promises."""
    import jax.numpy as jnp

    dtype = getattr(variable.type, "dtype", None)
    if dtype is None:
        return lambda result: result
    if variable in inputs:
        # JAX would hand the input itself back, and a later donation would destroy both.
        return jnp.copy
    return lambda result: jnp.asarray(result, dtype=dtype)
