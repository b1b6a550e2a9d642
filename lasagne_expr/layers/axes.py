"""Axes of a layer's input: their checks, and how several become one."""

import functools
import numbers
import operator
from collections.abc import Iterable
from typing import Any

import theano

from .base import Layer


def checked_axes(layer: Layer, axes: Any, name: str = "shared_axes") -> tuple:
    """Check axes of a layer's input, one or several; return them counted from 0, in order."""
    ndim = len(layer.input_shape)
    given = (axes,) if isinstance(axes, numbers.Integral) else axes
    is_list = isinstance(given, Iterable) and not isinstance(given, (str, theano.Variable))
    given = tuple(given) if is_list else (None,)
    if not all(isinstance(axis, numbers.Integral) for axis in given):
        raise TypeError(f"{layer}: {name} should be an axis or several, as integers; got {axes!r}")
    for axis in given:
        if not -ndim <= axis < ndim:
            raise ValueError(
                f"{layer}: {name} has axis {axis}, but the input, of shape {layer.input_shape}, "
                f"has axes {-ndim} to {ndim - 1}"
            )
    return tuple(sorted({int(axis) % ndim for axis in given}))


def checked_axis(layer: Layer, axis: Any, input_shape: tuple) -> int:
    """Check one axis of an input of a given shape; return it counted from 0."""
    if not isinstance(axis, numbers.Integral) or isinstance(axis, bool):
        raise TypeError(f"{layer}: axis should be an integer, got {axis!r}")
    ndim = len(input_shape)
    if not -ndim <= axis < ndim:
        raise ValueError(
            f"{layer}: an input of shape {input_shape} has no axis {axis}: expected one from "
            f"{-ndim} to {ndim - 1}"
        )
    return int(axis) % ndim


def resolve_shared_axes(layer: Layer, axes: Any) -> tuple:
    """Work out which axes share a parameter, where ``'auto'`` is all but the second axis.

    With ``'all'`` every element shares one.
    """
    ndim = len(layer.input_shape)
    if isinstance(axes, str):
        named = {"auto": (0, *range(2, ndim)), "all": tuple(range(ndim))}
        if axes not in named:
            raise ValueError(f"{layer}: shared_axes should be axes, 'auto' or 'all', got {axes!r}")
        return named[axes]
    return checked_axes(layer, axes)


def other_axes(layer: Layer, axes: tuple) -> tuple:
    """List the input's axes that aren't among those given."""
    return tuple(axis for axis in range(len(layer.input_shape)) if axis not in axes)


def broadcast_over(param: theano.Variable, axes: tuple) -> theano.Variable:
    """Give a parameter broadcastable axes in the places of those that share it."""
    if not axes:
        return param
    own = iter(range(param.ndim))
    ndim = param.ndim + len(axes)
    return param.dimshuffle(*("x" if axis in axes else next(own) for axis in range(ndim)))


def flattened(input: theano.Variable, ndim: int) -> theano.Variable:
    """Join the last axes of a tensor, so that it has `ndim`; also where a batch is empty.

    Of no elements, a size that is left open could be any, so `flatten` refuses them.
    """
    first = [input.shape[axis] for axis in range(ndim - 1)]
    joined = [input.shape[axis] for axis in range(ndim - 1, input.ndim)]
    return input.reshape((*first, functools.reduce(operator.mul, joined)), ndim=ndim)
