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
