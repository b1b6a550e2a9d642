import numpy as np
import pytest
import theano
from hypothesis import given, settings
from hypothesis import strategies as st

from lasagne_expr import init
from lasagne_expr.random import set_rng

ALL = [
    init.Normal(),
    init.Uniform(),
    init.GlorotNormal(),
    init.GlorotUniform(),
    init.HeNormal(),
    init.HeUniform(),
    init.Constant(),
    init.Sparse(),
    init.Orthogonal(),
]
LARGE = (300, 200)


def assert_normal(values, mean, std):
    """The moments of so many normal values, within 5 standard errors."""
    assert abs(values.mean() - mean) < 5 * std / np.sqrt(values.size)
    assert abs(values.std() / std - 1) < 5 / np.sqrt(2 * values.size)
    assert values.max() - mean > 3 * std


def assert_uniform(values, low, high):
    tolerance = (high - low) * 0.01
    assert low <= values.min() < low + tolerance
    assert high - tolerance < values.max() <= high
    assert abs(values.mean() - (low + high) / 2) < tolerance


@pytest.mark.parametrize("initializer", ALL, ids=str)
def test_shape_and_dtype(initializer):
    values = initializer((7, 5))
    assert isinstance(values, np.ndarray)
    assert values.shape == (7, 5)
    assert values.dtype == theano.config.floatX


@pytest.mark.parametrize("initializer", ALL, ids=str)
@pytest.mark.parametrize("shape", [(0, 3), (4, -1)])
def test_a_size_that_is_not_positive_is_an_error(initializer, shape):
    with pytest.raises(ValueError, match=f"{type(initializer).__name__}.*sizes must be positive"):
        initializer(shape)


@pytest.mark.parametrize("shape", [5, "ab", (None, 3), (2.0, 3)])
def test_a_shape_that_is_none_is_an_error(shape):
    with pytest.raises(TypeError, match="Normal"):
        init.Normal()(shape)


def test_values_of_a_seeded_generator():
    def rng():
        return np.random.RandomState(2)

    set_rng(rng())
    np.testing.assert_allclose(init.Normal(2, mean=1)((3, 4)), rng().normal(1, 2, (3, 4)), 1e-6)
    set_rng(rng())
    np.testing.assert_allclose(init.Uniform((2, 5))((3, 4)), rng().uniform(2, 5, (3, 4)), 1e-6)
    set_rng(rng())
    limit = np.sqrt(6 / (30 + 10))
    expected = rng().uniform(-limit, limit, (30, 10))
    np.testing.assert_allclose(init.GlorotUniform()((30, 10)), expected, rtol=1e-5)


def test_normal():
    assert_normal(init.Normal()(LARGE), 0, 0.01)
    assert_normal(init.Normal(std=2, mean=-10)(LARGE), -10, 2)
    np.testing.assert_array_equal(init.Normal(std=0, mean=3)((2, 2)), np.full((2, 2), 3.0))
    assert init.Normal()(()).shape == ()


def test_uniform():
    assert_uniform(init.Uniform()(LARGE), -0.01, 0.01)
    assert_uniform(init.Uniform(0.5)(LARGE), -0.5, 0.5)
    assert_uniform(init.Uniform((2, 3))(LARGE), 2, 3)
    assert_uniform(init.Uniform(range=[-3, -2])(LARGE), -3, -2)
    assert_uniform(init.Uniform(std=2, mean=1)(LARGE), 1 - 2 * np.sqrt(3), 1 + 2 * np.sqrt(3))


@pytest.mark.parametrize(
    ("shape", "c01b", "fans_times_field"),
    [
        ((300, 200), False, 500),
        ((40, 30, 5, 6), False, 70 * 30),
        ((40, 30, 7), False, 70 * 7),
        ((30, 5, 6, 40), True, 70 * 30),
    ],
)
def test_glorot(shape, c01b, fans_times_field):
    std = np.sqrt(2 / fans_times_field)
    assert_normal(init.GlorotNormal(c01b=c01b)(shape), 0, std)
    assert_normal(init.Glorot(init.Normal, gain="relu", c01b=c01b)(shape), 0, std * np.sqrt(2))
    limit = 3 * np.sqrt(6 / fans_times_field)
    assert_uniform(init.GlorotUniform(gain=3, c01b=c01b)(shape), -limit, limit)


@pytest.mark.parametrize(
    ("shape", "c01b", "fan_in"),
    [
        ((300, 200), False, 300),
        ((40, 30, 5, 6), False, 900),
        ((40, 30, 7), False, 210),
        ((30, 5, 6, 40), True, 900),
    ],
)
def test_he(shape, c01b, fan_in):
    std = np.sqrt(1 / fan_in)
    assert_normal(init.HeNormal(c01b=c01b)(shape), 0, std)
    assert_normal(init.He(init.Normal, gain="relu", c01b=c01b)(shape), 0, std * np.sqrt(2))
    limit = 3 * np.sqrt(3 / fan_in)
    assert_uniform(init.HeUniform(gain=3, c01b=c01b)(shape), -limit, limit)


def test_glorot_takes_any_callable_with_a_std():
    glorot = init.Glorot(lambda std: init.Constant(std))
    np.testing.assert_allclose(glorot((6, 2)), np.full((6, 2), 0.5), rtol=1e-6)


def test_constant():
    np.testing.assert_array_equal(init.Constant()((2, 3)), np.zeros((2, 3)))
    np.testing.assert_array_equal(init.Constant(1.5)((2, 3)), np.full((2, 3), 1.5))
    per_column = init.Constant(np.array([1, 2, 3]))((2, 3))
    np.testing.assert_array_equal(per_column, [[1, 2, 3], [1, 2, 3]])


@given(
    inputs=st.integers(1, 30),
    units=st.integers(1, 5),
    sparsity=st.floats(0, 1, exclude_min=True),
)
@settings(max_examples=30, deadline=None)
def test_sparse_gives_each_unit_its_number_of_connections(inputs, units, sparsity):
    weights = init.Sparse(sparsity, std=1)((inputs, units))
    expected = min(max(1, round(sparsity * inputs)), inputs)
    assert (np.count_nonzero(weights, axis=0) == expected).all()


def test_sparse_spread():
    weights = init.Sparse(0.25, std=3)((400, 200))
    assert_normal(weights[weights != 0], 0, 3)
    rows = np.count_nonzero(weights, axis=1)  # connections don't crowd on some inputs
    assert rows.min() > 15
    assert rows.max() < 85


@given(
    shape=st.lists(st.integers(1, 6), min_size=2, max_size=4).map(tuple),
    gain=st.sampled_from([1.0, 0.5, "relu"]),
)
@settings(max_examples=30, deadline=None)
def test_orthogonal_has_equal_singular_values(shape, gain):
    matrix = init.Orthogonal(gain)(shape).reshape(shape[0], -1)
    expected = np.sqrt(2) if gain == "relu" else gain
    singular = np.linalg.svd(matrix, compute_uv=False)
    np.testing.assert_allclose(singular, np.full(min(matrix.shape), expected), rtol=1e-5)


def test_orthogonal_prefers_no_sign():
    # The first entry of a random orthogonal matrix is symmetric around 0; a plain QR gives it one
    # sign only.
    first = np.array([init.Orthogonal()((3, 3))[0, 0] for _ in range(400)])
    assert abs(first.mean()) < 5 / np.sqrt(3 * 400)
    assert abs((first**2).mean() - 1 / 3) < 0.08


@pytest.mark.parametrize(
    ("initializer", "shape"),
    [
        (init.GlorotUniform(), (5,)),
        (init.HeNormal(), (5,)),
        (init.Orthogonal(), (5,)),
        (init.GlorotNormal(c01b=True), (5, 4)),
        (init.HeUniform(c01b=True), (5, 4, 3)),
        (init.Sparse(), (5,)),
        (init.Sparse(), (5, 4, 3)),
    ],
    ids=str,
)
def test_a_wrong_number_of_dimensions_is_an_error(initializer, shape):
    name = type(initializer).__name__
    with pytest.raises(RuntimeError, match=rf"{name} needs .*\(5,.*use Normal, Uniform or Const"):
        initializer(shape)


@pytest.mark.parametrize(
    "make",
    [
        lambda: init.Normal(std=-1),
        lambda: init.Normal(std=float("nan")),
        lambda: init.Normal(mean=float("inf")),
        lambda: init.Uniform(float("nan")),
        lambda: init.Uniform(-0.1),
        lambda: init.Uniform((2, 1)),
        lambda: init.Uniform((1, 2, 3)),
        lambda: init.Uniform((0, float("inf"))),
        lambda: init.Uniform(std=-1),
        lambda: init.Uniform(mean=1),
        lambda: init.GlorotUniform(gain=float("nan")),
        lambda: init.GlorotUniform(gain=-1),
        lambda: init.HeNormal(gain="tanh"),
        lambda: init.Orthogonal(gain=float("inf")),
        lambda: init.Constant(float("nan")),
        lambda: init.Sparse(sparsity=0),
        lambda: init.Sparse(sparsity=1.1),
        lambda: init.Sparse(sparsity=float("nan")),
        lambda: init.Sparse(std=-1),
    ],
)
def test_a_setting_out_of_bounds_is_an_error(make):
    with pytest.raises(ValueError, match=r"should|goes with"):
        make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: init.Normal(std="wide"),
        lambda: init.Normal(std=None),
        lambda: init.Uniform("ab"),
        lambda: init.Constant("zero"),
        lambda: init.Glorot(init.Normal()),
        lambda: init.He("normal"),
    ],
)
def test_a_setting_of_a_wrong_type_is_an_error(make):
    with pytest.raises(TypeError, match="should"):
        make()


def test_own_initializer():
    class Eye(init.Initializer):
        def sample(self, shape):
            return np.eye(*shape)

    np.testing.assert_array_equal(Eye()((2, 3)), [[1, 0, 0], [0, 1, 0]])
    with pytest.raises(NotImplementedError, match="sample"):
        init.Initializer()((2, 3))


def test_repr_shows_the_settings():
    assert repr(init.Normal(0.1)) == "Normal(std=0.1, mean=0.0)"
    assert repr(init.GlorotUniform()) == "GlorotUniform(initializer=Uniform, gain=1.0, c01b=False)"
