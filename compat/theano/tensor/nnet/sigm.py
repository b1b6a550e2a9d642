"""Sigmoids and their kin."""

from __future__ import annotations

from typing import Any

import pytensor.scalar as ps
import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.scalar.math import Sigmoid as ScalarSigmoid
from pytensor.scalar.math import Softplus as ScalarSoftplus
from pytensor.scalar.math import sigmoid as scalar_sigmoid
from pytensor.scalar.math import softplus as scalar_softplus
from theano.missing import explain_missing

__all__ = [
    "ScalarSigmoid",
    "ScalarSoftplus",
    "hard_sigmoid",
    "scalar_sigmoid",
    "scalar_softplus",
    "sigmoid",
    "sigmoid_inplace",
    "softplus",
    "ultra_fast_sigmoid",
    "ultra_fast_sigmoid_inplace",
]

__getattr__ = explain_missing(__name__, "pytensor.tensor.rewriting.math")

# PyTensor's own, so that its rewrites know them: log(sigmoid(x)) becomes -softplus(-x), and so on.
sigmoid = pt.sigmoid
sigmoid_inplace = sigmoid  # the compiler tells by itself what it may overwrite
softplus = pt.softplus


def _as_float(x: Any) -> Variable:
    """The variable, cast to the float type that functions of it have if it is an integer."""
    x = pt.as_tensor_variable(x)
    return pt.cast(x, ps.upgrade_to_float(ps.get_scalar_type(x.dtype))[0].dtype)


def hard_sigmoid(x: Any) -> Variable:
    """Approximate the sigmoid by three straight lines: ``clip(0.2 x + 0.5, 0, 1)``.

    Parameters
    ----------
    x : tensor

    Returns
    -------
    tensor
        Of the same shape.

    Examples
    --------
    >>> import theano.tensor as T
    >>> T.nnet.hard_sigmoid(T.constant([-3.0, 0.0, 1.0])).eval().round(3).tolist()
    [0.0, 0.5, 0.7]
    """
    x = _as_float(x)
    slope, shift = (pt.constant(value, dtype=x.dtype) for value in (0.2, 0.5))
    return pt.clip(x * slope + shift, 0, 1)


def ultra_fast_sigmoid(x: Any) -> Variable:
    """Approximate the sigmoid without an exponential, to within 0.08.

    With h = x / 2 it is (t + 1) / 2, where t, which stands for tanh(h), is 1.5 h / (1 + |h|) up to
    |h| = 1.7, a straight line up to 3, and 0.99505475368673 from there on, with the sign of h.

    Parameters
    ----------
    x : tensor

    Returns
    -------
    tensor
        Of the same shape.

    Examples
    --------
    >>> import theano.tensor as T
    >>> T.nnet.ultra_fast_sigmoid(T.constant([-9.0, 0.0, 1.0])).eval().round(3).tolist()
    [0.002, 0.5, 0.75]
    """
    x = _as_float(x)
    slope, at_bend, limit = (
        pt.constant(value, dtype=x.dtype)
        for value in (0.0458812946797165, 0.935409070603099, 0.99505475368673)
    )
    half = x * 0.5
    size = abs(half)
    outer = pt.switch(size < 3, at_bend + slope * (size - pt.constant(1.7, dtype=x.dtype)), limit)
    tanh = pt.switch(size < 1.7, 1.5 * half / (1 + size), pt.sign(half) * outer)
    return 0.5 * (tanh + 1)


ultra_fast_sigmoid_inplace = ultra_fast_sigmoid
