"""Loops of the kinds that functional languages have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from theano.scan_module.scan import scan

__all__ = ["foldl", "foldr", "map", "reduce"]


def map(
    fn: Callable,
    sequences: Any,
    non_sequences: Any = None,
    truncate_gradient: int = -1,
    go_backwards: bool = False,
    mode: Any = None,
    name: str | None = None,
) -> tuple:
    """Apply a function to each element of sequences.

    Parameters
    ----------
    fn, sequences, non_sequences, truncate_gradient, go_backwards, mode, name
        As for `theano.scan`.

    Returns
    -------
    outputs, updates
        As of `theano.scan`.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> squares, _ = theano.map(lambda x: x**2, T.constant([1.0, 2.0, 3.0]))
    >>> squares.eval().tolist()
    [1.0, 4.0, 9.0]
    """
    return scan(
        fn,
        sequences,
        [],
        non_sequences,
        truncate_gradient=truncate_gradient,
        go_backwards=go_backwards,
        mode=mode,
        name=name,
    )


def reduce(
    fn: Callable,
    sequences: Any,
    outputs_info: Any,
    non_sequences: Any = None,
    go_backwards: bool = False,
    mode: Any = None,
    name: str | None = None,
) -> tuple:
    """Combine the elements of sequences into one value, one after another.

    Parameters
    ----------
    fn, sequences, outputs_info, non_sequences, go_backwards, mode, name
        As for `theano.scan`.

    Returns
    -------
    outputs, updates
        As of `theano.scan`, but each output's last value only.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> total, _ = theano.reduce(lambda x, y: x + y, T.constant([1.0, 2.0]), T.zeros(()))
    >>> float(total.eval())
    3.0
    """
    outputs, updates = scan(
        fn,
        sequences,
        outputs_info,
        non_sequences,
        go_backwards=go_backwards,
        mode=mode,
        name=name,
    )
    if isinstance(outputs, list):
        return [output[-1] for output in outputs], updates
    return outputs[-1], updates


def foldl(
    fn: Callable,
    sequences: Any,
    outputs_info: Any,
    non_sequences: Any = None,
    mode: Any = None,
    name: str | None = None,
) -> tuple:
    """Combine the elements of sequences into one value, from the first to the last.

    Parameters
    ----------
    fn, sequences, outputs_info, non_sequences, mode, name
        As for `theano.scan`.

    Returns
    -------
    outputs, updates
        As of :func:`reduce`.
    """
    return reduce(fn, sequences, outputs_info, non_sequences, False, mode, name)


def foldr(
    fn: Callable,
    sequences: Any,
    outputs_info: Any,
    non_sequences: Any = None,
    mode: Any = None,
    name: str | None = None,
) -> tuple:
    """Combine the elements of sequences into one value, from the last to the first.

    Parameters
    ----------
    fn, sequences, outputs_info, non_sequences, mode, name
        As for `theano.scan`.

    Returns
    -------
    outputs, updates
        As of :func:`reduce`.
    """
    return reduce(fn, sequences, outputs_info, non_sequences, True, mode, name)
