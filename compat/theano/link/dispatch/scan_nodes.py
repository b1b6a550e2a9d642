"""Nodes of a step as functions of JAX arrays, whose gradients are Theano's."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytensor.scalar as ps
from pytensor import gradient
from pytensor.compile.builders import OpFromGraph
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.link.c.type import generic
from pytensor.link.jax.dispatch.basic import jax_funcify
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.math import Max
from pytensor.tensor.type import TensorType, float_dtypes
from theano.link.dispatch.nodes import NoChecks, constant_of_its_dtype, node_to_jax
from theano.link.dispatch.rematerialization import compared_with_extrema, computed_once
from theano.link.modes import FAST_RUN
from theano.link.rewriting.scan_step_slices import slice_first
from theano.ops.lax_op import LaxOp
from theano.ops.scan import Pullback, Scan, ScanGradient

__all__ = ["NodeFunctions", "is_float", "merged", "rewrite_step"]

_STOPS = (gradient.ZeroGrad, gradient.DisconnectedGrad, gradient.UndefinedGrad)

# Of two equal values Theano gives one the gradient, and JAX gives half of it to each.
_TIES = (ps.ScalarMaximum, ps.ScalarMinimum)


def is_float(variable: Variable) -> bool:
    """Tell whether a gradient can reach a variable."""
    return isinstance(variable.type, TensorType) and variable.type.dtype in float_dtypes


def rewrite_step(fgraph: FunctionGraph) -> None:
    """Simplify a graph of which a gradient may yet be taken."""
    with np.errstate(all="ignore"):  # constants are folded
        _rewriter().rewrite(fgraph)
    slice_first(fgraph)


@functools.cache
def _rewriter():
    # These rewrites drop, or hide, what is there for the gradient.
    return FAST_RUN.excluding("local_view_op", "inline_ofg_expansion", "fusion").optimizer


class NodeFunctions:
    """The functions of a graph's nodes, and the graph's constants."""

    def __init__(self, fgraph: FunctionGraph):
        self.nodes = fgraph.toposort()
        self.constants = {
            v: constant_of_its_dtype(v.data, variable=v)
            for v in (*(v for node in self.nodes for v in node.inputs), *fgraph.outputs)
            if isinstance(v, Constant)
        }
        storage = {v: [v.data] for v in self.constants}
        compared = compared_with_extrema(fgraph)
        self._functions = {node: self._function(node, storage, compared) for node in self.nodes}

    def _function(self, node, storage, compared):
        plain = node_to_jax(node.op, node, NoChecks(), compared, storage_map=storage)
        single = len(node.outputs) == 1

        def listed(*inputs):
            results = plain(*inputs)
            return [results] if single else list(results)

        return _with_theanos_gradient(node, listed)

    def call(self, node: Apply, inputs: Sequence) -> list:
        """Compute a node's outputs."""
        return self._functions[node](*inputs)

    def value(self, variable: Variable, env: dict) -> Any:
        """Look a variable up, or tell a constant's value."""
        return env[variable] if variable in env else self.constants[variable]

    def inputs(self, node: Apply, env: dict) -> list:
        """Look a node's inputs up."""
        return [self.value(v, env) for v in node.inputs]

    def run(self, nodes: Sequence[Apply], env: dict) -> None:
        """Compute the outputs of nodes, in order, into `env`."""
        for node in nodes:
            env.update(zip(node.outputs, self.call(node, self.inputs(node, env))))


def _with_theanos_gradient(node: Apply, function: Callable) -> Callable:
    """Give a node's function the gradient that its operation defines, where JAX's differs."""
    op = node.op
    if isinstance(op, _STOPS):
        return lambda *inputs: [jax.lax.stop_gradient(x) for x in inputs]
    if isinstance(op, Scan):
        return _of_loop(node, function)
    if isinstance(op, ScanGradient) and op.residuals_of(node).owner is None:
        return _of_outer_loops_gradient(node, function)
    if _has_own_gradient(op):
        return _by_pullback(node, function)
    return function


def _has_own_gradient(op):
    if isinstance(op, Elemwise):
        return isinstance(op.scalar_op, _TIES)
    if isinstance(op, LaxOp):
        return type(op).pullback is not LaxOp.pullback
    return isinstance(op, (gradient.GradClip, gradient.GradScale, Max, OpFromGraph))


def _of_loop(node, function):
    if node.op.residuals or node.op.with_initial:
        # Its gradient is taken inside the step; JAX's own, of all that, is right.
        return function
    wanted = tuple(n for n, x in enumerate(node.inputs) if n > 0 and is_float(x))
    given = tuple(n for n, x in enumerate(node.outputs) if is_float(x))
    op, residuals = ScanGradient(node.op, given, wanted), generic()
    of_node = op.make_node(*node.inputs, residuals, *(node.outputs[n] for n in given))

    def pull(inputs, outputs, cotangents):
        found = jax_funcify(op, node=of_node)(*inputs, None, *cotangents)
        return [found] if len(wanted) == 1 else found

    return _custom(function, wanted, given, pull)


def _of_outer_loops_gradient(node, function):
    """Give the gradient of a loop outside of the step, which has run by then, a gradient.

    What that loop kept depends on its inputs, which JAX doesn't see here.
    """
    wanted = tuple(n for n, x in enumerate(node.inputs) if is_float(x))
    given = tuple(range(len(node.outputs)))
    op = Pullback(node.op, given, wanted)
    of_node = op.make_node(*node.inputs, *node.outputs)

    def pull(inputs, outputs, cotangents):
        found = jax_funcify(op, node=of_node)(*inputs, *cotangents)
        return [found] if len(wanted) == 1 else found

    return _custom(function, wanted, given, pull)


def _by_pullback(node, function):
    """Let a node's gradient be what its operation's `pullback` says."""
    wanted = tuple(n for n, x in enumerate(node.inputs) if is_float(x))
    given = tuple(n for n, x in enumerate(node.outputs) if is_float(x))

    def pull(values, results, cotangents):
        if isinstance(node.op, Max):
            values = [computed_once(values[0])]  # its gradient compares them with their maximum
        gradients = _gradients_of(node, wanted, given)
        found = gradients([*_free(node, values), *cotangents])
        return [
            jnp.broadcast_to(g, jnp.shape(values[n])).astype(values[n].dtype)
            for n, g in zip(wanted, found)
        ]

    return _custom(function, wanted, given, pull)


def _gradients_of(node, wanted, given):
    """Make a function of a node's inputs and cotangents that computes its gradients."""
    inputs = [x if isinstance(x, Constant) else x.type() for x in node.inputs]
    outputs = [node.op.make_node(*inputs).outputs[n] for n in given]
    cotangents = [output.type() for output in outputs]
    gradients = gradient.grad(
        cost=None,
        wrt=[inputs[n] for n in wanted],
        known_grads=dict(zip(outputs, cotangents)),
        disconnected_inputs="ignore",
    )
    fgraph = FunctionGraph([*_free(node, inputs), *cotangents], list(gradients), clone=True)
    rewrite_step(fgraph)
    functions = NodeFunctions(fgraph)

    def compute(values):
        env = dict(zip(fgraph.inputs, values))
        functions.run(functions.nodes, env)
        return [functions.value(v, env) for v in fgraph.outputs]

    return compute


def _free(node, items):
    """Those of some items, one for each of a node's inputs, whose input isn't constant."""
    return [item for x, item in zip(node.inputs, items) if not isinstance(x, Constant)]


def _custom(function, wanted, given, pull):
    """Give a function of arrays a gradient: `pull` of inputs, outputs and cotangents."""

    @jax.custom_vjp
    def custom(values, others):
        return function(*merged(wanted, values, others))

    def forward(values, others):
        results = custom(values, others)
        return results, (values, others, results)

    def backward(residuals, cotangents):
        values, others, results = residuals
        inputs = merged(wanted, values, others)
        return pull(inputs, results, [cotangents[n] for n in given]), None

    custom.defvjp(forward, backward)

    def call(*inputs):
        if not wanted:
            return function(*inputs)
        values = [jnp.asarray(inputs[n]) for n in wanted]
        others = [x for n, x in enumerate(inputs) if n not in wanted]
        return custom(values, others)

    return call


def merged(positions: Sequence[int], values: Sequence, others: Sequence) -> list:
    """Put values at their positions, and others, in their order, at the other positions."""
    result = list(others)
    for position, value in zip(positions, values):
        result.insert(position, value)
    return result
