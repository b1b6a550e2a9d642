"""Products with logarithms, which are 0 where the first factor is."""

from typing import Any

import numpy as np
from pytensor import scalar
from pytensor.scalar.basic import BinaryScalarOp, UnaryScalarOp, upgrade_to_float
from pytensor.tensor.elemwise import Elemwise

__all__ = ["XlogX", "XlogY0", "xlogx", "xlogy0"]


class XlogX(UnaryScalarOp):
    """``x log(x)``, which is 0 at 0."""

    @staticmethod
    def st_impl(x: Any) -> Any:
        """Compute it for a number."""
        return 0.0 if x == 0.0 else x * np.log(x)

    def impl(self, x: Any) -> Any:
        return self.st_impl(x)

    def pullback(self, inputs, outputs, cotangents):
        (x,) = inputs
        return [cotangents[0] * (1 + scalar.log(x))]


class XlogY0(BinaryScalarOp):
    """``x log(y)``, which is 0 where x is."""

    @staticmethod
    def st_impl(x: Any, y: Any) -> Any:
        """Compute it for numbers."""
        return 0.0 if x == 0.0 else x * np.log(y)

    def impl(self, x: Any, y: Any) -> Any:
        return self.st_impl(x, y)

    def pullback(self, inputs, outputs, cotangents):
        x, y = inputs
        return [cotangents[0] * scalar.log(y), cotangents[0] * x / y]


scalar_xlogx = XlogX(upgrade_to_float, name="scalar_xlogx")
scalar_xlogy0 = XlogY0(upgrade_to_float, name="scalar_xlogy0")
xlogx = Elemwise(scalar_xlogx, name="xlogx")
xlogy0 = Elemwise(scalar_xlogy0, name="xlogy0")
