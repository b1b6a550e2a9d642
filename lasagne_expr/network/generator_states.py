"""States of NumPy's random generators as plain numbers and lists, which JSON can hold."""

from typing import Any

import numpy as np


def generator_state(generator: Any) -> "dict | None":
    """Read the state of a generator.

    Parameters
    ----------
    generator : numpy.random.RandomState, numpy.random.Generator, or the module numpy.random

    Returns
    -------
    dict or None
        Of what JSON can hold; None for another kind of object.

    Examples
    --------
    >>> state = generator_state(np.random.RandomState(1))
    >>> state["bit_generator"], len(state["state"]["key"]["array"])
    ('MT19937', 624)
    """
    if isinstance(generator, np.random.Generator):
        return _plain(generator.bit_generator.state)
    if generator is np.random or isinstance(generator, np.random.RandomState):
        return _plain(generator.get_state(legacy=False))
    return None


def set_generator_state(generator: Any, state: dict) -> None:
    """Set a generator to a state that :func:`generator_state` read of one of the same kind.

    Examples
    --------
    >>> first, second = np.random.RandomState(1), np.random.RandomState(2)
    >>> set_generator_state(second, generator_state(first))
    >>> first.uniform() == second.uniform()
    True
    """
    state = _with_arrays(state)
    if isinstance(generator, np.random.Generator):
        generator.bit_generator.state = state
    else:
        generator.set_state(state)


def _plain(state):
    if isinstance(state, dict):
        return {key: _plain(value) for key, value in state.items()}
    if isinstance(state, np.ndarray):
        return {"array": state.tolist(), "dtype": str(state.dtype)}
    return state.item() if isinstance(state, np.generic) else state


def _with_arrays(state):
    if not isinstance(state, dict):
        return state
    if state.keys() == {"array", "dtype"}:
        return np.array(state["array"], dtype=state["dtype"])
    return {key: _with_arrays(value) for key, value in state.items()}
