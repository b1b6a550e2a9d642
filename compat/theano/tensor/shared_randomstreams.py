"""Symbolic random numbers of many distributions, whose streams go on at each call."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import Any

import numpy as np
from pytensor.graph.basic import Variable
from theano.missing import explain_missing
from theano.sandbox.rng_mrg import guess_n_streams
from theano.tensor.random_state import (
    N_STREAMS,
    RandomStateSharedVariable,
    StreamGenerator,
    randomstate_constructor,
    shared_state,
    streams_of_seed,
)
from theano.tensor.raw_random import RandomStreamsBase

__all__ = ["RandomStateSharedVariable", "RandomStreams", "randomstate_constructor"]

__getattr__ = explain_missing(__name__)


class RandomStreams(RandomStreamsBase):
    """Symbolic random numbers, with NumPy's distributions and names.

    Each method that draws makes a stream of its own, whose state a compiled function updates at
    each call, so that the next call draws other numbers. The same seed draws the same again.

    The numbers differ from those of Theano, which draws from NumPy's Mersenne Twister; the
    distributions are the same. `theano.sandbox.rng_mrg.MRG_RandomStreams` draws the same numbers
    as Theano, and is faster too.

    Parameters
    ----------
    seed : int, optional
        Where the streams start, from 0 to 2**32 - 1. By default another place each time.

    Raises
    ------
    TypeError
        If the seed is no integer.
    ValueError
        If it is out of range.

    Examples
    --------
    >>> import theano
    >>> from theano.tensor.shared_randomstreams import RandomStreams
    >>> srng = RandomStreams(seed=1)
    >>> draw = theano.function([], srng.permutation(n=5))
    >>> sorted(draw().tolist())
    [0, 1, 2, 3, 4]
    >>> first = draw()
    >>> srng.seed(1)
    >>> second = draw(), draw()
    >>> bool((second[1] == first).all())
    True
    """

    def __init__(self, seed: int | None = None) -> None:
        _check_seed(seed)
        self.state_updates: list[tuple[Variable, Variable]] = []
        self.default_instance_seed = seed
        # Draws the seeds of the streams, as in Theano.
        self.gen_seedgen = np.random.RandomState(seed)

    def updates(self) -> list[tuple[Variable, Variable]]:
        """Pairs of each draw's state and its new state; `theano.function` knows them already."""
        return list(self.state_updates)

    def seed(self, seed: int | None = None) -> None:
        """Start all streams anew.

        Parameters
        ----------
        seed : int, optional
            As for the class; by default the seed that it was made with.
        """
        _check_seed(seed)
        seedgen = np.random.RandomState(self.default_instance_seed if seed is None else seed)
        for state, _ in self.state_updates:
            self[state] = int(seedgen.randint(2**30))

    def __getitem__(self, item: Variable) -> StreamGenerator:
        """The generator of a draw, `draw.rng`."""
        return item.get_value(borrow=True)

    def __setitem__(self, item: Variable, val: Any) -> None:
        """Set a draw's generator: to one, to an int32 matrix, or by a seed."""
        if isinstance(val, Integral):
            generator = item.get_value()
            generator.seed(int(val))
            val = generator
        item.set_value(val)

    def gen(self, op: Callable, *args: Any, **kwargs: Any) -> Variable:
        """Make a new stream and draw from it.

        Parameters
        ----------
        op : callable
            Takes a state, `args` and `kwargs`, and returns the new state and the draw: a function
            of `theano.tensor.raw_random`, or one like them, with the size as its first argument.

        Returns
        -------
        variable
            The draw. It has the attributes `rng`, its state, and `update`, the pair of it and of
            the new state.
        """
        size = args[0] if args else kwargs.get("size")
        n_streams = max(N_STREAMS, 1 if size is None else guess_n_streams(size))
        state = shared_state(streams_of_seed(int(self.gen_seedgen.randint(2**30)), n_streams))
        new_state, draw = op(state, *args, **kwargs)
        draw.rng = state
        draw.update = (state, new_state)
        self.state_updates.append(draw.update)
        state.default_update = new_state
        return draw


def _check_seed(seed: Any) -> None:
    if seed is not None and not isinstance(seed, Integral):
        raise TypeError(f"a seed is an integer, or None, not {seed!r}")
    if seed is not None and not 0 <= seed < 2**32:
        raise ValueError(f"a seed is from 0 to 2**32 - 1, not {seed}")
