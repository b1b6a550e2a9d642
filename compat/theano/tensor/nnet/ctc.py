"""Connectionist temporal classification: the loss of a sequence of labels without their times."""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor.type import discrete_dtypes, float_dtypes
from theano.missing import explain_missing
from theano.scan_module import scan

__all__ = ["ConnectionistTemporalClassification", "ctc", "ctc_available", "ctc_present"]

__getattr__ = explain_missing(__name__)

_IMPOSSIBLE = -1e30  # a logarithm; with infinity, gradients would be NaN


def ctc_available() -> bool:
    """Tell whether the loss can be computed: always, and without Baidu's library."""
    return True


ctc_present = ctc_available
ctc_available.msg = None
ctc_available.path = None


def ctc(activations: Any, labels: Any, input_lengths: Any) -> Variable:
    """Compute how unlikely sequences of labels are, whatever the times at which they appear.

    Parameters
    ----------
    activations : float tensor of shape ``(times, batch, symbols)``
        The logarithms of the symbols' probabilities at each time, up to a constant: what goes into
        a softmax. The first symbol is the blank.
    labels : integer matrix of shape ``(batch, labels)``
        The labels of each example. Negative ones are padding.
    input_lengths : integer vector
        The number of times of each example.

    Returns
    -------
    vector
        The negative log-likelihood of each example's labels. As with Baidu's library, it is 0 for
        more labels than there are times for.

    Raises
    ------
    TypeError
        If the activations aren't floats, or the others aren't integers.
    ValueError
        If a number of dimensions is another.

    Examples
    --------
    >>> import numpy as np
    >>> cost = ctc(np.zeros((2, 1, 3)), np.array([[1]]), np.array([2]))
    >>> np.exp(-cost.eval()).round(4).tolist()  # of 9 pairs: 1 1, 1 blank and blank 1
    [0.3333]
    """
    activations, labels, lengths = _checked(activations, labels, input_lengths)
    labels = _padding_last(labels)
    n_labels = pt.sum(labels >= 0, axis=1)
    # Between the labels, and around them, there may be blanks: [blank, first, blank, second, ...].
    symbols = pt.zeros((labels.shape[0], 2 * labels.shape[1] + 1), dtype="int64")
    symbols = pt.set_subtensor(symbols[:, 1::2], pt.maximum(labels, 0))
    other_than_second_last = pt.neq(symbols[:, 2:], symbols[:, :-2]) & pt.neq(symbols[:, 2:], 0)
    rows = pt.arange(labels.shape[0])
    logs = activations - pt.logsumexp(activations, axis=2, keepdims=True)
    logs = logs[:, rows[:, None], symbols]

    positions = pt.arange(symbols.shape[1])
    first = pt.switch(positions < 2, logs[0], _IMPOSSIBLE).astype(logs.dtype)

    def step(log, time, before, skips, lengths):
        stay, move = before, _shifted(before, 1)
        skip = pt.switch(skips, _shifted(before, 2)[:, 2:], _IMPOSSIBLE)
        skip = pt.concatenate([pt.full_like(before[:, :2], _IMPOSSIBLE), skip], axis=1)
        after = pt.logsumexp(pt.stack([stay, move, skip]), axis=0) + log
        return pt.switch((time < lengths)[:, None], after, before).astype(before.dtype)

    paths, _ = scan(
        step,
        sequences=[logs[1:], pt.arange(1, logs.shape[0])],
        outputs_info=first,
        non_sequences=[other_than_second_last, lengths],
    )
    last = pt.concatenate([first[None], paths])[-1]
    ends = [last[rows, 2 * n_labels], last[rows, pt.maximum(2 * n_labels - 1, 0)]]
    ends[1] = pt.switch(n_labels > 0, ends[1], _IMPOSSIBLE)
    cost = -pt.logsumexp(pt.stack(ends), axis=0)
    repeats = pt.sum(pt.eq(labels[:, 1:], labels[:, :-1]) & (labels[:, 1:] >= 0), axis=1)
    return pt.switch(n_labels + repeats <= lengths, cost, 0).astype(activations.dtype)


def ConnectionistTemporalClassification(compute_grad: bool = True, openmp: Any = None) -> Any:
    """Return :func:`ctc`, as Theano's operation is called; neither argument has an effect."""
    return ctc


def _checked(activations, labels, lengths):
    activations = pt.as_tensor_variable(activations)
    labels, lengths = pt.as_tensor_variable(labels), pt.as_tensor_variable(lengths)
    if activations.dtype not in float_dtypes:
        raise TypeError(f"ctc: activations must be floats, not {activations.dtype}")
    for name, variable in {"labels": labels, "input_lengths": lengths}.items():
        if variable.dtype not in discrete_dtypes:
            raise TypeError(f"ctc: {name} must be integers, not {variable.dtype}")
    ndims = activations.ndim, labels.ndim, lengths.ndim
    if ndims != (3, 2, 1):
        raise ValueError(
            "ctc: activations, labels and input_lengths must have 3, 2 and 1 dimensions, not "
            f"{ndims[0]}, {ndims[1]} and {ndims[2]}"
        )
    return activations, labels, lengths


def _padding_last(labels):
    columns = pt.arange(labels.shape[1])
    order = pt.argsort(columns + labels.shape[1] * (labels < 0), axis=1)
    return labels[pt.arange(labels.shape[0])[:, None], order]


def _shifted(logs, n):
    return pt.concatenate([pt.full_like(logs[:, :n], _IMPOSSIBLE), logs[:, :-n]], axis=1)
