"""Sorting."""

from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor.sort import ArgSortOp, SortOp
from theano.missing import explain_missing
from theano.tensor.axes import plain_axis
from theano.tensor.basic import argtopk, topk, topk_and_argtopk

__all__ = ["ArgSortOp", "SortOp", "argsort", "argtopk", "sort", "topk", "topk_and_argtopk"]

__getattr__ = explain_missing(__name__, "pytensor.tensor.sort", "pytensor.tensor")


def sort(a: Any, axis: "int | None" = -1, kind: str = "quicksort", order: Any = None) -> Variable:
    """Sort the elements along an axis.

    Parameters
    ----------
    a : tensor
    axis : int or None, default -1
        None sorts all elements, as a vector.
    kind : str
        Taken, and without effect.
    order : None
        There are no records.

    Returns
    -------
    tensor

    Examples
    --------
    >>> sort([3.0, 1.0, 2.0]).eval().tolist()
    [1.0, 2.0, 3.0]
    """
    return pt.sort(_checked(a, order), axis=_axis(axis), kind=kind)


def argsort(
    a: Any, axis: "int | None" = -1, kind: str = "quicksort", order: Any = None
) -> Variable:
    """Return the indices that sort the elements along an axis; arguments as for :func:`sort`."""
    return pt.argsort(_checked(a, order), axis=_axis(axis), kind=kind)


def _axis(axis):
    axis = plain_axis(axis)
    return axis[0] if isinstance(axis, tuple) and len(axis) == 1 else axis


def _checked(a, order):
    if order is not None:
        raise ValueError(f"order should be None, as tensors have no records; got {order!r}")
    return pt.as_tensor_variable(a)
