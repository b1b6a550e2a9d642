"""Ready-made parameter expressions: specs that keep a parameter within some set.

Write ``W=Orthogonal()`` for a layer's parameter, as you would an initializer. The layer gets an
expression of new shared variables, whose value is orthogonal whatever the optimizer does to them.
"""

from ..network.assignment import assign, freeze, substitute, unfreeze
from .base import Expression, Unary
from .bounded import Bounded, Increasing, Positive, UnitInterval
from .definite import PositiveDefinite, PositiveSemidefinite, SemidefiniteFixedRank
from .low_rank import LowRank
from .masked import Masked, Sparse
from .noisy import Noisy
from .normalized import Simplex, SpectralNorm, Sphere, Standardized, UnitNorm, WeightNorm
from .orthogonal import Grassmannian, Orthogonal, SpecialOrthogonal
from .quantized import Binary, Quantized, Ternary
from .singular_values import AlmostOrthogonal, FixedRank, Invertible, SpecialLinear
from .stable import Hurwitz
from .structured import (
    BlockDiagonal,
    Circulant,
    Diagonal,
    Kronecker,
    SkewSymmetric,
    Symmetric,
    Toeplitz,
    Triangular,
)
from .tied import Tied

__all__ = [
    "AlmostOrthogonal",
    "Binary",
    "BlockDiagonal",
    "Bounded",
    "Circulant",
    "Diagonal",
    "Expression",
    "FixedRank",
    "Grassmannian",
    "Hurwitz",
    "Increasing",
    "Invertible",
    "Kronecker",
    "LowRank",
    "Masked",
    "Noisy",
    "Orthogonal",
    "Positive",
    "PositiveDefinite",
    "PositiveSemidefinite",
    "Quantized",
    "SemidefiniteFixedRank",
    "Simplex",
    "SkewSymmetric",
    "Sparse",
    "SpecialLinear",
    "SpecialOrthogonal",
    "SpectralNorm",
    "Sphere",
    "Standardized",
    "Symmetric",
    "Ternary",
    "Tied",
    "Toeplitz",
    "Triangular",
    "Unary",
    "UnitInterval",
    "UnitNorm",
    "WeightNorm",
    "assign",
    "freeze",
    "substitute",
    "unfreeze",
]
