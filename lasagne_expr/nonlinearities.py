"""Nonlinearities: functions from a layer's activation to its output, elementwise but for softmax.

A nonlinearity is any callable that takes an expression and returns one, so besides those here
``theano.tensor.sin``, or a function of your own, will do.
"""

import functools
import numbers
import operator
from typing import Any

import numpy as np
import theano.tensor as T

__all__ = [
    "SELU",
    "LeakyRectify",
    "ScaledTanH",
    "ScaledTanh",
    "elu",
    "identity",
    "leaky_rectify",
    "linear",
    "rectify",
    "selu",
    "sigmoid",
    "softmax",
    "softplus",
    "tanh",
    "very_leaky_rectify",
]


def _in_dtype_of(x, value):
    """Give a number the dtype of float activations, so that float32 ones stay float32."""
    dtype = str(getattr(x, "dtype", ""))
    if isinstance(value, numbers.Real) and dtype.startswith("float"):
        return np.asarray(value, dtype=dtype)
    return value


def sigmoid(x: T.TensorVariable) -> T.TensorVariable:
    r"""Squash to between 0 and 1: :math:`\sigma(x) = 1 / (1 + e^{-x})`.

    Parameters
    ----------
    x : tensor variable
        The activation.

    Returns
    -------
    tensor variable, of the same shape

    Examples
    --------
    >>> float(sigmoid(0.0).eval())
    0.5
    """
    return T.nnet.sigmoid(x)


def softmax(x: T.TensorVariable) -> T.TensorVariable:
    r"""Turn each row into probabilities: :math:`e^{x_j} / \sum_k e^{x_k}`.

    Parameters
    ----------
    x : tensor variable
        The activation, ``(batch size, units)``, or of any number of dimensions, such as
        ``(batch size, steps, units)``.

    Returns
    -------
    tensor variable, of the same shape
        It sums to 1 along the last axis.

    Examples
    --------
    >>> import numpy as np
    >>> softmax(np.log([[1.0, 3.0]])).eval().round(3).tolist()
    [[0.25, 0.75]]
    """
    x = T.as_tensor_variable(x)
    if x.ndim == 0:
        raise ValueError(f"softmax takes its sums along the last axis, but {x} is a scalar")
    if x.ndim == 2:
        return T.nnet.softmax(x)
    # Theano's is of matrices: all axes but the last become one.
    shape = [x.shape[axis] for axis in range(x.ndim)]
    rows = functools.reduce(operator.mul, shape[:-1], 1)
    probabilities = T.nnet.softmax(x.reshape((rows, shape[-1]), ndim=2))
    return T.patternbroadcast(probabilities.reshape(shape, ndim=x.ndim), x.broadcastable)


def tanh(x: T.TensorVariable) -> T.TensorVariable:
    r"""Squash to between -1 and 1: :math:`\tanh(x)`.

    Parameters
    ----------
    x : tensor variable
        The activation.

    Returns
    -------
    tensor variable, of the same shape

    Examples
    --------
    >>> float(tanh(0.0).eval())
    0.0
    """
    return T.tanh(x)


class ScaledTanH:
    r"""Scaled hyperbolic tangent: :math:`\beta \tanh(\alpha x)`.

    Parameters
    ----------
    scale_in : float or scalar variable, default 1
        The factor :math:`\alpha` of the activation.
    scale_out : float or scalar variable, default 1
        The factor :math:`\beta` of the output.

    Notes
    -----
    LeCun et al. recommend ``scale_in=2 / 3, scale_out=1.7159``: inputs of variance 1 then give
    outputs of variance about 1, and the slope changes fastest at ``x = 1``. Other choices that
    keep the variance are listed by Grosse, ``scale_in=0.5, scale_out=2.4`` among them.

    References
    ----------
    Yann LeCun, Léon Bottou, Genevieve B. Orr and Klaus-Robert Müller: Efficient BackProp. Neural
    Networks: Tricks of the Trade, 1998, section 4.4.

    Examples
    --------
    >>> import numpy as np
    >>> squash = ScaledTanH(scale_in=2 / 3, scale_out=1.7159)
    >>> round(float(squash(np.float64(1.0)).eval()), 3)
    1.0
    """

    def __init__(self, scale_in: Any = 1, scale_out: Any = 1):
        self.scale_in = scale_in
        self.scale_out = scale_out

    def __call__(self, x: T.TensorVariable) -> T.TensorVariable:
        """Apply the nonlinearity to the activation `x`."""
        return T.tanh(x * _in_dtype_of(x, self.scale_in)) * _in_dtype_of(x, self.scale_out)

    def __repr__(self) -> str:
        return f"ScaledTanH(scale_in={self.scale_in!r}, scale_out={self.scale_out!r})"


ScaledTanh = ScaledTanH


def rectify(x: T.TensorVariable) -> T.TensorVariable:
    r"""Cut off below 0: :math:`\max(0, x)`.

    Parameters
    ----------
    x : tensor variable
        The activation.

    Returns
    -------
    tensor variable, of the same shape

    Notes
    -----
    The gradient at 0 is 0.5, as Theano has it.

    References
    ----------
    Xavier Glorot, Antoine Bordes and Yoshua Bengio: Deep sparse rectifier neural networks. AISTATS
    2011.

    Examples
    --------
    >>> import theano.tensor as T
    >>> rectify(T.constant([-2.0, 3.0])).eval().tolist()
    [0.0, 3.0]
    """
    return T.nnet.relu(x)


class LeakyRectify:
    r"""Rectifier with a slope below 0, too: :math:`x` above 0, :math:`\alpha x` below.

    Parameters
    ----------
    leakiness : float or variable, default 0.01
        The slope :math:`\alpha` for negative activations: 0 gives :func:`rectify`, 1 gives
        :func:`linear`.

    Notes
    -----
    The gradient at 0 is ``(1 + leakiness) / 2``, as Theano has it. For a slope that is learned see
    :class:`lasagne_expr.layers.ParametricRectifierLayer`.

    References
    ----------
    Andrew L. Maas, Awni Y. Hannun and Andrew Y. Ng: Rectifier nonlinearities improve neural
    network acoustic models. ICML 2013.

    Examples
    --------
    >>> import theano.tensor as T
    >>> LeakyRectify(0.25)(T.constant([-2.0, 3.0])).eval().tolist()
    [-0.5, 3.0]
    """

    def __init__(self, leakiness: Any = 0.01):
        self.leakiness = leakiness

    def __call__(self, x: T.TensorVariable) -> T.TensorVariable:
        """Apply the nonlinearity to the activation `x`."""
        return T.nnet.relu(x, _in_dtype_of(x, self.leakiness))

    def __repr__(self) -> str:
        return f"LeakyRectify(leakiness={self.leakiness!r})"


leaky_rectify = LeakyRectify()
"""Leaky rectifier with a slope of 0.01 below 0; see :class:`LeakyRectify`."""

very_leaky_rectify = LeakyRectify(1 / 3)
"""Leaky rectifier with a slope of 1/3 below 0; see :class:`LeakyRectify`."""


def _exponential_below_zero(x, scale):
    # exp is taken of what is at most 0: of a large x it would overflow, and although `switch`
    # drops that infinity, the gradient would be 0 * inf = NaN.
    return T.switch(x > 0, x, scale * T.expm1(T.minimum(x, 0)))


def elu(x: T.TensorVariable) -> T.TensorVariable:
    r"""Exponential linear unit: :math:`x` above 0, :math:`e^x - 1` below.

    Parameters
    ----------
    x : tensor variable
        The activation.

    Returns
    -------
    tensor variable, of the same shape

    References
    ----------
    Djork-Arné Clevert, Thomas Unterthiner and Sepp Hochreiter: Fast and accurate deep network
    learning by exponential linear units (ELUs). ICLR 2016.

    Examples
    --------
    >>> import theano.tensor as T
    >>> elu(T.constant([-1.0, 3.0])).eval().round(3).tolist()
    [-0.632, 3.0]
    """
    return _exponential_below_zero(x, 1)


class SELU:
    r"""Scaled exponential unit: :math:`\lambda x` above 0, :math:`\lambda\alpha(e^x - 1)` below.

    Parameters
    ----------
    scale : float or scalar variable, default 1
        The factor :math:`\lambda` of all outputs.
    scale_neg : float or scalar variable, default 1
        The factor :math:`\alpha` of the outputs for negative activations.

    Notes
    -----
    The paper's two constants, with which activations keep mean 0 and variance 1 from layer to
    layer, are those of :data:`selu`. They go with weights drawn by ``HeNormal()``.

    References
    ----------
    Günter Klambauer, Thomas Unterthiner, Andreas Mayr and Sepp Hochreiter: Self-normalizing neural
    networks. NIPS 2017, equation 2.

    Examples
    --------
    >>> import theano.tensor as T
    >>> SELU(scale=2, scale_neg=3)(T.constant([-1.0, 3.0])).eval().round(3).tolist()
    [-3.793, 6.0]
    """

    def __init__(self, scale: Any = 1, scale_neg: Any = 1):
        self.scale = scale
        self.scale_neg = scale_neg

    def __call__(self, x: T.TensorVariable) -> T.TensorVariable:
        """Apply the nonlinearity to the activation `x`."""
        unit = _exponential_below_zero(x, _in_dtype_of(x, self.scale_neg))
        return unit * _in_dtype_of(x, self.scale)

    def __repr__(self) -> str:
        return f"SELU(scale={self.scale!r}, scale_neg={self.scale_neg!r})"


selu = SELU(scale=1.0507009873554804934193349852946, scale_neg=1.6732632423543772848170429916717)
"""Scaled exponential linear unit with the constants of Klambauer et al.; see :class:`SELU`."""


def softplus(x: T.TensorVariable) -> T.TensorVariable:
    r"""Smooth rectifier, always positive: :math:`\log(1 + e^x)`.

    Parameters
    ----------
    x : tensor variable
        The activation.

    Returns
    -------
    tensor variable, of the same shape

    Examples
    --------
    >>> import numpy as np
    >>> round(float(softplus(np.float64(0.0)).eval()), 3)
    0.693
    """
    return T.nnet.softplus(x)


def linear(x: T.TensorVariable) -> T.TensorVariable:
    """Leave the activation as it is.

    Parameters
    ----------
    x : tensor variable
        The activation.

    Returns
    -------
    tensor variable
        The same one.

    Examples
    --------
    >>> linear(3)
    3
    """
    return x


identity = linear
