"""Eager evaluation of single operations, as their `perform` asks for and `theano.link` does."""

import functools
from collections.abc import Sequence
from typing import Any

from pytensor.graph.op import Op

__all__ = ["evaluate"]


@functools.singledispatch
def evaluate(op: Op, inputs: Sequence) -> list[Any]:
    """Compute an operation outside of any compiled graph, as modes do that run node by node.

    Ways to do so are registered by class: ``@evaluate.register(Scan)``.

    Parameters
    ----------
    op : Op
    inputs : list of NumPy arrays

    Returns
    -------
    list of NumPy arrays

    Raises
    ------
    NotImplementedError
        If none is registered.
    """
    raise NotImplementedError(f"nothing is registered that evaluates {op}")
