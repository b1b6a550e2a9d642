"""Single operations that JAX computes otherwise than PyTensor says, or that PyTensor lacks."""

import jax
import jax.numpy as jnp
from pytensor.link.jax.dispatch.basic import jax_funcify
from pytensor.scalar.basic import Complex, RoundHalfAwayFromZero
from pytensor.tensor.math import ProdWithoutZeros
from theano.link.device import on_cpu
from theano.link.dispatch.lax_op import lowering
from theano.ops.choices import Unfit, UnfitError
from theano.ops.dynamic_slices import DynamicSlice, DynamicUpdateSlice
from theano.ops.equal_lengths import EqualLengths
from theano.ops.fusion_barrier import FusionBarrier
from theano.ops.linalg_checks import CheckedInGradient
from theano.ops.provenance import complaint
from theano.ops.rebroadcast import Rebroadcast
from theano.ops.specialization import ShapeError
from theano.ops.xlogx import XlogX, XlogY0


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


@jax_funcify.register(Unfit)
def _unfit(op, **kwargs):
    raise UnfitError(op.error)


@jax_funcify.register(XlogX)
def _xlogx(op, **kwargs):
    return lambda x: jnp.where(x == 0, 0, x * jnp.log(x))


@jax_funcify.register(XlogY0)
def _xlogy0(op, **kwargs):
    return lambda x, y: jnp.where(x == 0, 0, x * jnp.log(y))


@jax_funcify.register(Rebroadcast)
def _rebroadcast(op, node, **kwargs):
    def rebroadcast(x):
        try:
            op.check(x.shape)
        except ValueError as error:
            raise ShapeError(complaint(node, str(error))) from error
        return x

    return rebroadcast


@jax_funcify.register(CheckedInGradient)
def _checked_in_gradient(op, **kwargs):
    return lambda result, *conditions: result


@jax_funcify.register(EqualLengths)
def _equal_lengths(op, node, **kwargs):
    def check(x, other):
        lengths = [x.shape[0], other.shape[0]]
        if lengths[0] != lengths[1]:
            raise ShapeError(complaint(node, op.complain(node.inputs, lengths)))
        return x

    return check


@lowering.register(FusionBarrier)
def _fusion_barrier(op):
    return lambda x: jax.lax.optimization_barrier(x) if on_cpu() else x


@lowering.register(DynamicSlice)
def _dynamic_slice(op):
    return lambda x, start: jax.lax.dynamic_slice_in_dim(x, start, op.length, op.axis)


@lowering.register(DynamicUpdateSlice)
def _dynamic_update_slice(op):
    def compute(x, part, start):
        return jax.lax.dynamic_update_slice_in_dim(x, part.astype(x.dtype), start, op.axis)

    return compute
