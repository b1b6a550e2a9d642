"""Layers that connect every input to every unit."""

import math
import numbers
from collections.abc import Callable
from typing import Any

import theano
import theano.tensor as T

from ..init import Constant, GlorotUniform
from ..nonlinearities import rectify
from .axes import flattened
from .base import Layer
from .checks import as_floats, known_sizes, nonlinearity_or_identity, positive_int
from .special import NonlinearityLayer  # noqa: F401 (where Lasagne 0.1 has it)

__all__ = ["DenseLayer", "NINLayer"]


class DenseLayer(Layer):
    """Multiply the input by a matrix of weights, add biases, and apply a nonlinearity.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input.
    num_units : int
        The number of units: the size of the output's last axis.
    W : array, shared variable, expression or callable, default GlorotUniform()
        The weights, of shape ``(num_inputs, num_units)``, where `num_inputs` is the product of
        the sizes of the input's trailing axes.
    b : array, shared variable, expression, callable or None, default Constant(0)
        The biases, of shape ``(num_units,)``; None for a layer without biases.
    nonlinearity : callable or None, default rectify
        What is applied to the sum; None for nothing.
    num_leading_axes : int, default 1
        How many axes of the input are kept as they are; the others are flattened into one. A
        negative number counts the axes that are flattened: with -1 only the last axis is
        multiplied by the weights, whatever comes before it.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If `num_units` isn't positive, if `num_leading_axes` leaves no axis to multiply or is out
        of range, if the size of a trailing axis isn't known, or if a parameter's shape is wrong.
    TypeError
        If an argument isn't of the type that it should be.

    Examples
    --------
    >>> from lasagne_expr.layers import DenseLayer, InputLayer
    >>> l1 = InputLayer((None, 784))
    >>> l2 = DenseLayer(l1, num_units=500)
    >>> l3 = DenseLayer(l2, num_units=784, W=l2.W.T)  # tied weights
    >>> l3.output_shape
    (None, 784)

    The same weights for every step of a sequence:

    >>> DenseLayer(InputLayer((None, None, 20)), num_units=5, num_leading_axes=2).output_shape
    (None, None, 5)
    """

    num_leading_axes = 1  # of layers that Lasagne 0.1 pickled

    def __init__(
        self,
        incoming: "Layer | tuple",
        num_units: int,
        W: Any = GlorotUniform(),
        b: Any = Constant(0.0),
        nonlinearity: "Callable | None" = rectify,
        num_leading_axes: int = 1,
        **kwargs,
    ):
        super().__init__(incoming, **kwargs)
        self.nonlinearity = nonlinearity_or_identity(self, nonlinearity)
        self.num_units = positive_int(self, "num_units", num_units)
        self.num_leading_axes = self._checked_leading_axes(num_leading_axes)
        trailing = range(len(self.input_shape))[self.num_leading_axes :]
        num_inputs = math.prod(known_sizes(self, trailing, "W"))
        self.W = self._add_full_param(W, (num_inputs, self.num_units), name="W")
        self.b = None
        if b is not None:
            self.b = self.add_param(b, (self.num_units,), name="b", regularizable=False)

    def _checked_leading_axes(self, number):
        if not isinstance(number, numbers.Integral) or isinstance(number, bool):
            raise TypeError(f"{self}: num_leading_axes should be an integer, got {number!r}")
        ndim = len(self.input_shape)
        if not -ndim <= number < ndim:
            raise ValueError(
                f"{self}: num_leading_axes={number} leaves no axis to multiply by the weights, "
                f"or is out of range: for an input of shape {self.input_shape} it should be "
                f"from {-ndim} to {ndim - 1}"
            )
        return int(number)

    def get_output_shape_for(self, input_shape: tuple) -> tuple:
        return (*input_shape[: self.num_leading_axes], self.num_units)

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        num_leading_axes = self.num_leading_axes
        if num_leading_axes < 0:
            num_leading_axes += input.ndim
        if input.ndim > num_leading_axes + 1:
            input = flattened(input, num_leading_axes + 1)
        activation = T.dot(as_floats(input), self.W)
        if self.b is not None:
            activation = activation + self.b
        return self.nonlinearity(activation)


class NINLayer(Layer):
    """Apply one dense layer to the channels at every place: a network in network.

    The second axis of the input holds the channels, as in images of shape
    ``(batch, channels, rows, columns)``. For images it is a convolution with 1 x 1 filters.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input, of 2 or more axes.
    num_units : int
        The number of units: the size of the output's second axis.
    untie_biases : bool, default False
        Whether every place has biases of its own, rather than one bias per unit.
    W : array, shared variable, expression or callable, default GlorotUniform()
        The weights, of shape ``(num_channels, num_units)``.
    b : array, shared variable, expression, callable or None, default Constant(0)
        The biases, of shape ``(num_units,)``, or ``(num_units, rows, columns)`` (whatever the
        input's axes after the second are) where they are untied; None for no biases.
    nonlinearity : callable or None, default rectify
        What is applied to the sum; None for nothing.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If `num_units` isn't positive, if the input has fewer than two axes, if a size that a
        parameter's shape depends on isn't known, or if a parameter's shape is wrong.
    TypeError
        If an argument isn't of the type that it should be.

    References
    ----------
    .. [1] M. Lin, Q. Chen and S. Yan (2013): Network in network. arXiv:1312.4400.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, NINLayer
    >>> layer = NINLayer(InputLayer((None, 3, 8, 8)), num_units=5)
    >>> layer.output_shape
    (None, 5, 8, 8)
    >>> NINLayer(layer, num_units=3, W=layer.W.T, untie_biases=True).b.get_value().shape
    (3, 8, 8)
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        num_units: int,
        untie_biases: bool = False,
        W: Any = GlorotUniform(),
        b: Any = Constant(0.0),
        nonlinearity: "Callable | None" = rectify,
        **kwargs,
    ):
        super().__init__(incoming, **kwargs)
        if len(self.input_shape) < 2:
            raise ValueError(
                f"{self} needs an input whose second axis holds the channels, got one of shape "
                f"{self.input_shape}"
            )
        self.nonlinearity = nonlinearity_or_identity(self, nonlinearity)
        self.num_units = positive_int(self, "num_units", num_units)
        self.untie_biases = untie_biases
        shape = (*known_sizes(self, [1], "W"), self.num_units)
        self.W = self._add_full_param(W, shape, name="W")
        self.b = None
        if b is not None:
            places = range(2, len(self.input_shape)) if untie_biases else ()
            shape = (self.num_units, *known_sizes(self, places, "b"))
            self.b = self.add_param(b, shape, name="b", regularizable=False)

    def get_output_shape_for(self, input_shape: tuple) -> tuple:
        return (input_shape[0], self.num_units, *input_shape[2:])

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        places = range(2, input.ndim)
        units_first = T.tensordot(self.W, as_floats(input), axes=[[0], [1]])
        activation = units_first.dimshuffle(1, 0, *places)
        if self.b is not None:
            own = range(1, input.ndim - 1) if self.untie_biases else ["x"] * len(places)
            activation = activation + self.b.dimshuffle("x", 0, *own)
        return self.nonlinearity(activation)
