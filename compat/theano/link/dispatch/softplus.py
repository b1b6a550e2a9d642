"""How JAX computes the softplus; imported before JAX compiles a graph."""

from typing import Any

import jax.numpy as jnp
import numpy as np
from pytensor.link.jax.dispatch.basic import jax_funcify
from pytensor.scalar.math import Softplus

_ODD = range(1, 17, 2)


@jax_funcify.register(Softplus)
def jax_funcify_Softplus(op: Softplus, **kwargs: Any) -> Any:
    """Compute one exponential, where PyTensor's own version computes three and then chooses."""

    def softplus(x: Any) -> Any:
        return jnp.maximum(x, 0) + _log1p_of_fraction(jnp.exp(-jnp.abs(x)))

    return softplus


def _log1p_of_fraction(x):
    """The logarithm of 1 + x for x from 0 to 1: in float32 by a series, twice as fast as XLA's.

    It is 2 artanh(s) = 2 (s + s^3 / 3 + s^5 / 5 + ...), where s = x / (2 + x) is at most 1/3.
    """
    if x.dtype != "float32":
        return jnp.log1p(x)
    s = x / (2 + x)
    total = jnp.zeros_like(s)
    for n in reversed(_ODD):
        total = total * s * s + np.float32(2 / n)
    return total * s
