"""What neural networks need besides plain tensor functions: Theano's ``T.nnet``."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Variable
from theano.missing import explain_missing
from theano.tensor.nnet import abstract_conv, blocksparse, bn, conv, nnet, sigm
from theano.tensor.nnet.abstract_conv import conv2d as abstract_conv2d
from theano.tensor.nnet.abstract_conv import conv2d_grad_wrt_inputs, conv3d, separable_conv2d
from theano.tensor.nnet.bn import *
from theano.tensor.nnet.conv import ConvOp
from theano.tensor.nnet.nnet import *
from theano.tensor.nnet.sigm import *

__all__ = [
    "ConvOp",
    "abstract_conv2d",
    "conv2d",
    "conv2d_grad_wrt_inputs",
    "conv2d_transpose",
    "conv3d",
    "separable_conv2d",
    *bn.__all__,
    *nnet.__all__,
    *sigm.__all__,
]


def conv2d(
    input: Any,
    filters: Any,
    input_shape: Sequence | None = None,
    filter_shape: Sequence | None = None,
    border_mode: Any = "valid",
    subsample: Sequence = (1, 1),
    filter_flip: bool = True,
    image_shape: Sequence | None = None,
    filter_dilation: Sequence = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
    **kwargs,
) -> Variable:
    """Convolve images with filters.

    Parameters
    ----------
    input, filters, input_shape, filter_shape, border_mode, subsample, filter_flip
        As for `theano.tensor.nnet.abstract_conv.conv2d`.
    image_shape : tuple of int and None, optional
        The older name of `input_shape`.
    filter_dilation, num_groups, unshared
        As for `theano.tensor.nnet.abstract_conv.conv2d`.
    **kwargs
        Settings of older versions of Theano, ignored with a warning.

    Returns
    -------
    tensor of shape ``(batch, filters, rows, columns)``

    Raises
    ------
    ValueError
        As `theano.tensor.nnet.abstract_conv.conv2d` does, and if the input's shape is given under
        both names, or if ``imshp_logical`` or ``kshp_logical`` is given.

    Examples
    --------
    >>> import numpy as np
    >>> images, filters = np.ones((2, 3, 8, 8)), np.ones((5, 3, 3, 3))
    >>> conv2d(images, filters, border_mode="half", subsample=(2, 2)).eval().shape
    (2, 5, 4, 4)
    """
    logical = sorted({"imshp_logical", "kshp_logical"} & set(kwargs))
    if logical:
        raise ValueError(
            f"conv2d takes no {' and '.join(logical)}: repeat the image by theano.tensor.repeat"
        )
    if kwargs:
        warnings.warn(
            f"conv2d ignores {', '.join(kwargs)}, settings of older versions", stacklevel=2
        )
    if image_shape is not None:
        warnings.warn(
            "conv2d's argument image_shape is deprecated: its name is input_shape", stacklevel=2
        )
        if input_shape is not None:
            raise ValueError("conv2d takes input_shape or image_shape, not both")
        input_shape = image_shape
    return abstract_conv.conv2d(
        input,
        filters,
        input_shape,
        filter_shape,
        border_mode,
        subsample,
        filter_flip,
        filter_dilation,
        num_groups,
        unshared,
    )


def conv2d_transpose(
    input: Any,
    filters: Any,
    output_shape: Sequence,
    filter_shape: Sequence | None = None,
    border_mode: Any = "valid",
    input_dilation: Sequence = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Sequence = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
) -> Variable:
    """Apply the transpose of a convolution: what backpropagation does with a gradient.

    Parameters
    ----------
    input : tensor of shape ``(batch, channels, rows, columns)``
        The images.
    filters : tensor of shape ``(channels, output channels, rows, columns)``
        The filters. The first two axes are in the other order than those of :func:`conv2d`.
    output_shape : tuple of 4 int, symbolic integers or None
        The output's shape, of which the last two elements are needed.
    filter_shape : tuple of int and None, optional
        The shape of the filters.
    border_mode : str, int, or tuple of int or pairs of int, default 'valid'
        What the convolution would pad, its transpose crops.
    input_dilation : tuple of int, default (1, 1)
        The strides of the convolution.
    filter_flip, filter_dilation, num_groups, unshared
        As for :func:`conv2d`.

    Returns
    -------
    tensor of shape ``(batch, output channels, rows, columns)``

    Examples
    --------
    >>> import numpy as np
    >>> images, filters = np.ones((2, 3, 4, 4)), np.ones((3, 5, 2, 2))
    >>> conv2d_transpose(images, filters, (None, 5, 8, 8), input_dilation=(2, 2)).eval().shape
    (2, 5, 8, 8)
    """
    return abstract_conv.conv2d_grad_wrt_inputs(
        input,
        filters,
        output_shape,
        filter_shape,
        border_mode,
        input_dilation,
        filter_flip,
        filter_dilation,
        num_groups,
        unshared,
    )


__getattr__ = explain_missing(__name__)
