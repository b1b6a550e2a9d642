"""How Python runs a loop that JAX can't compile, as sizes in its step depend on values.

Loops with a mode that watches what nodes do are run so in that mode.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from functools import cached_property
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.gradient import grad
from pytensor.tensor.type import float_dtypes
from theano.link.modes import interpreting, watches

__all__ = ["PythonLoop", "as_step", "is_running"]

_RUNNING = ContextVar("_RUNNING", default=False)


def is_running() -> bool:
    """Tell whether this is called from a step.

    Loops within it are run by Python as well: JAX would compile one for each size.
    """
    return _RUNNING.get()


class PythonLoop:
    """A loop over the step of a `Scan`, which PyTensor interprets, or runs in the loop's mode.

    Parameters
    ----------
    scan : Scan
    """

    def __init__(self, scan: Any):
        self.scan = scan

    def outputs(self, inputs: Sequence) -> list:
        """Run the loop: the values of the `Scan`'s outputs, without the residuals."""
        return self._run(inputs)[0]

    def gradients(self, inputs: Sequence, cotangents: dict, wanted: Sequence[int]) -> list:
        """Compute the gradients with respect to some inputs.

        Parameters
        ----------
        inputs : list of arrays
            The `Scan`'s inputs.
        cotangents : dict of int to array
            The cotangents of some outputs, by position.
        wanted : sequence of int
            The positions of inputs.
        """
        scan = self.scan
        outputs, steps = self._run(inputs)
        of_outputs = [cotangents.get(n, np.zeros_like(x)) for n, x in enumerate(outputs)]
        of_others = of_outputs[scan.n_states : scan.n_states + scan.n_outputs]
        of_carried = of_outputs[scan.n_states + scan.n_outputs :]
        of_inputs = [np.zeros_like(x) for x in inputs]
        found = scan.split_inputs(of_inputs)
        depths = [-min(taps) for taps in scan.taps]
        of_states = [
            np.concatenate([np.zeros((depth, *x.shape[1:]), x.dtype), x])
            for depth, x in zip(depths, of_outputs)
        ]
        truncate = scan.truncate_gradient
        first = max(0, len(steps) - truncate) if truncate >= 0 else 0
        for n in reversed(range(first, len(steps))):
            of_new = [x[depth + n] for depth, x in zip(depths, of_states)]
            of_step = self._of_step(steps[n], [*of_new, *(x[n] for x in of_others), *of_carried])
            _add([x[n : n + 1] for x in found.sequences], of_step.sequences)
            for x, depth, taps, of_taps in zip(of_states, depths, scan.taps, of_step.taps):
                _add([x[depth + n + tap :][:1] for tap in taps], of_taps)
            _add(found.constant, of_step.constant)
            of_carried = of_step.carried
        for n, (depth, x) in enumerate(zip(depths, of_states)):
            if scan.taps[n] == (-1,):
                found.initial[n][...] = x[0]
            else:
                found.initial[n][:depth] = x[:depth]
        _add(found.carried, of_carried)
        return [of_inputs[n] for n in wanted]

    def _run(self, inputs):
        """Return the outputs, and what each step got."""
        scan = self.scan
        given = scan.split_inputs(inputs)
        depths = [-min(taps) for taps in scan.taps]
        past = [
            [x] if taps == (-1,) else list(x[:depth])
            for x, taps, depth in zip(given.initial, scan.taps, depths)
        ]
        others = [[] for _ in range(scan.n_outputs)]
        carried, steps = given.carried, []
        for n in range(scan.count_steps(inputs)):
            taps = [
                values[depth + n + tap]
                for values, depth, of_state in zip(past, depths, scan.taps)
                for tap in of_state
            ]
            steps.append([*(x[n] for x in given.sequences), *taps, *carried, *given.constant])
            new = as_step(self._step, steps[n])
            for values, value in zip([*past, *others], new):
                values.append(value)
            carried = new[scan.n_states + scan.n_outputs : scan.n_data_outputs]
            if scan.until and new[-1]:
                break
        histories = [values[depth:] for values, depth in zip(past, depths)]
        return [*map(self._stack, [*histories, *others], scan.inner_outputs), *carried], steps

    def _stack(self, values, variable):
        if not values:
            return np.zeros((0, *(size or 0 for size in variable.type.shape)), variable.dtype)
        shapes = sorted({value.shape for value in values})
        if len(shapes) > 1:
            raise ValueError(
                f"the steps of {self.scan} return {variable} of shapes {shapes}, which can't be "
                "stacked: pad them to one shape"
            )
        return np.stack(values)

    def _of_step(self, inputs, of_outputs):
        """Sort the gradients of a step's inputs, as `split_inner_inputs` does; None for none."""
        scan = self.scan
        of_floats = [x for x, v in zip(of_outputs, scan.inner_outputs) if _is_float(v)]
        gradients = iter(as_step(self._gradient, [*inputs, *of_floats]))
        return scan.split_inner_inputs(
            [next(gradients) if _is_float(v) else None for v in scan.inner_inputs]
        )

    @cached_property
    def _step(self):
        return self._function(self.scan.inner_inputs, self.scan.inner_outputs)

    @cached_property
    def _gradient(self):
        scan = self.scan
        outputs = list(filter(_is_float, scan.inner_outputs[: scan.n_data_outputs]))
        of_outputs = [v.type() for v in outputs]
        cost = sum(pt.sum(v * of_v) for v, of_v in zip(outputs, of_outputs))
        wanted = list(filter(_is_float, scan.inner_inputs))
        gradients = grad(cost, wanted, disconnected_inputs="ignore", return_disconnected="zero")
        return self._function([*scan.inner_inputs, *of_outputs], gradients)

    def _function(self, inputs, outputs):
        mode = self.scan.mode if watches(self.scan.mode) else interpreting(outputs)
        return pytensor.function(inputs, outputs, mode=mode, on_unused_input="ignore")


def as_step(function: Callable, values: Sequence) -> list:
    """Call a function of a step, or of several: what it calls finds that loops are running."""
    token = _RUNNING.set(True)
    try:
        return function(*values)
    finally:
        _RUNNING.reset(token)


def _is_float(variable):
    return getattr(variable.type, "dtype", None) in float_dtypes


def _add(sums, values):
    for total, value in zip(sums, values):
        if value is not None:
            total += value
