"""How JAX pools over windows, and spreads the gradient of maxima."""

import itertools

import jax.numpy as jnp
import numpy as np
from jax import lax
from theano.link.dispatch.lax_op import lowering
from theano.ops.pool import MaxPoolGrad, Pool


@lowering.register(Pool)
def _pool(op):
    def compute(x, ws, stride, pad):
        op.check(x.shape, ws, stride, pad)
        windows = _Windows(op, x.shape, ws, stride, pad)
        pooled = windows.reduce(x, "max" if op.mode == "max" else "sum")
        if op.mode.startswith("average"):
            pooled = pooled / windows.counts(op.mode == "average_inc_pad").astype(pooled.dtype)
        return pooled

    return compute


@lowering.register(MaxPoolGrad)
def _max_pool_gradient(op):
    def compute(x, maxima, cotangent, ws, stride, pad):
        windows = _Windows(op, x.shape, ws, stride, pad)
        return windows.spread(x, maxima, cotangent.astype(x.dtype))

    return compute


class _Windows:
    """The windows of a pooling operation on arrays of one shape."""

    # Beyond this many elements in a window, go along one axis after the other.
    MOST_AT_ONCE = 9

    def __init__(self, op, shape, ws, stride, pad):
        self.ndim = op.ndim
        self.after = int(op.channels_last)  # the number of axes after
        self.lead = len(shape) - self.after - op.ndim
        self.lengths = shape[self.lead : self.lead + op.ndim]
        self.ws, self.stride, self.pad = ws, stride, pad
        self.out = Pool.out_shape(self.lengths, ws, op.ignore_border, stride, pad, op.ndim)

    def _padded(self, x, value):
        """Pad, or cut, every axis to just what its windows cover."""
        ends = []
        for length, ws, stride, pad, out in zip(
            self.lengths, self.ws, self.stride, self.pad, self.out
        ):
            covered = (out - 1) * stride + ws if out else 0
            ends.append((pad, covered - length - pad))
        return self._pad(x, value, ends)

    def _slice(self, x, offsets):
        """Take the element at some offsets of every window."""
        index = [slice(None)] * self.lead
        for offset, stride, out in zip(offsets, self.stride, self.out):
            index.append(slice(offset, offset + (out - 1) * stride + 1, stride))
        return x[tuple(index)]

    def _offsets(self):
        return itertools.product(*map(range, self.ws))

    def reduce(self, x, mode):
        """Compute the maximum or the sum of every window, from slices of the array.

        On CPUs this is faster than XLA's own pooling, and has a faster gradient.
        """
        combine = jnp.maximum if mode == "max" else jnp.add
        x = self._padded(x, _lowest(x.dtype) if mode == "max" else 0)
        if np.prod(self.ws) <= self.MOST_AT_ONCE:
            parts = (self._slice(x, offsets) for offsets in self._offsets())
            return _fold(combine, parts)
        for position, (ws, stride, out) in enumerate(zip(self.ws, self.stride, self.out)):
            axis = self.lead + position
            parts = (
                lax.slice_in_dim(x, offset, offset + (out - 1) * stride + 1, stride, axis)
                for offset in range(ws)
            )
            x = _fold(combine, parts)
        return x

    def counts(self, include_padding):
        """Count the elements of every window that belong to the array, or to its padding."""
        total = np.ones(self.out)
        for axis in range(self.ndim):
            length, pad = self.lengths[axis], self.pad[axis]
            low, high = (0, length + 2 * pad) if include_padding else (pad, length + pad)
            starts = np.arange(self.out[axis]) * self.stride[axis]
            ends = np.minimum(starts + self.ws[axis], high)
            own = ends - np.maximum(starts, low)
            total *= own.reshape((-1,) + (1,) * (self.ndim - 1 - axis))
        return total.reshape((*total.shape, *(1,) * self.after))

    def spread(self, x, maxima, cotangent):
        """Bring back what comes for each window to all of its maxima.

        Elements at the same place between two strides lie in the same number of windows. So each
        of these places is gone through by itself, and the array put together at the end.
        """
        counts = [
            -(-((out - 1) * stride + ws) // stride) if out else 0
            for ws, stride, out in zip(self.ws, self.stride, self.out)
        ]
        own = zip(counts, self.stride, self.lengths, self.pad)
        ends = [(pad, n * stride - length - pad) for n, stride, length, pad in own]
        padded = self._pad(x, _lowest(x.dtype), ends)
        steps = [range(-(-ws // stride)) for ws, stride in zip(self.ws, self.stride)]
        moved = {
            step: [self._moved(of_window, step, counts) for of_window in (maxima, cotangent)]
            for step in itertools.product(*steps)
        }
        places = []
        for place in itertools.product(*map(range, self.stride)):
            own = [slice(p, None, s) for p, s in zip(place, self.stride)]
            elements = padded[(..., *own, *(slice(None),) * self.after)]
            total = jnp.zeros_like(elements)
            for step, (maximum, coming) in moved.items():
                offsets = (p + k * s for p, k, s in zip(place, step, self.stride))
                if all(offset < ws for offset, ws in zip(offsets, self.ws)):
                    total += jnp.where(elements == maximum, coming, 0)
            places.append(total)
        return self._pad(
            self._interleaved(places), 0, [(-before, -after) for before, after in ends]
        )

    def _moved(self, of_window, step, counts):
        """Give each element the window that begins some strides before it."""
        ends = [(k, n - k - out) for k, n, out in zip(step, counts, self.out)]
        return self._pad(of_window, 0, ends)

    def _pad(self, x, value, ends):
        others = (0, 0, 0)
        config = [others] * self.lead + [(*pair, 0) for pair in ends] + [others] * self.after
        return lax.pad(x, np.asarray(value, x.dtype), config)

    def _interleaved(self, places):
        """Put the arrays of all places between two strides together."""
        end = self.lead + self.ndim
        together = jnp.stack(places, end)
        lead, counts, rest = (
            together.shape[: self.lead],
            together.shape[self.lead : end],
            together.shape[end + 1 :],
        )
        together = together.reshape((*lead, *counts, *self.stride, *rest))
        order = list(range(self.lead))
        for axis in range(self.lead, end):
            order += [axis, axis + self.ndim]
        order += range(end + self.ndim, together.ndim)
        sizes = (n * stride for n, stride in zip(counts, self.stride))
        return together.transpose(order).reshape((*lead, *sizes, *rest))


def _lowest(dtype):
    if np.issubdtype(dtype, np.bool_):
        return False
    return -np.inf if np.issubdtype(dtype, np.floating) else np.iinfo(dtype).min


def _fold(combine, parts):
    total = next(parts)
    for part in parts:
        total = combine(total, part)
    return total
