"""Layers that convolve their input with filters."""

import numbers
from collections.abc import Callable
from typing import Any

import theano
import theano.tensor as T

from ..init import Constant, GlorotUniform
from ..nonlinearities import rectify
from ..theano_extensions.conv import conv1d_mc0
from ..utils import as_tuple
from .base import Layer
from .checks import (
    as_floats,
    known_sizes,
    nonlinearity_or_identity,
    positive_int,
    require_sizes,
)

__all__ = [
    "Conv1DLayer",
    "Conv2DLayer",
    "Conv3DLayer",
    "Deconv2DLayer",
    "Deconv3DLayer",
    "DilatedConv2DLayer",
    "TransposedConv2DLayer",
    "TransposedConv3DLayer",
]


def conv_output_length(
    input_length: "int | None", filter_size: int, stride: int, pad: Any = 0
) -> "int | None":
    """Compute the length of a convolution's output along an axis.

    Parameters
    ----------
    input_length : int or None
        The input's length; None where it isn't known.
    filter_size : int
        The filter's length.
    stride : int
        The filter's step.
    pad : int, 'valid', 'full' or 'same', default 0
        How many zeros there are on both ends: a number, none, one less than the filter's length,
        or half of that length, rounded down.

    Returns
    -------
    int or None
        At most 0 where the filter is longer than the padded input.

    Raises
    ------
    ValueError
        If there is no such padding.

    Examples
    --------
    >>> conv_output_length(28, 5, 1), conv_output_length(28, 5, 2, pad="same")
    (24, 14)
    """
    if input_length is None:
        return None
    return (input_length + 2 * _zeros(pad, filter_size) - filter_size) // stride + 1


def conv_input_length(
    output_length: "int | None", filter_size: int, stride: int, pad: Any = 0
) -> "int | None":
    """Compute the smallest length of an input for which a convolution's output has a given length.

    Parameters
    ----------
    output_length : int or None
        The output's length; None where it isn't known.
    filter_size : int
        The filter's length.
    stride : int
        The filter's step.
    pad : int, 'valid', 'full' or 'same', default 0
        The zeros on both ends, as for :func:`conv_output_length`.

    Returns
    -------
    int or None

    Raises
    ------
    ValueError
        If there is no such padding.

    Examples
    --------
    >>> conv_input_length(24, 5, 1), conv_input_length(14, 5, 2, pad="same")
    (28, 27)
    """
    if output_length is None:
        return None
    return (output_length - 1) * stride - 2 * _zeros(pad, filter_size) + filter_size


def _least_length(filter_size, stride, crop):
    """Compute the smallest input of which a transposed convolution's crop leaves something."""
    return max(1, 1 - (filter_size - 2 * _zeros(crop, filter_size) - 1) // stride)


def _zeros(pad, filter_size):
    named = {"valid": 0, "full": filter_size - 1, "same": filter_size // 2}
    if isinstance(pad, str) and pad in named:
        return named[pad]
    if not isinstance(pad, numbers.Integral):
        raise ValueError(f"pad should be an integer, 'valid', 'full' or 'same', got {pad!r}")
    return pad


class BaseConvLayer(Layer):
    """What all convolutional layers have in common; the base class for your own.

    A subclass has a method `convolve`. Where filters aren't of shape ``(num_filters, channels,
    *filter_size)``, or the output isn't a convolution's, it has `get_W_shape` or
    `get_output_shape_for` too.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input: the batch size, the
        number of channels, and the `n` sizes that the filters slide along.
    num_filters : int
        The number of filters: of channels that the output has.
    filter_size : int or tuple of int
        The filters' size along each of the `n` axes, or along all of them.
    stride : int or tuple of int, default 1
        The filters' step along each axis.
    pad : int, tuple of int, 'valid', 'full' or 'same', default 0
        The zeros on both ends of each axis: how many, none, one less than the filter's size (so
        that filter and input overlap everywhere by one element at least), or half of the filter's
        size, rounded down (with a stride of 1, the output is as large as the input then).
    untie_biases : bool, default False
        Whether every place of the output has a bias of its own, rather than every filter.
    W : array, shared variable, expression or callable, default GlorotUniform()
        The filters, of shape ``(num_filters, channels / num_groups, *filter_size)``.
    b : array, shared variable, expression, callable or None, default Constant(0)
        The biases, of shape ``(num_filters,)``, or ``(num_filters, *sizes of the output)`` with
        `untie_biases`; None for a layer without biases.
    nonlinearity : callable or None, default rectify
        What is applied to the sum; None for nothing.
    flip_filters : bool, default True
        Whether the filters are flipped before they slide over the input, as in a convolution, or
        not, as in a correlation.
    num_groups : int, default 1
        In how many groups channels and filters are divided. Filters of one group see the channels
        of that group only.
    n : int, optional
        The number of axes that filters slide along; by default, what the input has beyond two.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If the input has another number of dimensions, a number is out of range, the number of
        channels isn't known or, like that of filters, not divisible by `num_groups`, or a
        parameter's shape is wrong.
    TypeError
        If an argument isn't of the type that it should be.
    NotImplementedError
        If `pad` is 'same' and a filter's size is even.

    Examples
    --------
    >>> import theano.tensor as T
    >>> class EdgeLayer(BaseConvLayer):
    ...     def convolve(self, input, **kwargs):
    ...         return T.nnet.conv2d(input, self.W - self.W.mean(), subsample=self.stride)
    >>> EdgeLayer((None, 3, 28, 28), num_filters=8, filter_size=5, stride=2).output_shape
    (None, 8, 12, 12)
    """

    flip_filters, num_groups = True, 1  # of layers that Lasagne 0.1 pickled

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
        num_groups: int = 1,
        n: "int | None" = None,
        **kwargs,
    ):
        super().__init__(incoming, **kwargs)
        self.nonlinearity = nonlinearity_or_identity(self, nonlinearity)
        self.n = self._checked_ndim(n)
        self.num_filters = positive_int(self, "num_filters", num_filters)
        self._set_geometry(filter_size, stride, pad)
        self.untie_biases = untie_biases
        self.flip_filters = flip_filters
        self.num_groups = self._checked_groups(num_groups)
        self.W = self.add_param(W, self.get_W_shape(), name="W")
        self.b = None
        if b is not None:
            shape = (self.num_filters, *self._places())
            self.b = self.add_param(b, shape, name="b", regularizable=False)

    def _checked_ndim(self, n):
        ndim = len(self.input_shape)
        expected = "3 dimensions or more" if n is None else f"{n + 2} dimensions"
        if ndim < 3 or n not in (None, ndim - 2):
            raise ValueError(
                f"{self} needs an input of {expected} (batch, channels, and the axes that filters "
                f"slide along), got one of shape {self.input_shape}"
            )
        return ndim - 2

    def _set_geometry(self, filter_size, stride, pad):
        self.filter_size = self._sizes("filter_size", filter_size)
        self.stride = self._sizes("stride", stride)
        self.pad = self._checked_pad("pad", pad)

    def _sizes(self, name, value, least=1):
        """Check one integer for each axis that filters slide along, or one for all of them."""
        try:
            sizes = as_tuple(value, self.n, numbers.Integral)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{self}: {name}: {error}") from error
        if min(sizes) < least:
            raise ValueError(f"{self}: {name} should be at least {least}, got {value}")
        return tuple(int(size) for size in sizes)

    def _checked_pad(self, name, pad):
        if not isinstance(pad, str):
            return self._sizes(name, pad, least=0)
        if pad not in ("valid", "full", "same"):
            raise ValueError(
                f"{self}: {name} should be one or more integers, 'valid', 'full' or 'same', got "
                f"{pad!r}"
            )
        if pad == "same" and any(size % 2 == 0 for size in self.filter_size):
            raise NotImplementedError(
                f"{self}: {name}='same' needs filters of odd sizes, got {self.filter_size}: put a "
                "PadLayer before this layer"
            )
        return (0,) * self.n if pad == "valid" else pad

    def _checked_groups(self, num_groups):
        num_groups = positive_int(self, "num_groups", num_groups)
        (channels,) = known_sizes(self, [1], "W")
        for name, count in (("channels", channels), ("filters", self.num_filters)):
            if count % num_groups:
                raise ValueError(
                    f"{self}: {count} {name} can't be divided into num_groups={num_groups} groups "
                    "of equal size"
                )
        return num_groups

    def _places(self):
        """Tell the sizes of the biases beyond their number."""
        if not self.untie_biases:
            return ()
        places = self.output_shape[2:]
        if None in places:
            raise ValueError(
                f"{self}: with untie_biases, the shape of b depends on the sizes of the output, "
                f"which aren't all known: {places}; give those of the input in the shape of the "
                "InputLayer"
            )
        return places

    def get_W_shape(self) -> tuple:
        """Tell the shape of the filters.

        Returns
        -------
        tuple of int
            ``(num_filters, channels / num_groups, *filter_size)``
        """
        return (self.num_filters, self.input_shape[1] // self.num_groups, *self.filter_size)

    def get_output_shape_for(self, input_shape: tuple) -> tuple:
        return (input_shape[0], self.num_filters, *self._output_sizes(input_shape[2:]))

    def _output_sizes(self, sizes):
        output_sizes = tuple(
            conv_output_length(*of_axis)
            for of_axis in zip(sizes, self.filter_size, self.stride, self._pads(self.pad))
        )
        self._check_positive(output_sizes, sizes, self.filter_size)
        return output_sizes

    def _pads(self, pad):
        return pad if isinstance(pad, tuple) else (pad,) * self.n

    def _check_positive(self, output_sizes, sizes, reach):
        if any(size is not None and size < 1 for size in output_sizes):
            raise ValueError(
                f"{self}: filters of size {tuple(reach)} are larger than the padded input: its "
                f"sizes are {tuple(sizes)}, and pad is {self.pad!r}"
            )

    def _large_enough(self, input, reach):
        """Refuse, when it comes, an input that is smaller than the filters."""
        zeros = map(_zeros, self._pads(self.pad), reach)
        least = (size - 2 * pad for size, pad in zip(reach, zeros))
        what = f"filters of size {tuple(reach)} with pad {self.pad!r}"
        return require_sizes(self, input, least, what)

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        activation = self.convolve(as_floats(input), **kwargs)
        if self.b is not None:
            own = range(1, self.n + 1) if self.untie_biases else ["x"] * self.n
            activation = activation + self.b.dimshuffle("x", 0, *own)
        return self.nonlinearity(activation)

    def convolve(self, input: theano.Variable, **kwargs) -> theano.Variable:
        """Convolve an input with the filters, without biases and nonlinearity.

        Parameters
        ----------
        input : Theano variable
            The input.
        **kwargs
            What was given to `lasagne_expr.layers.get_output`.

        Returns
        -------
        Theano variable
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method convolve")

    def _border_mode(self, pad):
        return "half" if pad == "same" else pad

    def _convolve_by(self, convolution, default, input):
        """Call the function that was given to the layer, as Lasagne's layers do."""
        # Theano relies on shapes that it is told. The filters' is right, but a batch may be
        # smaller than the one that the network was built for.
        shapes = (None, None) if convolution is default else (self.input_shape, self.get_W_shape())
        grouped = {"num_groups": self.num_groups} if self.num_groups > 1 else {}
        return convolution(
            self._large_enough(input, self.filter_size),
            self.W,
            *shapes,
            subsample=self.stride,
            border_mode=self._border_mode(self.pad),
            filter_flip=self.flip_filters,
            **grouped,
        )


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
                least = (_least_length(*of_axis) for of_axis in own)
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
