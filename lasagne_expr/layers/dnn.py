"""Layers with the names and defaults that Lasagne's layers on cuDNN have.

Lasagne chose an implementation of Theano's by the layer. Here the engine chooses (on a CUDA GPU,
XLA calls cuDNN), and these are the layers of other names, with the defaults of these. So they work
on every engine and device.
"""

from collections.abc import Callable, Sequence
from typing import Any

from ..init import Constant, GlorotUniform
from ..nonlinearities import rectify
from .base import Layer
from .conv import Conv2DLayer, Conv3DLayer
from .normalization import BatchNormLayer, batch_norm_by
from .pool import (
    MaxPool2DLayer,
    MaxPool3DLayer,
    Pool2DLayer,
    Pool3DLayer,
    SpatialPyramidPoolingLayer,
)

__all__ = [
    "BatchNormDNNLayer",
    "Conv2DDNNLayer",
    "Conv3DDNNLayer",
    "MaxPool2DDNNLayer",
    "MaxPool3DDNNLayer",
    "Pool2DDNNLayer",
    "Pool3DDNNLayer",
    "SpatialPyramidPoolingDNNLayer",
    "batch_norm_dnn",
]


class Conv2DDNNLayer(Conv2DLayer):
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
    >>> from lasagne_expr.layers.dnn import Conv2DDNNLayer
    >>> Conv2DDNNLayer(InputLayer((None, 3, 8, 8)), num_filters=4, filter_size=3).output_shape
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


class Conv3DDNNLayer(Conv3DLayer):
    """Slide filters over volumes, without flipping them, add biases, and apply a nonlinearity.

    Parameters
    ----------
    incoming, num_filters, filter_size, stride, pad, untie_biases, W, b, nonlinearity
        As for :class:`lasagne_expr.layers.Conv3DLayer`.
    flip_filters : bool, default False
        Whether the filters are flipped before they slide over the input, as in a convolution.
    num_groups : int, default 1
        In how many groups channels and filters are divided.
    **kwargs
        Others of that layer's arguments.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer
    >>> from lasagne_expr.layers.dnn import Conv3DDNNLayer
    >>> Conv3DDNNLayer(InputLayer((None, 3, 8, 8, 8)), num_filters=4, filter_size=3).output_shape
    (None, 4, 6, 6, 6)
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        num_filters: int,
        filter_size: Any,
        stride: Any = (1, 1, 1),
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


class Pool2DDNNLayer(Pool2DLayer):
    """Pool over windows of images: `lasagne_expr.layers.Pool2DLayer`.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer
    >>> from lasagne_expr.layers.dnn import Pool2DDNNLayer
    >>> Pool2DDNNLayer(InputLayer((None, 3, 8, 8)), 2, mode="average_exc_pad").output_shape
    (None, 3, 4, 4)
    """


class MaxPool2DDNNLayer(MaxPool2DLayer):
    """Keep the largest element of each window of images: `lasagne_expr.layers.MaxPool2DLayer`.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer
    >>> from lasagne_expr.layers.dnn import MaxPool2DDNNLayer
    >>> MaxPool2DDNNLayer(InputLayer((None, 3, 8, 8)), pool_size=2).output_shape
    (None, 3, 4, 4)
    """


class Pool3DDNNLayer(Pool3DLayer):
    """Pool over windows of volumes: `lasagne_expr.layers.Pool3DLayer`.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer
    >>> from lasagne_expr.layers.dnn import Pool3DDNNLayer
    >>> Pool3DDNNLayer(InputLayer((None, 3, 8, 8, 8)), 2, mode="average_exc_pad").output_shape
    (None, 3, 4, 4, 4)
    """


class MaxPool3DDNNLayer(MaxPool3DLayer):
    """Keep the largest element of each window of volumes: `lasagne_expr.layers.MaxPool3DLayer`.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer
    >>> from lasagne_expr.layers.dnn import MaxPool3DDNNLayer
    >>> MaxPool3DDNNLayer(InputLayer((None, 3, 8, 8, 8)), pool_size=2).output_shape
    (None, 3, 4, 4, 4)
    """


class SpatialPyramidPoolingDNNLayer(SpatialPyramidPoolingLayer):
    """Pool images of any size into grids: `lasagne_expr.layers.SpatialPyramidPoolingLayer`.

    Parameters
    ----------
    incoming, pool_dims, mode
        As for that layer.
    **kwargs
        Others of that layer's arguments.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer
    >>> from lasagne_expr.layers.dnn import SpatialPyramidPoolingDNNLayer
    >>> SpatialPyramidPoolingDNNLayer(InputLayer((None, 8, None, None))).output_shape
    (None, 8, 21)
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        pool_dims: Sequence[int] = [4, 2, 1],
        mode: str = "max",
        **kwargs,
    ):
        super().__init__(incoming, pool_dims, mode, **kwargs)


class BatchNormDNNLayer(BatchNormLayer):
    """Normalize over a batch: `lasagne_expr.layers.BatchNormLayer`, with any axes.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer
    >>> from lasagne_expr.layers.dnn import BatchNormDNNLayer
    >>> BatchNormDNNLayer(InputLayer((None, 3, 8, 8)), name="norm").get_params()
    [norm.beta, norm.gamma, norm.mean, norm.inv_std]
    """


def batch_norm_dnn(layer: Layer, **kwargs) -> Layer:
    """Put a `BatchNormDNNLayer` between a layer and its nonlinearity.

    Parameters
    ----------
    layer : Layer
        The layer to normalize; it is changed.
    **kwargs
        As for `lasagne_expr.layers.batch_norm`, which it otherwise is.

    Returns
    -------
    NonlinearityLayer or BatchNormDNNLayer
        The former where `layer` has a nonlinearity.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer
    >>> from lasagne_expr.layers.dnn import Conv2DDNNLayer, batch_norm_dnn
    >>> conv = Conv2DDNNLayer(InputLayer((None, 3, 8, 8)), 4, 3, name="conv")
    >>> batch_norm_dnn(conv).input_layer.name
    'conv_bn'
    """
    return batch_norm_by(BatchNormDNNLayer, layer, kwargs)
