"""Neighbourhoods of images as rows of a matrix."""

from collections.abc import Sequence
from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from theano.missing import explain_missing
from theano.ops.lax_op import sizes_vector
from theano.ops.neighbours import Images2Neibs

__all__ = ["Images2Neibs", "images2neibs", "neibs2images"]

__getattr__ = explain_missing(__name__, "pytensor.tensor")


def images2neibs(
    ten4: Variable, neib_shape: Any, neib_step: Any = None, mode: str = "valid"
) -> Variable:
    """Lay the neighbourhoods of images out as rows.

    Parameters
    ----------
    ten4 : tensor4
        Images, of shape ``(a, b, rows, columns)``.
    neib_shape : pair of int, or integer vector
        The neighbourhoods' shape.
    neib_step : pair of int, or integer vector, optional
        The distances between them; `neib_shape` by default.
    mode : {"valid", "ignore_borders", "half", "full", "wrap_centered"}
        Whether the images must be covered exactly, what reaches over the end is left out, images
        are padded by half or all of a neighbourhood, or each pixel is a neighbourhood's centre and
        images go on at the other side.

    Returns
    -------
    matrix
        One row for each neighbourhood, image by image.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
    >>> images2neibs(x, (2, 2)).eval()[:2].tolist()
    [[0.0, 1.0, 4.0, 5.0], [2.0, 3.0, 6.0, 7.0]]
    """
    shape = sizes_vector(neib_shape, 2)
    step = shape if neib_step is None else sizes_vector(neib_step, 2)
    return Images2Neibs(mode)(ten4, shape, step)


def neibs2images(
    neibs: Variable, neib_shape: Sequence, original_shape: Sequence, mode: str = "valid"
) -> Variable:
    """Undo :func:`images2neibs` for neighbourhoods that don't overlap.

    Parameters
    ----------
    neibs : matrix
    neib_shape : pair of int, or integer vector
    original_shape : four int, or integer vector
        The images' shape.
    mode : {"valid", "ignore_borders"}
        With ``ignore_borders``, what the neighbourhoods left out is zero.

    Returns
    -------
    tensor4

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
    >>> rows = images2neibs(x, (2, 2))
    >>> bool((neibs2images(rows, (2, 2), (1, 1, 4, 4)).eval() == x).all())
    True
    """
    if mode not in ("valid", "ignore_borders"):
        raise NotImplementedError(f"neibs2images can't undo mode {mode!r}")
    a, b, rows, columns = (original_shape[n] for n in range(4))
    height, width = neib_shape[0], neib_shape[1]
    down, across = rows // height, columns // width
    blocks = pt.as_tensor_variable(neibs).reshape((a, b, down, across, height, width))
    images = blocks.dimshuffle(0, 1, 2, 4, 3, 5).reshape((a, b, down * height, across * width))
    if mode == "valid":
        return images
    whole = pt.zeros((a, b, rows, columns), dtype=images.dtype)
    return pt.set_subtensor(whole[:, :, : down * height, : across * width], images)
