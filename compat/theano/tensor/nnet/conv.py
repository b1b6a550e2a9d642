"""Theano's old interface for convolutions."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Variable
from theano.missing import explain_missing
from theano.tensor.nnet import abstract_conv

__all__ = ["conv2d"]

__getattr__ = explain_missing(__name__)


def conv2d(
    input: Any,
    filters: Any,
    image_shape: Sequence | None = None,
    filter_shape: Sequence | None = None,
    border_mode: str = "valid",
    subsample: Sequence = (1, 1),
    **kargs,
) -> Variable:
    """Convolve images with filters; `theano.tensor.nnet.conv2d` does the same and more.

    Parameters
    ----------
    input : tensor of shape ``(batch, channels, rows, columns)``
        The images.
    filters : tensor of shape ``(filters, channels, rows, columns)``
        The filters, which are flipped.
    image_shape, filter_shape : tuples of int and None, optional
        The shapes of input and filters.
    border_mode : {'valid', 'full'}
        Where filters and images overlap wholly, or anywhere.
    subsample : tuple of int, default (1, 1)
        The strides.
    **kargs
        Settings of Theano's implementation (``unroll_batch``, ``openmp``, ...), without effect.

    Returns
    -------
    tensor of shape ``(batch, filters, rows, columns)``

    Raises
    ------
    NotImplementedError
        If ``imshp_logical`` or ``kshp_logical`` is given, with which Theano's enlarged images.
    ValueError
        As `theano.tensor.nnet.conv2d` does, or for another border mode.
    """
    warnings.warn(
        "theano.tensor.nnet.conv.conv2d is deprecated. Use theano.tensor.nnet.conv2d instead.",
        stacklevel=2,
    )
    logical = sorted({"imshp_logical", "kshp_logical"} & set(kargs))
    if logical:
        raise NotImplementedError(
            f"{' and '.join(logical)}: repeat the image by theano.tensor.repeat instead"
        )
    if border_mode not in ("valid", "full"):
        raise ValueError(f"border_mode must be 'valid' or 'full', got {border_mode!r}")
    return abstract_conv.conv2d(input, filters, image_shape, filter_shape, border_mode, subsample)
