"""Layers that pool over groups of features."""

from collections.abc import Callable

import theano
import theano.tensor as T

from ..axes import checked_axis
from ..base import Layer
from ..checks import known_sizes, positive_int


def _checked_groups(layer, pool_size, axis):
    """Check that the features along an axis fall into groups; return size and axis."""
    pool_size = positive_int(layer, "pool_size", pool_size)
    axis = checked_axis(layer, axis, layer.input_shape)
    (features,) = known_sizes(layer, [axis], "the groups of features")
    if features % pool_size:
        raise ValueError(
            f"{layer}: the {features} features along axis {axis} don't fall into groups of "
            f"pool_size {pool_size}"
        )
    return pool_size, axis


def _in_groups(input, pool_size, axis):
    """Split an axis into two: groups, and the features of each."""
    shape = [input.shape[n] for n in range(input.ndim)]
    shape[axis : axis + 1] = [shape[axis] // pool_size, pool_size]
    return input.reshape(tuple(shape), ndim=input.ndim + 1)


class FeaturePoolLayer(Layer):
    """Pool over groups of features: with the maximum, maxout.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input.
    pool_size : int
        How many features, one beside the other, make a group.
    axis : int, default 1
        The axis of features.
    pool_function : callable, default theano.tensor.max
        A function of a tensor and of the keyword argument `axis` to pool over.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If the number of features isn't known, or no multiple of `pool_size`.

    References
    ----------
    .. [1] I. Goodfellow, D. Warde-Farley, M. Mirza, A. Courville and Y. Bengio (2013): Maxout
       networks. ICML. arXiv:1302.4389.

    Examples
    --------
    >>> from lasagne_expr.layers import FeaturePoolLayer, InputLayer
    >>> FeaturePoolLayer(InputLayer((None, 12)), pool_size=3).output_shape
    (None, 4)
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        pool_size: int,
        axis: int = 1,
        pool_function: Callable = T.max,
        **kwargs,
    ):
        super().__init__(incoming, **kwargs)
        self.pool_size, self.axis = _checked_groups(self, pool_size, axis)
        self.pool_function = pool_function

    def get_output_shape_for(self, input_shape: tuple) -> tuple:
        shape = list(input_shape)
        shape[self.axis] = input_shape[self.axis] // self.pool_size
        return tuple(shape)

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        return self.pool_function(_in_groups(input, self.pool_size, self.axis), axis=self.axis + 1)


class FeatureWTALayer(Layer):
    """Keep the largest feature of each group, and set the others to zero: the winner takes all.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input.
    pool_size : int
        How many features, one beside the other, make a group.
    axis : int, default 1
        The axis of features.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If the number of features isn't known, or no multiple of `pool_size`.

    Notes
    -----
    Of several largest ones, the first wins.

    References
    ----------
    .. [1] R. K. Srivastava, J. Masci, S. Kazerounian, F. Gomez and J. Schmidhuber (2013): Compete
       to compute. NIPS.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.layers import FeatureWTALayer, InputLayer, get_output
    >>> layer = FeatureWTALayer(InputLayer((None, 4)), pool_size=2)
    >>> get_output(layer, np.array([[1.0, 2.0, 4.0, 3.0]])).eval().tolist()
    [[0.0, 2.0, 4.0, 0.0]]
    """

    def __init__(self, incoming: "Layer | tuple", pool_size: int, axis: int = 1, **kwargs):
        super().__init__(incoming, **kwargs)
        self.pool_size, self.axis = _checked_groups(self, pool_size, axis)

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        groups = _in_groups(input, self.pool_size, self.axis)
        winners = T.argmax(groups, axis=self.axis + 1, keepdims=True)
        pattern = ["x"] * groups.ndim
        pattern[self.axis + 1] = 0
        places = T.arange(self.pool_size).dimshuffle(*pattern)
        return T.switch(T.eq(winners, places), groups, 0).reshape(input.shape, ndim=input.ndim)
