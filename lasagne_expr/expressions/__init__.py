"""Ready-made parameter expressions: specs that keep a parameter within some set.

Write ``W=Orthogonal()`` for a layer's parameter, as you would an initializer. The layer gets an
expression of new shared variables, whose value is orthogonal whatever the optimizer does to them.
"""

from .base import Expression, Unary
from .bounded import Bounded, Positive, UnitInterval
from .low_rank import LowRank
from .masked import Masked, Sparse
from .normalized import Simplex, SpectralNorm, Sphere, Standardized, UnitNorm, WeightNorm
from .orthogonal import Orthogonal, SpecialOrthogonal

__all__ = [
    "Bounded",
    "Expression",
    "LowRank",
    "Masked",
    "Orthogonal",
    "Positive",
    "Simplex",
    "Sparse",
    "SpecialOrthogonal",
    "SpectralNorm",
    "Sphere",
    "Standardized",
    "Unary",
    "UnitInterval",
    "UnitNorm",
    "WeightNorm",
]
