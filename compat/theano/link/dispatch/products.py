"""How JAX computes matrix products.

On the CPU a product with a transposed matrix on its left, such as the gradient of a dense layer's
weights, can be faster with a transposed copy of that matrix than as XLA does it, which reads it as
it is: for 128 x 1024 inputs and 1024 units by a quarter.
"""

from typing import Any

import jax
from pytensor.graph.basic import Apply
from pytensor.link.jax.dispatch.basic import jax_funcify
from pytensor.tensor.math import Dot
from theano.link.device import on_cpu
from theano.link.rewriting.transposed import is_transposed

# The copy is worth it for matrices of many columns, unless they are large.
MANY_COLUMNS = 800
LARGE = 2**20


@jax_funcify.register(Dot)
def _dot(op: Dot, node: "Apply | None" = None, **kwargs: Any) -> Any:
    transposed = node is not None and is_transposed(node.inputs[0]) and on_cpu()

    def dot(x, y):
        if transposed and _deserves_a_copy(x, y):
            x = jax.lax.optimization_barrier(x)
        return jax.numpy.dot(x, y)

    return dot


def _deserves_a_copy(x, y):
    return min(x.shape[0], y.shape[1]) >= MANY_COLUMNS and x.size <= LARGE
