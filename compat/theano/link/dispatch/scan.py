"""How JAX computes loops, and the gradients of loops, as parts of a graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.jax.dispatch.basic import jax_funcify
from theano.link.dispatch.scan_loop import JaxLoop
from theano.link.modes import watches
from theano.ops.scan import Pullback, Scan, ScanGradient

__all__ = ["find_loop", "gradients", "second_gradients"]


@jax_funcify.register(Scan)
def jax_funcify_Scan(op: Scan, node: Apply, **kwargs: Any) -> Callable:
    """Run a loop of a known length; what its gradient needs is an output too."""
    if op.until:
        raise NotImplementedError(f"JAX can't compile {op}, whose length depends on a condition")
    _refuse_watched(op)

    def compute(*inputs):
        loop = find_loop(op.without_initial, inputs, node.inputs)
        outputs, residuals = loop.forward(inputs[1:], op.residuals)
        if op.with_initial:
            outputs = op.after_initial(outputs, inputs, jnp.concatenate)
        if op.residuals:
            outputs = [*outputs, residuals]
        return _single(outputs)

    return compute


@jax_funcify.register(ScanGradient)
def jax_funcify_ScanGradient(op: ScanGradient, node: Apply, **kwargs: Any) -> Callable:
    """Run a loop backward."""
    _refuse_watched(op.scan)

    def compute(*inputs):
        data, residuals, cotangents = op.split(inputs)
        return _single(gradients(op, data, residuals, cotangents, node.inputs[: len(data)]))

    return compute


@jax_funcify.register(Pullback)
def jax_funcify_Pullback(op: Pullback, node: Apply, **kwargs: Any) -> Callable:
    """Let JAX differentiate a gradient."""
    return lambda *inputs: _single(second_gradients(op, inputs, node.inputs))


def _refuse_watched(scan):
    if watches(scan.mode):
        raise NotImplementedError(f"{scan} has a mode that runs node by node: {scan.mode}")


def _single(outputs):
    return outputs[0] if len(outputs) == 1 else outputs


def find_loop(scan: Scan, inputs: Sequence, constants: Sequence = ()) -> JaxLoop:
    """Find, or make, the loop for arrays of these shapes.

    Parameters
    ----------
    scan : Scan
    inputs : list of arrays
        The operation's inputs.
    constants : list of variables, optional
        The same as variables, for the integers among them that are constant.
    """
    steps, values = scan.count_steps(inputs, constants), scan.loop_values(inputs, constants)
    key = "loop", steps, values
    if key not in scan.compiled:
        scan.compiled[key] = JaxLoop(scan, steps, values)
    return scan.compiled[key]


def gradients(
    op: ScanGradient,
    inputs: Sequence,
    residuals: Any,
    cotangents: dict,
    constants: Sequence = (),
) -> list:
    """Compute a loop's gradients from arrays; without residuals, run the loop once more.

    Parameters
    ----------
    op : ScanGradient
    inputs : list of arrays
        The loop's inputs.
    residuals : list of arrays
        What the loop kept; anything else stands for nothing.
    cotangents : dict of int to array
        The cotangents of some outputs, by position.
    constants : list of variables, optional
        As for :func:`find_loop`.
    """
    loop = find_loop(op.scan, inputs, constants)
    if not isinstance(residuals, list):
        _, residuals = loop.forward(inputs[1:], save=True)
    found = loop.backward(inputs[1:], residuals, cotangents, tuple(n - 1 for n in op.wanted))
    return [found[n - 1] for n in op.wanted]


def second_gradients(op: Pullback, inputs: Sequence, constants: Sequence = ()) -> list:
    """Compute the gradients of a gradient from arrays; `constants` as for :func:`find_loop`."""
    n = len(inputs) - len(op.given)
    data, cotangents = list(inputs[:n]), inputs[n:]

    def of_wanted(*values):
        arguments = list(data)
        for position, value in zip(op.wanted, values):
            arguments[position] = value
        results = _without_residuals(op.op, arguments, constants[:n])
        return [results[k] for k in op.given]

    _, pull = jax.vjp(of_wanted, *(data[k] for k in op.wanted))
    return list(pull(list(cotangents)))


def _without_residuals(op: Op, inputs: Sequence, constants: Sequence) -> list:
    if isinstance(op, ScanGradient):
        data, _, cotangents = op.split(inputs)
        return gradients(op, data, None, cotangents, constants[: len(data)])
    return second_gradients(op, inputs, constants)
