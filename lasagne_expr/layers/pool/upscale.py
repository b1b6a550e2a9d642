"""Layers that upscale: the opposite of pooling."""

import numbers
from typing import Any

import theano
import theano.tensor as T

from ...errors import kind_of_error
from ...utils import as_tuple
from ..base import Layer


class _UpscaleLayer(Layer):
    """What upscaling one to three axes, the last of the input, has in common."""

    num_axes: int

    def __init__(
        self, incoming: "Layer | tuple", scale_factor: Any, mode: str = "repeat", **kwargs
    ):
        super().__init__(incoming, **kwargs)
        if len(self.input_shape) != self.num_axes + 2:
            raise ValueError(
                f"{self} needs an input of {self.num_axes + 2} dimensions, got one of shape "
                f"{self.input_shape}"
            )
        if mode not in ("repeat", "dilate"):
            raise ValueError(f"{self}: mode should be 'repeat' or 'dilate', got {mode!r}")
        try:
            factors = as_tuple(scale_factor, self.num_axes, numbers.Integral)
        except (TypeError, ValueError) as error:
            raise kind_of_error(error)(f"{self}: scale_factor: {error}") from error
        if min(factors) < 1:
            raise ValueError(f"{self}: scale_factor should be at least 1, got {scale_factor}")
        self.scale_factor = factors
        self.mode = mode

    def get_output_shape_for(self, input_shape: tuple) -> tuple:
        scaled = (
            None if size is None else size * factor
            for size, factor in zip(input_shape[2:], self.scale_factor)
        )
        return (*input_shape[:2], *scaled)

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        if self.mode == "repeat":
            for axis, factor in enumerate(self.scale_factor, start=2):
                if factor != 1:
                    input = T.extra_ops.repeat(input, factor, axis)
            return input
        shape = [input.shape[0], input.shape[1]]
        shape += [input.shape[n] * f for n, f in enumerate(self.scale_factor, start=2)]
        places = tuple(slice(None, None, factor) for factor in self.scale_factor)
        zeros = T.zeros(shape, dtype=input.dtype)
        # Adding, as setting sends Theano's optimizer into a cycle.
        return T.inc_subtensor(zeros[(slice(None), slice(None), *places)], input)


class Upscale1DLayer(_UpscaleLayer):
    """Make the last of three axes longer.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input:
        ``(batch, channels, length)``.
    scale_factor : int
        How many times as long.
    mode : {"repeat", "dilate"}
        Whether elements are repeated, or zeros put between them.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If the input hasn't three dimensions, the factor is less than 1, or the mode unknown.
    TypeError
        If the factor isn't an integer.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.layers import InputLayer, Upscale1DLayer, get_output
    >>> layer = Upscale1DLayer(InputLayer((None, 1, 2)), scale_factor=2)
    >>> get_output(layer, np.array([[[1.0, 2.0]]])).eval().tolist()
    [[[1.0, 1.0, 2.0, 2.0]]]
    """

    num_axes = 1


class Upscale2DLayer(_UpscaleLayer):
    """Make the last two of four axes longer; see `Upscale1DLayer`.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, Upscale2DLayer
    >>> Upscale2DLayer(InputLayer((None, 3, 7, 7)), scale_factor=(2, 3)).output_shape
    (None, 3, 14, 21)
    """

    num_axes = 2


class Upscale3DLayer(_UpscaleLayer):
    """Make the last three of five axes longer; see `Upscale1DLayer`.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, Upscale3DLayer
    >>> Upscale3DLayer(InputLayer((None, 3, 7, 7, 7)), scale_factor=2).output_shape
    (None, 3, 14, 14, 14)
    """

    num_axes = 3
