"""Expressions whose elements stay within bounds."""

from typing import Any

import numpy as np
import theano.tensor as T

from ..init import Uniform
from .base import Unary

__all__ = ["Bounded", "Positive", "UnitInterval"]

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
        if (value <= 0).any():
            self._refuse(f"its smallest element, {value.min():.3g}, isn't above 0")
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
        low, high = float(low), float(high)
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
        reason = self._outside(value, value <= self.low, value >= self.high)
        if reason:
            self._refuse(reason)
        return np.log(value - self.low) - np.log(self.high - value)

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
