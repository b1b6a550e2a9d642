"""Hold this library's expressions to the constraints of PyTorch, GeoTorch and paramax.

Where the maps are the same, both get the same numbers, and the largest difference of their values
is told. Where they differ, the other's value has to lie in this library's set, and this library's
`inverse` has to give it back.
"""

import geotorch
import jax.numpy as jnp
import numpy as np
import paramax
import theano
import torch
from jax.nn import softplus
from torch.nn.utils import parametrizations

from lasagne_expr import expressions as ex

SAME, IN_SET = "the map", "the set"
LIMIT = 1e-10  # of differences, in float64
rng = np.random.RandomState(0)


def find() -> list:
    """Compare all, and stop where something differs that shouldn't."""
    default = torch.get_default_dtype()
    # With float32, numbers in formulas are rounded to it.
    floatx, theano.config.floatX = theano.config.floatX, "float64"
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(0)
    try:
        rows = [*of_torch(), *of_geotorch(), *of_paramax()]
    finally:
        torch.set_default_dtype(default)
        theano.config.floatX = floatx
    for row in rows:
        if row["difference"] is not None:
            limit = LIMIT if row["dtype"] == "float64" else 1e-5
            assert row["difference"] <= limit, row
    return rows


def row(spec, peer, compared, difference, dtype="float64"):
    return {
        "constraint": f"`{spec if isinstance(spec, str) else type(spec).__name__}`",
        "peer": peer,
        "compared": compared,
        "difference": difference,
        "dtype": dtype,
    }


def value_of(spec, variables, shape):
    shared = [theano.shared(np.asarray(v)) for v in variables]
    return spec.expression(shared, shape).eval()


def same(spec, peer, variables, theirs):
    """Compare the maps: our value of the variables, and the peer's."""
    theirs = np.asarray(theirs)
    ours = value_of(spec, variables, theirs.shape)
    dtype = str(np.asarray(variables[0]).dtype)
    return row(spec, peer, SAME, float(np.abs(ours - theirs).max()), dtype)


def in_set(spec, peer, theirs):
    """Check that a peer's value is in our set, and that our inverse gives it back."""
    theirs = np.asarray(theirs)
    # GeoTorch's own rounding is larger than ours.
    if not spec.contains(theirs, 1e-8):
        raise AssertionError(f"{spec!r} doesn't contain what {peer} gives")
    near = spec.project(theirs)
    again = value_of(spec, spec.inverse(near), near.shape)
    return row(spec, peer, IN_SET, float(np.abs(again - near).max()))


def as_array(tensor):
    return tensor.detach().numpy()


def drawn(*shape):
    return rng.normal(size=shape)


def of_torch():
    """Compare with `torch.nn.utils.parametrizations`."""
    for method in ("matrix_exp", "cayley", "householder"):
        for shape in ((5, 5), (6, 3)):
            layer = torch.nn.Linear(shape[1], shape[0])
            parametrizations.orthogonal(layer, orthogonal_map=method)
            inner = layer.parametrizations.weight
            raw = np.tril(drawn(*shape), -1)
            signs = rng.choice([-1.0, 1.0], size=min(shape))
            np.fill_diagonal(raw, signs)
            with torch.no_grad():
                inner.original.copy_(torch.from_numpy(raw))
            base = as_array(inner[0].base)
            theirs = as_array(layer.weight)
            peer = f"PyTorch's `orthogonal`, `{method}`, {shape[0]} x {shape[1]}"
            if method == "householder":
                # Ours has no fixed matrix before the reflections.
                vectors = np.tril(raw, -1) + np.eye(*shape)
                spec = ex.Orthogonal(method="householder")
                yield same(spec, peer, [vectors, signs], base.T @ theirs)
            else:
                spec = ex.Orthogonal(method="expm" if method == "matrix_exp" else method)
                yield same(spec, peer, [raw, base], theirs)
    layer = parametrizations.weight_norm(torch.nn.Linear(4, 3))
    g, v = (as_array(p) for p in (layer.parametrizations.weight.original0, _second(layer)))
    g, v = g + 0.5, v + drawn(*v.shape)
    with torch.no_grad():
        layer.parametrizations.weight.original0.copy_(torch.from_numpy(g))
        layer.parametrizations.weight.original1.copy_(torch.from_numpy(v))
    spec = ex.WeightNorm(axes="rows")
    yield same(spec, "PyTorch's `weight_norm`", [v, g], as_array(layer.weight))
    layer = parametrizations.spectral_norm(torch.nn.Linear(4, 3))
    inner = layer.parametrizations.weight
    with torch.no_grad():
        inner.original.copy_(torch.from_numpy(drawn(3, 4)))
    layer.train()
    layer(torch.zeros(1, 4))  # one step, after which v belongs to u
    u = as_array(inner[0]._u).copy()
    theirs = as_array(layer.weight)
    yield same(
        ex.SpectralNorm(), "PyTorch's `spectral_norm`", [as_array(inner.original), u], theirs
    )


def _second(layer):
    return layer.parametrizations.weight.original1


def of_geotorch():
    """Compare with GeoTorch's manifolds."""
    raw = drawn(5, 5)
    x = torch.from_numpy(raw)

    def value(name, given, *args, **kwargs):
        manifold = getattr(geotorch, name)(given.shape, *args, **kwargs)
        return manifold, as_array(manifold(torch.from_numpy(given)))

    theirs = as_array(geotorch.Symmetric(lower=False)(x))
    yield same(ex.Symmetric(), "GeoTorch's `Symmetric`", [raw], theirs)
    _, theirs = value("Skew", raw, lower=False)
    yield same(ex.SkewSymmetric(), "GeoTorch's `Skew`", [raw], theirs)
    _, theirs = value("SphereEmbedded", raw)
    yield same(ex.UnitNorm(axes="rows"), "GeoTorch's `SphereEmbedded`", [raw], theirs)
    _, theirs = value("Sphere", drawn(7), radius=2.0)
    yield in_set(ex.Sphere(radius=2.0), "GeoTorch's `Sphere`, which moves along circles", theirs)
    for triv in ("expm", "cayley"):
        manifold, theirs = value("SO", raw, triv=triv)
        spec = ex.SpecialOrthogonal(method=triv)
        peer = f"GeoTorch's `SO`, `{triv}`"
        yield same(spec, peer, [raw, as_array(manifold.base)], theirs)
    tall = drawn(6, 3)
    manifold, theirs = value("Stiefel", tall)
    yield same(ex.Orthogonal(), "GeoTorch's `Stiefel`", [tall, as_array(manifold.base)], theirs)
    manifold, theirs = value("Grassmannian", tall)
    variables = [tall[3:], as_array(manifold.base)]
    yield same(ex.Grassmannian(), "GeoTorch's `Grassmannian`", variables, theirs)
    for spec, name, given, args, rank in (
        (ex.AlmostOrthogonal(0.1), "AlmostOrthogonal", tall, (0.1, "tanh"), 3),
        (ex.FixedRank(2, low=1e-6), "FixedRank", tall, (2,), 2),
        (ex.Invertible(low=1e-6), "GLp", raw, (), 5),
        (ex.SpecialLinear(low=1e-6), "SL", raw, (), 5),
    ):
        manifold, theirs = value(name, given, *args)
        yield same(spec, f"GeoTorch's `{name}`", decomposed(manifold, given, rank), theirs)
    _, theirs = value("LowRank", tall, 2)
    yield in_set(ex.LowRank(2), "GeoTorch's `LowRank`, by singular values", theirs)
    for name, args, rank in (("PSSDFixedRank", (2,), 2), ("PSD", (), 5)):
        manifold, theirs = value(name, raw, *args)
        spec = ex.SemidefiniteFixedRank(rank, low=1e-6)
        vectors = raw.copy()[:, :rank]
        variables = [np.diag(raw)[:rank], vectors, as_array(manifold[0].base)]
        yield same(spec, f"GeoTorch's `{name}`", variables, theirs)
    yield in_set(ex.PositiveDefinite(low=0.0), "GeoTorch's `PSD`, by eigenvalues", theirs)
    _, theirs = value("PSSD", raw)
    yield in_set(ex.PositiveSemidefinite(), "GeoTorch's `PSSD`, by eigenvalues", theirs)
    _, theirs = value("PSSDLowRank", raw, 2)
    yield in_set(ex.PositiveSemidefinite(2), "GeoTorch's `PSSDLowRank`, by eigenvalues", theirs)
    manifold = geotorch.Hurwitz(x.shape, alpha=0.5)
    theirs = as_array(manifold(*(torch.from_numpy(drawn(5, 5)) for _ in range(3))))
    yield in_set(ex.Hurwitz(0.5), "GeoTorch's `Hurwitz`, by eigenvalues", theirs)


def decomposed(manifold, given, rank):
    """Unpack what GeoTorch keeps in one matrix: left, values and right."""
    left, _, right = manifold
    return [
        np.diag(given)[:rank].copy(),
        np.tril(given, -1)[:, :rank],
        as_array(left.base),
        np.triu(given, 1).T[:, :rank],
        as_array(right.base),
    ]


def of_paramax():
    """Compare with paramax, whose arrays are of float32 here."""
    raw = drawn(3, 4).astype("float32")

    def unwrapped(wrapper):
        return np.asarray(paramax.unwrap(wrapper))

    wrapped = paramax.WeightNormalization(jnp.asarray(raw))
    scale = np.asarray(paramax.unwrap(wrapped.scale))
    theirs = unwrapped(wrapped)
    spec = ex.WeightNorm(axes="rows")
    yield same(spec, "paramax's `WeightNormalization`", [raw, scale], theirs)
    for method, function in (("softplus", softplus), ("exp", jnp.exp)):
        theirs = unwrapped(paramax.Parameterize(function, jnp.asarray(raw)))
        spec = ex.Positive(method=method)
        yield same(spec, f"paramax's `Parameterize({method})`", [raw], theirs)
    wrapped = paramax.RealToIncreasingOnInterval(
        jnp.asarray(raw[0]), (-1.0, 2.0), min_width=0.1, include_endpoints="lower"
    )
    spec = ex.Increasing(-1, 2, gap=0.1, ends="lower")
    peer = "paramax's `RealToIncreasingOnInterval`"
    yield same(spec, peer, [raw[0]], unwrapped(wrapped))
    theirs = unwrapped(paramax.NonTrainable(jnp.asarray(raw)))
    yield row(
        "freeze",
        "paramax's `NonTrainable`",
        "values stay; here regularization leaves them alone too",
        float(np.abs(theirs - raw).max()),
        "float32",
    )
