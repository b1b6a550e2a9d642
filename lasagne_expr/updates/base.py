"""What optimizers have in common: their settings and their states."""

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import theano
import theano.tensor as T
from theano.compile import SharedVariable

from .gradients import params_with_grads

Updates = "dict[SharedVariable, theano.Variable]"


def checked_setting(
    name: str, value: Any, low: float = -math.inf, below: float = math.inf
) -> "float | theano.Variable":
    """Check a number that an optimizer takes; variables are checked for being scalars."""
    if isinstance(value, theano.Variable):
        if value.ndim:
            raise ValueError(f"{name} should be a scalar, but {value} has {value.ndim} dimensions")
        return value
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} should be a number or a scalar variable, got {value!r}") from None
    if not (low <= number < below and math.isfinite(number)):
        at_least = f" of at least {low}" if math.isfinite(low) else ""
        and_below = f" and below {below}" if math.isfinite(below) else ""
        raise ValueError(f"{name} should be a finite number{at_least}{and_below}, got {value!r}")
    return number


def checked_decay(name: str, value: Any) -> tuple:
    """Check a decay rate; return it, and its complement to 1."""
    value = checked_setting(name, value, low=0, below=1)
    return value, 1 - value


def each_param(
    loss_or_grads: Any, params: "Iterable[SharedVariable]", *settings: Any
) -> "Iterator[tuple]":
    """Go through the params, with their gradients, and the settings in each param's dtype."""
    for param, grad in params_with_grads(loss_or_grads, params):
        yield (param, grad, *(in_dtype(value, param.dtype) for value in settings))


def in_dtype(value: Any, dtype: str) -> theano.Variable:
    """Make a setting a variable of a dtype."""
    if isinstance(value, theano.Variable):
        return T.cast(value, dtype)
    return T.constant(np.asarray(value, dtype=dtype))


def state_like(param: SharedVariable, name: str) -> SharedVariable:
    """Make a state of an optimizer: zeros of a parameter's shape, dtype and broadcasting."""
    value = param.get_value(borrow=True, return_internal_type=True)
    return theano.shared(
        np.zeros(value.shape, dtype=value.dtype),
        name=f"{param.name}.{name}" if param.name else None,
        broadcastable=param.broadcastable,
        borrow=True,
    )


def step_counter() -> tuple:
    """Make a state that counts steps; return it with the number of this step, from 1 on.

    The state is of floatX, as all states are (of float16 no more than 2048 steps could be counted).
    What depends on it is computed in float64, whatever the parameters' dtype: in float32,
    ``1 - 0.999**t`` would lose four of its seven digits. That's a handful of scalars.
    """
    dtype = theano.scalar.upcast("float32", theano.config.floatX)
    steps = theano.shared(np.zeros((), dtype=dtype), name="steps")
    return steps, T.cast(steps, "float64") + 1


def complement_of_power(beta: Any, t: theano.Variable) -> theano.Variable:
    """Compute ``1 - beta**t``, by which an average that began at 0 falls short."""
    return 1 - in_dtype(beta, t.dtype) ** t
