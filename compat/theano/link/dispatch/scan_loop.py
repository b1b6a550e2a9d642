"""How JAX runs a loop.

A loop is compiled for inputs of known shapes and a known number of steps. The nodes of its step
run in four parts:

* what is loop-invariant, as it depends on no sequence and no state: once;
* what depends on sequences only: before the loop, vectorized over the steps, so that products of
  inputs and weights become one large product;
* what the next step needs: in the loop;
* what only outputs need: after the loop, vectorized over the steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax
from pytensor.tensor.type import TensorType
from theano.link.dispatch.scan_gradient import GradientPlan, LoopGradient
from theano.link.dispatch.scan_stacks import run_at_once
from theano.link.dispatch.scan_step import ONCE, StepParts, made_by

__all__ = ["JaxLoop"]


class JaxLoop:
    """A loop over the step of a `Scan`, for inputs of known shapes.

    Inputs and outputs are lists of arrays as the `Scan` has them, but for the number of steps.

    Parameters
    ----------
    scan : Scan
    steps : int
    values : tuple
        The step's inputs, as `Scan.inner_values` tells them.
    """

    def __init__(self, scan: Any, steps: int, values: tuple):
        self.scan = scan
        self.steps = steps
        self.parts = StepParts(scan, steps, values)
        self.plan = GradientPlan(self.parts)

    def outputs(self, inputs: Sequence) -> list:
        """Run the loop."""
        return self.forward(inputs, save=False)[0]

    def forward(self, inputs: Sequence, save: bool) -> tuple:
        """Run the loop, and keep what the gradient needs if `save`.

        Returns
        -------
        outputs, residuals : lists of arrays
        """
        parts = self.parts
        given = self.given(inputs)
        once = self.run_once(given.constant)
        stacks = self.run_before(once, given.sequences)
        traced = [*parts.new_states, *parts.histories, *(self.plan.saved if save else [])]
        kept = self.plan.kept if save else []

        def step(state, slices):
            windows, carried = state
            env = self._step_env(once, slices, windows, carried)
            parts.functions.run(parts.inside, env)
            moved = [self._moved(w, self._cast(v, env)) for w, v in zip(windows, parts.new_states)]
            new = [self._cast(v, env) for v in parts.new_carried]
            return (moved, new), ([self._cast(v, env) for v in traced], [carried[n] for n in kept])

        state = self.windows(given.initial), given.carried
        slices = [stacks[v] for v in parts.slices]
        (_, carried), (traces, kept) = lax.scan(step, state, slices, length=self.steps)
        stacks.update(zip(traced, traces))
        self.add_taps(stacks, given.initial)
        outputs = [*(stacks[v] for v in parts.new_states), *self._others(once, stacks), *carried]
        return outputs, [*traces, *kept]

    def backward(
        self, inputs: Sequence, residuals: Sequence, cotangents: dict, wanted: Sequence[int]
    ) -> dict:
        """Compute gradients.

        Parameters
        ----------
        inputs : list of arrays
        residuals : list of arrays
            What :meth:`forward` kept.
        cotangents : dict of int to array
            The cotangents of some outputs, by position.
        wanted : sequence of int
            The positions of inputs.

        Returns
        -------
        dict of int to array
            The gradients with respect to these inputs.
        """
        return LoopGradient(self, inputs, residuals, wanted).run(cotangents)

    # The parts, and what goes between them.

    def given(self, inputs: Sequence) -> Any:
        """Sort the inputs, as `Scan.split_inputs` does, and cut sequences to the steps."""
        given = self.scan.split_inputs([None, *inputs])
        given.sequences = [jnp.asarray(x)[: self.steps] for x in given.sequences]
        given.initial = [jnp.asarray(x) for x in given.initial]
        given.carried = [jnp.asarray(x) for x in given.carried]
        return given

    def run_once(self, constant: Sequence) -> dict:
        """Compute what is the same at all steps: a dict by variable."""
        env = {v: x for v, x in zip(self.parts.constant, constant) if v is not None}
        self.parts.functions.run(self.parts.once, env)
        return env

    def run_before(self, once: dict, sequences: Sequence) -> dict:
        """Compute the values at all steps of what depends on sequences only, by variable."""
        parts = self.parts
        found = run_at_once(parts, parts.before, once, parts.sequences, sequences, parts.prepared)
        return dict(zip((*parts.sequences, *parts.prepared), (*sequences, *found)))

    def add_taps(self, stacks: dict, initial: Sequence) -> None:
        """Add the values at all steps of the states' taps, where something needs them."""
        parts = self.parts
        needed = {*parts.into_after, *parts.others}
        for n, offsets in enumerate(self.scan.taps):
            for variable, offset in zip(parts.taps[n], offsets):
                if variable in needed:
                    stacks[variable] = self.past(n, offset, stacks, initial)

    def past(self, state: int, offset: int, stacks: dict, initial: Sequence) -> Any:
        """Tell the values of a state `-offset` steps ago, at all steps."""
        depth = -min(self.scan.taps[state])
        first = initial[state][None] if depth == 1 and self.is_plain(state) else initial[state]
        history = jnp.concatenate([first[:depth], stacks[self.parts.new_states[state]]])
        return history[depth + offset : depth + offset + self.steps]

    def is_plain(self, state: int) -> bool:
        """Tell whether a state goes from step to step as one value."""
        return self.scan.taps[state] == (-1,)

    def _others(self, once, stacks):
        parts = self.parts
        computed = [v for v in parts.others if v in made_by(parts.after)]
        entering = [stacks[v] for v in parts.into_after]
        found = run_at_once(parts, parts.after, once, parts.into_after, entering, computed)
        found = {**stacks, **dict(zip(computed, found))}
        return [
            found[v] if parts.level(v) != ONCE else self._repeated(v, once) for v in parts.others
        ]

    def _repeated(self, variable, once):
        value = self._cast(variable, once)
        return jnp.broadcast_to(value, (self.steps, *value.shape))

    # States. One with taps other than -1 goes from step to step as a window of its last values.

    def windows(self, initial: Sequence) -> list:
        """Make what the first step gets of each state."""
        return [x if taps == (-1,) else x[: -min(taps)] for x, taps in zip(initial, self.scan.taps)]

    def _step_env(self, once, slices, windows, carried):
        parts = self.parts
        env = {**once, **dict(zip(parts.slices, slices)), **dict(zip(parts.carried, carried))}
        for window, variables, offsets in zip(windows, parts.taps, self.scan.taps):
            for variable, offset in zip(variables, offsets):
                env[variable] = window if offsets == (-1,) else window[offset]
        return env

    def _moved(self, window, new):
        return new if window.ndim == new.ndim else jnp.concatenate([window[1:], new[None]])

    def _cast(self, variable, env):
        value = self.parts.functions.value(variable, env)
        if not isinstance(variable.type, TensorType):
            return value
        return jnp.asarray(value, dtype=variable.type.dtype)

    # A loop that ends when a condition is met.

    def run_until(self, inputs: Sequence) -> tuple:
        """Run the loop until its condition is met.

        Returns
        -------
        outputs : list of arrays
            Histories hold zeros for the steps that weren't made.
        count : int
            The number of steps that were made.
        """
        parts = self.parts
        given = self.given(inputs)
        once = self.run_once(given.constant)
        traced = [*parts.new_states, *parts.others]

        def step(n, windows, carried):
            slices = [given.sequences[parts.sequences.index(v)][n] for v in parts.slices]
            env = self._step_env(once, slices, windows, carried)
            env.update((v, x[n]) for v, x in zip(parts.sequences, given.sequences))
            parts.functions.run(parts.inside, env)
            moved = [self._moved(w, self._cast(v, env)) for w, v in zip(windows, parts.new_states)]
            new = [self._cast(v, env) for v in parts.new_carried]
            stop = jnp.asarray(parts.functions.value(parts.condition, env)) != 0
            return stop, moved, new, [self._cast(v, env) for v in traced]

        def body(state):
            n, _, windows, carried, histories = state
            stop, windows, carried, traces = step(n, windows, carried)
            histories = [h.at[n].set(x) for h, x in zip(histories, traces)]
            return n + 1, stop, windows, carried, histories

        histories = [jnp.zeros((self.steps, *v.type.shape), v.type.dtype) for v in traced]
        windows = self.windows(given.initial)
        start = jnp.asarray(0), jnp.asarray(self.steps == 0), windows, given.carried, histories
        if self.steps == 0:
            return [*histories, *given.carried], 0
        count, _, _, carried, histories = lax.while_loop(
            lambda state: (state[0] < self.steps) & ~state[1], body, start
        )
        return [*histories, *carried], count
