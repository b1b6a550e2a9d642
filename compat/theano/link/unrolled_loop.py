"""Higher derivatives of loops that JAX can't compile: by their steps as one graph, interpreted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.gradient import grad
from pytensor.graph.basic import Variable
from pytensor.graph.replace import clone_replace
from pytensor.link.c.type import generic
from pytensor.tensor.type import TensorType
from theano.link.modes import interpreting
from theano.ops.scan import Pullback, Scan, ScanGradient

__all__ = ["unrolled_derivatives"]


def unrolled_derivatives(op: Pullback, values: Sequence, steps: int) -> Callable:
    """Prepare a higher derivative of a loop of a known number of steps.

    Parameters
    ----------
    op : Pullback
    values : list
        Values of the operation's inputs, for their dtypes and numbers of dimensions.
    steps : int

    Returns
    -------
    callable
        Takes values of the inputs, returns those of the outputs.
    """
    inputs = [_variable_for(value) for value in values]
    outputs = _derivatives(op, inputs, steps)
    # NumPy adds up to 32 terms at once, and of a constant there is one for each step.
    mode = interpreting(outputs).excluding("local_add_canonizer", "local_add_mul_fusion")
    return pytensor.function(inputs, outputs, mode=mode, on_unused_input="ignore")


def _variable_for(value):
    if not isinstance(value, np.ndarray):
        return generic()  # residuals, which aren't kept
    return TensorType(str(value.dtype), shape=(None,) * value.ndim)()


def _derivatives(op: ScanGradient | Pullback, inputs: Sequence[Variable], steps: int) -> list:
    """Make the graph of a derivative's outputs."""
    if isinstance(op, ScanGradient):
        differentiated, _, cotangents = op.split(inputs)
        outputs = _outputs(op.scan, differentiated, steps)
    else:
        n = len(inputs) - len(op.given)
        differentiated, cotangents = list(inputs[:n]), dict(zip(op.given, inputs[n:]))
        outputs = _derivatives(op.op, differentiated, steps)
    return grad(
        None,
        [differentiated[n] for n in op.wanted],
        known_grads={outputs[n]: cotangent for n, cotangent in cotangents.items()},
        disconnected_inputs="ignore",
    )


def _outputs(scan: Scan, inputs: Sequence[Variable], steps: int) -> list:
    """Make the graph of a loop's outputs, without a loop."""
    if 0 <= scan.truncate_gradient < steps:
        raise NotImplementedError(
            f"JAX can't compute the second derivative of {scan}, in whose step sizes depend on "
            "values, and whose gradient is truncated: pad what the step slices, and mask it"
        )
    given = scan.split_inputs(inputs)
    past = [
        [x] if scan.taps[n] == (-1,) else [x[k] for k in range(scan.depth(n))]
        for n, x in enumerate(given.initial)
    ]
    others: list = [[] for _ in range(scan.n_outputs)]
    carried = given.carried
    for n in range(steps):
        taps = [values[tap] for values, of_state in zip(past, scan.taps) for tap in of_state]
        new = _step(scan, [*(x[n] for x in given.sequences), *taps, *carried, *given.constant])
        for values, value in zip([*past, *others], new):
            values.append(value)
        carried = new[scan.n_states + scan.n_outputs : scan.n_data_outputs]
    made = [*(values[scan.depth(n) :] for n, values in enumerate(past)), *others]
    histories = [_stacked(values, variable) for values, variable in zip(made, scan.inner_outputs)]
    # Copies, as one that nothing changed is an input.
    return [*histories, *(pt.tensor_copy(v) for v in carried)]


def _step(scan: Scan, inputs: Sequence[Any]) -> list:
    pairs = zip(scan.inner_inputs, inputs)
    return clone_replace(scan.inner_outputs, list(pairs), rebuild_strict=False)


def _stacked(values, variable):
    if not values:
        return pt.zeros((0, *(size or 0 for size in variable.type.shape)), variable.dtype)
    return pt.stack(values)
