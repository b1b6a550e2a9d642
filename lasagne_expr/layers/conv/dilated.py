"""Layers whose filters are dilated: their elements stand apart."""

from collections.abc import Callable
from typing import Any

import theano
import theano.tensor as T

from ...init import Constant, GlorotUniform
from ...nonlinearities import rectify
from ..base import Layer
from .arithmetic import conv_output_length
from .base import BaseConvLayer


class DilatedConv2DLayer(BaseConvLayer):
    """Convolve images with filters whose elements stand apart.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input: ``(batch, channels,
        rows, columns)``.
    num_filters : int
        The number of filters: of channels that the output has.
    filter_size : int or tuple of 2 int
        The filters' rows and columns, without what lies between them.
    dilation : int or tuple of 2 int, default (1, 1)
        The distance between a filter's elements along rows and columns; 1 for a usual convolution.
    pad : int, tuple of 2 int, 'valid', 'full' or 'same', default 0
        The zeros around the image: how many rows and columns, none, or as many as keep, with
        ``'same'``, the image's size for filters of odd size, or with ``'full'``, every overlap.
    untie_biases : bool, default False
        Whether every place of the output has a bias of its own, rather than every filter.
    W : array, shared variable, expression or callable, default GlorotUniform()
        The filters, of shape ``(channels / num_groups, num_filters, rows, columns)``: the first
        two axes are in the other order than those of :class:`Conv2DLayer`.
    b : array, shared variable, expression, callable or None, default Constant(0)
        The biases, of shape ``(num_filters,)``, or ``(num_filters, rows and columns of the
        output)`` with `untie_biases`; None for a layer without biases.
    nonlinearity : callable or None, default rectify
        What is applied to the sum; None for nothing.
    flip_filters : bool, default False
        Whether the filters are flipped before they slide over the input.
    num_groups : int, default 1
        In how many groups channels and filters are divided.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError, TypeError, NotImplementedError
        As :class:`BaseConvLayer` does, and if the filters reach over more than the padded image.

    Examples
    --------
    >>> from lasagne_expr.layers import DilatedConv2DLayer, InputLayer
    >>> images = InputLayer((None, 3, 32, 32))
    >>> DilatedConv2DLayer(images, num_filters=8, filter_size=3, dilation=4).output_shape
    (None, 8, 24, 24)

    References
    ----------
    .. [1] Yu & Koltun (2016): Multi-scale context aggregation by dilated convolutions,
       https://arxiv.org/abs/1511.07122
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        num_filters: int,
        filter_size: Any,
        dilation: Any = (1, 1),
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
            dilation,  # in the place of strides, of which there are none
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
        self._output_sizes(self.input_shape[2:])

    def _set_geometry(self, filter_size, dilation, pad):
        self.filter_size = self._sizes("filter_size", filter_size)
        self.dilation = self._sizes("dilation", dilation)
        self.pad = self._checked_pad("pad", pad)

    def get_W_shape(self) -> tuple:
        """Tell the shape of the filters.

        Returns
        -------
        tuple of int
            ``(channels / num_groups, num_filters, *filter_size)``
        """
        return (self.input_shape[1] // self.num_groups, self.num_filters, *self.filter_size)

    def _reach(self):
        return [(size - 1) * step + 1 for size, step in zip(self.filter_size, self.dilation)]

    def _output_sizes(self, sizes):
        reach = self._reach()
        output_sizes = tuple(
            conv_output_length(size, length, 1, pad)
            for size, length, pad in zip(sizes, reach, self._pads(self.pad))
        )
        self._check_positive(output_sizes, sizes, reach)
        return output_sizes

    def convolve(self, input: theano.Variable, **kwargs) -> theano.Variable:
        return T.nnet.conv2d(
            self._large_enough(input, self._reach()),
            self.W.dimshuffle(1, 0, 2, 3),
            border_mode=self._border_mode(self.pad),
            filter_flip=self.flip_filters,
            filter_dilation=self.dilation,
            num_groups=self.num_groups,
        )
