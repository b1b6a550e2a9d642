"""PyTensor's `tensor.extra_ops` under Theano's name and with its arguments."""

import functools
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Variable
from pytensor.raise_op import Assert
from pytensor.scalar import upcast
from pytensor.tensor import extra_ops as _extra_ops
from pytensor.tensor.extra_ops import *
from pytensor.tensor.extra_ops import CumOp
from pytensor.tensor.extra_ops import Unique as _Unique
from pytensor.tensor.type import integer_dtypes
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.tensor.extra_ops")


def bincount(
    x: Any, weights: Any = None, minlength: Any = None, assert_nonneg: bool = False
) -> Variable:
    """Count how often each number occurs among integers.

    Parameters
    ----------
    x : vector of int
        Integers of 0 or more.
    weights : vector, optional
        What each counts for; by default 1, and then the counts have the dtype of `x`.
    minlength : int, optional
        The least length of the result, which is one more than the greatest integer.
    assert_nonneg : bool, default False
        Whether to raise an error for integers below 0.

    Returns
    -------
    vector

    Examples
    --------
    >>> bincount(np.array([1, 1, 3])).eval().tolist()
    [0, 2, 0, 1]
    """
    x = pt.as_tensor_variable(x)
    if x.ndim != 1:
        raise TypeError(f"bincount takes a vector, not {x.ndim} dimensions")
    if assert_nonneg:
        x = _require_counts(x, pt.all(x >= 0))
    length = pt.cast(x.max() + 1, "int64")
    if minlength is not None:
        length = pt.maximum(length, minlength)
    weights = 1 if weights is None else pt.as_tensor_variable(weights)
    zeros = pt.zeros((length,), dtype=getattr(weights, "dtype", x.dtype))
    return pt.inc_subtensor(zeros[x], weights)


_require_counts = Assert("Input to bincount has negative values!")


def cpu_contiguous(x: Any) -> Variable:
    """Return `x`: arrays that JAX computes are contiguous."""
    return pt.tensor_copy(pt.as_tensor_variable(x))


def fill_diagonal_offset(a: Any, val: Any, offset: Any) -> Variable:
    """Set a diagonal of a matrix.

    Parameters
    ----------
    a : matrix
    val : scalar
        The new value, of the dtype of `a`.
    offset : int
        Which diagonal: the main one is 0, and those above it are positive.

    Returns
    -------
    matrix
        The dtype and shape of `a`.

    Examples
    --------
    >>> fill_diagonal_offset(np.zeros((2, 3)), 5.0, 1).eval().tolist()
    [[0.0, 5.0, 0.0], [0.0, 0.0, 5.0]]
    """
    a, val, offset = (pt.as_tensor_variable(x) for x in (a, val, offset))
    if a.ndim != 2 or val.ndim or offset.ndim or offset.dtype not in integer_dtypes:
        raise TypeError(
            "fill_diagonal_offset takes a matrix, a scalar and an integer, "
            f"got {a.type}, {val.type} and {offset.type}"
        )
    if upcast(a.dtype, val.dtype) != a.dtype:
        raise TypeError(f"a value of {val.dtype} doesn't fit a matrix of {a.dtype}")
    rows, columns = pt.arange(a.shape[0])[:, None], pt.arange(a.shape[1])[None, :]
    return pt.switch(pt.eq(columns - rows, offset), pt.cast(val, a.dtype), a)


def ravel_multi_index(
    multi_index: Sequence, dims: Any, mode: str = "raise", order: str = "C"
) -> Variable:
    """Compute the places of elements in a flattened array.

    Parameters
    ----------
    multi_index : tuple of integer tensors
        The elements' indices along each axis.
    dims : tuple of int
        The array's shape.
    mode : {"raise", "wrap", "clip"}, default "raise"
        What to do with indices that are out of bounds.
    order : {"C", "F"}, default "C"
        Whether the last axis or the first changes fastest.

    Returns
    -------
    integer tensor

    Examples
    --------
    >>> int(ravel_multi_index((1, 2), (3, 4)).eval())
    6
    """
    if not isinstance(multi_index, (tuple, list)):
        raise TypeError(f"multi_index should be a tuple or list, got {multi_index!r}")
    if mode not in ("raise", "wrap", "clip") or order not in ("C", "F"):
        raise ValueError(f"there is no mode {mode!r} or no order {order!r}")
    axes = list(range(len(multi_index)))
    place: Any = 0
    for axis in axes if order == "C" else axes[::-1]:
        size = pt.cast(dims[axis], "int64")
        index = pt.as_tensor_variable(multi_index[axis])
        if index.dtype not in integer_dtypes:
            raise TypeError(f"indices should be integers, got {index.type}")
        index = pt.cast(index, "int64")
        if mode == "wrap":
            index = index % size
        elif mode == "clip":
            index = pt.clip(index, 0, size - 1)
        else:
            index = _require_in_bounds(index, pt.all((index >= 0) & (index < size)))
        place = place * size + index
    return place


_require_in_bounds = Assert("ravel_multi_index: an index is out of bounds")


def diff(x: Any, n: int = 1, axis: int = -1) -> Variable:
    """Take the differences of neighbours along an axis, `n` times over.

    Parameters
    ----------
    x : tensor
    n : int, default 1
        How often.
    axis : int, default -1

    Returns
    -------
    tensor

    Examples
    --------
    >>> diff(np.array([1.0, 4.0, 9.0]), n=2).eval().tolist()
    [2.0]
    """
    if n < 0:
        raise ValueError(f"n should be 0 or more, got {n}")
    return _extra_ops.diff(pt.as_tensor_variable(x), n, axis)


def repeat(x: Any, repeats: Any, axis: "int | None" = None) -> Variable:
    """Repeat elements along an axis, or those of the flattened tensor.

    Parameters
    ----------
    x : tensor
    repeats : int, or vector of int
        How often: all elements, or each along the axis.
    axis : int, optional

    Returns
    -------
    tensor

    Examples
    --------
    >>> repeat(np.array([1, 2]), 2).eval().tolist()
    [1, 1, 2, 2]
    """
    if pt.as_tensor_variable(repeats).dtype not in integer_dtypes:
        raise TypeError(f"repeats should be integers, got {repeats}")
    return _extra_ops.repeat(x, repeats, axis)


def unravel_index(
    indices: Any, dims: Any, order: str = "C", ndim: "int | None" = None
) -> tuple[Variable, ...]:
    """Compute the indices along each axis of elements of a flattened array.

    Parameters
    ----------
    indices : integer tensor
        The elements' places in the flattened array.
    dims : tuple of int
        The array's shape.
    order : {"C", "F"}, default "C"
        Whether the last axis or the first changes fastest.
    ndim : int, optional
        The length of `dims`, where that can't be told from it.

    Returns
    -------
    tuple of integer tensors

    Examples
    --------
    >>> [int(index.eval()) for index in unravel_index(6, (3, 4))]
    [1, 2]
    """
    indices = pt.as_tensor_variable(indices)
    dims = pt.as_tensor_variable(dims)
    if indices.dtype not in integer_dtypes or dims.dtype not in integer_dtypes:
        raise TypeError(f"expected integers, got {indices.type} and {dims.type}")
    if ndim is None:
        try:
            ndim = pt.get_vector_length(dims)
        except ValueError as error:
            raise ValueError(f"the length of {dims} isn't known: give ndim") from error
    size = functools.reduce(operator.mul, (dims[axis] for axis in range(ndim)))
    rest = pt.cast(indices, "int64")
    rest = _require_place(rest, pt.all((rest >= 0) & (rest < size)))
    found = []
    for axis in reversed(range(ndim)) if order == "C" else range(ndim):
        found.append(rest % dims[axis])
        rest = rest // dims[axis]
    return tuple(found[::-1] if order == "C" else found)


_require_place = Assert("unravel_index: an index is out of bounds")


def searchsorted(x: Any, v: Any, side: str = "left", sorter: Any = None) -> Variable:
    """Find where to insert values into a sorted vector.

    Parameters
    ----------
    x : vector
        Sorted, unless there is a `sorter`.
    v : tensor
        The values.
    side : {"left", "right"}, default "left"
        Whether to insert before or after equal elements.
    sorter : vector of int, optional
        The indices that sort `x`.

    Returns
    -------
    tensor of int64

    Examples
    --------
    >>> searchsorted([1, 2, 3], 2, side="right").eval().tolist()
    2
    """
    x = pt.as_tensor_variable(x)
    if sorter is not None:
        sorter = pt.as_tensor_variable(sorter)
        if sorter.ndim != 1 or sorter.dtype not in integer_dtypes:
            raise TypeError(f"sorter should be a vector of integers, got {sorter.type}")
        x = x[sorter]
    return _extra_ops.searchsorted(x, v, side=side)


class Unique(_Unique):
    """The different elements of a tensor, sorted, as `numpy.unique` finds them.

    Examples
    --------
    >>> Unique()(np.array([3, 1, 3])).eval().tolist()
    [1, 3]
    """

    def __init__(
        self,
        return_index: bool = False,
        return_inverse: bool = False,
        return_counts: bool = False,
        axis: "int | None" = None,
    ):
        # PyTensor takes no axis that is counted from the end.
        super().__init__(return_index, return_inverse, return_counts)
        self.axis = axis

    def make_node(self, x: Any) -> Apply:
        x = pt.as_tensor_variable(x)
        if self.axis is None:
            return super().make_node(x)
        axis = self.axis % x.ndim if -x.ndim <= self.axis < x.ndim else None
        if axis is None:
            raise RuntimeError(f"there is no axis {self.axis} in {x.ndim} dimensions")
        flags = self.return_index, self.return_inverse, self.return_counts
        return _Unique(*flags, axis=axis).make_node(x)


def to_one_hot(y: Any, nb_class: int, dtype: Any = None) -> Variable:
    """Make a row for each class: 1 at its place, and 0 elsewhere.

    Parameters
    ----------
    y : vector of int
        The classes.
    nb_class : int
        How many there are.
    dtype : str, optional
        Of the result; floatX by default.

    Returns
    -------
    matrix

    Examples
    --------
    >>> to_one_hot(np.array([1, 0]), 3, dtype="int8").eval().tolist()
    [[0, 1, 0], [1, 0, 0]]
    """
    y = pt.as_tensor_variable(y)
    zeros = pt.zeros((y.shape[0], nb_class), dtype=dtype)
    return pt.set_subtensor(zeros[pt.arange(y.shape[0]), y], 1)


class DiffOp:
    """:func:`diff` of a given order along a given axis."""

    def __init__(self, n: int = 1, axis: int = -1):
        self.n = n
        self.axis = axis

    def __call__(self, x: Any) -> Variable:
        return diff(x, self.n, self.axis)


class RepeatOp:
    """:func:`repeat` along a given axis."""

    def __init__(self, axis: "int | None" = None):
        self.axis = axis

    def __call__(self, x: Any, repeats: Any) -> Variable:
        return repeat(x, repeats, self.axis)


def CumsumOp(axis: "int | None" = None) -> CumOp:
    """Make the operation that sums up the elements so far."""
    return CumOp(axis, mode="add")


def CumprodOp(axis: "int | None" = None) -> CumOp:
    """Make the operation that multiplies the elements so far."""
    return CumOp(axis, mode="mul")
