"""What a step may return besides outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytensor.tensor as pt
from pytensor.compile.builders import infer_shape
from pytensor.graph.basic import Variable
from theano.gof.graph import clone_replace as clone
from theano.missing import explain_missing
from theano.scan_module.mapping import map_variables

__all__ = [
    "StepResults",
    "clone",
    "get_updates_and_outputs",
    "infer_shape",
    "map_variables",
    "until",
]

__getattr__ = explain_missing(__name__, "pytensor.scan.utils")


class until:
    """The condition under which a loop ends; a step returns it after everything else.

    Parameters
    ----------
    condition : scalar variable
        The loop ends with the step whose condition isn't zero.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> def step(previous):
    ...     return previous * 2, until(previous * 2 > 100)
    >>> powers, _ = theano.scan(step, outputs_info=T.constant(1.0), n_steps=50)
    >>> powers.eval().tolist()
    [2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0]
    """

    def __init__(self, condition: Any):
        self.condition = pt.as_tensor_variable(condition)
        if self.condition.ndim:
            raise ValueError(f"a condition is a scalar, not {self.condition.type}")


class StepResults(NamedTuple):
    """What a step returned: a condition or None, outputs, and updates of shared variables."""

    condition: Variable | None
    outputs: list
    updates: dict


def get_updates_and_outputs(returned: Any) -> StepResults:
    """Tell outputs, updates and condition in what a step returned apart.

    Parameters
    ----------
    returned : variable, or list or tuple
        Outputs, updates, a condition; or two of them in this order; or all three.

    Returns
    -------
    StepResults

    Raises
    ------
    ValueError
        If it is something else.
    """
    if _is_outputs(returned):
        return StepResults(None, _as_list(returned), {})
    if _is_updates(returned):
        return StepResults(None, [], dict(returned))
    items = list(returned) if isinstance(returned, (list, tuple)) else [returned]
    condition, outputs, updates = None, [], {}
    if items and isinstance(items[-1], until):
        condition = items.pop().condition
    if items and _is_outputs(items[0]):
        outputs = _as_list(items.pop(0))
    if items and _is_updates(items[0]):
        updates = dict(items.pop(0))
    if items:
        raise ValueError(
            "a step returns its outputs (a variable or a list of them), then its updates (a dict "
            "or a list of pairs), then theano.scan_module.until(condition), each if it has it; "
            f"this one returned {returned!r}. Numbers and arrays are made variables by "
            "theano.tensor.constant"
        )
    return StepResults(condition, outputs, updates)


def _as_list(outputs):
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def _is_outputs(item):
    if isinstance(item, (list, tuple)):
        return all(isinstance(x, Variable) for x in item)
    return isinstance(item, Variable)


def _is_updates(item):
    if isinstance(item, Mapping):
        item = list(item.items())
    return isinstance(item, (list, tuple)) and all(
        isinstance(pair, (list, tuple)) and len(pair) == 2 and isinstance(pair[0], Variable)
        for pair in item
    )
