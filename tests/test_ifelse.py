"""theano.ifelse: only the branch that is taken needs to fit, and is what checks are made in."""

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.ifelse import ifelse

from engines import ENGINE

# The linker that tests use with Theano computes all branches.
LAZY = theano.compile.Mode(linker="vm", optimizer="fast_compile") if ENGINE == "theano" else None
SHAPES = np.array([1.0, 2.0]), np.array([1.0, 2.0, 3.0])


def function(inputs, outputs, **options):
    return theano.function(inputs, outputs, mode=LAZY, **options)


def test_lists():
    on, short, long = T.dscalar(), T.dvector(), T.dvector()
    chosen = ifelse(on, [short + long, long.sum()], [short * 2, short.sum()])
    assert type(chosen) is list
    assert type(ifelse(on, (short, long), (long, short))) is tuple
    compute = function([on, short, long], chosen)
    values, total = compute(0, *SHAPES)
    assert (values.tolist(), float(total)) == ([2, 4], 3)
    values, total = compute(1, SHAPES[1], SHAPES[1])
    assert (values.tolist(), float(total)) == ([2, 4, 6], 6)
    with pytest.raises(ValueError, match=r"\(2,\)"):
        compute(1, *SHAPES)


def test_nested():
    outer, inner, short, long = T.dscalar(), T.dscalar(), T.dvector(), T.dvector()
    chosen = ifelse(outer, ifelse(inner, short + long, short - long.sum()), long)
    compute = function([outer, inner, short, long], chosen)
    assert compute(0, 1, *SHAPES).tolist() == [1, 2, 3]
    assert compute(1, 0, *SHAPES).tolist() == [-5, -4]
    assert compute(1, 1, SHAPES[0], SHAPES[0]).tolist() == [2, 4]


def test_a_condition_that_depends_on_a_choice():
    on, x, y = T.dscalar(), T.dvector(), T.dvector()
    size = ifelse(on, (x + y).sum(), y.sum())
    compute = function([on, x, y], ifelse(T.gt(size, 5), y, y[:1]))
    assert compute(0, *SHAPES).tolist() == [1, 2, 3]
    assert compute(1, SHAPES[0], SHAPES[0]).tolist() == [1, 2]
    assert compute(0, SHAPES[1], SHAPES[0]).tolist() == [1]


def test_branches_of_other_shapes_and_their_gradients():
    on, x = T.dscalar(), T.dvector()
    cost = T.sqr(ifelse(on, x[:2], x)).sum()
    compute = function([on, x], [cost, T.grad(cost, x)])
    for value, expected in (0, [2, 4, 6]), (1, [2, 4, 0]), (0, [2, 4, 6]):
        cost, gradient = compute(value, SHAPES[1])
        assert (float(cost), gradient.tolist()) == (14 if value == 0 else 5, expected)


def test_updates_that_change_a_shape():
    rows, count, x = theano.shared(np.zeros((0, 2))), theano.shared(np.int64(0)), T.dmatrix()
    longest = theano.shared(np.zeros(0))
    update = function(
        [x],
        count,
        updates=[
            (rows, ifelse(T.eq(count, 0), x, T.concatenate([rows, x]))),
            (longest, ifelse(T.eq(count, 0), x[0], T.maximum(longest, x[0]))),
            (count, count + 1),
        ],
    )
    for n, values in enumerate(([[1, 5], [0, 0]], [[3, 2]], [[2, 9], [4, 4]])):
        assert update(np.array(values, "float64")) == n
    assert rows.get_value().tolist() == [[1, 5], [0, 0], [3, 2], [2, 9], [4, 4]]
    assert longest.get_value().tolist() == [3, 9]


def test_training_by_one_of_two_costs():
    epoch, x, w = T.lscalar(), T.dvector(), theano.shared(np.array([1.0, 2.0]))
    cost = ifelse(T.lt(epoch, 5), (w * x).sum(), (w**2 * x).sum())
    train = function([epoch, x], cost, updates=[(w, w - T.grad(cost, w))])
    assert float(train(4, [1.0, 1.0])) == 3
    assert w.get_value().tolist() == [0, 1]
    assert float(train(6, [1.0, 3.0])) == 3
    assert w.get_value().tolist() == [0, -5]


def test_checks_are_made_in_the_branch_taken():
    n, x = T.lscalar(), T.dvector()
    compute = function([n, x], ifelse(T.gt(n, 0), x[n + 1], x.sum()))
    assert float(compute(0, [1.0])) == 1
    assert float(compute(1, [1.0, 2.0, 3.0])) == 3
    with pytest.raises(IndexError):
        compute(1, [1.0, 2.0])
    positive = T.opt.Assert("not positive")(x, T.gt(x.sum(), 0))
    compute = function([n, x], ifelse(n, positive, x))
    assert compute(0, [-1.0]).tolist() == [-1]
    with pytest.raises(AssertionError, match="not positive"):
        compute(1, [-1.0])


def test_operations_that_need_certain_shapes():
    on, x = T.dscalar(), T.dmatrix()
    compute = function([on, x], ifelse(on, T.nlinalg.matrix_inverse(x), x))
    assert compute(0, np.ones((2, 3))).tolist() == [[1] * 3] * 2
    np.testing.assert_allclose(compute(1, np.diag([2.0, 4.0])), np.diag([0.5, 0.25]))
    compute = function([on, x], ifelse(on, x.reshape((3, 2)), x))
    assert compute(0, np.ones((1, 4))).shape == (1, 4)
    assert compute(1, np.ones((1, 6))).shape == (3, 2)


def test_in_a_loop():
    x, h, w = T.dmatrix(), T.dvector(), T.dscalar()
    states, _ = theano.scan(lambda x, h, w: ifelse(T.gt(x.sum(), 0), h + x, h * w), x, h, w)
    compute = function([x, h, w], [states, *T.grad(states.sum(), [h, w])])
    found = compute([[1.0, 2.0], [-1.0, -2.0], [1.0, 1.0]], [1.0, 1.0], 3.0)
    expected = [[2, 3], [6, 9], [7, 10]], [7, 7], 2 * 5
    for values, other in zip(found, expected):
        np.testing.assert_allclose(values, other)


def test_a_loop_in_a_branch():
    on, x, factors = T.dscalar(), T.dvector(), T.dvector()
    sums, _ = theano.scan(
        lambda x, total, factors: total + x * factors.sum(),
        x,
        T.constant(np.array(0.0, "float64")),
        factors,
    )
    chosen = ifelse(on, sums[-1], x.sum())
    compute = function([on, x, factors], [chosen, *T.grad(chosen, [x, factors])])
    for value, expected in (0, (6, [1] * 3, [0] * 2)), (1, (30, [5] * 3, [6] * 2)):
        for found, other in zip(compute(value, SHAPES[1], [2.0, 3.0]), expected):
            np.testing.assert_allclose(found, other)


@pytest.mark.filterwarnings("ignore:.*PyTensor interprets it:UserWarning")
def test_what_does_not_fit_in_a_step():
    x, h, other = T.dvector(), T.dvector(), T.dvector()
    states, _ = theano.scan(
        lambda x, h, other: ifelse(T.gt(x, 0), h + other, h * 2), x, h, other, mode=LAZY
    )
    compute = function([x, h, other], states)
    assert compute([-1.0, -2.0], *SHAPES).tolist() == [[2, 4], [4, 8]]
    assert compute([-1.0, 2.0], SHAPES[0], SHAPES[0]).tolist() == [[2, 4], [3, 6]]
