"""Expressions in which only some elements are learned, and the others are 0."""

from typing import Any

import numpy as np
import theano.tensor as T

from .base import Expression, Unary, checked_number, required

__all__ = ["Masked", "Sparse"]


class Masked(Unary):
    r"""Elements that are 0 wherever a mask is: :math:`m \odot w`.

    Parameters
    ----------
    mask : array of 0 and 1, or of bool
        What is kept; of the parameter's shape, or one that broadcasts to it.
    init : callable, array or Expression, default GlorotUniform()
        What the parameter starts from, or what makes :math:`w`.

    Raises
    ------
    ValueError
        If `mask` has other elements; when called, if it doesn't go with the parameter's shape.

    Notes
    -----
    The mask becomes a shared variable that isn't learned. What is masked gets no gradient.

    References
    ----------
    .. [1] M. Germain, K. Gregor, I. Murray and H. Larochelle (2015): MADE: Masked autoencoder for
       distribution estimation. ICML.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.expressions import Masked
    >>> from lasagne_expr.layers import DenseLayer
    >>> layer = DenseLayer((None, 3), 3, W=Masked(np.tri(3)), b=None, name="made")
    >>> layer.get_params(), layer.get_params(trainable=True)
    ([made.W.raw, made.W.mask], [made.W.raw])
    """

    names = ("raw", "mask")
    fixed = ("mask",)

    def __init__(self, mask: Any, init: Any = None):
        self.mask = checked_mask(mask, self)
        super().__init__(init)

    def _mask_of(self, shape):
        try:
            return np.array(np.broadcast_to(self.mask, shape))
        except ValueError:
            self._refuse_shape(shape, f"its mask has shape {self.mask.shape}")

    def check_shape(self, shape):
        self._mask_of(shape)

    def forward(self, shape, raw, mask):
        return raw * mask

    def backward(self, value):
        return value, self._mask_of(value.shape)

    def backward_near(self, value, raw):
        return np.where(self._mask_of(value.shape) > 0, value, raw)

    def reason_against(self, value, tolerance):
        outside = np.abs(value * (1 - self._mask_of(value.shape))).max()
        return f"it has {outside:.3g} where the mask is 0" if outside > tolerance else None

    def nearest(self, value):
        return value * self._mask_of(value.shape)


class Sparse(Expression):
    r"""Few elements that are learned, at fixed places, among zeros.

    Only these are kept, as a vector :math:`v`, with their places: value[places] is :math:`v`.

    Parameters
    ----------
    pattern : float, or array of 0 and 1
        Where elements may differ from 0: an array of the parameter's shape, or which fraction of
        all elements, above 0 and at most 1. With a fraction the largest elements (by their
        absolute values) of what the parameter starts from are kept, so that a trained layer whose
        parameter is substituted is pruned by magnitude.
    init : callable or array, default GlorotUniform()
        What the parameter starts from.

    Raises
    ------
    ValueError
        If `pattern` is neither, or has no element; when called, if it has another shape than the
        parameter.

    See Also
    --------
    Masked : is faster where many elements are kept.

    References
    ----------
    .. [1] S. Han, J. Pool, J. Tran and W. J. Dally (2015): Learning both weights and connections
       for efficient neural networks. NIPS.

    Examples
    --------
    >>> from lasagne_expr.expressions import Sparse
    >>> Sparse(0.5).project([[0.1, -3.0], [2.0, 0.5]]).tolist()
    [[0.0, -3.0], [2.0, 0.0]]
    """

    names = ("values", "places")
    fixed = ("places",)

    def __init__(self, pattern: Any, init: Any = None):
        if np.ndim(pattern) == 0:
            pattern = checked_number(pattern, "pattern", self)
            if not 0 < pattern <= 1:
                raise ValueError(
                    f"Sparse: a fraction should be above 0 and at most 1, got {pattern!r}"
                )
            self.pattern = pattern
        else:
            self.pattern = checked_mask(pattern, self)
            if not self.pattern.any():
                raise ValueError("Sparse: pattern has no element that isn't 0")
        super().__init__(init)

    def check_shape(self, shape):
        if isinstance(self.pattern, np.ndarray) and self.pattern.shape != tuple(shape):
            self._refuse_shape(shape, f"its pattern has shape {self.pattern.shape}")

    def _places(self, value):
        """Find the places of the elements to keep, as numbers into the flat array, in order."""
        if isinstance(self.pattern, np.ndarray):
            return np.flatnonzero(self.pattern)
        number = max(1, round(self.pattern * value.size))
        order = np.argsort(-np.abs(value.ravel()), kind="stable")
        return np.sort(order[:number])

    def forward(self, shape, values, places):
        shape = required(shape, self)
        zeros = T.zeros((int(np.prod(shape)),), dtype=values.dtype)
        return T.set_subtensor(zeros[places], values).reshape(shape)

    def backward(self, value):
        places = self._places(value)
        return value.ravel()[places], places

    def reason_against(self, value, tolerance):
        rest = np.delete(value.ravel(), self._places(value))
        if rest.size and np.abs(rest).max() > tolerance:
            outside = int((np.abs(rest) > tolerance).sum())
            return f"it has {outside} more elements that aren't 0 than the pattern allows"
        return None

    def nearest(self, value):
        places = self._places(value)
        result = np.zeros(value.size)
        result[places] = value.ravel()[places]
        return result.reshape(value.shape)


def checked_mask(mask: Any, owner: Expression) -> np.ndarray:
    """Check that a mask has zeros and ones only."""
    if isinstance(mask, np.ma.MaskedArray):
        raise TypeError(f"{type(owner).__name__}: a mask should be a plain array, got a masked one")
    try:
        mask = np.asarray(mask)
    except ValueError as error:
        raise ValueError(f"{type(owner).__name__}: a mask should be an array: {error}") from error
    if mask.dtype.kind not in "biuf" or not np.isin(mask, (0, 1)).all():
        raise ValueError(f"{type(owner).__name__}: a mask should be an array of 0 and 1")
    return mask.astype("float64")
