"""Layers that pool over windows, resample, or pool over features."""

import numbers
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import theano
import theano.tensor as T
from theano.tensor.signal.pool import pool_2d, pool_3d

from ..utils import as_tuple
from .axes import checked_axis, flattened
from .base import Layer
from .checks import as_floats, known_sizes, positive_int, require_sizes

__all__ = [
    "FeaturePoolLayer",
    "FeatureWTALayer",
    "GlobalPoolLayer",
    "MaxPool1DLayer",
    "MaxPool2DLayer",
    "MaxPool3DLayer",
    "Pool1DLayer",
    "Pool2DLayer",
    "Pool3DLayer",
    "SpatialPyramidPoolingLayer",
    "Upscale1DLayer",
    "Upscale2DLayer",
    "Upscale3DLayer",
    "pool_output_length",
]

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


class _PoolLayer(Layer):
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
            raise type(error)(f"{self}: {name}: {error}") from error
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


class Pool1DLayer(_PoolLayer):
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


class Pool2DLayer(_PoolLayer):
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


class Pool3DLayer(_PoolLayer):
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


class _UpscaleLayer(Layer):
    """What upscaling one to three axes, the last of the input, has in common."""

    num_axes: int

    def __init__(
        self, incoming: "Layer | tuple", scale_factor: Any, mode: str = "repeat", **kwargs
    ):
        super().__init__(incoming, **kwargs)
        if len(self.input_shape) != self.num_axes + 2:
            raise ValueError(
                f"{self} needs an input of {self.num_axes + 2} dimensions, got one of shape "
                f"{self.input_shape}"
            )
        if mode not in ("repeat", "dilate"):
            raise ValueError(f"{self}: mode should be 'repeat' or 'dilate', got {mode!r}")
        try:
            factors = as_tuple(scale_factor, self.num_axes, numbers.Integral)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{self}: scale_factor: {error}") from error
        if min(factors) < 1:
            raise ValueError(f"{self}: scale_factor should be at least 1, got {scale_factor}")
        self.scale_factor = factors
        self.mode = mode

    def get_output_shape_for(self, input_shape: tuple) -> tuple:
        scaled = (
            None if size is None else size * factor
            for size, factor in zip(input_shape[2:], self.scale_factor)
        )
        return (*input_shape[:2], *scaled)

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        if self.mode == "repeat":
            for axis, factor in enumerate(self.scale_factor, start=2):
                if factor != 1:
                    input = T.extra_ops.repeat(input, factor, axis)
            return input
        shape = [input.shape[0], input.shape[1]]
        shape += [input.shape[n] * f for n, f in enumerate(self.scale_factor, start=2)]
        places = tuple(slice(None, None, factor) for factor in self.scale_factor)
        zeros = T.zeros(shape, dtype=input.dtype)
        # Adding, as setting sends Theano's optimizer into a cycle.
        return T.inc_subtensor(zeros[(slice(None), slice(None), *places)], input)


class Upscale1DLayer(_UpscaleLayer):
    """Make the last of three axes longer.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input:
        ``(batch, channels, length)``.
    scale_factor : int
        How many times as long.
    mode : {"repeat", "dilate"}
        Whether elements are repeated, or zeros put between them.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If the input hasn't three dimensions, the factor is less than 1, or the mode unknown.
    TypeError
        If the factor isn't an integer.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.layers import InputLayer, Upscale1DLayer, get_output
    >>> layer = Upscale1DLayer(InputLayer((None, 1, 2)), scale_factor=2)
    >>> get_output(layer, np.array([[[1.0, 2.0]]])).eval().tolist()
    [[[1.0, 1.0, 2.0, 2.0]]]
    """

    num_axes = 1


class Upscale2DLayer(_UpscaleLayer):
    """Make the last two of four axes longer; see `Upscale1DLayer`.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, Upscale2DLayer
    >>> Upscale2DLayer(InputLayer((None, 3, 7, 7)), scale_factor=(2, 3)).output_shape
    (None, 3, 14, 21)
    """

    num_axes = 2


class Upscale3DLayer(_UpscaleLayer):
    """Make the last three of five axes longer; see `Upscale1DLayer`.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, Upscale3DLayer
    >>> Upscale3DLayer(InputLayer((None, 3, 7, 7, 7)), scale_factor=2).output_shape
    (None, 3, 14, 14, 14)
    """

    num_axes = 3


def _checked_groups(layer, pool_size, axis):
    """Check that the features along an axis fall into groups; return size and axis."""
    pool_size = positive_int(layer, "pool_size", pool_size)
    axis = checked_axis(layer, axis, layer.input_shape)
    (features,) = known_sizes(layer, [axis], "the groups of features")
    if features % pool_size:
        raise ValueError(
            f"{layer}: the {features} features along axis {axis} don't fall into groups of "
            f"pool_size {pool_size}"
        )
    return pool_size, axis


def _in_groups(input, pool_size, axis):
    """Split an axis into two: groups, and the features of each."""
    shape = [input.shape[n] for n in range(input.ndim)]
    shape[axis : axis + 1] = [shape[axis] // pool_size, pool_size]
    return input.reshape(tuple(shape), ndim=input.ndim + 1)


class FeaturePoolLayer(Layer):
    """Pool over groups of features: with the maximum, maxout.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input.
    pool_size : int
        How many features, one beside the other, make a group.
    axis : int, default 1
        The axis of features.
    pool_function : callable, default theano.tensor.max
        A function of a tensor and of the keyword argument `axis` to pool over.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If the number of features isn't known, or no multiple of `pool_size`.

    References
    ----------
    .. [1] I. Goodfellow, D. Warde-Farley, M. Mirza, A. Courville and Y. Bengio (2013): Maxout
       networks. ICML. arXiv:1302.4389.

    Examples
    --------
    >>> from lasagne_expr.layers import FeaturePoolLayer, InputLayer
    >>> FeaturePoolLayer(InputLayer((None, 12)), pool_size=3).output_shape
    (None, 4)
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        pool_size: int,
        axis: int = 1,
        pool_function: Callable = T.max,
        **kwargs,
    ):
        super().__init__(incoming, **kwargs)
        self.pool_size, self.axis = _checked_groups(self, pool_size, axis)
        self.pool_function = pool_function

    def get_output_shape_for(self, input_shape: tuple) -> tuple:
        shape = list(input_shape)
        shape[self.axis] = input_shape[self.axis] // self.pool_size
        return tuple(shape)

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        return self.pool_function(_in_groups(input, self.pool_size, self.axis), axis=self.axis + 1)


class FeatureWTALayer(Layer):
    """Keep the largest feature of each group, and set the others to zero: the winner takes all.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input.
    pool_size : int
        How many features, one beside the other, make a group.
    axis : int, default 1
        The axis of features.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If the number of features isn't known, or no multiple of `pool_size`.

    Notes
    -----
    Of several largest ones, the first wins.

    References
    ----------
    .. [1] R. K. Srivastava, J. Masci, S. Kazerounian, F. Gomez and J. Schmidhuber (2013): Compete
       to compute. NIPS.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.layers import FeatureWTALayer, InputLayer, get_output
    >>> layer = FeatureWTALayer(InputLayer((None, 4)), pool_size=2)
    >>> get_output(layer, np.array([[1.0, 2.0, 4.0, 3.0]])).eval().tolist()
    [[0.0, 2.0, 4.0, 0.0]]
    """

    def __init__(self, incoming: "Layer | tuple", pool_size: int, axis: int = 1, **kwargs):
        super().__init__(incoming, **kwargs)
        self.pool_size, self.axis = _checked_groups(self, pool_size, axis)

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        groups = _in_groups(input, self.pool_size, self.axis)
        winners = T.argmax(groups, axis=self.axis + 1, keepdims=True)
        pattern = ["x"] * groups.ndim
        pattern[self.axis + 1] = 0
        places = T.arange(self.pool_size).dimshuffle(*pattern)
        return T.switch(T.eq(winners, places), groups, 0).reshape(input.shape, ndim=input.ndim)


class GlobalPoolLayer(Layer):
    """Pool over all axes after the second: one number per channel.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input, of 3 or more axes.
    pool_function : callable, default theano.tensor.mean
        A function of a tensor and of the keyword argument `axis` to pool over.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If the input has fewer than 3 dimensions.

    Examples
    --------
    >>> from lasagne_expr.layers import GlobalPoolLayer, InputLayer
    >>> GlobalPoolLayer(InputLayer((None, 16, 7, 7))).output_shape
    (None, 16)
    """

    def __init__(self, incoming: "Layer | tuple", pool_function: Callable = T.mean, **kwargs):
        super().__init__(incoming, **kwargs)
        if len(self.input_shape) < 3:
            raise ValueError(
                f"{self} needs an input of 3 or more dimensions, got one of shape "
                f"{self.input_shape}"
            )
        self.pool_function = pool_function

    def get_output_shape_for(self, input_shape: tuple) -> tuple:
        return input_shape[:2]

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        return self.pool_function(flattened(input, 3), axis=2)


class SpatialPyramidPoolingLayer(Layer):
    """Pool images of any size into a fixed number of cells: grids from coarse to fine.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input:
        ``(batch, channels, rows, columns)``.
    pool_dims : list of int, default [4, 2, 1]
        The grids: 4 means one of 4 x 4 cells.
    mode : {"max", "average_inc_pad", "average_exc_pad"}
        What is computed of a cell.
    implementation : {"fast", "kaiming"}
        Whether all cells of a grid have one size, and may leave out some pixels at the border, or
        are as in the paper, where they cover all pixels.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If the input hasn't four dimensions, a grid has no or more cells than there are pixels, or
        the mode or implementation is unknown.

    References
    ----------
    .. [1] K. He, X. Zhang, S. Ren and J. Sun (2014): Spatial pyramid pooling in deep
       convolutional networks for visual recognition. ECCV. arXiv:1406.4729.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, SpatialPyramidPoolingLayer
    >>> SpatialPyramidPoolingLayer(InputLayer((None, 8, None, None))).output_shape
    (None, 8, 21)
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        pool_dims: Sequence[int] = [4, 2, 1],
        mode: str = "max",
        implementation: str = "fast",
        **kwargs,
    ):
        super().__init__(incoming, **kwargs)
        if len(self.input_shape) != 4:
            raise ValueError(
                f"{self} needs an input of 4 dimensions, got one of shape {self.input_shape}"
            )
        if implementation not in ("fast", "kaiming"):
            raise ValueError(
                f"{self}: implementation should be 'fast' or 'kaiming', got {implementation!r}"
            )
        modes = [known for known in MODES if known != "sum"]
        if mode not in modes:
            raise ValueError(f"{self}: mode should be one of {', '.join(modes)}, got {mode!r}")
        if not isinstance(pool_dims, (Sequence, np.ndarray)) or len(pool_dims) == 0:
            raise TypeError(f"{self}: pool_dims should be a list of integers, got {pool_dims!r}")
        self.pool_dims = [positive_int(self, "pool_dims", dim) for dim in pool_dims]
        for size in self.input_shape[2:]:
            if size is not None and size < max(self.pool_dims):
                raise ValueError(
                    f"{self}: a grid of {max(self.pool_dims)} cells is finer than the input, of "
                    f"shape {self.input_shape}"
                )
        self.mode = mode
        self.implementation = implementation

    def get_output_shape_for(self, input_shape: tuple) -> tuple:
        return (*input_shape[:2], sum(dim**2 for dim in self.pool_dims))

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        input = input if self.mode == "max" else as_floats(input)
        sizes = [
            symbolic if known is None else known
            for known, symbolic in zip(self.input_shape[2:], (input.shape[2], input.shape[3]))
        ]
        grid = self._fast_grid if self.implementation == "fast" else self._covering_grid
        return T.concatenate([grid(input, sizes, dim) for dim in self.pool_dims], axis=2)

    def _fast_grid(self, input, sizes, dim):
        input = require_sizes(self, input, (dim, dim), f"grids of {dim} x {dim} cells")
        window = [(size + dim - 1) // dim for size in sizes]
        stride = [size // dim for size in sizes]
        if any(isinstance(size, theano.Variable) for size in sizes):
            window, stride = T.stack(window), T.stack(stride)
        pooled = pool_2d(input, ws=window, stride=stride, mode=self.mode, ignore_border=True)
        # Strides that are rounded down may leave room for more cells.
        return flattened(pooled[:, :, :dim, :dim], 3)

    def _covering_grid(self, input, sizes, dim):
        pool = T.max if self.mode == "max" else T.mean
        cells = [
            pool(
                input[
                    :,
                    :,
                    row * sizes[0] // dim : ((row + 1) * sizes[0] + dim - 1) // dim,
                    column * sizes[1] // dim : ((column + 1) * sizes[1] + dim - 1) // dim,
                ],
                axis=(2, 3),
            )
            for row in range(dim)
            for column in range(dim)
        ]
        return T.stack(cells, axis=2)
