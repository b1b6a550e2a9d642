"""Random numbers from many streams at once: the generator MRG31k3p, bit for bit Theano's.

A state is six integers: three each of two linear recurrences,

    x1[n] = (2^22 x1[n-2] + (2^7 + 1) x1[n-3]) mod m1,  m1 = 2^31 - 1,
    x2[n] = (2^15 x2[n-1] + (2^15 + 1) x2[n-3]) mod m2,  m2 = 2^31 - 21069,

and the n-th number is (x1[n] - x2[n]) mod m1, scaled to (0, 1). The period is about 2^185. A draw
uses a matrix of such states, one row a stream; its i-th number comes from stream ``i % n_streams``.
Streams of one draw start 2^72 numbers apart, and draws 2^134 apart.

References
----------
.. [1] P. L'Ecuyer and R. Touzin, "Fast Combined Multiple Recursive Generators with Multipliers of
   the form a = +/- 2^d +/- 2^e", Proceedings of the 2000 Winter Simulation Conference, 683-689.
.. [2] P. L'Ecuyer, R. Simard, E. J. Chen and W. D. Kelton, "An Object-Oriented Random-Number
   Package with Many Long Streams and Substreams", Operations Research 50(6), 2002, 1073-1075.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
import pytensor.scalar as ps
import pytensor.tensor as pt
from pytensor.gradient import undefined_grad
from pytensor.graph.basic import Constant, Variable
from theano.compile.sharedvalue import shared
from theano.configdefaults import config
from theano.missing import explain_missing
from theano.ops.mrg import M1, M2, lengths_of, mrg_uniform
from theano.ops.normal import box_muller, truncated
from theano.sandbox.multinomial import chosen_outcomes, counted_outcomes

__getattr__ = explain_missing(__name__)
# Powers of the two recurrences' companion matrices: what takes a state 2^72 and 2^134 numbers on.
A1p72 = np.array(
    [
        [1516919229, 758510237, 499121365],
        [1884998244, 1516919229, 335398200],
        [601897748, 1884998244, 358115744],
    ]
)
A2p72 = np.array(
    [
        [1228857673, 1496414766, 954677935],
        [1133297478, 1407477216, 1496414766],
        [2002613992, 1639496704, 1407477216],
    ]
)
A1p134 = np.array(
    [
        [1702500920, 1849582496, 1656874625],
        [828554832, 1702500920, 1512419905],
        [1143731069, 828554832, 102237247],
    ]
)
A2p134 = np.array(
    [
        [796789021, 1464208080, 607337906],
        [1241679051, 1431130166, 1464208080],
        [1401213391, 1178684362, 1431130166],
    ]
)

# How many streams Theano takes where it can't tell how many numbers will be drawn.
DEFAULT_N_STREAMS = 60 * 256


# ------------------------------------------------------------------------------------------------
# States
# ------------------------------------------------------------------------------------------------


def matVecModM(A: np.ndarray, s: np.ndarray, m: int) -> np.ndarray:
    """The product A s mod m of a (3, 3) matrix and a vector, or of the rows of a matrix s.

    All entries are below 2^31, so that every single product fits into 63 bits.
    """
    products = A * s[..., np.newaxis, :].astype(np.int64) % m
    return (products.sum(-1) % m).astype(np.int32)


def multMatVect(v: np.ndarray, A: np.ndarray, m1: int, B: np.ndarray, m2: int) -> np.ndarray:
    """Take states on: A times their first three numbers mod m1, B times the others mod m2."""
    return np.concatenate([matVecModM(A, v[..., :3], m1), matVecModM(B, v[..., 3:], m2)], axis=-1)


def ff_2p134(rstate: np.ndarray) -> np.ndarray:
    """The state 2^134 numbers further on."""
    return multMatVect(rstate, A1p134, M1, A2p134, M2)


def ff_2p72(rstate: np.ndarray) -> np.ndarray:
    """The state 2^72 numbers further on."""
    return multMatVect(rstate, A1p72, M1, A2p72, M2)


def substreams(rstate: np.ndarray, n_streams: int) -> np.ndarray:
    """States 2^72 numbers apart, from a given one on.

    Parameters
    ----------
    rstate : array, shape (6,)
        State of the first stream.
    n_streams : int
        How many streams.

    Returns
    -------
    int32 array, shape (n_streams, 6)
    """
    states = np.asarray(rstate, dtype=np.int32)[np.newaxis]
    jump1, jump2 = A1p72, A2p72
    # With k states, one jump over k streams makes k more; a jump over 2k is that one squared.
    while len(states) < n_streams:
        states = np.concatenate([states, multMatVect(states, jump1, M1, jump2, M2)])
        jump1 = matVecModM(jump1, jump1.T, M1).T.astype(np.int64)
        jump2 = matVecModM(jump2, jump2.T, M2).T.astype(np.int64)
    return states[:n_streams]


def guess_n_streams(size: Any, warn: bool = False) -> int:
    """How many streams to use for a draw: a sixth of its numbers, at most 60 * 256.

    Parameters
    ----------
    size : tuple of int, or anything
        Shape of the draw. Unless it is known now, the answer is 60 * 256.
    warn : bool
        Warn if it isn't known.

    Examples
    --------
    >>> from theano.sandbox.rng_mrg import guess_n_streams
    >>> guess_n_streams((64, 500))
    5333
    """
    # Plain ints only, as in Theano: the number of streams decides which numbers are drawn.
    if isinstance(size, tuple | list) and all(isinstance(length, int) for length in size):
        n_numbers = math.prod(size)
        return min(n_numbers // 6 if n_numbers > 6 else n_numbers, DEFAULT_N_STREAMS)
    if warn:
        warnings.warn(
            f"MRG_RandomStreams can't tell how many streams a draw of size {size} needs, "
            f"and takes {DEFAULT_N_STREAMS}; give nstreams to choose.",
            stacklevel=3,
        )
    return DEFAULT_N_STREAMS


# ------------------------------------------------------------------------------------------------
# Parameters
# ------------------------------------------------------------------------------------------------


def _constant(variable: Variable) -> float | None:
    """The value of a constant scalar, or None."""
    is_scalar = isinstance(variable, Constant) and variable.type.ndim == 0
    return float(variable.data) if is_scalar else None


def _as_parameter(value: Any, dtype: str | None = None) -> Variable:
    """A parameter of a distribution: a variable that has no gradient, for sampling has none."""
    variable = pt.as_tensor_variable(value)
    if dtype is not None:
        variable = pt.cast(variable, dtype)
    return variable if isinstance(variable, Constant) else undefined_grad(variable)


def _check_size(size: Any) -> Any:
    """A size as a tuple of ints and scalar variables, or as a vector variable."""
    if isinstance(size, Integral):
        size = (size,)
    if isinstance(size, Variable):
        if size.ndim > 1:
            raise ValueError(f"a size is a vector; {size} has {size.ndim} dimensions")
        return size if size.ndim == 1 else (size,)
    if not isinstance(size, tuple | list):
        raise ValueError(f"a size is an int, a tuple, a list or a variable, not {size!r}")
    for length in size:
        if isinstance(length, Variable):
            if length.ndim != 0:
                raise ValueError(f"{length} in a size is not a scalar; size: {size}")
        elif not isinstance(length, Integral):
            raise ValueError(f"a size is made of integers and variables, not {length!r}: {size}")
        elif length <= 0:
            raise ValueError(f"a size is made of positive numbers, not {length}: {size}")
    return tuple(size)


class MRG_RandomStreams:
    """Symbolic random numbers, reproducible and the same as Theano's for the same seed.

    Every method that draws makes new streams with a state of their own, which a compiled function
    updates at each call, so that the next call draws other numbers.

    Parameters
    ----------
    seed : int or sequence of 6 int
        Where the streams start. One number stands for six of the same. The first three are below
        2147483647 and the others below 2147462579, none is negative, and neither triple is all 0.

    Raises
    ------
    TypeError
        If the seed is not made of integers, or not of 1 or 6.
    ValueError
        If its numbers are out of range.

    Examples
    --------
    >>> import theano
    >>> from theano.sandbox.rng_mrg import MRG_RandomStreams
    >>> srng = MRG_RandomStreams(seed=42)
    >>> draw = theano.function([], srng.uniform((2, 3)))
    >>> first, second = draw(), draw()
    >>> bool((first == second).any())
    False
    >>> srng.seed(42)
    >>> bool((draw() == first).all())
    True
    """

    def __init__(self, seed: int | Sequence[int] = 12345) -> None:
        self.state_updates: list[tuple] = []
        self.default_instance_seed = seed
        self.set_rstate(seed)

    def updates(self) -> list[tuple[Variable, Variable]]:
        """Pairs of each draw's state and its new state; `theano.function` knows them already."""
        return [(state, new_state) for state, new_state, _, _ in self.state_updates]

    def set_rstate(self, seed: int | Sequence[int]) -> None:
        """Let the next draw start from a seed; the draws made so far stay as they are."""
        numbers = [seed] * 6 if isinstance(seed, Integral) else seed
        is_sequence = isinstance(numbers, Sequence | np.ndarray) and not isinstance(numbers, str)
        if not is_sequence or len(numbers) != 6:
            raise TypeError(f"a seed is 1 integer or 6 integers, not {seed!r}")
        if not all(isinstance(number, Integral) for number in numbers):
            raise TypeError(f"a seed is made of integers, not {seed!r}")
        for triple, modulus in ((numbers[:3], M1), (numbers[3:], M2)):
            if not any(triple):
                raise ValueError(f"a seed must not be 0, nor half of it; given: {seed!r}")
            if not all(0 <= number < modulus for number in triple):
                raise ValueError(f"a seed is at least 0 and below {modulus}; given: {seed!r}")
        self.rstate = np.array(numbers, dtype=np.int32)

    def seed(self, seed: int | Sequence[int] | None = None) -> None:
        """Start all streams anew, those of the draws made so far included.

        Parameters
        ----------
        seed : int or sequence of 6 int, optional
            As for the class; by default the seed that it was made with.
        """
        self.set_rstate(self.default_instance_seed if seed is None else seed)
        for state, new_state, _, _ in self.state_updates:
            n_streams = len(state.get_value(borrow=True, return_internal_type=True))
            dtype = new_state.owner.outputs[1].dtype
            state.set_value(self.get_substream_rstates(n_streams, dtype), borrow=True)

    def inc_rstate(self) -> None:
        """Go on to where the next draw starts, 2^134 numbers further."""
        self.rstate = ff_2p134(self.rstate)

    def get_substream_rstates(
        self, n_streams: int, dtype: str, inc_rstate: bool = True
    ) -> np.ndarray:
        """States for a draw, 2^72 numbers apart.

        Parameters
        ----------
        n_streams : int
            How many.
        dtype : str
            Taken as Theano takes it; the states are the same for all.
        inc_rstate : bool
            Go on to where the next draw starts.

        Returns
        -------
        int32 array, shape (n_streams, 6)
        """
        if not (isinstance(n_streams, Integral) and 0 < n_streams <= M1):
            raise ValueError(f"nstreams must be a positive integer, not {n_streams!r}")
        states = substreams(self.rstate, int(n_streams))
        if inc_rstate:
            self.inc_rstate()
        return states

    def n_streams(self, size: Any) -> int:
        """How many streams a draw of this size gets; see `guess_n_streams`."""
        return guess_n_streams(size)

    def pretty_return(
        self,
        node_rstate: Variable,
        new_rstate: Variable,
        sample: Variable,
        size: Any,
        nstreams: int | None,
    ) -> Variable:
        """Make a note of a draw's update, and have functions that use the draw apply it."""
        sample.rstate = sample.rng = node_rstate
        sample.update = (node_rstate, new_rstate)
        self.state_updates.append((node_rstate, new_rstate, size, nstreams))
        node_rstate.default_update = new_rstate
        return sample

    def _new_state(self, n_streams: int, dtype: str) -> Variable:
        states = self.get_substream_rstates(n_streams, dtype)
        state = shared(states, shape=states.shape, borrow=True)
        state.tag.is_rng = True
        return state

    def uniform(
        self,
        size: Any,
        low: Any = 0.0,
        high: Any = 1.0,
        ndim: int | None = None,
        dtype: str | None = None,
        nstreams: int | None = None,
        **kwargs: Any,
    ) -> Variable:
        """Draw from the uniform distribution between low and high, both excluded.

        Parameters
        ----------
        size : tuple of int and scalar variables, or vector variable
            Shape of the draw, such as ``(64, 500)``, ``(x.shape[0], 500)`` or ``x.shape``.
        low, high : number, array or variable
            The bounds, broadcast against the draw.
        ndim : int, optional
            Number of dimensions, where `size` is a variable of unknown length.
        dtype : str, optional
            Type of the numbers; by default ``theano.config.floatX``, or the type of the bounds
            where that is more precise.
        nstreams : int, optional
            Number of streams; by default what `guess_n_streams` says.

        Returns
        -------
        variable
            With the attributes `rstate`, its state, and `update`, unless the bounds are given.
        """
        low, high = pt.as_tensor_variable(low), pt.as_tensor_variable(high)
        if dtype is None:
            dtype = ps.upcast(config.floatX, low.dtype, high.dtype)
        kwargs.pop("target", None)
        if kwargs:
            raise TypeError(f"uniform() got unexpected keyword arguments {sorted(kwargs)}")
        size = self._checked_uniform_size(size)
        state = self._new_state(self.n_streams(size) if nstreams is None else nstreams, dtype)
        new_state, sample = mrg_uniform.new(state, ndim, dtype, size)
        sample = self.pretty_return(state, new_state, sample, size, nstreams)
        return _between(sample, low, high)

    @staticmethod
    def _checked_uniform_size(size: Any) -> Any:
        if isinstance(size, tuple):
            return _check_size(size)
        if isinstance(size, Variable) and size.ndim == 1:
            return size
        raise TypeError(
            f"size must be a tuple of int and scalar variables, or a vector variable; got {size!r}"
        )

    def binomial(
        self,
        size: Any = None,
        n: int = 1,
        p: Any = 0.5,
        ndim: int | None = None,
        dtype: str = "int64",
        nstreams: int | None = None,
        **kwargs: Any,
    ) -> Variable:
        """Draw ones with probability p, and zeros: the mask of a dropout.

        Parameters
        ----------
        size, ndim, nstreams
            As for `uniform`.
        n : int
            Number of trials; only 1 is there.
        p : number, array or variable
            Probability of a one, broadcast against the draw.
        dtype : str
            Type of the ones and zeros.

        Raises
        ------
        NotImplementedError
            If `n` is not 1. `theano.tensor.shared_randomstreams.RandomStreams` has that.
        """
        if n != 1:
            raise NotImplementedError(
                f"MRG_RandomStreams.binomial is there for n=1 only, not n={n}; "
                "use theano.tensor.shared_randomstreams.RandomStreams.binomial"
            )
        p = _as_parameter(p)
        sample = self.uniform(size=size, ndim=ndim, nstreams=nstreams, **kwargs)
        return pt.cast(sample < p, dtype)

    def multinomial(
        self,
        size: None = None,
        n: Any = 1,
        pvals: Any = None,
        ndim: None = None,
        dtype: str = "int64",
        nstreams: int | None = None,
        **kwargs: Any,
    ) -> Variable:
        """Draw n times from each row's distribution, and count the outcomes.

        Parameters
        ----------
        n : int
            Number of draws.
        pvals : matrix
            Each row the probabilities of a distribution. They are not checked: a row that sums to
            less than 1 can leave a draw without an outcome.
        size, ndim
            Must be None.
        dtype : str
            Type of the counts.
        nstreams : int, optional
            As for `uniform`.

        Returns
        -------
        matrix
            The counts, of the shape of `pvals`.
        """
        pvals = _check_pvals(pvals, "pvals", "multinomial")
        if size is not None or ndim is not None:
            raise ValueError("MRG_RandomStreams.multinomial uses neither size nor ndim")
        n_rows = pvals.shape[0]
        uniforms = self.uniform((n_rows * n,), ndim=1, nstreams=nstreams, **kwargs)
        return counted_outcomes(pvals, uniforms, n).astype(dtype)

    def choice(
        self,
        size: int = 1,
        a: None = None,
        replace: bool = True,
        p: Any = None,
        ndim: None = None,
        dtype: str = "int64",
        nstreams: int | None = None,
        **kwargs: Any,
    ) -> Variable:
        """Draw different outcomes from each row's distribution: sampling without replacement.

        Parameters
        ----------
        size : int
            How many to draw from each row, at most its number of outcomes.
        a, ndim
            Must be None.
        replace : bool
            Must be False.
        p : matrix
            Each row the probabilities of a distribution.
        dtype : str
            Type of the outcomes.
        nstreams : int, optional
            As for `uniform`.

        Returns
        -------
        matrix, shape (number of rows, size)
            The numbers of the outcomes, in the order in which they were drawn.
        """
        if replace:
            raise NotImplementedError("MRG_RandomStreams.choice is there for replace=False only")
        if a is not None:
            raise TypeError("MRG_RandomStreams.choice draws from 0 to p.shape[1] - 1; leave a out")
        p = _check_pvals(p, "p", "choice")
        if ndim is not None:
            raise ValueError("MRG_RandomStreams.choice does not use ndim")
        if not isinstance(size, Integral) or size < 1:
            raise NotImplementedError(
                f"MRG_RandomStreams.choice needs a positive int, not {size!r}"
            )
        n_outcomes = p.type.shape[1]
        if n_outcomes is not None and size > n_outcomes:
            raise ValueError(f"can't draw {size} of {n_outcomes} outcomes without replacement")
        n_rows = p.shape[0]
        uniforms = self.uniform((n_rows * size,), ndim=1, nstreams=nstreams, **kwargs)
        uniforms = uniforms.reshape((size, n_rows, 1))
        return pt.stack(chosen_outcomes(p, uniforms, size), axis=1).astype(dtype)

    def multinomial_wo_replacement(
        self,
        size: None = None,
        n: int = 1,
        pvals: Any = None,
        ndim: None = None,
        dtype: str = "int64",
        nstreams: int | None = None,
        **kwargs: Any,
    ) -> Variable:
        """An older name of `choice`, with `n` for its `size` and `pvals` for its `p`."""
        warnings.warn(
            "MRG_RandomStreams.multinomial_wo_replacement is deprecated; use choice instead.",
            DeprecationWarning,
            stacklevel=2,
        )
        if size is not None:
            raise ValueError("multinomial_wo_replacement does not use size; give n")
        return self.choice(
            size=n, replace=False, p=pvals, dtype=dtype, nstreams=nstreams, ndim=ndim, **kwargs
        )

    def normal(
        self,
        size: Any,
        avg: Any = 0.0,
        std: Any = 1.0,
        ndim: int | None = None,
        dtype: str | None = None,
        nstreams: int | None = None,
        truncate: bool = False,
        **kwargs: Any,
    ) -> Variable:
        """Draw from the normal distribution; see `box_muller`.

        Parameters
        ----------
        size : int, tuple, list or vector variable
            Shape of the draw.
        avg, std : number, array or variable
            Mean and standard deviation, broadcast against the draw.
        ndim, nstreams
            As for `uniform`.
        dtype : str, optional
            Type of the numbers; by default ``theano.config.floatX``, or the type of `avg` and
            `std` where that is more precise.
        truncate : bool
            Draw numbers that are further than 2 standard deviations from the mean anew. Their
            standard deviation then is about 0.88 `std`; see `truncated_normal`.
        """
        avg, std = pt.as_tensor_variable(avg), pt.as_tensor_variable(std)
        if dtype is None:
            dtype = ps.upcast(config.floatX, avg.dtype, std.dtype)
        lengths = lengths_of(_check_size(size), ndim)
        n_samples = math.prod(lengths)
        half = (n_samples + 1) // 2

        def draw(*count: Variable) -> Variable:
            # Theano never knows the size here, so that it takes the default number of streams.
            state = self._new_state(DEFAULT_N_STREAMS if nstreams is None else nstreams, dtype)
            new_state, sample = mrg_uniform(dtype, partial=bool(count))(state, *count, 2 * half)
            return self.pretty_return(state, new_state, sample, (2 * half,), nstreams)

        kwargs.pop("target", None)
        if kwargs:
            raise TypeError(f"normal() got unexpected keyword arguments {sorted(kwargs)}")
        samples, directions = box_muller(draw(), half)
        if truncate:
            outside = abs(samples) > 2.0
            redrawn = draw(outside.sum())
            samples = truncated(samples, outside, directions, redrawn, half)
        samples = samples[:n_samples].reshape(lengths, ndim=len(lengths))
        avg, std = _as_parameter(avg, dtype), _as_parameter(std, dtype)
        samples = samples if _constant(std) == 1 else samples * std
        return samples if _constant(avg) == 0 else samples + avg

    def truncated_normal(
        self,
        size: Any,
        avg: Any = 0.0,
        std: Any = 1.0,
        ndim: int | None = None,
        dtype: str | None = None,
        nstreams: int | None = None,
        **kwargs: Any,
    ) -> Variable:
        """Draw from a normal distribution that is cut off on both sides.

        Parameters
        ----------
        size, avg, ndim, dtype, nstreams
            As for `normal`.
        std : number, array or variable
            Standard deviation of the numbers drawn. The cuts are at about 2.27 of it.
        """
        # The standard deviation of a standard normal distribution that is cut off at -2 and 2.
        std = std / pt.constant(0.87962566103423978)
        return self.normal(
            size, avg, std, ndim=ndim, dtype=dtype, nstreams=nstreams, truncate=True, **kwargs
        )


def _between(sample: Variable, low: Variable, high: Variable) -> Variable:
    """Take numbers from (0, 1) to (low, high)."""
    if (_constant(low), _constant(high)) == (0, 1):
        return sample
    dtype = sample.dtype
    low, high = _as_parameter(low, dtype), _as_parameter(high, dtype)
    scaled = sample * (high - low) + low
    if scaled.type.broadcastable != sample.type.broadcastable:
        raise NotImplementedError(
            f"low and high have more dimensions, or longer ones, than size allows: the draw is of "
            f"type {sample.type}, low of {low.type} and high of {high.type}; make size larger"
        )
    return scaled


def _check_pvals(pvals: Any, name: str, method: str) -> Variable:
    if pvals is None:
        raise TypeError(f"MRG_RandomStreams.{method} needs {name}")
    pvals = _as_parameter(pvals)
    if pvals.ndim != 2:
        raise NotImplementedError(
            f"MRG_RandomStreams.{method} takes a matrix as {name}, not {pvals.ndim} dimensions"
        )
    return pvals
