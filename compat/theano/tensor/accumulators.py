"""Sums whose accumulator is given: what is added up is cast to it first, and the result back.

Of itself a sum of float32 is added up in float32 here, which the operation can't tell from one for
which float64 was asked.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor.type import float_dtypes
from theano.ops.widening import widen

__all__ = ["honours_accumulator", "mean"]


def honours_accumulator(function: Callable) -> Callable:
    """Let a sum or mean be computed in the `acc_dtype` that it is given; a decorator."""

    @functools.wraps(function)
    def called(
        input: Any,
        axis: Any = None,
        dtype: "str | None" = None,
        keepdims: bool = False,
        acc_dtype: "str | None" = None,
    ) -> Variable:
        x = pt.as_tensor_variable(input)
        if not _is_wider(acc_dtype, x.dtype):
            return function(x, axis, dtype, keepdims, acc_dtype)
        total = function(widen(x, acc_dtype), axis, acc_dtype, keepdims, acc_dtype)
        return total.astype(x.dtype if dtype is None else dtype)

    return called


def _is_wider(wanted, given):
    both_floats = wanted in float_dtypes and given in float_dtypes
    return both_floats and np.dtype(wanted).itemsize > np.dtype(given).itemsize


_mean = honours_accumulator(pt.mean)


def mean(
    input: Any,
    axis: Any = None,
    dtype: "str | None" = None,
    op: bool = False,
    keepdims: bool = False,
    acc_dtype: "str | None" = None,
) -> Variable:
    """Compute the mean of elements, all of them or along axes.

    Parameters
    ----------
    input : tensor
    axis : int or sequence of int, optional
        All axes by default.
    dtype : str, optional
        The dtype of the result; by default that of `input`, or float64 for integers.
    op
        Taken, and without effect.
    keepdims : bool, default False
        Whether the axes stay, with size 1.
    acc_dtype : str, optional
        The dtype to add up in.

    Returns
    -------
    tensor

    Examples
    --------
    >>> mean([[1.0, 2.0], [3.0, 5.0]], axis=0).eval().tolist()
    [2.0, 3.5]
    """
    return _mean(input, axis, dtype, keepdims, acc_dtype)
