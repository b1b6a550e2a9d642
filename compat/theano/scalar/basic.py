"""Operations on single numbers, where pickles of Theano look for them."""

from collections.abc import Callable
from typing import Any

from pytensor.scalar.basic import *
from pytensor.scalar.basic import Reciprocal as Inv
from pytensor.scalar.basic import ScalarType as Scalar
from pytensor.scalar.basic import Sign as Sgn
from pytensor.scalar.basic import abs as abs_
from pytensor.scalar.basic import complex_types, float64, int64, upcast
from pytensor.scalar.basic import reciprocal as inv
from pytensor.scalar.basic import sign as sgn
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.scalar.basic")


class transfer_type:
    """Rules for the types of an operation's outputs, which pickled operations refer to.

    Parameters
    ----------
    *transfer : int or callable
        For each output, the position of the input whose type it has, or a function of the inputs'
        types.
    """

    def __init__(self, *transfer: "int | Callable"):
        self.transfer = transfer

    def __call__(self, *types: Any) -> list:
        return [rule(*types) if callable(rule) else types[rule] for rule in self.transfer]


def float_out_nocomplex(*types: Scalar) -> tuple:
    """Tell an operation's output type: float64; a TypeError for complex inputs.

    Examples
    --------
    >>> float_out_nocomplex(int64)
    (ScalarType(float64),)
    """
    _refuse_complex(types)
    return (float64,)


def int_out_nocomplex(*types: Scalar) -> tuple:
    """Tell an operation's output type: int64; a TypeError for complex inputs."""
    _refuse_complex(types)
    return (int64,)


def _refuse_complex(types):
    if any(given in complex_types for given in types):
        raise TypeError(f"complex arguments aren't supported, got {types}")


def as_common_dtype(*vars: Any) -> tuple:
    """Cast variables to the narrowest dtype that holds the values of all.

    Parameters
    ----------
    *vars : scalars or tensors

    Returns
    -------
    tuple of variables

    Examples
    --------
    >>> import theano.tensor as T
    >>> [x.dtype for x in as_common_dtype(T.bvector(), T.fvector())]
    ['float32', 'float32']
    """
    dtype = upcast(*(x.dtype for x in vars))
    return tuple(x.astype(dtype) for x in vars)
