"""Theano's names for tensor functions and Ops, where PyTensor's differ."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Constant, Variable
from pytensor.raise_op import CheckAndRaise
from pytensor.tensor.basic import (
    Alloc,
    AllocDiag,
    AllocEmpty,
    ARange,
    Choose,
    ExtractDiag,
    Eye,
    Join,
    MakeVector,
    Nonzero,
    ScalarFromTensor,
    Split,
    TensorFromScalar,
    as_tensor_variable,
    constant,
    extract_constant,
    get_scalar_constant_value,
)
from pytensor.tensor.elemwise import CAReduce, DimShuffle, Elemwise
from pytensor.tensor.exceptions import NotScalarConstantError
from pytensor.tensor.math import Argmax, Dot, Max, Prod, Sum
from pytensor.tensor.shape import Reshape, Shape, Shape_i, SpecifyShape
from pytensor.tensor.subtensor import (
    AdvancedIncSubtensor,
    AdvancedSubtensor,
    IncSubtensor,
    Subtensor,
)
from pytensor.tensor.type import (
    TensorType,
    all_dtypes,
    complex_dtypes,
    continuous_dtypes,
    discrete_dtypes,
    float_dtypes,
    int_dtypes,
    integer_dtypes,
    uint_dtypes,
)
from pytensor.tensor.variable import TensorConstant
from theano.configdefaults import config
from theano.missing import explain_missing
from theano.ops import static_sizes
from theano.ops.max_and_argmax import MaxAndArgmax
from theano.ops.rebroadcast import Rebroadcast
from theano.tensor import axes
from theano.tensor.axes import plain_axis, takes_any_axis
from theano.tensor.var import AsTensorError, TensorVariable

_of_pytensor = explain_missing(
    __name__,
    "theano.compile.ops",
    "pytensor.tensor",
    "pytensor.tensor.basic",
    "pytensor.tensor.math",
    "pytensor.tensor.exceptions",
    "pytensor.tensor.variable",
    "theano.tensor.elemwise",
)


def __getattr__(name: str) -> Any:
    # Here these would stand in the way of Python's sum, max, all and others.
    return getattr(axes, name) if name in axes.__all__ else _of_pytensor(name)


abs_ = pt.abs
inv = pt.reciprocal
sgn = pt.sign
isnan_ = pt.isnan
isinf_ = pt.isinf
join_ = pt.join
Tensor = TensorType
EmptyConstantError = NotScalarConstantError
wmatrix = TensorType("int16", (False, False))  # the only one of these that PyTensor lacks


def _variable(name, dtype, *broadcastable):
    return TensorType(dtype or config.floatX, broadcastable)(name)


def tensor(*args: Any, **kwargs: Any) -> TensorVariable:
    """Make a symbolic tensor.

    Parameters
    ----------
    dtype : str
    broadcastable : sequence of bool
        For each of its axes, whether it has size 1.
    name : str, optional
        By its name only. Instead of these, PyTensor's arguments may be given: a name, `dtype` and
        `shape`.

    Examples
    --------
    >>> tensor("int8", (False, True), name="x").type.shape
    (None, 1)
    >>> tensor("x", dtype="int8", shape=(3, None)).type.shape
    (3, None)
    """
    if (args and "dtype" in kwargs) or (len(args) < 2 and "broadcastable" not in kwargs):
        return pt.tensor(*args, **kwargs)
    name, pattern = kwargs.pop("name", None), kwargs.pop("broadcastable", None)
    if pattern is not None:
        args = (args[0] if args else kwargs.pop("dtype"), pattern)
    return TensorType(*args, **kwargs)(name)


def scalar(name: "str | None" = None, dtype: "str | None" = None) -> TensorVariable:
    """Make a symbolic scalar, of floatX unless `dtype` is given."""
    return _variable(name, dtype)


def vector(name: "str | None" = None, dtype: "str | None" = None) -> TensorVariable:
    """Make a symbolic vector, of floatX unless `dtype` is given."""
    return _variable(name, dtype, False)


def matrix(name: "str | None" = None, dtype: "str | None" = None) -> TensorVariable:
    """Make a symbolic matrix, of floatX unless `dtype` is given."""
    return _variable(name, dtype, False, False)


def row(name: "str | None" = None, dtype: "str | None" = None) -> TensorVariable:
    """Make a symbolic matrix of one row, of floatX unless `dtype` is given."""
    return _variable(name, dtype, True, False)


def col(name: "str | None" = None, dtype: "str | None" = None) -> TensorVariable:
    """Make a symbolic matrix of one column, of floatX unless `dtype` is given."""
    return _variable(name, dtype, False, True)


def tensor3(name: "str | None" = None, dtype: "str | None" = None) -> TensorVariable:
    """Make a symbolic tensor of 3 dimensions, of floatX unless `dtype` is given."""
    return _variable(name, dtype, *(False,) * 3)


def tensor4(name: "str | None" = None, dtype: "str | None" = None) -> TensorVariable:
    """Make a symbolic tensor of 4 dimensions, of floatX unless `dtype` is given."""
    return _variable(name, dtype, *(False,) * 4)


def tensor5(name: "str | None" = None, dtype: "str | None" = None) -> TensorVariable:
    """Make a symbolic tensor of 5 dimensions, of floatX unless `dtype` is given."""
    return _variable(name, dtype, *(False,) * 5)


def tril(m: Any, k: int = 0) -> Variable:
    """Set what is above a diagonal of a matrix to 0.

    Parameters
    ----------
    m : matrix
    k : int, default 0
        The diagonal: the main one, one above it for 1, one below it for -1.

    Returns
    -------
    matrix

    Examples
    --------
    >>> tril([[1.0, 2.0], [3.0, 4.0]]).eval().tolist()
    [[1.0, 0.0], [3.0, 4.0]]
    """
    m = as_tensor_variable(m)
    # XLA chooses between numbers many times faster than it multiplies by a mask that is transposed.
    return pt.switch(_up_to_diagonal(m, k), m, np.zeros((), m.dtype))


def triu(m: Any, k: int = 0) -> Variable:
    """Set what is below a diagonal of a matrix to 0; see :func:`tril`."""
    m = as_tensor_variable(m)
    return pt.switch(_up_to_diagonal(m, k - 1), np.zeros((), m.dtype), m)


def _up_to_diagonal(m, k):
    return pt.tri(*m.shape[-2:], k=k, dtype="bool")


def addbroadcast(x: Variable, *axes: int) -> Variable:
    """Make axes broadcastable, whose size must be 1.

    Parameters
    ----------
    x : tensor variable
    *axes : int

    Returns
    -------
    tensor variable

    Examples
    --------
    >>> import theano.tensor as T
    >>> addbroadcast(T.matrix(), 0).broadcastable
    (True, False)
    """
    return _rebroadcast(x, dict.fromkeys(axes, True))


def unbroadcast(x: Variable, *axes: int) -> Variable:
    """Let axes not broadcast, whatever their size.

    Parameters
    ----------
    x : tensor variable
    *axes : int

    Returns
    -------
    tensor variable
        `x` itself where none of the axes broadcasts.

    Examples
    --------
    >>> import theano.tensor as T
    >>> unbroadcast(T.row(), 0).broadcastable
    (False, False)
    """
    return _rebroadcast(x, dict.fromkeys(axes, False))


def patternbroadcast(x: Variable, broadcastable: Sequence[bool]) -> Variable:
    """Say for every axis whether it broadcasts.

    Parameters
    ----------
    x : tensor variable
    broadcastable : sequence of bool

    Returns
    -------
    tensor variable

    Examples
    --------
    >>> import theano.tensor as T
    >>> patternbroadcast(T.row(), (False, True)).broadcastable
    (False, True)
    """
    return _rebroadcast(x, dict(enumerate(broadcastable)))


def _rebroadcast(x, pattern):
    x = as_tensor_variable(x)
    for axis in pattern:
        if not -x.ndim <= axis < x.ndim:
            raise ValueError(f"there is no axis {axis} in {x.type}")
    units = {axis % x.ndim: bool(unit) for axis, unit in pattern.items()}
    changed = [(axis, unit) for axis, unit in units.items() if unit != x.type.broadcastable[axis]]
    return Rebroadcast(*changed)(x) if changed else x


def batched_dot(a: Variable, b: Variable) -> Variable:
    """Multiply the items of two batches.

    Parameters
    ----------
    a, b : tensor variables
        A batch along the first axis of each: of vectors, matrices, or tensors.

    Returns
    -------
    tensor variable
        ``dot(a[i], b[i])`` for each i.

    Raises
    ------
    TypeError
        If an argument has no axis for the batch.

    Examples
    --------
    >>> import numpy as np
    >>> batched_dot(np.ones((5, 2, 3)), np.ones((5, 3, 4))).eval().shape
    (5, 2, 4)
    """
    a, b = as_tensor_variable(a), as_tensor_variable(b)
    if a.ndim == 0 or b.ndim == 0:
        raise TypeError(f"batched_dot needs batches, got {a.ndim} and {b.ndim} dimensions")
    if a.ndim == 1:
        return a.dimshuffle(0, *["x"] * (b.ndim - 1)) * b
    if b.ndim == 1:
        return a * b.dimshuffle(0, *["x"] * (a.ndim - 1))
    if a.ndim > 3 or b.ndim > 3:
        return batched_tensordot(a, b, [[a.ndim - 1], [max(1, b.ndim - 2)]])
    left = a.dimshuffle(0, "x", 1) if a.ndim == 2 else a
    right = b.dimshuffle(0, 1, "x") if b.ndim == 2 else b
    product = pt.matmul(left, right)
    if b.ndim == 2:
        product = product[:, :, 0]
    return product[:, 0] if a.ndim == 2 else product


def batched_tensordot(x: Variable, y: Variable, axes: Any = 2) -> Variable:
    """Contract the items of two batches over some of their axes.

    Parameters
    ----------
    x, y : tensor variables
        A batch along the first axis of each.
    axes : int, or pair of lists of int, default 2
        The axes to sum over, counted with the batch's; an integer n stands for the last n of `x`
        and the first n after the batch of `y`.

    Returns
    -------
    tensor variable

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.ones((5, 2, 3, 4)), np.ones((5, 4, 3, 6))
    >>> batched_tensordot(x, y, [[2, 3], [2, 1]]).eval().shape
    (5, 2, 6)
    """
    x, y = as_tensor_variable(x), as_tensor_variable(y)
    if isinstance(axes, int):
        axes = list(range(x.ndim - axes, x.ndim)), list(range(1, axes + 1))
    x_axes, y_axes = ([a] if isinstance(a, int) else list(a) for a in axes)
    if 0 in (*x_axes, *y_axes):
        raise ValueError("batched_tensordot can't sum over the batch, axis 0")
    x_kept = [a for a in range(1, x.ndim) if a not in x_axes]
    y_kept = [a for a in range(1, y.ndim) if a not in y_axes]
    summed = pt.prod([x.shape[a] for a in x_axes], dtype="int64")
    left = x.dimshuffle(0, *x_kept, *x_axes).reshape((x.shape[0], -1, summed))
    right = y.dimshuffle(0, *y_axes, *y_kept).reshape((x.shape[0], summed, -1))
    kept_sizes = [x.shape[a] for a in x_kept] + [y.shape[a] for a in y_kept]
    ndim = 1 + len(kept_sizes)
    return pt.matmul(left, right).reshape((x.shape[0], *kept_sizes), ndim=ndim)


def stack(*tensors: Any, **kwargs: Any) -> Variable:
    """Stack tensors along a new axis.

    Parameters
    ----------
    tensors : list of tensor variables
    axis : int, default 0

    Returns
    -------
    tensor variable

    Examples
    --------
    >>> stack([[1.0, 2.0], [3.0, 4.0]], axis=1).eval().tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    if len(tensors) > 1 and all(isinstance(tensor, Variable) for tensor in tensors):
        warnings.warn(
            "stack(*tensors) is Theano's old form: write stack([...], axis=0)",
            DeprecationWarning,
            stacklevel=2,
        )
        return pt.stack(list(tensors))
    return takes_any_axis(pt.stack)(*tensors, **kwargs)


def split(x: Variable, splits_size: Any, n_splits: int, axis: int = 0) -> list[Variable]:
    """Split a tensor into parts along an axis.

    Parameters
    ----------
    x : tensor variable
    splits_size : vector of int
        The sizes of the parts.
    n_splits : int
        How many parts there are.
    axis : int, default 0

    Returns
    -------
    list of tensor variables

    Examples
    --------
    >>> [part.eval().tolist() for part in split([1.0, 2.0, 3.0], [1, 2], 2)]
    [[1.0], [2.0, 3.0]]
    """
    axis = plain_axis(axis)
    parts = pt.split(as_tensor_variable(x), splits_size, n_splits=n_splits, axis=axis)
    return parts if isinstance(parts, list) else [parts]


def tile(x: Variable, reps: Any, ndim: "int | None" = None) -> Variable:
    """Repeat a tensor as a whole.

    Parameters
    ----------
    x : tensor variable
    reps : int, or sequence of int
        How often along each axis; with fewer of them than axes, along the last.
    ndim : int, optional
        The number of dimensions of the result, if it is more than both of these.

    Returns
    -------
    tensor variable

    Examples
    --------
    >>> tile([1.0, 2.0], (2, 2)).eval().tolist()
    [[1.0, 2.0, 1.0, 2.0], [1.0, 2.0, 1.0, 2.0]]
    """
    x = as_tensor_variable(x)
    if ndim is not None:
        if isinstance(reps, (int, np.integer)) or getattr(reps, "ndim", None) == 0:
            reps = [reps]
        needed = max(x.ndim, pt.get_vector_length(pt.as_tensor_variable(reps)))
        if ndim < needed:
            raise ValueError(f"ndim should be at least {needed}, got {ndim}")
        x = pt.shape_padleft(x, ndim - x.ndim)
    return pt.tile(x, reps)


def flatten(x: Variable, ndim: "int | None" = None, outdim: "int | None" = None) -> Variable:
    """Flatten the last axes.

    Parameters
    ----------
    x : tensor variable
    ndim : int, default 1
        The number of dimensions of the result.
    outdim : int, optional
        Theano's older name for `ndim`.

    Returns
    -------
    tensor variable

    Examples
    --------
    >>> import numpy as np
    >>> flatten(np.ones((2, 3, 4)), 2).eval().shape
    (2, 12)
    """
    if ndim is not None and outdim is not None:
        raise ValueError("give ndim or its older name outdim, not both")
    given = 1 if ndim is outdim is None else outdim if ndim is None else ndim
    return pt.flatten(as_tensor_variable(x), plain_axis(given))


def topk(
    x: Variable,
    kth: Any,
    axis: "int | None" = -1,
    sorted: bool = True,
    idx_dtype: str = "int64",
) -> Variable:
    """Return the `kth` largest elements along an axis, the smallest of them first.

    Parameters
    ----------
    x : tensor variable
    kth : int
        How many; if negative, as many of the smallest.
    axis : int or None, default -1
        None takes all elements as a vector.
    sorted
        Taken as in Theano; the elements always come sorted.
    idx_dtype : str, default "int64"
        The dtype of indices.

    Returns
    -------
    tensor variable

    Examples
    --------
    >>> topk([3.0, 1.0, 2.0], 2).eval().tolist()
    [2.0, 3.0]
    >>> topk([[3.0, 1.0], [2.0, 5.0]], -2, axis=None).eval().tolist()
    [1.0, 2.0]
    """
    return topk_and_argtopk(x, kth, axis, sorted, idx_dtype)[0]


def argtopk(
    x: Variable,
    kth: Any,
    axis: "int | None" = -1,
    sorted: bool = True,
    idx_dtype: str = "int64",
) -> Variable:
    """Return the indices of what :func:`topk` returns."""
    return topk_and_argtopk(x, kth, axis, sorted, idx_dtype)[1]


def topk_and_argtopk(
    x: Variable,
    kth: Any,
    axis: "int | None" = -1,
    sorted: bool = True,
    idx_dtype: str = "int64",
) -> list[Variable]:
    """Return what :func:`topk` and :func:`argtopk` return."""
    x, axis = as_tensor_variable(x), plain_axis(axis)
    if isinstance(kth, Constant):
        kth = kth.data.item()
    if not isinstance(kth, Variable) and kth == 0:
        raise ValueError("topk needs kth != 0")
    if idx_dtype not in integer_dtypes:
        raise TypeError(f"idx_dtype should be an integer dtype, got {idx_dtype!r}")
    if axis is None:
        x, axis = pt.flatten(x), 0
    if not -x.ndim <= axis < x.ndim:
        raise IndexError(f"there is no axis {axis} in {x.type}")
    x = _has_enough(x, abs(kth) <= x.shape[axis])
    where = [slice(None)] * x.ndim
    if isinstance(kth, Variable):
        size = x.shape[axis]
        where[axis] = slice(pt.switch(kth > 0, size - kth, 0), pt.switch(kth > 0, size, -kth))
    else:
        where[axis] = slice(-kth, None) if kth > 0 else slice(None, -kth)
    order = pt.argsort(x, axis=axis)[tuple(where)]
    return [pt.take_along_axis(x, order, axis=axis), pt.cast(order, idx_dtype)]


_has_enough = CheckAndRaise(ValueError, "topk: kth is more than there are elements along the axis")
