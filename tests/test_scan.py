"""theano.scan and its relatives on both engines: against NumPy loops and finite differences."""

import pickle

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams

from engines import ENGINE
from numerics import finite_difference

# A loop whose length isn't known beforehand is the one that JAX can't compile.
compiled = pytest.mark.filterwarnings("error:.*PyTensor interprets it:UserWarning")
interpreted = pytest.mark.filterwarnings("ignore:.*PyTensor interprets it:UserWarning")


def normal(*shape, seed=0):
    return np.random.RandomState(seed).normal(size=shape)


def constant(value):
    return T.constant(value, dtype="float64")


def check_against_differences(inputs, cost, values, rtol=1e-6, atol=1e-7, extra=()):
    """Compare a cost's gradients with finite differences; return the `extra` outputs' values."""
    gradients = T.grad(cost, inputs)
    compute = theano.function(inputs, [cost, *gradients, *extra], on_unused_input="ignore")
    found = compute(*values)
    expected = finite_difference(lambda *moved: compute(*moved)[0], values)
    for variable, gradient, estimate in zip(inputs, found[1:], expected):
        np.testing.assert_allclose(gradient, estimate, rtol=rtol, atol=atol, err_msg=str(variable))
    return found[1 + len(inputs) :]


def rnn(x, h, W, U, b):
    """A recurrent network in NumPy."""
    hidden = []
    for element in x:
        h = np.tanh(element @ U + h @ W + b * h)
        hidden.append(h)
    return np.array(hidden)


@compiled
class TestRecurrence:
    def test_sums(self):
        x = T.dvector("x")
        sums, updates = theano.scan(lambda x, total: total + x, x, constant(0.0))
        compute = theano.function([x], sums)
        for length in (5, 1, 2, 5):
            np.testing.assert_allclose(compute(normal(length)), np.cumsum(normal(length)))
        assert not updates

    def test_network_of_varying_batch_and_length(self):
        x, W, U, b = T.dtensor3("x"), T.dmatrix("W"), T.dmatrix("U"), T.dvector("b")
        hidden, _ = theano.scan(
            lambda x, h, W, U, b: T.tanh(T.dot(x, U) + T.dot(h, W) + b * h),
            sequences=x,
            outputs_info=T.zeros((x.shape[1], W.shape[0])),
            non_sequences=[W, U, b],
        )
        parameters = normal(3, 3) / 2, normal(2, 3, seed=1), normal(3, seed=2)
        compute = theano.function([x, W, U, b], hidden)
        for steps, batch in ((4, 2), (1, 5), (6, 1)):
            data = normal(steps, batch, 2, seed=3)
            expected = rnn(data, np.zeros((batch, 3)), *parameters)
            np.testing.assert_allclose(compute(data, *parameters), expected)

    def test_gradients(self):
        x, h0 = T.dtensor3("x"), T.dmatrix("h0")
        W, U, b = T.dmatrix("W"), T.dmatrix("U"), T.dvector("b")
        hidden, _ = theano.scan(
            lambda x, h, W, U, b: T.tanh(T.dot(x, U) + T.dot(h, W) + b * h),
            sequences=x,
            outputs_info=h0,
            non_sequences=[W, U, b],
        )
        cost = (hidden**2).sum() + hidden[-1, 0].sum()
        values = [normal(4, 2, 2), normal(2, 3), normal(3, 3) / 2, normal(2, 3), normal(3)]
        check_against_differences([x, h0, W, U, b], cost, values)

    def test_only_the_last_value(self):
        x, w = T.dvector("x"), T.dscalar("w")
        last = theano.scan(lambda x, h, w: T.tanh(w * h + x), x, constant(0.1), w)[0][-1]
        check_against_differences([x, w], last, [normal(4), np.array(0.7)])

    def test_taps_of_outputs(self):
        first, a = T.dmatrix("first"), T.dscalar("a")
        states, _ = theano.scan(
            lambda before_last, last, a: T.sin(a * before_last) + 0.5 * last,
            outputs_info={"initial": first, "taps": [-3, -1]},
            non_sequences=a,
            n_steps=5,
        )
        start = normal(3, 2)
        cost = (states**2).sum()
        (found,) = check_against_differences(
            [first, a], cost, [start, np.array(1.3)], extra=[states]
        )
        expected = list(start)
        for _ in range(5):
            expected.append(np.sin(1.3 * expected[-3]) + 0.5 * expected[-1])
        np.testing.assert_allclose(found, expected[3:])

    def test_taps_of_sequences(self):
        x, y = T.dvector("x"), T.dvector("y")
        result, _ = theano.scan(
            lambda before, here, after, y, total: total + before * here - after * y,
            sequences=[{"input": x, "taps": [-1, 0, 2]}, y],
            outputs_info=constant(0.0),
        )
        data, other = normal(7), normal(9, seed=1)
        (found,) = check_against_differences(
            [x, y], (result**2).sum(), [data, other], extra=[result]
        )
        expected = np.cumsum(data[:4] * data[1:5] - data[3:] * other[:4])
        np.testing.assert_allclose(found, expected)

    def test_going_backwards(self):
        x = T.dmatrix("x")
        result, _ = theano.scan(
            lambda x, h: 0.5 * h + x, x, T.zeros((x.shape[1],)), go_backwards=True
        )
        data = normal(4, 2)
        (found,) = check_against_differences([x], (result**3).sum(), [data], extra=[result])
        h, expected = np.zeros(2), []
        for element in data[::-1]:
            h = 0.5 * h + element
            expected.append(h)
        np.testing.assert_allclose(found, expected)

    def test_several_outputs_in_the_order_of_the_step(self):
        x, V = T.dmatrix("x"), T.dmatrix("V")
        (doubled, h, logits, count), _ = theano.scan(
            lambda x, h, n, V: [2 * h, T.tanh(h + x), T.dot(h + x, V), n + 1],
            sequences=x,
            outputs_info=[None, T.zeros((2,)), None, T.constant(0, dtype="int64")],
            non_sequences=V,
        )
        data, matrix = normal(3, 2), normal(2, 4)
        cost = (doubled**2).sum() + (h * T.exp(logits).sum(1).dimshuffle(0, "x")).sum()
        found = check_against_differences(
            [x, V], cost, [data, matrix], extra=[doubled, h, logits, count]
        )
        state, expected = np.zeros(2), []
        for n, element in enumerate(data, 1):
            new = np.tanh(state + element)
            expected.append((2 * state, new, (state + element) @ matrix, n))
            state = new
        for output, reference in zip(found, zip(*expected)):
            np.testing.assert_allclose(output, reference)

    def test_what_enters_from_outside_need_not_be_listed(self):
        x, w = T.dvector("x"), theano.shared(normal(2), name="w")
        scale = T.exp(w) * x.sum()
        result, _ = theano.scan(lambda x, h: T.tanh(h * scale + x), x, T.zeros((2,)))
        gradient = T.grad(result.sum(), w)
        cost = theano.function([x], result.sum())
        data = normal(3) / 3

        def cost_at(value):
            w.set_value(value)
            return cost(data)

        start = w.get_value()
        (expected,) = finite_difference(cost_at, [start])
        w.set_value(start)
        np.testing.assert_allclose(gradient.eval({x: data}), expected, rtol=1e-6)

    def test_what_the_step_gets_need_not_be_used(self):
        x, unused = T.dvector("x"), T.dmatrix("unused")
        sums, _ = theano.scan(lambda x, total, _: total + x, x, constant(0.0), unused)
        compute = theano.function([x, unused], sums[-1])
        np.testing.assert_allclose(compute(normal(4), normal(2, 2)), normal(4).sum())

    def test_states_may_be_integers(self):
        n = T.lscalar("n")
        (a, b), _ = theano.scan(
            lambda a, b: [b, a + b],
            outputs_info=[T.constant(0, dtype="int64"), T.constant(1, dtype="int64")],
            n_steps=n,
        )
        compute = theano.function([n], [a, b])
        assert compute(7)[0].tolist() == [1, 1, 2, 3, 5, 8, 13]
        assert compute(3)[1].tolist() == [1, 2, 3]

    def test_float32_stays_float32(self):
        x = T.fmatrix("x")
        result, _ = theano.scan(lambda x, h: T.tanh(x + h), x, T.zeros((3,), dtype="float32"))
        found, gradient = theano.function([x], [result, T.grad(result.sum(), x)])(
            normal(2, 3).astype("float32")
        )
        assert found.dtype == gradient.dtype == "float32"

    def test_the_loop_pickles(self):
        x = T.dvector("x")
        sums, _ = theano.scan(lambda x, total: total + x, x, constant(0.0))
        y, copied = pickle.loads(pickle.dumps([x, sums]))
        assert copied.eval({y: [1.0, 2.0]}).tolist() == [1, 3]


@compiled
class TestSteps:
    def test_fewer_than_elements(self):
        x, n = T.dvector("x"), T.iscalar("n")
        result, _ = theano.scan(lambda x, h: h * x, x, constant(1.0), n_steps=n)
        compute = theano.function([x, n], [result, T.grad(result[-1], x)])
        products, gradient = compute([2.0, 3.0, 5.0, 7.0], 3)
        assert products.tolist() == [2, 6, 30]
        assert gradient.tolist() == [15, 10, 6, 0]
        assert compute([2.0, 3.0, 5.0, 7.0], 2)[0].tolist() == [2, 6]

    def test_more_than_elements_is_an_error(self):
        x = T.dvector("x")
        result, _ = theano.scan(lambda x, h: h * x, x, constant(1.0), n_steps=4)
        with pytest.raises(ValueError, match="4|elements"):
            result.eval({x: [1.0, 2.0]})

    def test_the_shortest_sequence_decides(self):
        x, y = T.dvector("x"), T.dvector("y")
        result, _ = theano.map(lambda x, y: x * y, [x, y])
        assert result.eval({x: [1, 2, 3], y: [4, 5]}).tolist() == [4, 10]
        assert result.eval({x: [1], y: [4, 5]}).tolist() == [4]

    def test_a_single_step(self):
        x, h = T.dmatrix("x"), T.dvector("h")
        (state, other), _ = theano.scan(lambda x, h: [h + x, h * x], x, [h, None], n_steps=1)
        result = theano.function([x, h], [state, other])([[1.0, 2.0]], [3.0, 4.0])
        assert [r.tolist() for r in result] == [[[4, 6]], [[3, 8]]]

    def test_nothing_tells_their_number(self):
        with pytest.raises(ValueError, match="number of steps"):
            theano.scan(lambda h: h + 1, outputs_info=constant(0.0))

    def test_their_number_is_an_integer(self):
        with pytest.raises(ValueError, match=r"n_steps (should|must) be an int"):
            theano.scan(lambda h: h + 1, outputs_info=constant(0.0), n_steps=T.dscalar())


@compiled
class TestTruncatedGradient:
    @pytest.mark.parametrize(
        ("steps", "expected"),
        [
            # As Theano 1.0.5 computes them.
            (2, ([0, 0, 0, 0.7740, 0.4530], 0.6910, 0)),
            (4, ([0, 1.5203, 1.1298, 0.7740, 0.4530], 1.5870, 0)),
            (5, ([1.8779, 1.5203, 1.1298, 0.7740, 0.4530], 2.1503, 1.3145)),
            (9, ([1.8779, 1.5203, 1.1298, 0.7740, 0.4530], 2.1503, 1.3145)),
        ],
    )
    def test_gradient_comes_from_the_last_steps(self, steps, expected):
        x, w, h0 = T.dvector("x"), T.dscalar("w"), T.dscalar("h0")
        hidden, _ = theano.scan(
            lambda x, h, w: T.tanh(w * h + x), x, h0, w, truncate_gradient=steps
        )
        compute = theano.function([x, w, h0], T.grad(hidden.sum(), [x, w, h0]))
        for found, value in zip(compute([0.1, 0.2, 0.3, 0.4, 0.5], 0.7, 0.3), expected):
            np.testing.assert_allclose(found, value, atol=1e-4)

    def test_outputs_before_the_last_steps_give_nothing(self):
        x, V = T.dmatrix("x"), T.dmatrix("V")
        result, _ = theano.scan(lambda x, V: T.dot(x, V), x, None, V, truncate_gradient=2)
        of_x, of_v = theano.function([x, V], T.grad(result.sum(), [x, V]))(
            np.ones((4, 2)), np.ones((2, 3))
        )
        np.testing.assert_array_equal(of_x, [[0, 0], [0, 0], [3, 3], [3, 3]])
        np.testing.assert_array_equal(of_v, np.full((2, 3), 2))


@compiled
class TestGradients:
    def test_gradient_inside_a_step(self):
        w, rate = T.dvector("w"), T.dscalar("rate")

        def descend(w, rate):
            return w - rate * T.grad((T.sin(w) ** 2).sum(), w)

        path, _ = theano.scan(descend, outputs_info=w, non_sequences=rate, n_steps=4)
        start = normal(3)
        (found,) = check_against_differences(
            [w, rate], (path[-1] ** 2).sum(), [start, np.array(0.2)], extra=[path]
        )
        for step in found:
            start = start - 0.2 * np.sin(2 * start)
            np.testing.assert_allclose(step, start)

    def test_a_loop_in_a_loop(self):
        x, W = T.dmatrix("x"), T.dmatrix("W")

        def outer(row, total, W):
            inner, _ = theano.scan(
                lambda element, h, W: T.tanh(T.dot(h, W) + element), row, total, W
            )
            return inner[-1]

        result, _ = theano.scan(outer, x, T.zeros((2,)), W)
        data, matrix = normal(3, 4), normal(2, 2) / 2
        (found,) = check_against_differences(
            [x, W], (result**2).sum(), [data, matrix], extra=[result]
        )
        h = np.zeros(2)
        for row, expected in zip(data, found):
            for element in row:
                h = np.tanh(h @ matrix + element)
            np.testing.assert_allclose(h, expected)

    def test_a_number_of_steps_in_a_loop(self):
        x, w = T.dvector("x"), T.dscalar("w")

        def outer(element, total, w):
            inner, _ = theano.scan(
                lambda h, e, w: T.tanh(w * h + e), None, total, [element, w], n_steps=3
            )
            return inner[-1]

        result, _ = theano.scan(outer, x, constant(0.5), w)
        data, weight = normal(4), np.array(0.7)
        (found,) = check_against_differences(
            [x, w], (result**2).sum(), [data, weight], extra=[result]
        )
        h = 0.5
        for element, expected in zip(data, found):
            for _ in range(3):
                h = np.tanh(0.7 * h + element)
            np.testing.assert_allclose(h, expected)

    def test_of_two_equal_values(self):
        x, h = T.dvector("x"), T.dscalar("h")
        result, _ = theano.scan(lambda x, h: T.maximum(h, x) + T.max(T.stack([x, h])), x, h)
        of_x, of_h = theano.function([x, h], T.grad(result[-1], [x, h]))([3.0], 3.0)
        # As in Theano: the first argument of maximum gets all, and all maximal elements of max do.
        assert (of_x.tolist(), float(of_h)) == ([1], 2)

    def test_clipped_inside_a_step(self):
        x, w = T.dvector("x"), T.dscalar("w")
        result, _ = theano.scan(
            lambda x, h, w: theano.gradient.grad_clip(w * h, -0.5, 0.5) + x, x, constant(1.0), w
        )
        of_x, of_w = theano.function([x, w], T.grad(result[-1] * 3, [x, w]))([1.0, 2.0], 2.0)
        # The gradient of the last w * h is 3, and is clipped to 0.5.
        assert of_x.tolist() == [1, 3]
        assert float(of_w) == 0.5 * 3 + 0.5 * 1

    @pytest.mark.parametrize("name", ["disconnected_grad", "zero_grad", "consider_constant"])
    def test_stopped_inside_a_step(self, name):
        stop = getattr(theano.gradient, name)
        x, h = T.dvector("x"), T.dscalar("h")
        result, _ = theano.scan(lambda x, h: stop(h) * x, x, h)
        of_x, of_h = T.grad(result[-1], [x, h], disconnected_inputs="ignore")
        found = theano.function([x, h], [of_x, of_h])([2.0, 3.0], 5.0)
        assert found[0].tolist() == [0, 10]
        assert float(found[1]) == 0

    def test_indices_into_weights(self):
        i, W = T.lmatrix("i"), T.dvector("W")
        result, _ = theano.scan(lambda i, h, W: T.tanh(h * W[i] + W[i + 1]), i, T.ones((3,)), W)
        indices, table = np.array([[0, 1, 1], [2, 0, 1]]), normal(4)
        gradient = T.grad(result.sum(), W)
        compute = theano.function([i, W], [result.sum(), gradient])
        (expected,) = finite_difference(lambda W: compute(indices, W)[0], [table])
        np.testing.assert_allclose(compute(indices, table)[1], expected, rtol=1e-6)

    def test_unconnected_input(self):
        x, y = T.dvector("x"), T.dvector("y")
        (a, _), _ = theano.scan(lambda x, y, a, b: [a + x, b + y], [x, y], [constant(0.0)] * 2)
        with pytest.raises(theano.gradient.DisconnectedInputError):
            T.grad(a[-1], y)

    def test_jacobian_and_hessian(self):
        x, W = T.dvector("x"), normal(3, 3)
        jacobian = theano.gradient.jacobian(T.tanh(T.dot(W, x)), x)
        hessian = theano.gradient.hessian((T.dot(x, T.dot(W, x)) ** 2), x)
        value = normal(3, seed=1)
        found = theano.function([x], [jacobian, hessian])(value)
        slope = 1 - np.tanh(W @ value) ** 2
        np.testing.assert_allclose(found[0], slope[:, None] * W)
        S = W + W.T
        expected = 2 * np.outer(S @ value, S @ value) + 2 * (value @ W @ value) * S
        np.testing.assert_allclose(found[1], expected)


@interpreted
class TestSizesThatDependOnValues:
    """A step whose sizes are known only when it runs."""

    def test_second_derivatives(self):
        v, lengths = T.dvector("v"), T.lvector("lengths")
        states, _ = theano.scan(
            lambda n, h, v: h**2 * (v[:n] ** 3).sum(), lengths, constant(0.5), v
        )
        hessian = theano.gradient.hessian(states[-1], v)
        penalty = (T.grad(states[-1], v) ** 2).sum()
        compute = theano.function(
            [v, lengths], [T.grad(states[-1], v), hessian, penalty, T.grad(penalty, v)]
        )
        for data, sizes in (normal(3), [1, 2, 3]), (normal(3, seed=1), [2, 2]):
            _, second, _, of_penalty = compute(data, sizes)
            for n in range(3):
                (expected,) = finite_difference(
                    lambda v, n=n, sizes=sizes: compute(v, sizes)[0][n], [data]
                )
                np.testing.assert_allclose(second[n], expected, rtol=1e-5, atol=1e-9)
            (expected,) = finite_difference(lambda v, sizes=sizes: compute(v, sizes)[2], [data])
            np.testing.assert_allclose(of_penalty, expected, rtol=1e-5, atol=1e-9)

    def test_slices_of_several_lengths(self):
        v, starts, ends = T.dvector("v"), T.lvector("starts"), T.lvector("ends")
        sums, _ = theano.map(lambda a, b, v: (v[a:b] ** 2).sum(), [starts, ends], v)
        data = normal(6)
        compute = theano.function([starts, ends, v], [sums, T.grad(sums.sum(), v)])
        for limits in ([0, 2, 5], [4, 6, 6]), ([1], [3]):
            found, gradient = compute(*(np.array(x, "int64") for x in limits), data)
            pairs = list(zip(*limits))
            np.testing.assert_allclose(found, [(data[a:b] ** 2).sum() for a, b in pairs])
            counts = sum((np.arange(6) >= a) & (np.arange(6) < b) for a, b in pairs)
            np.testing.assert_allclose(gradient, 2 * data * counts)

    def test_gradients_go_through_states_and_all_else(self):
        x, h, w, lengths = T.dmatrix("x"), T.dmatrix("h"), T.dvector("w"), T.lvector("lengths")

        def step(n, x, before_last, last, total, w):
            new = T.tanh(T.dot(w[:n], x[:n]) * last + before_last)
            return new, total + (new**2).sum(), (w[:n] * x[:n]).max()

        (new, totals, largest), _ = theano.scan(
            step,
            [lengths, x],
            [{"initial": h, "taps": [-2, -1]}, T.constant(0.0, dtype="float64"), None],
            w,
        )
        cost = (new**3).sum() + totals[-1] + largest.sum()
        sizes, values = np.array([1, 3, 2, 3]), [normal(4, 3), normal(2, 2, seed=1), normal(3)]
        compute = theano.function([lengths, x, h, w], [cost, new, *T.grad(cost, [x, h, w])])
        _, found, *gradients = compute(sizes, *values)
        data, (before_last, last), weights = values
        for n, row, new in zip(sizes, data, found):
            before_last, last = last, np.tanh(weights[:n] @ row[:n] * last + before_last)
            np.testing.assert_allclose(new, last)
        expected = finite_difference(lambda *moved: compute(sizes, *moved)[0], values)
        for gradient, estimate in zip(gradients, expected):
            np.testing.assert_allclose(gradient, estimate, rtol=1e-6, atol=1e-7)

    def test_truncated_gradient(self):
        x, h, lengths = T.dvector("x"), T.dscalar("h"), T.lvector("lengths")
        hidden, _ = theano.scan(
            lambda n, x, h: T.tanh(0.7 * h + x + T.arange(n).sum()),
            [lengths, x],
            h,
            truncate_gradient=2,
        )
        compute = theano.function([lengths, x, h], T.grad(hidden.sum(), [x, h]))
        of_x, of_h = compute(np.ones(5, "int64"), np.array([0.1, 0.2, 0.3, 0.4, 0.5]), 0.3)
        # As above, where sizes don't depend on values.
        np.testing.assert_allclose(of_x, [0, 0, 0, 0.7740, 0.4530], atol=1e-4)
        assert of_h == 0

    def test_loops_of_several_lengths_in_a_loop(self):
        counts, w = T.lvector("counts"), T.dscalar("w")

        def power(n, w):
            found, _ = theano.scan(lambda p, w: p * w, None, constant(1.0), w, n_steps=n)
            return found[-1]

        powers, _ = theano.map(power, counts, w)
        compute = theano.function([counts, w], [powers, T.grad(powers.sum(), w)])
        found, gradient = compute(np.array([1, 4, 2]), 1.5)
        np.testing.assert_allclose(found, [1.5, 1.5**4, 1.5**2])
        np.testing.assert_allclose(gradient, 1 + 4 * 1.5**3 + 2 * 1.5)

    def test_elements_that_meet_a_condition_and_an_end(self):
        v = T.dvector("v")

        def step(limit, total, v):
            total = total + v[(v > limit).nonzero()].sum()
            return total, theano.scan_module.until(total > 8)

        totals, _ = theano.scan(step, T.arange(4), constant(0.0), v)
        found = theano.function([v], totals)(np.array([0.5, 1.5, 2.5, 3.5]))
        np.testing.assert_allclose(found, [8.0, 15.5])

    def test_random_numbers_differ_from_step_to_step(self):
        counts = T.lvector("counts")

        def draws(sizes_depend):
            random = MRG_RandomStreams(seed=4)
            found, updates = theano.map(
                lambda n: (
                    random.uniform((), dtype="float64") + (T.arange(n).sum() if sizes_depend else 0)
                ),
                counts,
            )
            compute = theano.function([counts], found, updates=updates)
            return [compute(np.zeros(3, "int64")) for _ in range(2)]

        found = draws(True)
        np.testing.assert_array_equal(found, draws(False))
        assert len(np.unique(found)) == 6


@compiled
class TestUpdates:
    def test_products_with_what_is_updated(self):
        W, state, x = T.dmatrix("W"), theano.shared(np.array([1.0, 2.0])), T.dvector("x")
        outputs, updates = theano.scan(
            lambda x, W: (T.dot(state, W), {state: state + x}), x, non_sequences=W
        )
        compute = theano.function([x, W], [outputs, T.grad(outputs.sum(), W)], updates=updates)
        found, gradient = compute([3.0, 4.0], np.array([[1.0, 2.0], [3.0, 4.0]]))
        np.testing.assert_allclose(found, [[7, 10], [19, 28]])
        np.testing.assert_allclose(gradient, [[5, 5], [7, 7]])
        assert state.get_value().tolist() == [8, 9]

    def test_of_a_shared_variable(self):
        count = theano.shared(np.int64(3), name="count")
        result, updates = theano.scan(lambda: (count * 2, {count: count + 1}), n_steps=4)
        compute = theano.function([], result, updates=updates)
        assert compute().tolist() == [6, 8, 10, 12]
        assert int(count.get_value()) == 7

    def test_random_numbers_differ_from_step_to_step(self):
        streams = MRG_RandomStreams(42)
        draws, updates = theano.scan(lambda: streams.uniform((3,)), n_steps=4)
        found = theano.function([], draws, updates=updates)
        one = theano.function([], MRG_RandomStreams(42).uniform((3,)))
        for _ in range(2):
            np.testing.assert_allclose(found(), [one() for _ in range(4)])

    def test_gradient_beside_random_numbers(self):
        streams = MRG_RandomStreams(7)
        x, w = T.dmatrix("x"), T.dvector("w")
        hidden, updates = theano.scan(
            lambda x, h, w: T.tanh(h * w + x) * (streams.uniform((3,), dtype="float64") < 0.7),
            x,
            T.zeros((3,)),
            w,
        )
        compute = theano.function([x, w], [hidden, T.grad(hidden.sum(), w)], updates=updates)
        data, weights = normal(4, 3), normal(3)
        uniform = theano.function([], MRG_RandomStreams(7).uniform((3,), dtype="float64"))
        masks = np.array([uniform() for _ in range(4)]) < 0.7

        def run(weights):
            h, hidden = np.zeros(3), []
            for element, mask in zip(data, masks):
                h = np.tanh(h * weights + element) * mask
                hidden.append(h)
            return np.array(hidden)

        found, gradient = compute(data, weights)
        np.testing.assert_allclose(found, run(weights))
        (expected,) = finite_difference(lambda w: run(w).sum(), [weights])
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)

    def test_updates_can_be_added(self):
        a, b = theano.shared(1.0), theano.shared(2.0)
        _, of_a = theano.scan(lambda: {a: a + 1}, n_steps=3)
        _, of_b = theano.scan(lambda: {b: b * 2}, n_steps=3)
        theano.function([], updates=of_a + of_b)()
        assert (float(a.get_value()), float(b.get_value())) == (4, 16)


@interpreted
class TestUntil:
    def test_ends_after_the_step_that_meets_it(self):
        limit = T.dscalar("limit")

        def step(previous, limit):
            return previous * 2, theano.scan_module.until(previous * 2 > limit)

        powers, _ = theano.scan(step, outputs_info=constant(1.0), non_sequences=limit, n_steps=9)
        compute = theano.function([limit], powers)
        assert compute(10.0).tolist() == [2, 4, 8, 16]
        assert compute(3.0).tolist() == [2, 4]
        assert compute(1e9).tolist() == [2.0**n for n in range(1, 10)]


@compiled
class TestRelatives:
    def test_map(self):
        x, y = T.dmatrix("x"), T.dscalar("y")
        result, _ = theano.map(lambda x, y: T.dot(x, x) * y, x, y)
        data = normal(4, 3)
        (found,) = check_against_differences(
            [x, y], (result**2).sum(), [data, np.array(2.0)], extra=[result]
        )
        np.testing.assert_allclose(found, 2 * (data**2).sum(1))

    def test_reduce_and_folds(self):
        x = T.dvector("x")
        start = constant(1.0)
        results = [
            theano.reduce(lambda x, y: x - y, x, start)[0],
            theano.foldl(lambda x, y: x - y, x, start)[0],
            theano.foldr(lambda x, y: x - y, x, start)[0],
        ]
        # 3 - (2 - (1 - ...)) from the left, 1 - (2 - (5 - ...)) from the right
        found = theano.function([x], results)([1.0, 2.0, 5.0])
        assert [float(v) for v in found] == [
            5 - (2 - (1 - 1)),
            5 - (2 - (1 - 1)),
            1 - (2 - (5 - 1)),
        ]


@compiled
class TestBadInput:
    def test_first_value_of_another_dtype(self):
        x = T.dvector("x")
        with pytest.raises(ValueError, match="float32"):
            theano.scan(lambda x, h: h + x, x, T.constant(0.0, dtype="float32"))

    def test_first_value_of_another_rank(self):
        x = T.dmatrix("x")
        with pytest.raises(ValueError, match="dimension"):
            theano.scan(lambda x, h: h + x, x, T.dscalar())

    def test_taps_that_arent_negative_or_differ(self):
        for taps in ([0], [-1, -1], [-1, 2]):
            with pytest.raises(ValueError, match="taps?"):
                theano.scan(
                    lambda *h: h[0], outputs_info={"initial": T.dvector(), "taps": taps}, n_steps=3
                )

    def test_taps_without_first_values(self):
        with pytest.raises(ValueError, match="initial|first values"):
            theano.scan(lambda h: h, outputs_info={"taps": [-1]}, n_steps=3)

    def test_outputs_by_name(self):
        with pytest.raises(ValueError, match="return"):
            theano.scan(lambda x: {"twice": 2 * x}, T.dvector("x"))

    def test_another_number_of_outputs(self):
        x = T.dvector("x")
        with pytest.raises(ValueError, match="outputs_info"):
            theano.scan(lambda x, h: [h + x, x], x, [constant(0.0)])

    def test_a_step_that_returns_no_variable(self):
        with pytest.raises(ValueError, match="variables"):
            theano.scan(lambda x: 3.0, T.dvector())


if ENGINE == "pytensor":

    @compiled
    class TestOnJax:
        """What only the engine over PyTensor says."""

        def test_sizes_that_differ_from_step_to_step(self):
            x, h = T.dmatrix("x"), T.dvector("h")
            result, _ = theano.scan(lambda x, h: T.concatenate([h, x]), x, h)
            with pytest.raises(ValueError, match=r"state 0 of Scan begins with shape \(2,\)"):
                result.eval({x: np.ones((2, 3)), h: np.ones(2)})

        def test_strict_refuses_other_shared_variables(self):
            w = theano.shared(2.0, name="secret")
            with pytest.raises(ValueError, match="secret"):
                theano.scan(lambda x: x * w, T.dvector(), strict=True)
            theano.scan(lambda x, w: x * w, T.dvector(), non_sequences=w, strict=True)

        def test_first_value_that_broadcasts(self):
            x = T.dmatrix("x")
            with pytest.raises(ValueError, match="size 1 along axis 0"):
                theano.scan(lambda x, h: h + x, x, T.zeros((1,)))

        def test_second_derivative(self):
            # Theano's own is wrong.
            x, W = T.dmatrix("x"), T.dmatrix("W")
            hidden, _ = theano.scan(lambda x, h, W: T.tanh(T.dot(h, W) + x), x, T.zeros((2,)), W)
            gradient = T.grad((hidden**2).sum(), W)
            check_against_differences(
                [x, W], (gradient**2).sum(), [normal(3, 2), normal(2, 2)], rtol=1e-5, atol=1e-6
            )

        def test_second_derivative_beside_integers(self):
            x, powers = T.dvector("x"), T.lvector("powers")
            total, _ = theano.scan(lambda n, x, t: t + x**n, [powers, x], constant(0.0))
            gradient = T.grad(total[-1], x)
            second = theano.function([powers, x], T.grad(gradient.sum(), x))
            values = normal(3)
            np.testing.assert_allclose(second(np.array([2, 3, 1]), values), [2, 6 * values[1], 0])

    @interpreted
    class TestSizesThatDependOnValuesOnJax:
        """What only the engine over PyTensor says of them."""

        def test_no_steps(self):
            v, lengths = T.dvector("v"), T.lvector("lengths")
            sums, _ = theano.map(lambda n, v: v[:n].sum(), lengths, v)
            compute = theano.function([lengths, v], [sums, T.grad(sums.sum(), v)])
            found, gradient = compute(np.zeros(0, "int64"), normal(3))
            assert found.shape == (0,)
            np.testing.assert_array_equal(gradient, [0, 0, 0])

        def test_results_that_cannot_be_stacked(self):
            v, lengths = T.dvector("v"), T.lvector("lengths")
            slices, _ = theano.map(lambda n, v: v[:n], lengths, v)
            compute = theano.function([lengths, v], slices)
            with pytest.raises(
                ValueError, match=r"shapes \[\(1,\), \(2,\)\], which can't be stacked"
            ):
                compute(np.array([1, 2, 1]), normal(3))
            assert compute(np.array([2, 2]), normal(3)).shape == (2, 2)

    @interpreted
    class TestUntilOnJax:
        """Loops that end early, whose gradient with respect to sequences Theano has wrong."""

        def test_gradient_of_a_loop_that_ends_early(self):
            x, w = T.dvector("x"), T.dscalar("w")

            def step(x, h, w):
                new = T.tanh(w * h) + x
                return [new, new**2], theano.scan_module.until(new > 1.5)

            (hidden, squares), _ = theano.scan(step, x, [constant(0.5), None], w)
            data = np.array([0.3, 0.4, 1.2, 0.1, 0.2])
            (count,) = check_against_differences(
                [x, w],
                hidden[-1] + squares.sum(),
                [data, np.array(0.8)],
                extra=[hidden.shape[0]],
            )
            assert int(count) == 3


def test_narrow_integers_of_a_call_that_end_a_loop():
    n, x = T.iscalar("n"), T.dvector("x")
    products = theano.scan(
        lambda a, n: (a * n, theano.scan_module.until(a > n)), sequences=x, non_sequences=n
    )[0]
    compute = theano.function([n, x], products)
    np.testing.assert_array_equal(compute(2, np.arange(1.0, 6.0)), [2, 4, 6])
    np.testing.assert_array_equal(compute(3, np.arange(1.0, 6.0)), [3, 6, 9, 12])
