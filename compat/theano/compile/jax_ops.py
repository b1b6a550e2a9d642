"""How JAX computes this package's own operations; imported before JAX compiles a graph."""

from pytensor.link.jax.dispatch.basic import jax_funcify
from theano.lax_op import LaxOp
from theano.tensor.nnet import sigm_jax


@jax_funcify.register(LaxOp)
def _lax_op(op, node, **kwargs):
    """Call `op.compute`, with sizes as integers: in a specialized graph they are constants."""

    def compute(*inputs):
        return op.compute(
            *(tuple(int(size) for size in x) if n in op.sizes else x for n, x in enumerate(inputs))
        )

    return compute
