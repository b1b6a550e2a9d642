"""`theano.function`, shared variables, and walks over graphs: what both engines promise alike."""

import copy
import pickle

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.gof.graph import ancestors, inputs, is_same_graph

from engines import ENGINE


class TestOutputs:
    def test_one_a_list_a_dict_and_none(self):
        x = T.dvector("x")
        data = np.array([1.0, 2.0])
        assert theano.function([x], x * 2)(data).tolist() == [2, 4]
        assert [r.tolist() for r in theano.function([x], [x * 2, x + 1])(data)] == [[2, 4], [2, 3]]
        named = theano.function([x], {"double": x * 2, "sum": x.sum()})(data)
        assert sorted(named) == ["double", "sum"]
        assert named["double"].tolist() == [2, 4]
        assert float(named["sum"]) == 3
        count = theano.shared(0)
        assert not theano.function([], updates=[(count, count + 1)])()
        assert int(count.get_value()) == 1

    def test_can_be_written_to_without_changing_anything_else(self):
        w = theano.shared(np.ones(3))
        f = theano.function([], w)
        result = f()
        result[:] = 7
        assert f().tolist() == [1, 1, 1]
        assert w.get_value().tolist() == [1, 1, 1]

    def test_an_input_can_be_an_output(self):
        x = T.dvector("x")
        data = np.array([1.0, 2.0])
        result = theano.function([x], x)(data)
        result[0] = 5
        assert data.tolist() == [1, 2]


class TestInputs:
    def test_by_name_and_by_position(self):
        x, y = T.dscalars("x", "y")
        f = theano.function([x, y], x - 2 * y, name="f")
        assert float(f(1, 2)) == float(f(y=2, x=1)) == float(f(1, y=2)) == -3

    def test_defaults(self):
        x, y = T.dscalars("x", "y")
        f = theano.function([x, theano.In(y, value=10.0)], x + y)
        assert float(f(1)) == 11
        assert float(f(1, 2)) == float(f(1, y=2)) == 3
        assert float(f(1)) == 11

    def test_a_missing_one_is_named(self):
        x, y = T.dscalars("x", "y")
        with pytest.raises(TypeError, match=r"Missing required input: y|needs a value.*y"):
            theano.function([x, y], x + y)(1)

    def test_too_many_are_refused(self):
        x = T.dscalar("x")
        with pytest.raises(TypeError):
            theano.function([x], x)(1, 2)

    @pytest.mark.parametrize("value", [np.ones((2, 2)), "text"])
    def test_of_the_wrong_kind_are_refused(self, value):
        x = T.dvector("x")
        with pytest.raises((TypeError, ValueError)):
            theano.function([x], x * 2)(value)

    def test_lose_precision_only_when_that_is_allowed(self):
        x = T.fvector("x")
        data = np.array([0.1, 0.2])
        with pytest.raises(TypeError):
            theano.function([x], x * 2)(data)
        result = theano.function([x], x * 2, allow_input_downcast=True)(data)
        np.testing.assert_array_equal(result, np.float32(data) * 2)

    def test_gain_precision_silently(self):
        x = T.dvector("x")
        assert theano.function([x], x * 2)(np.array([1, 2], "int32")).dtype == "float64"

    def test_lists_are_taken(self):
        x = T.dmatrix("x")
        assert theano.function([x], x.sum())([[1.0, 2.0], [3.0, 4.0]]) == 10

    def test_unused_ones_are_an_error_a_warning_or_nothing(self):
        x, y = T.dscalars("x", "y")
        with pytest.raises(theano.compile.UnusedInputError, match="y"):
            theano.function([x, y], x * 2)
        with pytest.warns(UserWarning, match="y"):
            theano.function([x, y], x * 2, on_unused_input="warn")
        assert float(theano.function([x, y], x * 2, on_unused_input="ignore")(1, 2)) == 2

    def test_one_that_is_never_given_is_named(self):
        x, y = T.dscalars("x", "forgotten")
        with pytest.raises(theano.gof.MissingInputError, match="forgotten"):
            theano.function([x], x + y)

    def test_must_be_a_list(self):
        x = T.dscalar("x")
        with pytest.raises((TypeError, Exception), match="list"):
            theano.function(x, x)


class TestShapes:
    def test_one_function_serves_many(self):
        x = T.dmatrix("x")
        f = theano.function([x], [x.sum(axis=0), T.zeros((x.shape[1], 2)) + x.mean()])
        for rows, columns in [(2, 3), (5, 1), (1, 4), (0, 2)]:
            data = np.arange(rows * columns, dtype="float64").reshape(rows, columns)
            total, filled = f(data)
            np.testing.assert_allclose(total, data.sum(axis=0))
            assert filled.shape == (columns, 2)

    def test_sizes_may_depend_on_values(self):
        n = T.lscalar("n")
        data = theano.shared(np.arange(20.0).reshape(10, 2))
        batch = theano.function([n], data[n * 3 : (n + 1) * 3])
        for index in (0, 1, 3):
            np.testing.assert_array_equal(batch(index), data.get_value()[index * 3 :][:3])
        assert theano.function([n], T.arange(n))(4).tolist() == [0, 1, 2, 3]

    def test_that_do_not_fit_are_an_error(self):
        x, y = T.dmatrices("x", "y")
        f = theano.function([x, y], [x + y])
        with pytest.raises(ValueError):
            f(np.ones((2, 3)), np.ones((2, 4)))
        with pytest.raises(ValueError):
            # An axis that happens to have size 1 isn't repeated silently.
            f(np.ones((2, 1)), np.ones((2, 4)))


class TestUpdates:
    def test_all_use_the_values_before_the_call(self):
        a, b = theano.shared(1.0, "a"), theano.shared(2.0, "b")
        theano.function([], updates={a: b, b: a} if ENGINE == "pytensor" else [(a, b), (b, a)])()
        assert (float(a.get_value()), float(b.get_value())) == (2, 1)

    def test_one_value_for_two_variables(self):
        a, b = theano.shared(np.zeros(3)), theano.shared(np.zeros(3))
        x = T.dvector()
        total = x + 1
        f = theano.function([x], updates=[(a, total), (b, total)])
        for start in (0.0, 5.0):
            f(np.full(3, start))
            assert a.get_value().tolist() == b.get_value().tolist() == [start + 1] * 3

    def test_a_copy_is_independent(self):
        a, b = theano.shared(np.arange(3.0)), theano.shared(np.zeros(3))
        copy_a = theano.function([], updates=[(b, a)])
        add = theano.function([], updates=[(a, a + 1)])
        copy_a()
        add()
        add()
        assert b.get_value().tolist() == [0, 1, 2]
        assert a.get_value().tolist() == [2, 3, 4]

    def test_outputs_are_of_before_the_update(self):
        count = theano.shared(0)
        f = theano.function([], count, updates=[(count, count + 1)])
        assert [int(f()), int(f()), int(count.get_value())] == [0, 1, 2]

    def test_of_another_dtype_are_refused(self):
        a = theano.shared(np.zeros(3, "float32"), "narrow")
        with pytest.raises(TypeError, match="update"):
            theano.function([], updates=[(a, T.cast(a, "float64"))])

    def test_of_a_size_known_only_later(self):
        a = theano.shared(np.zeros((2, 3)))
        x = T.dmatrix()
        f = theano.function([x], updates=[(a, x.T)])
        f(np.ones((4, 5)))
        assert a.get_value().shape == (5, 4)


class TestGivens:
    def test_replace_a_variable(self):
        x, y = T.dscalars("x", "y")
        assert float(theano.function([y], x**2, givens={x: y + 1})(2)) == 9

    def test_bring_in_shared_data(self):
        x = T.dvector("x")
        data = theano.shared(np.arange(4.0))
        assert float(theano.function([], x.sum(), givens={x: data})()) == 6

    def test_of_an_input_are_refused(self):
        x = T.dscalar("x")
        with pytest.raises(RuntimeError, match="x"):
            theano.function([x], x**2, givens={x: x + 1})


class TestShared:
    def test_values_are_copied_unless_borrowed(self):
        data = np.zeros(3)
        w = theano.shared(data)
        data[:] = 5
        assert w.get_value().tolist() == [0, 0, 0]
        w.get_value()[:] = 5
        assert w.get_value().tolist() == [0, 0, 0]
        w.set_value(data)
        data[:] = 6
        assert w.get_value().tolist() == [5, 5, 5]

    def test_numpy_arrays_come_back_after_a_call(self):
        w = theano.shared(np.zeros(3, "float32"))
        theano.function([], updates=[(w, w + np.float32(1))])()
        for borrow in (True, False):
            value = w.get_value(borrow=borrow)
            assert type(value) is np.ndarray
            assert value.dtype == "float32"
            assert value.tolist() == [1, 1, 1]

    def test_a_borrowed_value_survives_the_next_update(self):
        w = theano.shared(np.zeros(3))
        add = theano.function([], updates=[(w, w + 1)])
        add()
        before = w.get_value()
        seen = w.get_value(borrow=True)
        add()
        assert before.tolist() == [1, 1, 1]
        assert seen.tolist() in ([1, 1, 1], [2, 2, 2])  # old or new, never garbage
        assert w.get_value().tolist() == [2, 2, 2]

    def test_dtypes(self):
        assert theano.shared(1).dtype == "int64"
        assert theano.shared(1.0).dtype == "float64"
        assert theano.shared(np.float32(1)).dtype == "float32"
        assert theano.shared(np.ones(2, "int8")).dtype == "int8"

    def test_a_value_that_would_lose_precision_is_refused(self):
        w = theano.shared(np.zeros(2, "float32"), name="weights")
        with pytest.raises(TypeError):
            w.set_value(np.array([0.1, 0.2]))

    def test_another_rank_is_refused(self):
        with pytest.raises(TypeError):
            theano.shared(np.zeros(2)).set_value(np.zeros((2, 2)))

    def test_another_shape_is_taken(self):
        w = theano.shared(np.zeros(2))
        f = theano.function([], w * 2)
        f()
        w.set_value(np.ones(4))
        assert f().tolist() == [2, 2, 2, 2]

    def test_broadcastable(self):
        row = theano.shared(np.zeros((1, 3)), broadcastable=(True, False))
        assert row.broadcastable == (True, False)
        assert theano.shared(np.zeros((1, 3))).broadcastable == (False, False)
        with pytest.raises(TypeError):
            row.set_value(np.zeros((2, 3)))

    def test_no_symbolic_value(self):
        with pytest.raises(TypeError):
            theano.shared(T.zeros(3))

    def test_zero(self):
        w = theano.shared(np.ones(3))
        w.zero()
        assert w.get_value().tolist() == [0, 0, 0]

    def test_pickle_and_copy(self):
        w = theano.shared(np.ones(3), name="w")
        theano.function([], updates=[(w, w + 1)])()
        for other in (pickle.loads(pickle.dumps(w)), copy.deepcopy(w)):
            assert other.name == "w"
            assert other.get_value().tolist() == [2, 2, 2]
            other.set_value(np.zeros(3))
        assert w.get_value().tolist() == [2, 2, 2]

    def test_default_update(self):
        count = theano.shared(0)
        count.default_update = count + 1
        f = theano.function([], count)
        assert [int(f()), int(f())] == [0, 1]
        theano.function([], count, no_default_updates=True)()
        assert int(count.get_value()) == 2

    @pytest.mark.parametrize("mode", [None, "FAST_COMPILE"])
    def test_default_update_of_known_size(self, mode):
        w = theano.shared(np.zeros(2))
        w.default_update = w + T.constant(np.array([1.0, 2.0]))
        theano.function([], w * 1, mode=mode)()
        assert w.get_value().tolist() == [1, 2]


class TestModes:
    @pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
    def test_give_the_same(self, mode):
        x = T.dvector("x")
        f = theano.function([x], T.exp(x).sum(), mode=mode)
        assert float(f(np.array([0.0, 1.0]))) == pytest.approx(1 + np.e)

    def test_an_unknown_one_is_named(self):
        x = T.dvector("x")
        with pytest.raises(Exception, match="FASTER"):
            theano.function([x], x, mode="FASTER")


class TestWalks:
    def test_inputs_go_from_left_to_right_in_the_last_first(self):
        a, b, c = T.dvectors("a", "b", "c")
        assert inputs([a * b + T.exp(c)]) == [a, b, c]
        assert inputs([a, b + c]) == [b, c, a]
        assert inputs([T.exp(a) * b], blockers=[b]) == [a, b]

    def test_blockers_are_not_looked_below(self):
        a = T.dvector("a")
        middle = T.exp(a)
        assert inputs([middle + 1.0], blockers=[middle])[:1] != [a]
        assert a not in ancestors([middle + 1.0], blockers=[middle])

    def test_ancestors(self):
        a, b = T.dvectors("a", "b")
        middle = T.exp(a)
        top = middle + b
        assert set(ancestors([top])) == {top, middle, a, b}

    def test_same_graph(self):
        x, y = T.dscalars("x", "y")
        assert is_same_graph(x + T.exp(x), x + T.exp(x))
        assert not is_same_graph(x + 1, y + 1)
        assert is_same_graph(x + 1, y + 1, givens={x: y})

    def test_clone(self):
        x, y = T.dscalars("x", "y")
        expression = x**2 + y
        # A replacement may contain what it replaces.
        assert float(theano.clone(expression, {x: x + 1}).eval({x: 1.0, y: 5.0})) == 9
        first, second = theano.clone([expression, x * 2], replace=[(x, y)])
        assert float(first.eval({y: 3.0})) == 12
        assert float(second.eval({y: 3.0})) == 6


class TestGradients:
    def test_of_a_sum(self):
        x = T.dvector("x")
        assert T.grad(T.sum(x**2), x).eval({x: np.array([1.0, 3.0])}).tolist() == [2, 6]
        both = theano.grad(T.sum(x**3), [x])
        assert both[0].eval({x: np.array([1.0, 2.0])}).tolist() == [3, 12]

    def test_from_known_ones_only(self):
        x = T.dvector("x")
        y = T.exp(x)
        gradient = theano.grad(None, wrt=x, known_grads={y: T.ones_like(y) * 3})
        assert gradient.eval({x: np.zeros(2)}).tolist() == [3, 3]

    def test_of_what_it_does_not_depend_on(self):
        x, y = T.dscalars("x", "y")
        with pytest.raises(theano.gradient.DisconnectedInputError):
            T.grad(x**2, y)
        assert float(T.grad(x**2, y, disconnected_inputs="ignore").eval({y: 1.0})) == 0


class TestPrinting:
    def test_debugprint(self):
        x = T.dscalar("x")
        w = theano.shared(2.0, name="w")
        text = theano.printing.debugprint(theano.function([x], w * x), file="str")
        assert "x" in text
        assert "w" in text

    def test_pprint(self):
        x, y = T.dscalars("x", "y")
        assert theano.pprint(x + y) == theano.pp(x + y) == "(x + y)"


class TestMissingNames:
    def test_on_both_engines_it_is_an_attribute_error(self):
        assert not hasattr(T, "no_such_name")
        assert not hasattr(theano, "no_such_name")


class TestTensorNames:
    """What PyTensor names or does in another way than Theano."""

    def test_batched_dot(self):
        rng = np.random.RandomState(0)
        shapes = [
            ((4, 2, 3), (4, 3, 5)),
            ((4, 3), (4, 3, 5)),
            ((4, 2, 3), (4, 3)),
            ((4, 3), (4, 3)),
        ]
        values = [(rng.randn(*a), rng.randn(*b)) for a, b in shapes]
        results = theano.function(
            [], [T.batched_dot(T.constant(a), T.constant(b)) for a, b in values]
        )()
        for (a, b), result in zip(values, results):
            np.testing.assert_allclose(result, [np.dot(x, y) for x, y in zip(a, b)])

    def test_batched_tensordot(self):
        rng = np.random.RandomState(0)
        x, y = rng.randn(2, 3, 4, 5), rng.randn(2, 5, 4, 6)
        result = T.batched_tensordot(T.constant(x), T.constant(y), [[2, 3], [2, 1]])
        expected = [np.tensordot(a, b, [[1, 2], [1, 0]]) for a, b in zip(x, y)]
        np.testing.assert_allclose(result.eval(), expected)

    def test_broadcasting_patterns(self):
        x = T.TensorType("float32", (False, True))("x")
        assert x.broadcastable == (False, True)
        assert T.addbroadcast(T.matrix(), 0).broadcastable == (True, False)
        assert T.patternbroadcast(T.matrix(), (False, True)).broadcastable == (False, True)
        assert T.dmatrix().dimshuffle("x", 0, 1).broadcastable == (True, False, False)

    def test_stack_join_and_flatten(self):
        x = np.arange(6.0).reshape(2, 3)
        c = T.constant(x)
        results = theano.function(
            [],
            [
                T.stack([c, c], axis=1),
                T.concatenate([c, c], axis=1),
                T.join(0, c, c),
                T.flatten(c, 1),
                T.flatten(T.stack([c, c]), outdim=2),
            ],
        )()
        expected = [
            np.stack([x, x], 1),
            np.concatenate([x, x], 1),
            np.concatenate([x, x]),
            x.ravel(),
            np.stack([x, x]).reshape(2, 6),
        ]
        for result, value in zip(results, expected):
            np.testing.assert_array_equal(result, value)

    def test_subtensors(self):
        x = T.dmatrix("x")
        data = np.zeros((2, 3))
        results = theano.function([x], [T.set_subtensor(x[0], 1.0), T.inc_subtensor(x[:, 1], 2.0)])(
            data
        )
        assert results[0].tolist() == [[1, 1, 1], [0, 0, 0]]
        assert results[1].tolist() == [[0, 2, 0], [0, 2, 0]]

    def test_top_k(self):
        x = np.array([[3.0, 1.0, 2.0, 5.0], [0.0, 4.0, 9.0, 1.0]])
        values, where = T.topk_and_argtopk(T.constant(x), 2, sorted=False)
        assert np.sort(values.eval()).tolist() == [[3, 5], [4, 9]]
        assert np.sort(where.eval()).tolist() == [[0, 3], [1, 2]]

    def test_dtype_lists(self):
        assert "float32" in T.float_dtypes
        assert "int64" in T.integer_dtypes
        assert "uint8" in T.discrete_dtypes
        assert "complex64" in T.complex_dtypes

    @pytest.mark.parametrize("name", ["abs_", "neq", "sqr", "inv", "sgn", "erf", "tanh", "log1p"])
    def test_elementwise_names(self, name):
        functions = {
            "abs_": np.abs,
            "neq": lambda x: x != 1,
            "sqr": np.square,
            "inv": lambda x: 1 / x,
            "sgn": np.sign,
            "tanh": np.tanh,
            "log1p": np.log1p,
        }
        x = np.array([0.5, 1.0, 2.0])
        symbolic = T.constant(x)
        if name == "erf":
            import scipy.special

            functions["erf"] = scipy.special.erf
        result = T.neq(symbolic, 1) if name == "neq" else getattr(T, name)(symbolic)
        np.testing.assert_allclose(result.eval(), functions[name](x))
