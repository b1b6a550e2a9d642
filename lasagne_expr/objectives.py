"""Losses and accuracies: what to train by, and what to report.

Each takes predictions (mostly a network's output) and targets, and returns one value per item, or
per element; :func:`aggregate`, or ``.mean()``, makes it the scalar that a gradient is taken of.

>>> import numpy as np, theano.tensor as T
>>> predictions = T.constant(np.array([[0.9, 0.1], [0.5, 0.5]]))
>>> loss = aggregate(categorical_crossentropy(predictions, np.array([0, 1])))
>>> round(float(loss.eval()), 3)
0.399
"""

import numbers
import warnings
from typing import Any

import theano.tensor as T

from .parameters import as_theano_expression

__all__ = [
    "aggregate",
    "align_targets",
    "binary_accuracy",
    "binary_crossentropy",
    "binary_hinge_loss",
    "categorical_accuracy",
    "categorical_crossentropy",
    "huber_loss",
    "multiclass_hinge_loss",
    "squared_error",
]


def align_targets(predictions: Any, targets: Any) -> "tuple[T.TensorVariable, T.TensorVariable]":
    """Turn a vector of targets into a column where the predictions are one.

    A layer with a single unit outputs a column, shape ``(n, 1)``. With targets of shape ``(n,)``
    it would broadcast to all ``n * n`` pairs, which nobody wants.

    Parameters
    ----------
    predictions, targets : tensor variables or arrays
        What to compare.

    Returns
    -------
    tuple of 2 tensor variables
        The predictions and the targets.

    Warns
    -----
    UserWarning
        If they differ in their number of dimensions in any other way.

    Examples
    --------
    >>> import theano.tensor as T
    >>> predictions, targets = align_targets(T.col(), T.vector())
    >>> targets.ndim
    2
    """
    predictions, targets = as_theano_expression(predictions), as_theano_expression(targets)
    if _is_column(predictions) and targets.ndim == 1:
        targets = targets.dimshuffle(0, "x")
    _warn_if_ranks_differ(predictions=predictions, targets=targets, stacklevel=4)
    return predictions, targets


def _is_column(x):
    return tuple(x.broadcastable) == (False, True)


def _warn_if_ranks_differ(stacklevel, **pair):
    (first, a), (second, b) = pair.items()
    if a.ndim != b.ndim and a.ndim and b.ndim:
        warnings.warn(
            f"{first} with {a.ndim} and {second} with {b.ndim} dimensions are broadcast against "
            "each other from the last dimension on: if that isn't meant, give both the same "
            "shape, for example with .flatten() or .dimshuffle(0, 'x')",
            stacklevel=stacklevel,
        )


def binary_crossentropy(predictions: Any, targets: Any) -> T.TensorVariable:
    r"""Cross-entropy of probabilities, elementwise: for units that say yes or no.

    :math:`L = -t \log(p) - (1 - t) \log(1 - p)`

    Parameters
    ----------
    predictions : tensor variable
        Probabilities :math:`p`, such as the output of a layer with a sigmoid nonlinearity.
    targets : tensor variable or array
        Targets :math:`t` between 0 and 1, of the same shape.

    Returns
    -------
    tensor variable, of the same shape

    Notes
    -----
    Of probabilities that a ``sigmoid`` computes in the same graph, the loss and its gradient are
    finite however large the activations: compiling rewrites the two together. Probabilities that
    are exactly 0 or 1 for another reason can give an infinite loss; clip them with
    ``theano.tensor.clip``.

    Examples
    --------
    >>> import numpy as np, theano.tensor as T
    >>> loss = binary_crossentropy(T.constant(np.array([0.5, 0.75])), np.array([0, 1]))
    >>> loss.eval().round(3).tolist()
    [0.693, 0.288]
    """
    predictions, targets = align_targets(predictions, targets)
    return T.nnet.binary_crossentropy(predictions, targets)


def categorical_crossentropy(predictions: Any, targets: Any) -> T.TensorVariable:
    r"""Cross-entropy of distributions, per item: for units of which one is right.

    :math:`L_i = - \sum_j t_{ij} \log(p_{ij})`

    Parameters
    ----------
    predictions : tensor variable
        Probabilities :math:`p`, such as the output of a layer with a softmax nonlinearity, shape
        ``(items, classes)``.
    targets : tensor variable or array
        Either the right classes as a vector of integers, or a distribution over classes for each
        item, with the shape of the predictions.

    Returns
    -------
    tensor variable, one value per item

    Raises
    ------
    TypeError
        If `targets` is neither of the two.

    Notes
    -----
    Of probabilities that a ``softmax`` computes in the same graph, the loss and its gradient are
    finite however large the activations: compiling rewrites the two together. Probabilities that
    are exactly 0 for another reason can give an infinite loss; clip them with
    ``theano.tensor.clip``.

    Examples
    --------
    >>> import numpy as np, theano.tensor as T
    >>> predictions = T.constant(np.array([[0.5, 0.25, 0.25]]))
    >>> categorical_crossentropy(predictions, np.array([0])).eval().round(3).tolist()
    [0.693]
    >>> categorical_crossentropy(predictions, np.array([[0.0, 1.0, 0.0]])).eval().round(3).tolist()
    [1.386]
    """
    predictions, targets = _checked_classes(predictions, targets)
    if targets.ndim < predictions.ndim != 2:
        raise TypeError(
            f"with classes as targets, predictions should be a matrix, but have {predictions.ndim} "
            "dimensions: reshape predictions to (items, classes) and flatten the targets"
        )
    if targets.ndim == 1 and targets.broadcastable[0]:
        targets = T.unbroadcast(targets, 0)  # Theano's op for classes wants a plain vector
    return T.nnet.categorical_crossentropy(predictions, targets)


def _checked_classes(predictions, targets):
    """Check that targets are either classes, or have a value for each class."""
    predictions, targets = as_theano_expression(predictions), as_theano_expression(targets)
    both = f"predictions have {predictions.ndim} dimensions and targets {targets.ndim}"
    if targets.ndim == predictions.ndim - 1:
        if targets.dtype not in T.discrete_dtypes:
            raise TypeError(
                f"{both}, so targets should be classes, but have dtype {targets.dtype}: use "
                "integers, for example targets.astype('int32')"
            )
    elif targets.ndim != predictions.ndim:
        raise TypeError(
            f"rank mismatch: {both}, but should be classes with one dimension less than the "
            "predictions, or have a value for each class and as many dimensions"
        )
    elif targets.ndim and targets.broadcastable[-1] and not predictions.broadcastable[-1]:
        raise TypeError(
            "targets have a single column, but should have one for each class: for a column of "
            "classes write targets.flatten()"
        )
    return predictions, targets


def squared_error(a: Any, b: Any) -> T.TensorVariable:
    """Squared difference, elementwise: for units that predict a quantity.

    Parameters
    ----------
    a, b : tensor variables or arrays
        The predictions and the targets, in any order.

    Returns
    -------
    tensor variable, of the same shape

    Examples
    --------
    >>> import theano.tensor as T
    >>> squared_error(T.constant([1.0, 3.0]), T.constant([1.0, 1.0])).eval().tolist()
    [0.0, 4.0]
    """
    a, b = align_targets(a, b)
    return T.sqr(a - b)


def aggregate(loss: Any, weights: Any = None, mode: str = "mean") -> T.TensorVariable:
    """Make a scalar of a loss per item or element.

    Parameters
    ----------
    loss : tensor variable
        The losses.
    weights : tensor variable or array, optional
        A factor for each of them, such as a mask; should have the same shape or broadcast to it.
    mode : {'mean', 'sum', 'normalized_sum'}, default 'mean'
        Whether to average the (weighted) losses, to sum them, or to sum them and divide by the
        sum of the weights. Under a mask of zeros and ones the last is the mean of what is left.

    Returns
    -------
    scalar tensor variable

    Raises
    ------
    ValueError
        If `mode` is none of the three, or 'normalized_sum' without weights.

    Warns
    -----
    UserWarning
        If the losses and the weights differ in their number of dimensions.

    Examples
    --------
    >>> import numpy as np, theano.tensor as T
    >>> loss = T.constant(np.array([1.0, 5.0, 3.0]))
    >>> mask = np.array([1.0, 0.0, 1.0])
    >>> float(aggregate(loss, mask, mode="normalized_sum").eval())
    2.0
    """
    if mode not in ("mean", "sum", "normalized_sum"):
        raise ValueError(f"mode should be 'mean', 'sum' or 'normalized_sum', got {mode!r}")
    if mode == "normalized_sum" and weights is None:
        raise ValueError("mode 'normalized_sum' divides by the sum of the weights: give weights")
    loss = as_theano_expression(loss)
    if weights is not None:
        weights = as_theano_expression(weights)
        _warn_if_ranks_differ(loss=loss, weights=weights, stacklevel=3)
        loss = loss * weights
    if mode == "mean":
        return loss.mean()
    if mode == "sum":
        return loss.sum()
    return loss.sum() / weights.sum()


def binary_hinge_loss(
    predictions: Any,
    targets: Any,
    delta: Any = 1,
    log_odds: "bool | None" = None,
    binary: bool = True,
) -> T.TensorVariable:
    r"""Hinge loss, elementwise: a margin for units that say yes or no.

    :math:`L = \max(0, \delta - t z)`, with targets :math:`t` of -1 and 1 and log-odds :math:`z`.

    Parameters
    ----------
    predictions : tensor variable
        Log-odds, such as the output of a linear layer, or probabilities, such as that of a layer
        with a sigmoid nonlinearity; `log_odds` says which.
    targets : tensor variable or array
        Targets, of the same shape; `binary` says which.
    delta : float or scalar variable, default 1
        The margin :math:`\delta`.
    log_odds : bool
        True if the predictions are log-odds, False if they are probabilities. Say which; left
        out, it is taken as True, with a warning.
    binary : bool, default True
        True for targets of 0 and 1, False for targets of -1 and 1.

    Returns
    -------
    tensor variable, of the same shape

    Warns
    -----
    FutureWarning
        If `log_odds` isn't given.

    Examples
    --------
    >>> import numpy as np, theano.tensor as T
    >>> activation = T.constant(np.array([-0.5, 3.0]))
    >>> binary_hinge_loss(activation, np.array([1, 1]), log_odds=True).eval().tolist()
    [1.5, 0.0]
    """
    if log_odds is None:
        warnings.warn(
            "binary_hinge_loss takes its predictions for log-odds. Write log_odds=True if that's "
            "what they are, and log_odds=False for probabilities, such as a sigmoid's output",
            FutureWarning,
            stacklevel=2,
        )
        log_odds = True
    predictions, targets = align_targets(predictions, targets)
    if not log_odds:
        # As a difference of logarithms, each is rewritten to a softplus where the probability
        # comes from a sigmoid; that of the quotient would be infinite for large activations.
        predictions = T.log(predictions) - T.log(1 - predictions)
    if binary:
        targets = 2 * targets - 1
    return T.nnet.relu(delta - predictions * targets)


def multiclass_hinge_loss(predictions: Any, targets: Any, delta: Any = 1) -> T.TensorVariable:
    r"""Hinge loss, per item: a margin between the right class and the best of the others.

    :math:`L_i = \max(0, \max_{j \ne t_i} p_{ij} - p_{i,t_i} + \delta)`

    Parameters
    ----------
    predictions : tensor variable, matrix
        Scores :math:`p`, such as the output of a linear layer, shape ``(items, classes)``.
    targets : tensor variable or array
        The right classes :math:`t`: a vector of integers, or a matrix that is 1 at the right class
        and 0 elsewhere.
    delta : float or scalar variable, default 1
        The margin :math:`\delta`.

    Returns
    -------
    tensor variable, one value per item
        Infinite for an item whose target is none of the classes.

    Raises
    ------
    TypeError
        If the predictions aren't a matrix, or `targets` is neither of the two.

    References
    ----------
    Koby Crammer and Yoram Singer: On the algorithmic implementation of multiclass kernel-based
    vector machines. Journal of Machine Learning Research 2, 2001.

    Examples
    --------
    >>> import numpy as np, theano.tensor as T
    >>> scores = T.constant(np.array([[2.0, 1.5, 0.0], [0.0, 3.0, 1.0]]))
    >>> multiclass_hinge_loss(scores, np.array([0, 1])).eval().tolist()
    [0.5, 0.0]
    """
    predictions, targets = _checked_classes(predictions, targets)
    if predictions.ndim != 2:
        raise TypeError(
            f"multiclass_hinge_loss takes a matrix (items, classes), got {predictions.ndim} "
            "dimensions: reshape predictions and targets"
        )
    if targets.ndim == 1:
        is_right = T.eq(targets.dimshuffle(0, "x"), T.arange(predictions.shape[1]))
    else:
        is_right = T.neq(targets, 0)
    right = T.max(T.switch(is_right, predictions, -float("inf")), axis=1)
    best_other = T.max(T.switch(is_right, -float("inf"), predictions), axis=1)
    return T.nnet.relu(best_other - right + delta)


def huber_loss(predictions: Any, targets: Any, delta: Any = 1) -> T.TensorVariable:
    r"""Squared for small errors and linear for large ones: robust against outliers, elementwise.

    With the error :math:`e = |t - p|`, it is :math:`e^2 / 2` where :math:`e \le \delta`, and
    :math:`\delta (e - \delta / 2)` elsewhere.

    Parameters
    ----------
    predictions, targets : tensor variables or arrays
        Predictions :math:`p` and targets :math:`t`, of the same shape.
    delta : float or scalar variable, default 1
        The error :math:`\delta` from which on the loss is linear.

    Returns
    -------
    tensor variable, of the same shape

    References
    ----------
    Peter J. Huber: Robust estimation of a location parameter. The Annals of Mathematical
    Statistics 35, 1964.

    Examples
    --------
    >>> import theano.tensor as T
    >>> huber_loss(T.constant([0.5, 3.0]), T.constant([0.0, 0.0])).eval().tolist()
    [0.125, 2.5]
    """
    predictions, targets = align_targets(predictions, targets)
    error = abs(targets - predictions)
    return T.switch(error <= delta, 0.5 * T.sqr(error), delta * (error - 0.5 * delta))


def binary_accuracy(predictions: Any, targets: Any, threshold: Any = 0.5) -> T.TensorVariable:
    """Whether each yes-or-no prediction is right.

    Parameters
    ----------
    predictions : tensor variable
        Probabilities, or what else is compared with the threshold.
    targets : tensor variable or array
        Targets of 0 and 1, of the same shape.
    threshold : float or scalar variable, default 0.5
        From which value on a prediction means 1.

    Returns
    -------
    tensor variable, of the same shape
        Booleans; take their mean with ``theano.tensor.mean(accuracy, dtype=theano.config.floatX)``.

    Examples
    --------
    >>> import numpy as np, theano.tensor as T
    >>> right = binary_accuracy(T.constant(np.array([0.7, 0.6, 0.2])), np.array([1, 0, 0]))
    >>> right.eval().astype(int).tolist()
    [1, 0, 1]
    """
    predictions, targets = align_targets(predictions, targets)
    return T.eq(T.ge(predictions, threshold), targets)


def categorical_accuracy(predictions: Any, targets: Any, top_k: int = 1) -> T.TensorVariable:
    """Whether the right class of each item is predicted, or is among the best few.

    Parameters
    ----------
    predictions : tensor variable
        Scores or probabilities, with the classes along the last axis.
    targets : tensor variable or array
        Either the right classes as integers, with one dimension less than the predictions, or a
        distribution over classes for each item, of which the largest is right.
    top_k : int, default 1
        How many of the classes with the highest scores may contain the right one. Of equal scores
        the first count as higher.

    Returns
    -------
    tensor variable, one value per item
        Booleans; take their mean with ``theano.tensor.mean(accuracy, dtype=theano.config.floatX)``.

    Raises
    ------
    TypeError
        If `targets` is neither of the two, or `top_k` isn't an integer.
    ValueError
        If `top_k` is below 1.

    Examples
    --------
    >>> import numpy as np, theano.tensor as T
    >>> predictions = T.constant(np.array([[0.5, 0.3, 0.2], [0.1, 0.7, 0.2]]))
    >>> categorical_accuracy(predictions, np.array([0, 2])).eval().astype(int).tolist()
    [1, 0]
    >>> categorical_accuracy(predictions, np.array([0, 2]), top_k=2).eval().astype(int).tolist()
    [1, 1]
    """
    if not isinstance(top_k, numbers.Integral):
        raise TypeError(f"top_k should be an integer, got {top_k!r}")
    if top_k < 1:
        raise ValueError(f"top_k should be at least 1, got {top_k}")
    predictions, targets = _checked_classes(predictions, targets)
    if targets.ndim == predictions.ndim:
        targets = T.argmax(targets, axis=-1)
    if top_k == 1:
        return T.eq(T.argmax(predictions, axis=-1), targets)
    order = T.argsort(-predictions, axis=-1, kind="mergesort")
    best = order[(slice(None),) * (order.ndim - 1) + (slice(top_k),)]
    return T.any(T.eq(best, T.shape_padright(targets)), axis=-1)
