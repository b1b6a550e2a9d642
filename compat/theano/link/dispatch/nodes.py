"""One node of a graph as a function of JAX arrays, as exact and as strict as in Theano.

PyTensor's own functions follow JAX's rules for dtypes, by which the exponential of an int32 is a
float32; and JAX has no errors that depend on values: for an index that is out of bounds it takes
the last element. Here inputs and outputs have the dtypes that the graph says. What must hold of
values is collected while JAX traces the graph, for the compiled function to verify.
"""

from collections.abc import Callable, Set
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from pytensor.graph.fg import AbstractFunctionGraph
from pytensor.link.jax.dispatch.basic import jax_funcify, jax_typify
from pytensor.link.utils import fgraph_to_python
from pytensor.raise_op import CheckAndRaise
from pytensor.scalar import upcast
from pytensor.tensor.basic import Join
from pytensor.tensor.elemwise import CAReduce, Elemwise
from pytensor.tensor.math import Dot, Sum
from pytensor.tensor.shape import SpecifyShape
from pytensor.tensor.subtensor import indices_from_subtensor
from theano.link.dispatch.rematerialization import compared_with_extrema, computed_once
from theano.ops.provenance import Parts, complaint
from theano.ops.specialization import BoundsError, FailedCheck, ShapeError, UnexpectedShape

__all__ = ["Checks", "NoChecks", "constant_of_its_dtype", "graph_to_jax", "node_to_jax"]


class Checks:
    """What must be true of the values in a traced graph, and the errors to raise where it isn't."""

    def __init__(self):
        self.forget()

    def forget(self) -> None:
        """Start again, as the graph is about to be traced."""
        self.conditions = []
        self.errors = []

    def require(self, condition: Any, error: Exception) -> None:
        """Raise an error unless a condition holds: now if that is known, else at each call.

        Now it is that of a `FailedCheck`, to tell it from failures of JAX.
        """
        if isinstance(condition, Tracer):
            self.conditions.append(condition)
            self.errors.append(error)
        elif not condition:
            raise FailedCheck(error)


class NoChecks(Checks):
    """Inside a loop's step, whose values can't be told to the outside."""

    def require(self, condition: Any, error: Exception) -> None:
        """Do nothing."""


def graph_to_jax(
    fgraph: AbstractFunctionGraph, checks: Checks, parts: "Parts | None" = None, **options: Any
) -> Callable:
    """Make a function of JAX arrays that computes a graph.

    Parameters
    ----------
    fgraph : FunctionGraph
        The graph.
    checks : Checks
        Where to put what must be true of the values, whenever the function is traced.
    parts : Parts, optional
        The parts of a network that nodes belong to, for errors to name.

    Returns
    -------
    callable
        Takes the inputs, returns a tuple of the outputs.
    """

    compared = compared_with_extrema(fgraph)

    def convert(op, node=None, **kwargs):
        part = None if parts is None else parts.of(node)
        return node_to_jax(op, node, checks, compared, part, **kwargs)

    return fgraph_to_python(fgraph, convert, type_conversion_fn=constant_of_its_dtype, **options)


@jax_funcify.register(AbstractFunctionGraph)
def _inner_graph(fgraph, node=None, fgraph_name="inner_graph", **kwargs):
    return graph_to_jax(fgraph, NoChecks(), fgraph_name=fgraph_name, **kwargs)


def constant_of_its_dtype(value: Any, variable: Any = None, **kwargs: Any) -> Any:
    """Keep a constant's dtype: a Python number's would depend on what it is combined with."""
    if isinstance(value, np.ndarray):
        return value if value.ndim else value[()]  # a scalar can be hashed, as an axis must be
    return jax_typify(value, **kwargs)


def node_to_jax(
    op: Any, node: Any, checks: Checks, compared: Set, part: "str | None" = None, **options: Any
) -> Callable:
    """Make a function of JAX arrays that computes a node.

    Parameters
    ----------
    op : Op
        The node's operation.
    node : Apply
    checks : Checks
        Where to put what must be true of the values.
    compared : set of variables
        What `compared_with_extrema` tells of the graph.
    part : str, optional
        The part of a network that the node belongs to.

    Returns
    -------
    callable
        Takes the inputs, returns the output, or a list where there are several.
    """
    function = _computing(op, node, checks, part, **options)
    if compared.isdisjoint(node.outputs):
        return function
    return lambda *inputs: computed_once(function(*inputs))


def _computing(op, node, checks, part, **kwargs):
    if isinstance(op, CheckAndRaise):
        return _assertion(op, node, checks, part)
    if isinstance(op, SpecifyShape):
        return _specification(node, checks, part)
    function = jax_funcify(op, node=node, **kwargs)
    input_dtypes = _input_dtypes(op, node)
    output_dtypes = [getattr(v.type, "dtype", None) for v in node.outputs]
    single = len(output_dtypes) == 1
    may_broadcast = isinstance(op, Elemwise) and any(None in v.type.shape for v in node.inputs)

    def compute(*inputs):
        if may_broadcast:
            _require_no_accidental_broadcasting(node, inputs, part)
        if hasattr(op, "idx_list"):
            inputs = _indexable(inputs)
            _require_indices_in_bounds(op, node, inputs, checks, part)
        results = function(*map(_as_dtype, inputs, input_dtypes))
        if single:
            return _as_dtype(results, output_dtypes[0])
        return [_as_dtype(result, dtype) for result, dtype in zip(results, output_dtypes)]

    return compute


# Dtypes


def _input_dtypes(op, node):
    """Tell the dtypes in which an operation computes; None for inputs to be left as they are."""
    found = [getattr(v.type, "dtype", None) for v in node.inputs]
    if isinstance(op, CAReduce):
        if isinstance(op, Sum) and found[0] == node.outputs[0].type.dtype == "float32":
            # Theano adds these up in float64. XLA's partial sums are right to the last digit or two
            # in float32 as well, in a third of the time.
            return [None]
        return [getattr(op, "acc_dtype", None)]
    if not isinstance(getattr(op, "core_op", op), (Elemwise, Dot, Join)):
        return [None] * len(found)
    # The axis of a join was an input of it in PyTensor 3.0.
    others = [None] if isinstance(op, Join) and "axis" not in op.__props__ else []
    found = found[len(others) :]
    common = upcast(*found)
    output = node.outputs[0].type.dtype
    if np.dtype(common).kind in "biu" and np.dtype(output).kind in "fc":
        common = output
    # A boolean fits every dtype by itself.
    return others + [None if dtype == "bool" != common else common for dtype in found]


def _as_dtype(value, dtype):
    if dtype is None or isinstance(value, tuple):  # a tuple is a shape
        return value
    if not hasattr(value, "dtype"):
        return np.asarray(value, dtype)
    return value if value.dtype == dtype else value.astype(dtype)


# Checks


def _assertion(op, node, checks, part):
    def check(x, *conditions):
        for condition in conditions:
            checks.require(
                condition, op.exc_type(f"{op.msg}\n{complaint(node, 'the assertion failed', part)}")
            )
        return x

    return check


def _specification(node, checks, part):
    def check(x, *sizes):
        for axis, (found, wanted) in enumerate(zip(x.shape, sizes)):
            if wanted is None or ((is_known := not isinstance(wanted, Tracer)) and found == wanted):
                continue
            expected = int(wanted) if is_known else "another size, which is computed"
            text = f"the shape is {x.shape}, but axis {axis} should have {expected}"
            error = UnexpectedShape(complaint(node, text, part))
            if is_known:
                raise error
            checks.require(found == wanted, error)
        return x

    return check


def _require_no_accidental_broadcasting(node, inputs, part):
    shapes = [np.shape(x) for x in inputs]
    for axis, sizes in enumerate(zip(*shapes)):
        declared = [v.type.broadcastable[axis] for v in node.inputs]
        if (1, False) in zip(sizes, declared) and set(sizes) != {1}:
            reason = (
                f"dimension mismatch along axis {axis} of shapes {' and '.join(map(str, shapes))}: "
                "one has size 1 there and isn't broadcastable"
            )
            raise ShapeError(complaint(node, reason, part))


def _indexable(inputs):
    """Let traced indices look up elements of an array, which they can't in NumPy's."""
    array, *rest = inputs
    if isinstance(array, np.ndarray) and any(isinstance(x, Tracer) for x in rest):
        array = jnp.asarray(array)
    return array, *rest


def _require_indices_in_bounds(op, node, inputs, checks, part):
    array, *rest = inputs
    if isinstance(array, tuple):  # a shape, in which Python looks indices up
        return
    indices = rest[1:] if hasattr(op, "set_instead_of_inc") else rest
    axis = 0
    for index in indices_from_subtensor(indices, op.idx_list):
        if isinstance(index, slice):
            axis += 1
            continue
        if np.result_type(index).kind == "b":
            axis += np.ndim(index)
            continue
        size = array.shape[axis]
        index = _as_dtype(index, "int64")
        checks.require(
            ((index >= -size) & (index < size)).all(),
            BoundsError(
                complaint(node, f"index out of bounds for axis {axis} of size {size}", part)
            ),
        )
        axis += 1
