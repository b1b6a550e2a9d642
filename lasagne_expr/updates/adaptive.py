"""Optimizers with adaptive learning rates: every element has a step size of its own."""

from collections.abc import Iterable
from typing import Any

import theano.tensor as T
from theano.compile import SharedVariable

from .base import (
    Updates,
    checked_decay,
    checked_setting,
    complement_of_power,
    each_param,
    in_dtype,
    state_like,
    step_counter,
)


def adagrad(
    loss_or_grads: Any,
    params: "Iterable[SharedVariable]",
    learning_rate: Any = 1.0,
    epsilon: Any = 1e-6,
) -> Updates:
    r"""Adagrad: a smaller step for what had large gradients since the start.

    :math:`a \leftarrow a + g^2` and :math:`p \leftarrow p - \eta g / \sqrt{a + \epsilon}`.

    Parameters
    ----------
    loss_or_grads : scalar tensor variable, or list of tensor variables
        The loss, or one gradient :math:`g` for each of `params`.
    params : list of shared variables
        The parameters :math:`p` to learn.
    learning_rate : float or scalar variable, default 1.0
        The step size :math:`\eta`.
    epsilon : float or scalar variable, default 1e-6
        What keeps the denominator above 0.

    Returns
    -------
    dict
        The next value of each parameter, and of its sum :math:`a` of squared gradients.

    Raises
    ------
    ValueError, TypeError, theano.gradient.DisconnectedInputError
        As :func:`get_or_compute_grads` has it, and if a setting isn't a scalar within its bounds.

    References
    ----------
    John Duchi, Elad Hazan and Yoram Singer: Adaptive subgradient methods for online learning and
    stochastic optimization. Journal of Machine Learning Research 12, 2011.

    Chris Dyer: Notes on AdaGrad. 2013.

    Examples
    --------
    >>> import numpy as np, theano
    >>> w = theano.shared(np.array([4.0]))
    >>> adagrad((w**2).sum(), [w])[w].eval().round(3).tolist()
    [3.0]
    """
    learning_rate = checked_setting("learning_rate", learning_rate)
    epsilon = checked_setting("epsilon", epsilon, low=0)
    updates = {}
    for param, grad, rate, eps in each_param(loss_or_grads, params, learning_rate, epsilon):
        accu = state_like(param, "accu")
        updates[accu] = accu_new = accu + T.sqr(grad)
        updates[param] = param - rate * grad / T.sqrt(accu_new + eps)
    return updates


def rmsprop(
    loss_or_grads: Any,
    params: "Iterable[SharedVariable]",
    learning_rate: Any = 1.0,
    rho: Any = 0.9,
    epsilon: Any = 1e-6,
) -> Updates:
    r"""RMSProp: steps divided by the root of a moving average of squared gradients.

    :math:`a \leftarrow \rho a + (1 - \rho) g^2` and
    :math:`p \leftarrow p - \eta g / \sqrt{a + \epsilon}`.

    Parameters
    ----------
    loss_or_grads : scalar tensor variable, or list of tensor variables
        The loss, or one gradient :math:`g` for each of `params`.
    params : list of shared variables
        The parameters :math:`p` to learn.
    learning_rate : float or scalar variable, default 1.0
        The step size :math:`\eta`.
    rho : float or scalar variable, default 0.9
        How much :math:`\rho` of the average is kept in each step: close to 1 it changes slowly.
    epsilon : float or scalar variable, default 1e-6
        What keeps the denominator above 0.

    Returns
    -------
    dict
        The next value of each parameter, and of its average :math:`a`.

    Raises
    ------
    ValueError, TypeError, theano.gradient.DisconnectedInputError
        As :func:`get_or_compute_grads` has it, and if a setting isn't a scalar within its bounds.

    References
    ----------
    Tijmen Tieleman and Geoffrey Hinton: Lecture 6.5, RMSProp. Coursera: Neural Networks for
    Machine Learning, 2012.

    Examples
    --------
    >>> import numpy as np, theano
    >>> w = theano.shared(np.array([4.0]))
    >>> rmsprop((w**2).sum(), [w], learning_rate=0.1, rho=0.75)[w].eval().round(3).tolist()
    [3.8]
    """
    learning_rate = checked_setting("learning_rate", learning_rate)
    epsilon = checked_setting("epsilon", epsilon, low=0)
    settings = (learning_rate, *checked_decay("rho", rho), epsilon)
    updates = {}
    for param, grad, rate, keep, add, eps in each_param(loss_or_grads, params, *settings):
        accu = state_like(param, "accu")
        updates[accu] = accu_new = keep * accu + add * T.sqr(grad)
        updates[param] = param - rate * grad / T.sqrt(accu_new + eps)
    return updates


def adadelta(
    loss_or_grads: Any,
    params: "Iterable[SharedVariable]",
    learning_rate: Any = 1.0,
    rho: Any = 0.95,
    epsilon: Any = 1e-6,
) -> Updates:
    r"""Adadelta: steps in the parameters' own units, as large as the recent ones were.

    :math:`a \leftarrow \rho a + (1 - \rho) g^2`, then with
    :math:`s = g \sqrt{d + \epsilon} / \sqrt{a + \epsilon}`, :math:`p \leftarrow p - \eta s` and
    :math:`d \leftarrow \rho d + (1 - \rho) s^2`.

    Parameters
    ----------
    loss_or_grads : scalar tensor variable, or list of tensor variables
        The loss, or one gradient :math:`g` for each of `params`.
    params : list of shared variables
        The parameters :math:`p` to learn.
    learning_rate : float or scalar variable, default 1.0
        A factor :math:`\eta` of the steps; 1 is the paper's method.
    rho : float or scalar variable, default 0.95
        How much :math:`\rho` of the averages is kept in each step.
    epsilon : float or scalar variable, default 1e-6
        What the first steps are made from; what keeps the denominator above 0.

    Returns
    -------
    dict
        The next value of each parameter, and of its averages :math:`a` and :math:`d`.

    Raises
    ------
    ValueError, TypeError, theano.gradient.DisconnectedInputError
        As :func:`get_or_compute_grads` has it, and if a setting isn't a scalar within its bounds.

    References
    ----------
    Matthew D. Zeiler: ADADELTA: an adaptive learning rate method. arXiv:1212.5701, 2012,
    algorithm 1.

    Examples
    --------
    >>> import numpy as np, theano
    >>> w = theano.shared(np.array([4.0]))
    >>> adadelta((w**2).sum(), [w], rho=0.75, epsilon=0.01)[w].eval().round(3).tolist()
    [3.8]
    """
    learning_rate = checked_setting("learning_rate", learning_rate)
    epsilon = checked_setting("epsilon", epsilon, low=0)
    settings = (learning_rate, *checked_decay("rho", rho), epsilon)
    updates = {}
    for param, grad, rate, keep, add, eps in each_param(loss_or_grads, params, *settings):
        accu, delta = state_like(param, "accu"), state_like(param, "delta")
        updates[accu] = accu_new = keep * accu + add * T.sqr(grad)
        step = grad * T.sqrt(delta + eps) / T.sqrt(accu_new + eps)
        updates[delta] = keep * delta + add * T.sqr(step)
        updates[param] = param - rate * step
    return updates


def adam(
    loss_or_grads: Any,
    params: "Iterable[SharedVariable]",
    learning_rate: Any = 0.001,
    beta1: Any = 0.9,
    beta2: Any = 0.999,
    epsilon: Any = 1e-8,
) -> Updates:
    r"""Adam: steps along an average gradient, of about the same size for each parameter.

    In step :math:`t`, :math:`m \leftarrow \beta_1 m + (1 - \beta_1) g`,
    :math:`v \leftarrow \beta_2 v + (1 - \beta_2) g^2`, and
    :math:`p \leftarrow p - \eta_t m / (\sqrt{v} + \epsilon)` with
    :math:`\eta_t = \eta \sqrt{1 - \beta_2^t} / (1 - \beta_1^t)`.

    Parameters
    ----------
    loss_or_grads : scalar tensor variable, or list of tensor variables
        The loss, or one gradient :math:`g` for each of `params`.
    params : list of shared variables
        The parameters :math:`p` to learn.
    learning_rate : float or scalar variable, default 0.001
        The step size :math:`\eta`.
    beta1, beta2 : float or scalar variable, defaults 0.9 and 0.999
        How much of the averages :math:`m` and :math:`v` is kept in each step.
    epsilon : float or scalar variable, default 1e-8
        What keeps the denominator above 0.

    Returns
    -------
    dict
        The next value of each parameter, of its averages, and of the number of steps.

    Raises
    ------
    ValueError, TypeError, theano.gradient.DisconnectedInputError
        As :func:`get_or_compute_grads` has it, and if a setting isn't a scalar within its bounds.

    References
    ----------
    Diederik P. Kingma and Jimmy Ba: Adam: a method for stochastic optimization. ICLR 2015,
    algorithm 1 in the more efficient order at the end of section 2.

    Examples
    --------
    >>> import numpy as np, theano
    >>> w = theano.shared(np.array([4.0]))
    >>> adam((w**2).sum(), [w], learning_rate=0.1)[w].eval().round(3).tolist()
    [3.9]
    """
    return _adam(loss_or_grads, params, learning_rate, beta1, beta2, epsilon, keep_largest=False)


def _adam(loss_or_grads, params, learning_rate, beta1, beta2, epsilon, keep_largest):
    learning_rate = checked_setting("learning_rate", learning_rate)
    epsilon = checked_setting("epsilon", epsilon, low=0)
    beta1, rest1 = checked_decay("beta1", beta1)
    beta2, rest2 = checked_decay("beta2", beta2)
    updates = {}
    steps, t = step_counter()
    warm_up = T.sqrt(complement_of_power(beta2, t)) / complement_of_power(beta1, t)
    rate = in_dtype(learning_rate, t.dtype) * warm_up
    settings = (rate, beta1, rest1, beta2, rest2, epsilon)
    for param, grad, rate, b1, r1, b2, r2, eps in each_param(loss_or_grads, params, *settings):
        m, v = state_like(param, "m"), state_like(param, "v")
        updates[m] = m_new = b1 * m + r1 * grad
        updates[v] = v_new = b2 * v + r2 * T.sqr(grad)
        if keep_largest:
            v_max = state_like(param, "v_max")
            updates[v_max] = v_new = T.maximum(v_max, v_new)
        updates[param] = param - rate * m_new / (T.sqrt(v_new) + eps)
    return {**updates, steps: T.cast(t, steps.dtype)} if updates else {}


def adamax(
    loss_or_grads: Any,
    params: "Iterable[SharedVariable]",
    learning_rate: Any = 0.002,
    beta1: Any = 0.9,
    beta2: Any = 0.999,
    epsilon: Any = 1e-8,
) -> Updates:
    r"""Adamax: Adam with the largest recent gradient in place of the average square.

    In step :math:`t`, :math:`m \leftarrow \beta_1 m + (1 - \beta_1) g`,
    :math:`u \leftarrow \max(\beta_2 u, |g|)`, and
    :math:`p \leftarrow p - \eta / (1 - \beta_1^t) \cdot m / (u + \epsilon)`.

    Parameters
    ----------
    loss_or_grads : scalar tensor variable, or list of tensor variables
        The loss, or one gradient :math:`g` for each of `params`.
    params : list of shared variables
        The parameters :math:`p` to learn.
    learning_rate : float or scalar variable, default 0.002
        The step size :math:`\eta`.
    beta1, beta2 : float or scalar variable, defaults 0.9 and 0.999
        How much of :math:`m` and :math:`u` is kept in each step.
    epsilon : float or scalar variable, default 1e-8
        What keeps the denominator above 0.

    Returns
    -------
    dict
        The next value of each parameter, of its :math:`m` and :math:`u`, and of the number of
        steps.

    Raises
    ------
    ValueError, TypeError, theano.gradient.DisconnectedInputError
        As :func:`get_or_compute_grads` has it, and if a setting isn't a scalar within its bounds.

    References
    ----------
    Diederik P. Kingma and Jimmy Ba: Adam: a method for stochastic optimization. ICLR 2015,
    algorithm 2.

    Examples
    --------
    >>> import numpy as np, theano
    >>> w = theano.shared(np.array([4.0]))
    >>> adamax((w**2).sum(), [w], learning_rate=0.1)[w].eval().round(3).tolist()
    [3.9]
    """
    learning_rate = checked_setting("learning_rate", learning_rate)
    epsilon = checked_setting("epsilon", epsilon, low=0)
    beta1, rest1 = checked_decay("beta1", beta1)
    beta2, _ = checked_decay("beta2", beta2)
    updates = {}
    steps, t = step_counter()
    rate = in_dtype(learning_rate, t.dtype) / complement_of_power(beta1, t)
    settings = (rate, beta1, rest1, beta2, epsilon)
    for param, grad, rate, b1, r1, b2, eps in each_param(loss_or_grads, params, *settings):
        m, u = state_like(param, "m"), state_like(param, "u")
        updates[m] = m_new = b1 * m + r1 * grad
        updates[u] = u_new = T.maximum(b2 * u, abs(grad))
        updates[param] = param - rate * m_new / (u_new + eps)
    return {**updates, steps: T.cast(t, steps.dtype)} if updates else {}


def amsgrad(
    loss_or_grads: Any,
    params: "Iterable[SharedVariable]",
    learning_rate: Any = 0.001,
    beta1: Any = 0.9,
    beta2: Any = 0.999,
    epsilon: Any = 1e-8,
) -> Updates:
    r"""AMSGrad: Adam whose steps never grow because past gradients are forgotten.

    As :func:`adam`, but divided by the largest :math:`v` so far:
    :math:`\hat v \leftarrow \max(\hat v, v)` and
    :math:`p \leftarrow p - \eta_t m / (\sqrt{\hat v} + \epsilon)`.

    Parameters
    ----------
    loss_or_grads : scalar tensor variable, or list of tensor variables
        The loss, or one gradient :math:`g` for each of `params`.
    params : list of shared variables
        The parameters :math:`p` to learn.
    learning_rate : float or scalar variable, default 0.001
        The step size :math:`\eta`.
    beta1, beta2 : float or scalar variable, defaults 0.9 and 0.999
        How much of the averages :math:`m` and :math:`v` is kept in each step.
    epsilon : float or scalar variable, default 1e-8
        What keeps the denominator above 0.

    Returns
    -------
    dict
        The next value of each parameter, of its averages, of the largest :math:`\hat v`, and of
        the number of steps.

    Raises
    ------
    ValueError, TypeError, theano.gradient.DisconnectedInputError
        As :func:`get_or_compute_grads` has it, and if a setting isn't a scalar within its bounds.

    References
    ----------
    Sashank J. Reddi, Satyen Kale and Sanjiv Kumar: On the convergence of Adam and beyond. ICLR
    2018, algorithm 2; the factors of :math:`\eta_t` are Adam's.

    Examples
    --------
    >>> import numpy as np, theano
    >>> w = theano.shared(np.array([4.0]))
    >>> amsgrad((w**2).sum(), [w], learning_rate=0.1)[w].eval().round(3).tolist()
    [3.9]
    """
    return _adam(loss_or_grads, params, learning_rate, beta1, beta2, epsilon, keep_largest=True)
