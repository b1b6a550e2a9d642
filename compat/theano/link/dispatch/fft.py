"""How JAX computes Fourier transforms."""

import jax
import jax.numpy as jnp
from theano.link.dispatch.lax_op import lowering
from theano.ops.fft import IRFFT, RFFT, OneAxisFFT


@lowering.register(RFFT)
def _rfft(op):
    def compute(x):
        found = jnp.fft.rfftn(x, axes=range(1, x.ndim), norm=op.norm)
        return jnp.stack([found.real, found.imag], axis=-1).astype(x.dtype)

    return compute


@lowering.register(IRFFT)
def _irfft(op):
    def compute(x):
        parts = jax.lax.complex(x[..., 0], x[..., 1])
        sizes = op.output_shape(x.shape)[1:]
        axes = range(1, parts.ndim)
        return jnp.fft.irfftn(parts, s=sizes, axes=axes, norm=op.norm).astype(x.dtype)

    return compute


@lowering.register(OneAxisFFT)
def _one_axis_fft(op):
    transform = jnp.fft.ifft if op.inverse else jnp.fft.fft
    return lambda a, n: transform(a.astype("complex128"), n=n[0], axis=op.axis)
