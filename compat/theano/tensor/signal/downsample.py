"""Pooling under the names that it had before Theano 0.9."""

from typing import Any

from pytensor.graph.basic import Variable
from theano.missing import explain_missing
from theano.tensor.signal.pool import Pool, max_pool_2d_same_size, pool_2d

__all__ = ["DownsampleFactorMax", "max_pool_2d", "max_pool_2d_same_size"]

__getattr__ = explain_missing(__name__, "theano.tensor.signal.pool")


class DownsampleFactorMax:
    """Pool over the last two axes, with sizes that are given first.

    Parameters
    ----------
    ds, ignore_border, st, padding, mode
        As for :func:`max_pool_2d`.

    Examples
    --------
    >>> import numpy as np
    >>> DownsampleFactorMax((2, 2), ignore_border=True)(np.eye(4)).eval().tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    out_shape = staticmethod(Pool.out_shape)

    def __init__(
        self,
        ds: tuple,
        ignore_border: bool = False,
        st: "tuple | None" = None,
        padding: tuple = (0, 0),
        mode: str = "max",
    ):
        self.pool = Pool(ignore_border, mode)
        self.sizes = ds, st, padding

    def __call__(self, x: Any) -> Variable:
        return self.pool(x, *self.sizes)


def max_pool_2d(
    input: Variable,
    ds: tuple,
    ignore_border: bool = False,
    st: "tuple | None" = None,
    padding: tuple = (0, 0),
    mode: str = "max",
) -> Variable:
    """Pool over the last two axes; see `theano.tensor.signal.pool.pool_2d`.

    Examples
    --------
    >>> import numpy as np
    >>> max_pool_2d(np.arange(16.0).reshape(4, 4), (2, 2)).eval().tolist()
    [[5.0, 7.0], [13.0, 15.0]]
    """
    options: dict[str, Any] = {"ignore_border": ignore_border, "stride": st, "pad": padding}
    return pool_2d(input, ds, mode=mode, **options)
