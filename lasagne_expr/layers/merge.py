"""Layers that combine several layers of matching shapes."""

import functools
import numbers
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import theano
import theano.tensor as T

from ..errors import kind_of_error
from .axes import checked_axis
from .base import MergeLayer
from .several import are_shapes

__all__ = [
    "ConcatLayer",
    "ElemwiseMergeLayer",
    "ElemwiseSumLayer",
    "autocrop",
    "autocrop_array_shapes",
    "concat",
]

_CROPPINGS = (None, "lower", "upper", "center")


def _cropping_of_axes(cropping, ndims):
    """Bring `cropping` into one form: an entry for every axis."""
    if len(set(ndims)) > 1:
        raise ValueError(
            f"inputs of {', '.join(map(str, ndims))} dimensions can't be cropped to one shape: "
            "they should all have the same number of dimensions"
        )
    if isinstance(cropping, str) or not isinstance(cropping, Sequence):
        raise TypeError(
            f"cropping should be None, or a list of an entry per axis, got {cropping!r}"
        )
    for entry in cropping:
        if entry not in _CROPPINGS:
            raise ValueError(
                f"unknown cropping {entry!r} in {cropping!r}: expected None, 'lower', 'upper' or "
                "'center' for every axis"
            )
    ndim = ndims[0]
    if len(cropping) > ndim:
        raise ValueError(f"cropping {cropping!r} has more entries than the inputs' {ndim} axes")
    return [*cropping, *[None] * (ndim - len(cropping))]


def autocrop(inputs: Sequence, cropping: "Sequence | None") -> list:
    """Crop tensors to the smallest size that any of them has along an axis.

    Parameters
    ----------
    inputs : list of tensor variables
        What to crop; all of the same number of dimensions.
    cropping : list of None or str, or None
        For every axis, which part to keep: ``'lower'`` the first elements, ``'upper'`` the last
        ones, ``'center'`` those in the middle, and None everything. Axes beyond the end of the
        list aren't cropped. None crops nothing.

    Returns
    -------
    list of tensor variables

    Raises
    ------
    ValueError
        If an entry is none of these, if there are too many, or if the inputs' numbers of
        dimensions differ.
    TypeError
        If `cropping` is no list.

    Examples
    --------
    >>> import theano.tensor as T
    >>> a, b = autocrop([T.constant([1, 2, 3]), T.constant([5, 6])], ["center"])
    >>> a.eval().tolist(), b.eval().tolist()
    ([1, 2], [5, 6])
    """
    if cropping is None:
        return list(inputs)
    inputs = [T.as_tensor_variable(input) for input in inputs]
    cropping = _cropping_of_axes(cropping, [input.ndim for input in inputs])
    if not any(cropping):
        return inputs
    sizes = [
        None if entry is None else functools.reduce(T.minimum, (i.shape[axis] for i in inputs))
        for axis, entry in enumerate(cropping)
    ]
    return [input[_kept_part(input, sizes, cropping)] for input in inputs]


def _kept_part(input, sizes, cropping):
    return tuple(
        _kept_slice(input.shape[axis], sizes[axis], entry) for axis, entry in enumerate(cropping)
    )


def _kept_slice(length, size, entry):
    """Find the slice that keeps `size` of `length` elements."""
    if entry is None:
        return slice(None)
    starts = {"lower": 0, "upper": length - size, "center": (length - size) // 2}
    return slice(starts[entry], starts[entry] + size)


def autocrop_array_shapes(input_shapes: Sequence, cropping: "Sequence | None") -> list:
    """Compute the shapes that :func:`autocrop` crops to.

    Parameters
    ----------
    input_shapes : list of tuples of int or None
        The shapes before.
    cropping : list of None or str, or None
        As for :func:`autocrop`.

    Returns
    -------
    list of tuples of int or None
        The shapes after; None for a cropped size where any of the inputs' sizes isn't known.

    Raises
    ------
    ValueError, TypeError
        As :func:`autocrop` does.

    Examples
    --------
    >>> autocrop_array_shapes([(5, 3, 8), (4, 7, None)], [None, "lower", "center"])
    [(5, 3, None), (4, 3, None)]
    """
    if cropping is None:
        return [tuple(shape) for shape in input_shapes]
    cropping = _cropping_of_axes(cropping, [len(shape) for shape in input_shapes])
    cropped = [
        sizes if entry is None else (None if None in sizes else min(sizes),) * len(sizes)
        for sizes, entry in zip(zip(*input_shapes, strict=True), cropping, strict=True)
    ]
    return list(zip(*cropped, strict=True))


class _MatchingLayer(MergeLayer):
    """A merge layer that crops its inputs, and whose inputs' shapes must then match."""

    def _cropped_shapes(self, input_shapes):
        if any(are_shapes(shape) for shape in input_shapes):
            raise TypeError(
                f"{self} takes layers of one output each, but its inputs' shapes are "
                f"{', '.join(map(str, input_shapes))}"
            )
        try:
            shapes = autocrop_array_shapes(input_shapes, self.cropping)
        except (TypeError, ValueError) as error:
            raise kind_of_error(error)(f"{self}: {error}") from error
        if len({len(shape) for shape in shapes}) > 1:
            raise ValueError(
                f"{self}: its inputs' shapes {self._listed(input_shapes)} differ in their number "
                "of dimensions"
            )
        return shapes

    def _common_size(self, input_shapes, axis, sizes):
        """Find the size along an axis along which all inputs should have the same."""
        known = {size for size in sizes if size is not None}
        if len(known) > 1:
            raise ValueError(
                f"{self}: its inputs' shapes {self._listed(input_shapes)} differ along axis "
                f"{axis}: make them equal, or crop them with the argument cropping"
            )
        return known.pop() if known else None

    def _listed(self, shapes):
        return ", ".join(str(tuple(shape)) for shape in shapes)


class ConcatLayer(_MatchingLayer):
    """Concatenate several inputs along an axis.

    Parameters
    ----------
    incomings : list of Layer, or of tuples of int or None
        The layers whose outputs this one takes, or the shapes of its inputs. Along all axes but
        `axis` their sizes must be the same, after cropping.
    axis : int, default 1
        The axis along which to concatenate; a negative one counts from the end.
    cropping : list of None or str, or None, default None
        How to crop inputs of different sizes, for every axis; see :func:`autocrop`. The entry of
        `axis` has no effect.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If the inputs' shapes don't match, if they have no such axis, or if `cropping` is wrong.
    TypeError
        If `axis` is no integer, or `cropping` no list.

    Examples
    --------
    >>> from lasagne_expr.layers import ConcatLayer, InputLayer
    >>> l1, l2 = InputLayer((None, 3, 8)), InputLayer((None, 5, 6))
    >>> ConcatLayer([l1, l2], cropping=[None, None, "center"]).output_shape
    (None, 8, 6)
    """

    cropping = None  # of layers that Lasagne 0.1 pickled

    def __init__(
        self,
        incomings: Sequence,
        axis: int = 1,
        cropping: "Sequence | None" = None,
        **kwargs,
    ):
        super().__init__(incomings, **kwargs)
        self.axis = self._checked_axis(axis)
        self.cropping = cropping
        if isinstance(cropping, Sequence) and not isinstance(cropping, str):
            self.cropping = [None if a == self.axis else c for a, c in enumerate(cropping)]
        self._check_output_shape()  # tells at once what doesn't match

    def _checked_axis(self, axis):
        shape = self.input_shapes[0]
        is_mock = not isinstance(shape, tuple)
        return axis if is_mock else checked_axis(self, axis, shape)

    def get_output_shape_for(self, input_shapes: list) -> tuple:
        by_axis = list(zip(*self._cropped_shapes(input_shapes), strict=True))
        return tuple(
            _sum_or_none(sizes)
            if axis == self.axis
            else self._common_size(input_shapes, axis, sizes)
            for axis, sizes in enumerate(by_axis)
        )

    def get_output_for(self, inputs: list, **kwargs) -> theano.Variable:
        return T.concatenate(autocrop(inputs, self.cropping), axis=self.axis)


concat = ConcatLayer


def _sum_or_none(sizes):
    return None if None in sizes else sum(sizes)


class ElemwiseMergeLayer(_MatchingLayer):
    """Combine several inputs of one shape element by element.

    Parameters
    ----------
    incomings : list of Layer, or of tuples of int or None
        The layers whose outputs this one takes, or the shapes of its inputs: all the same, after
        cropping.
    merge_function : callable
        Takes two expressions and returns their combination, such as ``theano.tensor.mul`` or
        ``theano.tensor.maximum``; three and more inputs are combined from left to right.
    cropping : list of None or str, or None, default None
        How to crop inputs of different sizes, for every axis; see :func:`autocrop`.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If the inputs' shapes don't match, or if `cropping` is wrong.
    TypeError
        If `merge_function` can't be called, or `cropping` is no list.

    Examples
    --------
    >>> import numpy as np, theano.tensor as T
    >>> from lasagne_expr.layers import ElemwiseMergeLayer, InputLayer, get_output
    >>> l1, l2 = InputLayer((1, 2)), InputLayer((1, 2))
    >>> layer = ElemwiseMergeLayer([l1, l2], merge_function=T.maximum)
    >>> inputs = {l1: np.array([[1.0, 4.0]]), l2: np.array([[3.0, 2.0]])}
    >>> get_output(layer, inputs).eval().tolist()
    [[3.0, 4.0]]
    """

    cropping = None  # of layers that Lasagne 0.1 pickled

    def __init__(
        self,
        incomings: Sequence,
        merge_function: Callable,
        cropping: "Sequence | None" = None,
        **kwargs,
    ):
        super().__init__(incomings, **kwargs)
        if not callable(merge_function):
            raise TypeError(
                f"{self}: merge_function should be a function of two expressions, got "
                f"{merge_function!r}"
            )
        self.merge_function = merge_function
        self.cropping = cropping
        self._check_output_shape()  # tells at once what doesn't match

    def get_output_shape_for(self, input_shapes: list) -> tuple:
        by_axis = list(zip(*self._cropped_shapes(input_shapes), strict=True))
        return tuple(
            self._common_size(input_shapes, axis, sizes) for axis, sizes in enumerate(by_axis)
        )

    def get_output_for(self, inputs: list, **kwargs) -> theano.Variable:
        return functools.reduce(self.merge_function, autocrop(inputs, self.cropping))


class ElemwiseSumLayer(ElemwiseMergeLayer):
    """Add several inputs of one shape, each times a coefficient.

    Parameters
    ----------
    incomings : list of Layer, or of tuples of int or None
        The layers whose outputs this one takes, or the shapes of its inputs: all the same, after
        cropping.
    coeffs : number or scalar expression, or list of them, default 1
        What to multiply the inputs by: one for all, or a list of one for each.
    cropping : list of None or str, or None, default None
        How to crop inputs of different sizes, for every axis; see :func:`autocrop`.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If there are more or fewer coefficients than inputs, if the inputs' shapes don't match, or
        if `cropping` is wrong.
    TypeError
        If `cropping` is no list.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.layers import ElemwiseSumLayer, InputLayer, get_output
    >>> l1 = InputLayer((1, 2))
    >>> layer = ElemwiseSumLayer([l1, l1], coeffs=[1, -0.5])
    >>> get_output(layer, np.array([[1.0, 4.0]])).eval().tolist()
    [[0.5, 2.0]]
    """

    def __init__(
        self,
        incomings: Sequence,
        coeffs: Any = 1,
        cropping: "Sequence | None" = None,
        **kwargs,
    ):
        super().__init__(incomings, T.add, cropping=cropping, **kwargs)
        self.coeffs = self._checked_coeffs(coeffs, len(self.input_shapes))

    def _checked_coeffs(self, coeffs, number):
        is_vector = isinstance(coeffs, np.ndarray) and coeffs.ndim == 1
        several = isinstance(coeffs, (list, tuple)) or is_vector
        found = list(coeffs) if several else [coeffs] * number
        if not all(isinstance(coeff, (numbers.Real, theano.Variable)) for coeff in found):
            raise TypeError(
                f"{self}: coeffs should be one number or a list of {number}, or scalar "
                f"expressions, got {coeffs!r}"
            )
        if len(found) != number:
            raise ValueError(
                f"{self}: there are {number} inputs, so coeffs should be one number or a list of "
                f"{number}, got {len(found)}"
            )
        return found

    def get_output_for(self, inputs: list, **kwargs) -> theano.Variable:
        terms = [
            input if _is_one(coeff) else input * coeff
            for coeff, input in zip(self.coeffs, inputs, strict=True)
        ]
        return super().get_output_for(terms, **kwargs)


def _is_one(coeff):
    return not isinstance(coeff, theano.Variable) and coeff == 1
