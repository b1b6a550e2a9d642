"""Axes as Theano's programs give them: as constants, arrays, and floats that are whole.

PyTensor's functions and methods take them as Python's integers, which are made here.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Constant, Variable
from pytensor.tensor.exceptions import NotScalarConstantError
from pytensor.tensor.type_other import NoneTypeT
from pytensor.tensor.variable import _tensor_py_operators
from theano.tensor import accumulators
from theano.tensor.accumulators import honours_accumulator

__all__ = [
    "all",
    "any",
    "argmax",
    "argmin",
    "concatenate",
    "cumprod",
    "cumsum",
    "join",
    "max",
    "max_and_argmax",
    "mean",
    "min",
    "plain_axis",
    "prod",
    "ptp",
    "roll",
    "std",
    "sum",
    "take",
    "takes_any_axis",
    "var",
]


def plain_axis(axis: Any) -> Any:
    """Make Python's integers of an axis or of several.

    Parameters
    ----------
    axis : None, int, whole float, array, constant, or a sequence of these

    Returns
    -------
    None, int, or tuple of int
        What is none of these comes back as it is, for who takes it to complain.

    Raises
    ------
    TypeError
        If an axis is a variable whose value isn't known while the graph is being built.

    Examples
    --------
    >>> import theano.tensor as T
    >>> plain_axis(T.constant(1)), plain_axis([0.0, T.constant(1)])
    (1, (0, 1))
    """
    if isinstance(axis, Variable):
        axis = _value_of(axis)
    if isinstance(axis, (list, tuple)):
        return tuple(dict.fromkeys(plain_axis(entry) for entry in axis))
    if isinstance(axis, (np.ndarray, np.generic)):
        return plain_axis(axis.tolist())
    if isinstance(axis, float) and axis.is_integer():
        return int(axis)
    return axis


def _value_of(axis):
    if isinstance(axis.type, NoneTypeT):
        return None
    if isinstance(axis, Constant):
        return axis.data
    try:
        return pt.get_underlying_scalar_constant_value(axis)
    except NotScalarConstantError:
        raise TypeError(
            f"an axis should be known when the graph is built, but {axis} is computed: give a "
            "Python integer"
        ) from None


def _all_if_empty(axis):
    """Take an empty sequence of axes for all of them, as Theano's maximum does."""
    return None if axis == () else axis


def takes_any_axis(function: Callable, *, empty_is_all: bool = False) -> Callable:
    """Let the parameter `axis` of a function be what :func:`plain_axis` takes; a decorator.

    Parameters
    ----------
    function : callable
    empty_is_all : bool, default False
        Whether ``()`` stands for all axes.
    """
    position = list(inspect.signature(function).parameters).index("axis")

    def converted(axis):
        axis = plain_axis(axis)
        return _all_if_empty(axis) if empty_is_all else axis

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        if "axis" in kwargs:
            kwargs["axis"] = converted(kwargs["axis"])
        elif len(args) > position:
            args = (*args[:position], converted(args[position]), *args[position + 1 :])
        return function(*args, **kwargs)

    return called


_extreme = functools.partial(takes_any_axis, empty_is_all=True)

all = takes_any_axis(pt.all)
any = takes_any_axis(pt.any)
argmax = _extreme(pt.argmax)
argmin = _extreme(pt.argmin)
concatenate = takes_any_axis(pt.concatenate)
cumprod = takes_any_axis(pt.cumprod)
cumsum = takes_any_axis(pt.cumsum)
join = takes_any_axis(pt.join)
max = _extreme(pt.max)
max_and_argmax = _extreme(pt.max_and_argmax)
mean = takes_any_axis(accumulators.mean)
min = _extreme(pt.min)
prod = takes_any_axis(pt.prod)
ptp = _extreme(pt.ptp)
roll = takes_any_axis(pt.roll)
std = takes_any_axis(pt.std)
sum = takes_any_axis(honours_accumulator(pt.sum))
take = takes_any_axis(pt.take)
var = takes_any_axis(pt.var)

_EXTREMES = ("argmax", "argmin", "max", "min", "ptp")
_METHODS = (
    *("all", "any", "argsort", "cumprod", "cumsum", "mean", "norm", "prod", "repeat", "sort"),
    *("std", "sum", "take", "var"),
)
_OF_SUMS = ("mean", "sum")
for name in (*_METHODS, *_EXTREMES):
    method = getattr(_tensor_py_operators, name)
    if name in _OF_SUMS:
        method = honours_accumulator(method)
    setattr(_tensor_py_operators, name, takes_any_axis(method, empty_is_all=name in _EXTREMES))
