"""Products with logarithms, which are 0 where the first factor is."""

from pytensor import scalar
from pytensor.tensor.elemwise import Elemwise
from theano.ops.xlogx import XlogX, XlogY0, scalar_xlogx, scalar_xlogy0, xlogx, xlogy0

__all__ = ["XlogX", "XlogY0", "xlogx", "xlogy0"]
