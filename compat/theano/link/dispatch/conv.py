"""How convolutions and their gradients are computed on arrays of JAX.

On GPUs they are XLA's own, which are cuDNN's. On CPUs XLA's own are fast for images of float32, and
up to a hundred times slower elsewhere: for float64, for volumes, and for filters in groups. So
these are brought to the fast form there, or computed by sums and products, and gradients of large
filters by a few images at a time. ``benchmarks/networks.py`` measures whole networks.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from theano.link.device import on_cpu
from theano.link.dispatch.lax_op import lowering
from theano.ops.conv import (
    AbstractConv,
    AbstractConv_gradInputs,
    AbstractConv_gradWeights,
    BaseAbstractConv,
)
from theano.ops.conv_shapes import border_mode_to_pad

# Filters in groups, of fewer elements than this, channels included, are applied element by element.
FEW_ELEMENTS = 28
# The weights' gradient of filters of at least so many elements is faster for a few images at a
# time: what XLA makes of them for a matrix product then stays in the cache.
LARGE_FILTER = 16
IMAGES_AT_A_TIME = 16


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


@lowering.register(AbstractConv)
def lower_convolution(op: AbstractConv) -> Callable:
    """Flip the filters and slide them over the input."""

    def compute(x: jax.Array, w: jax.Array) -> jax.Array:
        op.output_shape(x.shape, w.shape)  # checks them
        x, w = _of_one_dtype(x, _flipped(w, op))
        slide = correlate_unshared if op.unshared else correlate
        return slide(x, w, _sliding(op, w.shape[-op.convdim :]))

    return compute


@lowering.register(AbstractConv_gradWeights)
def lower_weights_gradient(op: AbstractConv_gradWeights) -> Callable:
    """Compute the filters' gradient."""

    def compute(x: jax.Array, g: jax.Array, sizes: tuple) -> jax.Array:
        op.output_shape(x.shape, g.shape, sizes)
        x, g = _of_one_dtype(x, g)
        gradient = unshared_weights_gradient if op.unshared else weights_gradient
        return _flipped(gradient(x, g, sizes, _sliding(op, sizes)), op)

    return compute


@lowering.register(AbstractConv_gradInputs)
def lower_inputs_gradient(op: AbstractConv_gradInputs) -> Callable:
    """Compute the input's gradient: the transposed convolution."""

    def compute(w: jax.Array, g: jax.Array, sizes: tuple) -> jax.Array:
        op.output_shape(w.shape, g.shape, sizes)
        w, g = _of_one_dtype(_flipped(w, op), g)
        gradient = unshared_inputs_gradient if op.unshared else inputs_gradient
        return gradient(w, g, sizes, _sliding(op, w.shape[-op.convdim :]))

    return compute


def _sliding(op: BaseAbstractConv, filter_sizes: Sequence[int]) -> Sliding:
    dilated = [(n - 1) * d + 1 for n, d in zip(filter_sizes, op.filter_dilation)]
    padding = border_mode_to_pad(op.border_mode, op.convdim, dilated)
    return Sliding(op.subsample, padding, op.filter_dilation, op.num_groups)


def _flipped(filters, op):
    if not op.filter_flip:
        return filters
    return filters[(..., *[slice(None, None, -1)] * op.convdim)]


def _of_one_dtype(*arrays):
    dtype = jnp.result_type(*arrays)
    return [array.astype(dtype) for array in arrays]


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
    if not on_cpu():
        return by_xla(x, w, sliding)
    if _has_few_elements(w, sliding):
        return by_elements(x, w, sliding)
    if sliding.groups > 1:
        return _by_groups(correlate, x, w, (1, 0), sliding, joined=1)
    if x.dtype == "float64":
        return by_products(x, w, sliding)
    if len(sliding.strides) == 3:
        return by_planes(x, w, sliding)
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

    def transpose(lowering):
        return _transposed(lambda w: lowering(x, w, sliding), shape, g)

    if not on_cpu():
        return transpose(by_xla)
    if not g.size:
        return jnp.zeros(shape, g.dtype)  # XLA doesn't sum over an empty batch
    if sliding.groups > 1:
        if shape[1] == 1 and math.prod(sizes) < FEW_ELEMENTS:
            return transpose(by_elements)

        def of_group(x, g, one):
            return weights_gradient(x, g, sizes, one)

        return _by_groups(of_group, x, g, (1, 1), sliding, joined=0)
    if len(sizes) == 3:
        return transpose(by_planes)
    if math.prod(sizes) < LARGE_FILTER:
        return transpose(by_xla)
    blocks = _blocks(x, g)
    return sum(weights_gradient_by_correlation(*block, sizes, sliding) for block in blocks)


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

    def transpose(lowering):
        return _transposed(lambda x: lowering(x, w, sliding), shape, g)

    if not on_cpu():
        return transpose(by_xla)
    if sliding.groups > 1:
        mirrored = _mirrored(w, g.shape[2:], sizes, sliding)
        if mirrored and set(sliding.strides) == {1} and _has_few_elements(*mirrored):
            return by_elements(g, *mirrored)
        if _has_few_elements(w, sliding):
            return transpose(by_elements)

        def of_group(w, g, one):
            return inputs_gradient(w, g, sizes, one)

        return _by_groups(of_group, w, g, (0, 1), sliding, joined=1)
    if g.dtype == "float64":
        return transpose(by_products)
    if len(sizes) == 3:
        return transpose(by_planes)
    return transpose(by_xla)


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
    batch_size, filters, channels = x.shape[0], w.shape[0], w.shape[1 + ndim]
    x = _padded(x, sliding)
    w = w.reshape((sliding.groups, filters // sliding.groups, *w.shape[1:]))
    total = 0.0
    for offset in itertools.product(*map(range, sizes)):
        seen = x[(..., *_seen(offset, places, sliding))]
        seen = seen.reshape((batch_size, sliding.groups, channels, *places))
        total = total + jnp.einsum("bgc...,gf...c->bgf...", seen, w[(..., *offset)])
    return total.reshape((batch_size, filters, *places))


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


# ------------------------------------------------------------------------------------------------
# Ways to correlate: functions of input, filters and how they slide, linear in both
# ------------------------------------------------------------------------------------------------


def by_xla(x: jax.Array, w: jax.Array, sliding: Sliding) -> jax.Array:
    """Leave a correlation to XLA as it is."""
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


def by_xla_on_cpu(x: jax.Array, w: jax.Array, sliding: Sliding) -> jax.Array:
    """Leave a correlation to XLA with channels last, the form in which its own code is fast.

    In a loop any other form is slow: XLA brings it to this one outside of loops only.
    """
    y = _with_channels_last(
        jnp.moveaxis(x, 1, -1),
        jnp.moveaxis(w, (0, 1), (-1, -2)),
        sliding.strides,
        sliding.padding,
        rhs_dilation=sliding.dilation,
    )
    return jnp.moveaxis(y, -1, 1)


def weights_gradient_by_correlation(
    x: jax.Array, g: jax.Array, sizes: tuple, sliding: Sliding
) -> jax.Array:
    """Compute the weights' gradient as a correlation of input and gradient, over the batch."""
    padding = []
    for axis, size in enumerate(sizes):
        before, _ = sliding.padding[axis]
        reach = (size - 1) * sliding.dilation[axis]
        reach += (g.shape[axis + 2] - 1) * sliding.strides[axis]
        padding.append((before, reach + 1 - x.shape[axis + 2] - before))
    # What the strides didn't come to at the end.
    left_out = [(0, 0, 0), (0, 0, 0), *((0, min(after, 0), 0) for _, after in padding)]
    w = _with_channels_last(
        jnp.moveaxis(lax.pad(x, _zero(x), left_out), 0, -1),
        jnp.moveaxis(g, (0, 1), (-2, -1)),
        sliding.dilation,
        [(before, max(after, 0)) for before, after in padding],
        rhs_dilation=sliding.strides,
    )
    return jnp.moveaxis(w, (-1, 0), (0, 1))


def by_elements(x: jax.Array, w: jax.Array, sliding: Sliding) -> jax.Array:
    """Correlate element by element of the filters, which XLA makes one loop of."""
    places = _output_sizes(x, w, sliding)
    x = _padded(x, sliding)
    batch_size, filters = x.shape[0], w.shape[0]
    x = x.reshape((batch_size, sliding.groups, 1, w.shape[1], *x.shape[2:]))
    w = w.reshape((sliding.groups, filters // sliding.groups, *w.shape[1:]))
    total = 0.0
    for channel, *offset in itertools.product(*map(range, w.shape[2:])):
        seen = x[(..., channel, *_seen(offset, places, sliding))]
        element = w[(..., channel, *offset)]
        total = total + seen * jnp.expand_dims(element, range(2, 2 + len(places)))
    return total.reshape((batch_size, filters, *places))


def by_products(x: jax.Array, w: jax.Array, sliding: Sliding) -> jax.Array:
    """Correlate by matrix products, of what the rows of the filters see."""
    places = _output_sizes(x, w, sliding)
    x = jnp.moveaxis(_padded(x, sliding), 1, -1)
    *leading, last = (range(size) for size in w.shape[2:])
    whole = (slice(None),) * len(leading)
    ends = [_seen((0,) * len(leading) + (n,), places, sliding)[-1] for n in last]
    rows = jnp.concatenate([x[(slice(None), *whole, end)] for end in ends], axis=-1)
    w = jnp.moveaxis(w, (0, 1), (-1, -2))
    w = w.reshape((*w.shape[: len(leading)], -1, w.shape[-1]))
    total = 0.0
    for offset in itertools.product(*leading):
        seen = _seen((*offset, 0), places, sliding)[:-1]
        total = total + rows[(slice(None), *seen)] @ w[offset]
    return jnp.moveaxis(total, -1, 1)


def by_planes(x: jax.Array, w: jax.Array, sliding: Sliding) -> jax.Array:
    """Correlate volumes as a sum of correlations of their planes, the planes of a filter apart."""
    places = _output_sizes(x, w, sliding)
    planes = Sliding(*(steps[1:] for steps in sliding[:3]), groups=1)
    x = lax.pad(x, _zero(x), [(0, 0, 0), (0, 0, 0), (*sliding.padding[0], 0)] + [(0, 0, 0)] * 2)
    total = 0.0
    for offset in range(w.shape[2]):
        seen = x[:, :, _seen((offset,), places[:1], sliding)[0]].swapaxes(1, 2)
        count = seen.shape[0] * seen.shape[1]
        y = by_xla_on_cpu(seen.reshape((count, *seen.shape[2:])), w[:, :, offset], planes)
        total = total + y.reshape((*seen.shape[:2], *y.shape[1:]))
    return total.swapaxes(1, 2)


# ------------------------------------------------------------------------------------------------
# Helpers
# ------------------------------------------------------------------------------------------------


def _has_few_elements(w, sliding):
    """Tell whether it is fastest to go through the elements of filters one by one."""
    return sliding.groups > 1 and math.prod(w.shape[1:]) < FEW_ELEMENTS


def _with_channels_last(x, w, strides, padding, **dilation):
    axes = "".join(map(str, range(x.ndim - 2)))
    numbers = (f"N{axes}C", f"{axes}IO", f"N{axes}C")
    return lax.conv_general_dilated(x, w, strides, padding, dimension_numbers=numbers, **dilation)


def _output_sizes(x, w, sliding):
    own = zip(x.shape[2:], w.shape[2:], *sliding[:3])
    return tuple((n + sum(pad) - (k - 1) * d - 1) // s + 1 for n, k, s, pad, d in own)


def _padded(x, sliding):
    return lax.pad(x, _zero(x), [(0, 0, 0), (0, 0, 0), *((*pad, 0) for pad in sliding.padding)])


def _zero(x):
    return jnp.zeros((), x.dtype)


def _by_groups(function, a, b, axes, sliding, joined):
    """Apply a function of two arrays and how filters slide to each group by itself.

    `axes` are those along which the groups stand in the arrays, and `joined` is that of the result.
    """
    pieces = (jnp.split(x, sliding.groups, axis) for x, axis in zip((a, b), axes))
    one = sliding._replace(groups=1)
    return jnp.concatenate([function(*pair, one) for pair in zip(*pieces)], axis=joined)


def _blocks(*arrays):
    """Divide batches into those of a few images; at most 32."""
    batch_size = arrays[0].shape[0]
    images = max(IMAGES_AT_A_TIME, -(-batch_size // 32))
    return [[x[start : start + images] for x in arrays] for start in range(0, batch_size, images)]


def _mirrored(w, places, sizes, sliding):
    """Make the filters, and the zeros around, that make an inputs' gradient a correlation.

    None where more zeros had been added than filters reach over.
    """
    padding = []
    for axis, (size, (before, _)) in enumerate(zip(sizes, sliding.padding)):
        reach = (w.shape[axis + 2] - 1) * sliding.dilation[axis]
        after = size + before - (places[axis] - 1) * sliding.strides[axis] - 1
        padding.append((reach - before, after))
    if any(n < 0 for pair in padding for n in pair):
        return None
    w = jnp.flip(w, range(2, w.ndim))
    filters, channels = w.shape[:2]
    w = w.reshape((sliding.groups, filters // sliding.groups, *w.shape[1:])).swapaxes(1, 2)
    w = w.reshape((sliding.groups * channels, filters // sliding.groups, *w.shape[3:]))
    ones = (1,) * len(sizes)
    return w, Sliding(ones, tuple(padding), sliding.dilation, sliding.groups)


def _seen(offset, places, sliding):
    """Slice what the element of the filters at `offset` meets as they slide over an input."""
    starts = np.multiply(offset, sliding.dilation[: len(offset)]).tolist()
    return tuple(
        slice(start, start + (size - 1) * stride + 1, stride)
        for start, size, stride in zip(starts, places, sliding.strides)
    )


def _transposed(function: Callable, shape: tuple, cotangent: jax.Array) -> jax.Array:
    """Compute the gradient of a linear function of an array of some shape."""
    transpose = jax.linear_transpose(function, jax.ShapeDtypeStruct(shape, cotangent.dtype))
    return transpose(cotangent)[0]
