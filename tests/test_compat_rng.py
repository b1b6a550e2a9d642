"""What the random streams do beyond Theano's: linkers, exactness, and static shapes."""

import warnings

import jax
import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
import theano
import theano.tensor as T
from reference.make_rng_reference import PATH, compute
from scipy import stats
from theano.ops import mrg, normal
from theano.sandbox.rng_mrg import MRG_RandomStreams
from theano.tensor.raw_random import binomial_quantile, poisson_quantile
from theano.tensor.shared_randomstreams import RandomStreams


def test_uniform_numbers_are_theanos_to_the_last_bit():
    reference, found = np.load(PATH), compute()
    names = [name for name in reference if name.startswith(("uniform", "dropout"))]
    assert len(names) > 15
    for name in names:
        np.testing.assert_array_equal(found[name], reference[name], err_msg=name)


@pytest.mark.parametrize("xp", [np, jax.numpy])
def test_all_float16_numbers(xp):
    # Theano's formula, in exact arithmetic: (k mod 2^15 + 1) c, rounded once.
    numbers = np.arange(2**15, dtype="uint32")
    state = (xp.asarray(numbers), None, None, xp.zeros(2**15, "uint32"))
    found = mrg.to_unit_interval(state, "float16", xp.where)
    remainder = np.where(numbers == 0, 2**31 - 1, numbers) & 0x7FFF
    expected = ((remainder + 1) * np.float64(np.float16(3.0458e-05))).astype("float16")
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numbers_are_above_0_and_below_1(dtype):
    # The smallest and the largest number: x1 - x2 = 1, and x1 = x2, which stands for m1.
    state = (np.array([8, 8], "uint32"), None, None, np.array([7, 8], "uint32"))
    smallest, largest = mrg.to_unit_interval(state, dtype, np.where)
    assert 0 < smallest < 1e-9
    assert 1 - 1e-7 < largest < 1


@pytest.mark.parametrize("mode", ["JAX", "FAST_COMPILE"])
def test_all_linkers_draw_the_same(mode):
    def expressions():
        srng, streams = MRG_RandomStreams(3), RandomStreams(3)
        return [
            srng.uniform((3, 7)),
            srng.binomial((3, 7), p=0.5),
            srng.normal((5,)),
            srng.truncated_normal((7,)),
            srng.choice(p=np.full((2, 4), 0.25), size=2, replace=False),
            streams.binomial((9,), n=30, p=0.4),
            streams.poisson((9,), lam=3.0),
            streams.choice((9,), a=4, p=np.full(4, 0.25)),
        ]

    expected = theano.function([], expressions())
    found = pytensor.function([], expressions(), mode=mode)
    for _ in range(2):
        for a, b in zip(expected(), found(), strict=True):
            tolerance = 1e-5 if a.dtype == "float32" else 1e-13
            np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def test_numba_draws_the_same():
    expected = theano.function([], MRG_RandomStreams(3).uniform((3, 7)))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Numba will use object mode")
        found = pytensor.function([], MRG_RandomStreams(3).uniform((3, 7)), mode="NUMBA")
    for _ in range(2):
        np.testing.assert_array_equal(found(), expected())


def test_shapes_are_static_where_they_are_known():
    srng, x = MRG_RandomStreams(3), T.dmatrix("x")
    assert srng.uniform((3, 7)).type.shape == (3, 7)
    assert srng.normal((3, 7)).type.shape == (3, 7)
    assert srng.uniform(x.shape).type.shape == (None, None)
    assert srng.uniform((x.shape[0], 1)).type.shape == (None, 1)
    known = pt.specify_shape(x, (4, None))
    assert srng.uniform(known.shape).type.shape == (4, None)
    assert RandomStreams(3).binomial((2, 3), n=4).type.shape == (2, 3)


def test_rebuilding_a_graph_makes_shapes_static():
    x = T.dmatrix("x")
    sample = MRG_RandomStreams(3).uniform(x.shape)
    known = pt.tensor(dtype="float64", shape=(3, 7))
    (rebuilt,) = pytensor.graph.replace.clone_replace([sample], {x: known}, rebuild_strict=False)
    assert rebuilt.type.shape == (3, 7)


def test_a_state_has_no_gradient():
    srng = MRG_RandomStreams(3)
    sample = srng.uniform((3,))
    with pytest.raises(pytensor.gradient.DisconnectedInputError):
        T.grad(sample.sum(), sample.rstate)
    p = T.dscalar("p")
    with pytest.raises((pytensor.gradient.NullTypeGradError, TypeError)):
        T.grad(srng.normal((3,), avg=p).sum(), p)


@pytest.mark.parametrize("mode", ["JAX", "FAST_COMPILE"])
def test_quantiles_are_those_of_scipy(mode):
    uniforms = np.array([1e-9, 1e-3, 0.1, 0.3, 0.5, 0.77, 0.9, 0.999, 1 - 1e-9])
    u = T.dvector()
    cases = [
        (binomial_quantile, (n, p), stats.binom(n, p))
        for n, p in ((0, 0.3), (1, 0.3), (7, 0.0), (7, 1.0), (20, 0.6), (10**6, 1e-5), (10**6, 0.3))
    ] + [(poisson_quantile, (lam,), stats.poisson(lam)) for lam in (0.0, 0.01, 3.0, 1e3, 1e6)]
    outputs = [quantile(u, *parameters) for quantile, parameters, _ in cases]
    found = pytensor.function([u], outputs, mode=mode)(uniforms)
    for counts, (_, parameters, distribution) in zip(found, cases, strict=True):
        expected = np.maximum(distribution.ppf(uniforms), 0)
        np.testing.assert_array_equal(counts, expected, err_msg=str(parameters))


def test_a_size_of_minus_1_is_that_of_the_parameters():
    srng = RandomStreams(3)
    assert srng.uniform((4, -1), low=np.zeros(3)).type.shape == (4, 3)
    with pytest.raises(ValueError, match="-1"):
        srng.uniform((-1, 4), low=0.0)


@pytest.mark.parametrize(
    ("name", "arguments", "error"),
    [
        ("binomial", {"p": 1.5}, ValueError),
        ("binomial", {"p": float("nan")}, ValueError),
        ("poisson", {"lam": -1.0}, ValueError),
        ("normal", {"std": -1.0}, ValueError),
        ("choice", {"a": 3, "size": (4,), "replace": False}, ValueError),
        ("choice", {"a": np.array([0.1, 0.2])}, TypeError),
        ("choice", {"a": np.zeros((2, 2))}, ValueError),
        ("multinomial", {"n": T.iscalar()}, NotImplementedError),
        ("permutation", {"n": 3, "ndim": 2}, TypeError),
    ],
)
def test_wrong_parameters(name, arguments, error):
    with pytest.raises(error):
        getattr(RandomStreams(3), name)(**arguments)


def test_wrong_dtypes_of_uniform_numbers():
    with pytest.raises(TypeError, match="float32"):
        MRG_RandomStreams(3).uniform((3,), dtype="int32")


def test_negative_seeds_are_refused():
    with pytest.raises(ValueError, match="-3"):
        MRG_RandomStreams(-3)
    assert MRG_RandomStreams(np.int64(3)).rstate.tolist() == [3] * 6


def test_a_large_draw_of_few_streams():
    (numbers,) = theano.function([], [MRG_RandomStreams(3).uniform((30001,), nstreams=3)])()
    assert stats.kstest(numbers, "uniform").pvalue > 0.01


def test_directions_of_float32_are_exact():
    turns = np.r_[np.linspace(0, 1, 10_001), np.arange(9) / 8].astype("float32")
    x = T.fvector("x")
    cosine, sine = theano.function([x], normal._cos_and_sin_of_turns(x))(turns)
    assert cosine.dtype == sine.dtype == "float32"
    angle = 2 * np.pi * turns.astype("float64")
    np.testing.assert_allclose(cosine, np.cos(angle), rtol=0, atol=1.2e-7)
    np.testing.assert_allclose(sine, np.sin(angle), rtol=0, atol=1.2e-7)
