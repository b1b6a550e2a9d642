"""All steps of a loop at once, or one after another, in JAX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from pytensor.graph.basic import Apply, Variable
from theano.scan_module.step_parts import StepParts

__all__ = ["run_at_once", "scan_slices"]


def run_at_once(
    parts: StepParts,
    nodes: Sequence[Apply],
    once: dict,
    names: Sequence[Variable],
    stacks: Sequence,
    wanted: Sequence[Variable],
) -> list:
    """Run nodes for all steps at once.

    Parameters
    ----------
    parts : StepParts
    nodes : list of nodes
    once : dict of variable to value
        What is the same at all steps.
    names, stacks : lists of variables and of arrays
        What isn't: the values at all steps.
    wanted : list of variables
        Which of the nodes' outputs to return, at all steps.

    Returns
    -------
    list of arrays
    """
    if not wanted:
        return []

    def of_step(slices):
        env = {**once, **dict(zip(names, slices))}
        parts.functions.run(nodes, env)
        return [jnp.asarray(env[v], dtype=v.type.dtype) for v in wanted]

    return jax.vmap(of_step)(list(stacks))


def scan_slices(
    step: Callable, state: Any, stacks: Any, steps: int, reverse: bool = False
) -> tuple:
    """Loop like `jax.lax.scan`.

    On the CPU a step's slices are cut out one step ahead. Otherwise XLA would fuse the cutting into
    the step's arithmetic, which then isn't vectorized and takes several times as long.
    """
    if steps < 2 or not jax.tree.leaves(stacks) or jax.default_backend() != "cpu":
        return lax.scan(step, state, stacks, length=steps, reverse=reverse)

    def cut(n):
        return jax.tree.map(lambda x: lax.dynamic_index_in_dim(x, n, keepdims=False), stacks)

    def prefetching(carry, n):
        state, slices = carry
        ahead = jnp.maximum(n - 1, 0) if reverse else jnp.minimum(n + 1, steps - 1)
        following = cut(ahead)
        state, traces = step(state, slices)
        return (state, following), traces

    first = cut(steps - 1 if reverse else 0)
    numbers = jnp.arange(steps, dtype=jnp.int32)
    (state, _), traces = lax.scan(prefetching, (state, first), numbers, reverse=reverse)
    return state, traces
