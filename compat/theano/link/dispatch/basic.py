"""How JAX computes what PyTensor doesn't tell it; imported before JAX compiles a graph."""

import jax
import jax.numpy as jnp
from pytensor.graph.basic import Constant
from pytensor.link.jax.dispatch.basic import jax_funcify
from pytensor.scalar.basic import Complex, RoundHalfAwayFromZero
from pytensor.tensor.math import ProdWithoutZeros
from theano.lax_op import LaxOp
from theano.scan_module import scan_jax
from theano.tensor import cumulative_jax, products_jax
from theano.tensor.nnet import sigm_jax
from theano.tensor.xlogx import XlogX, XlogY0


@jax_funcify.register(LaxOp)
def _lax_op(op, node, **kwargs):
    """Call `op.compute`, with sizes as integers: in a specialized graph they are constants."""
    sizes = {n: tuple(int(size) for size in _constant(node.inputs[n])) for n in op.sizes}

    def compute(*inputs):
        return op.compute(*(sizes.get(n, x) for n, x in enumerate(inputs)))

    return compute


def _constant(variable):
    if not isinstance(variable, Constant):
        raise NotImplementedError(f"the sizes {variable} depend on values, not on shapes only")
    return variable.data


@jax_funcify.register(RoundHalfAwayFromZero)
def _round_half_away_from_zero(op, **kwargs):
    def round(x):
        return jnp.trunc(x + jnp.copysign(0.5, x).astype(x.dtype))

    return round


@jax_funcify.register(Complex)
def _complex(op, **kwargs):
    return jax.lax.complex


@jax_funcify.register(ProdWithoutZeros)
def _prod_without_zeros(op, **kwargs):
    return lambda x: jnp.prod(jnp.where(x == 0, 1, x), axis=op.axis)


@jax_funcify.register(XlogX)
def _xlogx(op, **kwargs):
    return lambda x: jnp.where(x == 0, 0, x * jnp.log(x))


@jax_funcify.register(XlogY0)
def _xlogy0(op, **kwargs):
    return lambda x, y: jnp.where(x == 0, 0, x * jnp.log(y))
