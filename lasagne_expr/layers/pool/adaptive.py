"""Adaptive pooling: layers whose output has one size, whatever the input's."""

from collections.abc import Callable, Sequence

import numpy as np
import theano
import theano.tensor as T
from theano.tensor.signal.pool import pool_2d

from ..axes import flattened
from ..base import Layer
from ..checks import as_floats, positive_int, require_sizes
from .windows import MODES

_GRID_MODES = tuple(mode for mode in MODES if mode != "sum")


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
        if mode not in _GRID_MODES:
            raise ValueError(
                f"{self}: mode should be one of {', '.join(_GRID_MODES)}, got {mode!r}"
            )
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
        if self.implementation == "fast":
            cells = [self._fast_grid(input, sizes, dim) for dim in self.pool_dims]
        else:
            cells = [one for dim in self.pool_dims for one in _cells(input, sizes, dim, self.mode)]
        return T.concatenate(cells, axis=2)

    def _fast_grid(self, input, sizes, dim):
        input = require_sizes(self, input, (dim, dim), f"grids of {dim} x {dim} cells")
        window = [(size + dim - 1) // dim for size in sizes]
        stride = [size // dim for size in sizes]
        if any(isinstance(size, theano.Variable) for size in sizes):
            window, stride = T.stack(window), T.stack(stride)
        pooled = pool_2d(input, ws=window, stride=stride, mode=self.mode, ignore_border=True)
        # Strides that are rounded down may leave room for more cells.
        return flattened(pooled[:, :, :dim, :dim], 3)


def _cells(input, sizes, dim, mode):
    """Pool over the cells of a grid that covers images of given sizes, row by row."""
    pool = T.max if mode == "max" else T.mean
    rows, columns = (
        [slice(n * size // dim, ((n + 1) * size + dim - 1) // dim) for n in range(dim)]
        for size in sizes
    )
    return [
        pool(input[:, :, row, column], axis=(2, 3)).dimshuffle(0, 1, "x")
        for row in rows
        for column in columns
    ]


def pool_2d_nxn_regions(
    inputs: theano.Variable, output_size: int, mode: str = "max"
) -> "list[theano.Variable]":
    """Pool over the cells of a square grid that covers images of any size.

    Parameters
    ----------
    inputs : tensor variable
        The images, ``(batch, channels, rows, columns)``.
    output_size : int
        How many cells there are along each axis. They overlap where they can't be equally large.
    mode : {"max", "average_inc_pad", "average_exc_pad"}
        What is computed of a cell.

    Returns
    -------
    list of tensor variables
        For each cell, row by row, a variable of shape ``(batch, channels, 1)``.

    Raises
    ------
    ValueError
        If the mode is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> images = T.constant(np.arange(9.0).reshape(1, 1, 3, 3))
    >>> [float(cell.eval().item()) for cell in pool_2d_nxn_regions(images, 2)]
    [4.0, 5.0, 7.0, 8.0]
    """
    if mode not in _GRID_MODES:
        raise ValueError(f"mode should be one of {', '.join(_GRID_MODES)}, got {mode!r}")
    return _cells(inputs, (inputs.shape[2], inputs.shape[3]), output_size, mode)
