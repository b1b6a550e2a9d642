"""Convolution of films: Theano's older one, whose time axis comes before the channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from theano.missing import explain_missing
from theano.tensor.nnet import abstract_conv

__all__ = ["conv3d", "diagonal_subtensor", "inc_diagonal_subtensor"]

__getattr__ = explain_missing(__name__)

_MODES = ("valid", "full", "half")


def conv3d(
    signals: Any,
    filters: Any,
    signals_shape: Sequence | None = None,
    filters_shape: Sequence | None = None,
    border_mode: str | Sequence[str] = "valid",
) -> Variable:
    """Convolve films with filters, which are flipped; `theano.tensor.nnet.conv3d` does more.

    Parameters
    ----------
    signals : tensor of shape ``(batch, times, channels, rows, columns)``
        The films.
    filters : tensor of shape ``(filters, times, channels, rows, columns)``
        The filters.
    signals_shape, filters_shape : tuple of 5 int, optional
        The shapes of both.
    border_mode : {'valid', 'full', 'half'} or tuple of three of them, default 'valid'
        How the edges are treated, in time, rows and columns; the last two must agree.

    Returns
    -------
    tensor of shape ``(batch, times, filters, rows, columns)``

    Raises
    ------
    NotImplementedError
        If rows and columns are to be treated differently, or the mode is ``'same'``.
    ValueError
        For another mode.
    """
    modes = (border_mode,) * 3 if isinstance(border_mode, str) else tuple(border_mode)
    if modes[1] != modes[2]:
        raise NotImplementedError("conv3d: rows and columns must have the same border mode")
    for mode in modes:
        if mode == "same":
            raise NotImplementedError("conv3d: take border_mode='half' for filters of odd sizes")
        if mode not in _MODES:
            raise ValueError(f"conv3d: border_mode should be one of {_MODES}, got {mode!r}")
    signals, filters = pt.as_tensor_variable(signals), pt.as_tensor_variable(filters)
    if len(set(modes)) > 1:
        signals, signals_shape, modes = _padded(signals, filters, modes), None, ("valid",)
    convolved = abstract_conv.conv3d(
        _swapped(signals),
        _swapped(filters),
        _swapped_shape(signals_shape),
        _swapped_shape(filters_shape),
        modes[0],
    )
    return _swapped(convolved)


def _padded(signals, filters, modes):
    """Put as many zeros around times, rows and columns as each one's mode asks for."""
    for axis, mode in zip((1, 3, 4), modes):
        size = filters.shape[axis]
        width = {"valid": 0, "full": size - 1, "half": size // 2}[mode]
        shape = [width if n == axis else signals.shape[n] for n in range(5)]
        zeros = pt.zeros(shape, dtype=signals.dtype)
        signals = pt.concatenate([zeros, signals, zeros], axis=axis)
    return signals


def _swapped(tensor):
    """Let times and channels, or times and filters, change places."""
    return tensor.dimshuffle(0, 2, 1, 3, 4)


def _swapped_shape(shape):
    return shape and (shape[0], shape[2], shape[1], *shape[3:])


def diagonal_subtensor(x: Any, i0: int, i1: int) -> Variable:
    """Take the stripe along the diagonal of two axes that has all of the second in each place.

    Parameters
    ----------
    x : tensor
        The numbers.
    i0, i1 : int
        The axes. The first is at least as long as the second, say 7 and 4.

    Returns
    -------
    tensor
        As `x`, but along the first axis shorter, 4 long: what it has at ``t`` and ``k`` is at
        ``t + 3 - k`` and ``k`` in `x`.
    """
    x = pt.as_tensor_variable(x)
    axes, rows, columns = _stripe(x, i0, i1)
    return pt.moveaxis(pt.moveaxis(x, axes, (0, 1))[rows, columns], (0, 1), axes)


def inc_diagonal_subtensor(x: Any, i0: int, i1: int, amt: Any) -> Variable:
    """Add to what `diagonal_subtensor` takes.

    Parameters
    ----------
    x, i0, i1
        As for :func:`diagonal_subtensor`.
    amt : tensor
        What to add, of its result's shape.

    Returns
    -------
    tensor
        Of the shape of `x`.
    """
    x = pt.as_tensor_variable(x)
    axes, rows, columns = _stripe(x, i0, i1)
    stripe = pt.moveaxis(x, axes, (0, 1))[rows, columns]
    added = pt.inc_subtensor(stripe, pt.moveaxis(pt.as_tensor_variable(amt), axes, (0, 1)))
    return pt.moveaxis(added, (0, 1), axes)


def _stripe(x, i0, i1):
    axes = (int(i0), int(i1))
    columns = pt.arange(x.shape[axes[1]])
    starts = pt.arange(x.shape[axes[0]] - x.shape[axes[1]] + 1)
    return axes, starts[:, None] + columns[::-1], columns[None, :]
