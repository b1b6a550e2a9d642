"""Fourier and cosine transforms, for which `theano.tensor.fft` is the newer place."""

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from theano.missing import explain_missing
from theano.ops.fft import OneAxisFFT
from theano.ops.lax_op import sizes_vector

__all__ = ["FFT", "dct_matrix", "fft", "half_fft", "half_ifft", "ifft"]

__getattr__ = explain_missing(__name__)


class FFT:
    """Compute the discrete Fourier transform of a matrix's rows or columns.

    Parameters
    ----------
    half : bool, default False
        Whether to return only the first half of the frequencies.
    inverse : bool, default False
        Whether to undo the transform.

    Examples
    --------
    >>> import numpy as np
    >>> FFT()(np.array([[1.0, 2.0]]), 2, 1).eval().tolist()
    [[(3+0j), (-1+0j)]]
    """

    def __init__(self, half: bool = False, inverse: bool = False):
        self.half = half
        self.inverse = inverse

    def __call__(self, frames: Any, n: int, axis: int) -> Variable:
        """Transform a matrix.

        Parameters
        ----------
        frames : matrix
            Real or complex; real for half of the frequencies.
        n : int
            The axis is cropped, or padded with zeros, to this length.
        axis : {0, 1}
            Along which axis.

        Returns
        -------
        matrix
            Of dtype complex128.

        Raises
        ------
        TypeError
            If `frames` isn't a matrix, or complex where it shouldn't be.
        ValueError
            If `n` is odd, for half of the frequencies, or there is no such axis.
        """
        frames = pt.as_tensor_variable(frames)
        if frames.ndim != 2 or (self.half and frames.dtype.startswith("complex")):
            raise TypeError(f"expected a {'real ' * self.half}matrix, got {frames.type}")
        if axis not in (0, 1):
            raise ValueError(f"axis should be 0 or 1, got {axis!r}")
        if self.half and n % 2:
            raise ValueError(f"half of {n} frequencies: n should be even")
        spectrum = OneAxisFFT(axis, self.inverse)(frames, sizes_vector(n, 1))
        if not self.half:
            return spectrum
        return spectrum[: n // 2] if axis == 0 else spectrum[:, : n // 2]


fft = FFT()
half_fft = FFT(half=True)
ifft = FFT(inverse=True)
half_ifft = FFT(half=True, inverse=True)


def dct_matrix(rows: int, cols: int, unitary: bool = True) -> np.ndarray:
    """Make the matrix of a discrete cosine transform.

    Parameters
    ----------
    rows : int
        How many frequencies.
    cols : int
        The length of what is transformed.
    unitary : bool, default True
        Whether the rows are orthonormal; otherwise the first is longer by the square root of 2.

    Returns
    -------
    array of shape ``(rows, cols)``

    Examples
    --------
    >>> matrix = dct_matrix(3, 3)
    >>> bool(np.allclose(matrix @ matrix.T, np.eye(3)))
    True
    """
    angles = np.outer(np.arange(rows), np.arange(cols) + 0.5) * (np.pi / cols)
    matrix = np.cos(angles) * np.sqrt(2.0 / cols)
    if unitary:
        matrix[0] *= np.sqrt(0.5)
    return matrix
