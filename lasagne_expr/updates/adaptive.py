"""Optimizers: how each shared variable changes in a training step.

Each takes a loss (or gradients) and shared variables, and returns a dict that maps shared variables
to their next values: what ``theano.function`` takes as ``updates``. Besides the parameters it holds
the optimizer's own states, of the parameters' shapes and dtypes.

>>> import numpy as np, theano
>>> w = theano.shared(np.array([1.0, 2.0]), name="w")
>>> train = theano.function([], updates=sgd((w**2).sum(), [w], learning_rate=0.25))
>>> _ = train()
>>> w.get_value().tolist()
[0.5, 1.0]

Learning rates and the other settings are numbers or scalar variables. A shared variable, say
``rate = theano.shared(floatX(0.1))``, can be changed between steps by ``rate.set_value``.
"""

import math
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import theano
import theano.tensor as T
from theano.compile import SharedVariable

from .utils import default_norm_axes

__all__ = [
    "adadelta",
    "adagrad",
    "adam",
    "adamax",
    "amsgrad",
    "apply_momentum",
    "apply_nesterov_momentum",
    "get_or_compute_grads",
    "momentum",
    "nesterov_momentum",
    "norm_constraint",
    "rmsprop",
    "sgd",
    "total_norm_constraint",
]

# Theano's warning dates from when dicts had no order.
warnings.filterwarnings("ignore", message="The parameter 'updates' of theano.function.. expects")

Updates = "dict[SharedVariable, theano.Variable]"


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
        One gradient for each shared variable, of its dtype.

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
    return [grad for _, grad in _params_with_grads(loss_or_grads, params)]


def _params_with_grads(loss_or_grads, params):
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
    """Give a gradient the parameter's own type, which the update must have."""
    if not isinstance(grad, theano.Variable):
        grad = T.as_tensor_variable(grad)
    if grad.ndim != param.ndim:
        raise ValueError(
            f"the gradient of {param} has {grad.ndim} dimensions, but {param} has {param.ndim}"
        )
    return _like(grad, param)


def _like(x, param):
    if x.dtype != param.dtype:
        x = T.cast(x, param.dtype)
    if tuple(x.broadcastable) != tuple(param.broadcastable):
        x = T.patternbroadcast(x, param.broadcastable)
    return x


def _setting(name, value, low=-math.inf, below=math.inf):
    """Check a number that an optimizer takes; variables are checked for being scalars."""
    if isinstance(value, theano.Variable):
        if value.ndim:
            raise ValueError(f"{name} should be a scalar, but {value} has {value.ndim} dimensions")
        return value
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} should be a number or a scalar variable, got {value!r}") from None
    if not (low <= number < below and math.isfinite(number)):
        at_least = f" of at least {low}" if math.isfinite(low) else ""
        and_below = f" and below {below}" if math.isfinite(below) else ""
        raise ValueError(f"{name} should be a finite number{at_least}{and_below}, got {value!r}")
    return number


def _decay(name, value):
    """Check a factor by which the past fades; return it, and its complement to 1."""
    value = _setting(name, value, low=0, below=1)
    return value, 1 - value


def _each(loss_or_grads, params, *settings) -> "Iterator[tuple]":
    """Go through the params, with their gradients, and the settings in each param's dtype."""
    for param, grad in _params_with_grads(loss_or_grads, params):
        yield (param, grad, *(_in_dtype(value, param.dtype) for value in settings))


def _in_dtype(value, dtype):
    if isinstance(value, theano.Variable):
        return T.cast(value, dtype)
    return T.constant(np.asarray(value, dtype=dtype))


def _state_like(param, name):
    """Make a state of an optimizer: zeros of a parameter's shape, dtype and broadcasting."""
    value = param.get_value(borrow=True)
    return theano.shared(
        np.zeros(value.shape, dtype=value.dtype),
        name=f"{param.name}.{name}" if param.name else None,
        broadcastable=param.broadcastable,
        borrow=True,
    )


def _step_counter():
    """Make a state that counts steps; return it with the number of this step, from 1 on.

    What depends on it is computed in float64, whatever the parameters' dtype: in float32,
    ``1 - 0.999**t`` would lose four of its seven digits. That's a handful of scalars.
    """
    steps = theano.shared(np.zeros((), dtype="float64"), name="steps")
    return steps, steps + 1


def _complement_of_power(beta, t):
    return 1 - _in_dtype(beta, t.dtype) ** t


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
    learning_rate = _setting("learning_rate", learning_rate)
    return {
        param: -rate * grad for param, grad, rate in _each(loss_or_grads, params, learning_rate)
    }


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
    momentum = _setting("momentum", momentum, low=0)
    params = list(updates) if params is None else list(params)
    for param in params:
        if param not in updates:
            raise ValueError(f"can't add momentum to {param}: the updates don't contain it")
    steps = {param: _like(updates[param], param) - param for param in params}
    return {**updates, **_momentum_updates(steps, momentum, nesterov)}


def _momentum_updates(steps, momentum, nesterov):
    updates = {}
    for param, step in steps.items():
        mu = _in_dtype(momentum, param.dtype)
        velocity = _state_like(param, "velocity")
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
    return _momentum_updates(steps, _setting("momentum", momentum, low=0), nesterov=False)


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
    return _momentum_updates(steps, _setting("momentum", momentum, low=0), nesterov=True)


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
    learning_rate = _setting("learning_rate", learning_rate)
    epsilon = _setting("epsilon", epsilon, low=0)
    updates = {}
    for param, grad, rate, eps in _each(loss_or_grads, params, learning_rate, epsilon):
        accu = _state_like(param, "accu")
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
    learning_rate = _setting("learning_rate", learning_rate)
    epsilon = _setting("epsilon", epsilon, low=0)
    settings = (learning_rate, *_decay("rho", rho), epsilon)
    updates = {}
    for param, grad, rate, keep, add, eps in _each(loss_or_grads, params, *settings):
        accu = _state_like(param, "accu")
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
    learning_rate = _setting("learning_rate", learning_rate)
    epsilon = _setting("epsilon", epsilon, low=0)
    settings = (learning_rate, *_decay("rho", rho), epsilon)
    updates = {}
    for param, grad, rate, keep, add, eps in _each(loss_or_grads, params, *settings):
        accu, delta = _state_like(param, "accu"), _state_like(param, "delta")
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
    learning_rate = _setting("learning_rate", learning_rate)
    epsilon = _setting("epsilon", epsilon, low=0)
    beta1, rest1 = _decay("beta1", beta1)
    beta2, rest2 = _decay("beta2", beta2)
    updates = {}
    steps, t = _step_counter()
    warm_up = T.sqrt(_complement_of_power(beta2, t)) / _complement_of_power(beta1, t)
    rate = _in_dtype(learning_rate, t.dtype) * warm_up
    settings = (rate, beta1, rest1, beta2, rest2, epsilon)
    for param, grad, rate, b1, r1, b2, r2, eps in _each(loss_or_grads, params, *settings):
        m, v = _state_like(param, "m"), _state_like(param, "v")
        updates[m] = m_new = b1 * m + r1 * grad
        updates[v] = v_new = b2 * v + r2 * T.sqr(grad)
        if keep_largest:
            v_max = _state_like(param, "v_max")
            updates[v_max] = v_new = T.maximum(v_max, v_new)
        updates[param] = param - rate * m_new / (T.sqrt(v_new) + eps)
    return {**updates, steps: t} if updates else {}


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
    learning_rate = _setting("learning_rate", learning_rate)
    epsilon = _setting("epsilon", epsilon, low=0)
    beta1, rest1 = _decay("beta1", beta1)
    beta2, _ = _decay("beta2", beta2)
    updates = {}
    steps, t = _step_counter()
    rate = _in_dtype(learning_rate, t.dtype) / _complement_of_power(beta1, t)
    settings = (rate, beta1, rest1, beta2, epsilon)
    for param, grad, rate, b1, r1, b2, eps in _each(loss_or_grads, params, *settings):
        m, u = _state_like(param, "m"), _state_like(param, "u")
        updates[m] = m_new = b1 * m + r1 * grad
        updates[u] = u_new = T.maximum(b2 * u, abs(grad))
        updates[param] = param - rate * m_new / (u_new + eps)
    return {**updates, steps: t} if updates else {}


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
    >>> w = theano.shared(np.array([[3.0, 0.3], [4.0, 0.4]]))
    >>> updates = sgd(w.sum(), [w], learning_rate=0.0)
    >>> updates[w] = norm_constraint(updates[w], max_norm=2.5)
    >>> updates[w].eval().round(3).tolist()
    [[1.5, 0.3], [2.0, 0.4]]
    """
    max_norm = _in_dtype(_max_norm(max_norm), tensor_var.dtype)
    epsilon = _in_dtype(_setting("epsilon", epsilon, low=0), tensor_var.dtype)
    axes = default_norm_axes(tensor_var.ndim) if norm_axes is None else tuple(norm_axes)
    norms = T.sqrt(T.sum(T.sqr(tensor_var), axis=axes, keepdims=True))
    return tensor_var * (T.minimum(norms, max_norm) / (norms + epsilon))


def _max_norm(value):
    value = _setting("max_norm", value, low=0)
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
    max_norm = _in_dtype(_max_norm(max_norm), norm.dtype)
    epsilon = _in_dtype(_setting("epsilon", epsilon, low=0), norm.dtype)
    factor = T.minimum(norm, max_norm) / (norm + epsilon)
    scaled = [tensor * T.cast(factor, tensor.dtype) for tensor in tensor_vars]
    return (scaled, norm) if return_norm else scaled
