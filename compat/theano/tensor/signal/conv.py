"""Convolution of single images, or stacks of them, with filters."""

from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Variable
from pytensor.tensor.basic import as_tensor_variable
from theano.missing import explain_missing
from theano.tensor.nnet import abstract_conv

__all__ = ["conv2d"]

__getattr__ = explain_missing(__name__, "pytensor.tensor.signal")


def conv2d(
    input: Any,
    filters: Any,
    image_shape: "Sequence | None" = None,
    filter_shape: "Sequence | None" = None,
    border_mode: str = "valid",
    subsample: Sequence = (1, 1),
    **kargs,
) -> Variable:
    """Convolve every image with every filter, as `scipy.signal.convolve2d` does.

    Parameters
    ----------
    input : tensor of shape ``(rows, columns)`` or ``(images, rows, columns)``
        The images.
    filters : tensor of shape ``(rows, columns)`` or ``(filters, rows, columns)``
        The filters.
    image_shape, filter_shape : tuple of int, optional
        The shapes of both, as long as they have dimensions.
    border_mode : {'valid', 'full'}
        Where filters and images overlap wholly, or anywhere.
    subsample : tuple of int, default (1, 1)
        The strides.
    **kargs
        Settings of Theano's implementation, without effect.

    Returns
    -------
    tensor of shape ``([images, ][filters, ]rows, columns)``

    Raises
    ------
    ValueError
        For another number of dimensions, or another border mode.

    Examples
    --------
    >>> import numpy as np
    >>> conv2d(np.eye(3), np.ones((2, 2))).eval().tolist()
    [[2.0, 1.0], [1.0, 2.0]]
    """
    input, filters = as_tensor_variable(input), as_tensor_variable(filters)
    if input.ndim not in (2, 3) or filters.ndim not in (2, 3):
        raise ValueError(
            "theano.tensor.signal.conv.conv2d takes images and filters of 2 or 3 dimensions, got "
            f"{input.ndim} and {filters.ndim}"
        )
    if border_mode not in ("valid", "full"):
        raise ValueError(f"border_mode must be 'valid' or 'full', got {border_mode!r}")
    convolved = abstract_conv.conv2d(
        _with_channel(input),
        _with_channel(filters),
        _shape_with_channel(image_shape),
        _shape_with_channel(filter_shape),
        border_mode,
        subsample,
    )
    if filters.ndim == 2:
        convolved = convolved[:, 0]
    return convolved[0] if input.ndim == 2 else convolved


def _with_channel(stack):
    return stack.dimshuffle(
        *(["x"] if stack.ndim == 2 else [0]), "x", -2 % stack.ndim, -1 % stack.ndim
    )


def _shape_with_channel(shape):
    return shape and (shape[0] if len(shape) == 3 else 1, 1, *shape[-2:])
