"""How JAX lays neighbourhoods of images out as rows."""

import jax.numpy as jnp
from theano.link.dispatch.lax_op import lowering
from theano.ops.neighbours import Images2Neibs


@lowering.register(Images2Neibs)
def _images2neibs(op):
    def compute(x, shape, step):
        counts = op.counts(x.shape[2:], shape, step)
        op.check(x.shape[2:], shape, step)
        pad = op.padding(shape)
        if any(pad):
            widths = [(0, 0), (0, 0), *((p, p) for p in pad)]
            x = jnp.pad(x, widths, mode="wrap" if op.mode == "wrap_centered" else "constant")
        parts = [
            x[
                :,
                :,
                i : i + (counts[0] - 1) * step[0] + 1 : step[0],
                j : j + (counts[1] - 1) * step[1] + 1 : step[1],
            ]
            for i in range(shape[0])
            for j in range(shape[1])
        ]
        return jnp.stack(parts, axis=-1).reshape(-1, shape[0] * shape[1])

    return compute
