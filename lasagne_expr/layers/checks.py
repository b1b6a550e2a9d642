"""Checks of what a layer is given, which several layers make; every error names the layer."""

import numbers
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import theano
import theano.tensor as T
from theano.compile import SharedVariable
from theano.tensor.opt import Assert

from ..nonlinearities import identity
from .base import Layer


def positive_int(layer: Layer, name: str, value: Any) -> int:
    """Check that an argument is a positive integer."""
    if not isinstance(value, numbers.Integral) or isinstance(value, bool):
        raise TypeError(f"{layer}: {name} should be a positive integer, got {value!r}")
    if value <= 0:
        raise ValueError(f"{layer}: {name} should be a positive integer, got {value}")
    return int(value)


def scalar(
    layer: Layer, name: str, value: Any, within: Callable[[float], bool], expected: str
) -> Any:
    """Check a number, or a scalar variable as far as its value is known; return it as it is.

    `within` tells whether a value is valid, `expected` says in words which are.
    """
    if isinstance(value, theano.Variable):
        if value.ndim != 0:
            raise ValueError(
                f"{layer}: {name} should be a number or a scalar expression, got {value} with "
                f"{value.ndim} dimensions"
            )
        if isinstance(value, SharedVariable):
            number = value.get_value()
        elif isinstance(value, theano.Constant):
            number = value.data
        else:
            return value
    else:
        number = value
    is_number = isinstance(number, (numbers.Real, np.ndarray)) and not isinstance(number, bool)
    if not is_number or np.ndim(number) != 0:
        raise TypeError(f"{layer}: {name} should be a number or a scalar expression, got {value!r}")
    if not within(float(number)):
        raise ValueError(f"{layer}: {name} should be {expected}, got {float(number)}")
    return value


# What is given by mistake: a function's name, its value, what it was applied to.
_NO_FUNCTIONS = (str, bytes, numbers.Number, np.ndarray, theano.Variable, list, tuple, dict)


def nonlinearity_or_identity(layer: Layer, nonlinearity: "Callable | None") -> Callable:
    """Check a nonlinearity; None stands for the identity.

    An object that is just passed on, to another layer say, is kept whatever it is.
    """
    if nonlinearity is None:
        return identity
    if isinstance(nonlinearity, _NO_FUNCTIONS):
        raise TypeError(
            f"{layer}: nonlinearity should be a function of an expression, such as those of "
            f"lasagne_expr.nonlinearities, or None for none; got {nonlinearity!r}"
        )
    return nonlinearity


def as_floats(input: theano.Variable) -> theano.Variable:
    """Take integers, such as images of bytes, as the numbers of floatX that they are.

    Combined with weights, integers of 32 bits and more would make float64 of them, and averages of
    integers would be integers.
    """
    return input if input.dtype in T.float_dtypes else T.cast(input, theano.config.floatX)


def known_sizes(layer: Layer, axes: Iterable[int], param: str) -> tuple:
    """Look up the sizes of the input's axes that the shape of a parameter is made of."""
    axes = tuple(axes)
    unknown = [str(axis) for axis in axes if layer.input_shape[axis] is None]
    if unknown:
        one = len(unknown) == 1
        raise ValueError(
            f"{layer}: the shape of {param} depends on the size of axis {' and '.join(unknown)} of "
            f"the input, which {'is' if one else 'are'} unknown: the input's shape is "
            f"{layer.input_shape}; give {'it' if one else 'them'} in the shape of the InputLayer"
        )
    return tuple(layer.input_shape[axis] for axis in axes)


def require_sizes(
    layer: Layer, input: theano.Variable, least: Iterable[int], what: str
) -> theano.Variable:
    """Refuse an input that leaves nothing of the output, at the call where its sizes are known.

    `least` are the sizes needed along the axes after the second. Sizes that were known when the
    layer was made have been checked then.
    """
    least = tuple(least)
    unknown = [n for n in range(len(least)) if layer.input_shape[n + 2] is None and least[n] > 1]
    if not unknown:
        return input
    complaint = f"{layer}: {what} need an input of at least the sizes {least} after the second axis"
    return Assert(complaint)(input, *(T.ge(input.shape[n + 2], least[n]) for n in unknown))


def shapes_match(shape: tuple, other: tuple) -> bool:
    """Tell whether two shapes can be the same, as far as their sizes are known."""
    return len(shape) == len(other) and all(
        a is None or b is None or a == b for a, b in zip(shape, other, strict=True)
    )
