"""What tells sequences, whose features come last, from what has its channels second."""

from .base import Layer
from .conv import BaseConvLayer
from .dense import DenseLayer, NINLayer
from .embedding import EmbeddingLayer
from .pool.windows import PoolLayer
from .recurrent.base import Recurrence


def is_recurrent(layer: Layer) -> bool:
    """Tell whether a layer goes over sequences step by step."""
    return isinstance(layer, Recurrence)


def features_are_last(layer: Layer) -> bool:
    """Tell whether a layer's output is sequences, ``(batch, steps, features)``.

    What doesn't say, such as dropout, is as the layer below it; three axes of which nothing is
    known are those of sequences.

    Examples
    --------
    >>> from lasagne_expr.layers import Conv1DLayer, InputLayer
    >>> sequences = InputLayer((None, None, 8))
    >>> features_are_last(sequences), features_are_last(Conv1DLayer((None, 4, None), 8, 3))
    (True, False)
    """
    ndim = len(layer.output_shape)
    if ndim < 3:
        return False
    while layer is not None and len(layer.output_shape) == ndim:
        if isinstance(layer, (BaseConvLayer, NINLayer, PoolLayer)):
            return False
        if isinstance(layer, (Recurrence, EmbeddingLayer, DenseLayer)):
            return True
        layer = getattr(layer, "input_layer", None)
    return ndim == 3
