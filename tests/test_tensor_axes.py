"""Axes as Theano's programs give them, and new ones; on both engines."""

import numpy as np
import pytest
import theano
import theano.tensor as T

X = np.array([[3.0, 1.0, 2.0], [5.0, 4.0, 6.0]])


def tensor(*pattern):
    return T.TensorType("float64", pattern)()


def pattern_of(variable):
    return "".join(str(int(unit)) for unit in variable.broadcastable)


class TestNewAxes:
    # What Theano 1.0.5 makes of them.
    @pytest.mark.parametrize(
        ("pattern", "index", "expected"),
        [
            ((0, 1), np.s_[:, None], "01"),
            ((0, 1), np.s_[None, :], "10"),
            ((0, 1), np.s_[None, :, None], "101"),
            ((0, 1), np.s_[:, None, None], "011"),
            ((0, 1), np.s_[0, None], "1"),
            ((0, 1), np.s_[None, 1:], "10"),
            ((0, 1), np.s_[::-1, None], "01"),
            ((0, 1), np.s_[:, None, :], "011"),
            ((0, 1), np.s_[:, :, None], "011"),
            ((0, 1), np.s_[..., None], "011"),
            ((0, 1), np.s_[None, ...], "101"),
            ((0, 1), np.s_[:, None, 0], "01"),
            ((1, 1), np.s_[:, None], "11"),
            ((1, 1), np.s_[None], "1"),
            ((1,), np.s_[None], "1"),
            ((1,), np.s_[None, None], "11"),
            ((0,), np.s_[:, None], "01"),
            ((), np.s_[None, None], "11"),
            ((1, 0), np.s_[:, None, :], "110"),
            ((1, 0), np.s_[None, :, :], "110"),
            ((0, 0, 1), np.s_[:, None, :], "010"),
            ((0, 0, 1), np.s_[:, :, None], "001"),
            ((0, 1, 1), np.s_[:, None], "01"),
            ((0, 1, 0), np.s_[..., None, :], "0110"),
            ((1, 0, 1), np.s_[:, None, :], "110"),
            ((0, 1), np.s_[:], "01"),
            ((0, 1, 1), np.s_[0], "11"),
        ],
    )
    def test_patterns(self, pattern, index, expected):
        assert pattern_of(tensor(*map(bool, pattern))[index]) == expected

    def test_an_integer_variable_is_an_index(self):
        assert pattern_of(tensor(False, True)[T.iscalar(), None]) == "1"

    def test_advanced_indices_drop_nothing(self):
        assert pattern_of(tensor(False, True)[T.ivector(), None]) == "011"

    def test_values(self):
        x = tensor(False, True)
        f = theano.function([x], [x[:, None], x[None, ::-1], x[:, None] + np.zeros((3, 1))])
        column = X[:1].T
        found = f(column)
        np.testing.assert_array_equal(found[0], column)
        np.testing.assert_array_equal(found[1], column[::-1].T)
        np.testing.assert_array_equal(found[2], column)

    def test_of_an_allocated_column(self):
        n = T.iscalar()
        assert T.alloc(1.0, n, 1)[:, None].ndim == 2
        assert theano.function([n], T.alloc(1.0, n, 1)[:, None])(3).tolist() == [[1], [1], [1]]

    def test_a_gradient_comes_in_the_whole_shape(self):
        x = tensor(False, True)
        slope = theano.function([x], T.grad((x[:, None] ** 2).sum(), x))(X[:1].T)
        np.testing.assert_array_equal(slope, 2 * X[:1].T)


REDUCED = {
    "max": np.max,
    "min": np.min,
    "argmax": np.argmax,
    "argmin": np.argmin,
    "ptp": np.ptp,
}


class TestConstantAxes:
    @pytest.mark.parametrize("name", REDUCED)
    def test_of_extremes(self, name):
        make, compute = getattr(T, name), REDUCED[name]
        for axis in (0, 1, -1):
            expected = compute(X, axis=axis)
            for given in (T.constant(axis), T.constant([axis]), np.array(axis), np.int64(axis)):
                found = theano.function([], make(T.constant(X), axis=given))()
                np.testing.assert_array_equal(found, expected)
        for given in (T.constant([0, 1]), (), (0, 1), None):
            found = theano.function([], make(T.constant(X), axis=given))()
            np.testing.assert_array_equal(found, compute(X))

    @pytest.mark.parametrize("name", ["max", "min", "argmax"])
    def test_of_methods(self, name):
        found = theano.function([], getattr(T.constant(X), name)(axis=T.constant(0)))()
        np.testing.assert_array_equal(found, REDUCED[name](X, axis=0))

    def test_of_the_gradient_of_a_maximum(self):
        x = T.dmatrix()
        f = theano.function([x], T.grad(T.max(x, axis=T.constant(0)).sum(), x))
        assert f(X).tolist() == [[0, 0, 0], [1, 1, 1]]

    @pytest.mark.parametrize("name", ["sum", "prod", "mean", "any", "all"])
    def test_of_sums(self, name):
        values = X > 2 if name in ("any", "all") else X
        for given in (np.array(0), np.int64(0), [np.int64(0)]):
            found = theano.function([], getattr(T, name)(T.constant(values), axis=given))()
            np.testing.assert_array_equal(found, getattr(np, name)(values, axis=0))

    @pytest.mark.parametrize("axis", [T.constant(1), np.array(1), np.int64(1), 1.0])
    def test_of_joined_tensors(self, axis):
        x = T.constant(X)
        expected = np.concatenate([X, X], axis=1)
        for joined in (T.concatenate([x, x], axis=axis), T.join(axis, x, x)):
            np.testing.assert_array_equal(theano.function([], joined)(), expected)

    @pytest.mark.parametrize("axis", [T.constant(0), np.array(0), [0], 0.0])
    def test_of_sorted_tensors(self, axis):
        x = T.constant(X[::-1].copy())
        np.testing.assert_array_equal(theano.function([], T.sort(x, axis=axis))(), X)
        found = theano.function([], T.argsort(x, axis=axis))()
        np.testing.assert_array_equal(found, [[1, 1, 1], [0, 0, 0]])

    def test_of_others(self):
        x, axis = T.constant(X), np.array(0)
        found = theano.function(
            [],
            [
                T.stack([x, x], axis=axis),
                T.take(x, [1, 0], axis=axis),
                *T.split(x, [1, 1], 2, axis=axis),
            ],
        )()
        np.testing.assert_array_equal(found[0], [X, X])
        np.testing.assert_array_equal(found[1], X[::-1])
        np.testing.assert_array_equal(found[3], X[1:])

    @pytest.mark.parametrize("name", ["max", "sum", "concatenate"])
    def test_that_are_not_there(self, name):
        x = [T.constant(X)] * 2 if name == "concatenate" else T.constant(X)
        with pytest.raises(ValueError):
            getattr(T, name)(x, axis=5)

    @pytest.mark.parametrize("name", ["max", "sum", "mean", "cumsum"])
    def test_that_are_computed(self, name):
        with pytest.raises(TypeError):
            getattr(T, name)(T.constant(X), axis=T.iscalar())


class TestLargest:
    @pytest.mark.parametrize("axis", [0, 1, -1, None])
    @pytest.mark.parametrize("kth", [1, 2, -1, -2])
    def test_values_and_places(self, kth, axis):
        x = T.dmatrix()
        options = {"axis": axis, "sorted": False}
        outputs = [T.topk(x, kth, **options), T.argtopk(x, kth, **options)]
        outputs += T.topk_and_argtopk(x, kth, **options)
        values, places, *both = theano.function([x], outputs)(X)
        whole, along = (X.ravel(), 0) if axis is None else (X, axis)
        ordered = np.sort(whole, axis=along)
        chosen = slice(-kth, None) if kth > 0 else slice(None, -kth)
        expected = np.moveaxis(np.moveaxis(ordered, along, 0)[chosen], 0, along)
        np.testing.assert_array_equal(np.sort(values, axis=along), expected)
        np.testing.assert_array_equal(np.take_along_axis(whole, places, along), values)
        np.testing.assert_array_equal(both[0], values)
        np.testing.assert_array_equal(both[1], places)

    def test_their_number_may_be_a_constant(self):
        found = theano.function([], T.topk(T.constant(X), T.constant(2), axis=None, sorted=False))()
        assert sorted(found.tolist()) == [5, 6]

    def test_more_than_there_are(self):
        x = T.dmatrix()
        f = theano.function([x], T.topk(x, 3, axis=0, sorted=False))
        with pytest.raises(ValueError):
            f(X)

    def test_along_an_axis_that_is_not_there(self):
        with pytest.raises(IndexError):
            T.topk(T.constant(X), 1, axis=2, sorted=False)


class TestFlatten:
    @pytest.mark.parametrize("ndim", [0, -1, 3])
    def test_wrong_numbers_of_dimensions(self, ndim):
        x = T.matrix()
        for flatten in (lambda: T.flatten(x, ndim), lambda: x.flatten(ndim)):
            with pytest.raises(ValueError):
                flatten()
        with pytest.raises(ValueError):
            T.flatten(x, outdim=ndim)

    @pytest.mark.parametrize(("ndim", "shape"), [(None, (24,)), (1, (24,)), (2, (2, 12))])
    def test_shapes(self, ndim, shape):
        x = T.constant(np.ones((2, 3, 4)))
        assert theano.function([], T.flatten(x, ndim))().shape == shape
        assert theano.function([], x.flatten(ndim))().shape == shape
