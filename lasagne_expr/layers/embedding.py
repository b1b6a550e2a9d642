"""Layers that look up vectors."""

from typing import Any

import theano

from ..init import Normal
from .base import Layer
from .checks import positive_int

__all__ = ["EmbeddingLayer"]


class EmbeddingLayer(Layer):
    """Replace every integer of the input by a learned vector.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input: integers from 0 to
        ``input_size - 1``. An InputLayer needs an integer `input_var` for them.
    input_size : int
        The number of different integers, such as the size of a vocabulary.
    output_size : int
        The size of each vector: the size of the output's last axis.
    W : array, shared variable, expression or callable, default Normal()
        The vectors, as the rows of a matrix of shape ``(input_size, output_size)``.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If a size isn't positive, or the shape of `W` is wrong.
    TypeError
        If a size is no integer; and, when the output is computed, if the input isn't of integers.

    Examples
    --------
    >>> import numpy as np, theano.tensor as T
    >>> from lasagne_expr.layers import EmbeddingLayer, InputLayer, get_output
    >>> words = InputLayer((None, 2), input_var=T.lmatrix())
    >>> layer = EmbeddingLayer(words, input_size=3, output_size=4, W=np.eye(3, 4))
    >>> layer.output_shape
    (None, 2, 4)
    >>> get_output(layer, np.array([[2, 0]])).eval().tolist()
    [[[0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0]]]
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        input_size: int,
        output_size: int,
        W: Any = Normal(),
        **kwargs,
    ):
        super().__init__(incoming, **kwargs)
        self.input_size = positive_int(self, "input_size", input_size)
        self.output_size = positive_int(self, "output_size", output_size)
        shape = (self.input_size, self.output_size)
        self.W = self._add_full_param(W, shape, name="W")

    def get_output_shape_for(self, input_shape: tuple) -> tuple:
        return (*input_shape, self.output_size)

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        if not input.dtype.startswith(("int", "uint")):
            raise TypeError(
                f"{self} takes integers, got an input of dtype {input.dtype}: give the InputLayer "
                "an input_var of an integer type, such as theano.tensor.lmatrix()"
            )
        return self.W[input]
