"""The random number generator that initializers and layers draw from."""

import types

import numpy as np

__all__ = ["get_rng", "set_rng"]

# What the library draws with: initializers (normal, uniform, permutation) and seeds of streams.
_METHODS = ("normal", "uniform", "permutation", "randint")

RandomSource = "np.random.RandomState | np.random.Generator | types.ModuleType"

_rng = np.random


def get_rng() -> "np.random.RandomState | types.ModuleType":
    """Get the random number generator that the library draws from.

    Returns
    -------
    numpy.random.RandomState, or an object with its methods
        What :func:`set_rng` was given last; at first the module ``numpy.random``, whose
        generator ``numpy.random.seed`` seeds.

    Examples
    --------
    >>> get_rng().uniform(size=(2, 3)).shape
    (2, 3)
    """
    return _rng


def set_rng(new_rng: RandomSource) -> None:
    """Set the random number generator that the library draws from.

    Set it once, before the first layer is made, and a script starts from the same weights each
    time it is run.

    Parameters
    ----------
    new_rng : numpy.random.RandomState, numpy.random.Generator, or the module numpy.random
        The generator; any other object with the methods ``normal``, ``uniform``, ``permutation``
        and ``randint`` of ``RandomState`` will do, too. A ``Generator`` has not all of these: it
        is used through a ``RandomState`` on top of its bit generator. Both then draw from one
        stream, so numbers drawn by the library also advance the ``Generator``.

    Raises
    ------
    TypeError
        If `new_rng` lacks one of the methods; for a seed in place of a generator the message says
        what to write.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.init import Normal
    >>> set_rng(np.random.RandomState(1))
    >>> first = Normal()((2, 3))
    >>> set_rng(np.random.RandomState(1))
    >>> bool((Normal()((2, 3)) == first).all())
    True
    >>> set_rng(np.random)
    """
    global _rng
    if isinstance(new_rng, np.random.Generator):
        new_rng = np.random.RandomState(new_rng.bit_generator)
    missing = [name for name in _METHODS if not callable(getattr(new_rng, name, None))]
    if missing:
        raise TypeError(_explain(new_rng, missing))
    _rng = new_rng


def _explain(given, missing):
    message = f"set_rng needs a random number generator, but was given {given!r}"
    if given is None:
        return f"{message}: write set_rng(np.random) for NumPy's global generator"
    if isinstance(given, (int, np.integer)):
        return f"{message}: for a seed write set_rng(np.random.RandomState({int(given)}))"
    if isinstance(given, (float, np.floating)):
        return f"{message}: a seed is an integer, as in set_rng(np.random.RandomState(1))"
    return (
        f"{message} of type {type(given).__name__}, which lacks the methods "
        f"{', '.join(missing)}: write, for example, set_rng(np.random.RandomState(1))"
    )
