"""Operations that compilation makes, and operations made of Python functions."""

from collections.abc import Callable
from typing import Any

from pytensor.compile.ops import (
    DeepCopyOp,
    FromFunctionOp,
    ViewOp,
    deep_copy_op,
    register_deep_copy_op_c_code,
    register_view_op_c_code,
    view_op,
    wrap_py,
)
from pytensor.tensor.shape import (
    Shape,
    Shape_i,
    SpecifyShape,
    shape,
    shape_i,
    specify_shape,
)
from theano.missing import explain_missing
from theano.ops.rebroadcast import Rebroadcast

__getattr__ = explain_missing(__name__, "pytensor.compile.ops", "pytensor.tensor.shape")


def as_op(itypes: Any, otypes: Any, infer_shape: "Callable | None" = None) -> Callable:
    """Make an operation of a function of arrays; a decorator.

    Parameters
    ----------
    itypes, otypes : type or list of types
        The types of inputs and outputs, such as ``theano.tensor.dvector``.
    infer_shape : callable, optional
        A function of the node and a list of the inputs' shapes, which returns a list of the
        outputs' shapes.

    Returns
    -------
    callable
        Makes of a function an operation, which has no gradient. JAX can't compile it, so PyTensor
        interprets what it is part of.

    Examples
    --------
    >>> import numpy as np, theano, theano.tensor as T, warnings
    >>> @as_op(itypes=[T.dvector], otypes=[T.dvector])
    ... def flip(x):
    ...     return np.flip(x)
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     flip(T.constant([1.0, 2.0])).eval().tolist()
    [2.0, 1.0]
    """
    shapes = None
    if infer_shape is not None:
        if not callable(infer_shape):
            raise TypeError("infer_shape needs to be a function")

        def shapes(*arguments):
            # (fgraph, node, shapes), or without fgraph, depending on PyTensor's version.
            return infer_shape(*arguments[-2:])

    return wrap_py(itypes, otypes, shapes)


def shape_i_op(i: int) -> Shape_i:
    """Return the operation that computes the size of axis `i`."""
    return Shape_i(i)
