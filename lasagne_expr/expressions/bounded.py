"""Expressions whose elements stay within bounds."""

from typing import Any

import numpy as np
import theano.tensor as T

from ..init import Uniform
from ..shape_inference import infer_shape
from .base import Expression, Unary, above_zero, checked_number
from .normalized import shares

__all__ = ["Bounded", "Increasing", "Positive", "UnitInterval"]

# What starts outside of the bounds is put this far inside, as a fraction of the interval: at the
# bounds themselves no gradient flows.
_MARGIN = 0.01


class Positive(Unary):
    r"""Elements above 0.

    The value is :math:`\log(1 + e^w)` (softplus), or :math:`e^w`. A sample with negative elements
    is started from at its absolute values, as the nearest positive ones, at 0, would never move.

    Parameters
    ----------
    init : callable, array or Expression, default GlorotUniform()
        What the parameter starts from, or what makes :math:`w`.
    method : {"softplus", "exp"}, default "softplus"
        The map. Softplus has slopes of at most 1; with exp one step multiplies all weights by
        about the same factor.

    Raises
    ------
    ValueError
        If `method` is neither.

    Notes
    -----
    The slope goes to 0 where the value does.

    References
    ----------
    .. [1] C. Dugas, Y. Bengio, F. Bélisle, C. Nadeau and R. Garcia (2000): Incorporating
       second-order functional knowledge for better option pricing. NIPS. For softplus.

    Examples
    --------
    >>> from lasagne_expr.expressions import Positive
    >>> from lasagne_expr.init import Uniform
    >>> from lasagne_expr.layers import DenseLayer
    >>> layer = DenseLayer((None, 3), 2, W=Positive(Uniform((0.1, 0.2))), name="dense")
    >>> bool((layer.W.eval() > 0.0999).all()), layer.get_params()
    (True, [dense.W.raw, dense.b])
    """

    def __init__(self, init: Any = None, method: str = "softplus"):
        if method not in ("softplus", "exp"):
            raise ValueError(f"Positive: method should be 'softplus' or 'exp', got {method!r}")
        self.method = method
        super().__init__(init)

    def forward(self, shape, raw):
        return T.exp(raw) if self.method == "exp" else T.nnet.softplus(raw)

    def backward(self, value):
        value = above_zero(value)
        if self.method == "exp":
            return np.log(value)
        return value + np.log(-np.expm1(-value))

    def reason_against(self, value, tolerance):
        if (value < -tolerance).any():
            return f"its smallest element, {value.min():.3g}, isn't above 0"
        return None

    def nearest(self, value):
        # 0 itself has no place: a very small number takes its.
        return np.maximum(np.abs(value), 1e-6)


class Bounded(Unary):
    r"""Elements between two bounds.

    The value is :math:`l + (h - l) \, \sigma(w)`, with :math:`\sigma` the logistic function. What
    a sample has beyond the bounds starts a hundredth of their distance inside.

    Parameters
    ----------
    low : float
        The lower bound.
    high : float
        The upper bound, above `low`.
    init : callable, array or Expression, default uniform between the bounds
        What the parameter starts from, or what makes :math:`w`.

    Raises
    ------
    ValueError
        If the bounds aren't finite, or not in this order.

    Notes
    -----
    The slope goes to 0 at both bounds.

    Examples
    --------
    >>> from lasagne_expr.expressions import Bounded
    >>> Bounded(-1, 1).project([-7.0, 0.5]).round(4).tolist()
    [-0.98, 0.5]
    """

    def __init__(self, low: float, high: float, init: Any = None):
        low, high = checked_number(low, "low", self), checked_number(high, "high", self)
        if not (np.isfinite([low, high]).all() and low < high):
            raise ValueError(
                f"{type(self).__name__}: bounds should be finite, low below high; "
                f"got {low} and {high}"
            )
        self.low, self.high = low, high
        super().__init__(Uniform((low, high)) if init is None else init)

    def forward(self, shape, raw):
        return self.low + (self.high - self.low) * T.nnet.sigmoid(raw)

    def backward(self, value):
        above, below = above_zero(value - self.low), above_zero(self.high - value)
        return np.log(above) - np.log(below)

    def reason_against(self, value, tolerance):
        return self._outside(value, value < self.low - tolerance, value > self.high + tolerance)

    def _outside(self, value, below, above):
        if below.any() or above.any():
            return (
                f"its elements, from {value.min():.6g} to {value.max():.6g}, don't all lie "
                f"between {self.low:g} and {self.high:g}"
            )
        return None

    def nearest(self, value):
        margin = _MARGIN * (self.high - self.low)
        value = np.where(value <= self.low, self.low + margin, value)
        return np.where(value >= self.high, self.high - margin, value)


class UnitInterval(Bounded):
    r"""Elements between 0 and 1: :math:`\sigma(w)`, the logistic function; see `Bounded`.

    Parameters
    ----------
    init : callable, array or Expression, default uniform between 0 and 1
        What the parameter starts from, or what makes :math:`w`.

    Examples
    --------
    >>> from lasagne_expr.expressions import UnitInterval
    >>> UnitInterval().inverse([0.5])[0].tolist()
    [0.0]
    """

    def __init__(self, init: Any = None):
        super().__init__(0.0, 1.0, init)


class Increasing(Expression):
    r"""Elements that increase along the last axis, within an interval.

    Their distances, and those of the first and the last from the ends of the interval, are
    :math:`g + (h - l - n g) \, \mathrm{softmax}(w)`, for :math:`n` of them. A sample is sorted.

    Parameters
    ----------
    low : float
        The lower end of the interval.
    high : float
        The upper end, above `low`.
    init : callable or array, default uniform between the ends
        What the parameter starts from.
    gap : float, default 0
        The least distance :math:`g` of neighbours; 0 or more.
    ends : {"neither", "lower", "upper", "both"}, default "neither"
        Which ends are elements themselves, that don't move.

    Raises
    ------
    ValueError
        If the ends aren't finite or not in this order, `gap` is negative, or `ends` none of
        these; when called, if so many elements don't fit into the interval.

    Notes
    -----
    The gradient vanishes where one distance takes nearly all of the interval.

    References
    ----------
    .. [1] C. Durkan, A. Bekasov, I. Murray and G. Papamakarios (2019): Neural spline flows.
       NeurIPS. For the knots of its splines.

    Examples
    --------
    >>> from lasagne_expr.expressions import Increasing
    >>> Increasing(0, 4, ends="lower").project([0.0, 3.0, 1.0]).round(4).tolist()
    [0.0, 1.0, 3.0]
    """

    names = ("distances",)

    def __init__(
        self, low: float, high: float, init: Any = None, gap: float = 0.0, ends: str = "neither"
    ):
        low, high = checked_number(low, "low", self), checked_number(high, "high", self)
        gap = checked_number(gap, "gap", self)
        if not (np.isfinite([low, high]).all() and low < high):
            raise ValueError(
                f"Increasing: ends should be finite, low below high; got {low} and {high}"
            )
        if not 0 <= gap < high - low:
            raise ValueError(f"Increasing: gap should be from 0 to {high - low:g}, got {gap}")
        if ends not in ("neither", "lower", "upper", "both"):
            raise ValueError(
                f"Increasing: ends should be 'neither', 'lower', 'upper' or 'both', got {ends!r}"
            )
        self.low, self.high, self.gap, self.ends = low, high, gap, ends
        self._has_lower, self._has_upper = ends in ("lower", "both"), ends in ("upper", "both")
        super().__init__(Uniform((low, high)) if init is None else init)

    def check_shape(self, shape):
        if not shape:
            self._refuse_shape(shape, "it needs an axis")
        number = shape[-1] + 1 - self._has_lower - self._has_upper
        if number < 1:
            self._refuse_shape(shape, "both ends are two elements")
        if number * self.gap >= self.high - self.low:
            self._refuse_shape(shape, f"{number} distances of {self.gap:g} don't fit")

    def _free(self, number):
        """Tell what there is to share out between a number of distances."""
        return self.high - self.low - number * self.gap

    def forward(self, shape, distances):
        number = infer_shape(distances)[-1]
        free = self._free(number) * shares(distances, -1)
        points = self.low + T.cumsum(self.gap + free, axis=-1)
        parts = [points[..., :-1]]
        if self._has_lower:
            parts.insert(0, T.zeros_like(points[..., :1]) + self.low)
        if self._has_upper:
            parts.append(T.zeros_like(points[..., :1]) + self.high)
        return T.concatenate(parts, axis=-1) if len(parts) > 1 else parts[0]

    def _inner(self, value):
        return value[..., int(self._has_lower) : value.shape[-1] - self._has_upper]

    def _distances(self, inner):
        end = np.ones((*inner.shape[:-1], 1))
        return np.diff(np.concatenate([self.low * end, inner, self.high * end], axis=-1), axis=-1)

    def backward(self, value):
        free = self._distances(self._inner(value)) - self.gap
        return np.log(above_zero(free))

    def reason_against(self, value, tolerance):
        distances = self._distances(self._inner(value))
        if (distances < self.gap - tolerance).any():
            return f"a distance, {distances.min():.3g}, isn't above {self.gap:g}"
        for has, place, end in ((self._has_lower, 0, self.low), (self._has_upper, -1, self.high)):
            if has and np.abs(value[..., place] - end).max() > tolerance:
                return f"an element at an end isn't {end:g}"
        return None

    def nearest(self, value):
        if self.reason_against(value, 1e-10) is None:
            return value
        inner = self._inner(np.sort(np.clip(value, self.low, self.high), axis=-1))
        distances = self._distances(inner) - self.gap
        number = distances.shape[-1]
        shares = np.maximum(distances, 1e-3 * self._free(number) / number)
        shares *= self._free(number) / shares.sum(axis=-1, keepdims=True)
        points = self.low + np.cumsum(self.gap + shares, axis=-1)[..., :-1]
        end = np.ones((*points.shape[:-1], 1))
        parts = [self.low * end] * self._has_lower + [points] + [self.high * end] * self._has_upper
        return np.concatenate(parts, axis=-1)
