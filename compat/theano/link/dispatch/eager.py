"""Eager evaluation, where a mode runs a graph node by node."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from theano.link.dispatch.lax_op import lowering
from theano.link.dispatch.scan import find_loop, gradients, second_gradients
from theano.link.fork_safety import start_jax_unless_forked
from theano.link.modes import watches
from theano.link.python_loop import PythonLoop, as_step, is_running
from theano.link.unrolled_loop import unrolled_derivatives
from theano.ops.evaluation import evaluate
from theano.ops.lax_op import LaxOp
from theano.ops.scan import Pullback, Scan, ScanGradient
from theano.ops.specialization import BoundsError

__all__: list = []

# What JAX and PyTensor's conversions raise where sizes depend on values.
_OF_UNKNOWN_SIZES = (IndexError, NotImplementedError, TypeError)


@evaluate.register(LaxOp)
def evaluate_LaxOp(op: LaxOp, inputs: Sequence) -> list:
    """Compute an operation by its lowering, compiled once for each combination of shapes."""
    start_jax_unless_forked()
    values = [tuple(map(int, x)) if n in op.sizes else x for n, x in enumerate(inputs)]
    return [np.array(_jitted(op)(*values))]


@functools.lru_cache(maxsize=256)
def _jitted(op):
    return jax.jit(lowering(op), static_argnums=op.sizes)


@evaluate.register(Scan)
def evaluate_Scan(op: Scan, inputs: Sequence) -> list:
    """Run a loop by JAX, or by Python where sizes in its step depend on values."""
    return _by_jax_or_python(
        op, lambda: _outputs_by_jax(op, inputs), lambda loop: loop.outputs(inputs)
    )


@evaluate.register(ScanGradient)
def evaluate_ScanGradient(op: ScanGradient, inputs: Sequence) -> list:
    """Run a loop backward, in the way in which it runs forward."""
    data, _, cotangents = op.split(inputs)
    return _by_jax_or_python(
        op.scan,
        lambda: _gradients_by_jax(op, data, cotangents),
        lambda loop: loop.gradients(data, cotangents, op.wanted),
    )


@evaluate.register(Pullback)
def evaluate_Pullback(op: Pullback, inputs: Sequence) -> list:
    """Compute the gradients of a gradient by JAX, or by the loop's steps as one graph."""
    if not is_running() and "python" not in op.scan.compiled:
        start_jax_unless_forked()
        try:
            return _as_numpy(second_gradients(op, inputs))
        except BoundsError:
            raise
        except _OF_UNKNOWN_SIZES:
            pass
    steps = op.scan.count_steps(inputs[: 1 + op.scan.n_sequences])
    key = "unrolled", op, steps
    if key not in op.scan.compiled:
        op.scan.compiled[key] = unrolled_derivatives(op, inputs, steps)
    return _as_numpy(as_step(op.scan.compiled[key], inputs))


def _by_jax_or_python(scan: Scan, by_jax: Callable, by_python: Callable) -> list:
    """Compute something of a loop by JAX; by Python if JAX has once been found to be unable to.

    Python runs loops with a mode that watches them, too.

    Parameters
    ----------
    scan : Scan
    by_jax : callable
        Takes nothing.
    by_python : callable
        Takes a `PythonLoop`.
    """
    loop = scan.compiled.get("python")
    if loop is None and not is_running() and not watches(scan.mode):
        start_jax_unless_forked()
        try:
            return _as_numpy(by_jax())
        except BoundsError:
            raise
        except _OF_UNKNOWN_SIZES:
            pass
    if loop is None:
        loop = scan.compiled["python"] = PythonLoop(scan)
    return _as_numpy(by_python(loop))


def _outputs_by_jax(scan: Scan, inputs: Sequence) -> list:
    loop = find_loop(scan, inputs)
    run = _kept(scan, ("outputs", loop), lambda: loop.run_until if scan.until else loop.outputs)
    results = run(inputs[1:])
    if scan.until:
        results, count = results
        n = scan.n_states + scan.n_outputs
        results = [*(r[: int(count)] for r in results[:n]), *results[n:]]
    return results


def _gradients_by_jax(op: ScanGradient, data: Sequence, cotangents: dict) -> list:
    steps, *others = data  # known by now, and the same for all calls of this function
    key = "gradients", find_loop(op.scan, data), op.given, op.wanted

    def make():
        return lambda data, cotangents: gradients(op, [steps, *data], None, cotangents)

    return _kept(op.scan, key, make)(others, cotangents)


def _kept(scan: Scan, key: tuple, make: Callable) -> Callable:
    """Find, or make and compile, a function of a loop."""
    if key not in scan.compiled:
        scan.compiled[key] = jax.jit(make())
    return scan.compiled[key]


def _as_numpy(results: Sequence[Any]) -> list:
    return [np.array(result) for result in results]
