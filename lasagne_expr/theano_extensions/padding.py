"""Padding of tensors by a constant."""

import numbers
from collections.abc import Collection
from typing import Any

import numpy as np
import theano
import theano.tensor as T

__all__ = ["pad"]


def pad(x: theano.Variable, width: Any, val: Any = 0, batch_ndim: int = 1) -> theano.Variable:
    """Pad a tensor with a constant, before and after its elements along each axis.

    Parameters
    ----------
    x : tensor variable
        What to pad.
    width : int, list of int, or list of pairs of int
        By how many elements: one number for both sides of all axes, or for each axis a number or
        a pair ``(before, after)``.
    val : number or scalar expression, default 0
        What to pad with.
    batch_ndim : int, default 1
        The number of leading axes that aren't padded (and that have no place in `width`).

    Returns
    -------
    tensor variable
        Of the dtype of `x`.

    Raises
    ------
    ValueError
        If a width is negative, if there aren't as many as there are axes to pad, if `batch_ndim`
        is out of range, or if `val` is no integer where `x` has an integer dtype.
    TypeError
        If a width is no integer.

    Examples
    --------
    >>> import theano.tensor as T
    >>> pad(T.constant([[1, 2]]), [(1, 2)], val=7).eval().tolist()
    [[7, 1, 2, 7, 7]]
    """
    widths = pad_widths(width, x.ndim, batch_ndim)
    if not any(before or after for before, after in widths):
        return x
    if x.dtype in T.discrete_dtypes and not _is_discrete(val):
        raise ValueError(f"integers of dtype {x.dtype} can't be padded with {val!r}")
    shape = [x.shape[a] + sum(ends) if any(ends) else x.shape[a] for a, ends in enumerate(widths)]
    filled = T.alloc(T.cast(val, x.dtype), *shape)
    inside = tuple(slice(before or None, -after or None) for before, after in widths)
    if isinstance(val, theano.Variable) or val != 0:
        filled = T.set_subtensor(filled[inside], np.zeros((), x.dtype))
    # Adds to zeros rather than setting: the gradient of setting x makes Theano's optimizer take
    # the shape of x for one that is computed from itself, and never end.
    return T.inc_subtensor(filled[inside], x)


def _is_discrete(value):
    return T.as_tensor_variable(value).dtype in T.discrete_dtypes


def pad_widths(width: Any, ndim: int, batch_ndim: int) -> list:
    """Bring widths into one form: for each of `ndim` axes a pair ``(before, after)``."""
    if not isinstance(batch_ndim, numbers.Integral) or not 0 <= batch_ndim <= ndim:
        raise ValueError(f"batch_ndim should be an integer from 0 to {ndim}, got {batch_ndim!r}")
    widths = [width] * (ndim - batch_ndim) if isinstance(width, numbers.Integral) else width
    if not isinstance(widths, Collection) or isinstance(widths, str):
        raise TypeError(f"width should be an integer, or one or a pair per axis, got {width!r}")
    widths = list(widths)
    if len(widths) != ndim - batch_ndim:
        raise ValueError(
            f"width should be one number, or a list of a number or a pair for each of the "
            f"{ndim - batch_ndim} axes to pad, got {width!r}"
        )
    return [(0, 0)] * batch_ndim + [_both_ends(entry, width) for entry in widths]


def _both_ends(entry, width):
    ends = (entry, entry) if isinstance(entry, numbers.Integral) else entry
    if not isinstance(ends, (tuple, list)) or not all(
        isinstance(n, numbers.Integral) for n in ends
    ):
        raise TypeError(
            f"widths should be integers or pairs of integers, got {entry!r} in {width!r}"
        )
    if len(ends) != 2:
        raise ValueError(
            f"an axis has two ends: expected a pair in place of {entry!r} in {width!r}"
        )
    if min(ends) < 0:
        raise ValueError(f"widths can't be negative, got {width!r}; SliceLayer cuts elements off")
    return int(ends[0]), int(ends[1])
