"""Gradients of a loss with respect to parameters, or those that are given."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import theano
import theano.tensor as T
from theano.compile import SharedVariable


def get_or_compute_grads(
    loss_or_grads: Any, params: "Iterable[SharedVariable]"
) -> "list[theano.Variable]":
    """Take the gradients of a loss, or check gradients that are given.

    Parameters
    ----------
    loss_or_grads : scalar tensor variable, or list of tensor variables
        The loss, or one gradient for each of `params`.
    params : list of shared variables
        The shared variables to learn.

    Returns
    -------
    list of tensor variables
        One gradient for each shared variable, of its dtype: the list that was given, if its
        gradients are so already.

    Raises
    ------
    ValueError
        If `params` isn't a list of different shared variables of float dtype, or if the number or
        the dimensions of given gradients don't fit.
    TypeError
        If the loss isn't a scalar.
    theano.gradient.DisconnectedInputError
        If the loss doesn't depend on a shared variable.

    Examples
    --------
    >>> import numpy as np, theano
    >>> w = theano.shared(np.array([1.0, 2.0]))
    >>> grad, = get_or_compute_grads((w**2).sum(), [w])
    >>> grad.eval().tolist()
    [2.0, 4.0]
    """
    grads = [grad for _, grad in params_with_grads(loss_or_grads, params)]
    is_list = isinstance(loss_or_grads, list)
    unchanged = is_list and all(grad is given for grad, given in zip(grads, loss_or_grads))
    return loss_or_grads if unchanged else grads


def params_with_grads(loss_or_grads: Any, params: "Iterable[SharedVariable]") -> "list[tuple]":
    """Pair parameters with their gradients, after checks of both."""
    params = _checked_params(params)
    if isinstance(loss_or_grads, (list, tuple)):
        grads = loss_or_grads
        if len(grads) != len(params):
            raise ValueError(f"got {len(grads)} gradients for {len(params)} params")
    else:
        grads = _grads_of_loss(loss_or_grads, params)
    return [(param, _fitted_grad(grad, param)) for param, grad in zip(params, grads, strict=True)]


def _checked_params(params):
    if isinstance(params, theano.Variable) or not isinstance(params, Iterable):
        raise ValueError(f"params should be a list of shared variables, got {params}")
    params = list(params)
    for param in params:
        if not isinstance(param, SharedVariable):
            raise ValueError(
                f"params should contain shared variables only, but {param} is none. To learn what "
                "an expression is made of, pass its shared variables: "
                "layers.get_all_params(layer, trainable=True) lists those of a network, "
                "utils.collect_shared_vars(expression) those of an expression"
            )
        if getattr(param, "dtype", None) not in T.float_dtypes:
            raise ValueError(
                f"params should be of a float dtype, but {param} is of {param.type}: leave it out"
            )
    repeated = [str(param) for param, times in Counter(params).items() if times > 1]
    if repeated:
        raise ValueError(f"params contain {', '.join(repeated)} more than once")
    return params


def _grads_of_loss(loss, params):
    if not isinstance(loss, theano.Variable):
        raise TypeError(f"the loss should be a scalar Theano variable, got {loss!r}")
    if loss.ndim:
        raise TypeError(
            f"the loss should be a scalar, but has {loss.ndim} dimensions: use loss.mean(), or "
            "objectives.aggregate(loss)"
        )
    try:
        return theano.grad(loss, params)
    except theano.gradient.DisconnectedInputError as error:
        names = ", ".join(str(param) for param in _disconnected(loss, params))
        raise theano.gradient.DisconnectedInputError(
            f"the loss doesn't depend on {names}, or not in a way that has a gradient: leave it "
            "out of params, or mend the loss"
        ) from error


def _disconnected(loss, params):
    below = set(theano.gof.graph.inputs([loss]))
    absent = [param for param in params if param not in below]
    return absent or [param for param in params if not _has_grad(loss, param)]


def _has_grad(loss, param):
    try:
        theano.grad(loss, param)
    except theano.gradient.DisconnectedInputError:
        return False
    return True


def _fitted_grad(grad, param):
    """Check that a gradient is of a parameter's shape, and give it its type."""
    if not isinstance(grad, theano.Variable):
        grad = T.as_tensor_variable(grad)
    if grad.ndim != param.ndim:
        raise ValueError(
            f"the gradient of {param} has {grad.ndim} dimensions, but {param} has {param.ndim}"
        )
    return in_type_of(grad, param)


def in_type_of(x: theano.Variable, param: SharedVariable) -> theano.Variable:
    """Give a tensor a parameter's dtype and broadcasting, which its update must have."""
    if x.dtype != param.dtype:
        x = T.cast(x, param.dtype)
    if tuple(x.broadcastable) != tuple(param.broadcastable):
        x = T.patternbroadcast(x, param.broadcastable)
    return x
