"""How JAX computes the softplus; imported before JAX compiles a graph."""

from typing import Any

import jax.numpy as jnp
from pytensor.link.jax.dispatch.basic import jax_funcify
from pytensor.scalar.math import Softplus


@jax_funcify.register(Softplus)
def jax_funcify_Softplus(op: Softplus, **kwargs: Any) -> Any:
    """Compute one exponential, where PyTensor's own version computes three and then chooses."""

    def softplus(x: Any) -> Any:
        return jnp.maximum(x, 0) + jnp.log1p(jnp.exp(-jnp.abs(x)))

    return softplus
