"""Layers that apply the transpose of a convolution."""

from collections.abc import Callable
from typing import Any

import theano
import theano.tensor as T

from ...init import Constant, GlorotUniform
from ...nonlinearities import rectify
from ..base import Layer
from ..checks import require_sizes
from .arithmetic import conv_input_length, conv_output_length, least_input_length
from .base import BaseConvLayer


class _TransposedConvLayer(BaseConvLayer):
    """What transposed convolutions of images and volumes have in common."""

    num_axes: int

    def __init__(
        self,
        incoming: "Layer | tuple",
        num_filters: int,
        filter_size: Any,
        stride: Any = 1,
        crop: Any = 0,
        untie_biases: bool = False,
        W: Any = GlorotUniform(),
        b: Any = Constant(0.0),
        nonlinearity: "Callable | None" = rectify,
        flip_filters: bool = False,
        output_size: Any = None,
        num_groups: int = 1,
        **kwargs,
    ):
        self.output_size = output_size
        super().__init__(
            incoming,
            num_filters,
            filter_size,
            stride,
            crop,
            untie_biases,
            W,
            b,
            nonlinearity,
            flip_filters,
            num_groups,
            n=self.num_axes,
            **kwargs,
        )
        self._output_sizes(self.input_shape[2:])

    def _set_geometry(self, filter_size, stride, crop):
        self.filter_size = self._sizes("filter_size", filter_size)
        self.stride = self._sizes("stride", stride)
        self.crop = self._checked_pad("crop", crop)
        self.output_size = self._checked_output_size(self.output_size)

    def _checked_output_size(self, output_size):
        if output_size is None:
            return None
        if isinstance(output_size, theano.Variable):
            if output_size.ndim != 1:
                raise ValueError(
                    f"{self}: output_size should be integers, or a vector of them, got "
                    f"{output_size} with {output_size.ndim} dimensions"
                )
            return output_size
        sizes = self._sizes("output_size", output_size)
        made = tuple(
            conv_output_length(*of_axis)
            for of_axis in zip(sizes, self.filter_size, self.stride, self._pads(self.crop))
        )
        if any(a is not None and a != b for a, b in zip(self.input_shape[2:], made)):
            raise ValueError(
                f"{self}: output_size {sizes} doesn't fit: a convolution of an input of that size "
                f"has an output of size {made}, and not of {self.input_shape[2:]}, the size of "
                "this layer's input"
            )
        return sizes

    def get_W_shape(self) -> tuple:
        """Tell the shape of the filters: that of the convolution which this is the transpose of.

        Returns
        -------
        tuple of int
            ``(channels, num_filters / num_groups, *filter_size)``
        """
        return (self.input_shape[1], self.num_filters // self.num_groups, *self.filter_size)

    def _output_sizes(self, sizes):
        if isinstance(self.output_size, theano.Variable):
            return (None,) * self.n
        if self.output_size is not None:
            return self.output_size
        output_sizes = tuple(
            conv_input_length(*of_axis)
            for of_axis in zip(sizes, self.filter_size, self.stride, self._pads(self.crop))
        )
        if any(size is not None and size < 1 for size in output_sizes):
            raise ValueError(
                f"{self}: crop={self.crop!r} leaves nothing of an output: for an input of sizes "
                f"{tuple(sizes)} it would have the sizes {output_sizes}"
            )
        return output_sizes

    def convolve(self, input: theano.Variable, **kwargs) -> theano.Variable:
        if isinstance(self.output_size, theano.Variable):
            sizes = [self.output_size[axis] for axis in range(self.n)]
        else:
            sizes = self._output_sizes(self.input_shape[2:])
            if None in sizes:
                own = list(zip(self.filter_size, self.stride, self._pads(self.crop)))
                least = (least_input_length(*of_axis) for of_axis in own)
                input = require_sizes(self, input, least, f"filters with crop={self.crop!r}")
                lengths = [input.shape[axis] for axis in range(2, self.n + 2)]
                sizes = [conv_input_length(n, *of_axis) for n, of_axis in zip(lengths, own)]
        return self._transpose(
            input,
            self.W,
            (None, None, *sizes),
            border_mode=self._border_mode(self.crop),
            subsample=self.stride,
            filter_flip=not self.flip_filters,
            num_groups=self.num_groups,
        )

    def _transpose(self, output_grad, filters, input_shape, **arguments):
        raise NotImplementedError


class TransposedConv2DLayer(_TransposedConvLayer):
    """Apply the transpose of a convolution of images, add biases, and apply a nonlinearity.

    It has the shapes of a convolution's backward pass, and enlarges images where that has strides.
    It is also called deconvolution, which it doesn't compute, and fractionally strided convolution.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input: ``(batch, channels,
        rows, columns)``.
    num_filters : int
        The number of channels that the output has.
    filter_size : int or tuple of 2 int
        The filters' rows and columns.
    stride : int or tuple of 2 int, default (1, 1)
        The strides of the convolution: about how many times as large the output is as the input.
    crop : int, tuple of 2 int, 'valid', 'full' or 'same', default 0
        How many rows and columns are cut off all around, where the convolution pads so many.
    untie_biases : bool, default False
        Whether every place of the output has a bias of its own, rather than every channel.
    W : array, shared variable, expression or callable, default GlorotUniform()
        The filters, of shape ``(channels, num_filters / num_groups, rows, columns)``: that of the
        filters of a convolution from `num_filters` channels to the input's.
    b : array, shared variable, expression, callable or None, default Constant(0)
        The biases, of shape ``(num_filters,)``, or ``(num_filters, rows and columns of the
        output)`` with `untie_biases`; None for a layer without biases.
    nonlinearity : callable or None, default rectify
        What is applied to the sum; None for nothing.
    flip_filters : bool, default False
        Whether the filters are flipped. To undo a convolution that flips them (by default it does),
        don't flip them here.
    output_size : int, tuple of 2 int, or vector of symbolic integers, optional
        The rows and columns of the output; by default, the fewest with which the convolution's
        output is as large as the input of this layer.
    num_groups : int, default 1
        In how many groups channels and filters are divided.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError, TypeError, NotImplementedError
        As :class:`BaseConvLayer` does, if nothing is left of the output, or if an output of size
        `output_size` doesn't fit.

    Examples
    --------
    An autoencoder whose decoder has the encoder's filters:

    >>> from lasagne_expr.layers import Conv2DLayer, InputLayer, TransposedConv2DLayer
    >>> images = InputLayer((None, 1, 28, 28))
    >>> encoder = Conv2DLayer(images, num_filters=16, filter_size=5, stride=2)
    >>> decoder = TransposedConv2DLayer(encoder, 1, 5, stride=2, W=encoder.W, output_size=28)
    >>> decoder.output_shape
    (None, 1, 28, 28)

    References
    ----------
    .. [1] Dumoulin & Visin (2016): A guide to convolution arithmetic for deep learning,
       https://arxiv.org/abs/1603.07285
    """

    num_axes = 2

    def __init__(
        self,
        incoming: "Layer | tuple",
        num_filters: int,
        filter_size: Any,
        stride: Any = (1, 1),
        crop: Any = 0,
        untie_biases: bool = False,
        W: Any = GlorotUniform(),
        b: Any = Constant(0.0),
        nonlinearity: "Callable | None" = rectify,
        flip_filters: bool = False,
        output_size: Any = None,
        num_groups: int = 1,
        **kwargs,
    ):
        super().__init__(
            incoming,
            num_filters,
            filter_size,
            stride,
            crop,
            untie_biases,
            W,
            b,
            nonlinearity,
            flip_filters,
            output_size,
            num_groups,
            **kwargs,
        )

    def _transpose(self, output_grad, filters, input_shape, **arguments):
        gradient = T.nnet.abstract_conv.conv2d_grad_wrt_inputs
        return gradient(output_grad, filters, input_shape, **arguments)


Deconv2DLayer = TransposedConv2DLayer


class TransposedConv3DLayer(_TransposedConvLayer):
    """Apply the transpose of a convolution of volumes, add biases, and apply a nonlinearity.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input: ``(batch, channels,
        depth, rows, columns)``.
    num_filters : int
        The number of channels that the output has.
    filter_size : int or tuple of 3 int
        The filters' depth, rows and columns.
    stride : int or tuple of 3 int, default (1, 1, 1)
        The strides of the convolution: about how many times as large the output is as the input.
    crop : int, tuple of 3 int, 'valid', 'full' or 'same', default 0
        How much is cut off all around, where the convolution pads so much.
    untie_biases : bool, default False
        Whether every place of the output has a bias of its own, rather than every channel.
    W : array, shared variable, expression or callable, default GlorotUniform()
        The filters, of shape ``(channels, num_filters / num_groups, depth, rows, columns)``.
    b : array, shared variable, expression, callable or None, default Constant(0)
        The biases, of shape ``(num_filters,)``, or ``(num_filters, sizes of the output)`` with
        `untie_biases`; None for a layer without biases.
    nonlinearity : callable or None, default rectify
        What is applied to the sum; None for nothing.
    flip_filters : bool, default False
        Whether the filters are flipped. To undo a convolution that flips them (by default it does),
        don't flip them here.
    output_size : int, tuple of 3 int, or vector of symbolic integers, optional
        The sizes of the output; by default, the smallest that fit.
    num_groups : int, default 1
        In how many groups channels and filters are divided.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError, TypeError, NotImplementedError
        As :class:`TransposedConv2DLayer` does.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, TransposedConv3DLayer
    >>> volumes = InputLayer((None, 8, 4, 7, 7))
    >>> TransposedConv3DLayer(volumes, num_filters=1, filter_size=2, stride=2).output_shape
    (None, 1, 8, 14, 14)
    """

    num_axes = 3

    def __init__(
        self,
        incoming: "Layer | tuple",
        num_filters: int,
        filter_size: Any,
        stride: Any = (1, 1, 1),
        crop: Any = 0,
        untie_biases: bool = False,
        W: Any = GlorotUniform(),
        b: Any = Constant(0.0),
        nonlinearity: "Callable | None" = rectify,
        flip_filters: bool = False,
        output_size: Any = None,
        num_groups: int = 1,
        **kwargs,
    ):
        super().__init__(
            incoming,
            num_filters,
            filter_size,
            stride,
            crop,
            untie_biases,
            W,
            b,
            nonlinearity,
            flip_filters,
            output_size,
            num_groups,
            **kwargs,
        )

    def _transpose(self, output_grad, filters, input_shape, **arguments):
        gradient = T.nnet.abstract_conv.conv3d_grad_wrt_inputs
        return gradient(output_grad, filters, input_shape, **arguments)


Deconv3DLayer = TransposedConv3DLayer
