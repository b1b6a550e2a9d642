import importlib.util
import os

import numpy as np
import pytest

import lasagne_expr.random
from lasagne_expr.init import GlorotUniform, Normal, Sparse
from lasagne_expr.random import get_rng, set_rng
from test_launcher import python


def test_default_is_the_module_that_numpy_random_seed_seeds():
    spec = lasagne_expr.random.__spec__
    fresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fresh)
    set_rng(fresh.get_rng())
    np.random.seed(3)
    drawn = Normal(1.0)((4, 5))
    np.testing.assert_allclose(drawn, np.random.RandomState(3).normal(0, 1, (4, 5)), rtol=1e-6)


def test_a_seeded_generator_gives_the_same_values_again():
    def draw():
        set_rng(np.random.RandomState(7))
        return [GlorotUniform()((5, 4)), Sparse(0.5)((6, 3))]

    for first, second in zip(draw(), draw(), strict=True):
        np.testing.assert_array_equal(first, second)


def test_get_rng_returns_what_was_set():
    rng = np.random.RandomState(1)
    set_rng(rng)
    assert get_rng() is rng


def test_a_generator_is_drawn_from_through_its_bit_generator():
    generator = np.random.default_rng(5)
    set_rng(generator)
    drawn = get_rng().randint(1, 2**31 - 1, size=3)
    expected = np.random.RandomState(np.random.PCG64(5)).randint(1, 2**31 - 1, size=3)
    np.testing.assert_array_equal(drawn, expected)


def test_the_library_and_a_generator_share_one_stream():
    generator, twin = np.random.default_rng(5), np.random.default_rng(5)
    set_rng(generator)
    get_rng().uniform(size=3)
    assert generator.random() == twin.random(4)[3]


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        (42, r"np\.random\.RandomState\(42\)"),
        (np.int64(42), r"np\.random\.RandomState\(42\)"),
        (float("nan"), "a seed is an integer"),
        (None, r"set_rng\(np\.random\)"),
        ("seed", "str, which lacks the methods normal, uniform, permutation, randint"),
    ],
)
def test_what_is_no_generator_is_an_error_and_changes_nothing(wrong, advice):
    before = get_rng()
    with pytest.raises(TypeError, match=advice):
        set_rng(wrong)
    assert get_rng() is before


def test_calling_functions_draws_nothing_from_numpy_random():
    """Not even the first call, which starts JAX, whose import does draw."""
    program = """
import numpy as np, theano, theano.tensor as T
np.random.seed(3)
x = T.dvector()
assert theano.function([x], x.sum())(np.ones(2)) == 2
print(np.random.rand())
"""
    result = python("-W", "ignore", "-c", program, flags=os.environ.get("THEANO_FLAGS", ""))
    assert result.returncode == 0, result.stderr
    assert float(result.stdout) == np.random.RandomState(3).rand()
