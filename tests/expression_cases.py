"""Ready-made expressions, and shapes that each can have; what several tests go through."""

import zlib

import numpy as np
import theano
import theano.tensor as T

from lasagne_expr import expressions
from lasagne_expr.expressions import (
    AlmostOrthogonal,
    Binary,
    BlockDiagonal,
    Bounded,
    FixedRank,
    Grassmannian,
    Hurwitz,
    Increasing,
    Kronecker,
    LowRank,
    Masked,
    Noisy,
    Orthogonal,
    Positive,
    PositiveDefinite,
    PositiveSemidefinite,
    Quantized,
    SemidefiniteFixedRank,
    Simplex,
    Sparse,
    SpecialOrthogonal,
    SpectralNorm,
    Sphere,
    Standardized,
    Triangular,
    UnitNorm,
    WeightNorm,
)
from lasagne_expr.init import GlorotNormal, Normal

# Tall, wide, of rank 1, of size 1, and filters of convolutions in 2 dimensions.
SHAPES = [(4, 2), (2, 3), (3, 1), (1, 1), (3, 2, 2, 1)]
SQUARE = [(3, 3), (1, 1), (4, 2, 1, 2)]
# Those that are trained, as every case more takes time.
TRAINED = {(4, 2), (3, 3), (3,)}
SOME = [(4, 2)]

# What constructors need, where they can't be called without arguments.
ARGUMENTS = {
    "Bounded": (-1, 2),
    "LowRank": (1,),
    "FixedRank": (1,),
    "Increasing": (-1, 2),
    "SemidefiniteFixedRank": (1,),
    "BlockDiagonal": (1,),
    "Kronecker": ((1, 1),),
    "Masked": (1,),
    "Sparse": (0.5,),
}
# What isn't a set of its own, and has its own tests.
OTHERS = {"Expression", "Unary", "Tied"}
SQUARE_ONLY = {
    "Circulant",
    "Hurwitz",
    "Invertible",
    "PositiveDefinite",
    "PositiveSemidefinite",
    "SemidefiniteFixedRank",
    "SkewSymmetric",
    "SpecialLinear",
    "SpecialOrthogonal",
    "Symmetric",
}


def class_names():
    """List the classes of expressions."""
    everything = {
        name for name in expressions.__all__ if isinstance(getattr(expressions, name), type)
    }
    return sorted(everything - OTHERS)


def cases():
    """List pairs of an expression and a shape: every class with its defaults, and variants."""
    found = []
    for name in class_names():
        arguments = (np.ones((1,)),) if name == "Masked" else ARGUMENTS.get(name, ())
        shapes = SQUARE if name in SQUARE_ONLY else SHAPES
        if name in ("Grassmannian", "Standardized"):
            shapes = [shape for shape in shapes if shape != (1, 1)]
        found += [(getattr(expressions, name)(*arguments), shape) for shape in shapes]
    found += [(spec, shape) for spec, shapes in variants() for shape in shapes]
    return found


def variants():
    mask = np.tri(4, 2)
    yield Positive(method="exp"), SOME
    yield Positive(LowRank(1)), SOME
    yield Positive(Normal(1), method="exp"), [(3,)]
    yield Bounded(0, 1, LowRank(1)), SOME
    yield LowRank(2, GlorotNormal()), SOME
    yield FixedRank(2), SOME
    yield Orthogonal(method="cayley"), SOME
    yield Orthogonal(method="householder"), SHAPES
    yield SpecialOrthogonal(method="cayley"), [(3, 3)]
    yield SpecialOrthogonal(method="householder"), [(3, 3)]
    yield Grassmannian(method="cayley"), SOME
    yield AlmostOrthogonal(1.0), SOME
    yield SemidefiniteFixedRank(2, low=0.1), [(3, 3)]
    yield Hurwitz(0.5), [(3, 3)]
    yield Hurwitz(0.1), [(3, 3)]
    yield Increasing(0, 1, ends="both"), SOME
    yield Increasing(0, 1, gap=0.05, ends="lower"), SOME
    yield Increasing(-3, 3, ends="upper"), [(3,)]
    yield Increasing(0, 1, gap=0.01), SOME
    yield Triangular(lower=False), SOME
    yield BlockDiagonal(2), [(4, 2), (2, 4, 1)]
    yield Kronecker((2, 1)), SOME
    yield PositiveDefinite(low=0.5), [(3, 3)]
    yield PositiveSemidefinite(1), [(3, 3)]
    yield Masked(mask), [(4, 2)]
    yield Masked(mask, WeightNorm()), [(4, 2)]
    yield Sparse(mask), [(4, 2)]
    yield SpectralNorm(Positive()), SOME
    yield SpectralNorm(iterations=3), SOME
    yield WeightNorm(Positive()), SOME
    yield WeightNorm(axes="all"), SOME
    yield Standardized(std=0.5, axes="all"), SOME
    yield Sphere(radius=3), SOME
    yield UnitNorm(LowRank(1), axes="rows"), [(4, 2)]
    yield Simplex(axes="rows"), SOME
    yield Simplex(Normal(1), axes="all"), [(3,), (4, 2)]
    yield Binary(axes="all"), SOME
    yield Quantized(2), SOME
    yield Noisy(Orthogonal()), SOME


def label(case):
    """Name a case shortly, and differently from every other."""
    spec, shape = case
    text = repr(spec)
    return f"{type(spec).__name__}-{'x'.join(map(str, shape))}-{zlib.crc32(text.encode()):08x}"


def compared():
    """List the cases that are compared between engines, by their names."""
    return {label(case): case for case in cases() if case[1] in TRAINED}


def drawn():
    """Draw values of the variables of these cases: not where they start, but learned a little."""
    rng = np.random.RandomState(7)
    variables = {}
    for name, (spec, shape) in compared().items():
        start = spec(shape).tag.made_by.variables
        fixed = spec._fixed_names()
        variables[name] = [
            v.get_value() + (0 if n in fixed else 0.5 * rng.normal(size=v.get_value().shape))
            for n, v in zip(spec.variable_names, start)
        ]
    return variables


def compute(variables):
    """Compute these cases, and gradients of sums of their elements with different weights."""
    names, outputs = [], []
    for name, (spec, shape) in compared().items():
        shared = [theano.shared(value) for value in variables[name]]
        value = spec.expression(shared, shape)
        value = getattr(value.tag, "deterministic", value)
        weights = np.cos(np.arange(np.prod(shape))).reshape(shape)
        names += [f"{name}/value", f"{name}/gradient"]
        outputs += [value, theano.grad(T.sum(value * weights), shared[0])]
    return dict(zip(names, theano.function([], outputs)()))
