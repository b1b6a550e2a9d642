"""Penalties on parameters, to add to a loss.

>>> from lasagne_expr.layers import DenseLayer, InputLayer
>>> from lasagne_expr.init import Constant
>>> layer = DenseLayer(InputLayer((None, 3)), 2, W=Constant(2.0))
>>> float(regularize_network_params(layer, l2).eval())
24.0

A penalty is taken of the *shared variables* below a layer's parameters. With ``W=T.exp(w)`` these
functions penalize ``w``. To penalize the weights that the layer works with, write
``apply_penalty(layer.W, l2)``, or ``tags={"regularizable": True, "unwrap_shared": False}``.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import theano
import theano.tensor as T

from .layers.helper import get_all_params

__all__ = [
    "apply_penalty",
    "l1",
    "l2",
    "regularize_layer_params",
    "regularize_layer_params_weighted",
    "regularize_network_params",
]


def l1(x: T.TensorVariable) -> T.TensorVariable:
    """Sum of the absolute values: makes many values zero.

    Parameters
    ----------
    x : tensor variable
        What to penalize.

    Returns
    -------
    scalar tensor variable

    Examples
    --------
    >>> import theano.tensor as T
    >>> float(l1(T.constant([-3.0, 4.0])).eval())
    7.0
    """
    return T.sum(abs(x))


def l2(x: T.TensorVariable) -> T.TensorVariable:
    """Sum of the squares (the squared L2 norm): makes all values smaller.

    Parameters
    ----------
    x : tensor variable
        What to penalize.

    Returns
    -------
    scalar tensor variable

    Examples
    --------
    >>> import theano.tensor as T
    >>> float(l2(T.constant([-3.0, 4.0])).eval())
    25.0
    """
    return T.sum(T.sqr(x))


def apply_penalty(tensor_or_tensors: Any, penalty: Callable, **kwargs: Any) -> T.TensorVariable:
    """Compute the total penalty of some tensors.

    Parameters
    ----------
    tensor_or_tensors : tensor variable, or iterable of tensor variables
        What to penalize.
    penalty : callable
        Takes a tensor variable and returns a scalar one, as :func:`l1` and :func:`l2` do.
    **kwargs
        Passed to the penalty.

    Returns
    -------
    scalar tensor variable
        The sum of the penalties; the number 0 if there are no tensors.

    Raises
    ------
    TypeError
        If `penalty` isn't callable.

    Examples
    --------
    >>> import theano.tensor as T
    >>> float(apply_penalty([T.constant([3.0]), T.constant([4.0])], l2).eval())
    25.0
    """
    if not callable(penalty):
        raise TypeError(f"penalty should be a function such as l1 or l2, got {penalty!r}")
    if isinstance(tensor_or_tensors, theano.Variable):
        return penalty(tensor_or_tensors, **kwargs)
    return sum(penalty(tensor, **kwargs) for tensor in tensor_or_tensors)


def regularize_layer_params(
    layer: Any,
    penalty: Callable,
    tags: "Mapping[str, bool]" = {"regularizable": True},  # noqa: B006 (only read)
    **kwargs: Any,
) -> T.TensorVariable:
    """Compute the penalty of the parameters of a layer, or of several layers.

    Parameters
    ----------
    layer : Layer, or iterable of Layers
        Whose parameters to penalize. Of the layers below, nothing is penalized. A shared variable
        counts once for each of the layers that use it.
    penalty : callable
        Takes a tensor variable and returns a scalar one.
    tags : dict, default {'regularizable': True}
        Which shared variables to penalize; passed to ``layer.get_params``.
    **kwargs
        Passed to the penalty.

    Returns
    -------
    scalar tensor variable

    Raises
    ------
    TypeError
        If `layer` is neither a layer nor an iterable of layers.

    Examples
    --------
    >>> from lasagne_expr.layers import DenseLayer, InputLayer
    >>> from lasagne_expr.init import Constant
    >>> layer = DenseLayer(InputLayer((None, 3)), 2, W=Constant(-2.0))
    >>> float(regularize_layer_params(layer, l1).eval())
    12.0
    """
    layers = [layer] if hasattr(layer, "get_params") else layer
    if not isinstance(layers, Iterable):
        raise TypeError(f"expected a layer or a list of layers, got {layer!r}")
    params = [param for layer in layers for param in _params_of(layer, tags)]
    return apply_penalty(params, penalty, **kwargs)


def _params_of(layer, tags):
    if not hasattr(layer, "get_params"):
        raise TypeError(f"expected a layer, got {layer!r}")
    return layer.get_params(**tags)


def regularize_layer_params_weighted(
    layers: "Mapping[Any, Any]",
    penalty: Callable,
    tags: "Mapping[str, bool]" = {"regularizable": True},  # noqa: B006 (only read)
    **kwargs: Any,
) -> T.TensorVariable:
    """Compute the penalty of the parameters of several layers, each with a weight of its own.

    Parameters
    ----------
    layers : dict of Layer to float or scalar variable
        The layers, and the factors of their penalties.
    penalty : callable
        Takes a tensor variable and returns a scalar one.
    tags : dict, default {'regularizable': True}
        Which shared variables to penalize; passed to ``layer.get_params``.
    **kwargs
        Passed to the penalty.

    Returns
    -------
    scalar tensor variable

    Raises
    ------
    TypeError
        If `layers` isn't a dict, or a key isn't a layer.

    Examples
    --------
    >>> from lasagne_expr.layers import DenseLayer, InputLayer
    >>> from lasagne_expr.init import Constant
    >>> l1_ = DenseLayer(InputLayer((None, 3)), 2, W=Constant(2.0))
    >>> l2_ = DenseLayer(l1_, 1, W=Constant(3.0))
    >>> float(regularize_layer_params_weighted({l1_: 0.5, l2_: 1.0}, l2).eval())
    30.0
    """
    if not isinstance(layers, Mapping):
        raise TypeError(f"expected a dict of layers and their weights, got {layers!r}")
    return sum(
        weight * apply_penalty(_params_of(layer, tags), penalty, **kwargs)
        for layer, weight in layers.items()
    )


def regularize_network_params(
    layer: Any,
    penalty: Callable,
    tags: "Mapping[str, bool]" = {"regularizable": True},  # noqa: B006 (only read)
    **kwargs: Any,
) -> T.TensorVariable:
    """Compute the penalty of the parameters of a layer and all layers below.

    Parameters
    ----------
    layer : Layer, or list of Layers
        The output layer or layers.
    penalty : callable
        Takes a tensor variable and returns a scalar one.
    tags : dict, default {'regularizable': True}
        Which shared variables to penalize; passed to
        :func:`lasagne_expr.layers.get_all_params`.
    **kwargs
        Passed to the penalty.

    Returns
    -------
    scalar tensor variable
        Each shared variable counts once, in however many layers it is used.

    Examples
    --------
    >>> from lasagne_expr.layers import DenseLayer, InputLayer
    >>> from lasagne_expr.init import Constant
    >>> encoder = DenseLayer(InputLayer((None, 3)), 2, W=Constant(2.0))
    >>> decoder = DenseLayer(encoder, 3, W=encoder.W.T)
    >>> float(regularize_network_params(decoder, l2).eval())
    24.0
    """
    return apply_penalty(get_all_params(layer, **tags), penalty, **kwargs)
