"""Small tools that the rest of the library, and its users, share."""

import inspect
import numbers
from collections.abc import Callable, Hashable, Iterable
from typing import Any

import numpy as np
import theano
import theano.tensor as T

from .errors import ParameterTypeError
from .parameters import as_theano_expression, collect_shared_vars, create_param, tagged

__all__ = [
    "as_theano_expression",
    "as_tuple",
    "collect_shared_vars",
    "compute_norms",
    "create_param",
    "floatX",
    "inspect_kwargs",
    "one_hot",
    "shared_empty",
    "tagged",
    "unique",
    "unroll_scan",
]


def floatX(arr: Any) -> np.ndarray:
    """Convert to an array of dtype ``theano.config.floatX``.

    Parameters
    ----------
    arr : array_like
        Numbers of any dtype.

    Returns
    -------
    array of dtype floatX

    Examples
    --------
    >>> import theano
    >>> floatX([1, 2]).dtype == theano.config.floatX
    True
    """
    return np.asarray(arr, dtype=theano.config.floatX)


def shared_empty(dim: int = 2, dtype: "str | None" = None) -> theano.compile.SharedVariable:
    """Make a shared variable whose value is to be set later.

    Parameters
    ----------
    dim : int, default 2
        The number of dimensions.
    dtype : str, default floatX
        The dtype.

    Returns
    -------
    shared variable
        Its value is a single zero.

    Examples
    --------
    >>> shared_empty(3).get_value().shape
    (1, 1, 1)
    """
    return theano.shared(np.zeros((1,) * dim, dtype=dtype or theano.config.floatX))


def one_hot(x: Any, m: "int | None" = None) -> theano.Variable:
    """Encode integers as rows of an identity matrix.

    Parameters
    ----------
    x : integer vector (or array_like)
        The classes, counted from 0.
    m : int, optional
        The number of classes; by default one more than the largest of `x`.

    Returns
    -------
    matrix expression of dtype floatX, shape ``(len(x), m)``

    Examples
    --------
    >>> one_hot([2, 0], m=3).eval().tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    x = T.as_tensor_variable(x)
    if x.dtype not in T.discrete_dtypes:
        raise TypeError(f"classes should be integers, got dtype {x.dtype}")
    if m is None:
        m = T.cast(T.max(x) + 1, "int32")
    return T.cast(T.eq(x.dimshuffle(0, "x"), T.arange(m).dimshuffle("x", 0)), theano.config.floatX)


def unique(l: Iterable[Hashable]) -> list:  # noqa: E741 (Lasagne's name)
    """Drop repeated items, keeping the first of each.

    Parameters
    ----------
    l : iterable of hashable objects

    Returns
    -------
    list

    Examples
    --------
    >>> unique([3, 1, 3, 2, 1])
    [3, 1, 2]
    """
    return list(dict.fromkeys(l))


def as_tuple(x: Any, N: int, t: "type | tuple | None" = None) -> tuple:
    """Make a tuple of a given length from an iterable or a single value.

    Parameters
    ----------
    x : iterable of length `N`, or a single value
        A single value is repeated.
    N : int
        The length.
    t : type or tuple of types, optional
        What every item must be an instance of.

    Returns
    -------
    tuple of length `N`

    Raises
    ------
    TypeError
        If an item isn't of type `t`.
    ValueError
        If an iterable hasn't length `N`.

    Examples
    --------
    >>> as_tuple(3, 2)
    (3, 3)
    """
    try:
        items = tuple(x)
    except TypeError:
        items = (x,) * N
    if t is not None and not all(_is_of_type(item, t) for item in items):
        names = " or ".join(dict.fromkeys(map(_name_of_type, t if isinstance(t, tuple) else (t,))))
        raise TypeError(f"expected a single value or an iterable of {names}, got {x!r}")
    if len(items) != N:
        raise ValueError(f"expected a single value or an iterable of length {N}, got {x!r}")
    return items


def _name_of_type(t):
    return "int" if t in (numbers.Integral, np.integer) else t.__name__


def _is_of_type(item, t):
    # To Python, True is an integer; where a size is meant, it's a mistake.
    return isinstance(item, t) and (t is bool or not isinstance(item, bool))


def inspect_kwargs(func: Callable) -> list[str]:
    """List the names of a function's optional arguments.

    Parameters
    ----------
    func : callable

    Returns
    -------
    list of str
        The names of all parameters that have a default.

    Examples
    --------
    >>> inspect_kwargs(lambda x, rate=0.1, **kwargs: x)
    ['rate']
    """
    try:
        parameters = inspect.signature(func).parameters.values()
    except (TypeError, ValueError):  # some builtins have no signature
        return []
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [p.name for p in parameters if p.kind in named and p.default is not p.empty]


def compute_norms(
    array: "np.ndarray | theano.Variable", norm_axes: "Iterable[int] | None" = None
) -> "np.ndarray | theano.Variable":
    """Compute the L2 norms of the incoming weights of each unit.

    Parameters
    ----------
    array : array or tensor variable
        Weights of a dense layer (matrix, ``(inputs, units)``), filters of a convolution
        (3 to 5 dimensions, units first), or a vector.
    norm_axes : iterable of int, optional
        The axes over which to sum squares. By default 0 for a matrix, all but the first for
        filters, and none for a vector (whose norms are its absolute values).

    Returns
    -------
    array or tensor variable
        One norm per unit: a vector, or with `norm_axes` what these axes leave.

    Raises
    ------
    ValueError
        If there are no default axes for the array's number of dimensions.
    TypeError
        If `array` is neither an array nor a tensor variable; a RuntimeError, too.

    Examples
    --------
    >>> import numpy as np
    >>> compute_norms(np.array([[3.0, 0.0], [4.0, 2.0]])).tolist()
    [5.0, 2.0]
    """
    if not isinstance(array, (np.ndarray, theano.Variable)):
        raise ParameterTypeError(
            f"expected an array or a tensor variable, got {type(array).__name__}"
        )
    if norm_axes is not None:
        axes = tuple(norm_axes)
    elif array.ndim == 1:
        return abs(array)
    else:
        axes = default_norm_axes(array.ndim)
    if isinstance(array, theano.Variable):
        return T.sqrt(T.sum(array**2, axis=axes))
    return np.sqrt(np.sum(array**2, axis=axes))


def default_norm_axes(ndim: int) -> tuple:
    """Tell over which axes of weights the norm of a unit's incoming weights is taken."""
    if ndim == 2:
        return (0,)
    if ndim in (3, 4, 5):
        return tuple(range(1, ndim))
    raise ValueError(f"no default norm axes for {ndim} dimensions: give norm_axes")


def unroll_scan(
    fn: Callable,
    sequences: Any,
    outputs_info: Any,
    non_sequences: Any,
    n_steps: int,
    go_backwards: bool = False,
) -> list:
    """Write the steps of a loop out, as `theano.scan` would compute them one after another.

    It takes longer to compile than `theano.scan`, and is often faster to run.

    Parameters
    ----------
    fn : callable
        The step: takes an element of each sequence, the previous outputs, and the non-sequences;
        returns the new outputs, as one expression or a list of them.
    sequences : tensor variable or list of tensor variables
        What to iterate over, along the first axis.
    outputs_info : list of tensor variables
        The first previous outputs.
    non_sequences : list of tensor variables
        What each step is given as it is.
    n_steps : int
        The number of steps.
    go_backwards : bool, default False
        Whether to go from the last step's element to the first's.

    Returns
    -------
    list of tensor variables
        For each output its values at all steps, along a new first axis.

    Raises
    ------
    ValueError
        If `n_steps` isn't a positive integer.

    Examples
    --------
    >>> import theano.tensor as T
    >>> x = T.constant([1.0, 2.0, 3.0])
    >>> total, = unroll_scan(lambda x, before: before + x, x, [T.constant(0.0)], [], 3)
    >>> total.eval().tolist()
    [1.0, 3.0, 6.0]
    """
    if not isinstance(n_steps, numbers.Integral) or n_steps < 1:
        raise ValueError(f"n_steps should be a positive integer, got {n_steps!r}")
    if not isinstance(sequences, (list, tuple)):
        sequences = [sequences]
    steps = range(n_steps)
    previous, history = list(outputs_info), []
    for step in reversed(steps) if go_backwards else steps:
        outputs = fn(*(s[step] for s in sequences), *previous, *non_sequences)
        previous = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        history.append(previous)
    return [T.stack(values) for values in zip(*history)]
