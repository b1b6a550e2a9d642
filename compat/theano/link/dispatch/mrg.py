"""How JAX draws uniform numbers by MRG31k3p."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from pytensor.link.jax.dispatch.basic import jax_funcify
from theano.ops.mrg import mrg_uniform, next_state, number_of, to_unit_interval

_u = np.uint32


@jax_funcify.register(mrg_uniform)
def jax_funcify_mrg_uniform(op: mrg_uniform, **kwargs: Any) -> Callable:
    """Draw numbers; compiled code needs to know how many."""

    def compute(*inputs):
        rstate, used, lengths = op.split(inputs)
        try:
            lengths = tuple(int(length) for length in lengths)
        except TypeError as error:
            raise NotImplementedError(
                "the shape of a random draw must be known when JAX compiles the function: "
                "numbers, or the shapes of inputs"
            ) from error
        new_state, numbers = _draw(rstate, number_of(lengths), used, op.dtype)
        return new_state, numbers.reshape(lengths)

    return compute


def _draw(rstate: Any, size: int, used: Any, dtype: str) -> tuple:
    """New states, and `size` numbers, as `theano.ops.mrg` draws them; `used` may be traced."""
    if dtype == "float64" and not jax.config.jax_enable_x64:
        dtype = "float32"
    n_streams = rstate.shape[0]
    full_rounds, rest = divmod(size, n_streams)

    def advance(start: Any, state: tuple) -> tuple:
        new = next_state(state, jnp.minimum)
        numbers = to_unit_interval(new, dtype, jnp.where)
        if used is not None:
            keep = start + jnp.arange(state[0].shape[0]) < used
            new = tuple(jnp.where(keep, after, old) for after, old in zip(new, state, strict=True))
        return new, numbers

    def one_round(i: Any, carry: tuple) -> tuple:
        state, numbers = carry
        state, drawn = advance(i * n_streams, state)
        # Written into place: XLA copies the stacked outputs of a scan at every step on the CPU.
        return state, jax.lax.dynamic_update_slice(numbers, drawn, (i * n_streams,))

    carry = tuple(rstate.astype(jnp.uint32).T), jnp.zeros(size, dtype)
    state, numbers = jax.lax.fori_loop(0, full_rounds, one_round, carry) if full_rounds else carry
    if rest:
        new, drawn = advance(full_rounds * n_streams, tuple(part[:rest] for part in state))
        numbers = jax.lax.dynamic_update_slice(numbers, drawn, (full_rounds * n_streams,))
        state = tuple(jnp.append(after, old[rest:]) for after, old in zip(new, state, strict=True))
    return jnp.stack(state, axis=1).astype(jnp.int32), numbers
