"""What depends on values and not on shapes only: indices, sizes, slices, assertions."""

import numpy as np
import pytest
import theano
import theano.tensor as T

ROWS = np.arange(24.0).reshape(12, 2)


class TestIndices:
    """An index that is out of bounds is an error, before anything is updated."""

    @pytest.mark.parametrize("index", [5, -4])
    def test_of_one_element(self, index):
        x, i = T.dvector("x"), T.lscalar("i")
        lookup = theano.function([x, i], x[i])
        assert float(lookup(np.arange(3.0), index % 3)) == index % 3
        with pytest.raises(IndexError):
            lookup(np.arange(3.0), index)

    def test_that_are_constant(self):
        x = T.dvector("x")
        with pytest.raises(IndexError):
            theano.function([x], x[5])(np.arange(3.0))
        with pytest.raises(IndexError):
            theano.function([x], x[[0, 5]])(np.arange(3.0))

    @pytest.mark.parametrize("indices", [[0, 3], [-4, 0]])
    def test_of_several_elements(self, indices):
        x, i = T.dmatrix("x"), T.lvector("i")
        f = theano.function([x, i], [x[i], x[:, i], x[i, i], T.set_subtensor(x[i], 0.0)])
        data = np.arange(9.0).reshape(3, 3)
        np.testing.assert_array_equal(f(data, [2, -3])[2], data[[2, -3], [2, -3]])
        with pytest.raises(IndexError):
            f(data, indices)

    def test_leave_shared_variables_as_they_were(self):
        w, steps = theano.shared(np.arange(3.0)), theano.shared(0)
        i = T.lvector("i")
        total = w[i].sum()
        f = theano.function([i], total, updates=[(w, w - T.grad(total, w)), (steps, steps + 1)])
        for _ in range(2):
            with pytest.raises(IndexError):
                f([0, 7])
            assert w.get_value().tolist() == [0, 1, 2]
            assert int(steps.get_value()) == 0
        assert float(f([0, 2, 2])) == 4
        assert w.get_value().tolist() == [-1, 1, 0]
        assert int(steps.get_value()) == 1

    def test_repeated(self):
        x, y, i = T.dvector("x"), T.dvector("y"), T.lvector("i")
        f = theano.function([x, y, i], [T.inc_subtensor(x[i], y), T.set_subtensor(x[i], 5.0)])
        increased, replaced = f(np.zeros(3), np.array([1.0, 2.0, 4.0]), [0, 0, 2])
        assert increased.tolist() == [3, 0, 4]
        assert replaced.tolist() == [5, 0, 5]


class TestAssertions:
    def test_hold_or_are_an_error(self):
        x = T.dvector("x")
        w = theano.shared(0.0)
        checked = T.opt.Assert("x should be positive")(x, T.all(x > 0))
        f = theano.function([x], checked * 2, updates=[(w, w + checked.sum())])
        assert f([1.0, 2.0]).tolist() == [2, 4]
        with pytest.raises(AssertionError, match="x should be positive"):
            f([1.0, -2.0])
        assert float(w.get_value()) == 3

    def test_let_the_gradient_through(self):
        x = T.dvector("x")
        checked = T.opt.Assert("x should be positive")(x, T.all(x > 0))
        assert theano.function([x], T.grad(T.sum(checked**2), x))([1.0, 2.0]).tolist() == [2, 4]


class TestMinibatches:
    """Slices of shared data, at a place that a call gives."""

    def test_one_after_another_and_a_smaller_last_one(self):
        data, index = theano.shared(ROWS), T.lscalar("index")
        x = T.dmatrix("x")
        batch = data[index * 5 : (index + 1) * 5]
        f = theano.function([index], [x * 1, x.sum(axis=0)], givens={x: batch})
        for n in (0, 1, 2, 5):
            same, total = f(n)
            np.testing.assert_array_equal(same, ROWS[n * 5 : (n + 1) * 5])
            np.testing.assert_allclose(total, ROWS[n * 5 : (n + 1) * 5].sum(axis=0))

    @pytest.mark.parametrize(
        "bounds",
        [
            lambda i, rows: slice(i, i + 3),
            lambda i, rows: slice(i - 4, i - 2),
            lambda i, rows: slice(i, None),
            lambda i, rows: slice(None, -i),
            lambda i, rows: slice(i, T.minimum(i + 5, rows.shape[0])),
            lambda i, rows: slice(i, i + 6, 2),
            lambda i, rows: slice(9, i),
        ],
    )
    def test_of_every_form(self, bounds):
        rows, i = T.dmatrix("rows"), T.lscalar("i")
        part = rows[bounds(i, rows), 1]
        changed = T.set_subtensor(rows[bounds(i, rows), 1:], -1.0)
        gradient = T.grad(T.sum(part**2), rows)
        f = theano.function([rows, i], [part, changed, gradient])
        for n in (0, 1, 3, 9):
            where = bounds(n, ROWS)
            if not isinstance(where.stop, (int, type(None))):
                where = slice(n, min(n + 5, len(ROWS)))
            expected = np.zeros_like(ROWS)
            expected[where, 1] = 2 * ROWS[where, 1]
            replaced = ROWS.copy()
            replaced[where, 1:] = -1
            found = f(ROWS, n)
            for result, value in zip(found, [ROWS[where, 1], replaced, expected]):
                np.testing.assert_array_equal(result, value)

    def test_along_two_axes(self):
        x, i, j = T.dmatrix("x"), T.lscalar("i"), T.iscalar("j")
        f = theano.function([x, i, j], [x[i : i + 2, j : j + 1], T.inc_subtensor(x[i:, j:], 1.0)])
        for n, m in [(0, 0), (3, 1), (11, 1)]:
            part, increased = f(ROWS, n, m)
            np.testing.assert_array_equal(part, ROWS[n : n + 2, m : m + 1])
            expected = ROWS.copy()
            expected[n:, m:] += 1
            np.testing.assert_array_equal(increased, expected)

    def test_at_a_place_that_a_shared_variable_says(self):
        data, place = theano.shared(ROWS), theano.shared(0)
        f = theano.function([], data[place : place + 4].sum(), updates=[(place, place + 4)])
        assert [float(f()) for _ in range(4)] == [28, 92, 156, 0]


@pytest.mark.filterwarnings("ignore:.*PyTensor interprets it")
class TestSizes:
    """Sizes that depend on the values in arrays."""

    def test_of_new_arrays(self):
        n = T.lvector("n")
        f = theano.function([n], [T.arange(n.max()), T.zeros((n[0], n[1])), T.ones((n.sum(),))])
        for numbers in ([1, 3], [2, 2]):
            line, block, ones = f(numbers)
            assert line.tolist() == list(range(max(numbers)))
            assert block.shape == tuple(numbers)
            assert ones.tolist() == [1] * sum(numbers)

    def test_of_what_is_selected(self):
        x = T.dvector("x")
        w = theano.shared(1.0)
        positive = x[(x > 0).nonzero()]
        f = theano.function([x], positive * w, updates=[(w, w + positive.sum())])
        assert f([1.0, -1.0, 2.0]).tolist() == [1, 2]
        assert f([-1.0, -1.0, 3.0]).tolist() == [12]
        assert float(w.get_value()) == 7
        changed = theano.function([x], T.set_subtensor(x[(x < 0).nonzero()], 0.0))
        assert changed([1.0, -1.0, 2.0]).tolist() == [1, 0, 2]

    def test_of_slices_and_reshapes(self):
        x, n = T.dvector("x"), T.lvector("n")
        f = theano.function([x, n], [x[: n.max()], x.reshape(n, ndim=2)])
        data = np.arange(6.0)
        for shape in ([2, 3], [3, 2], [1, 6]):
            start, shaped = f(data, shape)
            assert start.tolist() == data[: max(shape)].tolist()
            assert shaped.tolist() == data.reshape(shape).tolist()

    def test_that_a_single_integer_says(self):
        n = T.lscalar("n")
        f = theano.function([n], [T.arange(n), T.eye(n), T.alloc(2.0, n, 3).sum()])
        for number in (1, 4, 2):
            line, eye, total = f(number)
            assert line.tolist() == list(range(number))
            assert eye.tolist() == np.eye(number).tolist()
            assert float(total) == 6 * number
