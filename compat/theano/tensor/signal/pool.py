"""Pooling: the maximum, sum or average over windows along the last axes."""

import itertools
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType, disconnected_type, pullback
from pytensor.graph.basic import Apply, Variable
from theano.lax_op import LaxOp, sizes_vector
from theano.missing import explain_missing

__all__ = [
    "AveragePoolGrad",
    "MaxPoolGrad",
    "Pool",
    "max_pool_2d_same_size",
    "pool_2d",
    "pool_3d",
]

__getattr__ = explain_missing(__name__, "pytensor.tensor.signal")

MODES = ("max", "sum", "average_inc_pad", "average_exc_pad")


def pool_2d(
    input: Variable,
    ws: Any = None,
    ignore_border: "bool | None" = None,
    stride: Any = None,
    pad: Any = (0, 0),
    mode: str = "max",
    ds: Any = None,
    st: Any = None,
    padding: Any = None,
) -> Variable:
    """Pool over windows along the last two axes.

    Parameters
    ----------
    input : tensor variable
        Of 2 or more dimensions.
    ws : pair of int, or integer vector
        The windows' sizes.
    ignore_border : bool, optional
        Whether to leave out windows that reach over the end. False by default, with a warning.
    stride : pair of int, or integer vector, optional
        The distances between windows; `ws` by default.
    pad : pair of int, default (0, 0)
        How many elements are added on both ends; only with `ignore_border`.
    mode : {"max", "sum", "average_inc_pad", "average_exc_pad"}
        What is computed of a window; averages include or exclude what was added.
    ds, st, padding
        Older names for `ws`, `stride` and `pad`.

    Returns
    -------
    tensor variable

    Raises
    ------
    ValueError
        If an argument isn't among those above, or is given by two names; when the sizes are known,
        if `ignore_border` leaves nothing, where Theano's result is empty.

    Notes
    -----
    Where several elements of a window are its maximum, the gradient goes to all of them, as in
    Theano.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(16.0).reshape(4, 4)
    >>> pool_2d(x, (2, 2), ignore_border=True, mode="sum").eval().tolist()
    [[10.0, 18.0], [42.0, 50.0]]
    """
    return _pool(2, input, ws, ignore_border, stride, pad, mode, ds, st, padding)


def pool_3d(
    input: Variable,
    ws: Any = None,
    ignore_border: "bool | None" = None,
    stride: Any = None,
    pad: Any = (0, 0, 0),
    mode: str = "max",
    ds: Any = None,
    st: Any = None,
    padding: Any = None,
) -> Variable:
    """Pool over windows along the last three axes; see :func:`pool_2d`.

    Examples
    --------
    >>> import numpy as np
    >>> pool_3d(np.arange(8.0).reshape(2, 2, 2), (2, 2, 2), ignore_border=True).eval().tolist()
    [[[7.0]]]
    """
    return _pool(3, input, ws, ignore_border, stride, pad, mode, ds, st, padding)


def max_pool_2d_same_size(input: Variable, patch_size: Sequence[int]) -> Variable:
    """Keep each patch's maximum in its place, and make all other elements zero.

    Parameters
    ----------
    input : tensor4
    patch_size : pair of int

    Returns
    -------
    tensor4

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[[[1.0, 2.0], [4.0, 3.0]]]])
    >>> max_pool_2d_same_size(x, (2, 2)).eval()[0, 0].tolist()
    [[0.0, 0.0], [4.0, 0.0]]
    """
    input = pt.as_tensor_variable(input)
    pooled = pool_2d(input, patch_size, ignore_border=True)
    return MaxPoolGrad(ignore_border=True)(input, pooled, pooled, patch_size)


def _pool(ndim, input, ws, ignore_border, stride, pad, mode, ds, st, padding):
    ws = _renamed("ws", ws, "ds", ds)
    stride = _renamed("stride", stride, "st", st)
    if padding is not None:
        pad = _renamed("pad", None if pad in (None, (0,) * ndim) else pad, "padding", padding)
    if ws is None:
        raise ValueError(f"pool_{ndim}d needs ws, the size of its windows")
    if ignore_border is None:
        warnings.warn(
            f"pool_{ndim}d takes ignore_border=False, for windows that reach over the end to "
            "count, unless it is given",
            stacklevel=3,
        )
        ignore_border = False
    input = pt.as_tensor_variable(input)
    if input.ndim < ndim:
        raise ValueError(f"pool_{ndim}d needs {ndim} or more dimensions, got {input.ndim}")
    return Pool(ignore_border, mode, ndim)(input, ws, stride, pad)


def _renamed(name, value, older_name, older_value):
    if older_value is None:
        return value
    if value is not None:
        raise ValueError(f"give {name} or its older name {older_name}, not both")
    warnings.warn(f"{older_name} is the older name of {name}", DeprecationWarning, stacklevel=4)
    return older_value


def _all_sizes(ndim, ws, stride, pad):
    ws = sizes_vector(ws, ndim)
    stride = ws if stride is None else sizes_vector(stride, ndim)
    return ws, stride, sizes_vector((0,) * ndim if pad is None else pad, ndim)


def _maximum(a, b):
    return pt.maximum(a, b) if isinstance(a, Variable) else max(a, b)


def _output_length(length, window, stride, pad, ignore_border):
    if None in (length, window, stride, pad):
        return None
    length = length + 2 * pad
    if ignore_border:
        return _maximum((length - window) // stride + 1, 0)
    if isinstance(window, Variable) or isinstance(stride, Variable):
        overlapping = _maximum((length - 1 - window) // stride + 1, 0) + 1
        return pt.switch(pt.ge(stride, window), (length - 1) // stride + 1, overlapping)
    if stride >= window:
        return (length - 1) // stride + 1
    return _maximum((length - 1 - window) // stride + 1, 0) + 1


class Pool(LaxOp):
    """Pool over windows along the last axes.

    Parameters
    ----------
    ignore_border : bool, default False
        Whether to leave out windows that reach over the end.
    mode : str
        As for :func:`pool_2d`.
    ndim : int, default 2
        The number of axes.
    openmp
        Taken as in Theano, and without effect.
    channels_last : bool, default False
        Whether there is one axis more after those along which it pools.

    Examples
    --------
    >>> Pool(ignore_border=True)(np.arange(16.0).reshape(4, 4), ws=(2, 2)).eval().tolist()
    [[5.0, 7.0], [13.0, 15.0]]
    """

    __props__ = ("ignore_border", "mode", "ndim", "channels_last")
    sizes = (1, 2, 3)
    channels_last = False  # also of those that Theano pickled

    def __init__(
        self,
        ignore_border: bool = False,
        mode: str = "max",
        ndim: int = 2,
        openmp: Any = None,
        channels_last: bool = False,
    ):
        if mode not in MODES:
            raise ValueError(f"mode should be one of {', '.join(MODES)}, got {mode!r}")
        self.ignore_border = bool(ignore_border)
        self.mode = mode
        self.ndim = ndim
        self.channels_last = channels_last

    def make_node(self, x: Any, ws: Any, stride: Any = None, pad: Any = None) -> Apply:
        return super().make_node(x, *_all_sizes(self.ndim, ws, stride, pad))

    @staticmethod
    def out_shape(
        imgshape: Sequence,
        ws: Sequence,
        ignore_border: bool = False,
        stride: "Sequence | None" = None,
        pad: "Sequence | None" = None,
        ndim: int = 2,
    ) -> list:
        """Compute the output's shape from the input's."""
        stride = ws if stride is None else stride
        pad = (0,) * ndim if pad is None else pad
        lengths = imgshape[len(imgshape) - ndim :]
        pooled = map(_output_length, lengths, ws, stride, pad, [ignore_border] * ndim)
        return [*imgshape[: len(imgshape) - ndim], *pooled]

    def output_shape(self, x, ws, stride, pad):
        if all(isinstance(n, int) for n in (*ws, *stride, *pad)):
            self._check(x, ws, stride, pad)
        if self.channels_last:
            *others, channels = x
            return (*self._pooled_shape(others, ws, stride, pad), channels)
        return self._pooled_shape(x, ws, stride, pad)

    def _pooled_shape(self, x, ws, stride, pad):
        pooled = tuple(self.out_shape(x, ws, self.ignore_border, stride, pad, self.ndim))
        lengths = x[len(x) - self.ndim :]
        if any(n == 0 != length for n, length in zip(pooled[len(x) - self.ndim :], lengths)):
            raise ValueError(
                f"windows of {tuple(ws)} are larger than an input of {tuple(lengths)} with padding "
                f"{tuple(pad)}: nothing is left"
            )
        return pooled

    def compute(self, x, ws, stride, pad):
        self._check(x.shape, ws, stride, pad)
        windows = _Windows(self, x.shape, ws, stride, pad)
        pooled = windows.reduce(x, "max" if self.mode == "max" else "sum")
        if self.mode.startswith("average"):
            pooled = pooled / windows.counts(self.mode == "average_inc_pad").astype(pooled.dtype)
        return pooled

    def _check(self, shape, ws, stride, pad):
        if min(ws) < 1 or min(stride) < 1 or min(pad) < 0:
            raise ValueError(
                f"windows {ws} and strides {stride} should be positive, and padding {pad} not "
                f"negative; the input has shape {shape}"
            )
        if any(p >= w for p, w in zip(pad, ws)):
            raise ValueError(f"padding {pad} should be smaller than the windows {ws}")
        if any(pad) and not self.ignore_border:
            raise ValueError(f"padding {pad} needs ignore_border=True")

    def pullback(self, inputs, outputs, cotangents):
        if self.mode != "max" or isinstance(cotangents[0].type, DisconnectedType):
            return super().pullback(inputs, outputs, cotangents)
        x, *sizes = inputs
        gradient = MaxPoolGrad(self.ignore_border, self.ndim, channels_last=self.channels_last)
        return [gradient(x, outputs[0], cotangents[0], *sizes), *(disconnected_type(),) * 3]


class MaxPoolGrad(LaxOp):
    """Give to each maximum of a window what comes back for the window.

    Its inputs are the pooled input, the maxima, what comes back, and sizes as for :class:`Pool`.

    Parameters
    ----------
    ignore_border, ndim, openmp, channels_last
        As for :class:`Pool`.

    Examples
    --------
    >>> x = np.array([[1.0, 3.0], [2.0, 0.0]])
    >>> MaxPoolGrad(ignore_border=True)(x, [[3.0]], [[5.0]], ws=(2, 2)).eval().tolist()
    [[0.0, 5.0], [0.0, 0.0]]
    """

    __props__ = ("ignore_border", "ndim", "channels_last")
    sizes = (3, 4, 5)
    channels_last = False  # also of those that Theano pickled

    def __init__(
        self, ignore_border: bool, ndim: int = 2, openmp: Any = None, channels_last: bool = False
    ):
        self.ignore_border = bool(ignore_border)
        self.ndim = ndim
        self.channels_last = channels_last

    def make_node(
        self, x: Any, maxima: Any, cotangent: Any, ws: Any, stride: Any = None, pad: Any = None
    ) -> Apply:
        sizes = _all_sizes(self.ndim, ws, stride, pad)
        return super().make_node(x, maxima, cotangent, *sizes)

    def output_shape(self, x, maxima, cotangent, ws, stride, pad):
        return x

    def output_dtype(self, x, maxima, cotangent):
        return x

    def compute(self, x, maxima, cotangent, ws, stride, pad):
        windows = _Windows(self, x.shape, ws, stride, pad)
        return windows.spread(x, maxima, cotangent.astype(x.dtype))


class AveragePoolGrad:
    """Give to the elements of a window their parts of what comes back for its sum or average.

    It is called with the pooled input, what comes back, and sizes as for :class:`Pool`.

    Parameters
    ----------
    ignore_border, mode, ndim
        As for :class:`Pool`; of the modes, all but the maximum.

    Examples
    --------
    >>> AveragePoolGrad(True)(np.zeros((2, 2)), [[4.0]], ws=(2, 2)).eval().tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """

    def __init__(self, ignore_border: bool, mode: str = "average_inc_pad", ndim: int = 2):
        if mode not in MODES[1:]:
            raise ValueError(f"mode should be one of {', '.join(MODES[1:])}, got {mode!r}")
        self.pool = Pool(ignore_border, mode, ndim)

    def __call__(
        self, x: Any, cotangent: Any, ws: Any, stride: Any = None, pad: Any = None
    ) -> Variable:
        x = pt.as_tensor_variable(x)
        return pullback(self.pool(x, ws, stride, pad), x, pt.as_tensor_variable(cotangent))


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
        import jax.numpy as jnp
        from jax import lax

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
        import jax.numpy as jnp

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
        from jax import lax

        others = (0, 0, 0)
        config = [others] * self.lead + [(*pair, 0) for pair in ends] + [others] * self.after
        return lax.pad(x, np.asarray(value, x.dtype), config)

    def _interleaved(self, places):
        """Put the arrays of all places between two strides together."""
        import jax.numpy as jnp

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
