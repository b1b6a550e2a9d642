"""What `theano.function` takes, and what it says of what it doesn't take."""

import copy
import pickle
from collections import OrderedDict

import numpy as np
import pytest
import theano
import theano.tensor as T


class TestInputs:
    def test_may_be_expressions_below_which_nothing_is_computed(self):
        x = T.dvector("x")
        middle = T.exp(x)
        f = theano.function([middle, theano.In(x, value=np.ones(2))], middle * 2 + x)
        assert f([1.0, 2.0]).tolist() == [3, 5]
        assert f([1.0, 2.0], x=[0.0, 1.0]).tolist() == [2, 5]

    def test_of_the_same_name_go_by_position_only(self):
        x, y = T.dscalar("x"), T.dscalar("x")
        f = theano.function([x, y], x - y)
        assert float(f(3, 1)) == 2
        with pytest.raises(TypeError):
            f(3, x=1)

    def test_given_twice_are_refused(self):
        x, y = T.dscalars("x", "y")
        with pytest.raises(TypeError):
            theano.function([x, y], x - y)(1, 2, x=3)

    @pytest.mark.parametrize("dtype", ["bool", "int8", "uint16", "float16", "complex64"])
    def test_of_every_dtype(self, dtype):
        x = T.TensorType(dtype, (False,))("x")
        w = theano.shared(np.ones(3, dtype))
        f = theano.function([x], [x, x * w], updates=[(w, (w * x).astype(dtype))])
        data = np.array([0, 1, 1]).astype(dtype)
        for result in f(data):
            assert result.dtype == dtype
            np.testing.assert_array_equal(result, data)
        np.testing.assert_array_equal(w.get_value(), data)
        assert w.get_value().dtype == dtype

    def test_may_lie_in_memory_in_any_way(self):
        x = T.dmatrix("x")
        f = theano.function([x], x * 2)
        data = np.arange(24.0).reshape(4, 6)
        read_only = data.copy()
        read_only.flags.writeable = False
        arrays = [data[::2, ::3], data.T, data[::-1, ::-1], np.asfortranarray(data), read_only]
        for array in [*arrays, data.astype(">f8"), np.zeros((0, 3))]:
            np.testing.assert_array_equal(f(array), 2 * np.asarray(array))

    def test_without_a_value_for_a_dimension(self):
        x = T.dmatrix("x")
        with pytest.raises(ValueError):
            theano.function([x], x.sum())([[1, 2], [3]])

    def test_numbers_that_a_dtype_cannot_hold(self):
        x = T.bscalar("x")
        with pytest.raises(TypeError):
            theano.function([x], x * 1)(300)

    @pytest.mark.parametrize(
        ("inputs", "call", "expected"),
        [
            (lambda x: [(x, 2.0)], lambda f: f(), 2),
            (lambda x: [[x]], lambda f: f(3), 3),
            (lambda x: [("q", x)], lambda f: f(q=4), 4),
            (lambda x: [("q", x, 5.0)], lambda f: f(), 5),
            (lambda x: [((x, x + 1), 3.0)], lambda f: f() * 10 + f(), 34),
            (lambda x: [("q", (x, x + 1), 3.0)], lambda f: f() * 10 + f["q"], 34),
            (lambda x: [theano.In(x, name="q")], lambda f: f(q=6), 6),
        ],
    )
    def test_may_be_given_in_short(self, inputs, call, expected):
        x = T.dscalar("x")
        assert float(call(theano.function(inputs(x), x * 1))) == expected

    @pytest.mark.parametrize(
        "wrong",
        [
            lambda x, y: [T.constant(3.0), x],
            lambda x, y: [x, 3],
            lambda x, y: [x, None],
            lambda x, y: [x, ()],
            lambda x, y: [x, (y, 1.0, 2.0)],
            lambda x, y: [x, (y, T.dscalar())],
            lambda x, y: [x, theano.shared(1.0)],
            lambda x, y: [x, theano.In(y, value="text")],
            lambda x, y: [x, theano.In(y, value=np.ones(3))],
            lambda x, y: [x, theano.In(y, implicit=True)],
            lambda x, y: [x, theano.In(y, value=1.0, update=T.cast(y, "float32"))],
            lambda x, y: [x, theano.In(y, name=3)],
        ],
    )
    def test_that_can_be_none_are_refused(self, wrong):
        x, y = T.dscalars("x", "y")
        with pytest.raises((TypeError, ValueError)):
            theano.function(wrong(x, y), x + y)

    def test_an_unused_one_is_told_of_before_a_missing_one(self):
        x, y, z = T.dscalars("x", "y", "z")
        with pytest.raises(theano.compile.UnusedInputError, match="y"):
            theano.function([x, y], x + z)
        with pytest.raises(theano.gof.MissingInputError, match="z"):
            theano.function([x], x + z)
        with pytest.raises(theano.compile.UnusedInputError, match="x"):
            theano.function([x, theano.In(x)], x)

    def test_what_to_do_with_unused_ones(self):
        x, y = T.dscalars("x", "y")
        with pytest.raises(ValueError, match="shout"):
            theano.function([x, y], x * 1, on_unused_input="shout")
        updated = theano.In(y, value=1.0, update=y + 1)
        f = theano.function([x, updated], x * 1)
        f(1)
        assert float(f[y]) == 2

    def test_each_is_strict_or_narrowed_by_itself(self):
        x, y = T.fscalars("x", "y")
        f = theano.function([theano.In(x, allow_downcast=True), theano.In(y, strict=True)], x - y)
        assert float(f(np.array(0.5), np.array(0.25, "float32"))) == 0.25
        with pytest.raises(TypeError):
            f(0.5, 0.25)
        with pytest.raises(TypeError):
            f(0.5, np.array(0.25))
        g = theano.function([x, theano.In(y)], x - y, allow_input_downcast=True)
        with pytest.raises(TypeError):
            g(np.array(0.5), np.array(0.25))

    def test_state_of_an_input_with_an_update(self):
        x, n = T.dscalars("x", "n")
        f = theano.function([x, theano.In(n, value=1.0, update=n + x)], n * 1)
        assert [float(f(1)), float(f(2, 10.0)), float(f(3))] == [1, 10, 12]


class TestOutputs:
    def test_none(self):
        x = T.dscalar("x")
        for outputs in ([], None):
            assert not theano.function([x], outputs, on_unused_input="ignore")(1)
        assert theano.function([], {})() == {}

    def test_the_same_twice_and_constants(self):
        x = T.dvector("x")
        y = x + 1
        f = theano.function([x], [y, y, x, x, T.constant(np.float32(2))])
        results = f([1.0, 2.0])
        results[0][0] = results[2][0] = 99
        assert [r.tolist() for r in results[:4]] == [[99, 3], [2, 3], [99, 2], [1, 2]]
        assert results[4].dtype == "float32"

    def test_that_are_no_variables_are_refused(self):
        x = T.dscalar("x")
        with pytest.raises(TypeError):
            theano.function([x], [[x, x + 1]])
        for wrong in ([None], 3, "text", [x, 3.0]):
            with pytest.raises(TypeError):
                theano.function([x], wrong)


class TestUpdates:
    @pytest.mark.parametrize(
        "kind",
        [
            dict,
            OrderedDict,
            theano.OrderedUpdates,
            list,
            tuple,
            set,
            lambda pairs: OrderedDict(pairs).items(),
            lambda pairs: [list(pair) for pair in pairs],
            lambda pairs: tuple(OrderedDict(pairs).items()),
        ],
    )
    def test_and_givens_may_be_any_collection_of_pairs(self, kind):
        w, v, x, y = theano.shared(1.0), theano.shared(2.0), T.dscalar(), T.dscalar()
        updates = kind([(w, w + x), (v, v * x)])
        givens = dict if kind is theano.OrderedUpdates else kind  # that takes shared variables
        f = theano.function([y], x + 1, updates=updates, givens=givens([(x, y * 10)]))
        assert [float(f(2)), float(w.get_value()), float(v.get_value())] == [21, 21, 40]

    @pytest.mark.parametrize(
        "kind",
        [iter, lambda pairs: zip(*zip(*pairs)), lambda pairs: (pair for pair in pairs)],
    )
    def test_without_a_length_are_refused(self, kind):
        w = theano.shared(1.0)
        with pytest.raises(TypeError):
            theano.function([], updates=kind([(w, w + 1)]))

    def test_by_numbers_and_arrays(self):
        step, rate, w = theano.shared(1.0), theano.shared(np.float32(1)), theano.shared(np.ones(3))
        f = theano.function([], updates=[(step, 2), (rate, 0.5), (w, np.arange(3.0))])
        f()
        assert (float(step.get_value()), float(rate.get_value())) == (2, 0.5)
        assert step.get_value().dtype == "float64"
        assert rate.get_value().dtype == "float32"
        assert w.get_value().tolist() == [0, 1, 2]

    @pytest.mark.parametrize(
        "updates",
        [
            lambda w: [w],
            lambda w: w,
            lambda w: 3,
            lambda w: [3],
            lambda w: [(w, w, w)],
            lambda w: [(3, w)],
            lambda w: [(w, "text")],
            lambda w: [(w, None)],
            lambda w: [(w, 0.0)],
            lambda w: [(w, w + 1), (w, w + 2)],
            lambda w: [(T.dvector(), w)],
            lambda w: [(w, w.dimshuffle(0, "x"))],
            lambda w: [(w, T.cast(w, "float32"))],
        ],
    )
    def test_that_do_not_fit_are_refused(self, updates):
        with pytest.raises((TypeError, ValueError)):
            theano.function([], updates=updates(theano.shared(np.ones(3), "w")))

    def test_go_round(self):
        a, b, c = (theano.shared(np.full(2, n)) for n in (1.0, 10.0, 100.0))
        f = theano.function([], updates=[(a, b), (b, c), (c, a)])
        f()
        f()
        assert [v.get_value()[0] for v in (a, b, c)] == [100, 1, 10]

    def test_of_values_that_were_borrowed(self):
        a, b = theano.shared(np.ones(3)), theano.shared(np.zeros(3))
        f = theano.function([], [a * 1, b * 1], updates=[(a, a + 1)])
        f()
        b.set_value(a.get_value(borrow=True), borrow=True)
        first, second = f()
        assert (first[0], second[0]) == (2, 2)
        assert f()[0].tolist() == [3, 3, 3]

    def test_an_error_in_a_call_changes_nothing(self):
        a, x = theano.shared(np.ones(3)), T.dvector("x")
        f = theano.function([x], updates=[(a, a + x)])
        with pytest.raises(ValueError):
            f(np.ones(4))
        assert a.get_value().tolist() == [1, 1, 1]
        f(np.ones(3))
        assert a.get_value().tolist() == [2, 2, 2]


class TestCopies:
    def test_have_values_of_their_own(self):
        w, x = theano.shared(1.0, "w"), T.dscalar("x")
        f = theano.function([x], w * x, updates=[(w, w + x)])
        assert float(f(1)) == 1
        for other in (pickle.loads(pickle.dumps(f)), copy.deepcopy(f)):
            assert [float(other(3)), float(other(3))] == [6, 15]
        again, value = pickle.loads(pickle.dumps((f, w)))
        again(3)
        assert (float(value.get_value()), float(w.get_value())) == (5, 2)


class TestTrustInput:
    """`f.trust_input` leaves out the checks of arguments, and changes no value."""

    def test_gives_the_same(self):
        x, y = T.fmatrix("x"), T.fmatrix("y")
        f = theano.function([x, y], T.dot(x, y), allow_input_downcast=True)
        values = np.arange(6, dtype="float32").reshape(2, 3), np.ones((3, 2), "float32")
        checked = f(*values)
        f.trust_input = True
        np.testing.assert_array_equal(f(*values), checked)
        np.testing.assert_array_equal(checked, [[3, 3], [12, 12]])
