"""Layers that change the shape of their input and leave its elements as they are."""

import math
import numbers
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import theano
import theano.tensor as T

from ..errors import ArgumentError, kind_of_error
from ..theano_extensions.padding import pad as pad_tensor
from ..theano_extensions.padding import pad_widths
from .axes import checked_axis, flattened
from .base import Layer
from .checks import positive_int

__all__ = [
    "DimshuffleLayer",
    "FlattenLayer",
    "PadLayer",
    "ReshapeLayer",
    "SliceLayer",
    "dimshuffle",
    "flatten",
    "pad",
    "reshape",
]


class FlattenLayer(Layer):
    """Merge the trailing axes of the input into one.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input.
    outdim : int, default 2
        The number of axes of the output: all but the last of them are kept as they are.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If `outdim` isn't positive, or is more than the input's number of axes.
    TypeError
        If `outdim` is no integer.

    Examples
    --------
    >>> from lasagne_expr.layers import FlattenLayer, InputLayer
    >>> FlattenLayer(InputLayer((None, 3, 8, 8))).output_shape
    (None, 192)
    """

    def __init__(self, incoming: "Layer | tuple", outdim: int = 2, **kwargs):
        super().__init__(incoming, **kwargs)
        self.outdim = positive_int(self, "outdim", outdim)
        self._check_output_shape()

    def get_output_shape_for(self, input_shape: tuple) -> tuple:
        if self.outdim > len(input_shape):
            raise ValueError(
                f"{self}: an input of shape {input_shape} can't be flattened to "
                f"outdim={self.outdim} axes"
            )
        merged = input_shape[self.outdim - 1 :]
        return (*input_shape[: self.outdim - 1], None if None in merged else math.prod(merged))

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        return flattened(input, self.outdim)


flatten = FlattenLayer


class ReshapeLayer(Layer):
    """Give the input another shape, with the same number of elements.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input.
    shape : tuple
        The output's sizes, each one of:

        - a positive integer;
        - ``[i]``, a list of one integer: the size of the input's axis `i`;
        - -1, at most once: what is left over by the other sizes;
        - a scalar integer expression, such as ``x.shape[0]``.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If a size is wrong or of another type, or if the elements of the input don't fill the
        shape.
    TypeError
        If `shape` is no sequence.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, ReshapeLayer
    >>> l1 = InputLayer((None, 20, 6))
    >>> ReshapeLayer(l1, ([0], 4, 5, [2])).output_shape
    (None, 4, 5, 6)
    >>> ReshapeLayer(l1, (-1, [2])).output_shape
    (None, 6)
    """

    def __init__(self, incoming: "Layer | tuple", shape: Sequence, **kwargs):
        super().__init__(incoming, **kwargs)
        if isinstance(shape, (str, theano.Variable)) or not isinstance(shape, Iterable):
            raise TypeError(f"{self}: shape should be a tuple of sizes, got {shape!r}")
        self.shape = tuple(self._checked_size(size) for size in shape)
        if sum(isinstance(size, int) and size == -1 for size in self.shape) > 1:
            raise ValueError(f"{self}: at most one size can be -1, got shape {self.shape}")
        self._check_output_shape()  # tells at once what doesn't fit

    def _checked_size(self, size):
        if isinstance(size, list):
            return [self._checked_reference(size)]
        if isinstance(size, theano.Variable):
            if size.ndim != 0 or size.dtype not in T.discrete_dtypes:
                raise ValueError(f"{self}: {size} in shape should be an integer scalar expression")
            return size
        if not isinstance(size, numbers.Integral) or isinstance(size, bool):
            raise ArgumentError(
                f"{self}: a size in shape should be a positive integer, -1, [axis of the input] or "
                f"a scalar expression, got {size!r}"
            )
        if size == 0 or size < -1:
            raise ValueError(f"{self}: a size in shape should be positive or -1, got {size}")
        return int(size)

    def _checked_reference(self, size):
        ndim = len(self.input_shape)
        if len(size) != 1 or not isinstance(size[0], numbers.Integral):
            raise ValueError(
                f"{self}: a list in shape should hold one axis of the input, got {size!r}"
            )
        if not 0 <= size[0] < ndim:
            raise ValueError(
                f"{self}: {size!r} in shape is none of the axes 0 to {ndim - 1} of the input, of "
                f"shape {self.input_shape}"
            )
        return int(size[0])

    def get_output_shape_for(self, input_shape: tuple) -> tuple:
        sizes = [self._size_for(size, input_shape) for size in self.shape]
        if -1 not in sizes:
            self._check_filled(input_shape, sizes)
            return tuple(sizes)
        position = sizes.index(-1)
        sizes[position] = self._rest(input_shape, sizes)
        return tuple(sizes)

    def _size_for(self, size, input_shape):
        if isinstance(size, list):
            return input_shape[size[0]]
        return None if isinstance(size, theano.Variable) else size

    def _check_filled(self, input_shape, sizes):
        """Check that the input has as many elements as the output."""
        unknown_in, unknown_out = self._unknown_factors(input_shape)
        if unknown_in == unknown_out and _known_product(input_shape) != _known_product(sizes):
            raise self._misfit(input_shape)

    def _rest(self, input_shape, sizes):
        """Work out the size that stands as -1: None where it isn't known."""
        unknown_in, unknown_out = self._unknown_factors(input_shape)
        if unknown_in != unknown_out:
            return None
        rest, missing = divmod(
            _known_product(input_shape), _known_product(s for s in sizes if s != -1)
        )
        if missing:
            raise self._misfit(input_shape)
        return rest

    def _unknown_factors(self, input_shape):
        """List the unknown sizes of the input and the output, those of input axes by their axis.

        A size that is copied from the input to the output, such as the batch's, cancels out then.
        """
        unknown_in = Counter(axis for axis, size in enumerate(input_shape) if size is None)
        unknown_out = Counter(
            size[0] if isinstance(size, list) else f"expression {position}"
            for position, size in enumerate(self.shape)
            if self._size_for(size, input_shape) is None
        )
        return unknown_in, unknown_out

    def _misfit(self, input_shape):
        return ValueError(
            f"{self}: an input of shape {input_shape} can't be reshaped to {self.shape}: their "
            "numbers of elements don't match"
        )

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        shape = (input.shape[size[0]] if isinstance(size, list) else size for size in self.shape)
        return input.reshape(tuple(shape), ndim=len(self.shape))


reshape = ReshapeLayer


def _known_product(sizes):
    return math.prod(size for size in sizes if size is not None)


class DimshuffleLayer(Layer):
    """Reorder the axes of the input, add axes of size 1, and drop such axes.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input.
    pattern : tuple of int or ``'x'``
        For each axis of the output, which axis of the input it is, or ``'x'`` for a new one of
        size 1. Axes of the input that aren't named are dropped; their size must be 1.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If the pattern has something else than integers and ``'x'``, names an axis twice or one that
        the input hasn't, or drops one of another size than 1.

    Examples
    --------
    >>> from lasagne_expr.layers import DimshuffleLayer, InputLayer
    >>> DimshuffleLayer(InputLayer((None, 3, 8)), (0, 2, "x", 1)).output_shape
    (None, 8, 1, 3)
    """

    def __init__(self, incoming: "Layer | tuple", pattern: Sequence, **kwargs):
        super().__init__(incoming, **kwargs)
        self.pattern = self._checked_pattern(pattern)
        self._check_output_shape()  # tells at once what can't be dropped

    def _checked_pattern(self, pattern):
        is_iterable = isinstance(pattern, Iterable) and not isinstance(pattern, theano.Variable)
        entries = tuple(pattern) if is_iterable else (None,)
        if not all(entry == "x" or isinstance(entry, numbers.Integral) for entry in entries):
            raise ArgumentError(
                f"{self}: pattern should be a tuple of axes (integers) and 'x', got {pattern!r}"
            )
        axes = [entry for entry in entries if entry != "x"]
        for axis in axes:
            if not 0 <= axis < len(self.input_shape):
                raise ValueError(
                    f"{self}: pattern {entries} names axis {axis}, but the input, of shape "
                    f"{self.input_shape}, has axes 0 to {len(self.input_shape) - 1}"
                )
            if axes.count(axis) > 1:
                raise ValueError(f"{self}: pattern {entries} names axis {axis} more than once")
        return tuple("x" if entry == "x" else int(entry) for entry in entries)

    def _dropped(self, ndim):
        return [axis for axis in range(ndim) if axis not in self.pattern]

    def get_output_shape_for(self, input_shape: tuple) -> tuple:
        for axis in self._dropped(len(input_shape)):
            if input_shape[axis] not in (1, None):
                raise ValueError(
                    f"{self}: pattern {self.pattern} drops axis {axis} of the input, of shape "
                    f"{input_shape}, but only axes of size 1 can be dropped"
                )
        return tuple(1 if entry == "x" else input_shape[entry] for entry in self.pattern)

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        dropped = self._dropped(input.ndim)
        if dropped:
            input = T.addbroadcast(input, *dropped)
        return input.dimshuffle(*self.pattern)


dimshuffle = DimshuffleLayer


class PadLayer(Layer):
    """Pad the input with a constant, before and after its elements along each axis.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input.
    width : int, list of int, or list of pairs of int
        By how many elements: one number for both sides of all axes, or for each axis (after the
        first `batch_ndim`) a number or a pair ``(before, after)``.
    val : number or scalar expression, default 0
        What to pad with.
    batch_ndim : int, default 2
        The number of leading axes that aren't padded.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If a width is negative, if there aren't as many as there are axes to pad, or if
        `batch_ndim` is out of range.
    TypeError
        If a width is no integer.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, PadLayer
    >>> PadLayer(InputLayer((None, 3, 28, 28)), width=[2, (0, 1)]).output_shape
    (None, 3, 32, 29)
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        width: Any,
        val: Any = 0,
        batch_ndim: int = 2,
        **kwargs,
    ):
        super().__init__(incoming, **kwargs)
        self.width = width
        self.val = val
        self.batch_ndim = batch_ndim
        self._check_output_shape()  # tells at once what doesn't fit

    def get_output_shape_for(self, input_shape: tuple) -> tuple:
        try:
            widths = pad_widths(self.width, len(input_shape), self.batch_ndim)
        except (TypeError, ValueError) as error:
            raise kind_of_error(error)(f"{self}: {error}") from error
        return tuple(
            None if size is None else size + before + after
            for size, (before, after) in zip(input_shape, widths, strict=True)
        )

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        return pad_tensor(input, self.width, self.val, self.batch_ndim)


pad = PadLayer


class SliceLayer(Layer):
    """Take a part of the input along one axis.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input.
    indices : int or slice
        With an integer the axis is dropped and one element of it taken; negative ones count from
        the end.
    axis : int, default -1
        The axis; a negative one counts from the end.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If the input has no such axis or element, or if nothing is left of it.
    TypeError
        If `indices` is neither an integer nor a slice of integers, or `axis` no integer.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, SliceLayer
    >>> l1 = InputLayer((None, 10, 6))
    >>> SliceLayer(l1, -1, axis=1).output_shape  # the last step of a sequence
    (None, 6)
    >>> SliceLayer(l1, slice(0, 4)).output_shape
    (None, 10, 4)
    """

    def __init__(self, incoming: "Layer | tuple", indices: "int | slice", axis: int = -1, **kwargs):
        super().__init__(incoming, **kwargs)
        self.slice = self._checked_indices(indices)
        self.axis = checked_axis(self, axis, self.input_shape)
        self._check_output_shape()  # tells at once what is out of range

    def _checked_indices(self, indices):
        if isinstance(indices, numbers.Integral) and not isinstance(indices, bool):
            return int(indices)
        parts = [indices.start, indices.stop, indices.step] if isinstance(indices, slice) else ["?"]
        if not all(part is None or isinstance(part, numbers.Integral) for part in parts):
            raise TypeError(
                f"{self}: indices should be an integer or a slice of integers, got {indices!r}"
            )
        if indices.step == 0:
            raise ValueError(f"{self}: the step of a slice can't be 0, got {indices!r}")
        return indices

    def get_output_shape_for(self, input_shape: tuple) -> tuple:
        before, size, after = (
            input_shape[: self.axis],
            input_shape[self.axis],
            input_shape[self.axis + 1 :],
        )
        if isinstance(self.slice, int):
            if size is not None and not -size <= self.slice < size:
                raise self._nothing(input_shape)
            return (*before, *after)
        if size is not None:
            size = len(range(size)[self.slice])
            if size == 0:
                raise self._nothing(input_shape)
        return (*before, size, *after)

    def _nothing(self, input_shape):
        return ValueError(
            f"{self}: there is nothing at {self.slice} along axis {self.axis} of an input of shape "
            f"{input_shape}"
        )

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        return input[(slice(None),) * self.axis + (self.slice,)]
