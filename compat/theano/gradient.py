"""Gradients of graphs."""

from collections.abc import Sequence
from typing import Any

from pytensor.gradient import (
    DisconnectedInputError,
    DisconnectedType,
    NullTypeGradError,
    disconnected_grad,
    disconnected_type,
    grad,
    grad_clip,
    grad_not_implemented,
    grad_scale,
    grad_undefined,
    hessian,
    jacobian,
    pullback,
    pushforward,
    subgraph_grad,
    verify_grad,
    zero_grad,
)
from theano.missing import explain_missing

__all__ = [
    "DisconnectedInputError",
    "DisconnectedType",
    "Lop",
    "NullTypeGradError",
    "Rop",
    "consider_constant",
    "disconnected_grad",
    "disconnected_type",
    "grad",
    "grad_clip",
    "grad_not_implemented",
    "grad_scale",
    "grad_undefined",
    "hessian",
    "jacobian",
    "subgraph_grad",
    "verify_grad",
    "zero_grad",
]


def Lop(
    f: Any,
    wrt: Any,
    eval_points: Any,
    consider_constant: "Sequence | None" = None,
    disconnected_inputs: str = "raise",
) -> Any:
    """Multiply a vector by the Jacobian of `f` with respect to `wrt`, from the left.

    Parameters
    ----------
    f, wrt : variable or list of variables
    eval_points : variable or list of variables
        The vector: as many, and of the shapes, as `f`.
    consider_constant : list of variables, optional
        What not to differentiate through.
    disconnected_inputs : {"raise", "warn", "ignore"}, default "raise"
        What to do with one of `wrt` that `f` doesn't depend on.

    Returns
    -------
    variable or list of variables
        As many, and of the shapes, as `wrt`.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> x, v = T.dvectors("x", "v")
    >>> theano.function([x, v], Lop(x ** 2, x, v))([1.0, 2.0], [1.0, 1.0]).tolist()
    [2.0, 4.0]
    """
    return pullback(
        f,
        wrt,
        eval_points,
        consider_constant=consider_constant,
        disconnected_inputs=disconnected_inputs,
    )


def Rop(
    f: Any,
    wrt: Any,
    eval_points: Any,
    disconnected_outputs: str = "raise",
    return_disconnected: str = "zero",
) -> Any:
    """Multiply the Jacobian of `f` with respect to `wrt` by a vector, from the right.

    Parameters
    ----------
    f, wrt : variable or list of variables
    eval_points : variable or list of variables
        The vector: as many, and of the shapes, as `wrt`.
    disconnected_outputs : {"raise", "warn", "ignore"}, default "raise"
        What to do with one of `f` that doesn't depend on `wrt`.
    return_disconnected : {"zero", "none", "disconnected"}, default "zero"
        What to return for it.

    Returns
    -------
    variable or list of variables
        As many, and of the shapes, as `f`.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> x, v = T.dvectors("x", "v")
    >>> theano.function([x, v], Rop(x ** 2, x, v))([1.0, 2.0], [1.0, 1.0]).tolist()
    [2.0, 4.0]
    """
    return pushforward(
        f,
        wrt,
        eval_points,
        disconnected_outputs=disconnected_outputs,
        return_disconnected=return_disconnected,
    )


# Theano's older name: the gradient stops here, and is zero.
consider_constant = zero_grad

__getattr__ = explain_missing(__name__, "pytensor.gradient")
