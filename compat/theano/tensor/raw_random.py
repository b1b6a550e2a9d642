"""Distributions of random numbers, each a function of uniform ones.

Every function here takes the state of a generator, such as `theano.sandbox.rng_mrg` makes, and
returns the new state and the draw. `theano.tensor.shared_randomstreams.RandomStreams` keeps the
states, and is what to use.

The distributions are those of Theano; the numbers are not, for Theano draws them from NumPy's
Mersenne Twister, which JAX can't compile.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from numbers import Integral
from operator import add
from typing import Any

import numpy as np
import pytensor.scalar as ps
import pytensor.tensor as pt
from pytensor.graph.basic import Constant, Variable
from theano.configdefaults import config
from theano.missing import explain_missing
from theano.ops.counts import binomial_quantile, poisson_quantile
from theano.ops.mrg import mrg_uniform
from theano.ops.normal import box_muller
from theano.tensor.random_state import RandomStateType, random_state_type

__all__ = [
    "RandomStateType",
    "RandomStreamsBase",
    "binomial",
    "choice",
    "multinomial",
    "normal",
    "permutation",
    "poisson",
    "random_integers",
    "random_state_type",
    "uniform",
]

__getattr__ = explain_missing(__name__)

Draw = tuple[Variable, Variable]


# ------------------------------------------------------------------------------------------------
# Sizes
# ------------------------------------------------------------------------------------------------


def _lengths(size: Any, ndim: int | None, *parameters: Variable) -> tuple:
    """The lengths of a draw's dimensions, each an int or a scalar variable.

    A size of None is that of the parameters, broadcast; an entry of -1 is an entry of that.
    """
    template = reduce(add, parameters) if parameters else None
    if size is None:
        if template is None:
            raise TypeError("the shape of this draw can't be told from its parameters: give size")
        lengths = _shape(template)
    elif isinstance(size, Variable | np.ndarray):
        size = pt.as_tensor_variable(size)
        if size.ndim != 1 or np.dtype(size.dtype).kind not in "iu":
            raise TypeError(f"size must be a vector of integers, not {size.type}")
        lengths = [size[i] for i in range(pt.get_vector_length(size) if ndim is None else ndim)]
    elif isinstance(size, tuple | list):
        lengths = [_length(size, i, template) for i in range(len(size))]
    else:
        raise TypeError(f"size must be a tuple, a list or a vector, not {size!r}")
    if ndim is not None and ndim != len(lengths):
        raise ValueError(f"ndim should be equal to len(size), but ndim={ndim} and size={size}")
    if template is not None and template.ndim > len(lengths):
        raise ValueError(
            f"the parameters of this draw have {template.ndim} dimensions, more than size {size}"
        )
    return tuple(lengths)


def _shape(variable: Variable) -> list:
    static = variable.type.shape
    return [variable.shape[i] if static[i] is None else static[i] for i in range(variable.ndim)]


def _length(size: Sequence, i: int, template: Variable | None) -> Any:
    length = size[i]
    if isinstance(length, Variable):
        if length.ndim != 0:
            raise TypeError(f"{length} in size {size} is not a scalar")
        return length
    if not isinstance(length, Integral) or length < -1:
        raise TypeError(f"size must be made of lengths, not {length!r}: {size}")
    if length >= 0:
        return int(length)
    axis = i - len(size) + (template.ndim if template is not None else 0)
    if axis < 0:
        raise ValueError(f"the -1 in size {size} stands for an axis that no parameter has")
    return _shape(template)[axis]


def _parameters(*values: Any) -> list[Variable]:
    return [pt.as_tensor_variable(value) for value in values]


def _check_range(parameter: Variable, name: str, low: float, high: float) -> None:
    """Refuse a constant that is out of range, or NaN."""
    if isinstance(parameter, Constant):
        inside = (parameter.data >= low) & (parameter.data <= high)
        if not np.all(inside):
            raise ValueError(f"{name} must be from {low} to {high}, not {parameter.data}")


# ------------------------------------------------------------------------------------------------
# Distributions
# ------------------------------------------------------------------------------------------------


def uniform(
    random_state: Variable,
    size: Any = None,
    low: Any = 0.0,
    high: Any = 1.0,
    ndim: int | None = None,
    dtype: str | None = None,
) -> Draw:
    """Draw from the uniform distribution between low and high, both excluded.

    Parameters
    ----------
    random_state : int32 matrix
        State of the generator.
    size : tuple or list of int and scalar variables, or vector of integers, optional
        Shape of the draw. An entry of -1 is the length of that axis of the parameters. By default
        the shape of the parameters, here `low` and `high`, broadcast.
    low, high : number, array or variable
        The bounds.
    ndim : int, optional
        Number of dimensions, where `size` is a vector of unknown length.
    dtype : str, optional
        Type of the numbers; by default ``theano.config.floatX``, or the type of the parameters
        where that is more precise.

    Returns
    -------
    new state, draw
    """
    low, high = _parameters(low, high)
    dtype = dtype or ps.upcast(config.floatX, low.dtype, high.dtype)
    lengths = _lengths(size, ndim, low, high)
    state, numbers = mrg_uniform(dtype)(random_state, *lengths)
    low, high = pt.cast(low, dtype), pt.cast(high, dtype)
    return state, numbers * (high - low) + low


def normal(
    random_state: Variable,
    size: Any = None,
    avg: Any = 0.0,
    std: Any = 1.0,
    ndim: int | None = None,
    dtype: str | None = None,
) -> Draw:
    """Draw from the normal distribution with mean `avg` and standard deviation `std`.

    The other parameters are those of `uniform`.
    """
    avg, std = _parameters(avg, std)
    _check_range(std, "std", 0, math.inf)
    dtype = dtype or ps.upcast(config.floatX, avg.dtype, std.dtype)
    lengths = _lengths(size, ndim, avg, std)
    n_samples = math.prod(lengths)
    half = (n_samples + 1) // 2
    state, uniforms = mrg_uniform(dtype)(random_state, 2 * half)
    numbers, _ = box_muller(uniforms, half)
    numbers = numbers[:n_samples].reshape(lengths, ndim=len(lengths))
    return state, numbers * pt.cast(std, dtype) + pt.cast(avg, dtype)


def binomial(
    random_state: Variable,
    size: Any = None,
    n: Any = 1,
    p: Any = 0.5,
    ndim: int | None = None,
    dtype: str = "int64",
    prob: Any = None,
) -> Draw:
    """Draw the number of successes in `n` trials of probability `p`.

    Parameters
    ----------
    n : number, array or variable of integers
        Number of trials.
    p : number, array or variable
        Probability of a success; `prob` is an old name for it.
    dtype : str
        Type of the counts.
    random_state, size, ndim
        As for `uniform`.
    """
    n, p = _parameters(n, p if prob is None else prob)
    _check_range(n, "n", 0, 2**31 - 1)
    _check_range(p, "p", 0, 1)
    lengths = _lengths(size, ndim, n, p)
    if isinstance(n, Constant) and n.ndim == 0 and n.data == 1:
        state, uniforms = mrg_uniform(config.floatX)(random_state, *lengths)
        return state, pt.cast(uniforms < p, dtype)
    state, uniforms = mrg_uniform("float64")(random_state, *lengths)
    return state, pt.cast(binomial_quantile(uniforms, n, p), dtype)


def poisson(
    random_state: Variable,
    size: Any = None,
    lam: Any = 1.0,
    ndim: int | None = None,
    dtype: str = "int64",
) -> Draw:
    """Draw from the Poisson distribution with mean `lam`.

    Parameters
    ----------
    lam : number, array or variable
        Mean of the distribution, not negative.
    dtype : str
        Type of the counts.
    random_state, size, ndim
        As for `uniform`.
    """
    (lam,) = _parameters(lam)
    _check_range(lam, "lam", 0, 1e9)
    state, uniforms = mrg_uniform("float64")(random_state, *_lengths(size, ndim, lam))
    return state, pt.cast(poisson_quantile(uniforms, lam), dtype)


def random_integers(
    random_state: Variable,
    size: Any = None,
    low: Any = 0,
    high: Any = 1,
    ndim: int | None = None,
    dtype: str = "int64",
) -> Draw:
    """Draw integers from `low` to `high`, both included.

    Parameters
    ----------
    low, high : number, array or variable of integers
        The bounds. At most 2**31 integers may be between them.
    dtype : str
        Type of the integers.
    random_state, size, ndim
        As for `uniform`.
    """
    low, high = _parameters(low, high)
    state, uniforms = mrg_uniform("float64")(random_state, *_lengths(size, ndim, low, high))
    return state, pt.cast(_integers(uniforms, low, high), dtype)


def _integers(uniforms: Variable, low: Any, high: Any) -> Variable:
    steps = pt.cast(pt.floor(uniforms * (high - low + 1)), "int64")
    return pt.minimum(steps + low, high)


def choice(
    random_state: Variable,
    size: Any = None,
    a: Any = 2,
    replace: bool = True,
    p: Any = None,
    ndim: int | None = None,
    dtype: str = "int64",
) -> Draw:
    """Draw elements of a vector, or integers below a number, with or without replacement.

    Parameters
    ----------
    size : optional
        Shape of the draw, as for `uniform`; by default a single element is drawn.
    a : int or scalar, or vector
        What to draw from: the integers 0 to a - 1, or the elements of the vector.
    replace : bool
        Whether an element can be drawn more than once.
    p : vector, optional
        Probability of each element; by default all are equally likely. Without replacement, the
        elements are drawn one after the other, each in proportion to `p` among those left.
    dtype : str
        Type of the result. It is an integer by default, so give it for a vector of floats.
    random_state, ndim
        As for `uniform`.
    """
    (a,) = _parameters(a)
    if a.ndim > 1:
        raise ValueError(f"a must be a scalar or a vector; it has {a.ndim} dimensions")
    if a.ndim == 1 and np.dtype(dtype).kind in "iu" and np.dtype(a.dtype).kind not in "iub":
        raise TypeError(
            f"elements of type {a.dtype} don't fit into {dtype}: give dtype='{a.dtype}'"
        )
    if not isinstance(replace, bool | np.bool_):
        raise NotImplementedError(f"replace must be True or False, not {replace!r}")
    n_elements = a if a.ndim == 0 else _shape(a)[0]
    lengths = _lengths(() if size is None else size, ndim)
    if p is not None:
        (p,) = _parameters(p)
        if p.ndim != 1:
            raise ValueError(f"p must be a vector; it has {p.ndim} dimensions")
        _check_range(p, "p", 0, 1)
    draw = _places_with_replacement if replace else _places_without_replacement
    state, places = draw(random_state, lengths, n_elements, p)
    return state, pt.cast(places if a.ndim == 0 else a[places], dtype)


def _places_with_replacement(
    random_state: Variable, lengths: tuple, n_elements: Any, p: Variable | None
) -> Draw:
    state, uniforms = mrg_uniform("float64")(random_state, *lengths)
    if p is None:
        return state, _integers(uniforms, 0, n_elements - 1)
    cumulated = pt.cumsum(pt.cast(p, "float64"))
    # Scaled by the sum, which may be a little off 1.
    places = pt.searchsorted(cumulated, uniforms * cumulated[-1], side="right")
    return state, pt.minimum(places, n_elements - 1)


def _places_without_replacement(
    random_state: Variable, lengths: tuple, n_elements: Any, p: Variable | None
) -> Draw:
    n_samples = math.prod(lengths)
    if isinstance(n_elements, Constant):
        n_elements = int(n_elements.data)
    if isinstance(n_elements, int) and isinstance(n_samples, int) and n_samples > n_elements:
        raise ValueError(f"can't draw {n_samples} of {n_elements} elements without replacement")
    state, keys = mrg_uniform("float64")(random_state, n_elements)
    if p is not None:
        # P. S. Efraimidis and P. G. Spirakis, "Weighted random sampling with a reservoir",
        # Information Processing Letters 97, 2006: the largest of u^(1/p), here as -log.
        keys = -pt.log(keys) / p
    places = pt.argsort(keys)[:n_samples]
    return state, places.reshape(lengths, ndim=len(lengths))


def permutation(
    random_state: Variable,
    size: Any = None,
    n: Any = 1,
    ndim: int | None = None,
    dtype: str = "int64",
) -> Draw:
    """Draw permutations of the integers 0 to n - 1.

    Parameters
    ----------
    size : optional
        How many: the draw has shape ``(*size, n)``. By default one, a vector.
    n : int or scalar
        How many integers.
    random_state, ndim, dtype
        As for `random_integers`.
    """
    if size is None or (isinstance(size, tuple | list) and len(size) == 0):
        if ndim not in (None, 0, 1):
            raise TypeError(f"one permutation is a vector; it can't have ndim={ndim}")
        size, ndim = (), None
    lengths = _lengths(size, ndim)
    n = int(n) if isinstance(n, Integral | np.ndarray) else n
    state, keys = mrg_uniform("float64")(random_state, *lengths, n)
    return state, pt.cast(pt.argsort(keys, axis=-1), dtype)


def multinomial(
    random_state: Variable,
    size: Any = None,
    n: Any = 1,
    pvals: Any = (0.5, 0.5),
    ndim: int | None = None,
    dtype: str = "int64",
) -> Draw:
    """Draw `n` times from distributions over a few outcomes, and count the outcomes.

    Parameters
    ----------
    size : optional
        How many such draws: the counts have shape ``(*size, pvals.shape[-1])``. By default one for
        each `n` and each distribution in `pvals`.
    n : int or array of int
        How often to draw. All draws are made at once, so that memory grows with `n`.
    pvals : array or variable
        Probabilities along the last axis. The last outcome gets what they lack to a sum of 1.
    random_state, ndim, dtype
        As for `binomial`.
    """
    n, pvals = _parameters(n, pvals)
    if not isinstance(n, Constant):
        raise NotImplementedError("multinomial needs numbers for n, not a variable")
    _check_range(n, "n", 0, 2**31 - 1)
    _check_range(pvals, "pvals", 0, 1)
    if pvals.ndim == 0:
        raise ValueError("pvals must have a last axis, along which the probabilities are")
    lengths = _lengths(size, ndim, n, pvals[..., 0])
    n_draws = int(n.data.max(initial=0))
    state, uniforms = mrg_uniform("float64")(random_state, n_draws, *lengths, 1)
    passed = uniforms >= pt.cumsum(pt.cast(pvals, "float64"), axis=-1)[..., :-1]
    outcomes = passed.sum(axis=-1, keepdims=True)
    hits = pt.eq(outcomes, pt.arange(pvals.shape[-1]))
    number = np.arange(n_draws).reshape((n_draws,) + (1,) * (len(lengths) + 1))
    counts = (hits & (number < n.data[..., np.newaxis])).sum(axis=0)
    return state, pt.cast(counts, dtype)


# ------------------------------------------------------------------------------------------------
# Methods
# ------------------------------------------------------------------------------------------------


class RandomStreamsBase:
    """The distributions as methods, for a class whose `gen` provides the state."""

    def gen(self, op: Callable, *args: Any, **kwargs: Any) -> Variable:
        """Call a function of this module with a state of its own, and return its draw."""
        raise NotImplementedError(f"{type(self).__name__} must define gen")

    def binomial(
        self,
        size: Any = None,
        n: Any = 1,
        p: Any = 0.5,
        ndim: int | None = None,
        dtype: str = "int64",
        prob: Any = None,
    ) -> Variable:
        """Draw the number of successes in `n` trials; see `binomial`."""
        return self.gen(binomial, size, n, p, ndim=ndim, dtype=dtype, prob=prob)

    def uniform(
        self,
        size: Any = None,
        low: Any = 0.0,
        high: Any = 1.0,
        ndim: int | None = None,
        dtype: str | None = None,
    ) -> Variable:
        """Draw numbers between `low` and `high`; see `uniform`."""
        return self.gen(uniform, size, low, high, ndim=ndim, dtype=dtype)

    def normal(
        self,
        size: Any = None,
        avg: Any = 0.0,
        std: Any = 1.0,
        ndim: int | None = None,
        dtype: str | None = None,
    ) -> Variable:
        """Draw from the normal distribution; see `normal`."""
        return self.gen(normal, size, avg, std, ndim=ndim, dtype=dtype)

    def random_integers(
        self,
        size: Any = None,
        low: Any = 0,
        high: Any = 1,
        ndim: int | None = None,
        dtype: str = "int64",
    ) -> Variable:
        """Draw integers from `low` to `high`, both included; see `random_integers`."""
        return self.gen(random_integers, size, low, high, ndim=ndim, dtype=dtype)

    def choice(
        self,
        size: Any = None,
        a: Any = 2,
        replace: bool = True,
        p: Any = None,
        ndim: int | None = None,
        dtype: str = "int64",
    ) -> Variable:
        """Draw elements of `a`; see `choice`."""
        return self.gen(choice, size, a, replace, p, ndim=ndim, dtype=dtype)

    def poisson(
        self,
        size: Any = None,
        lam: Any = 1.0,
        ndim: int | None = None,
        dtype: str = "int64",
    ) -> Variable:
        """Draw from the Poisson distribution; see `poisson`."""
        return self.gen(poisson, size, lam, ndim=ndim, dtype=dtype)

    def permutation(
        self,
        size: Any = None,
        n: Any = 1,
        ndim: int | None = None,
        dtype: str = "int64",
    ) -> Variable:
        """Draw permutations of the integers below `n`; see `permutation`."""
        return self.gen(permutation, size, n, ndim=ndim, dtype=dtype)

    def multinomial(
        self,
        size: Any = None,
        n: Any = 1,
        pvals: Any = (0.5, 0.5),
        ndim: int | None = None,
        dtype: str = "int64",
    ) -> Variable:
        """Count the outcomes of `n` draws; see `multinomial`."""
        return self.gen(multinomial, size, n, pvals, ndim=ndim, dtype=dtype)

    def shuffle_row_elements(self, input: Variable) -> Variable:
        """Shuffle each row, that is each slice along the last axis, by itself.

        Parameters
        ----------
        input : tensor

        Returns
        -------
        tensor
            Of the same shape. Its attribute `permutation` is what was done to each row.
        """
        rows = _shape(input)
        permutation = self.permutation(size=rows[:-1], n=rows[-1])
        shuffled = pt.take_along_axis(input, permutation, axis=-1)
        shuffled.permutation = permutation
        return shuffled
