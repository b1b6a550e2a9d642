"""Normal numbers, made of uniform ones."""

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Variable

__all__ = ["box_muller", "truncated"]


def box_muller(uniforms: Variable, half: Any) -> tuple[Variable, Variable]:
    """Make standard normal numbers of uniform ones.

    Parameters
    ----------
    uniforms : vector
        ``2 * half`` numbers.
    half : int or scalar variable
        Half of their number.

    Returns
    -------
    numbers, directions : vectors
        The normal numbers, and the cosines and sines that are their factors.

    References
    ----------
    .. [1] G. E. P. Box and M. E. Muller, "A Note on the Generation of Random Normal Deviates",
       Annals of Mathematical Statistics 29(2), 1958, 610-611.
    """
    radius = pt.sqrt(-2.0 * pt.log(uniforms[:half]))
    directions = _cos_and_sin_of_turns(uniforms[half:])
    # Not the radii times the directions, both concatenated: that takes twice as long.
    numbers = pt.concatenate([radius * direction for direction in directions])
    return numbers, pt.concatenate(directions)


def _cos_and_sin_of_turns(turns):
    """The cosine and the sine of 2 pi times numbers from 0 to 1.

    Those of float32 by polynomials: XLA's own are six times as slow, and less exact for the rounded
    angle. The coefficients are those of ``sinf`` and ``cosf`` in S. Moshier's Cephes library.
    """
    if turns.dtype != "float32":
        angle = np.array(2.0 * np.pi, dtype=turns.dtype) * turns
        return [pt.cos(angle), pt.sin(angle)]
    quarters = pt.round(4 * turns, mode="half_to_even")
    angle = (4 * turns - quarters) * np.float32(np.pi / 2)  # from -pi/4 to pi/4
    square = angle * angle
    sine = angle * _polynomial(square, 1, -1.6666654611e-1, 8.3321608736e-3, -1.9515295891e-4)
    cosine = _polynomial(square, 1, -0.5, 4.166664568e-2, -1.388731625e-3, 2.443315712e-5)
    odd = pt.or_(pt.eq(quarters, 1), pt.eq(quarters, 3))
    left = pt.or_(pt.eq(quarters, 1), pt.eq(quarters, 2))
    below = pt.or_(pt.eq(quarters, 2), pt.eq(quarters, 3))
    first, second = pt.switch(odd, sine, cosine), pt.switch(odd, cosine, sine)
    return [pt.switch(left, -first, first), pt.switch(below, -second, second)]


def _polynomial(x, *coefficients):
    *others, total = (np.float32(c) for c in coefficients)
    for coefficient in reversed(others):
        total = total * x + coefficient
    return total


def truncated(
    samples: Variable, outside: Variable, directions: Variable, redrawn: Variable, half: Any
) -> Variable:
    """Put new numbers for those outside of (-2, 2), and all in Theano's order.

    That is, for each half of the samples: those that were inside, then the new ones.
    """
    lowest = np.array(np.exp(-2.0), dtype=samples.dtype)
    # The k-th outsider gets the k-th new number, a radius below 2.
    place = pt.cumsum(pt.cast(outside, "int64")) - 1
    number = redrawn[pt.maximum(place, 0)] * (1 - lowest) + lowest
    fixed = pt.switch(outside, pt.sqrt(-2.0 * pt.log(number)) * directions, samples)
    halves = []
    for part in (slice(None, half), slice(half, None)):
        # Keys that all differ, as not every linker can sort stably.
        order = pt.argsort(pt.switch(outside[part], half, 0) + pt.arange(half))
        halves.append(fixed[part][order])
    return pt.concatenate(halves)
