"""Pooling: the maximum, sum or average over windows along the last axes."""

import warnings
from collections.abc import Sequence
from typing import Any

import pytensor.tensor as pt
from pytensor.gradient import pullback
from pytensor.graph.basic import Variable
from theano.missing import explain_missing
from theano.ops.pool import MODES, MaxPoolGrad, Pool

__all__ = [
    "AveragePoolGrad",
    "MaxPoolGrad",
    "Pool",
    "max_pool_2d_same_size",
    "pool_2d",
    "pool_3d",
]

__getattr__ = explain_missing(__name__, "pytensor.tensor.signal")


def pool_2d(
    input: Variable,
    ws: Any = None,
    ignore_border: "bool | None" = None,
    stride: Any = None,
    pad: Any = (0, 0),
    mode: str = "max",
    ds: Any = None,
    st: Any = None,
    padding: Any = None,
) -> Variable:
    """Pool over windows along the last two axes.

    Parameters
    ----------
    input : tensor variable
        Of 2 or more dimensions.
    ws : pair of int, or integer vector
        The windows' sizes.
    ignore_border : bool, optional
        Whether to leave out windows that reach over the end. False by default, with a warning.
    stride : pair of int, or integer vector, optional
        The distances between windows; `ws` by default.
    pad : pair of int, default (0, 0)
        How many elements are added on both ends; only with `ignore_border`.
    mode : {"max", "sum", "average_inc_pad", "average_exc_pad"}
        What is computed of a window; averages include or exclude what was added.
    ds, st, padding
        Older names for `ws`, `stride` and `pad`.

    Returns
    -------
    tensor variable

    Raises
    ------
    ValueError
        If an argument isn't among those above, or is given by two names; when the sizes are known,
        if `ignore_border` leaves nothing, where Theano's result is empty.

    Notes
    -----
    Where several elements of a window are its maximum, the gradient goes to all of them, as in
    Theano.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(16.0).reshape(4, 4)
    >>> pool_2d(x, (2, 2), ignore_border=True, mode="sum").eval().tolist()
    [[10.0, 18.0], [42.0, 50.0]]
    """
    return _pool(2, input, ws, ignore_border, stride, pad, mode, ds, st, padding)


def pool_3d(
    input: Variable,
    ws: Any = None,
    ignore_border: "bool | None" = None,
    stride: Any = None,
    pad: Any = (0, 0, 0),
    mode: str = "max",
    ds: Any = None,
    st: Any = None,
    padding: Any = None,
) -> Variable:
    """Pool over windows along the last three axes; see :func:`pool_2d`.

    Examples
    --------
    >>> import numpy as np
    >>> pool_3d(np.arange(8.0).reshape(2, 2, 2), (2, 2, 2), ignore_border=True).eval().tolist()
    [[[7.0]]]
    """
    return _pool(3, input, ws, ignore_border, stride, pad, mode, ds, st, padding)


def max_pool_2d_same_size(input: Variable, patch_size: Sequence[int]) -> Variable:
    """Keep each patch's maximum in its place, and make all other elements zero.

    Parameters
    ----------
    input : tensor4
    patch_size : pair of int

    Returns
    -------
    tensor4

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[[[1.0, 2.0], [4.0, 3.0]]]])
    >>> max_pool_2d_same_size(x, (2, 2)).eval()[0, 0].tolist()
    [[0.0, 0.0], [4.0, 0.0]]
    """
    input = pt.as_tensor_variable(input)
    pooled = pool_2d(input, patch_size, ignore_border=True)
    return MaxPoolGrad(ignore_border=True)(input, pooled, pooled, patch_size)


def _pool(ndim, input, ws, ignore_border, stride, pad, mode, ds, st, padding):
    ws = _renamed("ws", ws, "ds", ds)
    stride = _renamed("stride", stride, "st", st)
    if padding is not None:
        pad = _renamed("pad", None if pad in (None, (0,) * ndim) else pad, "padding", padding)
    if ws is None:
        raise ValueError(f"pool_{ndim}d needs ws, the size of its windows")
    if ignore_border is None:
        warnings.warn(
            f"pool_{ndim}d takes ignore_border=False, for windows that reach over the end to "
            "count, unless it is given",
            stacklevel=3,
        )
        ignore_border = False
    input = pt.as_tensor_variable(input)
    if input.ndim < ndim:
        raise ValueError(f"pool_{ndim}d needs {ndim} or more dimensions, got {input.ndim}")
    return Pool(ignore_border, mode, ndim)(input, ws, stride, pad)


def _renamed(name, value, older_name, older_value):
    if older_value is None:
        return value
    if value is not None:
        raise ValueError(f"give {name} or its older name {older_name}, not both")
    warnings.warn(f"{older_name} is the older name of {name}", DeprecationWarning, stacklevel=4)
    return older_value


class AveragePoolGrad:
    """Give to the elements of a window their parts of what comes back for its sum or average.

    It is called with the pooled input, what comes back, and sizes as for :class:`Pool`.

    Parameters
    ----------
    ignore_border, mode, ndim
        As for :class:`Pool`; of the modes, all but the maximum.

    Examples
    --------
    >>> import numpy as np
    >>> AveragePoolGrad(True)(np.zeros((2, 2)), [[4.0]], ws=(2, 2)).eval().tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """

    def __init__(self, ignore_border: bool, mode: str = "average_inc_pad", ndim: int = 2):
        if mode not in MODES[1:]:
            raise ValueError(f"mode should be one of {', '.join(MODES[1:])}, got {mode!r}")
        self.pool = Pool(ignore_border, mode, ndim)

    def __call__(
        self, x: Any, cotangent: Any, ws: Any, stride: Any = None, pad: Any = None
    ) -> Variable:
        x = pt.as_tensor_variable(x)
        return pullback(self.pool(x, ws, stride, pad), x, pt.as_tensor_variable(cotangent))
