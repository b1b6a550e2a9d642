"""Theano's old interface for convolutions."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Variable
from theano.missing import explain_missing
from theano.tensor.nnet import abstract_conv

__all__ = ["ConvOp", "conv2d"]

imported_scipy_signal = True

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
    _refuse_logical(kargs)
    if border_mode not in ("valid", "full"):
        raise ValueError(f"border_mode must be 'valid' or 'full', got {border_mode!r}")
    return abstract_conv.conv2d(input, filters, image_shape, filter_shape, border_mode, subsample)


class ConvOp:
    """Convolve images with filters, which are flipped; `theano.tensor.nnet.conv2d` does the same.

    Parameters
    ----------
    imshp : tuple of int, optional
        The images' channels, rows and columns.
    kshp : tuple of int, optional
        The filters' rows and columns.
    nkern, bsize : int, optional
        The numbers of filters and of images.
    dx, dy : int, default 1
        The strides along rows and columns.
    output_mode : {'valid', 'full'}
        Where filters and images overlap wholly, or anywhere.
    **kwargs
        Settings of Theano's implementation (``unroll_batch``, ``version``, ...), without effect.

    Raises
    ------
    NotImplementedError
        If ``imshp_logical`` or ``kshp_logical`` is given, with which Theano's enlarged images.
    ValueError
        For another mode.

    Examples
    --------
    >>> import numpy as np
    >>> ConvOp(output_mode="full")(np.ones((1, 1, 2, 2)), np.ones((1, 1, 1, 2))).eval().tolist()
    [[[[1.0, 2.0, 1.0], [1.0, 2.0, 1.0]]]]
    """

    def __init__(
        self,
        imshp: Sequence | None = None,
        kshp: Sequence | None = None,
        nkern: int | None = None,
        bsize: int | None = None,
        dx: int = 1,
        dy: int = 1,
        output_mode: str = "valid",
        **kwargs: Any,
    ):
        _refuse_logical(kwargs)
        if output_mode not in ("valid", "full"):
            raise ValueError(f"output_mode must be 'valid' or 'full', got {output_mode!r}")
        imshp = (None, *imshp) if imshp is not None and len(imshp) == 2 else imshp
        self.imshp = (None, None, None) if imshp is None else tuple(imshp)
        self.kshp = (None, None) if kshp is None else tuple(kshp)
        self.nkern, self.bsize, self.dx, self.dy, self.out_mode = nkern, bsize, dx, dy, output_mode

    def __call__(self, inputs: Any, kerns: Any) -> Variable:
        return abstract_conv.conv2d(
            inputs,
            kerns,
            (self.bsize, *self.imshp),
            (self.nkern, self.imshp[0], *self.kshp),
            self.out_mode,
            (self.dx, self.dy),
        )

    @staticmethod
    def getOutputShape(
        inshp: Sequence, kshp: Sequence, stride: Sequence = (1, 1), mode: str = "valid"
    ) -> tuple:
        """Compute rows and columns of a convolution's result.

        Parameters
        ----------
        inshp, kshp : pairs of int
            Rows and columns of an image, and of a filter.
        stride : pair of int, default (1, 1)
            The strides.
        mode : {'valid', 'full'}
            Where filters and images overlap wholly, or anywhere.

        Returns
        -------
        pair of int

        Examples
        --------
        >>> ConvOp.getOutputShape((28, 28), (5, 5), (2, 2))
        (12, 12)
        """
        return tuple(
            abstract_conv.get_conv_shape_1axis(size, length, mode, step)
            for size, length, step in zip(inshp, kshp, stride)
        )


def _refuse_logical(options):
    logical = sorted(name for name in ("imshp_logical", "kshp_logical") if options.get(name))
    if logical:
        raise NotImplementedError(
            f"{' and '.join(logical)}: repeat the image by theano.tensor.repeat instead"
        )
