"""Layers of several outputs: dicts and lists, of shapes and of expressions.

The shape of such a layer's output is a dict, a list or a tuple of shapes, and what it computes one
of expressions. Layers above it are given what it computes as it is.
"""

import numbers
from collections.abc import Callable, Mapping
from typing import Any

import theano

from ..errors import ArgumentError

_CONTAINERS = (Mapping, list, tuple)


def are_shapes(shape: Any) -> bool:
    """Tell whether these are the shapes of several outputs, rather than the shape of one.

    Examples
    --------
    >>> are_shapes((None, 3)), are_shapes([(None, 3), (None, 4)]), are_shapes({"once": (2,)})
    (False, True, True)
    """
    if isinstance(shape, (list, tuple)):
        return bool(shape) and all(isinstance(one, _CONTAINERS) for one in shape)
    return isinstance(shape, Mapping)


def checked_sizes(shape: Any, complaint: str) -> tuple:
    """Check that sizes are positive integers or None; `complaint` begins an error."""
    if any(isinstance(size, theano.Variable) for size in shape):
        raise ArgumentError(
            f"{complaint}: sizes must be integers, or None for those that are known only at a "
            "call; there can be no symbolic output shape"
        )
    if not all(size is None or isinstance(size, numbers.Integral) for size in shape):
        raise TypeError(f"{complaint}: sizes must be integers, or None for unknown ones")
    if not all(size is None or size > 0 for size in shape):
        raise ValueError(f"{complaint}: sizes must be positive, or None for unknown ones")
    return tuple(None if size is None else int(size) for size in shape)


def checked_shape(shape: Any, complaint: str) -> Any:
    """Check the shape of an output, or those of several, as :func:`checked_sizes` does.

    Examples
    --------
    >>> checked_shape({"once": [None, 3]}, "no")
    {'once': (None, 3)}
    """
    return map_outputs(lambda one: checked_sizes(one, complaint), shape, is_one=_is_one_shape)


def _is_one_shape(shape):
    return not are_shapes(shape)


def _is_no_dict_or_list(value):
    return not isinstance(value, _CONTAINERS)


def map_outputs(
    function: Callable, value: Any, is_one: Callable[[Any], bool] = _is_no_dict_or_list
) -> Any:
    """Apply a function to the output of a layer, or to each of several outputs.

    Parameters
    ----------
    function : callable
        What to apply.
    value : object, or dict, list or tuple of objects
        What belongs to each output, such as its expression.
    is_one : callable, optional
        Tells whether something belongs to a single output; by default, what is no dict, list or
        tuple does.

    Returns
    -------
    object, or dict, list or tuple of objects

    Examples
    --------
    >>> map_outputs(abs, {"a": -1, "b": [-2, 3]})
    {'a': 1, 'b': [2, 3]}
    """
    if is_one(value):
        return function(value)
    if isinstance(value, Mapping):
        return {key: map_outputs(function, one, is_one) for key, one in value.items()}
    mapped = [map_outputs(function, one, is_one) for one in value]
    return mapped if isinstance(value, list) else tuple(mapped)
