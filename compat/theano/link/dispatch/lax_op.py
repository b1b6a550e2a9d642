"""How JAX computes a `LaxOp`: by the lowering of its class, or by its own method `compute`."""

import functools
from collections.abc import Callable
from typing import Any

import jax
from pytensor.graph.basic import Apply, Constant
from pytensor.link.jax.dispatch.basic import jax_funcify
from theano.ops.lax_op import LaxGradient, LaxOp

__all__ = ["lowering"]


@functools.singledispatch
def lowering(op: LaxOp) -> Callable:
    """Make the function of JAX arrays that computes an operation.

    Lowerings are registered by class: ``@lowering.register(Pool)``.

    Parameters
    ----------
    op : LaxOp

    Returns
    -------
    callable
        Takes the inputs; those that are `op.sizes` as tuples of int.
    """
    return op.compute


@jax_funcify.register(LaxOp)
def jax_funcify_LaxOp(op: LaxOp, node: Apply, **kwargs: Any) -> Callable:
    """Give an operation its sizes as integers: in a specialized graph they are constants."""
    compute = lowering(op)
    sizes = {n: tuple(int(size) for size in _constant(node.inputs[n])) for n in op.sizes}
    return lambda *inputs: compute(*(sizes.get(n, x) for n, x in enumerate(inputs)))


def _constant(variable):
    if not isinstance(variable, Constant):
        raise NotImplementedError(f"the sizes {variable} depend on values, not on shapes only")
    return variable.data


@lowering.register(LaxGradient)
def lower_gradient(op: LaxGradient) -> Callable:
    """Let JAX differentiate the operation's own lowering."""
    forward, position = lowering(op.op), op.position

    def compute(*arguments: Any) -> jax.Array:
        *inputs, cotangent = arguments

        def of_one(x):
            return forward(*inputs[:position], x, *inputs[position + 1 :])

        output, pull = jax.vjp(of_one, inputs[position])
        return pull(cotangent.astype(output.dtype))[0]

    return compute
