"""Layers that convolve their input with filters."""

from collections.abc import Callable
from typing import Any

import theano
import theano.tensor as T

from ...init import Constant, GlorotUniform
from ...nonlinearities import rectify
from ...theano_extensions.conv import conv1d_mc0
from ..base import Layer
from .base import BaseConvLayer


class Conv1DLayer(BaseConvLayer):
    """Convolve sequences with filters, add biases, and apply a nonlinearity.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input: ``(batch, channels,
        length)``.
    num_filters : int
        The number of filters: of channels that the output has.
    filter_size : int or tuple of one int
        The filters' length.
    stride : int or tuple of one int, default 1
        The filters' step.
    pad : int, tuple of one int, 'valid', 'full' or 'same', default 0
        The zeros on both ends: how many, none, one less than the filters' length, or half of that
        length rounded down, which must be odd then.
    untie_biases : bool, default False
        Whether every place of the output has a bias of its own, rather than every filter.
    W : array, shared variable, expression or callable, default GlorotUniform()
        The filters, of shape ``(num_filters, channels / num_groups, filter_size)``.
    b : array, shared variable, expression, callable or None, default Constant(0)
        The biases, of shape ``(num_filters,)``, or ``(num_filters, length of the output)`` with
        `untie_biases`; None for a layer without biases.
    nonlinearity : callable or None, default rectify
        What is applied to the sum; None for nothing.
    flip_filters : bool, default True
        Whether the filters are flipped before they slide over the input, as in a convolution.
    convolution : callable, default conv1d_mc0
        What convolves: one of the functions of `lasagne_expr.theano_extensions.conv`, or any that
        takes what they take. It is called with input, filters, their shapes, and by name
        ``subsample``, ``border_mode``, ``filter_flip`` and, if it isn't 1, ``num_groups``.
    num_groups : int, default 1
        In how many groups channels and filters are divided.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError, TypeError, NotImplementedError
        As :class:`BaseConvLayer` does, and if the filters are longer than the padded input.

    Examples
    --------
    >>> from lasagne_expr.layers import Conv1DLayer, InputLayer
    >>> sequences = InputLayer((None, 4, 100))
    >>> Conv1DLayer(sequences, num_filters=16, filter_size=5, pad="same").output_shape
    (None, 16, 100)
    """

    n = 1

    def __init__(
        self,
        incoming: "Layer | tuple",
        num_filters: int,
        filter_size: Any,
        stride: Any = 1,
        pad: Any = 0,
        untie_biases: bool = False,
        W: Any = GlorotUniform(),
        b: Any = Constant(0.0),
        nonlinearity: "Callable | None" = rectify,
        flip_filters: bool = True,
        convolution: Callable = conv1d_mc0,
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
            num_groups,
            n=1,
            **kwargs,
        )
        self.convolution = convolution
        self._output_sizes(self.input_shape[2:])

    def convolve(self, input: theano.Variable, **kwargs) -> theano.Variable:
        return self._convolve_by(self.convolution, conv1d_mc0, input)


class Conv2DLayer(BaseConvLayer):
    """Convolve images with filters, add biases, and apply a nonlinearity.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input: ``(batch, channels,
        rows, columns)``.
    num_filters : int
        The number of filters: of channels that the output has.
    filter_size : int or tuple of 2 int
        The filters' rows and columns.
    stride : int or tuple of 2 int, default (1, 1)
        The filters' step along rows and columns.
    pad : int, tuple of 2 int, 'valid', 'full' or 'same', default 0
        The zeros around the image: how many rows and columns, none, one less than the filters'
        size, or half of that size rounded down, which must be odd then.
    untie_biases : bool, default False
        Whether every place of the output has a bias of its own, rather than every filter.
    W : array, shared variable, expression or callable, default GlorotUniform()
        The filters, of shape ``(num_filters, channels / num_groups, rows, columns)``.
    b : array, shared variable, expression, callable or None, default Constant(0)
        The biases, of shape ``(num_filters,)``, or ``(num_filters, rows and columns of the
        output)`` with `untie_biases`; None for a layer without biases.
    nonlinearity : callable or None, default rectify
        What is applied to the sum; None for nothing.
    flip_filters : bool, default True
        Whether the filters are flipped before they slide over the input, as in a convolution.
    convolution : callable, default theano.tensor.nnet.conv2d
        What convolves. It is called with input, filters, their shapes, and by name ``subsample``,
        ``border_mode``, ``filter_flip`` and, if it isn't 1, ``num_groups``.
    num_groups : int, default 1
        In how many groups channels and filters are divided: with as many groups as channels,
        each channel is convolved by itself.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError, TypeError, NotImplementedError
        As :class:`BaseConvLayer` does, and if the filters are larger than the padded image.

    Examples
    --------
    >>> from lasagne_expr.layers import Conv2DLayer, InputLayer
    >>> images = InputLayer((None, 3, 32, 32))
    >>> conv = Conv2DLayer(images, num_filters=16, filter_size=5)
    >>> conv.output_shape
    (None, 16, 28, 28)

    Filters that are symmetric, whatever is learned:

    >>> import numpy as np, theano
    >>> w = theano.shared(np.zeros((16, 3, 5, 5)), name="w")
    >>> Conv2DLayer(images, num_filters=16, filter_size=5, W=w + w[:, :, :, ::-1]).get_params()
    [w, b]
    """

    n = 2

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
        flip_filters: bool = True,
        convolution: Callable = T.nnet.conv2d,
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
            num_groups,
            n=2,
            **kwargs,
        )
        self.convolution = convolution
        self._output_sizes(self.input_shape[2:])

    def convolve(self, input: theano.Variable, **kwargs) -> theano.Variable:
        return self._convolve_by(self.convolution, T.nnet.conv2d, input)


class Conv3DLayer(BaseConvLayer):
    """Convolve volumes with filters, add biases, and apply a nonlinearity.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input: ``(batch, channels,
        depth, rows, columns)``.
    num_filters : int
        The number of filters: of channels that the output has.
    filter_size : int or tuple of 3 int
        The filters' depth, rows and columns.
    stride : int or tuple of 3 int, default (1, 1, 1)
        The filters' step along each axis.
    pad : int, tuple of 3 int, 'valid', 'full' or 'same', default 0
        The zeros around the volume: how many along each axis, none, one less than the filters'
        size, or half of that size rounded down, which must be odd then.
    untie_biases : bool, default False
        Whether every place of the output has a bias of its own, rather than every filter.
    W : array, shared variable, expression or callable, default GlorotUniform()
        The filters, of shape ``(num_filters, channels / num_groups, depth, rows, columns)``.
    b : array, shared variable, expression, callable or None, default Constant(0)
        The biases, of shape ``(num_filters,)``, or ``(num_filters, sizes of the output)`` with
        `untie_biases`; None for a layer without biases.
    nonlinearity : callable or None, default rectify
        What is applied to the sum; None for nothing.
    flip_filters : bool, default True
        Whether the filters are flipped before they slide over the input, as in a convolution.
    convolution : callable or None, default None
        What convolves, called as by :class:`Conv2DLayer`; None for `theano.tensor.nnet.conv3d`.
    num_groups : int, default 1
        In how many groups channels and filters are divided.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError, TypeError, NotImplementedError
        As :class:`BaseConvLayer` does, and if the filters are larger than the padded volume.

    Examples
    --------
    >>> from lasagne_expr.layers import Conv3DLayer, InputLayer
    >>> volumes = InputLayer((None, 1, 16, 32, 32))
    >>> Conv3DLayer(volumes, num_filters=8, filter_size=(1, 5, 5), stride=(1, 2, 2)).output_shape
    (None, 8, 16, 14, 14)
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
        flip_filters: bool = True,
        convolution: "Callable | None" = None,
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
            num_groups,
            n=3,
            **kwargs,
        )
        self.convolution = T.nnet.conv3d if convolution is None else convolution
        self._output_sizes(self.input_shape[2:])

    def convolve(self, input: theano.Variable, **kwargs) -> theano.Variable:
        return self._convolve_by(self.convolution, T.nnet.conv3d, input)
