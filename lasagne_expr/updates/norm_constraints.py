"""Limits of norms: of each unit's weights, or of all gradients together."""

from collections.abc import Iterable
from typing import Any

import theano
import theano.tensor as T

from ..utils import default_norm_axes
from .base import checked_setting, in_dtype


def norm_constraint(
    tensor_var: theano.Variable,
    max_norm: Any,
    norm_axes: "Iterable[int] | None" = None,
    epsilon: float = 1e-7,
) -> theano.Variable:
    """Scale down the incoming weights of each unit whose L2 norm exceeds a maximum.

    Parameters
    ----------
    tensor_var : tensor variable
        Weights, or their update.
    max_norm : float or scalar variable
        The largest norm allowed; above 0.
    norm_axes : iterable of int, optional
        The axes over which to sum squares. By default those of a unit's incoming weights: 0 for
        the weights of a dense layer (a matrix), and all but the first for filters (3 to 5
        dimensions).
    epsilon : float, default 1e-7
        What keeps the denominator above 0.

    Returns
    -------
    tensor variable
        The constrained weights, of the same shape and dtype.

    Raises
    ------
    ValueError
        If `norm_axes` isn't given for a tensor that isn't of 2 to 5 dimensions, or `max_norm`
        isn't above 0.

    Examples
    --------
    Apply it to the update of a weight matrix:

    >>> import numpy as np, theano
    >>> from lasagne_expr.updates import sgd
    >>> w = theano.shared(np.array([[3.0, 0.3], [4.0, 0.4]]))
    >>> updates = sgd(w.sum(), [w], learning_rate=0.0)
    >>> updates[w] = norm_constraint(updates[w], max_norm=2.5)
    >>> updates[w].eval().round(3).tolist()
    [[1.5, 0.3], [2.0, 0.4]]
    """
    max_norm = in_dtype(_max_norm(max_norm), tensor_var.dtype)
    epsilon = in_dtype(checked_setting("epsilon", epsilon, low=0), tensor_var.dtype)
    axes = default_norm_axes(tensor_var.ndim) if norm_axes is None else tuple(norm_axes)
    norms = T.sqrt(T.sum(T.sqr(tensor_var), axis=axes, keepdims=True))
    return tensor_var * (T.minimum(norms, max_norm) / (norms + epsilon))


def _max_norm(value):
    value = checked_setting("max_norm", value, low=0)
    if isinstance(value, float) and value == 0:
        raise ValueError("max_norm should be above 0")
    return value


def total_norm_constraint(
    tensor_vars: "Iterable[theano.Variable]",
    max_norm: Any,
    epsilon: float = 1e-7,
    return_norm: bool = False,
) -> "list[theano.Variable] | tuple[list[theano.Variable], theano.Variable]":
    """Scale down several tensors if their joint L2 norm exceeds a maximum.

    It keeps steps small where gradients explode, as in recurrent networks.

    Parameters
    ----------
    tensor_vars : list of tensor variables
        Gradients, or other tensors.
    max_norm : float or scalar variable
        The largest norm allowed of all tensors together; above 0.
    epsilon : float, default 1e-7
        What keeps the denominator above 0.
    return_norm : bool, default False
        Whether to return the norm before scaling, too.

    Returns
    -------
    list of tensor variables
        The scaled tensors, in the same order and of the same dtypes.
    scalar tensor variable
        The norm of all; only if `return_norm`.

    Raises
    ------
    ValueError
        If there is no tensor, or `max_norm` isn't above 0.

    References
    ----------
    Ilya Sutskever, Oriol Vinyals and Quoc V. Le: Sequence to sequence learning with neural
    networks. NIPS 2014, section 3.4.

    Razvan Pascanu, Tomas Mikolov and Yoshua Bengio: On the difficulty of training recurrent neural
    networks. ICML 2013, algorithm 1.

    Examples
    --------
    >>> import numpy as np, theano
    >>> from lasagne_expr.updates import sgd
    >>> w = theano.shared(np.array([3.0, 4.0]))
    >>> grads = theano.grad((w**2).sum() / 2, [w])
    >>> grads, norm = total_norm_constraint(grads, max_norm=1, return_norm=True)
    >>> float(norm.eval()), grads[0].eval().round(3).tolist()
    (5.0, [0.6, 0.8])
    >>> updates = sgd(grads, [w], learning_rate=0.1)
    """
    tensor_vars = list(tensor_vars)
    if not tensor_vars:
        raise ValueError("total_norm_constraint needs at least one tensor")
    norm = T.sqrt(sum(T.sum(T.sqr(tensor)) for tensor in tensor_vars))
    max_norm = in_dtype(_max_norm(max_norm), norm.dtype)
    epsilon = in_dtype(checked_setting("epsilon", epsilon, low=0), norm.dtype)
    factor = T.minimum(norm, max_norm) / (norm + epsilon)
    scaled = [tensor * T.cast(factor, tensor.dtype) for tensor in tensor_vars]
    return (scaled, norm) if return_norm else scaled
