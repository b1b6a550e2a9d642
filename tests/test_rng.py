"""Random streams: the numbers of MRG_RandomStreams, and everybody's distributions."""

import itertools

import numpy as np
import pytest
import theano
import theano.tensor as T
from reference.make_rng_reference import N_CALLS, PATH, compute
from scipy import stats
from theano.sandbox import rng_mrg
from theano.sandbox.rng_mrg import MRG_RandomStreams, guess_n_streams
from theano.tensor.shared_randomstreams import RandomStreams

M1, M2 = 2147483647, 2147462579


def draw(*expressions, calls=1):
    """What a function draws, over several calls."""
    function = theano.function([], list(expressions))
    return [function() for _ in range(calls)]


def next_number(state):
    """One step of MRG31k3p by its definition, in exact arithmetic: new state, and the number."""
    x11, x12, x13, x21, x22, x23 = map(int, state)
    x1 = (2**22 * x12 + (2**7 + 1) * x13) % M1
    x2 = (2**15 * x21 + (2**15 + 1) * x23) % M2
    return [x1, x11, x12, x2, x21, x22], (x1 - x2) % M1 or M1


def jumped(state, log2_jump):
    """A state 2**log2_jump numbers further on, by powers of the companion matrices."""
    ends = []
    for half, modulus, first_row in ((0, M1, [0, 2**22, 129]), (3, M2, [2**15, 0, 2**15 + 1])):
        matrix = np.array([first_row, [1, 0, 0], [0, 1, 0]], dtype=object)
        for _ in range(log2_jump):
            matrix = matrix.dot(matrix) % modulus
        vector = np.array([int(number) for number in state[half : half + 3]], dtype=object)
        ends.extend(matrix.dot(vector) % modulus)
    return [int(number) for number in ends]


class TestMRG:
    def test_draws_are_those_of_theano(self):
        reference = np.load(PATH)
        found = compute()
        assert set(found) == set(reference)
        for name, expected in reference.items():
            assert (found[name].dtype, found[name].shape) == (expected.dtype, expected.shape), name
            tolerance = {"float32": 3e-7, "float64": 1e-15}.get(str(expected.dtype), 0)
            if "truncated" in name and theano.config.floatX != "float64":
                tolerance = 1e-6  # its standard deviation is a constant of type floatX
            np.testing.assert_allclose(
                found[name], expected, rtol=tolerance, atol=tolerance, err_msg=name
            )

    def test_calls_of_the_reference_differ(self):
        reference = np.load(PATH)
        for name in reference:
            if name.endswith("_call0"):
                calls = [reference[name.replace("call0", f"call{n}")] for n in range(N_CALLS)]
                assert (calls[0] != calls[1]).any(), name

    def test_numbers_are_those_of_the_definition(self):
        seed = [11, 22, 33, 44, 55, 2147462578]
        sample = MRG_RandomStreams(seed).uniform((7,), dtype="float64", nstreams=2)
        (numbers,), (further,) = draw(sample, calls=2)
        streams = [seed, jumped(seed, 72)]
        for i, number in enumerate(np.append(numbers, further)):
            # The second call starts with the first stream again.
            stream = i % 7 % 2
            streams[stream], expected = next_number(streams[stream])
            assert number == expected * 2.0**-31

    def test_streams_and_draws_are_far_apart(self):
        srng = MRG_RandomStreams(7)
        states = srng.get_substream_rstates(5, "float32")
        for before, after in itertools.pairwise(states):
            assert after.tolist() == jumped(before, 72)
        assert srng.rstate.tolist() == jumped([7] * 6, 134)

    def test_the_number_of_streams(self):
        assert guess_n_streams((64, 500)) == 5333
        assert guess_n_streams((2, 3)) == 6
        assert guess_n_streams((7,)) == 1
        assert guess_n_streams((1000, 1000)) == 60 * 256
        assert guess_n_streams((T.iscalar(), 3)) == 60 * 256
        with pytest.warns(UserWarning, match="streams"):
            guess_n_streams(T.ivector(), warn=True)
        srng = MRG_RandomStreams()
        srng.uniform((6, 6))
        assert srng.state_updates[0][0].get_value().shape == (6, 6)

    def test_seeding_starts_all_streams_anew(self):
        srng = MRG_RandomStreams(5)
        expressions = [srng.uniform((4, 3)), srng.normal((5,)), srng.uniform((9,), nstreams=2)]
        function = theano.function([], expressions)
        first, second = function(), function()
        srng.seed()
        again = function()
        srng.seed(6)
        other = function()
        ((expected,),) = draw(MRG_RandomStreams(6).uniform((4, 3)))
        for a, b, c, d in zip(first, second, again, other, strict=True):
            np.testing.assert_array_equal(a, c)
            assert (a != b).any()
            assert (a != d).any()
        np.testing.assert_array_equal(other[0], expected)

    def test_states_are_marked_and_updated(self):
        srng = MRG_RandomStreams(5)
        srng.uniform((4,))
        (state,) = (update[0] for update in srng.updates())
        assert state.tag.is_rng
        assert state.dtype == "int32"
        assert state.default_update is srng.updates()[0][1]

    @pytest.mark.parametrize(
        "seed", [0, M2, [0, 0, 0, 1, 2, 3], [1, 2, 3, 0, 0, 0], [1, 2, M1, 1, 1, 1]]
    )
    def test_seeds_out_of_range(self, seed):
        with pytest.raises(ValueError, match="seed"):
            MRG_RandomStreams(seed)

    @pytest.mark.parametrize("seed", [float("nan"), 1.5, None, [1, 2, 3]])
    def test_seeds_of_wrong_types(self, seed):
        with pytest.raises(TypeError):
            MRG_RandomStreams(seed)

    def test_wrong_sizes(self):
        srng = MRG_RandomStreams(5)
        for size in (5, "ab", T.imatrix()):
            with pytest.raises(TypeError, match="size"):
                srng.uniform(size)
        for size in ((3, 0), (-1,)):
            with pytest.raises(ValueError, match=r"size|dimensions"):
                srng.uniform(size)
        with pytest.raises(ValueError, match="size"):
            srng.normal((2.5,))

    def test_what_there_is_not(self):
        srng = MRG_RandomStreams(5)
        with pytest.raises(NotImplementedError, match="n"):
            srng.binomial((3,), n=2)
        with pytest.raises(NotImplementedError, match="multinomial"):
            srng.multinomial(pvals=T.vector())
        with pytest.raises(NotImplementedError, match="replace"):
            srng.choice(p=T.matrix())
        with pytest.raises(NotImplementedError, match="size"):
            srng.uniform((3,), low=np.zeros((2, 3)))
        with pytest.raises(TypeError, match="foo"):
            srng.uniform((3,), foo=1)

    def test_a_mask_passes_the_gradient_on(self):
        x = T.dvector("x")
        mask = MRG_RandomStreams(5).binomial(x.shape, p=0.5, dtype="float64")
        function = theano.function([x], [mask, T.grad((mask * x).sum(), x)])
        values, gradient = function(np.arange(50.0))
        np.testing.assert_array_equal(gradient, values)
        assert set(values) == {0.0, 1.0}

    def test_symbolic_shapes_can_change_between_calls(self):
        x = T.dmatrix("x")
        srng = MRG_RandomStreams(5)
        function = theano.function([x], srng.uniform((2, x.shape[1])))
        shapes = [function(np.zeros((3, n))).shape for n in (4, 7, 4)]
        assert shapes == [(2, 4), (2, 7), (2, 4)]

    def test_distributions(self):
        srng = MRG_RandomStreams(2)
        n = 5000
        uniform, normal, truncated, bernoulli = draw(
            srng.uniform((n,), low=-1.0, high=3.0, nstreams=500),
            srng.normal((n,), avg=1.0, std=2.0),
            srng.truncated_normal((n,), avg=1.0, std=2.0),
            srng.binomial((n,), p=0.3),
        )[0]
        assert stats.kstest(uniform, stats.uniform(-1, 4).cdf).pvalue > 0.01
        assert stats.kstest(normal, stats.norm(1, 2).cdf).pvalue > 0.01
        scale = 2 / stats.truncnorm.std(-2, 2)
        assert stats.kstest(truncated, stats.truncnorm(-2, 2, 1, scale).cdf).pvalue > 0.01
        assert abs(truncated - 1).max() <= 2 * scale * (1 + 1e-6)
        assert bernoulli.dtype == "int64"
        assert stats.binomtest(int(bernoulli.sum()), n, 0.3).pvalue > 0.01

    def test_counts_and_choices(self):
        srng = MRG_RandomStreams(2)
        pvals = np.array([[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]])
        counts, places = draw(
            srng.multinomial(pvals=pvals, n=2000, nstreams=100),
            srng.choice(p=np.repeat(pvals[:1], 2000, axis=0), size=2, replace=False, nstreams=100),
        )[0]
        assert counts.sum(axis=1).tolist() == [2000, 2000]
        assert counts[1, 2] == 0
        assert stats.chisquare(counts[0], 2000 * pvals[0]).pvalue > 0.01
        assert (places[:, 0] != places[:, 1]).all()
        assert stats.chisquare(np.bincount(places[:, 0]), 2000 * pvals[0]).pvalue > 0.01
        # The second is drawn from those left: P(2nd = 2) = sum of P(1st = i) p_2 / (1 - p_i).
        second = 0.1 * 0.7 / 0.9 + 0.2 * 0.7 / 0.8
        assert stats.binomtest(int((places[:, 1] == 2).sum()), 2000, second).pvalue > 0.01

    def test_multiplication_of_vectors_by_matrices(self):
        state = np.array([1, 2, 3, 4, 5, 6], dtype="int32")
        assert rng_mrg.ff_2p72(state).tolist() == jumped(state, 72)
        assert rng_mrg.ff_2p134(state).tolist() == jumped(state, 134)


class TestRandomStreams:
    def test_two_calls_differ_and_seeding_repeats_them(self):
        srng = RandomStreams(9)
        function = theano.function([], [srng.uniform((3,)), srng.normal((2, 2))])
        first, second = function(), function()
        srng.seed(9)
        third, fourth = function(), function()
        srng.seed()
        fifth = function()
        for a, b, c, d, e in zip(first, second, third, fourth, fifth, strict=True):
            np.testing.assert_array_equal(c, e)
            np.testing.assert_array_equal(a, c)
            np.testing.assert_array_equal(b, d)
            assert (a != b).all()

    def test_same_seed_same_numbers(self):
        draws = [draw(RandomStreams(seed).uniform((5,)))[0][0] for seed in (4, 4, 5)]
        np.testing.assert_array_equal(draws[0], draws[1])
        assert (draws[0] != draws[2]).all()

    def test_draws_of_one_object_differ(self):
        srng = RandomStreams(4)
        a, b = draw(srng.uniform((5,)), srng.uniform((5,)))[0]
        assert (a != b).all()

    def test_states_are_marked_and_can_be_read_and_set(self):
        srng = RandomStreams(4)
        sample = srng.uniform((5,))
        assert sample.rng.tag.is_rng
        assert sample.rng.default_update is sample.update[1]
        assert srng.updates() == [sample.update]
        function = theano.function([], sample)
        srng[sample.rng] = np.random.RandomState(3)
        first = function()
        srng[sample.rng] = np.random.RandomState(3)
        np.testing.assert_array_equal(function(), first)
        kept = srng[sample.rng]
        kept = kept.copy() if isinstance(kept, np.ndarray) else np.random.RandomState(3)
        srng[sample.rng] = kept
        assert function().shape == (5,)

    def test_continuous_distributions(self):
        srng = RandomStreams(3)
        uniform, normal, single = draw(
            srng.uniform((3000,), low=-1.0, high=3.0),
            srng.normal((3001,), avg=1.0, std=2.0),
            srng.normal((3000,), dtype="float32"),
        )[0]
        assert stats.kstest(uniform, stats.uniform(-1, 4).cdf).pvalue > 0.01
        assert stats.kstest(normal, stats.norm(1, 2).cdf).pvalue > 0.01
        assert stats.kstest(single, "norm").pvalue > 0.01
        assert (normal.dtype, single.dtype) == (theano.config.floatX, "float32")

    def test_counts(self):
        srng = RandomStreams(3)
        size = 3000
        few, many, small, large = draw(
            srng.binomial((size,), n=5, p=0.3),
            srng.binomial((size,), n=10000, p=0.001),
            srng.poisson((size,), lam=2.5),
            srng.poisson((size,), lam=1e4),
        )[0]
        assert few.dtype == small.dtype == "int64"
        assert 0 <= few.min() <= few.max() <= 5
        for sample, distribution in (
            (few, stats.binom(5, 0.3)),
            (many, stats.binom(10000, 0.001)),
            (small, stats.poisson(2.5)),
        ):
            largest = int(distribution.ppf(0.99))
            observed = np.bincount(np.minimum(sample, largest), minlength=largest + 1)
            expected = distribution.pmf(np.arange(largest + 1))
            expected[-1] = 1 - expected[:-1].sum()
            assert stats.chisquare(observed, size * expected).pvalue > 0.01
        assert stats.kstest((large - 1e4) / 100, "norm").pvalue > 0.01

    def test_parameters_of_counts_broadcast(self):
        srng = RandomStreams(3)
        p = np.array([0.0, 1.0, 0.5])
        certain, number, mean = draw(
            srng.binomial(n=np.array([[3], [7]]), p=p),
            srng.binomial((200, 2), n=np.array([1, 100]), p=0.5),
            srng.poisson((500, 2), lam=np.array([0.0, 4.0])),
        )[0]
        assert certain.shape == (2, 3)
        assert certain[:, :2].tolist() == [[0, 3], [0, 7]]
        assert number[:, 0].max() == 1
        np.testing.assert_allclose(number[:, 1].mean(), 50, atol=4 * 5 / np.sqrt(200))
        assert mean[:, 0].tolist() == [0] * 500
        np.testing.assert_allclose(mean[:, 1].mean(), 4, atol=4 * 2 / np.sqrt(500))

    def test_integers_and_choices(self):
        srng = RandomStreams(3)
        size = 3000
        p = np.array([0.2, 0.5, 0.3])
        integers, places, weighted, elements = draw(
            srng.random_integers((size,), low=-1, high=4),
            srng.choice((size,), a=5),
            srng.choice((size,), a=3, p=p.tolist()),
            srng.choice((size,), a=np.array([10, 20, 30])),
        )[0]
        assert set(integers) == set(range(-1, 5))
        assert stats.chisquare(np.bincount(integers + 1)).pvalue > 0.01
        assert stats.chisquare(np.bincount(places)).pvalue > 0.01
        assert stats.chisquare(np.bincount(weighted), size * p).pvalue > 0.01
        assert set(elements) == {10, 20, 30}
        assert stats.chisquare(np.bincount(elements)[10::10]).pvalue > 0.01

    def test_without_replacement(self):
        srng = RandomStreams(3)
        p = np.array([0.1, 0.2, 0.7])
        plain, weighted = (
            srng.choice((2, 3), a=6, replace=False),
            srng.choice((2,), a=3, p=p.tolist(), replace=False),
        )
        function = theano.function([], [plain, weighted])
        calls = [function() for _ in range(600)]
        for places, _ in calls[:20]:
            assert sorted(places.ravel()) == list(range(6))
        firsts = np.bincount([pair[0] for _, pair in calls])
        assert stats.chisquare(firsts, 600 * p).pvalue > 0.01
        assert all(pair[0] != pair[1] for _, pair in calls)
        second = 0.1 * 0.7 / 0.9 + 0.2 * 0.7 / 0.8
        n_second = sum(pair[1] == 2 for _, pair in calls)
        assert stats.binomtest(int(n_second), 600, second).pvalue > 0.01

    def test_permutations(self):
        srng = RandomStreams(3)
        one, many = draw(srng.permutation(n=7), srng.permutation((400, 3), n=3))[0]
        assert sorted(one) == list(range(7))
        assert many.shape == (400, 3, 3)
        assert (np.sort(many, axis=-1) == np.arange(3)).all()
        _, counts = np.unique(many.reshape(-1, 3), axis=0, return_counts=True)
        assert len(counts) == 6
        assert stats.chisquare(counts).pvalue > 0.01

    def test_multinomial(self):
        srng = RandomStreams(3)
        p = np.array([0.2, 0.5, 0.3])
        single, several, rows = draw(
            srng.multinomial((2000,), pvals=p),
            srng.multinomial((500,), n=8, pvals=p),
            srng.multinomial(n=4, pvals=np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])),
        )[0]
        assert single.shape == (2000, 3)
        assert (single.sum(axis=1) == 1).all()
        assert stats.chisquare(single.sum(axis=0), 2000 * p).pvalue > 0.01
        assert (several.sum(axis=1) == 8).all()
        assert stats.chisquare(several.sum(axis=0), 4000 * p).pvalue > 0.01
        assert rows[:2].tolist() == [[4, 0], [0, 4]]
        assert rows.sum() == 12

    def test_rows_are_shuffled_each_by_itself(self):
        x = T.dmatrix("x")
        shuffled = RandomStreams(3).shuffle_row_elements(x)
        values = np.arange(60.0).reshape(3, 20)
        found, permutation = theano.function([x], [shuffled, shuffled.permutation])(values)
        np.testing.assert_array_equal(found, np.take_along_axis(values, permutation, axis=1))
        np.testing.assert_array_equal(np.sort(found, axis=1), values)
        assert (permutation[0] != permutation[1]).any()
        assert (found != values).any(axis=1).all()

    def test_shapes_and_types(self):
        srng = RandomStreams(3)
        x = T.dmatrix("x")
        expressions = {
            (3, 5): srng.uniform(x.shape),
            (3, 2): srng.normal((x.shape[0], 2)),
            (2, 4): srng.uniform(low=np.zeros((2, 1)), high=np.ones(4)),
            (): srng.uniform(),
            (3,): srng.permutation(n=x.shape[0]),
        }
        found = theano.function([x], list(expressions.values()))(np.zeros((3, 5)))
        assert [value.shape for value in found] == list(expressions)
        assert srng.uniform((2,), dtype="float32").dtype == "float32"
        assert srng.binomial((2,), dtype="int8").dtype == "int8"

    def test_wrong_arguments(self):
        srng = RandomStreams(3)
        with pytest.raises(ValueError, match="ndim"):
            srng.uniform((2, 3), ndim=1)
        with pytest.raises(ValueError, match="param|args"):
            srng.uniform((3,), low=np.zeros((2, 3)))
        with pytest.raises(TypeError, match=r"size|shape"):
            srng.uniform(3.5)
        with pytest.raises(TypeError):
            RandomStreams(float("nan"))
        with pytest.raises(ValueError, match=r"seed|between"):
            RandomStreams(-1)
