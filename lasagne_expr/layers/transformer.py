"""Layers that warp images by a transformation that a network computes."""

import math
import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np
import theano
import theano.tensor as T

from ..errors import kind_of_error
from ..utils import as_tuple, floatX
from .base import Layer, MergeLayer
from .checks import positive_int

__all__ = ["TPSTransformerLayer", "TransformerLayer"]

BORDER_MODES = ("nearest", "mirror", "wrap")


class _WarpLayer(MergeLayer):
    """What warps images by parameters from another layer."""

    def __init__(
        self, incoming, localization_network, num_outputs, downsample_factor, border_mode, **kwargs
    ):
        super().__init__([incoming, localization_network], **kwargs)
        images, parameters = self.input_shapes
        if len(images) != 4:
            raise ValueError(f"{self} needs images of 4 dimensions, got an input of shape {images}")
        if len(parameters) != 2 or parameters[1] != num_outputs:
            raise ValueError(
                f"{self} needs a localization network with outputs of shape (batch, {num_outputs})"
                f", got one of shape {parameters}"
            )
        if None not in (images[0], parameters[0]) and images[0] != parameters[0]:
            raise ValueError(
                f"{self}: the localization network, of shape {parameters}, has another batch size "
                f"than the images, of shape {images}"
            )
        self.downsample_factor = self._checked_factors(downsample_factor)
        if border_mode not in BORDER_MODES:
            raise ValueError(
                f"{self}: border_mode should be one of {', '.join(BORDER_MODES)}, got "
                f"{border_mode!r}"
            )
        self.border_mode = border_mode
        self._check_output(self.get_output_shape_for(self.input_shapes))

    def _checked_factors(self, given):
        try:
            factors = as_tuple(given, 2, numbers.Real)
        except (TypeError, ValueError) as error:
            raise kind_of_error(error)(f"{self}: downsample_factor: {error}") from error
        if not all(0 < factor < math.inf for factor in factors):
            raise ValueError(f"{self}: downsample_factor should be positive, got {given}")
        return factors

    def _check_output(self, shape):
        if 0 in shape[2:]:
            raise ValueError(
                f"{self}: downsample_factor {self.downsample_factor} leaves nothing of images of "
                f"shape {self.input_shapes[0]}"
            )

    def get_output_shape_for(self, input_shapes: list) -> tuple:
        images = input_shapes[0]
        sizes = zip(images[2:], self.downsample_factor)
        return (*images[:2], *(size and math.floor(size / factor) for size, factor in sizes))

    def _output_sizes(self, images):
        """Tell rows and columns of the output: numbers where they're known."""
        known = self.get_output_shape_for(self.input_shapes)[2:]
        return [
            T.cast(T.floor(images.shape[axis] / np.float64(factor)), "int64")
            if size is None
            else size
            for axis, size, factor in zip((2, 3), known, self.downsample_factor)
        ]


def sample_images(images: Any, x: Any, y: Any, sizes: Sequence, border_mode: str) -> Any:
    """Look up images at the points of a grid of given sizes, and make images of what is found."""
    sampled = sample_bilinear(images, x, y, border_mode)
    shape = (images.shape[0], *sizes, images.shape[1])
    return sampled.reshape(shape, ndim=4).dimshuffle(0, 3, 1, 2)


class TransformerLayer(_WarpLayer):
    """Warp images by affine transformations: a spatial transformer.

    The second input has the six numbers ``theta`` of a transformation for each image. The output
    at ``(x, y)`` is the input at ``theta.reshape(2, 3) @ (x, y, 1)``, interpolated between its
    four neighbours. Both ``x`` and ``y`` go from -1 to 1, from the first column or row to the
    last. So ``(1, 0, 0, 0, 1, 0)`` leaves images as they are; a localization network usually
    starts there, by its last layer's biases and weights of 0.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output is warped, or the shape of that:
        ``(batch, channels, rows, columns)``.
    localization_network : Layer, or tuple of int or None
        The layer that computes the transformations, of output shape ``(batch, 6)``.
    downsample_factor : number or pair of numbers, default 1
        By how much fewer rows and columns the output has: their sizes are divided by it and
        rounded down. Below 1 it has more.
    border_mode : {"nearest", "mirror", "wrap"}
        What is outside the image: the nearest pixel, the image mirrored at its outermost pixels,
        or the image again.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If a shape isn't as above, or an argument isn't one of these.
    TypeError
        If a factor is no number.

    References
    ----------
    .. [1] M. Jaderberg, K. Simonyan, A. Zisserman and K. Kavukcuoglu (2015): Spatial transformer
       networks. NIPS. arXiv:1506.02025.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.layers import DenseLayer, InputLayer, TransformerLayer, get_output
    >>> image = InputLayer((1, 1, 2, 3))
    >>> mirror = np.array([-1.0, 0, 0, 0, 1, 0])
    >>> theta = DenseLayer(image, 6, W=np.zeros((6, 6)), b=mirror, nonlinearity=None)
    >>> pixels = np.array([[[[1.0, 2, 3], [4, 5, 6]]]])
    >>> get_output(TransformerLayer(image, theta), pixels).eval().round(6).tolist()
    [[[[3.0, 2.0, 1.0], [6.0, 5.0, 4.0]]]]
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        localization_network: "Layer | tuple",
        downsample_factor: Any = 1,
        border_mode: str = "nearest",
        **kwargs,
    ):
        super().__init__(
            incoming, localization_network, 6, downsample_factor, border_mode, **kwargs
        )

    def get_output_for(self, inputs: list, **kwargs) -> theano.Variable:
        images, theta = inputs
        return warp_affine(images, theta, self._output_sizes(images), self.border_mode)


def warp_affine(images: Any, theta: Any, sizes: Sequence, border_mode: str) -> Any:
    """Warp images by an affine transformation of each, to images of given sizes."""
    theta = theta.reshape((theta.shape[0], 2, 3))
    warped = T.tensordot(theta, homogeneous_grid(*sizes), axes=[[2], [0]])
    return sample_images(images, warped[:, 0], warped[:, 1], sizes, border_mode)


def homogeneous_grid(rows: Any, columns: Any) -> theano.Variable:
    """Make the points ``(x, y, 1)`` of a grid, row by row, as the columns of a matrix."""
    x, y = grid(T, rows, columns)
    return T.cast(T.stack([x, y, T.ones_like(x)]), theano.config.floatX)


def grid(xp, rows, columns):
    """Make the coordinates x and y of all points of a grid, row by row, by NumPy or Theano."""
    x, y = (_coordinates(xp, size) for size in (columns, rows))
    zeros = xp.zeros((rows, columns), dtype="float64")
    return (zeros + x).flatten(), (zeros + y[:, None]).flatten()


def _coordinates(xp, size):
    """Make `size` numbers from -1 to 1 at equal distances; of one, the middle."""
    return (2.0 * xp.arange(size) - (size - 1)) / xp.maximum(size - 1, 1)


def sample_bilinear(
    images: theano.Variable, x: theano.Variable, y: theano.Variable, border_mode: str
) -> theano.Variable:
    """Look up images at any points, interpolating between the four pixels around each.

    Parameters
    ----------
    images : tensor variable
        Of shape ``(batch, channels, rows, columns)``.
    x, y : tensor variables
        The points of each image, of shape ``(batch, points)``, from -1 to 1 within it.
    border_mode : str
        What is outside of images, as in `TransformerLayer`.

    Returns
    -------
    tensor variable
        Of shape ``(batch * points, channels)``.
    """
    batch, channels, rows, columns = (images.shape[axis] for axis in range(4))
    pixels = images.dimshuffle(0, 2, 3, 1).reshape((batch * rows * columns, channels))
    image = T.cumsum(T.ones_like(x[:, 0], dtype="int64")) - 1  # numbers the images from 0
    first = (image * rows * columns).dimshuffle(0, "x")
    lefts_and_rights = _neighbours(x, columns, border_mode)
    total = 0
    for row, row_weight in _neighbours(y, rows, border_mode):
        for column, column_weight in lefts_and_rights:
            found = pixels[(first + row * columns + column).flatten()]
            total += found * (row_weight * column_weight).flatten().dimshuffle(0, "x")
    return total


def _neighbours(coordinate, size, border_mode):
    """Find the two pixels next to points along an axis, each with its weight."""
    place = (coordinate + 1) / 2 * T.cast(size - 1, coordinate.dtype)
    if border_mode == "nearest":
        place = T.clip(place, 0, T.cast(size - 1, place.dtype))
    before = T.floor(place)
    after_weight = place - before
    return [
        (_pixel_index(before, size, border_mode), 1 - after_weight),
        (_pixel_index(before + 1, size, border_mode), after_weight),
    ]


def _pixel_index(place, size, border_mode):
    """Turn places, whole numbers that may be outside of an image, into indices of pixels."""
    size = T.cast(size, "int64")
    if border_mode == "mirror":
        period = T.cast(T.maximum(2 * (size - 1), 1), place.dtype)
        place = T.minimum(place % period, -place % period)
    elif border_mode == "wrap":
        place = place % T.cast(size, place.dtype)
    place = T.clip(place, 0, T.cast(size - 1, place.dtype))
    # NaN shows in the weights; here it would be an index out of bounds.
    return T.cast(T.switch(T.isnan(place), 0, place), "int64")


class TPSTransformerLayer(_WarpLayer):
    """Warp images by thin plate splines.

    Control points lie on a square grid over the image, from -1 to 1 in both directions. The
    second input has for each image by how much to move them: first along ``x`` for all points,
    row by row, then along ``y``. The output at a control point is the input at where it is moved
    to, and between them the smoothest map that does so tells where. So zeros leave images as they
    are; a localization network usually starts there, by weights and biases of 0 in its last layer.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output is warped, or the shape of that:
        ``(batch, channels, rows, columns)``.
    localization_network : Layer, or tuple of int or None
        The layer that computes the moves, of output shape ``(batch, 2 * control_points)``.
    downsample_factor : number or pair of numbers, default 1
        By how much fewer rows and columns the output has: their sizes are divided by it and
        rounded down. Below 1 it has more.
    control_points : int, default 16
        The number of control points: a square of 2 or more.
    precompute_grid : bool or ``'auto'``, default ``'auto'``
        Whether to compute once, when the layer is made, how each point of the output depends on
        the control points. That takes images of known size; ``'auto'`` does it for these.
    border_mode : {"nearest", "mirror", "wrap"}
        What is outside the image, as in `TransformerLayer`.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If a shape isn't as above, an argument isn't one of these, or `precompute_grid` is true
        and the images' size is unknown.
    TypeError
        If a factor or `control_points` is no number, or `precompute_grid` none of these.

    References
    ----------
    .. [1] M. Jaderberg, K. Simonyan, A. Zisserman and K. Kavukcuoglu (2015): Spatial transformer
       networks. NIPS. arXiv:1506.02025.
    .. [2] F. L. Bookstein (1989): Principal warps: thin-plate splines and the decomposition of
       deformations. IEEE Transactions on Pattern Analysis and Machine Intelligence 11, 567-585.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.init import Constant
    >>> from lasagne_expr.layers import DenseLayer, InputLayer, TPSTransformerLayer, get_output
    >>> image = InputLayer((1, 1, 2, 3))
    >>> moves = DenseLayer(image, 2 * 4, W=Constant(0), b=Constant(0), nonlinearity=None)
    >>> layer = TPSTransformerLayer(image, moves, control_points=4)
    >>> pixels = np.array([[[[1.0, 2, 3], [4, 5, 6]]]])
    >>> get_output(layer, pixels).eval().round(3).tolist()
    [[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]]
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        localization_network: "Layer | tuple",
        downsample_factor: Any = 1,
        control_points: int = 16,
        precompute_grid: Any = "auto",
        border_mode: str = "nearest",
        **kwargs,
    ):
        side = math.isqrt(positive_int(type(self).__name__, "control_points", control_points))
        if side < 2 or side**2 != control_points:
            raise ValueError(
                f"{type(self).__name__}: control_points should be a square of 2 or more, such as "
                f"16, got {control_points}"
            )
        super().__init__(
            incoming,
            localization_network,
            2 * control_points,
            downsample_factor,
            border_mode,
            **kwargs,
        )
        self.control_points = int(control_points)
        self.precompute_grid = self._checked_precompute(precompute_grid)
        self._points = np.stack(grid(np, side, side))
        self._spline = _spline_solution(self._points)
        self._weights = None
        if self.precompute_grid:
            sizes = self.get_output_shape_for(self.input_shapes)[2:]
            self._weights = floatX(self._weights_of_points(np, *sizes))

    def _checked_precompute(self, given):
        known = None not in self.input_shapes[0][2:]
        if isinstance(given, str) and given == "auto":
            return known
        if not isinstance(given, (bool, np.bool_)):
            raise TypeError(
                f"{self}: precompute_grid should be 'auto', True or False, got {given!r}"
            )
        if given and not known:
            raise ValueError(
                f"{self}: precompute_grid=True takes images of known size, got an input of shape "
                f"{self.input_shapes[0]}"
            )
        return bool(given)

    def _weights_of_points(self, xp, rows, columns):
        """Compute by how much each point of the output follows each control point."""
        x, y = grid(xp, rows, columns)
        return xp.dot(self._spline, spline_terms(xp, self._points, x, y))

    def get_output_for(self, inputs: list, **kwargs) -> theano.Variable:
        images, moves = inputs
        sizes = self._output_sizes(images)
        weights = self._weights
        if weights is None:
            weights = T.cast(self._weights_of_points(T, *sizes), theano.config.floatX)
        moves = moves.reshape((moves.shape[0], 2, self.control_points))
        warped = T.tensordot(moves + floatX(self._points), weights, axes=[[2], [0]])
        return sample_images(images, warped[:, 0], warped[:, 1], sizes, self.border_mode)


def spline_terms(xp: Any, centres: Any, x: Any, y: Any) -> Any:
    """Compute what a thin plate spline adds up: 1, x, y, and U of the distance of each centre."""
    terms = [xp.stack([xp.ones_like(x), x, y]), _bending(xp, centres, x, y)]
    return xp.concatenate(terms)


def _bending(xp, centres, x, y):
    """Compute ``U = r**2 log r**2`` of points' distances from centres (Bookstein 1989)."""
    squares = (x - centres[0][:, None]) ** 2 + (y - centres[1][:, None]) ** 2
    return squares * xp.log(xp.maximum(squares, np.finfo("float32").tiny))  # 0 at a centre


def _spline_solution(points):
    """Solve for thin plate splines through values at some points.

    Returns
    -------
    array of shape (n, 3 + n)
        From values at the points to the coefficients of 1, x, y and of each point's U.
    """
    return inverse_spline_system(points)[:, 3:].T


def inverse_spline_system(points: np.ndarray) -> np.ndarray:
    """Invert the system of equations of thin plate splines through values at some points."""
    number = points.shape[1]
    system = np.zeros((3 + number, 3 + number))
    system[:, 3:] = spline_terms(np, points, *points)
    system[3:, :3] = system[:3, 3:].T
    return np.linalg.inv(system)
