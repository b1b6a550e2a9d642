"""Layers whose filters are others at every place."""

from collections.abc import Callable
from typing import Any

import theano
import theano.tensor as T

from ..init import Constant, GlorotUniform
from ..nonlinearities import rectify
from .base import Layer
from .conv import Conv2DLayer

__all__ = ["LocallyConnected2DLayer"]


class LocallyConnected2DLayer(Conv2DLayer):
    """Slide filters over images that are others at every place.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input: ``(batch, channels,
        rows, columns)``, of which all but the batch size must be known.
    num_filters : int
        The number of filters: of channels that the output has.
    filter_size : int or tuple of 2 int
        The filters' rows and columns.
    stride : int or tuple of 2 int, default (1, 1)
        The filters' step along rows and columns.
    pad : int, tuple of 2 int, 'valid', 'full' or 'same', default 'same'
        The zeros around the image, as for :class:`Conv2DLayer`.
    untie_biases : bool, default False
        Whether every place of the output has a bias of its own, rather than every filter.
    W : array, shared variable, expression or callable, default GlorotUniform()
        The filters, of shape ``(num_filters, channels / num_groups, rows, columns, rows of the
        output, columns of the output)``. With `channelwise` there is no axis for channels.
    b : array, shared variable, expression, callable or None, default Constant(0)
        The biases, of shape ``(num_filters,)``, or ``(num_filters, rows and columns of the
        output)`` with `untie_biases`; None for a layer without biases.
    nonlinearity : callable or None, default rectify
        What is applied to the sum; None for nothing.
    flip_filters : bool, default True
        Whether the filters are flipped, as in a convolution, or not, as in a correlation.
    channelwise : bool, default False
        Whether each filter sees one channel only; there must be as many filters as channels.
    num_groups : int, default 1
        In how many groups channels and filters are divided.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError, TypeError, NotImplementedError
        As :class:`Conv2DLayer` does, if a size of the image isn't known, or, with `channelwise`,
        if the number of filters isn't that of channels.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, LocallyConnected2DLayer
    >>> images = InputLayer((None, 3, 8, 8))
    >>> layer = LocallyConnected2DLayer(images, num_filters=5, filter_size=3)
    >>> layer.W.get_value().shape
    (5, 3, 3, 3, 8, 8)
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        num_filters: int,
        filter_size: Any,
        stride: Any = (1, 1),
        pad: Any = "same",
        untie_biases: bool = False,
        W: Any = GlorotUniform(),
        b: Any = Constant(0.0),
        nonlinearity: "Callable | None" = rectify,
        flip_filters: bool = True,
        channelwise: bool = False,
        num_groups: int = 1,
        **kwargs,
    ):
        self.channelwise = channelwise
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

    def get_W_shape(self) -> tuple:
        """Tell the shape of the filters.

        Returns
        -------
        tuple of int
            ``(num_filters, channels / num_groups, *filter_size, *sizes of the output)``, or, with
            `channelwise`, the same without channels.
        """
        places = self.output_shape[2:]
        if None in places:
            raise ValueError(
                f"{self} needs an input whose sizes are known, but for the batch size, since its "
                f"filters are others at every place; got one of shape {self.input_shape}"
            )
        channels = self.input_shape[1] // self.num_groups
        if not self.channelwise:
            return (self.num_filters, channels, *self.filter_size, *places)
        if self.num_filters != self.input_shape[1] or self.num_groups != 1:
            raise ValueError(
                f"{self}: with channelwise there must be as many filters as channels, in one "
                f"group, but there are {self.num_filters} filters and {self.input_shape[1]} "
                f"channels, and num_groups is {self.num_groups}"
            )
        return (self.num_filters, *self.filter_size, *places)

    def convolve(self, input: theano.Variable, **kwargs) -> theano.Variable:
        order = (0, 3, 4, "x", 1, 2) if self.channelwise else (0, 4, 5, 1, 2, 3)
        return T.nnet.conv2d(
            input,
            self.W.dimshuffle(*order),
            border_mode=self._border_mode(self.pad),
            subsample=self.stride,
            filter_flip=self.flip_filters,
            num_groups=self.num_filters if self.channelwise else self.num_groups,
            unshared=True,
        )
