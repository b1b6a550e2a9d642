"""Layers that normalize their input."""

import math
from typing import Any

import theano
import theano.tensor as T
from theano.compile import SharedVariable

from ..errors import UnsupportedValueError
from ..init import Constant
from ..nonlinearities import identity
from ..theano_extensions.padding import pad
from .axes import broadcast_over, checked_axes, other_axes
from .base import Layer
from .checks import known_sizes, positive_int, scalar
from .running_averages import updating_copy
from .sequences import features_are_last, is_recurrent
from .special import BiasLayer, NonlinearityLayer, ScaleLayer

__all__ = [
    "BatchNormLayer",
    "LocalResponseNormalization2DLayer",
    "StandardizationLayer",
    "batch_norm",
    "instance_norm",
    "layer_norm",
]


class LocalResponseNormalization2DLayer(Layer):
    """Divide by a power of the sum of squares over neighbouring channels.

    With ``x`` the input and ``N`` the `n` channels around channel ``c``, as far as they exist,
    the output is ``x[c] / (k + alpha * sum(x[j]**2 for j in N))**beta``.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input:
        ``(batch, channels, rows, columns)``.
    alpha : float or scalar expression, default 1e-4
        The weight of the sum of squares, 0 or more. It isn't divided by `n`.
    k : float or scalar expression, default 2
        What is added to the sum; positive.
    beta : float or scalar expression, default 0.75
        The exponent.
    n : int, default 5
        The number of neighbouring channels, odd, the channel itself included.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If the input hasn't four dimensions, or a number is out of its range.
    NotImplementedError
        If `n` is even; it is a ValueError, too.
    TypeError
        If an argument isn't of the type that it should be.

    References
    ----------
    .. [1] A. Krizhevsky, I. Sutskever and G. E. Hinton (2012): ImageNet classification with deep
       convolutional neural networks. NIPS. Section 3.3.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.layers import InputLayer, LocalResponseNormalization2DLayer, get_output
    >>> layer = LocalResponseNormalization2DLayer(InputLayer((1, 3, 1, 1)), 1, k=1, beta=1, n=3)
    >>> get_output(layer, np.ones((1, 3, 1, 1))).eval().ravel().round(4).tolist()
    [0.3333, 0.25, 0.3333]
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        alpha: Any = 1e-4,
        k: Any = 2,
        beta: Any = 0.75,
        n: int = 5,
        **kwargs,
    ):
        super().__init__(incoming, **kwargs)
        if len(self.input_shape) != 4:
            raise ValueError(
                f"{self} needs an input of 4 dimensions, got one of shape {self.input_shape}"
            )
        self.alpha = scalar(
            self, "alpha", alpha, lambda value: 0 <= value < math.inf, "finite and not negative"
        )
        self.k = _positive(self, "k", k)
        self.beta = scalar(self, "beta", beta, math.isfinite, "finite")
        self.n = positive_int(self, "n", n)
        if n % 2 == 0:
            raise UnsupportedValueError(
                f"{self}: n should be odd, as many channels on both sides; got {n}"
            )

    def get_output_shape_for(self, input_shape: tuple) -> tuple:
        return input_shape

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        channels = self.input_shape[1] or input.shape[1]
        squares = pad(T.sqr(input), [self.n // 2, 0, 0], batch_ndim=1)
        total = sum(squares[:, start : start + channels] for start in range(self.n))
        return input / (self.k + self.alpha * total) ** self.beta


def _positive(layer, name, value):
    return scalar(layer, name, value, lambda number: 0 < number < math.inf, "finite and positive")


class BatchNormLayer(Layer):
    """Normalize by the mean and the standard deviation over a batch, then scale and shift.

    The output is ``(x - mean) / sqrt(var + epsilon) * gamma + beta``. In training, mean and
    variance are those of the batch at hand, and the compiled function that uses them updates
    running averages: by `alpha` of the batch's, and ``1 - alpha`` of what they were. With
    ``deterministic=True`` passed to `lasagne_expr.layers.get_output`, the running averages stand
    in for the batch's, and don't change.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input.
    axes : int, tuple of int or ``'auto'``, default ``'auto'``
        The axes to average over. ``'auto'`` is all but the second: each unit of a dense layer, or
        each channel of a convolution, is normalized by itself.
    epsilon : float or scalar expression, default 1e-4
        What is added to the variance, so that nothing is divided by 0; positive.
    alpha : float or scalar expression, default 0.1
        The weight of a batch in the running averages, above 0 and at most 1.
    beta : array, shared variable, expression, callable or None, default Constant(0)
        What is added; its shape is that of the input without `axes`. None for nothing.
    gamma : array, shared variable, expression, callable or None, default Constant(1)
        What is multiplied with, of the same shape. None for nothing.
    mean : array, shared variable, expression or callable, default Constant(0)
        The running average of the mean, of the same shape. An expression is used as it is in
        deterministic passes, and is never updated. Both averages have the tag
        ``batch_norm_stat``.
    inv_std : array, shared variable, expression or callable, default Constant(1)
        The running average of ``1 / sqrt(var + epsilon)``, of the same shape. As for `mean`, an
        expression is never updated.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If `axes` has an axis that the input hasn't, if the size of another axis is unknown, if a
        number is out of its range, or if the shape of a parameter is wrong.
    TypeError
        If an argument isn't of the type that it should be.

    See Also
    --------
    batch_norm : puts one below a layer's nonlinearity.

    Notes
    -----
    Two arguments of `lasagne_expr.layers.get_output` set apart what `deterministic` says at once:
    ``batch_norm_use_averages`` whether the running averages stand in for the batch's, and
    ``batch_norm_update_averages`` whether they are updated.

    The averages are updated by functions that compute this layer's output, whether or not they
    have other updates; ``theano.function(..., no_default_updates=True)`` leaves that out. A
    function that uses the layer twice, for two batches say, updates them by the mean of both.

    References
    ----------
    .. [1] S. Ioffe and C. Szegedy (2015): Batch normalization: accelerating deep network training
       by reducing internal covariate shift. ICML. arXiv:1502.03167.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.layers import BatchNormLayer, InputLayer, get_output
    >>> layer = BatchNormLayer(InputLayer((None, 2)), alpha=0.5, name="norm")
    >>> batch = np.array([[0.0, 10.0], [2.0, 30.0]])
    >>> get_output(layer, batch).eval().round(3).tolist()
    [[-1.0, -1.0], [1.0, 1.0]]
    >>> layer.mean.get_value().tolist()
    [0.5, 10.0]
    >>> layer.get_params(), layer.get_params(trainable=True)
    ([norm.beta, norm.gamma, norm.mean, norm.inv_std], [norm.beta, norm.gamma])
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        axes: Any = "auto",
        epsilon: Any = 1e-4,
        alpha: Any = 0.1,
        beta: Any = Constant(0),
        gamma: Any = Constant(1),
        mean: Any = Constant(0),
        inv_std: Any = Constant(1),
        **kwargs,
    ):
        super().__init__(incoming, **kwargs)
        named = {"auto": (0, *range(2, len(self.input_shape)))}
        self.axes = _resolve_axes(self, axes, named)
        self.epsilon = _positive(self, "epsilon", epsilon)
        self.alpha = scalar(
            self, "alpha", alpha, lambda value: 0 < value <= 1, "above 0 and at most 1"
        )
        shape = known_sizes(self, other_axes(self, self.axes), "beta, gamma, mean and inv_std")
        self.beta = self._learned(beta, shape, "beta", regularizable=False)
        self.gamma = self._learned(gamma, shape, "gamma")
        fixed = {"trainable": False, "regularizable": False, "batch_norm_stat": True}
        self.mean = self._add_full_param(mean, shape, "mean", **fixed)
        self.inv_std = self._add_full_param(inv_std, shape, "inv_std", **fixed)

    def _learned(self, spec, shape, name, **tags):
        return None if spec is None else self.add_param(spec, shape, name, **tags)

    def get_output_for(
        self,
        input: theano.Variable,
        deterministic: bool = False,
        batch_norm_use_averages: "bool | None" = None,
        batch_norm_update_averages: "bool | None" = None,
        **kwargs,
    ) -> theano.Variable:
        use_averages = _given_or(batch_norm_use_averages, deterministic)
        update_averages = _given_or(batch_norm_update_averages, not deterministic)
        batch_mean = input.mean(self.axes)
        batch_inv_std = 1 / T.sqrt(input.var(self.axes) + self.epsilon)
        mean = self.mean if use_averages else batch_mean
        inv_std = self.inv_std if use_averages else batch_inv_std
        if update_averages:
            mean = self._updating(mean, self.mean, batch_mean)
            inv_std = self._updating(inv_std, self.inv_std, batch_inv_std)
        scale = inv_std if self.gamma is None else inv_std * self.gamma
        centred = input - broadcast_over(mean, self.axes)
        normalized = centred * broadcast_over(scale, self.axes)
        if self.beta is None:
            return normalized
        return normalized + broadcast_over(self.beta, self.axes)

    def _updating(self, statistic, average, of_batch):
        """Make functions that compute a statistic update its running average."""
        if not isinstance(average, SharedVariable):
            return statistic
        # Of the average itself: what is computed from the copy may be computed in its place,
        # while the same function reads the average for a deterministic pass.
        running = updating_copy(average, (1 - self.alpha) * average + self.alpha * of_batch)
        # Functions make default updates of the shared variables that they depend on.
        return statistic + 0 * running


def _given_or(value, default):
    return default if value is None else value


def _resolve_axes(layer, axes, named):
    """Work out the axes to average over, which may be given by name."""
    if isinstance(axes, str):
        if axes not in named:
            names = ", ".join(map(repr, named))
            raise ValueError(f"{layer}: axes should be integers, or one of {names}; got {axes!r}")
        axes = named[axes]
    checked = checked_axes(layer, axes, "axes")
    if not checked:
        raise ValueError(
            f"{layer} needs axes to average over; of its input, of shape {layer.input_shape}, "
            "it has none"
        )
    return checked


def batch_norm(layer: Layer, **kwargs) -> Layer:
    """Put batch normalization between a layer and its nonlinearity.

    The layer's biases are removed, as the normalization would subtract them again and adds its
    own `beta`; its nonlinearity moves to the top.

    Parameters
    ----------
    layer : Layer
        The layer to normalize; it is changed.
    **kwargs
        As for `BatchNormLayer`. By default the name is that of `layer` with ``_bn`` added.

    Returns
    -------
    NonlinearityLayer or BatchNormLayer
        The former where `layer` has a nonlinearity.

    Examples
    --------
    >>> from lasagne_expr.layers import DenseLayer, InputLayer, batch_norm, get_all_params
    >>> network = batch_norm(DenseLayer(InputLayer((None, 3)), num_units=5, name="hidden"))
    >>> get_all_params(network, trainable=True)
    [hidden.W, hidden_bn.beta, hidden_bn.gamma]
    """
    return batch_norm_by(BatchNormLayer, layer, kwargs)


def batch_norm_by(kind: type, layer: Layer, kwargs: dict) -> Layer:
    """Put a layer of a given kind between a layer and its nonlinearity, as `batch_norm` does."""
    nonlinearity = _take_nonlinearity(layer)
    _remove_biases(layer)
    name = _name_above(layer, "bn", kwargs)
    return _put_on(kind(layer, name=name, **kwargs), nonlinearity, name)


def _take_nonlinearity(layer):
    nonlinearity = getattr(layer, "nonlinearity", None)
    if nonlinearity is not None:
        layer.nonlinearity = identity
    return nonlinearity


def _remove_biases(layer):
    if getattr(layer, "b", None) is not None:
        del layer.params[layer.b]
        layer.b = None


def _name_above(layer, suffix, kwargs):
    """Take the name from keyword arguments, or make one from the layer's."""
    below = getattr(layer, "name", None)
    return kwargs.pop("name", None) or (below and f"{below}_{suffix}")


def _put_on(layer, nonlinearity, name):
    if nonlinearity is None:
        return layer
    return NonlinearityLayer(layer, nonlinearity, name=name and f"{name}_nonlin")


class StandardizationLayer(Layer):
    """Subtract the mean, and divide by the standard deviation, of each example by itself.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input.
    axes : int, tuple of int, ``'auto'``, ``'spatial'`` or ``'features'``, default ``'auto'``
        The axes to compute mean and variance over. ``'spatial'`` is all but the first two: each
        channel by itself. ``'features'`` is all but the first. ``'auto'`` is ``'features'`` for an
        input of two dimensions, and ``'spatial'`` for one of more.
    epsilon : float or scalar expression, default 1e-4
        What is added to the variance, so that nothing is divided by 0; positive.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If `axes` has an axis that the input hasn't, or there are none, or if `epsilon` isn't
        positive.
    TypeError
        If an argument isn't of the type that it should be.

    See Also
    --------
    instance_norm, layer_norm : put one below a layer's nonlinearity.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.layers import InputLayer, StandardizationLayer, get_output
    >>> layer = StandardizationLayer(InputLayer((None, 2)))
    >>> get_output(layer, np.array([[0.0, 10.0], [60.0, 20.0]])).eval().round(3).tolist()
    [[-1.0, 1.0], [1.0, -1.0]]
    """

    def __init__(
        self, incoming: "Layer | tuple", axes: Any = "auto", epsilon: Any = 1e-4, **kwargs
    ):
        super().__init__(incoming, **kwargs)
        ndim = len(self.input_shape)
        named = {"spatial": tuple(range(2, ndim)), "features": tuple(range(1, ndim))}
        named["auto"] = named["features" if ndim == 2 else "spatial"]
        self.axes = _resolve_axes(self, axes, named)
        self.epsilon = _positive(self, "epsilon", epsilon)

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        mean = input.mean(self.axes, keepdims=True)
        variance = input.var(self.axes, keepdims=True)
        return (input - mean) / T.sqrt(variance + self.epsilon)


def instance_norm(
    layer: Layer, learn_scale: bool = True, learn_bias: bool = True, **kwargs
) -> Layer:
    """Put instance normalization between a layer and its nonlinearity.

    Each channel of each example is standardized over its places. The layer's biases are removed,
    as the normalization would subtract them again; its nonlinearity moves to the top.

    Parameters
    ----------
    layer : Layer
        The layer to normalize, with an output of three dimensions or more; it is changed.
    learn_scale : bool, default True
        Whether to multiply with a learned factor per channel.
    learn_bias : bool, default True
        Whether to add a learned bias per channel.
    **kwargs
        As for `StandardizationLayer`. By default the name is that of `layer` with ``_in`` added.

    Returns
    -------
    Layer
        The topmost of `StandardizationLayer`, `ScaleLayer`, `BiasLayer` and `NonlinearityLayer`.

    Raises
    ------
    ValueError
        If the output has no axes but the first two.

    References
    ----------
    .. [1] D. Ulyanov, A. Vedaldi and V. Lempitsky (2016): Instance normalization: the missing
       ingredient for fast stylization. arXiv:1607.08022.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, get_all_params, instance_norm
    >>> get_all_params(instance_norm(InputLayer((None, 3, 8, 8), name="image")))
    [image_in_scale.scales, image_in_bias.b]
    """
    return _standardized(layer, "spatial", "in", learn_scale, learn_bias, kwargs)


def layer_norm(layer: Layer, **kwargs) -> Layer:
    """Put layer normalization between a layer and its nonlinearity.

    Each example is standardized over all its features, then multiplied with a learned factor and
    added a learned bias per unit or channel, which takes the place of the layer's own. The
    layer's nonlinearity moves to the top.

    Of sequences, ``(batch, steps, features)``, each step is standardized by itself, with a factor
    and a bias per feature, so that they may have any length. Outputs of three axes are sequences,
    unless they come from a layer that has its channels second, such as a convolution; and so are
    those of recurrent layers, which keep their biases and nonlinearity, and of dense layers that
    keep several leading axes.

    Parameters
    ----------
    layer : Layer
        The layer to normalize; it is changed.
    **kwargs
        As for `StandardizationLayer`. By default the name is that of `layer` with ``_ln`` added.

    Returns
    -------
    Layer
        A `BiasLayer`, or on it a `NonlinearityLayer`.

    References
    ----------
    .. [1] J. L. Ba, J. R. Kiros and G. E. Hinton (2016): Layer normalization. arXiv:1607.06450.

    Examples
    --------
    >>> from lasagne_expr.layers import DenseLayer, InputLayer, get_all_params, layer_norm
    >>> get_all_params(layer_norm(DenseLayer(InputLayer((None, 3)), num_units=5, name="hidden")))
    [hidden.W, hidden_ln_scale.scales, hidden_ln_bias.b]
    """
    if not features_are_last(layer):
        return _standardized(layer, "features", "ln", True, True, kwargs)
    last = len(layer.output_shape) - 1
    return _standardized(layer, last, "ln", True, True, kwargs, shared_axes=tuple(range(last)))


def _standardized(layer, axes, suffix, learn_scale, learn_bias, kwargs, shared_axes="auto"):
    """Put a standardization, and what is learned after it, below a layer's nonlinearity."""
    nonlinearity = None
    if not is_recurrent(layer):  # of which each step needs what would be removed
        nonlinearity = _take_nonlinearity(layer)
        _remove_biases(layer)
    name = _name_above(layer, suffix, kwargs)
    layer = StandardizationLayer(layer, **{"axes": axes, "name": name, **kwargs})
    if learn_scale:
        layer = ScaleLayer(layer, shared_axes=shared_axes, name=name and f"{name}_scale")
    if learn_bias:
        layer = BiasLayer(layer, shared_axes=shared_axes, name=name and f"{name}_bias")
    return _put_on(layer, nonlinearity, name)
