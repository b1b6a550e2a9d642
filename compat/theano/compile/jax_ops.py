"""How JAX computes this package's own operations; imported before JAX compiles a graph."""

from pytensor.graph.basic import Constant
from pytensor.link.jax.dispatch.basic import jax_funcify
from theano.lax_op import LaxOp
from theano.scan_module import scan_jax
from theano.tensor.nnet import sigm_jax


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
