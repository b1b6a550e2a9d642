"""Functions with the arguments that Lasagne's own of spatial transformers take."""

import math
import numbers
from typing import Any

import numpy as np
import theano
import theano.tensor as T

from ..layers.transformer import (
    BORDER_MODES,
    grid,
    homogeneous_grid,
    inverse_spline_system,
    sample_bilinear,
    sample_images,
    spline_terms,
    warp_affine,
)
from ..utils import floatX

# What Lasagne takes for integers.
int_types = (numbers.Integral, np.integer)


def linspace(start: Any, stop: Any, num: Any) -> theano.Variable:
    """Make numbers at equal distances, as `numpy.linspace` does; all arguments may be symbolic.

    >>> linspace(-1, 1, 5).eval().tolist()
    [-1.0, -0.5, 0.0, 0.5, 1.0]
    """
    start, stop, num = (T.cast(value, theano.config.floatX) for value in (start, stop, num))
    step = (stop - start) / (num - 1)
    return T.arange(num, dtype=theano.config.floatX) * step + start


def meshgrid(height: Any, width: Any) -> theano.Variable:
    """Make the points ``(x, y, 1)`` of a grid, row by row, as the columns of a matrix.

    >>> meshgrid(2, 2).eval().tolist()
    [[-1.0, 1.0, -1.0, 1.0], [-1.0, -1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]]
    """
    return homogeneous_grid(height, width)


def interpolate(
    im: Any, x: Any, y: Any, out_height: Any, out_width: Any, border_mode: str
) -> theano.Variable:
    """Look up images, ``(batch, rows, columns, channels)``, at ``out_height * out_width`` points.

    >>> im = T.constant(np.arange(3.0).reshape(1, 1, 3, 1))
    >>> x, y = T.constant([-0.5, 0.5]), T.constant([0.0, 0.0])
    >>> interpolate(im, x, y, 1, 2, "nearest").eval().tolist()
    [[0.5], [1.5]]
    """
    _check_border_mode(border_mode)
    im = T.as_tensor_variable(im)
    shape = (im.shape[0], out_height * out_width)
    x, y = (T.as_tensor_variable(points).reshape(shape, ndim=2) for points in (x, y))
    return sample_bilinear(im.dimshuffle(0, 3, 1, 2), x, y, border_mode)


def _check_border_mode(border_mode):
    if border_mode not in BORDER_MODES:
        raise ValueError(
            f"border_mode must be one of {', '.join(BORDER_MODES)}, got {border_mode!r}"
        )


def transform_affine(
    theta: Any, input: Any, downsample_factor: Any, border_mode: str = "nearest"
) -> theano.Variable:
    """Warp images by affine transformations: what a `TransformerLayer` computes.

    >>> images = T.constant(np.arange(3.0).reshape(1, 1, 1, 3))
    >>> mirror = T.constant([[-1.0, 0, 0, 0, 1, 0]])
    >>> transform_affine(mirror, images, (1, 1)).eval().tolist()
    [[[[2.0, 1.0, 0.0]]]]
    """
    _check_border_mode(border_mode)
    theta, input = T.as_tensor_variable(theta), T.as_tensor_variable(input)
    return warp_affine(input, theta, _sizes(input, downsample_factor), border_mode)


def _sizes(images, factors):
    return [
        T.cast(T.floor(images.shape[axis] / np.float64(factor)), "int64")
        for axis, factor in zip((2, 3), factors)
    ]


def bending_of_pair(x1: float, y1: float, x2: float, y2: float) -> float:
    """Compute ``U = r**2 log r**2`` of the distance between two points (Bookstein 1989).

    >>> bending_of_pair(0, 0, 1, 0), bending_of_pair(2, 3, 2, 3)
    (0.0, 0.0)
    """
    squared = (x2 - x1) ** 2 + (y2 - y1) ** 2
    return float(squared * np.log(squared)) if squared else 0.0


def initial_spline(
    num_control_points: int, input_shape: tuple, downsample_factor: Any, precompute_grid: bool
) -> tuple:
    """Compute what thin plate splines over a square grid of control points are made of.

    Returns
    -------
    right_mat : tensor constant or None
        1, x, y and each control point's U at every point of the output; with `precompute_grid`
        only.
    L_inv : tensor constant
        The inverse of the system of equations.
    source_points : tensor constant
        The control points, of shape ``(2, num_control_points)``.
    out_height, out_width : tensor constants or None
        The sizes of the output; with `precompute_grid` only.

    >>> [part.eval().shape for part in initial_spline(4, (None, 1, 6, 8), (2, 2), True)]
    [(7, 12), (7, 7), (2, 4), (), ()]
    """
    side = math.isqrt(num_control_points)
    points = np.stack(grid(np, side, side))
    spline = [T.as_tensor_variable(floatX(x)) for x in (inverse_spline_system(points), points)]
    if not precompute_grid:
        return None, *spline, None, None
    sizes = [math.floor(n / factor) for n, factor in zip(input_shape[2:], downsample_factor)]
    terms = T.as_tensor_variable(floatX(spline_terms(np, points, *grid(np, *sizes))))
    return terms, *spline, *(T.as_tensor_variable(np.int64(size)) for size in sizes)


def spline_points(
    new_points: Any, source_points: Any, coefficients: Any, num_points: Any, batch_size: Any
) -> theano.Variable:
    """Move points, ``(batch, 2, number)``, by thin plate splines of given coefficients.

    >>> _, _, points, _, _ = initial_spline(4, (None, 1, 6, 8), (2, 2), False)
    >>> shift = T.constant([[[0.5, 1, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0]]])
    >>> spline_points(T.constant([[[0.0, 0.25], [1.0, 0.5]]]), points, shift, 4, 1).eval().tolist()
    [[[0.5, 0.75], [1.0, 0.5]]]
    """
    x, y = new_points[:, 0].dimshuffle(0, "x", 1), new_points[:, 1].dimshuffle(0, "x", 1)
    squares = (x - source_points[0].dimshuffle("x", 0, "x")) ** 2
    squares += (y - source_points[1].dimshuffle("x", 0, "x")) ** 2
    bending = T.switch(squares > 0, squares * T.log(T.switch(squares > 0, squares, 1)), 0)
    terms = T.concatenate([T.ones_like(new_points[:, :1]), new_points, bending], axis=1)
    return T.batched_dot(coefficients, terms)


def transform_by_spline(
    dest_offsets: Any,
    input: Any,
    right_mat: Any,
    L_inv: Any,
    source_points: Any,
    out_height: Any,
    out_width: Any,
    precompute_grid: bool,
    downsample_factor: Any,
    border_mode: str = "nearest",
) -> theano.Variable:
    """Warp images by thin plate splines: what a `TPSTransformerLayer` computes.

    >>> images = T.constant(np.arange(9.0).reshape(1, 1, 3, 3))
    >>> parts = initial_spline(4, (1, 1, 3, 3), (1, 1), True)
    >>> moves = T.constant(np.zeros((1, 8)))
    >>> transform_by_spline(moves, images, *parts, True, (1, 1)).eval().round(6).tolist()
    [[[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [6.0, 7.0, 8.0]]]]
    """
    _check_border_mode(border_mode)
    batch_size, num_points = input.shape[0], source_points.shape[1]
    moved = source_points + dest_offsets.reshape((batch_size, 2, num_points), ndim=3)
    coefficients = T.dot(moved, L_inv[:, 3:].T)
    if precompute_grid:
        sizes = [out_height, out_width]
        warped = T.tensordot(coefficients, right_mat, axes=[[2], [0]])
    else:
        sizes = _sizes(input, downsample_factor)
        points = homogeneous_grid(*sizes)[:2].dimshuffle("x", 0, 1)
        points = T.tile(points, (batch_size, 1, 1), ndim=3)
        warped = spline_points(points, source_points, coefficients, num_points, batch_size)
    return sample_images(input, warped[:, 0], warped[:, 1], sizes, border_mode)
