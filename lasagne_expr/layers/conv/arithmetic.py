"""Convolution arithmetic: the lengths of inputs and outputs along an axis."""

import numbers
from typing import Any


def conv_output_length(
    input_length: "int | None", filter_size: int, stride: int, pad: Any = 0
) -> "int | None":
    """Compute the length of a convolution's output along an axis.

    Parameters
    ----------
    input_length : int or None
        The input's length; None where it isn't known.
    filter_size : int
        The filter's length.
    stride : int
        The filter's step.
    pad : int, 'valid', 'full' or 'same', default 0
        How many zeros there are on both ends: a number, none, one less than the filter's length,
        or half of that length, rounded down.

    Returns
    -------
    int or None
        At most 0 where the filter is longer than the padded input.

    Raises
    ------
    ValueError
        If there is no such padding.

    Examples
    --------
    >>> conv_output_length(28, 5, 1), conv_output_length(28, 5, 2, pad="same")
    (24, 14)
    """
    if input_length is None:
        return None
    return (input_length + 2 * pad_width(pad, filter_size) - filter_size) // stride + 1


def conv_input_length(
    output_length: "int | None", filter_size: int, stride: int, pad: Any = 0
) -> "int | None":
    """Compute the smallest length of an input for which a convolution's output has a given length.

    Parameters
    ----------
    output_length : int or None
        The output's length; None where it isn't known.
    filter_size : int
        The filter's length.
    stride : int
        The filter's step.
    pad : int, 'valid', 'full' or 'same', default 0
        The zeros on both ends, as for :func:`conv_output_length`.

    Returns
    -------
    int or None

    Raises
    ------
    ValueError
        If there is no such padding.

    Examples
    --------
    >>> conv_input_length(24, 5, 1), conv_input_length(14, 5, 2, pad="same")
    (28, 27)
    """
    if output_length is None:
        return None
    return (output_length - 1) * stride - 2 * pad_width(pad, filter_size) + filter_size


def least_input_length(filter_size: int, stride: int, crop: Any) -> int:
    """Compute the smallest input of which a transposed convolution's crop leaves something."""
    return max(1, 1 - (filter_size - 2 * pad_width(crop, filter_size) - 1) // stride)


def pad_width(pad: Any, filter_size: int) -> int:
    """Compute how many zeros a padding, which may be named, puts on each end of an axis."""
    named = {"valid": 0, "full": filter_size - 1, "same": filter_size // 2}
    if isinstance(pad, str) and pad in named:
        return named[pad]
    if not isinstance(pad, numbers.Integral):
        raise ValueError(
            f"Invalid pad: pad should be an integer, 'valid', 'full' or 'same', got {pad!r}"
        )
    return pad
