"""Weights of few levels, whose gradient goes straight through the rounding."""

from typing import Any

import numpy as np
import theano
import theano.tensor as T

from .base import AlongAxes

__all__ = ["Binary", "Quantized", "Ternary"]


class _StraightThrough(AlongAxes):
    """Rounds to levels, with the gradient as if it didn't; what is in the set rounds to itself."""

    def _round(self, raw, lib):
        """Round, by the functions of NumPy or of Theano."""
        raise NotImplementedError

    def forward(self, shape, raw):
        fixed = theano.gradient.zero_grad(raw)
        # The difference is 0, and has the slope that the rounding lacks.
        return self._round(fixed, T) + (raw - fixed)

    def backward(self, value):
        return value

    def reason_against(self, value, tolerance):
        deviation = np.abs(self.nearest(value) - value).max()
        if deviation > tolerance:
            return f"its elements differ by up to {deviation:.1e} from {self._levels}"
        return None

    def nearest(self, value):
        return self._round(value, np)


class Binary(_StraightThrough):
    r"""Elements of two values, :math:`\alpha \, \mathrm{sign}(w)`; 0 counts as positive.

    The magnitude :math:`\alpha` is that of the mean of :math:`|w|`, for each unit by itself. The
    gradient is the straight-through one: that with respect to the value goes to :math:`w` as it
    is.

    Parameters
    ----------
    init : callable, array or Expression, default GlorotUniform()
        What the parameter starts from, or what makes :math:`w`.
    axes : {"unit", "rows", "columns", "all"}, int or tuple of int, default "unit"
        Along which axes there is one magnitude. ``"unit"`` are the weights of each unit: columns
        of a matrix, and all axes but the first of filters.

    References
    ----------
    .. [1] M. Rastegari, V. Ordonez, J. Redmon and A. Farhadi (2016): XNOR-Net: ImageNet
       classification using binary convolutional neural networks. ECCV.
    .. [2] Y. Bengio, N. Léonard and A. Courville (2013): Estimating or propagating gradients
       through stochastic neurons for conditional computation. arXiv:1308.3432.

    Examples
    --------
    >>> from lasagne_expr.expressions import Binary
    >>> Binary(axes="all").project([[1.0, -2.0], [4.0, -1.0]]).tolist()
    [[2.0, -2.0], [2.0, -2.0]]
    """

    _levels = "one magnitude with two signs"

    def _round(self, raw, lib):
        magnitude = abs(raw).mean(axis=self._axes(raw), keepdims=True)
        where = T.switch if lib is T else np.where
        return where(raw >= 0, magnitude, -magnitude)

    def backward_near(self, value, raw):
        sign = np.where(value >= 0, 1.0, -1.0)
        size, magnitude = raw * sign, np.abs(value)
        for _ in range(2):  # to have both the signs and the mean
            size += magnitude - size.mean(axis=self._axes(value), keepdims=True)
            size = np.maximum(size, 1e-6 * magnitude)
        return value * size / np.maximum(size.mean(axis=self._axes(value), keepdims=True), 1e-30)


class Ternary(_StraightThrough):
    r"""Elements of three values: :math:`-\alpha`, 0 and :math:`\alpha`.

    What is at most :math:`\Delta`, 0.7 times the mean of :math:`|w|`, becomes 0; :math:`\alpha` is
    the mean of what is above; both for each unit by itself. The gradient is the straight-through
    one: that with respect to the value goes to :math:`w` as it is.

    Parameters
    ----------
    init : callable, array or Expression, default GlorotUniform()
        What the parameter starts from, or what makes :math:`w`.
    axes : {"unit", "rows", "columns", "all"}, int or tuple of int, default "unit"
        Along which axes there is one magnitude. ``"unit"`` are the weights of each unit: columns
        of a matrix, and all axes but the first of filters.

    References
    ----------
    .. [1] F. Li, B. Zhang and B. Liu (2016): Ternary weight networks. arXiv:1605.04711.

    Examples
    --------
    >>> from lasagne_expr.expressions import Ternary
    >>> Ternary(axes="all").project([[0.1, -2.0], [4.0, 0.2]]).tolist()
    [[0.0, -3.0], [3.0, 0.0]]
    """

    _levels = "0 and one magnitude with two signs"

    def _round(self, raw, lib):
        axes = self._axes(raw)
        where, sign = (T.switch, T.sgn) if lib is T else (np.where, np.sign)
        size = abs(raw)
        above = size > 0.7 * size.mean(axis=axes, keepdims=True)
        signs = where(above, sign(raw), np.zeros((), raw.dtype))
        count = lib.maximum(abs(signs).sum(axis=axes, keepdims=True), 1)
        magnitude = (signs * raw).sum(axis=axes, keepdims=True) / count
        return magnitude * signs

    def backward_near(self, value, raw):
        # The threshold depends on what is below it, and is between these parts of the magnitude.
        kept = (value != 0).mean(axis=self._axes(value), keepdims=True)
        lowest, highest = 0.69 * kept, 0.71 * kept / (0.3 + 0.7 * kept)
        magnitude = np.abs(value).max(axis=self._axes(value), keepdims=True)
        size = np.where(value != 0, np.maximum(raw * np.sign(value), highest * magnitude), 0)
        mean = size.mean(axis=self._axes(value), keepdims=True) / np.maximum(kept, 1e-30)
        large = value * size / np.maximum(mean, 1e-30)
        return large + np.where(
            value != 0, 0, np.clip(raw, -lowest * magnitude, lowest * magnitude)
        )


class Quantized(_StraightThrough):
    r"""Elements at equal distances, as many as a number of bits can tell apart, symmetric to 0.

    With :math:`b` bits there are :math:`2^b - 1` levels: the multiples of
    :math:`s = \max |w| / (2^{b-1} - 1)`, for each unit by itself, to the nearest of which
    :math:`w` is rounded. The gradient is the straight-through one: that with respect to the value
    goes to :math:`w` as it is.

    Parameters
    ----------
    bits : int, default 8
        The number of bits, from 2 to 16.
    init : callable, array or Expression, default GlorotUniform()
        What the parameter starts from, or what makes :math:`w`.
    axes : {"unit", "rows", "columns", "all"}, int or tuple of int, default "unit"
        Along which axes there is one distance. ``"unit"`` are the weights of each unit: columns
        of a matrix, and all axes but the first of filters.

    Raises
    ------
    ValueError
        If `bits` is out of its range.

    References
    ----------
    .. [1] B. Jacob, S. Kligys, B. Chen, M. Zhu, M. Tang, A. Howard, H. Adam and D. Kalenichenko
       (2018): Quantization and training of neural networks for efficient integer-arithmetic-only
       inference. CVPR.

    Examples
    --------
    >>> from lasagne_expr.expressions import Quantized
    >>> Quantized(3, axes="all").project([-3.0, 0.2, 1.1, 1.8]).tolist()
    [-3.0, 0.0, 1.0, 2.0]
    """

    def __init__(self, bits: int = 8, init: Any = None, axes: Any = "unit"):
        if not isinstance(bits, (int, np.integer)) or not 2 <= bits <= 16:
            raise ValueError(f"Quantized: bits should be an integer from 2 to 16, got {bits!r}")
        self.bits = int(bits)
        super().__init__(init, axes)

    @property
    def _levels(self):
        return f"{2**self.bits - 1} levels at equal distances"

    def _round(self, raw, lib):
        largest = abs(raw).max(axis=self._axes(raw), keepdims=True)
        step = lib.maximum(largest, 1e-30) / float(2 ** (self.bits - 1) - 1)
        multiples = raw / step
        return step * (T.round(multiples, "half_to_even") if lib is T else np.round(multiples))

    def backward_near(self, value, raw):
        axes = self._axes(value)
        largest = np.abs(value).max(axis=axes, keepdims=True)
        half = 0.499 * largest / (2 ** (self.bits - 1) - 1)
        near = np.clip(np.clip(raw, value - half, value + half), -largest, largest)
        # One of the largest has to stay as it is, for the distance of the levels.
        size = np.abs(near)
        return np.where(size == size.max(axis=axes, keepdims=True), value, near)
