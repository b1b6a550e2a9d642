"""Neighbourhoods of images as rows of a matrix."""

from collections.abc import Sequence
from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from theano.lax_op import LaxOp, sizes_vector
from theano.missing import explain_missing

__all__ = ["Images2Neibs", "images2neibs", "neibs2images"]

__getattr__ = explain_missing(__name__, "pytensor.tensor")

MODES = ("valid", "half", "full", "ignore_borders", "wrap_centered")


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


class Images2Neibs(LaxOp):
    """Lay neighbourhoods out as rows; see :func:`images2neibs`."""

    __props__ = ("mode",)
    sizes = (1, 2)

    def __init__(self, mode: str = "valid"):
        if mode not in MODES:
            raise ValueError(f"mode should be one of {', '.join(MODES)}, got {mode!r}")
        self.mode = mode

    def _padding(self, shape):
        if self.mode in ("half", "wrap_centered"):
            return tuple(None if n is None else n // 2 for n in shape)
        if self.mode == "full":
            return tuple(None if n is None else n - 1 for n in shape)
        return (0, 0)

    def _counts(self, lengths, shape, step):
        counts = []
        for length, size, distance, pad in zip(lengths, shape, step, self._padding(shape)):
            if None in (length, size, distance, pad):
                counts.append(None)
            elif self.mode == "wrap_centered":
                counts.append((length + distance - 1) // distance)
            else:
                counts.append((length + 2 * pad - size) // distance + 1)
        return counts

    def output_shape(self, x, shape, step):
        if any(isinstance(n, int) and n < 1 for n in (*shape, *step)):
            raise ValueError(
                f"neighbourhoods of shape {shape} with steps {step}: both should be positive"
            )
        down, across = self._counts(x[2:], shape, step)
        factors = (x[0], x[1], down, across)
        rows = None if None in factors else x[0] * x[1] * down * across
        return rows, None if None in shape else shape[0] * shape[1]

    def compute(self, x, shape, step):
        import jax.numpy as jnp

        counts = self._counts(x.shape[2:], shape, step)
        self._check(x.shape[2:], shape, step, counts)
        pad = self._padding(shape)
        if any(pad):
            widths = [(0, 0), (0, 0), *((p, p) for p in pad)]
            x = jnp.pad(x, widths, mode="wrap" if self.mode == "wrap_centered" else "constant")
        parts = [
            x[
                :,
                :,
                i : i + (counts[0] - 1) * step[0] + 1 : step[0],
                j : j + (counts[1] - 1) * step[1] + 1 : step[1],
            ]
            for i in range(shape[0])
            for j in range(shape[1])
        ]
        return jnp.stack(parts, axis=-1).reshape(-1, shape[0] * shape[1])

    def _check(self, lengths, shape, step, counts):
        if min(counts) < 1:
            raise ValueError(f"neighbourhoods of shape {shape} don't fit images of {lengths}")
        if self.mode == "wrap_centered" and any(n % 2 == 0 for n in shape):
            raise ValueError(f"wrap_centered needs neighbourhoods of odd size, got {shape}")
        padded = (n + 2 * p for n, p in zip(lengths, self._padding(shape)))
        if self.mode in ("valid", "half", "full"):
            for length, size, distance in zip(padded, shape, step):
                if (length - size) % distance:
                    raise ValueError(
                        f"mode {self.mode} needs neighbourhoods of shape {shape} with steps {step} "
                        f"to cover images of {lengths} exactly"
                    )
