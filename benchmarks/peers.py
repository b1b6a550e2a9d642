"""The constraints that are timed: this library's, and PyTorch's for the same.

Where PyTorch or GeoTorch has a constraint it is taken from there. The others are written here as
anybody would write them, for `torch.nn.utils.parametrize`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import geotorch
import numpy as np
import torch
from torch.nn.functional import softplus
from torch.nn.utils import parametrizations, parametrize

from lasagne_expr import expressions as ex

UNITS = 1024
RANK = 100
MASK = np.tri(UNITS, dtype="float32")
FEW = np.random.RandomState(3).uniform(size=(UNITS, UNITS)) < 0.1
TINY = 1e-20


@dataclass(frozen=True)
class Constraint:
    """One constraint: how this library's is made, and how PyTorch's is put on a layer."""

    ours: Callable
    theirs: Callable
    source: str


class Applied(torch.nn.Module):
    """A function of the raw weights, as a parametrization."""

    def __init__(self, function, *buffers):
        super().__init__()
        self.function = function
        self.names = [f"buffer{n}" for n in range(len(buffers))]
        for name, buffer in zip(self.names, buffers, strict=True):
            self.register_buffer(name, buffer)

    def forward(self, *raw):
        return self.function(*raw, *(getattr(self, name) for name in self.names))


def written(function, *buffers):
    """Put a function of the raw weight, of the same shape, on a layer's weight."""

    def put(layer):
        applied = Applied(function, *buffers)
        parametrize.register_parametrization(layer, "weight", applied, unsafe=True)

    return put


class Made(torch.nn.Module):
    """The weight as a function of arrays of other shapes."""

    def __init__(self, function, arrays):
        super().__init__()
        self.function, self.arrays = function, arrays

    def forward(self, *raw):
        return self.function(*raw)

    def right_inverse(self, weight):
        return self.arrays if len(self.arrays) > 1 else self.arrays[0]


def made(function, *shapes):
    """Put a function of new arrays on a layer's weight."""

    def put(layer):
        arrays = tuple(torch.randn(shape) * 0.03 for shape in shapes)
        parametrize.register_parametrization(layer, "weight", Made(function, arrays), unsafe=True)

    return put


def from_geotorch(name, *args, **kwargs):
    def put(layer):
        size = () if name == "Symmetric" else (layer.weight.shape,)
        manifold = getattr(geotorch, name)(*size, *args, **kwargs)
        if name == "Hurwitz":
            # To set a value it would solve equations for the square of the layer's elements.
            manifold.right_inverse = lambda weight: (weight, weight.clone(), weight.clone())
        elif name != "Symmetric":
            with torch.no_grad():
                layer.weight.copy_(manifold.sample())
        parametrize.register_parametrization(layer, "weight", manifold, unsafe=True)

    return put


def orthogonal(method):
    return lambda layer: parametrizations.orthogonal(layer, orthogonal_map=method)


def standardized(w):
    centred = w - w.mean(1, keepdim=True)
    return centred / torch.sqrt(centred.square().mean(1, keepdim=True) + TINY)


def straight_through(w, rounded):
    return w + (rounded - w).detach()


def binary(w):
    return straight_through(w, w.abs().mean(1, keepdim=True) * torch.sign(w))


def ternary(w):
    size = w.abs()
    kept = size > 0.7 * size.mean(1, keepdim=True)
    scale = (size * kept).sum(1, keepdim=True) / kept.sum(1, keepdim=True).clamp(min=1)
    return straight_through(w, scale * kept * torch.sign(w))


def quantized(w):
    levels = 2**7 - 1
    scale = w.abs().amax(1, keepdim=True) / levels
    return straight_through(w, scale * torch.round(w / scale))


INDEX = torch.arange(UNITS)[:, None] - torch.arange(UNITS)


def toeplitz(diagonals):
    return diagonals[INDEX + UNITS - 1]


def circulant_of(column):
    return column[INDEX % UNITS]


def block_diagonal(blocks):
    return torch.block_diag(*blocks)


def sparse(places):
    def put(values):
        flat = torch.zeros(UNITS * UNITS)
        return flat.index_put((places,), values).reshape(UNITS, UNITS)

    return put


def increasing(distances):
    return torch.cumsum(torch.softmax(distances, -1), -1)[..., :-1]


def noisy(mean, rho):
    return mean + softplus(rho) * torch.randn_like(mean)


TORCH, GEOTORCH, WRITTEN = "PyTorch", "GeoTorch", "written here"


def by_torch(put):
    return put, TORCH


def by_geotorch(*args, **kwargs):
    return from_geotorch(*args, **kwargs), GEOTORCH


def by_hand(put):
    return put, WRITTEN


_ALL = {
    "Positive()": (ex.Positive, by_hand(written(softplus))),
    'Positive(method="exp")': (lambda: ex.Positive(method="exp"), by_hand(written(torch.exp))),
    "Bounded(-1, 1)": (
        lambda: ex.Bounded(-1, 1),
        by_hand(written(lambda w: 2 * torch.sigmoid(w) - 1)),
    ),
    "UnitInterval()": (ex.UnitInterval, by_hand(written(torch.sigmoid))),
    "Increasing(0, 1)": (
        lambda: ex.Increasing(0, 1),
        by_hand(made(increasing, (UNITS, UNITS + 1))),
    ),
    "Simplex()": (ex.Simplex, by_hand(written(lambda w: torch.softmax(w, 1)))),
    "UnitNorm()": (ex.UnitNorm, by_geotorch("SphereEmbedded")),
    "Sphere()": (ex.Sphere, by_hand(written(lambda w: w / torch.linalg.vector_norm(w)))),
    "WeightNorm()": (ex.WeightNorm, by_torch(parametrizations.weight_norm)),
    "Standardized()": (ex.Standardized, by_hand(written(standardized))),
    "SpectralNorm()": (ex.SpectralNorm, by_torch(parametrizations.spectral_norm)),
    "Symmetric()": (ex.Symmetric, by_geotorch("Symmetric")),
    "SkewSymmetric()": (ex.SkewSymmetric, by_geotorch("Skew")),
    "Triangular()": (ex.Triangular, by_hand(written(torch.tril))),
    "Diagonal()": (ex.Diagonal, by_hand(made(torch.diag, (UNITS,)))),
    "BlockDiagonal(8)": (
        lambda: ex.BlockDiagonal(8),
        by_hand(made(block_diagonal, (8, UNITS // 8, UNITS // 8))),
    ),
    "Toeplitz()": (ex.Toeplitz, by_hand(made(toeplitz, (2 * UNITS - 1,)))),
    "Circulant()": (ex.Circulant, by_hand(made(circulant_of, (UNITS,)))),
    "Kronecker((32, 32))": (
        lambda: ex.Kronecker((32, 32)),
        by_hand(made(torch.kron, (32, 32), (32, 32))),
    ),
    "Masked(mask)": (
        lambda: ex.Masked(MASK),
        by_hand(written(torch.mul, torch.from_numpy(MASK))),
    ),
    "Sparse(0.1)": (
        lambda: ex.Sparse(FEW),
        by_hand(made(sparse(torch.from_numpy(np.flatnonzero(FEW))), (int(FEW.sum()),))),
    ),
    "LowRank(100)": (lambda: ex.LowRank(RANK), by_geotorch("LowRank", RANK)),
    "LowRank(100), two factors": (
        lambda: ex.LowRank(RANK),
        by_hand(made(torch.matmul, (UNITS, RANK), (RANK, UNITS))),
    ),
    "FixedRank(100)": (lambda: ex.FixedRank(RANK), by_geotorch("FixedRank", RANK)),
    "Invertible()": (ex.Invertible, by_geotorch("GLp")),
    "SpecialLinear()": (ex.SpecialLinear, by_geotorch("SL")),
    "AlmostOrthogonal()": (ex.AlmostOrthogonal, by_geotorch("AlmostOrthogonal", 0.1, f="tanh")),
    "Orthogonal()": (ex.Orthogonal, by_torch(orthogonal("matrix_exp"))),
    'Orthogonal(method="cayley")': (
        lambda: ex.Orthogonal(method="cayley"),
        by_torch(orthogonal("cayley")),
    ),
    'Orthogonal(method="householder")': (
        lambda: ex.Orthogonal(method="householder"),
        by_torch(orthogonal("householder")),
    ),
    "SpecialOrthogonal()": (ex.SpecialOrthogonal, by_geotorch("SO")),
    "PositiveDefinite()": (ex.PositiveDefinite, by_geotorch("PSD")),
    "PositiveSemidefinite()": (ex.PositiveSemidefinite, by_geotorch("PSSD")),
    "PositiveSemidefinite(100)": (
        lambda: ex.PositiveSemidefinite(RANK),
        by_geotorch("PSSDLowRank", RANK),
    ),
    "SemidefiniteFixedRank(100)": (
        lambda: ex.SemidefiniteFixedRank(RANK),
        by_geotorch("PSSDFixedRank", RANK),
    ),
    "Hurwitz()": (ex.Hurwitz, by_geotorch("Hurwitz")),
    "Binary()": (ex.Binary, by_hand(written(binary))),
    "Ternary()": (ex.Ternary, by_hand(written(ternary))),
    "Quantized(8)": (lambda: ex.Quantized(8), by_hand(written(quantized))),
    "Noisy()": (ex.Noisy, by_hand(made(noisy, (UNITS, UNITS), (UNITS, UNITS)))),
}

CONSTRAINTS = {
    name: Constraint(ours, theirs, source) for name, (ours, (theirs, source)) in _ALL.items()
}
