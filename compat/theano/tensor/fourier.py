"""Fourier transforms along one axis, of real or complex arrays.

PyTensor has no gradients by complex numbers; `theano.tensor.fft` has transforms with gradients.
"""

from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Constant, Variable
from pytensor.tensor.type import integer_dtypes
from theano.missing import explain_missing
from theano.ops.fft import OneAxisFFT
from theano.ops.lax_op import sizes_vector

__all__ = ["Fourier", "fft"]

__getattr__ = explain_missing(__name__)


class Fourier:
    """Compute the discrete Fourier transform along an axis, as `numpy.fft.fft` does.

    Examples
    --------
    >>> import numpy as np
    >>> Fourier()(np.array([1.0, 2.0, 3.0]), 2, 0).eval().tolist()
    [(3+0j), (-1+0j)]
    """

    def __call__(self, a: Any, n: Any = None, axis: "int | None" = None) -> Variable:
        """Transform an array.

        Parameters
        ----------
        a : tensor
            Real or complex.
        n : int or integer scalar, optional
            The axis is cropped, or padded with zeros, to this length; as long as it is by default.
        axis : int, optional
            Which axis; the last by default.

        Returns
        -------
        tensor
            Of dtype complex128.

        Raises
        ------
        TypeError
            If `a` is a scalar, `n` isn't a positive integer, or there is no such axis.
        """
        a = pt.as_tensor_variable(a)
        if a.ndim < 1:
            raise TypeError(f"a Fourier transform takes an array, not a scalar: {a.type}")
        axis = a.ndim - 1 if axis is None else axis
        if isinstance(axis, Constant):
            axis = axis.data.item()
        if isinstance(axis, Variable) or axis not in range(a.ndim):
            raise TypeError(f"axis should be an int from 0 to {a.ndim - 1}, got {axis!r}")
        n = a.shape[axis] if n is None else pt.as_tensor_variable(n)
        if n.ndim or n.dtype not in integer_dtypes or (isinstance(n, Constant) and n.data < 1):
            raise TypeError(f"n should be a positive integer, got {n}")
        return OneAxisFFT(int(axis))(a, sizes_vector(pt.stack([n]), 1))


fft = Fourier()
