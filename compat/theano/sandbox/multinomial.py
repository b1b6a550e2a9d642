"""Draws from distributions of a few outcomes, made of uniform numbers."""

from __future__ import annotations

import warnings
from typing import Any

import pytensor.tensor as pt
from pytensor.gradient import zero_grad
from pytensor.graph.basic import Variable
from theano.missing import explain_missing

__all__ = [
    "ChoiceFromUniform",
    "MultinomialFromUniform",
    "MultinomialWOReplacementFromUniform",
    "chosen_outcomes",
    "counted_outcomes",
]

__getattr__ = explain_missing(__name__)


class MultinomialFromUniform:
    """Count how often each outcome is drawn.

    Parameters
    ----------
    odtype : str
        The counts' dtype; ``"auto"`` for that of the probabilities.

    Examples
    --------
    >>> MultinomialFromUniform("int64")([[0.2, 0.8], [0.5, 0.5]], [0.3, 0.1]).eval().tolist()
    [[0, 1], [1, 0]]
    """

    def __init__(self, odtype: str):
        self.odtype = odtype

    def __call__(self, pvals: Any, unis: Any, n: Any = 1) -> Variable:
        """Draw `n` times from each row's distribution.

        Parameters
        ----------
        pvals : matrix
            Each row the probabilities of a distribution.
        unis : vector
            Uniform numbers, as many as there are rows, `n` times.
        n : int or integer variable, default 1
            Number of draws.

        Returns
        -------
        matrix
            The counts. Their gradient is zero.

        Raises
        ------
        NotImplementedError
            If `pvals` or `unis` has another number of dimensions.
        """
        pvals, unis = _checked(pvals, unis)
        dtype = pvals.dtype if self.odtype == "auto" else self.odtype
        return counted_outcomes(zero_grad(pvals), zero_grad(unis), n).astype(dtype)


class ChoiceFromUniform:
    """Draw outcomes, different ones or not.

    Parameters
    ----------
    odtype : str
        Their dtype; ``"auto"`` for int64.
    replace : bool, default False
        Whether an outcome can be drawn more than once.
    """

    def __init__(self, odtype: str, replace: bool = False):
        self.odtype = odtype
        self.replace = replace

    def __call__(self, pvals: Any, unis: Any, n: int = 1) -> Variable:
        """Draw `n` times from each row's distribution.

        Parameters
        ----------
        pvals : matrix
            Each row the probabilities of a distribution.
        unis : vector
            Uniform numbers, as many as there are rows, `n` times.
        n : int, default 1
            Number of draws.

        Returns
        -------
        matrix
            The outcomes of each row, in order.

        Raises
        ------
        NotImplementedError
            If `pvals` or `unis` has another number of dimensions.
        """
        pvals, unis = _checked(pvals, unis)
        dtype = "int64" if self.odtype == "auto" else self.odtype
        uniforms = unis.reshape((n, pvals.shape[0], 1))
        return pt.stack(chosen_outcomes(pvals, uniforms, n, self.replace), axis=1).astype(dtype)


class MultinomialWOReplacementFromUniform(ChoiceFromUniform):
    """An older name of `ChoiceFromUniform`."""

    def __init__(self, *args, **kwargs):
        warnings.warn(
            "MultinomialWOReplacementFromUniform is deprecated, use ChoiceFromUniform instead.",
            DeprecationWarning,
            stacklevel=2,
        )
        super().__init__(*args, **kwargs)


def _checked(pvals, unis):
    pvals, unis = pt.as_tensor_variable(pvals), pt.as_tensor_variable(unis)
    if pvals.ndim != 2:
        raise NotImplementedError("pvals ndim should be 2", pvals.ndim)
    if unis.ndim != 1:
        raise NotImplementedError("unis ndim should be 1", unis.ndim)
    return pvals, unis


def counted_outcomes(pvals: Variable, uniforms: Variable, n: Any) -> Variable:
    """Count the outcomes of `n` draws from each row's distribution."""
    cumulated = pt.cumsum(pt.cast(pvals, "float64"), axis=1)
    # The outcome is the first whose cumulated probability is above the uniform number.
    passed = uniforms.reshape((n, pvals.shape[0], 1)) >= cumulated
    outcome = passed.sum(axis=2, keepdims=True)
    return pt.eq(outcome, pt.arange(pvals.shape[1])).sum(axis=0)


def chosen_outcomes(
    p: Variable, uniforms: Variable, size: int, replace: bool = False
) -> list[Variable]:
    """`size` outcomes of each row, one after the other, each then struck off unless `replace`."""
    outcomes = []
    columns = pt.arange(p.shape[1])
    for i in range(size):
        passed = uniforms[i] >= pt.cumsum(pt.cast(p, "float64"), axis=1)
        # Where rounding left the whole row below the uniform number, it is the last possible one.
        last_possible = pt.switch(p > 0, columns, 0).max(axis=1)
        outcomes.append(pt.minimum(passed.sum(axis=1), last_possible))
        if not replace:
            p = pt.switch(pt.eq(columns, outcomes[i][:, None]), 0, p)
            p = p / p.sum(axis=1, keepdims=True)
    return outcomes
