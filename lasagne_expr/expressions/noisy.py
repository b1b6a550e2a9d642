"""Weights that are drawn anew in every training step."""

import math
from typing import Any

import numpy as np
import theano.tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams as RandomStreams

from ..random import get_rng
from .base import Unary, checked_number

__all__ = ["Noisy"]


class Noisy(Unary):
    r"""Normally distributed elements, whose means and standard deviations are learned.

    In training the value is :math:`\mu + \log(1 + e^\rho) \, \epsilon`, with :math:`\epsilon`
    standard normal and drawn anew by every function call, once for all layers that use the
    parameter. In deterministic passes it is :math:`\mu`.

    Parameters
    ----------
    init : callable, array or Expression, default GlorotUniform()
        What the means start from, or what makes them.
    std : float, default 0.01
        What all standard deviations start at.

    Raises
    ------
    ValueError
        If `std` isn't positive.

    Notes
    -----
    Alone, this adds noise to the weights. With a penalty on their divergence from a prior it is
    Bayes by backprop.

    References
    ----------
    .. [1] C. Blundell, J. Cornebise, K. Kavukcuoglu and D. Wierstra (2015): Weight uncertainty in
       neural networks. ICML.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.expressions import Noisy
    >>> from lasagne_expr.layers import DenseLayer, get_output
    >>> layer = DenseLayer((None, 3), 2, W=Noisy(), b=None, nonlinearity=None, name="bayes")
    >>> layer.get_params(trainable=True)
    [bayes.W.mean, bayes.W.rho]
    >>> mean = layer.get_params()[0].get_value()
    >>> output = get_output(layer, np.eye(3, dtype=mean.dtype), deterministic=True)
    >>> bool(np.allclose(output.eval(), mean))
    True
    """

    names = ("mean", "rho")
    free = ("rho",)

    def __init__(self, init: Any = None, std: float = 0.01):
        std = checked_number(std, "std", self)
        if not 0 < std < math.inf:
            raise ValueError(f"Noisy: std should be finite and positive, got {std!r}")
        self.std = std
        super().__init__(init)

    def forward(self, shape, mean, rho):
        stream = RandomStreams(get_rng().randint(1, 2147462579))
        noise = stream.normal(mean.shape if shape is None else shape, dtype=mean.dtype)
        return mean + T.nnet.softplus(rho) * noise

    def forward_deterministic(self, shape, mean, rho):
        return mean

    def backward(self, value):
        return value, np.full(value.shape, math.log(math.expm1(self.std)))
