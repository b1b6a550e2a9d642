"""Layers that pool over windows."""

import numbers
from typing import Any

import theano
import theano.tensor as T
from theano.tensor.signal.pool import pool_2d, pool_3d

from ...errors import kind_of_error
from ...utils import as_tuple
from ..base import Layer
from ..checks import as_floats, require_sizes

MODES = ("max", "sum", "average_inc_pad", "average_exc_pad")


def pool_output_length(
    input_length: "int | None", pool_size: int, stride: int, pad: int, ignore_border: bool
) -> "int | None":
    """Compute how many windows there are along an axis.

    Parameters
    ----------
    input_length : int or None
        The axis's size; None where it isn't known.
    pool_size : int
        The windows' size.
    stride : int
        The distance between windows.
    pad : int
        How many elements are added on both ends.
    ignore_border : bool
        Whether to leave out windows that reach over the end.

    Returns
    -------
    int or None

    Examples
    --------
    >>> pool_output_length(7, 2, 2, 0, True), pool_output_length(7, 2, 2, 0, False)
    (3, 4)
    """
    if input_length is None:
        return None
    if ignore_border:
        return max(0, (input_length + 2 * pad - pool_size) // stride + 1)
    if stride >= pool_size:
        return (input_length + stride - 1) // stride
    return max(0, (input_length - pool_size + stride - 1) // stride) + 1


class PoolLayer(Layer):
    """What pooling over one to three axes, the last of the input, has in common."""

    num_axes: int

    def __init__(
        self,
        incoming: "Layer | tuple",
        pool_size: Any,
        stride: Any = None,
        pad: Any = 0,
        ignore_border: bool = True,
        mode: str = "max",
        **kwargs,
    ):
        super().__init__(incoming, **kwargs)
        if len(self.input_shape) != self.num_axes + 2:
            raise ValueError(
                f"{self} needs an input of {self.num_axes + 2} dimensions (batch, channels and "
                f"{self.num_axes} to pool over), got one of shape {self.input_shape}"
            )
        if mode not in MODES:
            raise ValueError(f"{self}: mode should be one of {', '.join(MODES)}, got {mode!r}")
        self.pool_size = self._sizes("pool_size", pool_size, least=1)
        self.stride = self.pool_size if stride is None else self._sizes("stride", stride, least=1)
        self.pad = self._sizes("pad", pad, least=0)
        self.ignore_border = ignore_border
        self.mode = mode
        self._check_sizes()

    def _sizes(self, name, value, least):
        try:
            sizes = as_tuple(value, self.num_axes, numbers.Integral)
        except (TypeError, ValueError) as error:
            raise kind_of_error(error)(f"{self}: {name}: {error}") from error
        if min(sizes) < least:
            raise ValueError(f"{self}: {name} should be at least {least}, got {value}")
        return tuple(int(size) for size in sizes)

    def _check_sizes(self):
        if any(pad >= size for pad, size in zip(self.pad, self.pool_size)):
            raise ValueError(
                f"{self}: pad {self.pad} should be smaller than pool_size {self.pool_size}, or "
                "windows would see nothing but padding"
            )
        if any(self.pad) and not self.ignore_border:
            raise ValueError(f"{self}: pad {self.pad} needs ignore_border=True")

    def get_output_shape_for(self, input_shape: tuple) -> tuple:
        lengths = (
            pool_output_length(*sizes, self.ignore_border)
            for sizes in zip(input_shape[2:], self.pool_size, self.stride, self.pad)
        )
        shape = (*input_shape[:2], *lengths)
        if 0 in shape[2:]:
            raise ValueError(
                f"{self}: windows of size {self.pool_size} don't fit an input of shape "
                f"{input_shape} with pad {self.pad}"
            )
        return shape

    def _pool(self, pool, input, ndim):
        """Pool over the last axes; where there are fewer than `ndim`, over axes of size 1."""
        if self.mode != "max":
            input = as_floats(input)
        if self.ignore_border:
            least = (size - 2 * pad for size, pad in zip(self.pool_size, self.pad))
            what = f"windows of size {self.pool_size} with pad {self.pad}"
            input = require_sizes(self, input, least, what)
        extra = ndim - self.num_axes
        fill = (1,) * extra
        pooled = pool(
            T.shape_padright(input, extra) if extra else input,
            ws=self.pool_size + fill,
            stride=self.stride + fill,
            ignore_border=self.ignore_border,
            pad=self.pad + (0,) * extra,
            mode=self.mode,
        )
        return pooled[..., 0] if extra else pooled


class Pool1DLayer(PoolLayer):
    """Pool over windows along the last of three axes.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input:
        ``(batch, channels, length)``.
    pool_size : int
        The windows' size.
    stride : int, optional
        The distance between windows; `pool_size` by default.
    pad : int, default 0
        How many elements are added on both ends; they are never a maximum.
    ignore_border : bool, default True
        Whether to leave out windows that reach over the end.
    mode : {"max", "average_inc_pad", "average_exc_pad", "sum"}
        What is computed of a window; averages include or exclude what was added.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If the input hasn't three dimensions, or a size is out of its range.
    TypeError
        If a size isn't an integer.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.layers import InputLayer, Pool1DLayer, get_output
    >>> layer = Pool1DLayer(InputLayer((None, 1, 4)), pool_size=2, mode="sum")
    >>> get_output(layer, np.array([[[1.0, 2.0, 3.0, 4.0]]])).eval().tolist()
    [[[3.0, 7.0]]]
    """

    num_axes = 1

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        return self._pool(pool_2d, input, 2)


class Pool2DLayer(PoolLayer):
    """Pool over windows along the last two of four axes.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input:
        ``(batch, channels, rows, columns)``.
    pool_size : int or pair of int
        The windows' size.
    stride : int or pair of int, optional
        The distance between windows; `pool_size` by default.
    pad : int or pair of int, default (0, 0)
        How many elements are added on both ends; they are never a maximum.
    ignore_border : bool, default True
        Whether to leave out windows that reach over the end.
    mode : {"max", "average_inc_pad", "average_exc_pad", "sum"}
        What is computed of a window; averages include or exclude what was added.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If the input hasn't four dimensions, or a size is out of its range.
    TypeError
        If a size isn't an integer.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, Pool2DLayer
    >>> Pool2DLayer(InputLayer((None, 3, 28, 28)), pool_size=3, stride=2, pad=1).output_shape
    (None, 3, 14, 14)
    """

    num_axes = 2

    def __init__(
        self,
        incoming: "Layer | tuple",
        pool_size: Any,
        stride: Any = None,
        pad: Any = (0, 0),
        ignore_border: bool = True,
        mode: str = "max",
        **kwargs,
    ):
        super().__init__(incoming, pool_size, stride, pad, ignore_border, mode, **kwargs)

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        return self._pool(pool_2d, input, 2)


class Pool3DLayer(PoolLayer):
    """Pool over windows along the last three of five axes.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input:
        ``(batch, channels, depth, rows, columns)``.
    pool_size : int or three int
        The windows' size.
    stride : int or three int, optional
        The distance between windows; `pool_size` by default.
    pad : int or three int, default (0, 0, 0)
        How many elements are added on both ends; they are never a maximum.
    ignore_border : bool, default True
        Whether to leave out windows that reach over the end.
    mode : {"max", "average_inc_pad", "average_exc_pad", "sum"}
        What is computed of a window; averages include or exclude what was added.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If the input hasn't five dimensions, or a size is out of its range.
    TypeError
        If a size isn't an integer.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, Pool3DLayer
    >>> Pool3DLayer(InputLayer((None, 3, 8, 8, 8)), pool_size=2).output_shape
    (None, 3, 4, 4, 4)
    """

    num_axes = 3

    def __init__(
        self,
        incoming: "Layer | tuple",
        pool_size: Any,
        stride: Any = None,
        pad: Any = (0, 0, 0),
        ignore_border: bool = True,
        mode: str = "max",
        **kwargs,
    ):
        super().__init__(incoming, pool_size, stride, pad, ignore_border, mode, **kwargs)

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        return self._pool(pool_3d, input, 3)


class MaxPool1DLayer(Pool1DLayer):
    """Keep the largest element of each window; see `Pool1DLayer`.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, MaxPool1DLayer
    >>> MaxPool1DLayer(InputLayer((None, 3, 9)), pool_size=2).output_shape
    (None, 3, 4)
    """

    mode = "max"  # of layers that Lasagne 0.1 pickled

    def __init__(
        self,
        incoming: "Layer | tuple",
        pool_size: Any,
        stride: Any = None,
        pad: Any = 0,
        ignore_border: bool = True,
        **kwargs,
    ):
        super().__init__(incoming, pool_size, stride, pad, ignore_border, mode="max", **kwargs)


class MaxPool2DLayer(Pool2DLayer):
    """Keep the largest element of each window; see `Pool2DLayer`.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, MaxPool2DLayer
    >>> MaxPool2DLayer(InputLayer((None, 3, 28, 28)), pool_size=2).output_shape
    (None, 3, 14, 14)
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        pool_size: Any,
        stride: Any = None,
        pad: Any = (0, 0),
        ignore_border: bool = True,
        **kwargs,
    ):
        super().__init__(incoming, pool_size, stride, pad, ignore_border, mode="max", **kwargs)


class MaxPool3DLayer(Pool3DLayer):
    """Keep the largest element of each window; see `Pool3DLayer`.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, MaxPool3DLayer
    >>> MaxPool3DLayer(InputLayer((None, 3, 8, 8, 8)), pool_size=2).output_shape
    (None, 3, 4, 4, 4)
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        pool_size: Any,
        stride: Any = None,
        pad: Any = (0, 0, 0),
        ignore_border: bool = True,
        **kwargs,
    ):
        super().__init__(incoming, pool_size, stride, pad, ignore_border, mode="max", **kwargs)
