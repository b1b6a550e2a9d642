"""Expressions with a norm, a sum, or a mean and a standard deviation that stay as they are."""

import math
from typing import Any

import numpy as np
import theano
import theano.tensor as T
from theano.compile import SharedVariable

from ..init import Uniform
from .base import AlongAxes, Unary, above_zero, axes_of, checked_number

__all__ = ["Simplex", "SpectralNorm", "Sphere", "Standardized", "UnitNorm", "WeightNorm"]

# Added to sums of squares, so that neither they nor their roots' slopes are divided by as 0.
_TINY = 1e-20


class _OfLengths(AlongAxes):
    """What has to do with norms along axes."""

    def _multiple_near(self, value, raw):
        return value * _factor(value, raw, self._axes(value))

    def _length(self, value):
        return np.sqrt(np.square(value).sum(axis=self._axes(value), keepdims=True))

    def _norm(self, raw):
        return T.sqrt(T.sqr(raw).sum(axis=self._axes(raw), keepdims=True) + _TINY)


def shares(raw: theano.Variable, axes: Any) -> theano.Variable:
    """Compute exponentials, divided by their sum along some axes.

    Parameters
    ----------
    raw : tensor variable
    axes : int or tuple of int

    Returns
    -------
    tensor variable
        Of the same shape.
    """
    # The largest is subtracted for the range of floats only; no gradient goes through it.
    exps = T.exp(raw - theano.gradient.zero_grad(raw.max(axis=axes, keepdims=True)))
    # The largest makes the sum at least 1. As it is said, PyTensor doesn't compute a softmax apart
    # from the exponentials that its gradient needs.
    return exps / T.maximum(exps.sum(axis=axes, keepdims=True), 1)


class Simplex(AlongAxes):
    r"""Elements that aren't negative and sum to 1 along some axes, as probabilities do.

    The value is the softmax :math:`e^{w_i} / \sum_j e^{w_j}`. It starts at the absolute values of
    the sample, divided by their sum.

    Parameters
    ----------
    init : callable, array or Expression, default Uniform((0.5, 1.5))
        What the parameter starts from, or what makes :math:`w`.
    axes : {"unit", "rows", "columns", "all"}, int or tuple of int, default "unit"
        Along which axes they sum to 1. ``"rows"`` is each row of a matrix by itself, ``"columns"``
        each column. ``"unit"`` are the weights of each unit: columns of a matrix, and all axes but
        the first of filters.

    Notes
    -----
    The gradient vanishes where one element is nearly 1.

    References
    ----------
    .. [1] J. S. Bridle (1990): Probabilistic interpretation of feedforward classification network
       outputs, with relationships to statistical pattern recognition. Neurocomputing.

    Examples
    --------
    >>> from lasagne_expr.expressions import Simplex
    >>> Simplex(axes="rows")((3, 2)).eval().sum(axis=1).round(4).tolist()
    [1.0, 1.0, 1.0]
    """

    def __init__(self, init: Any = None, axes: Any = "unit"):
        super().__init__(Uniform((0.5, 1.5)) if init is None else init, axes)

    def forward(self, shape, raw):
        return shares(raw, self._axes(raw))

    def backward(self, value):
        return np.log(above_zero(value))

    def backward_near(self, value, raw):
        logs = self.backward(value)
        return logs + (raw - logs).mean(axis=self._axes(value), keepdims=True)

    def reason_against(self, value, tolerance):
        if (value < -tolerance).any():
            return f"its smallest element is {value.min():.3g}"
        deviation = np.abs(value.sum(axis=self._axes(value)) - 1).max()
        if deviation > tolerance * math.sqrt(value.size):
            return f"sums along axes {self._axes(value)} differ from 1 by {deviation:.1e}"
        return None

    def nearest(self, value):
        value = np.maximum(np.abs(value), 1e-6)
        return value / value.sum(axis=self._axes(value), keepdims=True)


class UnitNorm(_OfLengths):
    r"""Elements whose sum of squares is 1 along some axes: :math:`w / \lVert w \rVert`.

    Parameters
    ----------
    init : callable, array or Expression, default GlorotUniform()
        What the parameter starts from, or what makes :math:`w`.
    axes : {"unit", "rows", "columns", "all"}, int or tuple of int, default "unit"
        Along which axes to take the norm. ``"rows"`` is each row of a matrix by itself,
        ``"columns"`` each column. ``"unit"`` are the weights of each unit: columns of a matrix,
        and all axes but the first of filters.

    Notes
    -----
    Gradients don't change the norm of :math:`w` at first order, so steps can only make it larger,
    and the larger it is, the less they turn it.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.expressions import UnitNorm
    >>> np.square(UnitNorm()((3, 2)).eval()).sum(axis=0).round(4).tolist()
    [1.0, 1.0]
    """

    radius = 1.0

    def forward(self, shape, raw):
        return raw * (self.radius / self._norm(raw))

    def backward(self, value):
        return value

    def backward_near(self, value, raw):
        return self._multiple_near(value, raw)

    def reason_against(self, value, tolerance):
        deviation = np.abs(self._length(value) - self.radius).max()
        if deviation > tolerance:
            axes = self._axes(value)
            return f"norms along axes {axes} differ from {self.radius:g} by {deviation:.1e}"
        return None

    def nearest(self, value):
        length = self._length(value)
        # What is 0 has no direction: all elements alike are one.
        value = np.where(length > 0, value, 1.0)
        return self.radius * value / self._length(value)


class Sphere(UnitNorm):
    r"""Arrays of a given norm, as points on a sphere: :math:`r w / \lVert w \rVert`.

    Parameters
    ----------
    init : callable, array or Expression, default GlorotUniform()
        What the parameter starts from, or what makes :math:`w`.
    radius : float, default 1
        The norm :math:`r`: the root of the sum of all squares.

    Raises
    ------
    ValueError
        If `radius` isn't positive.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.expressions import Sphere
    >>> round(float(np.linalg.norm(Sphere(radius=2)((3, 2)).eval())), 4)
    2.0
    """

    def __init__(self, init: Any = None, radius: float = 1.0):
        radius = checked_number(radius, "radius", self)
        if not 0 < radius < math.inf:
            raise ValueError(f"Sphere: radius should be finite and positive, got {radius!r}")
        super().__init__(init, "all")
        self.radius = radius


class WeightNorm(_OfLengths):
    r"""Any array, with lengths and directions learned apart: :math:`g \, v / \lVert v \rVert`.

    Parameters
    ----------
    init : callable, array or Expression, default GlorotUniform()
        What the parameter starts from, or what makes :math:`v`.
    axes : {"unit", "rows", "columns", "all"}, int or tuple of int, default "unit"
        Along which axes to take the norm. ``"unit"`` are the weights of each unit: columns of a
        matrix, and all axes but the first of filters.

    References
    ----------
    .. [1] T. Salimans and D. P. Kingma (2016): Weight normalization: a simple reparameterization
       to accelerate training of deep neural networks. NIPS.

    Examples
    --------
    >>> from lasagne_expr.expressions import WeightNorm
    >>> from lasagne_expr.layers import Conv2DLayer
    >>> layer = Conv2DLayer((None, 3, 8, 8), 16, 3, W=WeightNorm(), name="conv")
    >>> [(v, v.get_value().shape) for v in layer.get_params()[:2]]
    [(conv.W.direction, (16, 3, 3, 3)), (conv.W.length, (16, 1, 1, 1))]
    """

    names = ("direction", "length")

    def forward(self, shape, direction, length):
        # In this order both gradients are of one sum over the elements.
        return direction * (T.addbroadcast(length, *self._axes(length)) / self._norm(direction))

    def backward(self, value):
        length = self._length(value)
        return np.where(length > 0, value, 1.0), length

    def backward_near(self, value, raw):
        return self._multiple_near(self.backward(value)[0], raw)


class Standardized(AlongAxes):
    r"""Elements with mean 0 and a given standard deviation: :math:`s (w - \mu) / \sigma`.

    Parameters
    ----------
    init : callable, array or Expression, default GlorotUniform()
        What the parameter starts from, or what makes :math:`w`.
    std : float, default 1
        The standard deviation :math:`s`.
    axes : {"unit", "rows", "columns", "all"}, int or tuple of int, default "unit"
        Along which axes to standardize. ``"unit"`` are the weights of each unit: columns of a
        matrix, and all axes but the first of filters.

    Raises
    ------
    ValueError
        If `std` isn't positive; when called, if there is only one element along the axes.

    References
    ----------
    .. [1] S. Qiao, H. Wang, C. Liu, W. Shen and A. Yuille (2019): Micro-batch training with
       batch-channel normalization and weight standardization. arXiv:1903.10520.

    Examples
    --------
    >>> from lasagne_expr.expressions import Standardized
    >>> value = Standardized()((5, 2)).eval()
    >>> value.std(axis=0).round(4).tolist()
    [1.0, 1.0]
    """

    def __init__(self, init: Any = None, std: float = 1.0, axes: Any = "unit"):
        std = checked_number(std, "std", self)
        if not 0 < std < math.inf:
            raise ValueError(f"Standardized: std should be finite and positive, got {std!r}")
        self.std = std
        super().__init__(init, axes)

    def check_shape(self, shape):
        if math.prod(shape[axis] for axis in axes_of(self.axes, len(shape))) < 2:
            self._refuse_shape(shape, "one element alone has no standard deviation")

    def forward(self, shape, raw):
        axes = self._axes(raw)
        centred = raw - raw.mean(axis=axes, keepdims=True)
        variance = T.sqr(centred).mean(axis=axes, keepdims=True)
        return self.std * centred / T.sqrt(variance + _TINY)

    def backward(self, value):
        return value

    def backward_near(self, value, raw):
        axes = self._axes(value)
        mean = raw.mean(axis=axes, keepdims=True)
        return mean + value * _factor(value, raw - mean, axes)

    def reason_against(self, value, tolerance):
        axes = self._axes(value)
        mean = np.abs(value.mean(axis=axes)).max()
        deviation = np.abs(value.std(axis=axes) - self.std).max()
        if max(mean, deviation) > tolerance:
            return (
                f"along axes {axes} means reach {mean:.1e}, and standard deviations differ from "
                f"{self.std:g} by {deviation:.1e}"
            )
        return None

    def nearest(self, value):
        axes = self._axes(value)
        if not value.std(axis=axes).all():
            # What doesn't vary is replaced by a ramp.
            ramp = np.arange(value.size, dtype=value.dtype).reshape(value.shape)
            value = np.where(value.std(axis=axes, keepdims=True) > 0, value, ramp)
        centred = value - value.mean(axis=axes, keepdims=True)
        return self.std * centred / centred.std(axis=axes, keepdims=True)


class SpectralNorm(Unary):
    r"""Matrices whose largest singular value is 1: :math:`w / (u^T w v)`.

    :math:`u` and :math:`v` are the singular vectors that go with the largest singular value. They
    are found by power iteration: every function of a training pass takes some steps from the
    :math:`u` of the last, which is kept in a shared variable that is updated, and not learned.
    Deterministic passes use the vector as it is.

    Parameters
    ----------
    init : callable, array or Expression, default GlorotUniform()
        What the parameter starts from, or what makes :math:`w`.
    iterations : int, default 1
        How many steps of the power iteration a training pass takes.
    as_matrix : bool, default True
        Whether parameters of more dimensions, filters for example, are taken as matrices, with
        the first axis for rows and all others for columns.

    Raises
    ------
    ValueError
        If `iterations` isn't a positive integer.

    Notes
    -----
    The norm is 1 at the start, and later as closely as the iteration has followed; it is never
    below 1. No gradient goes through the vectors.

    References
    ----------
    .. [1] T. Miyato, T. Kataoka, M. Koyama and Y. Yoshida (2018): Spectral normalization for
       generative adversarial networks. ICLR.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.expressions import SpectralNorm
    >>> from lasagne_expr.layers import DenseLayer
    >>> layer = DenseLayer((None, 3), 2, W=SpectralNorm(), b=None, name="critic")
    >>> round(float(np.linalg.norm(layer.W.eval(), 2)), 4)
    1.0
    >>> layer.get_params(), layer.get_params(trainable=True)
    ([critic.W.raw, critic.W.u], [critic.W.raw])
    """

    names = ("raw", "u")
    fixed = ("u",)
    on_matrices = True

    def __init__(self, init: Any = None, iterations: int = 1, as_matrix: bool = True):
        if not isinstance(iterations, (int, np.integer)) or iterations < 1:
            raise ValueError(
                f"SpectralNorm: iterations should be a positive integer, got {iterations!r}"
            )
        self.iterations = int(iterations)
        super().__init__(init, as_matrix)

    def forward(self, shape, raw, u):
        fixed = theano.gradient.zero_grad(raw)
        new = u
        for _ in range(self.iterations):
            new = _unit(T.dot(fixed, T.dot(new, fixed)))
        if isinstance(u, SharedVariable):
            u.default_update = T.patternbroadcast(T.cast(new, u.dtype), u.broadcastable)
        return _divided(raw, theano.gradient.zero_grad(new))

    def forward_deterministic(self, shape, raw, u):
        if isinstance(u, SharedVariable):
            # A copy that shares the value, and isn't updated.
            u = theano.clone(u, share_inputs=False)
        return _divided(raw, u)

    def backward(self, value):
        u = np.linalg.svd(value, full_matrices=False)[0][:, 0]
        return value, u

    def backward_near(self, value, raw):
        return value * _factor(value, raw, None)

    def reason_against(self, value, tolerance):
        norm = np.linalg.norm(value, 2)
        return f"its spectral norm is {norm:.6g}, not 1" if abs(norm - 1) > tolerance else None

    def nearest(self, value):
        norm = np.linalg.norm(value, 2)
        return value / norm if norm > 0 else np.eye(*value.shape)


def _factor(value, raw, axes):
    """Compute the positive factor that brings a value nearest to another array."""
    along = (raw * value).sum(axis=axes, keepdims=True)
    squares = np.maximum(np.square(value).sum(axis=axes, keepdims=True), _TINY)
    # What points elsewhere would make it 0, or less.
    least = 0.1 * np.sqrt(np.square(raw).sum(axis=axes, keepdims=True) / squares)
    return np.maximum(along / squares, least)


def _unit(vector):
    return vector / T.sqrt(T.sqr(vector).sum() + _TINY)


def _divided(raw, u):
    """Divide a matrix by the norm that it gives a unit vector."""
    return raw / T.sqrt(T.sqr(T.dot(u, raw)).sum() + _TINY)
