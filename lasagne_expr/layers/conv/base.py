"""What all convolutional layers have in common."""

import numbers
from collections.abc import Callable
from typing import Any

import theano

from ...errors import ArgumentError, kind_of_error
from ...init import Constant, GlorotUniform
from ...nonlinearities import rectify
from ...utils import as_tuple
from ..base import Layer
from ..checks import (
    as_floats,
    known_sizes,
    nonlinearity_or_identity,
    positive_int,
    require_sizes,
)
from .arithmetic import conv_output_length, pad_width


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
        self.W = self._add_full_param(W, self.get_W_shape(), name="W")
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
            raise kind_of_error(error)(f"{self}: {name}: {error}") from error
        if min(sizes) < least:
            raise ValueError(f"{self}: {name} should be at least {least}, got {value}")
        return tuple(int(size) for size in sizes)

    def _checked_pad(self, name, pad):
        if not isinstance(pad, str):
            return self._sizes(name, pad, least=0)
        if pad not in ("valid", "full", "same"):
            raise ArgumentError(
                f"{self}: {name} should be an integer or an iterable of int, one for each axis, or "
                f"'valid', 'full' or 'same', got {pad!r}"
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
        zeros = map(pad_width, self._pads(self.pad), reach)
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
