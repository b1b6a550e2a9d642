"""Convolutions of one, two and three dimensions, their gradients, and what is made of them."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Constant, Variable
from pytensor.raise_op import Assert
from pytensor.tensor.basic import get_scalar_constant_value
from pytensor.tensor.exceptions import NotScalarConstantError
from theano.configdefaults import config
from theano.missing import explain_missing
from theano.ops.conv import (
    AbstractConv,
    AbstractConv2d,
    AbstractConv2d_gradInputs,
    AbstractConv2d_gradWeights,
    AbstractConv3d,
    AbstractConv3d_gradInputs,
    AbstractConv3d_gradWeights,
    AbstractConv_gradInputs,
    AbstractConv_gradWeights,
    BaseAbstractConv,
)
from theano.ops.conv_shapes import *

imported_scipy_signal = True

__getattr__ = explain_missing(__name__)


def conv2d(
    input: Any,
    filters: Any,
    input_shape: Sequence | None = None,
    filter_shape: Sequence | None = None,
    border_mode: Any = "valid",
    subsample: Sequence = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Sequence = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
) -> Variable:
    """Convolve images with filters.

    Parameters
    ----------
    input : tensor of shape ``(batch, channels, rows, columns)``
        The images.
    filters : tensor of shape ``(filters, channels / num_groups, rows, columns)``
        With `unshared`, the output's rows and columns come after the number of filters.
    input_shape, filter_shape : tuples of int and None, optional
        The shapes of input and filters. They needn't be given.
    border_mode : str, int, or tuple of int or pairs of int, default 'valid'
        The zeros around the images: none (``'valid'``), as many that filter and image overlap
        by one element at least (``'full'``), half the filter's size rounded down (``'half'``),
        or how many, for both axes or each, on both sides or ``(before, after)``.
    subsample : tuple of int, default (1, 1)
        The strides.
    filter_flip : bool, default True
        Whether to flip the filters' rows and columns, as the definition of a convolution does. If
        not, it is a cross-correlation.
    filter_dilation : tuple of int, default (1, 1)
        The distance between the elements of a filter.
    num_groups : int, default 1
        In how many groups channels and filters are divided; a filter sees its group's channels.
    unshared : bool, default False
        Whether every place of the output has filters of its own.

    Returns
    -------
    tensor of shape ``(batch, filters, rows, columns)``

    Raises
    ------
    ValueError
        If an argument is out of range, or where shapes don't fit; sizes that are known only at a
        call are checked there.

    Examples
    --------
    >>> import numpy as np
    >>> edges = conv2d(np.eye(4)[None, None], np.array([[[[1.0, -1.0]]]]), filter_flip=False)
    >>> edges.eval()[0, 0].tolist()
    [[1.0, 0.0, 0.0], [-1.0, 1.0, 0.0], [0.0, -1.0, 1.0], [0.0, 0.0, -1.0]]
    """
    op = AbstractConv2d(
        input_shape,
        filter_shape,
        border_mode,
        subsample,
        filter_flip,
        filter_dilation,
        num_groups,
        unshared,
    )
    return op(input, filters)


def conv3d(
    input: Any,
    filters: Any,
    input_shape: Sequence | None = None,
    filter_shape: Sequence | None = None,
    border_mode: Any = "valid",
    subsample: Sequence = (1, 1, 1),
    filter_flip: bool = True,
    filter_dilation: Sequence = (1, 1, 1),
    num_groups: int = 1,
) -> Variable:
    """Convolve volumes with filters, as :func:`conv2d` does with images.

    Parameters
    ----------
    input : tensor of shape ``(batch, channels, depth, rows, columns)``
        The volumes.
    filters : tensor of shape ``(filters, channels / num_groups, depth, rows, columns)``
        The filters.
    input_shape, filter_shape, border_mode, subsample, filter_flip, filter_dilation, num_groups
        As for :func:`conv2d`.

    Returns
    -------
    tensor of shape ``(batch, filters, depth, rows, columns)``
    """
    op = AbstractConv3d(
        input_shape,
        filter_shape,
        border_mode,
        subsample,
        filter_flip,
        filter_dilation,
        num_groups,
    )
    return op(input, filters)


def conv2d_grad_wrt_inputs(
    output_grad: Any,
    filters: Any,
    input_shape: Sequence,
    filter_shape: Sequence | None = None,
    border_mode: Any = "valid",
    subsample: Sequence = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Sequence = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
) -> Variable:
    """Compute the gradient of :func:`conv2d` with respect to its input: a transposed convolution.

    Parameters
    ----------
    output_grad : tensor of shape ``(batch, filters, rows, columns)``
        The gradient with respect to the convolution's output.
    filters : tensor of shape ``(filters, channels / num_groups, rows, columns)``
        The convolution's filters.
    input_shape : tuple of 4 int, symbolic integers or None
        The shape of the convolution's input. Rows and columns are needed: where there are strides,
        they don't follow from the output. They may be symbolic.
    filter_shape, border_mode, subsample, filter_flip, filter_dilation, num_groups, unshared
        Those of the convolution.

    Returns
    -------
    tensor of shape ``(batch, channels, rows, columns)``

    Raises
    ------
    ValueError
        If an input of that shape doesn't make an output of the shape of `output_grad`.
    """
    op = AbstractConv2d_gradInputs(
        _hints(input_shape, "input_shape", 4),
        filter_shape,
        border_mode,
        subsample,
        filter_flip,
        filter_dilation,
        num_groups,
        unshared,
    )
    return op(filters, output_grad, pt.as_tensor(list(input_shape[-2:])))


def conv3d_grad_wrt_inputs(
    output_grad: Any,
    filters: Any,
    input_shape: Sequence,
    filter_shape: Sequence | None = None,
    border_mode: Any = "valid",
    subsample: Sequence = (1, 1, 1),
    filter_flip: bool = True,
    filter_dilation: Sequence = (1, 1, 1),
    num_groups: int = 1,
) -> Variable:
    """Compute the gradient of :func:`conv3d` with respect to its input.

    Parameters
    ----------
    output_grad, filters : tensors with 5 dimensions
        As for :func:`conv2d_grad_wrt_inputs`.
    input_shape : tuple of 5 int, symbolic integers or None
        The shape of the convolution's input; the last three are needed.
    filter_shape, border_mode, subsample, filter_flip, filter_dilation, num_groups
        Those of the convolution.

    Returns
    -------
    tensor with 5 dimensions
    """
    op = AbstractConv3d_gradInputs(
        _hints(input_shape, "input_shape", 5),
        filter_shape,
        border_mode,
        subsample,
        filter_flip,
        filter_dilation,
        num_groups,
    )
    return op(filters, output_grad, pt.as_tensor(list(input_shape[-3:])))


def conv2d_grad_wrt_weights(
    input: Any,
    output_grad: Any,
    filter_shape: Sequence,
    input_shape: Sequence | None = None,
    border_mode: Any = "valid",
    subsample: Sequence = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Sequence = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
) -> Variable:
    """Compute the gradient of :func:`conv2d` with respect to its filters.

    Parameters
    ----------
    input : tensor of shape ``(batch, channels, rows, columns)``
        The convolution's input.
    output_grad : tensor of shape ``(batch, filters, rows, columns)``
        The gradient with respect to the convolution's output.
    filter_shape : tuple of int, symbolic integers or None
        The shape of the filters, of which the last two are needed.
    input_shape, border_mode, subsample, filter_flip, filter_dilation, num_groups, unshared
        Those of the convolution.

    Returns
    -------
    tensor of shape ``(filters, channels / num_groups, rows, columns)``

    Raises
    ------
    ValueError
        If filters of that shape don't make an output of the shape of `output_grad`.
    """
    op = AbstractConv2d_gradWeights(
        input_shape,
        _hints(filter_shape, "filter_shape", 6 if unshared else 4),
        border_mode,
        subsample,
        filter_flip,
        filter_dilation,
        num_groups,
        unshared,
    )
    return op(input, output_grad, pt.as_tensor(list(filter_shape[-2:])))


def conv3d_grad_wrt_weights(
    input: Any,
    output_grad: Any,
    filter_shape: Sequence,
    input_shape: Sequence | None = None,
    border_mode: Any = "valid",
    subsample: Sequence = (1, 1, 1),
    filter_flip: bool = True,
    filter_dilation: Sequence = (1, 1, 1),
    num_groups: int = 1,
) -> Variable:
    """Compute the gradient of :func:`conv3d` with respect to its filters.

    Parameters
    ----------
    input, output_grad : tensors with 5 dimensions
        As for :func:`conv2d_grad_wrt_weights`.
    filter_shape : tuple of 5 int, symbolic integers or None
        The shape of the filters, of which the last three are needed.
    input_shape, border_mode, subsample, filter_flip, filter_dilation, num_groups
        Those of the convolution.

    Returns
    -------
    tensor with 5 dimensions
    """
    op = AbstractConv3d_gradWeights(
        input_shape,
        _hints(filter_shape, "filter_shape", 5),
        border_mode,
        subsample,
        filter_flip,
        filter_dilation,
        num_groups,
    )
    return op(input, output_grad, pt.as_tensor(list(filter_shape[-3:])))


def assert_conv_shape(shape: Sequence) -> tuple:
    """Check that a shape can be one of a convolution's input, filters or output.

    Parameters
    ----------
    shape : sequence of int and symbolic integers
        The first two sizes may be 0, and the others must be positive.

    Returns
    -------
    tuple
        The same, where symbolic sizes are checked when they are computed.

    Raises
    ------
    ValueError
        If a size that is known is too small.

    Examples
    --------
    >>> assert_conv_shape((0, 3, 5, 5))
    (0, 3, 5, 5)
    """
    return tuple(_checked_size(axis, size, least=int(axis > 1)) for axis, size in enumerate(shape))


def _checked_size(axis, size, least):
    try:
        known = get_scalar_constant_value(size)
    except NotScalarConstantError:
        message = f"The convolution would produce an invalid shape (dim[{axis}] < {least})."
        return Assert(message)(size, pt.ge(size, least))
    if known < least:
        raise ValueError(
            f"The convolution would produce an invalid shape (dim[{axis}]: {known} < {least})."
        )
    return size


def assert_shape(
    x: Variable, expected_shape: Sequence | None, msg: str = "Unexpected shape."
) -> Variable:
    """Check a tensor's shape when it is computed, if ``theano.config.conv.assert_shape`` is set.

    Parameters
    ----------
    x : tensor
        The tensor.
    expected_shape : sequence of int, symbolic integers and None, or None
        Sizes; what is None isn't checked.
    msg : str
        What the error says.

    Returns
    -------
    tensor
        `x`; computing it raises an AssertionError if its shape is another.
    """
    if expected_shape is None or not config.conv.assert_shape:
        return x
    sizes = zip(x.shape, expected_shape)
    conditions = [pt.eq(size, expected) for size, expected in sizes if expected is not None]
    return Assert(msg)(x, *conditions) if conditions else x


def _hints(shape, name, length):
    """Keep of a shape what is constant, for an operation that computes something of this shape."""
    if len(shape) != length:
        raise ValueError(f"{name} must have {length} elements, got {shape}")
    known = [isinstance(size, (numbers.Integral, Constant)) for size in shape]
    symbolic = [isinstance(size, Variable) for size in shape]
    convdim = (length - 2) // 2 if length == 6 else length - 2
    if not all(k or s for k, s in zip(known[-convdim:], symbolic[-convdim:])):
        raise ValueError(
            f"the last {convdim} elements of {name} must be integers or symbolic, got {shape}"
        )
    return tuple(size if k else None for size, k in zip(shape, known))


def separable_conv2d(
    input: Any,
    depthwise_filters: Any,
    pointwise_filters: Any,
    num_channels: int,
    input_shape: Sequence | None = None,
    depthwise_filter_shape: Sequence | None = None,
    pointwise_filter_shape: Sequence | None = None,
    border_mode: Any = "valid",
    subsample: Sequence = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Sequence = (1, 1),
) -> Variable:
    """Convolve each channel of images by itself, and then mix the channels at every place.

    Parameters
    ----------
    input : tensor of shape ``(batch, num_channels, rows, columns)``
        The images.
    depthwise_filters : tensor of shape ``(outputs, 1, rows, columns)``
        The filters of single channels, as many for each channel.
    pointwise_filters : tensor of shape ``(filters, outputs, 1, 1)``
        How the channels are mixed.
    num_channels : int
        The number of channels of the input.
    input_shape, depthwise_filter_shape, pointwise_filter_shape : tuples, optional
        Shapes, which needn't be given.
    border_mode, subsample, filter_flip, filter_dilation
        As for :func:`conv2d`, for the convolution of single channels.

    Returns
    -------
    tensor of shape ``(batch, filters, rows, columns)``
    """
    separate = conv2d(
        input,
        depthwise_filters,
        input_shape,
        depthwise_filter_shape,
        border_mode,
        subsample,
        filter_flip,
        filter_dilation,
        num_groups=num_channels,
    )
    return conv2d(separate, pointwise_filters, filter_shape=pointwise_filter_shape)


def separable_conv3d(
    input: Any,
    depthwise_filters: Any,
    pointwise_filters: Any,
    num_channels: int,
    input_shape: Sequence | None = None,
    depthwise_filter_shape: Sequence | None = None,
    pointwise_filter_shape: Sequence | None = None,
    border_mode: Any = "valid",
    subsample: Sequence = (1, 1, 1),
    filter_flip: bool = True,
    filter_dilation: Sequence = (1, 1, 1),
) -> Variable:
    """Convolve each channel of volumes by itself, and then mix the channels at every place.

    Parameters
    ----------
    input : tensor of shape ``(batch, num_channels, depth, rows, columns)``
        The volumes.
    depthwise_filters : tensor of shape ``(outputs, 1, depth, rows, columns)``
        The filters of single channels.
    pointwise_filters : tensor of shape ``(filters, outputs, 1, 1, 1)``
        How the channels are mixed.
    num_channels : int
        The number of channels of the input.
    input_shape, depthwise_filter_shape, pointwise_filter_shape : tuples, optional
        Shapes, which needn't be given.
    border_mode, subsample, filter_flip, filter_dilation
        As for :func:`conv3d`, for the convolution of single channels.

    Returns
    -------
    tensor of shape ``(batch, filters, depth, rows, columns)``
    """
    separate = conv3d(
        input,
        depthwise_filters,
        input_shape,
        depthwise_filter_shape,
        border_mode,
        subsample,
        filter_flip,
        filter_dilation,
        num_groups=num_channels,
    )
    return conv3d(separate, pointwise_filters, filter_shape=pointwise_filter_shape)


def causal_conv1d(
    input: Any,
    filters: Any,
    filter_shape: Sequence,
    input_shape: Sequence | None = None,
    subsample: int = 1,
    filter_flip: bool = True,
    filter_dilation: int = 1,
    num_groups: int = 1,
    unshared: bool = False,
) -> Variable:
    """Convolve sequences with filters that see no later element than the one at their place.

    Parameters
    ----------
    input : tensor of shape ``(batch, channels, length)``
        The sequences.
    filters : tensor of shape ``(filters, channels / num_groups, length)``
        The filters.
    filter_shape : tuple of 3 int or None
        The filters' shape; the length is needed.
    input_shape : tuple of 3 int or None, optional
        The input's shape.
    subsample, filter_dilation : int, default 1
        The stride, and the distance between a filter's elements.
    filter_flip : bool, default True
        Whether to flip the filters.
    num_groups : int, default 1
        The number of groups of channels and filters.
    unshared : bool, default False
        Whether every place has filters of its own, ``(filters, length of the output, channels,
        length)``.

    Returns
    -------
    tensor of shape ``(batch, filters, length)``

    References
    ----------
    .. [1] van den Oord et al. (2016): WaveNet: a generative model for raw audio,
       https://arxiv.org/abs/1609.03499

    Examples
    --------
    >>> import numpy as np
    >>> x, w = np.array([[[1.0, 2.0, 3.0]]]), np.array([[[1.0, 10.0]]])
    >>> causal_conv1d(x, w, filter_shape=(1, 1, 2)).eval().tolist()
    [[[1.0, 12.0, 23.0]]]
    """
    length = filter_shape[-1]
    if not isinstance(length, (numbers.Integral, Constant)):
        raise ValueError(f"filter_shape must have the filters' length, got {filter_shape}")
    length = int(length.data if isinstance(length, Constant) else length)
    op = AbstractConv(
        1,
        input_shape,
        filter_shape,
        ((filter_dilation * (length - 1), 0),),
        (subsample,),
        filter_flip,
        (filter_dilation,),
        num_groups,
        unshared,
    )
    return op(input, filters)


def bilinear_kernel_1D(ratio: Any, normalize: bool = True) -> Variable:
    """Make the triangle with which a transposed convolution interpolates linearly.

    Parameters
    ----------
    ratio : int or symbolic integer
        How many times as long the result is.
    normalize : bool, default True
        Whether the triangle's height is 1, and not `ratio`.

    Returns
    -------
    vector of length ``2 * ratio - 1``

    Examples
    --------
    >>> bilinear_kernel_1D(2).eval().tolist()
    [0.5, 1.0, 0.5]
    """
    rising = pt.arange(1, ratio + 1, dtype=config.floatX)
    kernel = pt.concatenate([rising, rising[-2::-1]])
    return kernel / pt.cast(ratio, config.floatX) if normalize else kernel


def bilinear_kernel_2D(ratio: Any, normalize: bool = True) -> Variable:
    """Make the pyramid with which a transposed convolution interpolates bilinearly.

    Parameters
    ----------
    ratio : int, symbolic integer, or pair of these
        How many times as high and wide the result is.
    normalize : bool, default True
        Whether the pyramid's height is 1.

    Returns
    -------
    matrix
    """
    rows, columns = ratio if isinstance(ratio, tuple) else (ratio, ratio)
    return pt.outer(bilinear_kernel_1D(rows, normalize), bilinear_kernel_1D(columns, normalize))


def bilinear_upsampling(
    input: Any,
    ratio: Any = None,
    frac_ratio: tuple | None = None,
    batch_size: int | None = None,
    num_input_channels: int | None = None,
    use_1D_kernel: bool = True,
) -> Variable:
    """Enlarge images, by bilinear interpolation between their pixels.

    Parameters
    ----------
    input : tensor of shape ``(batch, channels, rows, columns)``
        The images.
    ratio : int or symbolic integer, optional
        How many times as many rows and columns the result has.
    frac_ratio : pair of int, or pair of pairs, optional
        A fraction ``(numerator, denominator)`` in place of `ratio`, for both axes or each.
    batch_size, num_input_channels : int, optional
        Sizes of the input, which needn't be given.
    use_1D_kernel : bool, default True
        How the result is computed in Theano; it makes no difference here. With `frac_ratio` it
        must be False, as there.

    Returns
    -------
    tensor of shape ``(batch, channels, rows * ratio, columns * ratio)``

    Raises
    ------
    ValueError
        If not exactly one of `ratio` and `frac_ratio` is given, or `use_1D_kernel` with the latter.

    Notes
    -----
    Beyond the first and last pixels the result is constant. Where the ratio, or the fraction's
    numerator, is even, one more row and column lies beyond the last than before the first.

    Examples
    --------
    >>> import numpy as np
    >>> bilinear_upsampling(np.array([[[[0.0, 1.0]]]]), ratio=2).eval()[0, 0].tolist()
    [[0.0, 0.5, 1.0, 1.0], [0.0, 0.5, 1.0, 1.0]]
    """
    if (ratio is None) == (frac_ratio is None):
        raise ValueError("bilinear_upsampling takes either a ratio or a frac_ratio")
    if frac_ratio is None:
        if not isinstance(ratio, numbers.Integral) or ratio < 1:
            raise ValueError(f"ratio should be a positive integer, got {ratio!r}: see frac_ratio")
        return _upsample(input, (ratio, ratio), (1, 1))
    if use_1D_kernel:
        raise ValueError("for a frac_ratio there is no 1D kernel: give use_1D_kernel=False")
    return frac_bilinear_upsampling(input, frac_ratio)


def frac_bilinear_upsampling(input: Any, frac_ratio: tuple) -> Variable:
    """Enlarge images by a fraction; see :func:`bilinear_upsampling`."""
    if not isinstance(frac_ratio, tuple):
        raise ValueError(f"frac_ratio must be a tuple, got {frac_ratio!r}")
    fractions = frac_ratio if isinstance(frac_ratio[0], tuple) else (frac_ratio, frac_ratio)
    reduced = [(p // math.gcd(p, q), q // math.gcd(p, q)) for p, q in fractions]
    return _upsample(input, *zip(*reduced))


def _upsample(input, ratios, steps):
    input = pt.as_tensor_variable(input)
    rows, columns = (
        _interpolation(input.shape[axis], ratio, step).astype(config.floatX)
        for axis, ratio, step in zip((2, 3), ratios, steps)
    )
    return pt.dot(pt.dot(input, columns.T).swapaxes(2, 3), rows.T).swapaxes(2, 3)


def _interpolation(size, ratio, step):
    """Make the matrix that interpolates a vector, at every `step`-th of ``size * ratio`` places."""
    places = (pt.arange(0, size * ratio, step) - (ratio - 1) // 2) / pt.cast(ratio, "float64")
    distance = pt.clip(places, 0, size - 1)[:, None] - pt.arange(size)[None, :]
    return pt.maximum(0, 1 - abs(distance))
