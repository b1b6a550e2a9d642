"""Layers that add noise in training, and none in a deterministic pass."""

from typing import Any

import theano
import theano.tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams as RandomStreams

from ..random import get_rng
from .axes import checked_axes
from .base import Layer
from .checks import scalar

__all__ = [
    "DropoutLayer",
    "GaussianNoiseLayer",
    "dropout",
    "dropout_channels",
    "dropout_locations",
    "spatial_dropout",
]


def random_stream() -> RandomStreams:
    """Start a stream of random numbers, seeded by `lasagne_expr.random`."""
    return RandomStreams(get_rng().randint(1, 2147462579))


def float_dtype_of(input: theano.Variable) -> str:
    """Tell in which dtype to draw numbers that an input is combined with."""
    dtype = str(input.dtype)  # that of an array is no string
    return dtype if dtype in T.float_dtypes else theano.config.floatX


def _is_number_zero(value):
    return not isinstance(value, theano.Variable) and value == 0


class DropoutLayer(Layer):
    """Set each element of the input to zero with a given probability.

    With ``deterministic=True`` passed to `lasagne_expr.layers.get_output`, the input goes through
    as it is.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input.
    p : float or scalar expression, default 0.5
        The probability of setting an element to zero, at least 0 and below 1. A shared variable
        can be changed while training.
    rescale : bool, default True
        Whether to divide what is kept by ``1 - p``, so that the expected value stays the same.
    shared_axes : int or tuple of int, default ()
        Axes along which all elements are kept or dropped together.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If `p` is out of its range, or `shared_axes` has an axis that the input hasn't.
    TypeError
        If an argument isn't of the type that it should be.

    See Also
    --------
    dropout_channels, dropout_locations

    References
    ----------
    .. [1] N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and R. Salakhutdinov (2014):
       Dropout: a simple way to prevent neural networks from overfitting. Journal of Machine
       Learning Research 15, 1929-1958.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.layers import DropoutLayer, InputLayer, get_output
    >>> layer = DropoutLayer(InputLayer((100, 100)), p=0.2)
    >>> values = get_output(layer, np.ones((100, 100))).eval()
    >>> np.unique(values).tolist()
    [0.0, 1.25]
    >>> np.unique(get_output(layer, np.ones((100, 100)), deterministic=True).eval()).tolist()
    [1.0]
    """

    shared_axes: tuple = ()  # of layers that Lasagne 0.1 pickled

    def __init__(
        self,
        incoming: "Layer | tuple",
        p: Any = 0.5,
        rescale: bool = True,
        shared_axes: "int | tuple" = (),
        **kwargs,
    ):
        super().__init__(incoming, **kwargs)
        self._srng = random_stream()
        self.p = scalar(self, "p", p, lambda value: 0 <= value < 1, "at least 0 and below 1")
        self.rescale = rescale
        self.shared_axes = checked_axes(self, shared_axes)

    def get_output_for(
        self, input: theano.Variable, deterministic: bool = False, **kwargs
    ) -> theano.Variable:
        if deterministic or _is_number_zero(self.p):
            return input
        retain = 1 - self.p
        if self.rescale:
            input = input / T.cast(retain, float_dtype_of(input))
        # Integers that are kept as they are stay integers.
        return input * self._mask(input, retain, str(input.dtype))

    def _mask(self, input, retain, dtype):
        shape = input.shape if None in self.input_shape else self.input_shape
        if not self.shared_axes:
            return self._srng.binomial(shape, p=retain, dtype=dtype)
        shape = tuple(1 if a in self.shared_axes else shape[a] for a in range(input.ndim))
        mask = self._srng.binomial(shape, p=retain, dtype=dtype)
        return T.addbroadcast(mask, *self.shared_axes)


dropout = DropoutLayer


def dropout_channels(incoming: "Layer | tuple", *args, **kwargs) -> DropoutLayer:
    """Drop whole channels: all elements along the third axis and beyond together.

    Neighbouring pixels of a feature map say nearly the same, so that dropping single pixels does
    little; dropping whole maps regularizes.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input, such as
        ``(batch, channels, rows, columns)``.
    *args, **kwargs
        As for `DropoutLayer`, without `shared_axes`.

    Returns
    -------
    DropoutLayer

    References
    ----------
    .. [1] J. Tompson, R. Goroshin, A. Jain, Y. LeCun and C. Bregler (2015): Efficient object
       localization using convolutional networks. CVPR. arXiv:1411.4280.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, dropout_channels
    >>> dropout_channels(InputLayer((None, 16, 8, 8)), p=0.2).shared_axes
    (2, 3)
    """
    ndim = len(getattr(incoming, "output_shape", incoming))
    return DropoutLayer(incoming, *args, shared_axes=tuple(range(2, ndim)), **kwargs)


spatial_dropout = dropout_channels


def dropout_locations(incoming: "Layer | tuple", *args, **kwargs) -> DropoutLayer:
    """Drop whole locations: all channels (the second axis) of a place together.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input, such as
        ``(batch, channels, rows, columns)``.
    *args, **kwargs
        As for `DropoutLayer`, without `shared_axes`.

    Returns
    -------
    DropoutLayer

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, dropout_locations
    >>> dropout_locations(InputLayer((None, 16, 8, 8)), p=0.2).shared_axes
    (1,)
    """
    return DropoutLayer(incoming, *args, shared_axes=(1,), **kwargs)


class GaussianNoiseLayer(Layer):
    """Add normally distributed noise to the input.

    With ``deterministic=True`` passed to `lasagne_expr.layers.get_output`, the input goes through
    as it is.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input.
    sigma : float or scalar expression, default 0.1
        The noise's standard deviation, 0 or more.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If `sigma` is negative, or no scalar.
    TypeError
        If `sigma` is no number.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.layers import GaussianNoiseLayer, InputLayer, get_output
    >>> layer = GaussianNoiseLayer(InputLayer((100, 100)), sigma=0.5)
    >>> bool(0.45 < get_output(layer, np.ones((100, 100))).eval().std() < 0.55)
    True
    """

    def __init__(self, incoming: "Layer | tuple", sigma: Any = 0.1, **kwargs):
        super().__init__(incoming, **kwargs)
        self._srng = random_stream()
        self.sigma = scalar(
            self, "sigma", sigma, lambda value: 0 <= value < float("inf"), "finite and not negative"
        )

    def get_output_for(
        self, input: theano.Variable, deterministic: bool = False, **kwargs
    ) -> theano.Variable:
        if deterministic or _is_number_zero(self.sigma):
            return input
        dtype = float_dtype_of(input)
        return input + self._srng.normal(input.shape, avg=0.0, std=self.sigma, dtype=dtype)
