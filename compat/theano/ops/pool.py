"""Pooling over windows along the last axes, and the gradient of maxima: the operations."""

from collections.abc import Sequence
from typing import Any

import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType, disconnected_type
from pytensor.graph.basic import Apply, Variable
from theano.ops.lax_op import LaxOp, sizes_vector

__all__ = ["MODES", "MaxPoolGrad", "Pool"]

MODES = ("max", "sum", "average_inc_pad", "average_exc_pad")


class Pool(LaxOp):
    """Pool over windows along the last axes.

    Parameters
    ----------
    ignore_border : bool, default False
        Whether to leave out windows that reach over the end.
    mode : str
        What is computed of a window, one of `MODES`; as for `theano.tensor.signal.pool.pool_2d`.
    ndim : int, default 2
        The number of axes.
    openmp
        Taken as in Theano, and without effect.
    channels_last : bool, default False
        Whether there is one axis more after those along which it pools.

    Examples
    --------
    >>> import numpy as np
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
            self.check(x, ws, stride, pad)
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

    def check(self, shape: tuple, ws: tuple, stride: tuple, pad: tuple) -> None:
        """Refuse sizes that make no windows of an input."""
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
    >>> import numpy as np
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
