"""Layers of one expression, from a nonlinearity to an expression of your own."""

import math
import numbers
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import theano
import theano.tensor as T

from ..init import Constant
from ..nonlinearities import identity, rectify
from ..shape_inference import infer_shape
from ..utils import floatX
from .axes import broadcast_over, other_axes, resolve_shared_axes
from .base import Layer, MergeLayer
from .checks import known_sizes, nonlinearity_or_identity, scalar, shapes_match
from .noise import float_dtype_of, random_stream
from .transformer import TPSTransformerLayer, TransformerLayer  # noqa: F401 (Lasagne's place)

__all__ = [
    "BiasLayer",
    "ExpressionLayer",
    "InverseLayer",
    "NonlinearityLayer",
    "ParametricRectifierLayer",
    "RandomizedRectifierLayer",
    "ScaleLayer",
    "prelu",
    "rrelu",
    "standardize",
]


class NonlinearityLayer(Layer):
    """Apply a nonlinearity.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input.
    nonlinearity : callable or None, default rectify
        What to apply; None for nothing.
    name : str, optional
        A name for the layer.

    Raises
    ------
    TypeError
        If `nonlinearity` is a number, a string, an expression or the like.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.layers import InputLayer, NonlinearityLayer, get_output
    >>> layer = NonlinearityLayer(InputLayer((1, 2)))
    >>> get_output(layer, np.array([[-1.0, 3.0]])).eval().tolist()
    [[0.0, 3.0]]
    """

    def __init__(
        self, incoming: "Layer | tuple", nonlinearity: "Callable | None" = rectify, **kwargs
    ):
        super().__init__(incoming, **kwargs)
        self.nonlinearity = nonlinearity_or_identity(self, nonlinearity)

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        return self.nonlinearity(input)


class BiasLayer(Layer):
    """Add biases.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input.
    b : array, shared variable, expression, callable or None, default Constant(0)
        The biases; their shape is that of the input without `shared_axes`. With None the input
        goes through as it is.
    shared_axes : int, tuple of int, ``'auto'`` or ``'all'``, default ``'auto'``
        Axes along which all elements share a bias. ``'auto'`` is all axes but the second: one
        bias per unit of a dense layer, or per channel of a convolution; ``'all'`` is one bias
        for everything.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If `shared_axes` has an axis that the input hasn't, if the size of an axis that isn't
        shared is unknown, or if the shape of `b` is wrong.
    TypeError
        If an argument isn't of the type that it should be.

    Examples
    --------
    >>> from lasagne_expr.layers import BiasLayer, InputLayer
    >>> BiasLayer(InputLayer((None, 3, 8, 8))).b.get_value().shape
    (3,)
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        b: Any = Constant(0),
        shared_axes: Any = "auto",
        **kwargs,
    ):
        super().__init__(incoming, **kwargs)
        self.shared_axes = resolve_shared_axes(self, shared_axes)
        self.b = None
        if b is not None:
            shape = known_sizes(self, other_axes(self, self.shared_axes), "b")
            self.b = self.add_param(b, shape, name="b", regularizable=False)

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        if self.b is None:
            return input
        return input + broadcast_over(self.b, self.shared_axes)


class ScaleLayer(Layer):
    """Multiply by learned factors.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input.
    scales : array, shared variable, expression or callable, default Constant(1)
        The factors; their shape is that of the input without `shared_axes`.
    shared_axes : int, tuple of int, ``'auto'`` or ``'all'``, default ``'auto'``
        Axes along which all elements share a factor, as in `BiasLayer`.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If `shared_axes` has an axis that the input hasn't, if the size of an axis that isn't
        shared is unknown, or if the shape of `scales` is wrong.
    TypeError
        If an argument isn't of the type that it should be.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, ScaleLayer
    >>> ScaleLayer(InputLayer((None, 3, 8, 8)), shared_axes=(0, 1)).scales.get_value().shape
    (8, 8)
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        scales: Any = Constant(1),
        shared_axes: Any = "auto",
        **kwargs,
    ):
        super().__init__(incoming, **kwargs)
        self.shared_axes = resolve_shared_axes(self, shared_axes)
        shape = known_sizes(self, other_axes(self, self.shared_axes), "scales")
        self.scales = self.add_param(scales, shape, name="scales", regularizable=False)

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        return input * broadcast_over(self.scales, self.shared_axes)


def standardize(layer: Layer, offset: Any, scale: Any, shared_axes: Any = "auto") -> ScaleLayer:
    """Subtract a fixed offset, and divide by a fixed scale.

    With the mean and the standard deviation of the training data, the output has mean 0 and
    standard deviation 1. Neither is trained.

    Parameters
    ----------
    layer : Layer
        The layer whose output is standardized.
    offset : array, shared variable or expression
        What to subtract; its shape is that of the layer's output without `shared_axes`.
    scale : array, shared variable or expression
        What to divide by, of the same shape.
    shared_axes : int, tuple of int, ``'auto'`` or ``'all'``, default ``'auto'``
        Axes along which all elements share an offset and a scale, as in `BiasLayer`.

    Returns
    -------
    ScaleLayer
        On top of a BiasLayer.

    Raises
    ------
    ValueError
        If a scale in an array is 0, or if a shape is wrong.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.layers import InputLayer, get_output, standardize
    >>> data = np.array([[1.0, 10.0], [3.0, 30.0]])
    >>> layer = standardize(InputLayer((None, 2)), offset=data.mean(axis=0), scale=data.std(axis=0))
    >>> get_output(layer, data).eval().tolist()
    [[-1.0, -1.0], [1.0, 1.0]]
    """
    if not isinstance(offset, theano.Variable):
        offset = floatX(offset)
    if not isinstance(scale, theano.Variable):
        scale = floatX(scale)
        if not np.all(scale):
            raise ValueError(
                f"standardize: can't divide by a scale of 0, got {scale}; features that never "
                "change can be given a scale of 1"
            )
    bias = BiasLayer(layer, -offset, shared_axes)
    bias.params[bias.b].remove("trainable")
    scaled = ScaleLayer(bias, floatX(1.0) / scale, shared_axes)
    scaled.params[scaled.scales].remove("trainable")
    return scaled


class ExpressionLayer(Layer):
    """Apply a function of your own.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input.
    function : callable
        Takes the input, an expression, and returns the output.
    output_shape : None, tuple, callable or ``'auto'``, default None
        The shape of the output: None where it is the input's, a tuple of int or None, a function
        of the input's shape that returns such a tuple, or ``'auto'`` to work it out from what
        `function` returns.
    name : str, optional
        A name for the layer.

    Raises
    ------
    TypeError
        If `function` can't be called, or `output_shape` is none of these.
    ValueError
        If the shape can't be worked out.

    Examples
    --------
    >>> from lasagne_expr.layers import ExpressionLayer, InputLayer
    >>> l1 = InputLayer((None, 3, 8))
    >>> ExpressionLayer(l1, lambda x: x.mean(axis=2), output_shape="auto").output_shape
    (None, 3)
    """

    def __init__(
        self, incoming: "Layer | tuple", function: Callable, output_shape: Any = None, **kwargs
    ):
        super().__init__(incoming, **kwargs)
        if not callable(function):
            raise TypeError(f"{self}: function should be a function, got {function!r}")
        self.function = function
        self._output_shape = self._checked_shape_spec(output_shape)

    def _checked_shape_spec(self, spec):
        if spec is None or spec == "auto" or callable(spec):
            return spec
        is_sequence = isinstance(spec, Sequence) and not isinstance(spec, str)
        if not is_sequence or not all(_is_size_or_none(size) for size in spec):
            raise TypeError(
                f"{self}: output_shape should be None, 'auto', a tuple of integers and None, or a "
                f"function of the input's shape, got {spec!r}"
            )
        return tuple(spec)

    def get_output_shape_for(self, input_shape: tuple) -> tuple:
        if self._output_shape is None:
            return input_shape
        if callable(self._output_shape):
            return self._output_shape(input_shape)
        if self._output_shape == "auto":
            return self._inferred_shape(input_shape)
        return self._output_shape

    def _inferred_shape(self, input_shape):
        shape = self._shape_of_output(input_shape)
        if None not in shape:
            return shape
        # Some sizes don't depend on the unknown ones, though their expressions do: after
        # flatten(2), n * 12 / n. They are the same whatever is unknown.
        guesses = [
            [n + axis if size is None else size for axis, size in enumerate(input_shape)]
            for n in (1, 2, 1009)
        ]
        try:
            guessed = [self._shape_of_output(guess) for guess in guesses]
        except ValueError:
            return shape
        return tuple(
            sizes[0] if sizes[0] and len(set(sizes)) == 1 else None
            for sizes in zip(*guessed, strict=True)
        )

    def _shape_of_output(self, input_shape):
        sizes = [T.lscalar() if size is None else size for size in input_shape]
        for dtype in (theano.config.floatX, "int8"):  # some functions take integers only
            try:
                return infer_shape(self.function(T.alloc(np.zeros((), dtype), *sizes)))
            except Exception as error:
                reason = error
        raise ValueError(
            f"{self}: output_shape='auto' can't work out what its function makes of an input of "
            f"shape {input_shape}: {reason}; give output_shape as a tuple or a function"
        ) from reason

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        return self.function(input)


def _is_size_or_none(size):
    return size is None or (isinstance(size, numbers.Integral) and not isinstance(size, bool))


class InverseLayer(MergeLayer):
    """Apply the transpose of what another layer does to its input.

    It is the gradient of that layer's output with respect to its input, applied to this layer's
    input: for a dense layer without a nonlinearity the product with ``W.T``, for a convolution
    the transposed convolution, for max-pooling the unpooling to where the maxima were.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input: that of the output of
        `layer`.
    layer : Layer
        The layer to invert; not an input layer.
    name : str, optional
        A name for the layer.

    Raises
    ------
    TypeError
        If `layer` isn't a layer of one input.
    ValueError
        If the layer was made without an incoming layer, or its output's shape doesn't match.

    Notes
    -----
    A nonlinearity of `layer` enters by its derivative; where only the linear part should be
    transposed, put the nonlinearity into a `NonlinearityLayer`.

    References
    ----------
    .. [1] M. D. Zeiler and R. Fergus (2014): Visualizing and understanding convolutional networks.
       ECCV. arXiv:1311.2901.

    Examples
    --------
    >>> from lasagne_expr.layers import DenseLayer, InputLayer, InverseLayer
    >>> l1 = InputLayer((None, 20))
    >>> l2 = DenseLayer(l1, num_units=5, nonlinearity=None)
    >>> InverseLayer(l2, l2).output_shape
    (None, 20)
    """

    def __init__(self, incoming: "Layer | tuple", layer: Layer, **kwargs):
        source = getattr(layer, "input_layer", None)
        if source is None:
            raise TypeError(
                f"{type(self).__name__} inverts a layer that takes one other layer's output, got "
                f"{layer!r}"
            )
        super().__init__([incoming, layer, source], **kwargs)
        given, expected = self.input_shapes[:2]
        if not shapes_match(given, expected):
            raise ValueError(
                f"{self}: to invert {layer}, the input should have the shape of its output, "
                f"{expected}, but has {given}"
            )

    def get_output_shape_for(self, input_shapes: list) -> tuple:
        return input_shapes[2]

    def get_output_for(self, inputs: list, **kwargs) -> theano.Variable:
        input, layer_out, layer_in = inputs
        return theano.grad(None, wrt=layer_in, known_grads={layer_out: input})


class ParametricRectifierLayer(Layer):
    """Rectify, with a learned slope for negative inputs: ``max(x, 0) + alpha * min(x, 0)``.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input.
    alpha : array, shared variable, expression or callable, default Constant(0.25)
        The slopes; their shape is that of the input without `shared_axes`.
    shared_axes : int, tuple of int, ``'auto'`` or ``'all'``, default ``'auto'``
        Axes along which all elements share a slope. ``'auto'`` is all axes but the second: one
        slope per unit or channel; ``'all'`` is one slope for everything.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If `shared_axes` has an axis that the input hasn't, if the size of an axis that isn't
        shared is unknown, or if the shape of `alpha` is wrong.
    TypeError
        If an argument isn't of the type that it should be.

    See Also
    --------
    prelu : puts one on a layer in place of its nonlinearity.

    References
    ----------
    .. [1] K. He, X. Zhang, S. Ren and J. Sun (2015): Delving deep into rectifiers: surpassing
       human-level performance on ImageNet classification. ICCV. arXiv:1502.01852.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.layers import InputLayer, ParametricRectifierLayer, get_output
    >>> layer = ParametricRectifierLayer(InputLayer((1, 2)))
    >>> get_output(layer, np.array([[-8.0, 3.0]])).eval().tolist()
    [[-2.0, 3.0]]
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        alpha: Any = Constant(0.25),
        shared_axes: Any = "auto",
        **kwargs,
    ):
        super().__init__(incoming, **kwargs)
        self.shared_axes = resolve_shared_axes(self, shared_axes)
        shape = known_sizes(self, other_axes(self, self.shared_axes), "alpha")
        self.alpha = self.add_param(alpha, shape, name="alpha", regularizable=False)

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        return T.nnet.relu(input, broadcast_over(self.alpha, self.shared_axes))


def prelu(layer: Layer, **kwargs) -> ParametricRectifierLayer:
    """Replace a layer's nonlinearity by a parametric rectifier.

    Parameters
    ----------
    layer : Layer
        Its `nonlinearity`, if it has one, is set to the identity.
    **kwargs
        As for `ParametricRectifierLayer`.

    Returns
    -------
    ParametricRectifierLayer
        On top of the layer.

    Examples
    --------
    >>> from lasagne_expr.layers import DenseLayer, InputLayer, prelu
    >>> prelu(DenseLayer(InputLayer((None, 3)), num_units=5)).alpha.get_value().shape
    (5,)
    """
    _remove_nonlinearity(layer)
    return ParametricRectifierLayer(layer, **kwargs)


def _remove_nonlinearity(layer):
    if getattr(layer, "nonlinearity", None) is not None:
        layer.nonlinearity = identity


class RandomizedRectifierLayer(Layer):
    """Rectify, with a random slope for negative inputs.

    In training the slopes are drawn uniformly from `lower` to `upper`. With
    ``deterministic=True`` passed to `lasagne_expr.layers.get_output` they all are the mean of the
    two.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input.
    lower : float or scalar expression, default 0.3
        The lowest slope.
    upper : float or scalar expression, default 0.8
        The highest slope.
    shared_axes : int, tuple of int, ``'auto'`` or ``'all'``, default ``'auto'``
        Axes along which all elements share a slope, as in `ParametricRectifierLayer`.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If `lower` is above `upper`, or `shared_axes` has an axis that the input hasn't.
    TypeError
        If an argument isn't of the type that it should be.

    See Also
    --------
    rrelu : puts one on a layer in place of its nonlinearity.

    References
    ----------
    .. [1] B. Xu, N. Wang, T. Chen and M. Li (2015): Empirical evaluation of rectified activations
       in convolutional network. arXiv:1505.00853.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.layers import InputLayer, RandomizedRectifierLayer, get_output
    >>> layer = RandomizedRectifierLayer(InputLayer((1, 2)), lower=0.25, upper=0.75)
    >>> get_output(layer, np.array([[-8.0, 3.0]]), deterministic=True).eval().tolist()
    [[-4.0, 3.0]]
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        lower: Any = 0.3,
        upper: Any = 0.8,
        shared_axes: Any = "auto",
        **kwargs,
    ):
        super().__init__(incoming, **kwargs)
        self._srng = random_stream()
        self.lower = scalar(self, "lower", lower, math.isfinite, "finite")
        self.upper = scalar(self, "upper", upper, math.isfinite, "finite")
        if self._are_numbers() and lower > upper:
            raise ValueError(f"{self}: lower should be at most upper, got {lower} and {upper}")
        self.shared_axes = resolve_shared_axes(self, shared_axes)

    def _are_numbers(self):
        return not any(isinstance(value, theano.Variable) for value in (self.lower, self.upper))

    def get_output_for(
        self, input: theano.Variable, deterministic: bool = False, **kwargs
    ) -> theano.Variable:
        dtype = float_dtype_of(input)
        if deterministic or (self._are_numbers() and self.lower == self.upper):
            return T.nnet.relu(input, T.cast((self.lower + self.upper) / 2.0, dtype))
        shape = input.shape if None in self.input_shape else self.input_shape
        shape = tuple(1 if a in self.shared_axes else shape[a] for a in range(input.ndim))
        slopes = self._srng.uniform(shape, low=self.lower, high=self.upper, dtype=dtype)
        return T.nnet.relu(input, T.addbroadcast(slopes, *self.shared_axes))


def rrelu(layer: Layer, **kwargs) -> RandomizedRectifierLayer:
    """Replace a layer's nonlinearity by a randomized rectifier.

    Parameters
    ----------
    layer : Layer
        Its `nonlinearity`, if it has one, is set to the identity.
    **kwargs
        As for `RandomizedRectifierLayer`.

    Returns
    -------
    RandomizedRectifierLayer
        On top of the layer.

    Examples
    --------
    >>> from lasagne_expr.layers import DenseLayer, InputLayer, rrelu
    >>> rrelu(DenseLayer(InputLayer((None, 3)), num_units=5)).shared_axes
    (0,)
    """
    _remove_nonlinearity(layer)
    return RandomizedRectifierLayer(layer, **kwargs)
