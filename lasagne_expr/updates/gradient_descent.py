"""Stochastic gradient descent, plain and with momentum."""

from collections.abc import Iterable, Mapping
from typing import Any

import theano
from theano.compile import SharedVariable

from .base import Updates, checked_setting, each_param, in_dtype, state_like
from .gradients import in_type_of


def sgd(loss_or_grads: Any, params: "Iterable[SharedVariable]", learning_rate: Any) -> Updates:
    r"""Stochastic gradient descent: :math:`p \leftarrow p - \eta g`.

    Parameters
    ----------
    loss_or_grads : scalar tensor variable, or list of tensor variables
        The loss, or one gradient :math:`g` for each of `params`.
    params : list of shared variables
        The parameters :math:`p` to learn.
    learning_rate : float or scalar variable
        The step size :math:`\eta`.

    Returns
    -------
    dict
        The next value of each parameter.

    Raises
    ------
    ValueError, TypeError, theano.gradient.DisconnectedInputError
        As :func:`get_or_compute_grads` has it, and if a setting isn't a scalar within its bounds.

    Examples
    --------
    >>> import numpy as np, theano
    >>> w = theano.shared(np.array([4.0]))
    >>> sgd((w**2).sum(), [w], learning_rate=0.125)[w].eval().tolist()
    [3.0]
    """
    steps = _sgd_steps(loss_or_grads, params, learning_rate)
    return {param: param + step for param, step in steps.items()}


def _sgd_steps(loss_or_grads, params, learning_rate):
    learning_rate = checked_setting("learning_rate", learning_rate)
    scaled = each_param(loss_or_grads, params, learning_rate)
    return {param: -rate * grad for param, grad, rate in scaled}


def apply_momentum(
    updates: "Mapping[SharedVariable, theano.Variable]",
    params: "Iterable[SharedVariable] | None" = None,
    momentum: Any = 0.9,
) -> Updates:
    r"""Add momentum to updates, whatever made them.

    With the step :math:`s` by which the given updates would change a parameter :math:`p`:
    :math:`v \leftarrow \mu v + s` and :math:`p \leftarrow p + v`.

    Parameters
    ----------
    updates : dict
        The updates.
    params : list of shared variables, optional
        Those to which to add momentum; by default all that are updated. Name them if the updates
        contain an optimizer's states.
    momentum : float or scalar variable, default 0.9
        The part :math:`\mu` of the previous step that is taken again.

    Returns
    -------
    dict
        A copy of `updates` with momentum, and with the velocities :math:`v`.

    Raises
    ------
    ValueError, TypeError
        If one of `params` isn't updated, or `momentum` isn't a scalar of at least 0.

    Notes
    -----
    A higher momentum takes larger steps: to keep their size, scale the learning rate by
    ``1 - momentum``.

    Examples
    --------
    >>> import numpy as np, theano
    >>> w = theano.shared(np.array([4.0]))
    >>> updates = apply_momentum(sgd((w**2).sum(), [w], learning_rate=0.125), momentum=0.5)
    >>> updates[w].eval().tolist()
    [3.0]
    """
    return _with_momentum(updates, params, momentum, nesterov=False)


def _with_momentum(updates, params, momentum, nesterov):
    momentum = checked_setting("momentum", momentum, low=0)
    params = list(updates) if params is None else list(params)
    for param in params:
        if param not in updates:
            raise ValueError(f"can't add momentum to {param}: the updates don't contain it")
    steps = {param: in_type_of(updates[param], param) - param for param in params}
    return {**updates, **_momentum_updates(steps, momentum, nesterov)}


def _momentum_updates(steps, momentum, nesterov):
    updates = {}
    for param, step in steps.items():
        mu = in_dtype(momentum, param.dtype)
        velocity = state_like(param, "velocity")
        updates[velocity] = velocity_new = mu * velocity + step
        updates[param] = param + (mu * velocity_new + step if nesterov else velocity_new)
    return updates


def momentum(
    loss_or_grads: Any,
    params: "Iterable[SharedVariable]",
    learning_rate: Any,
    momentum: Any = 0.9,
) -> Updates:
    r"""Stochastic gradient descent with momentum.

    :math:`v \leftarrow \mu v - \eta g` and :math:`p \leftarrow p + v`.

    Parameters
    ----------
    loss_or_grads : scalar tensor variable, or list of tensor variables
        The loss, or one gradient :math:`g` for each of `params`.
    params : list of shared variables
        The parameters :math:`p` to learn.
    learning_rate : float or scalar variable
        The step size :math:`\eta`.
    momentum : float or scalar variable, default 0.9
        The part :math:`\mu` of the previous step that is taken again.

    Returns
    -------
    dict
        The next value of each parameter, and of its velocity :math:`v`.

    Raises
    ------
    ValueError, TypeError, theano.gradient.DisconnectedInputError
        As :func:`get_or_compute_grads` has it, and if a setting isn't a scalar within its bounds.

    Notes
    -----
    A higher momentum takes larger steps: to keep their size, scale the learning rate by
    ``1 - momentum``.

    References
    ----------
    Boris T. Polyak: Some methods of speeding up the convergence of iteration methods. USSR
    Computational Mathematics and Mathematical Physics 4, 1964.

    Examples
    --------
    >>> import numpy as np, theano
    >>> w = theano.shared(np.array([4.0]))
    >>> updates = momentum((w**2).sum(), [w], learning_rate=0.125, momentum=0.5)
    >>> updates[w].eval().tolist()
    [3.0]
    """
    steps = _sgd_steps(loss_or_grads, params, learning_rate)
    return _momentum_updates(steps, checked_setting("momentum", momentum, low=0), nesterov=False)


def apply_nesterov_momentum(
    updates: "Mapping[SharedVariable, theano.Variable]",
    params: "Iterable[SharedVariable] | None" = None,
    momentum: Any = 0.9,
) -> Updates:
    r"""Add Nesterov's momentum to updates, whatever made them.

    With the step :math:`s` by which the given updates would change a parameter :math:`p`:
    :math:`v \leftarrow \mu v + s` and :math:`p \leftarrow p + \mu v + s`.

    Parameters
    ----------
    updates : dict
        The updates.
    params : list of shared variables, optional
        Those to which to add momentum; by default all that are updated. Name them if the updates
        contain an optimizer's states.
    momentum : float or scalar variable, default 0.9
        The part :math:`\mu` of the previous step that is taken again.

    Returns
    -------
    dict
        A copy of `updates` with momentum, and with the velocities :math:`v`.

    Raises
    ------
    ValueError, TypeError
        If one of `params` isn't updated, or `momentum` isn't a scalar of at least 0.

    Examples
    --------
    >>> import numpy as np, theano
    >>> w = theano.shared(np.array([4.0]))
    >>> updates = apply_nesterov_momentum(sgd((w**2).sum(), [w], 0.125), momentum=0.5)
    >>> updates[w].eval().tolist()
    [2.5]
    """
    return _with_momentum(updates, params, momentum, nesterov=True)


def nesterov_momentum(
    loss_or_grads: Any,
    params: "Iterable[SharedVariable]",
    learning_rate: Any,
    momentum: Any = 0.9,
) -> Updates:
    r"""Stochastic gradient descent with Nesterov's momentum.

    :math:`v \leftarrow \mu v - \eta g` and :math:`p \leftarrow p + \mu v - \eta g`.

    Parameters
    ----------
    loss_or_grads : scalar tensor variable, or list of tensor variables
        The loss, or one gradient :math:`g` for each of `params`.
    params : list of shared variables
        The parameters :math:`p` to learn.
    learning_rate : float or scalar variable
        The step size :math:`\eta`.
    momentum : float or scalar variable, default 0.9
        The part :math:`\mu` of the previous step that is taken again.

    Returns
    -------
    dict
        The next value of each parameter, and of its velocity :math:`v`.

    Raises
    ------
    ValueError, TypeError, theano.gradient.DisconnectedInputError
        As :func:`get_or_compute_grads` has it, and if a setting isn't a scalar within its bounds.

    Notes
    -----
    The method takes the gradient where momentum will have brought the parameters. In this form the
    parameters are kept at that place, so that the gradient is the usual one.

    References
    ----------
    Yurii Nesterov: A method of solving a convex programming problem with convergence rate
    O(1/k^2). Soviet Mathematics Doklady 27, 1983.

    Yoshua Bengio, Nicolas Boulanger-Lewandowski and Razvan Pascanu: Advances in optimizing
    recurrent networks. ICASSP 2013, section 3.5, for this form.

    Examples
    --------
    >>> import numpy as np, theano
    >>> w = theano.shared(np.array([4.0]))
    >>> updates = nesterov_momentum((w**2).sum(), [w], learning_rate=0.125, momentum=0.5)
    >>> updates[w].eval().tolist()
    [2.5]
    """
    steps = _sgd_steps(loss_or_grads, params, learning_rate)
    return _momentum_updates(steps, checked_setting("momentum", momentum, low=0), nesterov=True)
