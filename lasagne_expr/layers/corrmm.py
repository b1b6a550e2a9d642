"""Convolution with the defaults that Lasagne's layers on matrix products had.

Lasagne chose an implementation of Theano's by the layer. Here the engine chooses, and the layer is
:class:`lasagne_expr.layers.Conv2DLayer`, except that it doesn't flip its filters unless told to.
"""

from collections.abc import Callable
from typing import Any

from ..init import Constant, GlorotUniform
from ..nonlinearities import rectify
from .base import Layer
from .conv import Conv2DLayer

__all__ = ["Conv2DMMLayer"]


class Conv2DMMLayer(Conv2DLayer):
    """Slide filters over images, without flipping them, add biases, and apply a nonlinearity.

    Parameters
    ----------
    incoming, num_filters, filter_size, stride, pad, untie_biases, W, b, nonlinearity
        As for :class:`lasagne_expr.layers.Conv2DLayer`.
    flip_filters : bool, default False
        Whether the filters are flipped before they slide over the input, as in a convolution.
    num_groups : int, default 1
        In how many groups channels and filters are divided.
    **kwargs
        Others of that layer's arguments.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer
    >>> from lasagne_expr.layers.corrmm import Conv2DMMLayer
    >>> Conv2DMMLayer(InputLayer((None, 3, 8, 8)), num_filters=4, filter_size=3).output_shape
    (None, 4, 6, 6)
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        num_filters: int,
        filter_size: Any,
        stride: Any = (1, 1),
        pad: Any = 0,
        untie_biases: bool = False,
        W: Any = GlorotUniform(),
        b: Any = Constant(0.0),
        nonlinearity: "Callable | None" = rectify,
        flip_filters: bool = False,
        num_groups: int = 1,
        **kwargs,
    ):
        super().__init__(
            incoming,
            num_filters,
            filter_size,
            stride,
            pad,
            untie_biases,
            W,
            b,
            nonlinearity,
            flip_filters,
            num_groups=num_groups,
            **kwargs,
        )
