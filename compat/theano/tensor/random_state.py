"""The states of random streams, and the generators that stand for them between calls."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from pytensor.tensor.type import TensorType
from theano.compile.sharedvalue import TensorSharedVariable, shared_constructor
from theano.sandbox.rng_mrg import M1, M2, substreams

__all__ = [
    "N_STREAMS",
    "RandomStateSharedVariable",
    "RandomStateType",
    "StreamGenerator",
    "random_state_type",
    "shared_state",
    "streams_of_seed",
]

# The fewest streams: a draw of unknown size, or whose size isn't its number of uniform numbers,
# shouldn't take its streams one after the other.
N_STREAMS = 256

_NAME = "MRG31k3p"


def streams_of_seed(seed: Any, n_streams: int = N_STREAMS) -> np.ndarray:
    """Make states of streams, from six numbers that NumPy draws for a seed of its own."""
    seedgen = np.random.RandomState(seed)
    numbers = [seedgen.randint(1, modulus) for modulus in (M1, M1, M1, M2, M2, M2)]
    return substreams(np.array(numbers, dtype=np.int32), n_streams)


def _streams_of(value: Any, n_streams: int | None = None) -> Any:
    """Take states of streams out of what stands for them; leave anything else as it is."""
    if isinstance(value, np.random.RandomState):
        seed = int(copy.deepcopy(value).randint(2**30))  # the caller's goes on as it was
        return streams_of_seed(seed, n_streams or N_STREAMS)
    if not isinstance(value, StreamGenerator):
        return value
    streams = value.streams
    if n_streams is None or len(streams) == n_streams:
        return streams
    return substreams(np.array(streams[0]), n_streams)


class StreamGenerator:
    """What a draw goes on from: the states of its streams, seeded and kept as NumPy's generators.

    The values of `draw.rng` are such objects. What is done to one holds for the draw after
    ``draw.rng.set_value(generator)``.

    Parameters
    ----------
    streams : int32 matrix
        The state of each stream, in rows.

    Examples
    --------
    >>> import theano
    >>> from theano.tensor.shared_randomstreams import RandomStreams
    >>> numbers = RandomStreams(1).uniform((2,))
    >>> draw = theano.function([], numbers)
    >>> generator = numbers.rng.get_value()
    >>> generator.seed(7)
    >>> numbers.rng.set_value(generator)
    >>> first = draw()
    >>> numbers.rng.set_value(generator)
    >>> bool((draw() == first).all())
    True
    """

    def __init__(self, streams: Any):
        self.streams = np.array(streams, np.int32)

    def seed(self, seed: Any = None) -> None:
        """Start anew.

        Parameters
        ----------
        seed : int or array of int, optional
            As `numpy.random.RandomState` takes it; by default another place each time.
        """
        self.streams = streams_of_seed(seed, len(self.streams))

    def get_state(self, legacy: bool = True) -> tuple:
        """Return the state, for :meth:`set_state`: a name and an int32 matrix."""
        return _NAME, self.streams.copy()

    def set_state(self, state: Any) -> None:
        """Go on from a state.

        Parameters
        ----------
        state : tuple or dict
            Of such a generator. A state of a `numpy.random.RandomState` is taken for a seed.
        """
        if isinstance(state, tuple) and state[0] == _NAME:
            self.streams = np.array(state[1], np.int32)
            return
        generator = np.random.RandomState()
        generator.set_state(state)
        self.streams = _streams_of(generator, len(self.streams))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.streams, dtype) if copy or dtype else self.streams

    def __len__(self) -> int:
        return len(self.streams)

    def __repr__(self) -> str:
        return f"{type(self).__name__} of {len(self)} streams"


class RandomStateType(TensorType):
    """The type of states of streams, for which a NumPy generator may be given.

    Examples
    --------
    >>> import numpy as np, theano
    >>> from theano.tensor.raw_random import random_state_type, uniform
    >>> rng = random_state_type("rng")
    >>> draw = theano.function([rng], uniform(rng, (2,))[1])
    >>> first, same = draw(np.random.RandomState(1)), draw(np.random.RandomState(1))
    >>> bool((first == same).all())
    True
    """

    def filter(
        self, data: Any, strict: bool = False, allow_downcast: bool | None = None
    ) -> np.ndarray:
        """Make an int32 matrix of a generator, which stays as it is; check anything else."""
        return super().filter(_streams_of(data), strict, allow_downcast)


random_state_type = RandomStateType("int32", (None, 6))


class RandomStateSharedVariable(TensorSharedVariable):
    """The state of a draw's streams, which compiled functions update at each call."""

    def get_value(self, borrow: bool = False, return_internal_type: bool = False) -> Any:
        """Return the value.

        Parameters
        ----------
        borrow
            Taken, and without effect unless for what is stored.
        return_internal_type : bool, default False
            Whether to return what is stored: an int32 matrix, in the device's memory maybe.

        Returns
        -------
        StreamGenerator, or int32 matrix
        """
        value = super().get_value(borrow, return_internal_type)
        return value if return_internal_type else StreamGenerator(value)

    def set_value(self, new_value: Any, borrow: bool = False) -> None:
        """Set the value.

        Parameters
        ----------
        new_value : StreamGenerator, numpy.random.RandomState, or int32 matrix
            A `RandomState` is taken for a seed. A generator of another draw, with another number
            of streams, is the start of as many as there are here.
        borrow : bool, default False
            Whether the variable may keep a matrix itself rather than a copy.
        """
        streams = _streams_of(new_value, self.container.storage.shape[0])
        if not hasattr(streams, "dtype"):
            raise TypeError(
                f"the state of a random stream is a generator, such as get_value() gives, a "
                f"numpy.random.RandomState, or an int32 matrix; got {new_value!r}"
            )
        super().set_value(streams, borrow)


def shared_state(streams: np.ndarray, name: str | None = None) -> RandomStateSharedVariable:
    """Make a shared variable of states of streams."""
    kind = TensorType("int32", streams.shape)
    state = RandomStateSharedVariable(kind, streams, strict=False, name=name)
    state.tag.is_rng = True
    return state


@shared_constructor
def randomstate_constructor(
    value: Any,
    name: str | None = None,
    strict: bool = False,
    allow_downcast: bool | None = None,
    borrow: bool = False,
) -> RandomStateSharedVariable:
    """Make a shared variable of a generator, for `theano.shared`."""
    if not isinstance(value, (StreamGenerator, np.random.RandomState)):
        raise TypeError(f"{value!r} is no generator")
    return shared_state(np.array(_streams_of(value)), name)
