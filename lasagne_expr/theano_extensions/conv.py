"""Convolutions of sequences, in several ways; they differ in speed, not in what they compute.

Theano convolves images. Each function here convolves sequences by that or by dot products, and can
be given to `lasagne_expr.layers.Conv1DLayer` as its `convolution`.
"""

from collections.abc import Callable, Sequence
from typing import Any

import theano
import theano.tensor as T

__all__ = [
    "conv1d_mc0",
    "conv1d_mc1",
    "conv1d_md",
    "conv1d_sc",
    "conv1d_sd",
    "conv1d_unstrided",
]


def conv1d_sc(
    input: theano.Variable,
    filters: theano.Variable,
    image_shape: "Sequence | None" = None,
    filter_shape: "Sequence | None" = None,
    border_mode: Any = "valid",
    subsample: Sequence = (1,),
    filter_flip: bool = True,
) -> theano.Variable:
    """Convolve sequences as images of a single channel, whose rows are the channels.

    Parameters
    ----------
    input : tensor of shape ``(batch, channels, length)``
        The sequences.
    filters : tensor of shape ``(filters, channels, length)``
        The filters.
    image_shape, filter_shape : tuples of int or None, optional
        The shapes of input and filters.
    border_mode : {'valid'}
        Only where filters and sequences overlap wholly.
    subsample : tuple of one int, default (1,)
        The stride.
    filter_flip : bool, default True
        Whether to flip the filters, as a convolution does and a correlation doesn't.

    Returns
    -------
    tensor of shape ``(batch, filters, length)``

    Raises
    ------
    ValueError
        For another border mode.

    Examples
    --------
    >>> import theano.tensor as T
    >>> conv1d_sc(T.tensor3(), T.tensor3()).ndim
    3
    """
    _require_valid(border_mode, "conv1d_sc")
    (stride,) = subsample
    rows = filters.dimshuffle(0, "x", 1, 2)
    if filter_flip:
        rows = rows[:, :, ::-1]  # the channels aren't to be flipped
    convolved = T.nnet.conv2d(
        input.dimshuffle(0, "x", 1, 2), rows, subsample=(1, stride), filter_flip=filter_flip
    )
    return convolved[:, :, 0]


def conv1d_mc0(
    input: theano.Variable,
    filters: theano.Variable,
    image_shape: "Sequence | None" = None,
    filter_shape: "Sequence | None" = None,
    border_mode: Any = "valid",
    subsample: Sequence = (1,),
    filter_flip: bool = True,
    num_groups: int = 1,
) -> theano.Variable:
    """Convolve sequences as images of one row.

    Parameters
    ----------
    input : tensor of shape ``(batch, channels, length)``
        The sequences.
    filters : tensor of shape ``(filters, channels / num_groups, length)``
        The filters.
    image_shape, filter_shape : tuples of int or None, optional
        The shapes of input and filters.
    border_mode : {'valid', 'full', 'half'}, int or tuple of one int, default 'valid'
        The zeros on both ends, as for `theano.tensor.nnet.conv2d`.
    subsample : tuple of one int, default (1,)
        The stride.
    filter_flip : bool, default True
        Whether to flip the filters, as a convolution does and a correlation doesn't.
    num_groups : int, default 1
        In how many groups channels and filters are divided.

    Returns
    -------
    tensor of shape ``(batch, filters, length)``

    Examples
    --------
    >>> import theano.tensor as T
    >>> conv1d_mc0(T.tensor3(), T.tensor3(), border_mode="full").ndim
    3
    """
    (stride,) = subsample
    convolved = T.nnet.conv2d(
        input.dimshuffle(0, 1, "x", 2),
        filters.dimshuffle(0, 1, "x", 2),
        border_mode=_of_image(border_mode, row=True),
        subsample=(1, stride),
        filter_flip=filter_flip,
        num_groups=num_groups,
    )
    return convolved[:, :, 0]


def conv1d_mc1(
    input: theano.Variable,
    filters: theano.Variable,
    image_shape: "Sequence | None" = None,
    filter_shape: "Sequence | None" = None,
    border_mode: Any = "valid",
    subsample: Sequence = (1,),
    filter_flip: bool = True,
    num_groups: int = 1,
) -> theano.Variable:
    """Convolve sequences as images of one column.

    Parameters
    ----------
    input, filters, image_shape, filter_shape, border_mode, subsample, filter_flip, num_groups
        As for :func:`conv1d_mc0`.

    Returns
    -------
    tensor of shape ``(batch, filters, length)``

    Examples
    --------
    >>> import theano.tensor as T
    >>> conv1d_mc1(T.tensor3(), T.tensor3(), subsample=(2,)).ndim
    3
    """
    (stride,) = subsample
    convolved = T.nnet.conv2d(
        input.dimshuffle(0, 1, 2, "x"),
        filters.dimshuffle(0, 1, 2, "x"),
        border_mode=_of_image(border_mode, row=False),
        subsample=(stride, 1),
        filter_flip=filter_flip,
        num_groups=num_groups,
    )
    return convolved[:, :, :, 0]


def conv1d_unstrided(
    input: theano.Variable,
    filters: theano.Variable,
    image_shape: Sequence,
    filter_shape: Sequence,
    border_mode: Any = "valid",
    subsample: Sequence = (1,),
    filter_flip: bool = True,
    implementation: Callable = conv1d_sc,
) -> theano.Variable:
    """Convolve sequences with a stride, as a convolution without one of more channels.

    Element ``s * n + k`` of a channel becomes element `n` of that channel's `k`-th part, where `s`
    is the stride; what was a step of `s` is then a step of 1.

    Parameters
    ----------
    input : tensor of shape ``(batch, channels, length)``
        The sequences.
    filters : tensor of shape ``(filters, channels, length)``
        The filters, whose length must be a multiple of the stride.
    image_shape, filter_shape : tuples of int or None
        The shapes of input and filters; that of the filters must be known, but for their number.
    border_mode : {'valid'}
        Only where filters and sequences overlap wholly.
    subsample : tuple of one int, default (1,)
        The stride.
    filter_flip : bool, default True
        Whether to flip the filters, as a convolution does and a correlation doesn't.
    implementation : callable, default conv1d_sc
        The convolution without strides.

    Returns
    -------
    tensor of shape ``(batch, filters, length)``

    Raises
    ------
    ValueError
        For another border mode, or if the filters' length is no multiple of the stride.
    """
    _require_valid(border_mode, "conv1d_unstrided")
    (stride,) = subsample
    if filter_shape[2] % stride:
        raise ValueError(
            f"conv1d_unstrided needs filters whose length is a multiple of the stride, but their "
            f"length is {filter_shape[2]} and the stride {stride}"
        )
    steps = input.shape[2] // stride
    if filter_flip:
        filters = filters[:, :, ::-1]
    parts = _divide(input[:, :, : steps * stride], filter_shape[1], steps, stride)
    filters = _divide(filters, filter_shape[1], filter_shape[2] // stride, stride)
    if filter_flip:
        filters = filters[:, :, ::-1]
    batch_size, _, length = image_shape if image_shape else (None, None, None)
    channels = filter_shape[1] * stride
    return implementation(
        parts,
        filters,
        (batch_size, channels, None if length is None else length // stride),
        (filter_shape[0], channels, filter_shape[2] // stride),
        border_mode,
        subsample=(1,),
        filter_flip=filter_flip,
    )


def _divide(sequences, channels, steps, stride):
    """Make of each channel `stride` channels of every `stride`-th element."""
    number = sequences.shape[0]
    divided = sequences.reshape((number, channels, steps, stride)).dimshuffle(0, 1, 3, 2)
    return divided.reshape((number, channels * stride, steps))


def conv1d_sd(
    input: theano.Variable,
    filters: theano.Variable,
    image_shape: Sequence,
    filter_shape: Sequence,
    border_mode: Any = "valid",
    subsample: Sequence = (1,),
    filter_flip: bool = True,
) -> theano.Variable:
    """Convolve sequences by a single dot product, of the filters and all that they meet.

    Parameters
    ----------
    input : tensor of shape ``(batch, channels, length)``
        The sequences.
    filters : tensor of shape ``(filters, channels, length)``
        The filters.
    image_shape, filter_shape : tuples of int or None
        The shapes of input and filters; the filters' length must be known.
    border_mode : {'valid'}
        Only where filters and sequences overlap wholly.
    subsample : tuple of one int, default (1,)
        The stride.
    filter_flip : bool, default True
        Whether to flip the filters, as a convolution does and a correlation doesn't.

    Returns
    -------
    tensor of shape ``(batch, filters, length)``

    Raises
    ------
    ValueError
        For another border mode.
    """
    _require_valid(border_mode, "conv1d_sd")
    met = T.stack(_met_by_each_element(input, filter_shape[2], *subsample), axis=0)
    filters = filters[:, :, ::-1] if filter_flip else filters
    return T.tensordot(filters, met, axes=[[1, 2], [2, 0]]).dimshuffle(1, 0, 2)


def conv1d_md(
    input: theano.Variable,
    filters: theano.Variable,
    image_shape: Sequence,
    filter_shape: Sequence,
    border_mode: Any = "valid",
    subsample: Sequence = (1,),
    filter_flip: bool = True,
) -> theano.Variable:
    """Convolve sequences by several dot products, one for each element of the filters.

    Parameters
    ----------
    input, filters, image_shape, filter_shape, border_mode, subsample, filter_flip
        As for :func:`conv1d_sd`.

    Returns
    -------
    tensor of shape ``(batch, filters, length)``

    Raises
    ------
    ValueError
        For another border mode.
    """
    _require_valid(border_mode, "conv1d_md")
    filters = filters[:, :, ::-1] if filter_flip else filters
    products = [
        T.tensordot(filters[:, :, place], met, axes=[[1], [1]])
        for place, met in enumerate(_met_by_each_element(input, filter_shape[2], *subsample))
    ]
    return sum(products[1:], products[0]).dimshuffle(1, 0, 2)


def _met_by_each_element(input, length, stride):
    """Slice, for each element of a filter, the elements of the input that it is multiplied by."""
    last = (input.shape[2] - length) // stride * stride
    return [input[:, :, place : last + place + 1 : stride] for place in range(length)]


def _require_valid(border_mode, name):
    if border_mode not in ("valid", 0, (0,), [0]):
        raise ValueError(
            f"{name} takes border_mode='valid' only, got {border_mode!r}: use conv1d_mc0, or pad "
            "the input"
        )


def _of_image(border_mode, row):
    """Make of a sequence's border mode that of an image with one row, or with one column."""
    if isinstance(border_mode, str):
        return border_mode
    (pad,) = border_mode if isinstance(border_mode, (tuple, list)) else (border_mode,)
    return (0, pad) if row else (pad, 0)
