"""Softmax, cross-entropies and activations.

The cross-entropies look at what made their first argument. Where that is a softmax or a sigmoid,
they are computed from what went into it, so that they and their gradients are finite and exact
where the probabilities are 0 or 1 to machine precision. Theano does this when it optimizes a graph.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.raise_op import CheckAndRaise
from pytensor.scalar.math import Sigmoid
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.shape import Reshape, SpecifyShape
from pytensor.tensor.special import LogSoftmax, Softmax
from pytensor.tensor.subtensor import AdvancedSubtensor, Subtensor
from pytensor.tensor.type import float_dtypes
from theano.missing import explain_missing
from theano.ops.equal_lengths import equal_lengths
from theano.ops.rebroadcast import Rebroadcast
from theano.tensor.nnet.sigm import softplus

__all__ = [
    "CrossentropyCategorical1Hot",
    "CrossentropyCategorical1HotGrad",
    "CrossentropySoftmax1HotWithBiasDx",
    "CrossentropySoftmaxArgmax1HotWithBias",
    "LogSoftmax",
    "Prepend_scalar_constant_to_each_row",
    "Prepend_scalar_to_each_row",
    "Softmax",
    "SoftmaxGrad",
    "SoftmaxWithBias",
    "binary_crossentropy",
    "categorical_crossentropy",
    "confusion_matrix",
    "crossentropy_categorical_1hot",
    "crossentropy_categorical_1hot_grad",
    "crossentropy_softmax_1hot",
    "crossentropy_softmax_1hot_with_bias",
    "crossentropy_softmax_1hot_with_bias_dx",
    "crossentropy_softmax_argmax_1hot_with_bias",
    "crossentropy_softmax_max_and_argmax_1hot",
    "crossentropy_softmax_max_and_argmax_1hot_with_bias",
    "elu",
    "h_softmax",
    "logsoftmax",
    "logsoftmax_op",
    "prepend_0_to_each_row",
    "prepend_1_to_each_row",
    "prepend_scalar_to_each_row",
    "relu",
    "selu",
    "sigmoid_binary_crossentropy",
    "softmax",
    "softmax_grad",
    "softmax_graph",
    "softmax_op",
    "softmax_with_bias",
    "softsign",
]

__getattr__ = explain_missing(__name__, "theano.tensor.nnet.sigm", "theano.tensor.nnet.blocksparse")


# ------------------------------------------------------------------------------------------------
# Softmax
# ------------------------------------------------------------------------------------------------


def softmax(c: Any) -> Variable:
    """Make each row positive with sum 1: ``exp(c) / exp(c).sum(axis=1, keepdims=True)``.

    Parameters
    ----------
    c : matrix or vector of floats
        A vector is taken for a matrix of one row, with a warning, as in Theano.

    Returns
    -------
    matrix

    Raises
    ------
    ValueError
        If `c` has another number of dimensions, or no float type.

    Examples
    --------
    >>> import theano.tensor as T
    >>> T.nnet.softmax(T.constant([[0.0, 0.0], [1.0, 1000.0]])).eval().round(3).tolist()
    [[0.5, 0.5], [0.0, 1.0]]
    """
    return pt.special.softmax(_as_rows(c, "softmax"), axis=-1)


def logsoftmax(c: Any) -> Variable:
    """Compute ``log(softmax(c))``, which is finite even where the softmax is 0.

    Parameters
    ----------
    c : matrix or vector of floats
        As for `softmax`.

    Returns
    -------
    matrix

    Examples
    --------
    >>> import theano.tensor as T
    >>> T.nnet.logsoftmax(T.constant([[0.0, 1000.0]])).eval().tolist()
    [[-1000.0, 0.0]]
    """
    return pt.special.log_softmax(_as_rows(c, "logsoftmax"), axis=-1)


softmax_op = softmax
logsoftmax_op = logsoftmax


def _as_rows(c: Any, name: str) -> Variable:
    c = pt.as_tensor_variable(c)
    if c.ndim not in (1, 2) or c.dtype not in float_dtypes:
        raise ValueError(
            f"{name} takes a matrix or a vector of floats, not {c.type}; "
            "reshape it to a matrix, or take softmax_graph, which goes over the last axis"
        )
    if c.broadcastable[-1]:
        warnings.warn(f"{name} over an axis of length 1 is always the same", stacklevel=3)
    if c.ndim == 1:
        warnings.warn(
            f"{name} of a vector is a matrix of one row; "
            "write c.dimshuffle('x', 0) to say that you mean that",
            stacklevel=3,
        )
        c = c.dimshuffle("x", 0)
    return c


def softmax_graph(c: Any) -> Variable:
    """Compute the softmax over the last axis of a tensor of any number of dimensions."""
    return pt.special.softmax(c, axis=-1)


def softmax_with_bias(x: Any, b: Any) -> Variable:
    """Compute ``softmax(x + b)`` for a matrix and a vector."""
    x, b = _as_rows_and_bias(x, b)
    return softmax(x + b)


def _as_rows_and_bias(x: Any, b: Any) -> tuple[Variable, Variable]:
    x, b = pt.as_tensor_variable(x), pt.as_tensor_variable(b)
    for variable, name, ndim in ((x, "x", 2), (b, "b", 1)):
        if variable.ndim != ndim or variable.dtype not in float_dtypes:
            raise ValueError(f"{name} must be a {ndim}-d tensor of floats, not {variable.type}")
    return x, b


# ------------------------------------------------------------------------------------------------
# Cross-entropies
# ------------------------------------------------------------------------------------------------

_VIEWS = (DimShuffle, Rebroadcast, Reshape, SpecifyShape, Subtensor, AdvancedSubtensor)


def _behind_views(
    variable: Variable, replace: Callable[[Variable], Variable | None]
) -> Variable | None:
    """Replace what a variable is a selection or rearrangement of.

    Parameters
    ----------
    variable : tensor
        Something, or a slice, reshaping, transposition, ... of it.
    replace : callable
        Takes the something, returns what to put there, or None to leave it.

    Returns
    -------
    tensor or None
        The same selection of the replacement; None if there is none.
    """
    views = []
    while (replacement := replace(variable)) is None:
        if variable.owner is None or not isinstance(variable.owner.op, _VIEWS):
            return None
        views.append(variable.owner)
        variable = variable.owner.inputs[0]
    for view in reversed(views):
        replacement = view.op(replacement, *view.inputs[1:])
    return replacement


def _log_of_softmax(variable: Variable) -> Variable | None:
    if variable.owner is None or not isinstance(variable.owner.op, Softmax):
        return None
    return pt.special.log_softmax(variable.owner.inputs[0], axis=variable.owner.op.axis)


def _input_of_sigmoid(variable: Variable) -> Variable | None:
    op = None if variable.owner is None else variable.owner.op
    is_sigmoid = isinstance(op, Elemwise) and isinstance(op.scalar_op, Sigmoid)
    return variable.owner.inputs[0] if is_sigmoid else None


def _log(probabilities: Variable) -> Variable:
    log_softmax = _behind_views(probabilities, _log_of_softmax)
    return pt.log(probabilities) if log_softmax is None else log_softmax


def binary_crossentropy(output: Any, target: Any) -> Variable:
    """Compute ``-(target log(output) + (1 - target) log(1 - output))``, element by element.

    Parameters
    ----------
    output : tensor
        Probabilities, above 0 and below 1. The output of a sigmoid, or a part of it or the same in
        another shape, may be 0 or 1 to machine precision.
    target : tensor
        Probabilities, 0 and 1 included.

    Returns
    -------
    tensor
        Of the shape of both, broadcast.

    Examples
    --------
    >>> import theano.tensor as T
    >>> x = T.constant([1000.0, -1000.0, 0.0])
    >>> loss = T.nnet.binary_crossentropy(T.nnet.sigmoid(x), T.constant([0.0, 0.0, 1.0]))
    >>> loss.eval().round(3).tolist()
    [1000.0, 0.0, 0.693]
    """
    output, target = pt.as_tensor_variable(output), pt.as_tensor_variable(target)
    logits = _behind_views(output, _input_of_sigmoid)
    if logits is not None:
        return sigmoid_binary_crossentropy(logits, target)
    return -(target * pt.log(output) + (1.0 - target) * pt.log(1.0 - output))


def sigmoid_binary_crossentropy(output: Any, target: Any) -> Variable:
    """Compute ``binary_crossentropy(sigmoid(output), target)`` in a form that is always finite.

    Parameters
    ----------
    output : tensor
        Any numbers, to which the sigmoid is applied.
    target : tensor
        Probabilities, 0 and 1 included.

    Returns
    -------
    tensor
        Of the shape of both, broadcast.

    Examples
    --------
    >>> import theano.tensor as T
    >>> x = T.constant([1000.0, 0.0])
    >>> T.nnet.sigmoid_binary_crossentropy(x, T.constant([1.0, 1.0])).eval().round(3).tolist()
    [0.0, 0.693]
    """
    output, target = pt.as_tensor_variable(output), pt.as_tensor_variable(target)
    # softplus(x) - target x, with softplus(x) = (x + |x|) / 2 + softplus(-|x|): large terms cancel
    # exactly, and the gradient at 0 is right as that of |x| is 0 there.
    size = abs(output)
    return 0.5 * (output + size) - target * output + softplus(-size)


def categorical_crossentropy(coding_dist: Any, true_dist: Any) -> Variable:
    """Compute ``-sum(true_dist log(coding_dist))`` over the last axis.

    Parameters
    ----------
    coding_dist : tensor
        Distributions along the last axis, each element above 0. The output of a softmax, or a part
        of it or the same in another shape, may be 0 to machine precision.
    true_dist : tensor
        The true distributions, in a tensor of as many dimensions; or, for a matrix `coding_dist`,
        a vector of integers: the class of each row. A row whose class isn't one of 0, 1, ... has
        the cross-entropy NaN.

    Returns
    -------
    tensor
        One number for each distribution.

    Raises
    ------
    TypeError
        If the numbers of dimensions or the types don't fit.

    Examples
    --------
    >>> import theano.tensor as T
    >>> p = T.nnet.softmax(T.constant([[0.0, 0.0], [0.0, 1000.0]]))
    >>> T.nnet.categorical_crossentropy(p, T.constant([1, 0])).eval().round(3).tolist()
    [0.693, 1000.0]
    """
    coding_dist, true_dist = pt.as_tensor_variable(coding_dist), pt.as_tensor_variable(true_dist)
    if true_dist.ndim == coding_dist.ndim:
        return -(true_dist * _log(coding_dist)).sum(axis=-1)
    if true_dist.ndim == coding_dist.ndim - 1:
        return crossentropy_categorical_1hot(coding_dist, true_dist)
    raise TypeError(
        f"rank mismatch between coding and true distributions: {coding_dist.type} has "
        f"{coding_dist.ndim} dimensions and {true_dist.type} has {true_dist.ndim}; "
        "as many are needed, or, for classes, one less"
    )


def crossentropy_categorical_1hot(coding_dist: Any, true_one_of_n: Any) -> Variable:
    """Compute ``-log(coding_dist)`` at each row's class; see `categorical_crossentropy`."""
    coding_dist = pt.as_tensor_variable(coding_dist)
    classes = pt.as_tensor_variable(true_one_of_n)
    if coding_dist.ndim != 2:
        raise TypeError(f"matrix required for argument: coding_dist (got {coding_dist.type})")
    _check_classes(classes, "true_one_of_n")
    return _at_classes(-_log(coding_dist), equal_lengths(classes, coding_dist))


def _check_classes(classes: Variable, name: str) -> None:
    if classes.ndim != 1 or np.dtype(classes.dtype).kind not in "iu":
        raise TypeError(f"integer vector required for argument: {name} (got {classes.type})")


_assert_classes = CheckAndRaise(ValueError, "a class is negative, or not below their number")


def _at_classes(rows: Variable, classes: Variable) -> Variable:
    """Each row's element at its class; an error where there is no such class."""
    is_class = (classes >= 0) & (classes < rows.shape[1])
    return rows[pt.arange(rows.shape[0]), _assert_classes(classes, is_class.all())]


def crossentropy_softmax_argmax_1hot_with_bias(
    x: Any, b: Any, y_idx: Any, **kwargs: Any
) -> list[Variable]:
    """Compute a classifier's cross-entropy, its probabilities, and the likeliest classes.

    Parameters
    ----------
    x : matrix of floats
        One row for each example.
    b : vector of floats
        Is added to each row.
    y_idx : vector of integers
        The class of each example.

    Returns
    -------
    list of three variables
        The cross-entropy of each example, ``softmax(x + b)``, and its argmax.
    """
    x, b = _as_rows_and_bias(x, b)
    classes = pt.as_tensor_variable(y_idx)
    _check_classes(classes, "y_idx")
    classes = equal_lengths(classes, x)
    logits = x + b
    likeliest = pt.cast(pt.argmax(logits, axis=1), classes.dtype)
    return [_at_classes(-logsoftmax(logits), classes), softmax(logits), likeliest]


def crossentropy_softmax_1hot_with_bias(x: Any, b: Any, y_idx: Any, **kwargs: Any) -> list:
    """Compute the first two of `crossentropy_softmax_argmax_1hot_with_bias`."""
    return crossentropy_softmax_argmax_1hot_with_bias(x, b, y_idx)[:2]


def crossentropy_softmax_1hot(x: Any, y_idx: Any, **kwargs: Any) -> list:
    """Compute `crossentropy_softmax_1hot_with_bias` with no bias."""
    return crossentropy_softmax_1hot_with_bias(x, pt.zeros_like(x[0, :]), y_idx)


def crossentropy_softmax_max_and_argmax_1hot_with_bias(
    x: Any, b: Any, y_idx: Any, **kwargs: Any
) -> tuple:
    """Compute cross-entropies, probabilities, and the largest of them and its class."""
    crossentropy, probabilities = crossentropy_softmax_1hot_with_bias(x, b, y_idx)
    largest, likeliest = pt.max_and_argmax(probabilities, axis=-1)
    return crossentropy, probabilities, largest, likeliest


def crossentropy_softmax_max_and_argmax_1hot(x: Any, y_idx: Any, **kwargs: Any) -> tuple:
    """Compute `crossentropy_softmax_max_and_argmax_1hot_with_bias` with no bias."""
    return crossentropy_softmax_max_and_argmax_1hot_with_bias(x, pt.zeros_like(x[0, :]), y_idx)


# ------------------------------------------------------------------------------------------------
# Activations, and more
# ------------------------------------------------------------------------------------------------


def relu(x: Any, alpha: Any = 0) -> Any:
    """Rectify: keep what is positive, and multiply the rest by `alpha`.

    Parameters
    ----------
    x : tensor
    alpha : number or tensor, default 0
        Slope of the negative part, which may be learned.

    Returns
    -------
    tensor
        Of the same shape. The gradient at 0 is ``(1 + alpha) / 2``.

    Examples
    --------
    >>> import theano.tensor as T
    >>> T.nnet.relu(T.constant([-1.0, 2.0]), alpha=0.5).eval().tolist()
    [-0.5, 2.0]
    """
    if np.isscalar(alpha) and alpha == 0:
        return 0.5 * (x + abs(x))
    alpha = pt.as_tensor_variable(alpha)
    return 0.5 * (1 + alpha) * x + 0.5 * (1 - alpha) * abs(x)


def elu(x: Any, alpha: Any = 1) -> Variable:
    """Apply the exponential linear unit: x, or ``alpha (exp(x) - 1)`` where x is not positive.

    Parameters
    ----------
    x : tensor
    alpha : number or tensor, default 1
        Minus the limit for small x.

    Returns
    -------
    tensor
        Of the same shape.

    References
    ----------
    .. [1] D.-A. Clevert, T. Unterthiner and S. Hochreiter, "Fast and Accurate Deep Network Learning
       by Exponential Linear Units (ELUs)", ICLR 2016.

    Examples
    --------
    >>> import theano.tensor as T
    >>> T.nnet.elu(T.constant([-1.0, 2.0])).eval().round(3).tolist()
    [-0.632, 2.0]
    """
    # The minimum keeps the gradient of the part that isn't taken from overflowing.
    return pt.switch(x > 0, x, alpha * pt.expm1(pt.minimum(x, 0)))


def selu(x: Any) -> Variable:
    """Apply the scaled exponential linear unit, which keeps mean 0 and variance 1.

    Parameters
    ----------
    x : tensor

    Returns
    -------
    tensor
        Of the same shape.

    References
    ----------
    .. [1] G. Klambauer, T. Unterthiner, A. Mayr and S. Hochreiter, "Self-Normalizing Neural
       Networks", NIPS 2017.

    Examples
    --------
    >>> import theano.tensor as T
    >>> T.nnet.selu(T.constant([-1.0, 2.0])).eval().round(3).tolist()
    [-1.111, 2.101]
    """
    return 1.0507009873554804934193349852946 * elu(x, 1.6732632423543772848170429916717)


def softsign(x: Any) -> Variable:
    """Squash to (-1, 1): ``x / (1 + |x|)``.

    Examples
    --------
    >>> import theano.tensor as T
    >>> T.nnet.softsign(T.constant([-1.0, 3.0])).eval().tolist()
    [-0.5, 0.75]
    """
    x = pt.as_tensor_variable(x)
    return x / (1.0 + abs(x))


def h_softmax(
    x: Any,
    batch_size: Any,
    n_outputs: Any,
    n_classes: Any,
    n_outputs_per_class: Any,
    W1: Any,
    b1: Any,
    W2: Any,
    b2: Any,
    target: Any = None,
) -> Variable:
    """Compute a softmax of two levels, over classes and over the outputs within a class.

    It serves where the outputs are many, as words are: for given targets, its cost grows as
    ``n_classes + n_outputs_per_class`` rather than with their product.

    Parameters
    ----------
    x : matrix, shape (batch_size, n_features)
        Inputs.
    batch_size : int
        Number of rows.
    n_outputs : int
        Number of outputs, at most ``n_classes * n_outputs_per_class``. Output i is in class
        ``i // n_outputs_per_class``.
    n_classes, n_outputs_per_class : int
        Number of classes, and of outputs in each.
    W1, b1 : matrix, shape (n_features, n_classes); vector, shape (n_classes,)
        Weights and biases of the classes.
    W2 : tensor, shape (n_classes, n_features, n_outputs_per_class)
        Weights of the outputs.
    b2 : matrix, shape (n_classes, n_outputs_per_class)
        Biases of the outputs.
    target : integers, shape (batch_size,) or (batch_size, 1), optional
        Output to compute for each row.

    Returns
    -------
    matrix, shape (batch_size, n_outputs), or vector, shape (batch_size,)
        All probabilities, or those of the targets.

    References
    ----------
    .. [1] J. Goodman, "Classes for Fast Maximum Entropy Training", ICASSP 2001.
    """
    class_probs = softmax(pt.dot(x, W1) + b1)
    if target is None:
        activations = pt.tensordot(x, W2, (1, 1)) + b2
        within_class = softmax_graph(activations)
        joint = class_probs[:, :, np.newaxis] * within_class
        return joint.reshape((batch_size, n_classes * n_outputs_per_class))[:, :n_outputs]
    target = pt.as_tensor_variable(target).flatten()
    target = equal_lengths(target, x)
    class_of_target, place_in_class = target // n_outputs_per_class, target % n_outputs_per_class
    activations = pt.matmul(x[:, np.newaxis, :], W2[class_of_target])[:, 0, :]
    within_class = softmax(activations + b2[class_of_target])
    rows = pt.arange(batch_size)
    return class_probs[rows, class_of_target] * within_class[rows, place_in_class]


def confusion_matrix(actual: Variable, pred: Variable) -> list[Variable]:
    """Count how often each label was taken for each other one.

    The size of the result depends on the labels, which JAX can't compile: give
    ``theano.function`` the argument ``mode="FAST_COMPILE"`` of PyTensor, or ``mode="VM"``.

    Parameters
    ----------
    actual, pred : vectors
        True and predicted labels.

    Returns
    -------
    list of a matrix and a vector
        The counts, with a row for each true and a column for each predicted label, and the labels.
    """
    for vector, name in ((actual, "actual"), (pred, "pred")):
        if vector.ndim != 1:
            raise ValueError(f"{name} must be 1-d tensor variable, not {vector.type}")
    labels = pt.unique(pt.concatenate([actual, pred]))
    is_actual = pt.eq(actual[:, np.newaxis], labels).astype("int64")
    is_pred = pt.eq(pred[:, np.newaxis], labels).astype("int64")
    return [pt.dot(is_actual.T, is_pred), labels]


def prepend_scalar_to_each_row(val: Any, mat: Any) -> Variable:
    """Put a column in front of a matrix, filled with one number."""
    mat = pt.as_tensor_variable(mat)
    if mat.ndim != 2:
        raise TypeError(f"Expected a matrix as input, not {mat.type}")
    column = pt.full((mat.shape[0], 1), pt.cast(val, mat.dtype))
    return pt.concatenate([column, mat], axis=1)


def prepend_0_to_each_row(mat: Any) -> Variable:
    """Put a column of zeros in front of a matrix."""
    return prepend_scalar_to_each_row(0.0, mat)


def prepend_1_to_each_row(mat: Any) -> Variable:
    """Put a column of ones in front of a matrix: a feature for the biases."""
    return prepend_scalar_to_each_row(1.0, mat)


# ------------------------------------------------------------------------------------------------
# Theano's operations. What its programs call are the functions above; the gradients have formulas.
# ------------------------------------------------------------------------------------------------


def softmax_grad(dy: Any, sm: Any) -> Variable:
    """Compute the gradient of a softmax of rows from its own and from what it made."""
    dy, sm = pt.as_tensor_variable(dy), pt.as_tensor_variable(sm)
    return (dy - pt.sum(dy * sm, axis=1, keepdims=True)) * sm


def crossentropy_softmax_1hot_with_bias_dx(dy: Any, sm: Any, y_idx: Any) -> Variable:
    """Compute the gradient of the cross-entropies of rows and classes before the softmax.

    Parameters
    ----------
    dy : scalar or vector
        The gradient with respect to the cross-entropies.
    sm : matrix
        The softmax.
    y_idx : vector of int
        The classes.

    Returns
    -------
    matrix
    """
    dy, sm = pt.as_tensor_variable(dy), pt.as_tensor_variable(sm)
    rows, y_idx = pt.arange(sm.shape[0]), equal_lengths(y_idx, sm)
    return pt.atleast_1d(dy)[:, np.newaxis] * pt.inc_subtensor(sm[rows, y_idx], -1)


def crossentropy_categorical_1hot_grad(g_y: Any, coding_dist: Any, true_one_of_n: Any) -> Variable:
    """Compute the gradient of :func:`crossentropy_categorical_1hot` before its logarithm."""
    g_y, coding_dist = pt.as_tensor_variable(g_y), pt.as_tensor_variable(coding_dist)
    place = pt.arange(coding_dist.shape[0]), equal_lengths(true_one_of_n, coding_dist)
    return pt.set_subtensor(pt.zeros_like(coding_dist)[place], -g_y / coding_dist[place])


class Prepend_scalar_constant_to_each_row:
    """:func:`prepend_scalar_to_each_row` of a given number."""

    def __init__(self, val: Any = 0):
        self.val = val

    def __call__(self, mat: Any) -> Variable:
        return prepend_scalar_to_each_row(self.val, mat)


def _maker(function):
    """Make what stands for a class of Theano's whose operation is a function here."""
    return lambda: function


CrossentropyCategorical1Hot = _maker(crossentropy_categorical_1hot)
CrossentropyCategorical1HotGrad = _maker(crossentropy_categorical_1hot_grad)
CrossentropySoftmax1HotWithBiasDx = _maker(crossentropy_softmax_1hot_with_bias_dx)
CrossentropySoftmaxArgmax1HotWithBias = _maker(crossentropy_softmax_argmax_1hot_with_bias)
Prepend_scalar_to_each_row = _maker(prepend_scalar_to_each_row)
SoftmaxGrad = _maker(softmax_grad)
SoftmaxWithBias = _maker(softmax_with_bias)
