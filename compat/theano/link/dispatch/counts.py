"""How JAX computes quantiles of counts."""

from collections.abc import Callable
from typing import Any

import jax
from pytensor.link.jax.dispatch.basic import jax_funcify
from theano.ops.counts import CountQuantile


@jax_funcify.register(CountQuantile)
def jax_funcify_CountQuantile(op: CountQuantile, **kwargs: Any) -> Callable:
    """Find the counts by bisection."""

    def compute(*inputs):
        return op.quantile(jax.numpy, jax.scipy.special, jax.lax.while_loop, *inputs)

    return compute
