"""Fast Fourier transforms of real arrays."""

from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from theano.missing import explain_missing
from theano.ops.fft import IRFFT, RFFT

__all__ = ["irfft", "rfft"]

__getattr__ = explain_missing(__name__, "pytensor.tensor.fft")

# What JAX calls a forward transform divided by nothing, an inverse one by the number of elements.
_FORWARD = {None: "backward", "ortho": "ortho", "no_norm": "backward"}
_INVERSE = {None: "backward", "ortho": "ortho", "no_norm": "forward"}


def rfft(inp: Any, norm: "str | None" = None) -> Variable:
    """Transform a batch of real arrays.

    Parameters
    ----------
    inp : tensor
        Of shape (batch, ..., n); all axes but the first are transformed.
    norm : {None, "ortho", "no_norm"}, optional
        With "ortho", results are divided by the square root of the number of elements. By default
        only :func:`irfft` divides, by that number; with "no_norm" neither does.

    Returns
    -------
    tensor
        Of shape (batch, ..., n // 2 + 1, 2): real and imaginary parts along the last axis.

    Examples
    --------
    >>> import numpy as np
    >>> rfft(np.array([[1.0, 2.0]])).eval().tolist()
    [[[3.0, 0.0], [-1.0, 0.0]]]
    """
    inp = _batch(inp, 2)
    return RFFT(_FORWARD[_checked(norm)])(inp)


def irfft(inp: Any, norm: "str | None" = None, is_odd: bool = False) -> Variable:
    """Undo :func:`rfft`.

    Parameters
    ----------
    inp : tensor
        Of shape (batch, ..., m, 2).
    norm : {None, "ortho", "no_norm"}, optional
        As for :func:`rfft`.
    is_odd : bool, default False
        Whether the last axis of the result has 2 m - 1 elements, rather than 2 m - 2.

    Returns
    -------
    tensor
        Of shape (batch, ..., n).

    Examples
    --------
    >>> import numpy as np
    >>> irfft(rfft(np.array([[1.0, 2.0]]))).eval().tolist()
    [[1.0, 2.0]]
    """
    if is_odd not in (True, False):
        raise ValueError(f"is_odd should be True or False, got {is_odd!r}")
    return IRFFT(_INVERSE[_checked(norm)], bool(is_odd))(_batch(inp, 3))


def _checked(norm):
    if norm not in _FORWARD:
        raise ValueError(f"norm should be None, 'ortho' or 'no_norm', got {norm!r}")
    return norm


def _batch(inp, ndim):
    inp = pt.as_tensor_variable(inp)
    if inp.ndim < ndim:
        raise TypeError(f"expected {ndim} dimensions or more, the first for the batch: {inp.type}")
    return inp if inp.dtype.startswith("float") else pt.cast(inp, "float64")
