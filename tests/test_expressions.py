"""Ready-made expressions: values in their sets, at the start and after training; inverses."""

import pickle
import re

import numpy as np
import pytest
import scipy.linalg
import theano
import theano.tensor as T

from engines import ENGINE
from expression_cases import ARGUMENTS, TRAINED, cases, class_names
from lasagne_expr import expressions
from lasagne_expr.expressions import (
    AlmostOrthogonal,
    Binary,
    Bounded,
    Circulant,
    Expression,
    FixedRank,
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
    Simplex,
    SkewSymmetric,
    Sparse,
    SpecialOrthogonal,
    SpectralNorm,
    Standardized,
    Symmetric,
    Ternary,
    Tied,
    Toeplitz,
    UnitNorm,
    WeightNorm,
    assign,
    freeze,
    substitute,
    unfreeze,
)
from lasagne_expr.init import Normal, Uniform
from lasagne_expr.layers import (
    BatchNormLayer,
    Conv2DLayer,
    DenseLayer,
    Gate,
    GRULayer,
    InputLayer,
    LSTMLayer,
    get_all_params,
    get_output,
)
from lasagne_expr.parameters import collect_shared_vars, own_tags, select_shared_vars, tagged
from lasagne_expr.updates import adam
from lasagne_expr.utils import floatX
from numerics import check_pickling, finite_difference

TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
# All cases are in one graph, which is interpreted: compiling it would take longer.
INTERPRET = theano.compile.Mode(linker="py", optimizer=None)
# Rounded: the slope of the value isn't the gradient.
STRAIGHT_THROUGH = (Binary, Quantized, Ternary)


def deterministic(param):
    return getattr(param.tag, "deterministic", param)


def evaluate(variables):
    return theano.function([], variables, mode=INTERPRET, no_default_updates=True)()


def trainable(param):
    return select_shared_vars(param, {"trainable"}, {"trainable": True})


def levels(spec, param, shape):
    """List an expression and those inside, each with what it makes of the parameter's variables."""
    variables = param.tag.made_by.variables
    found = []
    while isinstance(spec, Expression):
        made = spec.expression(variables[: len(spec.variable_names)], shape)
        found.append((spec, deterministic(made)))
        spec = spec.init
    return found


def assert_in_their_sets(pairs, values, tolerance):
    reasons = {
        f"{spec!r} of shape {value.shape}": spec._reason(value, tolerance)
        for (spec, _), value in zip(pairs, values, strict=True)
    }
    assert {name: reason for name, reason in reasons.items() if reason} == {}


@pytest.fixture(scope="module", params=sorted(TOLERANCE))
def started(request):
    """Make all cases in one dtype, and compute where they start."""
    before, theano.config.floatX = theano.config.floatX, request.param
    np.random.seed(1)
    specs = [spec for spec, _ in cases()]
    params = [spec(shape) for spec, shape in cases()]
    values = evaluate([deterministic(param) for param in params])
    theano.config.floatX = before
    return specs, params, values, request.param


class TestEveryExpression:
    def test_is_among_the_cases(self):
        assert {type(spec).__name__ for spec, _ in cases()} == set(class_names())

    def test_starts_in_its_set(self, started):
        specs, _, values, dtype = started
        for spec, (_, shape), value in zip(specs, cases(), values, strict=True):
            assert spec.contains(value, TOLERANCE[dtype]), repr(spec)
            assert value.shape == shape
            assert value.dtype == dtype

    def test_inverse_gives_the_value_back(self, started):
        specs, _, values, dtype = started
        self.check_inverses(specs, values, TOLERANCE[dtype])

    @staticmethod
    def check_inverses(specs, values, tolerance):
        rebuilt = []
        for spec, value in zip(specs, values, strict=True):
            variables = [theano.shared(array) for array in spec.inverse(value)]
            assert len(variables) == len(spec.variable_names)
            rebuilt.append(deterministic(spec.expression(variables, value.shape)))
        for spec, value, again in zip(specs, values, evaluate(rebuilt), strict=True):
            allowed = tolerance * max(1, np.abs(value).max())
            np.testing.assert_allclose(again, value, rtol=0, atol=allowed, err_msg=repr(spec))

    def test_what_is_projected_is_in_the_set_and_stays(self, started):
        specs, _, values, dtype = started
        rng = np.random.RandomState(2)
        for spec, value in zip(specs, values, strict=True):
            if isinstance(spec.init, Expression):
                continue
            near = spec.project(rng.normal(size=value.shape).astype(dtype))
            assert near.dtype == dtype
            assert spec.contains(near), repr(spec)
            np.testing.assert_allclose(
                spec.project(value), value, atol=TOLERANCE[dtype], err_msg=repr(spec)
            )

    def test_gradients_match_finite_differences(self, started):
        _, params, _, dtype = started
        if dtype != "float64":
            return
        rng = np.random.RandomState(3)
        chosen, shapes = zip(
            *(
                (deterministic(param), shape)
                for (spec, shape), param in zip(cases(), params, strict=True)
                if shape in TRAINED and not isinstance(spec, STRAIGHT_THROUGH)
            )
        )
        weights = [rng.normal(size=shape) for shape in shapes]
        costs = [T.sum(p * w) for p, w in zip(chosen, weights, strict=True)]
        learned = [trainable(param) for param in chosen]
        directions = [[rng.normal(size=v.get_value().shape) for v in vs] for vs in learned]
        slopes = []
        for cost, variables, moves in zip(costs, learned, directions, strict=True):
            gradients = theano.grad(cost, variables, disconnected_inputs="ignore")
            slopes.append(sum(T.sum(g * m) for g, m in zip(gradients, moves, strict=True)))
        found = evaluate(slopes)
        compute = theano.function([], costs, mode=INTERPRET, no_default_updates=True)
        eps = 1e-6

        def moved_by(step):
            for variables, moves in zip(learned, directions, strict=True):
                for variable, move in zip(variables, moves, strict=True):
                    variable.set_value(variable.get_value() + step * move)
            return np.array(compute())

        ahead = moved_by(eps)
        behind = moved_by(-2 * eps)
        moved_by(eps)
        np.testing.assert_allclose(found, (ahead - behind) / (2 * eps), rtol=1e-6, atol=1e-7)

    @pytest.mark.slow
    def test_stays_in_its_set_for_100_large_steps(self, started):
        dtype = started[-1]
        theano.config.floatX = dtype
        np.random.seed(4)
        chosen = [(spec, shape) for spec, shape in cases() if shape in TRAINED]
        specs = [spec for spec, _ in chosen]
        params = [spec(shape) for spec, shape in chosen]
        cost = sum(
            T.sqr(p - floatX(np.random.normal(size=s))).sum() for p, (_, s) in zip(params, chosen)
        )
        learned = [variable for param in params for variable in trainable(param)]
        step = theano.function(
            [], cost, updates=adam(cost, learned, learning_rate=0.3), mode=INTERPRET
        )
        costs = [float(step()) for _ in range(100)]
        assert np.isfinite(costs).all()
        assert costs[-1] < costs[0]
        iterated = [p for p, spec in zip(params, specs) if isinstance(spec, SpectralNorm)]
        follow = theano.function([], iterated, mode=INTERPRET)
        for _ in range(300):  # without steps, power iterations converge
            follow()
        pairs = [
            pair
            for (spec, shape), param in zip(chosen, params, strict=True)
            for pair in levels(spec, param, shape)
        ]
        assert_in_their_sets(pairs, evaluate([made for _, made in pairs]), TOLERANCE[dtype])
        # What an expression inside has made is lost to rounding where a slope has vanished.
        alone = [
            (spec, param)
            for spec, param in zip(specs, params, strict=True)
            if not isinstance(spec.init, Expression)
        ]
        values = evaluate([deterministic(param) for _, param in alone])
        self.check_inverses([spec for spec, _ in alone], values, TOLERANCE[dtype])

    def test_pickling_keeps_it(self, started):
        _, params, values, dtype = started
        copies = pickle.loads(pickle.dumps(params))
        for value, again in zip(values, evaluate([deterministic(p) for p in copies]), strict=True):
            np.testing.assert_allclose(again, value, rtol=1e-6, atol=TOLERANCE[dtype])
        for param, copy in zip(params, copies, strict=True):
            made_by, copied = param.tag.made_by, copy.tag.made_by
            assert type(copied.expression) is type(made_by.expression)
            for variable, other in zip(made_by.variables, copied.variables, strict=True):
                assert other.name == variable.name
                np.testing.assert_array_equal(other.get_value(), variable.get_value())


class TestStart:
    def test_at_the_sample_where_it_is_in_the_set(self):
        np.random.seed(1)
        param = Positive(Uniform((0.1, 0.2)))((3, 2))
        np.random.seed(1)
        sample = Uniform((0.1, 0.2))((3, 2))
        np.testing.assert_allclose(param.eval(), sample, rtol=1e-5)

    def test_at_an_array(self):
        value = floatX([[1, 2], [3, 4]])
        np.testing.assert_allclose(LowRank(2, value)((2, 2)).eval(), value, rtol=1e-5)

    def test_orthogonal_at_the_nearest(self):
        sample = np.random.normal(size=(4, 3))
        u, _, vt = np.linalg.svd(sample, full_matrices=False)
        np.testing.assert_allclose(Orthogonal().project(sample), u @ vt, atol=1e-10)

    def test_low_rank_at_the_best_approximation(self):
        sample = np.random.normal(size=(4, 3))
        distance = np.linalg.norm(LowRank(2).project(sample) - sample)
        assert distance == pytest.approx(np.linalg.svd(sample)[1][2])

    @pytest.mark.parametrize("name", class_names())
    def test_vectors_have_a_default_where_expressions_apply_to_them(self, name):
        kind = getattr(expressions, name)
        arguments = (np.ones(4),) if name == "Masked" else ARGUMENTS.get(name, ())
        spec = kind(*arguments)
        if spec.on_matrices or name in ("LowRank", "Kronecker"):
            with pytest.raises(ValueError, match="can't have shape"):
                spec((4,))
        else:
            value = evaluate([deterministic(spec((4,)))])[0]
            assert spec.contains(value)

    def test_not_at_numbers_that_are_none(self):
        with pytest.raises(ValueError, match=r"'dense'(.|\n)*can't start from an array with NaN"):
            DenseLayer((None, 2), 2, W=Positive(np.full((2, 2), np.nan)), name="dense")

    def test_names_its_variables_after_the_parameter(self):
        layer = DenseLayer((None, 3), 2, W=Positive(LowRank(1)), name="dense")
        assert [v.name for v in layer.get_params()] == ["dense.W.left", "dense.W.right", "dense.b"]

    def test_filters_are_matrices_of_filters_by_the_rest(self):
        layer = Conv2DLayer((None, 2, 5, 5), 4, 3, W=Orthogonal())
        matrix = layer.W.eval().reshape(4, 18)
        np.testing.assert_allclose(matrix @ matrix.T, np.eye(4), atol=1e-5)


class TestMaps:
    """Values of simple inputs, by formula."""

    @pytest.mark.parametrize(
        ("spec", "variables", "shape", "expected"),
        [
            (Positive(), [[0.0]], None, [np.log(2)]),
            (Positive(method="exp"), [[1.0]], None, [np.e]),
            (Bounded(-1, 3), [[0.0]], None, [1.0]),
            (Simplex(axes="all"), [[0.0, np.log(3)]], None, [0.25, 0.75]),
            (Symmetric(), [[[1.0, 2.0], [9.0, 3.0]]], None, [[1, 2], [2, 3]]),
            (SkewSymmetric(), [[[1.0, 2.0], [9.0, 3.0]]], None, [[0, 2], [-2, 0]]),
            (Toeplitz(), [[1.0, 2.0, 3.0, 4.0]], (2, 3), [[3, 2, 1], [4, 3, 2]]),
            (Circulant(), [[1.0, 2.0, 3.0]], (3, 3), [[1, 3, 2], [2, 1, 3], [3, 2, 1]]),
            (
                Kronecker((1, 2)),
                [[[1.0, 2.0]], [[3.0], [4.0]]],
                None,
                np.kron([[1, 2]], [[3], [4]]),
            ),
            (PositiveSemidefinite(1), [[[1.0], [2.0]]], None, [[1, 2], [2, 4]]),
            (Standardized(axes="all"), [[1.0, 3.0]], None, [-1, 1]),
            (Ternary(axes="all"), [[0.1, -2.0, 4.0]], None, [0, -3, 3]),
            (Quantized(2, axes="all"), [[0.4, -2.0, 1.2]], None, [0, -2, 2]),
            (Sparse(0.5), [[7.0], np.array([1])], (2,), [0, 7]),
        ],
        ids=lambda value: type(value).__name__ if isinstance(value, Expression) else "",
    )
    def test_known_values(self, spec, variables, shape, expected):
        shared = [theano.shared(np.asarray(v)) for v in variables]
        np.testing.assert_allclose(spec.expression(shared, shape).eval(), expected, atol=1e-12)

    def test_rotation_of_the_plane(self):
        generators = theano.shared(np.array([[0.0, 0.0], [0.5, 0.0]]))
        base = theano.shared(np.eye(2))
        turned = [[np.cos(0.5), -np.sin(0.5)], [np.sin(0.5), np.cos(0.5)]]
        found = SpecialOrthogonal().expression([generators, base]).eval()
        np.testing.assert_allclose(found, turned, atol=1e-12)

    def test_exponential_is_scipys(self):
        matrix = np.random.normal(size=(5, 5))
        found = expressions.orthogonal.expm(theano.shared(matrix)).eval()
        np.testing.assert_allclose(found, scipy.linalg.expm(matrix), rtol=1e-10)

    @pytest.mark.parametrize("method", ["expm", "cayley"])
    @pytest.mark.parametrize(("scale", "columns"), [(0.0, 2), (0.5, 2), (2.0, 3), (2.0, 4)])
    def test_tall_matrices_are_columns_of_whole_rotations(self, method, scale, columns):
        generators = np.random.normal(0, scale, (6, columns))
        base = scipy.linalg.orth(np.random.normal(size=(6, 6)))

        def rotated(generators):
            whole = np.zeros((6, 6))
            whole[:, :columns] = np.tril(generators, -1)
            a, one = whole - whole.T, np.eye(6)
            turn = scipy.linalg.expm(a) if method == "expm" else cayley_map(a, one)
            return base @ turn[:, :columns]

        def cayley_map(a, one):
            return np.linalg.solve(one - a / 2, one + a / 2)

        weights = np.random.normal(size=(6, columns))
        raw = theano.shared(generators)
        value = Orthogonal(method=method).expression([raw, theano.shared(base)])
        found, gradient = evaluate([value, theano.grad(T.sum(weights * value), raw)])
        np.testing.assert_allclose(found, rotated(generators), atol=1e-10)
        (slope,) = finite_difference(lambda g: np.sum(weights * rotated(g)), [generators])
        np.testing.assert_allclose(gradient, slope, atol=1e-8)

    @pytest.mark.parametrize("method", ["expm", "cayley"])
    @pytest.mark.parametrize("shape", [(5, 5), (40, 7)])
    def test_huge_generators_still_make_orthogonal_matrices(self, method, shape):
        spec = Orthogonal(method=method)
        one_direction = np.outer(np.random.normal(size=shape[0]), np.ones(shape[1]))
        for generators in (np.random.normal(size=shape), one_direction):
            raw = theano.shared((3000 * generators).astype("float32"))
            base = theano.shared(np.eye(shape[0], dtype="float32"))
            value = spec.expression([raw, base])
            found, gradient = evaluate([value, theano.grad(T.sum(value), raw)])
            assert spec.contains(found)
            assert np.isfinite(gradient).all()

    def test_straight_through_gradient_is_that_of_the_value(self):
        for spec in (Binary(), Ternary(), Quantized(3)):
            raw = theano.shared(np.random.normal(size=(3, 2)))
            weights = np.random.normal(size=(3, 2))
            gradient = theano.grad(T.sum(weights * spec.expression([raw])), raw)
            np.testing.assert_array_equal(gradient.eval(), weights)


class TestErrors:
    @pytest.mark.parametrize(
        ("spec", "value", "message"),
        [
            (Symmetric(), [[1.0, 2.0], [3.0, 4.0]], "not symmetric to within"),
            (LowRank(1), np.eye(2), "rank 2 > 1"),
            (FixedRank(1), np.eye(2), "rank 2 > 1"),
            (Positive(), [1.0, -2.0], "smallest element, -2, isn't above 0"),
            (Positive(), [np.nan, 2.0], "NaN"),
            (Bounded(0, 1), [0.5, 2.0], "from 0.5 to 2, don't all lie between 0 and 1"),
            (Simplex(), [[0.5], [0.6]], "differ from 1 by 1.0e-01"),
            (Orthogonal(), np.ones((2, 2)), "columns aren't orthonormal"),
            (SpecialOrthogonal(), np.diag([1.0, -1.0]), "determinant is -1"),
            (AlmostOrthogonal(0.1), 2 * np.eye(2), "from 2 to 2, don't all lie within 0.1 of 1"),
            (SpectralNorm(), 2 * np.eye(2), "spectral norm is 2"),
            (Masked(np.eye(2)), np.ones((2, 2)), "1 where the mask is 0"),
            (Sparse(0.25), np.ones((2, 2)), "3 more elements"),
            (PositiveDefinite(), -np.eye(2), "smallest eigenvalue is -1"),
            (Positive(LowRank(1)), np.eye(2) + 0.5, "rank 2 > 1"),
        ],
    )
    def test_inverse_says_why_there_is_none(self, spec, value, message):
        with pytest.raises(ValueError, match=message):
            spec.inverse(value)
        assert not spec.contains(value)

    @pytest.mark.parametrize(
        ("spec", "value"),
        [
            (Positive(), [0.0, 2.0]),
            (Positive(method="exp"), [0.0, 2.0]),
            (Bounded(-1, 1), [-1.0, 1.0]),
            (Simplex(), [0.0, 1.0]),
            (Increasing(0, 1, gap=0.25), [0.25, 0.5]),
            (PositiveDefinite(low=0.5), np.eye(2) / 2),
            (FixedRank(2, low=0.5), np.eye(2) / 2),
            (AlmostOrthogonal(0.5), np.diag([0.5, 1.5])),
            (Hurwitz(0.5), -np.eye(2) / 2),
            (Hurwitz(), [[0.0, 2.0], [-2.0, 0.0]]),
        ],
        ids=repr,
    )
    def test_a_limit_that_is_only_approached_is_had_but_for_rounding(self, spec, value):
        assert spec.contains(value)
        variables = [theano.shared(array) for array in spec.inverse(np.asarray(value))]
        assert all(np.isfinite(v.get_value()).all() for v in variables)
        again = spec.expression(variables, np.shape(value)).eval()
        np.testing.assert_allclose(again, value, atol=1e-10)

    def test_no_matrix_of_another_shape_is_in_a_set(self):
        assert not Positive().contains(np.ones((0, 3)))
        assert not Symmetric().contains(np.ones((2, 3)))
        assert not Orthogonal().contains(np.ones(3))
        with pytest.raises(ValueError, match="needs a square matrix"):
            Symmetric().inverse(np.ones((2, 3)))

    @pytest.mark.parametrize(
        ("spec", "shape", "message"),
        [
            (Symmetric(), (2, 3), r"can't have shape \(2, 3\): it needs a square matrix"),
            (LowRank(7), (5, 9), "rank 7 > 5"),
            (Orthogonal(), (5,), "it needs a matrix"),
            (Orthogonal(as_matrix=False), (5, 2, 2), "it needs a matrix"),
            (Masked(np.eye(2)), (3, 3), r"its mask has shape \(2, 2\)"),
            (Standardized(), (1, 2), "one element alone"),
            (Quantized(4), (0, 2), r"can't have shape \(0, 2\): it has no elements"),
        ],
    )
    def test_shapes_that_it_cannot_have(self, spec, shape, message):
        with pytest.raises(ValueError, match=message):
            spec(shape)

    @pytest.mark.parametrize(
        "value",
        [np.ma.masked_array([1.0, 2.0], [0, 1]), [[1.0], [2.0, 3.0]], [1j, 2.0], "12", None],
        ids=repr,
    )
    @pytest.mark.filterwarnings("ignore:Creating an ndarray from ragged")
    def test_what_is_no_array_of_numbers(self, value):
        for method in ("contains", "inverse", "project", "start"):
            with pytest.raises(TypeError, match="Positive expected an array of numbers, got"):
                getattr(Positive(), method)(value)
        with pytest.raises(TypeError, match="Positive expected an array of numbers, got"):
            Positive(lambda shape: value)((2,))

    @pytest.mark.parametrize(
        ("kind", "settings", "message"),
        [
            (Bounded, {"low": "0", "high": 1}, "Bounded: low should be a number, got '0'"),
            (Bounded, {"low": 0, "high": np.ones(2)}, "high should be a number, got array"),
            (Increasing, {"low": 0, "high": 1, "gap": None}, "Increasing: gap should be a number"),
            (PositiveDefinite, {"low": 1j}, "PositiveDefinite: low should be a number, got 1j"),
            (FixedRank, {"rank": 1, "low": "0"}, "FixedRank: low should be a number"),
            (AlmostOrthogonal, {"radius": [1]}, "AlmostOrthogonal: radius should be a number"),
            (Hurwitz, {"alpha": None}, "Hurwitz: alpha should be a number"),
            (Noisy, {"std": "1"}, "Noisy: std should be a number"),
            (Standardized, {"std": "1"}, "Standardized: std should be a number"),
            (Sparse, {"pattern": None}, "Sparse: pattern should be a number"),
            (UnitNorm, {"axes": 1.5}, "axes should be integers, or one of unit, .* got 1.5"),
            (UnitNorm, {"axes": None}, "axes should be integers, or one of unit, .* got None"),
        ],
    )
    def test_settings_of_another_type(self, kind, settings, message):
        with pytest.raises(TypeError, match=message):
            kind(**settings)

    def test_one_number_as_the_shape_of_a_factor(self):
        with pytest.raises(ValueError, match=r"should be two positive integers, got \(2,\)"):
            Kronecker(2)

    def test_masks_that_are_masked(self):
        with pytest.raises(TypeError, match="Masked: a mask should be a plain array"):
            Masked(np.ma.masked_array([1.0, 0.0], [0, 1]))

    @pytest.mark.parametrize("spec", [Positive(), Orthogonal(), Positive(Orthogonal())], ids=repr)
    @pytest.mark.parametrize("number", [np.nan, np.inf])
    def test_nothing_is_near_what_is_no_number(self, spec, number):
        with pytest.raises(ValueError, match="can't project an array with NaN or infinite"):
            spec.project(np.full((2, 2), number))

    def test_no_expression_where_there_is_no_one_array(self):
        with pytest.raises(TypeError, match="LowRank is made of the variables left, right"):
            LowRank(1, Positive())

    def test_wrong_number_of_variables(self):
        with pytest.raises(ValueError, match=r"takes the variables \('left', 'right'\), got 1"):
            LowRank(1).expression([theano.shared(np.ones((2, 1)))])


class TestModes:
    def test_noise_in_training_only_and_one_draw_for_all_layers(self):
        l1 = InputLayer((None, 3))
        first = DenseLayer(l1, 2, W=Noisy(Normal(1), std=0.5), b=None, nonlinearity=None)
        second = DenseLayer(l1, 2, W=first.W, b=None, nonlinearity=None)
        x = floatX(np.eye(3))
        both = [first, second]
        train = theano.function([], get_output(both, x))
        test = theano.function([], get_output(both, x, deterministic=True))
        one, other = train()
        np.testing.assert_array_equal(one, other)
        assert (one != train()[0]).all()
        mean = first.get_params()[0].get_value()
        for value in test():
            np.testing.assert_allclose(value, mean, rtol=1e-5)

    def test_power_iteration_is_updated_in_training_passes_only(self):
        l1 = InputLayer((None, 4))
        layer = DenseLayer(l1, 3, W=SpectralNorm(), b=None, nonlinearity=None)
        raw, u = layer.get_params()
        raw.set_value(floatX(np.random.normal(size=(4, 3))))
        x = floatX(np.eye(4))
        before = u.get_value()
        test = theano.function([], get_output(layer, x, deterministic=True))
        test()
        np.testing.assert_array_equal(u.get_value(), before)
        train = theano.function([], get_output(layer, x))
        w = raw.get_value()
        new = w @ (w.T @ before)
        new /= np.linalg.norm(new)
        first = train()
        np.testing.assert_allclose(u.get_value(), new, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(first, w / np.linalg.norm(w.T @ new), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(test(), first, rtol=1e-5, atol=1e-6)
        for _ in range(200):
            train()
        np.testing.assert_allclose(test(), w / np.linalg.norm(w, 2), rtol=1e-4, atol=1e-5)

    def test_copies_by_pickle_share_their_state_among_themselves(self):
        layer = DenseLayer(InputLayer((None, 4)), 3, W=SpectralNorm(), b=None)
        x = floatX(np.random.normal(size=(2, 4)))
        copy = check_pickling(layer, x, deterministic=True)
        raw, u = copy.get_params()
        raw.set_value(floatX(np.random.normal(size=(4, 3))))
        before = u.get_value()
        theano.function([], get_output(copy, x))()
        assert (u.get_value() != before).any()
        assert (layer.get_params()[1].get_value() == before).all()

    def test_a_shared_expression_is_computed_once(self):
        l1 = InputLayer((None, 3))
        first = DenseLayer(l1, 3, W=Positive(method="exp"), b=None, nonlinearity=None)
        second = DenseLayer(first, 3, W=first.W, b=None, nonlinearity=None)
        third = DenseLayer(second, 3, W=first.W.T, b=None, nonlinearity=None)
        output = get_output(third)
        graph = theano.gof.FunctionGraph(theano.gof.graph.inputs([output]), [output], clone=False)
        exps = [n for n in graph.toposort() if "exp" in str(n.op).lower()]
        assert len(exps) == 1

    def test_a_training_step_computes_it_once_and_its_gradient_uses_that(self):
        l1 = InputLayer((None, 3))
        first = DenseLayer(l1, 3, W=Orthogonal(method="cayley"), name="turned")
        network = DenseLayer(DenseLayer(first, 3, W=first.W), 3, W=first.W.T)
        loss = T.sqr(get_output(network)).mean()
        updates = adam(loss, get_all_params(network, trainable=True))
        graph = theano.function([l1.input_var], loss, updates=updates).maker.fgraph
        if ENGINE != "theano":  # where a graph is optimized once the shapes are known
            theano.compile.FAST_RUN.optimizer.rewrite(graph)
        names = [str(node.op) for node in graph.toposort()]
        assert sum("Inverse" in name for name in names) == 1

    @pytest.mark.parametrize("spec", [Simplex(), Increasing(0, 1)], ids=repr)
    def test_the_gradient_of_shares_uses_their_exponentials(self, spec):
        w = theano.shared(floatX(np.random.normal(size=(3, 4))))
        value = spec.expression([w], (3, 4))
        gradient = T.grad((value**3).sum(), w)
        graph = theano.function([], [value, gradient]).maker.fgraph
        if ENGINE != "theano":
            theano.compile.FAST_RUN.excluding("fusion").optimizer.rewrite(graph)
        names = [str(node.op).lower() for node in graph.toposort()]
        assert sum(re.search(r"\bexp\b|softmax", name) is not None for name in names) == 1

    def test_shares_of_one_element_have_no_gradient(self):
        w = theano.shared(floatX([[1.0], [-2.0]]))
        value = Simplex(axes="rows").expression([w], (2, 1))
        found = theano.function([], [value, T.grad((3 * value).sum(), w)])()
        np.testing.assert_array_equal(found[0], [[1.0], [1.0]])
        np.testing.assert_array_equal(found[1], [[0.0], [0.0]])


class TestComposed:
    @pytest.mark.parametrize(
        ("spec", "shape"),
        [
            (Standardized(Positive()), (4, 2)),
            (Simplex(Positive()), (4, 2)),
            (UnitNorm(Symmetric()), (3, 3)),
            (Masked(np.tri(3), Symmetric()), (3, 3)),
            (WeightNorm(Orthogonal()), (4, 2)),
            (SpectralNorm(Orthogonal()), (4, 2)),
            (Quantized(4, Orthogonal()), (4, 2)),
            (Binary(Positive()), (4, 2)),
            (Ternary(Positive()), (4, 2)),
            (Noisy(Positive()), (4, 2)),
        ],
        ids=repr,
    )
    @pytest.mark.parametrize("seed", [1, 2])
    def test_finds_what_the_expression_inside_may_have_made(self, spec, shape, seed):
        np.random.seed(seed)
        inner = spec.init.project(np.random.normal(size=shape))
        variables = [theano.shared(v) for v in spec._start_values(inner)]
        value = evaluate([deterministic(spec.expression(variables, shape))])[0]
        assert spec.contains(value)
        again = [theano.shared(v) for v in spec.inverse(value)]
        found = evaluate([deterministic(spec.expression(again, shape))])[0]
        np.testing.assert_allclose(found, value, atol=1e-9)

    @pytest.mark.parametrize(
        "spec",
        [
            Simplex(Positive()),
            Standardized(Bounded(-1, 1)),
            UnitNorm(Increasing(-1, 2)),
            WeightNorm(LowRank(2)),
        ],
        ids=repr,
    )
    def test_what_it_made_stays_and_is_started_from(self, spec):
        value = evaluate([spec((4, 3))])[0]
        np.testing.assert_array_equal(spec.project(value), value)
        tolerance = TOLERANCE[theano.config.floatX]
        np.testing.assert_allclose(spec.start(value).eval(), value, atol=tolerance)

    def test_refuses_what_the_expression_inside_never_makes(self):
        spec = Masked(np.tri(2), Symmetric(init=np.ones((2, 2))))
        assert spec.contains([[1.0, 0.0], [5.0, 2.0]])
        spec = UnitNorm(Symmetric())
        turned = np.array([[0.6, -0.8], [0.8, 0.6]])
        assert not spec.contains(turned)
        with pytest.raises(ValueError, match=r"found none that Symmetric\(\) makes"):
            spec.inverse(turned)


class TestTied:
    def test_is_the_transpose_of_the_other(self):
        l2 = DenseLayer((None, 3), 2, name="encode")
        l3 = DenseLayer(l2, 3, W=Tied(l2.W), b=None)
        np.testing.assert_array_equal(l3.W.eval(), l2.W.get_value().T)
        assert get_all_params(l3) == l2.get_params()
        assert l2.W.name == "encode.W"
        value = np.arange(6.0).reshape(2, 3)
        assert list(assign(l3.W, value)) == [l2.W]
        np.testing.assert_array_equal(l2.W.get_value(), value.T)

    def test_inside_of_another_is_refused_as_that_would_untie_it(self):
        l2 = DenseLayer((None, 3), 2, name="encode")
        with pytest.raises(TypeError, match=r"Positive makes new variables.*Tied\(encode.W"):
            Positive(Tied(l2.W))

    def test_of_a_function(self):
        other = theano.shared(np.ones((2, 2)))
        spec = Tied(other, T.exp, inverse=np.log)
        np.testing.assert_allclose(spec((2, 2)).eval(), np.full((2, 2), np.e))
        np.testing.assert_allclose(spec.inverse([[np.e]])[0], [[1.0]])


class TestAssign:
    def test_through_an_expression(self):
        layer = DenseLayer((None, 3), 3, W=Orthogonal(), b=None)
        value = np.linalg.qr(np.random.normal(size=(3, 3)))[0]
        assign(layer.W, value)
        np.testing.assert_allclose(layer.W.eval(), value, atol=1e-5)

    def test_through_operations(self):
        w = theano.shared(np.ones((2, 3)), name="w")
        value = np.random.uniform(1, 2, size=(3, 1, 2))
        changed = assign(-T.exp(w).T.dimshuffle(0, "x", 1), -value)
        assert changed == {w: []}
        np.testing.assert_allclose(w.get_value(), np.log(value[:, 0].T))
        assign(w.reshape((6,)), np.arange(6.0))
        np.testing.assert_array_equal(w.get_value(), np.arange(6.0).reshape(2, 3))

    def test_changes_nothing_on_an_error(self):
        layer = DenseLayer((None, 3), 3, W=Positive(Orthogonal()), b=None)
        before = [v.get_value() for v in layer.get_params()]
        for value in (np.ones((3, 3)), -np.ones((3, 3)), np.ones((3, 2))):
            with pytest.raises(ValueError, match=r"orthonormal|isn't above 0|has shape \(3, 3\)"):
                assign(layer.W, value)
        for variable, value in zip(layer.get_params(), before, strict=True):
            np.testing.assert_array_equal(variable.get_value(), value)

    @pytest.mark.parametrize(
        ("dtype", "value", "message"),
        [
            ("float64", np.ma.masked_array([1.0, 2.0], [0, 1]), "w needs all values, got a masked"),
            ("float64", [[1.0], [2.0, 3.0]], "w (needs an array|has dtype float64, got object)"),
            ("float64", theano.shared(np.ones(2), name="v"), "w needs an array, got .* variable v"),
            ("float64", [1.0, np.nan], "w can't be set to NaN"),
            ("float16", [1.0, 1e5], "w has dtype float16, too small for 100000.0"),
            ("int8", [1, 300], "w has dtype int8, too small for 300"),
        ],
    )
    @pytest.mark.filterwarnings("ignore:Creating an ndarray from ragged")
    def test_refuses_what_the_variable_cannot_hold(self, dtype, value, message):
        w = theano.shared(np.zeros(2, dtype), name="w")
        with pytest.raises(ValueError, match=message):
            assign(w, value)
        assert w.get_value().tolist() == [0, 0]

    def test_keeps_what_the_value_does_not_tell(self):
        layer = DenseLayer((None, 3), 2, W=Noisy(std=0.5), b=None)
        rho = layer.get_params()[1]
        rho.set_value(rho.get_value() + 1)
        before = rho.get_value()
        assert list(assign(layer.W, np.ones((3, 2)))) == [layer.get_params()[0]]
        np.testing.assert_array_equal(rho.get_value(), before)

    def test_the_value_it_has_changes_nothing_where_no_inverse_is_found(self):
        layer = DenseLayer((None, 3), 2, W=Bounded(0, 1, LowRank(1)), b=None)
        left, right = layer.get_params()
        left.set_value(floatX([[90], [-60], [3]]))
        right.set_value(floatX([[1, 2]]))
        value = layer.W.eval()
        with pytest.raises(ValueError, match="rank 2 > 1"):
            layer.W.tag.made_by.expression.inverse(value)
        assert assign(layer.W, value) == {}

    def test_through_a_cast_only_what_the_narrow_type_has(self):
        w = theano.shared(np.zeros(2), name="w")
        narrow = T.cast(w, "int8")
        with pytest.raises(ValueError, match="has dtype int8, got float64"):
            assign(narrow, [1.5, 2.0])
        assign(narrow, np.array([3, -4], "int8"))
        assert w.get_value().tolist() == [3, -4]

    def test_refuses_what_cannot_be_undone(self):
        w = theano.shared(np.ones((2, 2)), name="w")
        with pytest.raises(ValueError, match=r"is computed by .*set its shared variables \[w\]"):
            assign(T.dot(w, w), np.ones((2, 2)))


class TestFreeze:
    def test_a_layer_and_back(self):
        layer = DenseLayer((None, 3), 3, W=Masked(np.tri(3), WeightNorm()))
        learned = layer.get_params(trainable=True)
        assert len(learned) == 3
        assert freeze(layer) == learned
        assert layer.get_params(trainable=True) == []
        assert layer.get_params(regularizable=True) == []
        assert freeze(layer) == []
        assert unfreeze(layer) == learned
        assert layer.get_params(trainable=True) == learned

    def test_brings_the_tags_back_that_were_given(self):
        w = tagged(theano.shared(floatX(np.ones((3, 3)))), trainable=True, regularizable=True)
        layer = DenseLayer((None, 3), 3, W=w, b=None)
        freeze(layer)
        assert layer.get_params(regularizable=True) == []
        unfreeze(layer)
        assert own_tags(w) == {"trainable": True, "regularizable": True}

    def test_reports_what_was_learned_before(self):
        layer = BatchNormLayer(InputLayer((None, 3)))
        assert freeze(layer) == [layer.beta, layer.gamma]
        assert unfreeze(layer) == [layer.beta, layer.gamma]


class TestSubstitute:
    def test_keeps_function_tags_and_order(self):
        layer = DenseLayer((None, 3), 3, W=Uniform((0.1, 0.2)), name="dense")
        value = layer.W.get_value()
        new = substitute(layer, "W", Positive())
        assert layer.W is new
        np.testing.assert_allclose(new.eval(), value, rtol=1e-5)
        assert [v.name for v in layer.get_params()] == ["dense.W.raw", "dense.b"]
        assert [v.name for v in layer.get_params(regularizable=True)] == ["dense.W.raw"]
        again = substitute(layer, "W", Symmetric())
        np.testing.assert_allclose(again.eval(), (value + value.T) / 2, rtol=1e-5)

    def test_what_was_frozen_stays_so(self):
        layer = DenseLayer((None, 3), 3, name="dense")
        freeze(layer)
        substitute(layer, "W", Orthogonal())
        assert layer.get_params(trainable=True) == []
        unfreeze(layer)
        assert [v.name for v in layer.get_params(trainable=True)] == [
            "dense.W.generators",
            "dense.b",
        ]

    def test_prunes_by_magnitude(self):
        layer = DenseLayer((None, 2), 2, W=floatX([[1, -3], [0.5, 2]]))
        assert substitute(layer, "W", Sparse(0.5)).eval().tolist() == [[0, -3], [0, 2]]

    def test_names_what_is_missing(self):
        layer = DenseLayer((None, 2), 2)
        with pytest.raises(ValueError, match="has no parameter V"):
            substitute(layer, "V", Positive())
        with pytest.raises(ValueError, match="has no parameter W"):
            substitute(layer, layer.W, Positive())

    def test_says_what_it_takes(self):
        with pytest.raises(TypeError, match="changes a layer, got 'dense'"):
            substitute("dense", "W", Positive())
        with pytest.raises(TypeError, match=r"parameter W: what <class .*Positive'> returned is"):
            substitute(DenseLayer((None, 2), 2), "W", Positive)

    def test_a_variable_that_is_two_parameters_stays_the_other(self):
        w = theano.shared(floatX(np.ones((5, 5))), name="w")
        layer = LSTMLayer(
            InputLayer((2, 4, 3)), 5, ingate=Gate(W_hid=w), outgate=Gate(W_hid=w), peepholes=False
        )
        new = substitute(layer, "W_hid_to_ingate", Positive())
        assert layer.W_hid_to_outgate is w
        assert new in layer.params
        assert set(collect_shared_vars(get_output(layer))) == set(layer.get_params())

    def test_a_variable_that_is_a_parameter_already(self):
        layer = BatchNormLayer(InputLayer((None, 3)))
        substitute(layer, "gamma", layer.beta)
        assert list(layer.params) == [layer.beta, layer.mean, layer.inv_std]
        assert layer.get_params(regularizable=True) == []
        substitute(layer, "gamma", Positive())
        assert layer.get_params(trainable=True)[0] is layer.beta
        assert len(layer.get_params(trainable=True)) == 2

    @pytest.mark.parametrize("spec", [lambda w: w, Tied])
    def test_what_was_frozen_freezes_no_other_layer(self, spec):
        other = DenseLayer((None, 3), 3, name="other")
        layer = DenseLayer(other, 3)
        freeze(layer)
        substitute(layer, "W", spec(other.W))
        assert other.get_params(trainable=True) == [other.W, other.b]

    @pytest.mark.parametrize("kind", [LSTMLayer, GRULayer])
    def test_recurrent_layers_compute_with_all_that_is_substituted(self, kind):
        layer = kind(InputLayer((2, 4, 3)), 5, learn_init=True)
        for name, param in list(vars(layer).items()):
            if isinstance(param, theano.Variable) and param in layer.params:
                substitute(layer, name, Positive())
        used = collect_shared_vars(get_output(layer))
        assert set(used) == set(layer.get_params())
