"""How convolutions and their gradients are computed on arrays of JAX."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


class Sliding(NamedTuple):
    """How filters slide over an input.

    Attributes
    ----------
    strides, dilation : tuples of int
        The steps of the filter over the input, and between the filter's own elements.
    padding : tuple of pairs of int
        How many zeros come before and after the input.
    groups : int
        In how many groups, which don't mix, the channels are divided.
    """

    strides: tuple
    padding: tuple
    dilation: tuple
    groups: int


def correlate(x: jax.Array, w: jax.Array, sliding: Sliding) -> jax.Array:
    """Slide filters over an input: a convolution, without flipping the filters.

    Parameters
    ----------
    x : array of shape ``(batch, channels, *sizes)``
    w : array of shape ``(filters, channels / groups, *sizes)``
    sliding : Sliding

    Returns
    -------
    array of shape ``(batch, filters, *sizes)``
    """
    return by_xla(x, w, sliding)


def weights_gradient(x: jax.Array, g: jax.Array, sizes: tuple, sliding: Sliding) -> jax.Array:
    """Compute the gradient of :func:`correlate` with respect to its filters.

    Parameters
    ----------
    x : array of shape ``(batch, channels, *sizes)``
        The input.
    g : array of shape ``(batch, filters, *sizes)``
        The gradient with respect to the output.
    sizes : tuple of int
        The sizes of the filters.
    sliding : Sliding

    Returns
    -------
    array of shape ``(filters, channels / groups, *sizes)``
    """
    shape = (g.shape[1], x.shape[1] // sliding.groups, *sizes)
    return _transposed(lambda w: by_xla(x, w, sliding), shape, g)


def inputs_gradient(w: jax.Array, g: jax.Array, sizes: tuple, sliding: Sliding) -> jax.Array:
    """Compute the gradient of :func:`correlate` with respect to its input.

    Parameters
    ----------
    w : array of shape ``(filters, channels / groups, *sizes)``
        The filters.
    g : array of shape ``(batch, filters, *sizes)``
        The gradient with respect to the output.
    sizes : tuple of int
        The sizes of the input.
    sliding : Sliding

    Returns
    -------
    array of shape ``(batch, channels, *sizes)``
    """
    shape = (g.shape[0], w.shape[1] * sliding.groups, *sizes)
    return _transposed(lambda x: by_xla(x, w, sliding), shape, g)


def correlate_unshared(x: jax.Array, w: jax.Array, sliding: Sliding) -> jax.Array:
    """Slide filters over an input that are others at every place.

    Parameters
    ----------
    x : array of shape ``(batch, channels, *sizes)``
    w : array of shape ``(filters, *output sizes, channels / groups, *sizes)``
    sliding : Sliding

    Returns
    -------
    array of shape ``(batch, filters, *output sizes)``
    """
    ndim = x.ndim - 2
    places, sizes = w.shape[1 : 1 + ndim], w.shape[2 + ndim :]
    x = jnp.pad(x, ((0, 0), (0, 0), *sliding.padding))
    w = w.reshape((sliding.groups, -1, *w.shape[1:]))
    total = 0.0
    for offset in itertools.product(*map(range, sizes)):
        seen = x[(..., *_seen(offset, places, sliding))]
        seen = seen.reshape((x.shape[0], sliding.groups, -1, *places))
        total = total + jnp.einsum("bgc...,gf...c->bgf...", seen, w[(..., *offset)])
    return total.reshape((x.shape[0], -1, *places))


def unshared_weights_gradient(
    x: jax.Array, g: jax.Array, sizes: tuple, sliding: Sliding
) -> jax.Array:
    """Compute the gradient of :func:`correlate_unshared` with respect to its filters."""
    shape = (*g.shape[1:], x.shape[1] // sliding.groups, *sizes)
    return _transposed(lambda w: correlate_unshared(x, w, sliding), shape, g)


def unshared_inputs_gradient(
    w: jax.Array, g: jax.Array, sizes: tuple, sliding: Sliding
) -> jax.Array:
    """Compute the gradient of :func:`correlate_unshared` with respect to its input."""
    shape = (g.shape[0], w.shape[g.ndim - 1] * sliding.groups, *sizes)
    return _transposed(lambda x: correlate_unshared(x, w, sliding), shape, g)


def by_xla(x: jax.Array, w: jax.Array, sliding: Sliding) -> jax.Array:
    """Leave a correlation to XLA."""
    axes = "".join(map(str, range(x.ndim - 2)))
    return lax.conv_general_dilated(
        x,
        w,
        sliding.strides,
        sliding.padding,
        rhs_dilation=sliding.dilation,
        feature_group_count=sliding.groups,
        dimension_numbers=("NC" + axes, "OI" + axes, "NC" + axes),
    )


def _seen(offset, places, sliding):
    """Slice what the element of the filters at `offset` meets as they slide over an input."""
    starts = np.multiply(offset, sliding.dilation).tolist()
    return tuple(
        slice(start, start + (size - 1) * stride + 1, stride)
        for start, size, stride in zip(starts, places, sliding.strides)
    )


def _transposed(function, shape, cotangent):
    """Compute the gradient of a linear function of an array of some shape."""
    transpose = jax.linear_transpose(function, jax.ShapeDtypeStruct(shape, cotangent.dtype))
    return transpose(cotangent)[0]
