"""Nodes of a step vectorized over all steps of its loop."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from pytensor.graph.basic import Apply, Variable
from theano.link.dispatch.scan_step import StepParts

__all__ = ["run_at_once"]


def run_at_once(
    parts: StepParts,
    nodes: Sequence[Apply],
    once: dict,
    names: Sequence[Variable],
    stacks: Sequence,
    wanted: Sequence[Variable],
) -> list:
    """Run nodes for all steps at once: vectorized, not in a loop.

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
