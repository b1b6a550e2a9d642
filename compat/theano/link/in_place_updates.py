"""Updates that change a part of a shared variable, such as ``T.inc_subtensor(w[rows], ...)``.

They are made in place, as copying a large table would take longer than the step. What they are to
change is copied before, so that a call that is interrupted can be undone.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from pytensor.graph.basic import Variable
from pytensor.tensor.subtensor import (
    AdvancedIncSubtensor,
    AdvancedSubtensor,
    IncSubtensor,
    Subtensor,
    indices_from_subtensor,
)

__all__ = ["Part", "find_parts", "put_back"]

_GETTERS = {IncSubtensor: Subtensor, AdvancedIncSubtensor: AdvancedSubtensor}


class Part(NamedTuple):
    """A part of an array: what tells its place, the numbers there, and how they say so."""

    variables: list
    places: tuple


def find_parts(new: Variable, old: Variable) -> "list[Part] | None":
    """List the parts of a variable that an update changes; None if it computes all anew."""
    parts = []
    while new is not old:
        getter = _GETTERS.get(type(new.owner.op)) if new.owner is not None else None
        if getter is None:
            return None
        places = tuple(new.owner.op.idx_list)
        new, _, *indices = new.owner.inputs
        parts.append(Part([getter(places)(old, *indices), *indices], places))
    return parts or None


def put_back(array: Any, parts: Sequence[Part], values: Iterator) -> Any:
    """Make the array that there was before an update.

    Parameters
    ----------
    array : JAX array
        What the update made.
    parts : list of Part
        What the update changed.
    values : iterator of arrays
        The values that the parts' variables, one after the other, had at that call.

    Returns
    -------
    JAX array
    """
    for part in parts:
        before, *indices = (next(values) for _ in part.variables)
        indices = [np.asarray(index)[()] for index in indices]
        array = array.at[indices_from_subtensor(indices, part.places)].set(before)
    return array
