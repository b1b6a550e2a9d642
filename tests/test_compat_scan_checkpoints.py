"""Loops that keep every N-th state: the values and gradients of a plain loop, in less memory.

Theano's own divides the number of steps by `/`, and so runs on Python 2 only.
"""

import gc

import numpy as np
import pytest
import theano
import theano.tensor as T

from numerics import finite_difference

pytestmark = pytest.mark.filterwarnings("error:.*PyTensor interprets it:UserWarning")

A, W = T.dmatrix("a"), T.dmatrix("w")
ZERO = T.constant(0.0, dtype="float64")
WEIGHTS = np.array([[0.5, -0.3], [0.2, 0.8]])


def data(steps):
    return np.random.RandomState(0).normal(size=(steps, 2))


def step(a, h, w):
    new = T.tanh(T.dot(h, w) + a)
    return [new, T.sum(h * a)]


def both_loops(save_every_N, **options):
    arguments = {
        "sequences": [A],
        "outputs_info": [T.constant([0.1, -0.2]), None],
        "non_sequences": [W],
    }
    plain, _ = theano.scan(step, **arguments)
    kept, updates = theano.scan_checkpoints(step, save_every_N=save_every_N, **arguments, **options)
    assert not updates
    return plain, kept


@pytest.mark.parametrize("steps", [1, 3, 5, 6, 7])
def test_values_and_gradients_are_those_of_a_plain_loop(steps):
    plain, kept = both_loops(3)
    ends = [min(n + 3, steps) - 1 for n in range(0, steps, 3)]
    costs = [T.sum(h[-1] ** 2) + T.sum(s[-1]) for h, s in (plain, kept)]
    gradients = [g for cost in costs for g in T.grad(cost, [A, W])]
    compute = theano.function([A, W], [*plain, *kept, *gradients])
    found = compute(data(steps), WEIGHTS)
    np.testing.assert_allclose(found[2], found[0][ends])
    np.testing.assert_allclose(found[3], found[1][ends])
    for one, other in zip(found[4:6], found[6:8], strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-12, atol=1e-14)


def test_gradients_of_all_that_is_kept():
    _, (kept, sums) = both_loops(2)
    cost = T.sum(kept**3) + T.sum(sums**2)
    compute = theano.function([A, W], [cost, *T.grad(cost, [A, W])])
    values = [data(5), WEIGHTS]
    expected = finite_difference(lambda *moved: compute(*moved)[0], values)
    for one, other in zip(compute(*values)[1:], expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-8)


def test_one_function_takes_sequences_of_several_lengths():
    _, (kept, _) = both_loops(2)
    compute = theano.function([A, W], kept)
    lengths = [len(compute(data(steps), WEIGHTS)) for steps in (4, 5, 1)]
    assert lengths == [2, 3, 1]


def test_without_padding_the_steps_must_be_a_multiple():
    _, (kept, _) = both_loops(2, padding=False)
    compute = theano.function([A, W], kept)
    plain = theano.function([A, W], both_loops(2)[0][0])
    values = data(4), WEIGHTS
    np.testing.assert_allclose(compute(*values), plain(*values)[1::2])
    with pytest.raises(ValueError, match="Reshape"):
        compute(data(5), WEIGHTS)


def test_a_number_of_steps_without_sequences():
    x = T.dscalar("x")
    powers, _ = theano.scan_checkpoints(
        lambda power, x: power * x, [], T.ones_like(x), x, n_steps=10, save_every_N=4
    )
    compute = theano.function([x], [powers, T.grad(powers[-1], x)])
    found, slope = compute(1.5)
    np.testing.assert_allclose(found, [1.5**4, 1.5**8, 1.5**10])
    np.testing.assert_allclose(slope, 10 * 1.5**9)


def test_a_number_of_steps_below_the_sequences_length():
    sums, _ = theano.scan_checkpoints(
        lambda a, total: total + a, A[:, 0], ZERO, n_steps=5, save_every_N=2
    )
    found = theano.function([A], sums)(data(9))
    np.testing.assert_allclose(found, np.cumsum(data(9)[:, 0])[[1, 3, 4]])


def test_shared_variables_that_a_step_updates():
    count = theano.shared(0.0)
    outputs, updates = theano.scan_checkpoints(
        lambda total: (total + count, {count: count + 1}),
        outputs_info=ZERO,
        n_steps=6,
        save_every_N=3,
    )
    found = theano.function([], outputs, updates=updates)()
    np.testing.assert_allclose(found, [0 + 1 + 2, 0 + 1 + 2 + 3 + 4 + 5])
    assert count.get_value() == 6


def test_fewer_states_are_kept():
    def bytes_needed(make):
        h = make(lambda a, h, w: T.tanh(T.dot(h, w) + a), A, T.zeros((32,)), W)[0]
        compute = theano.function([A, W], T.grad(T.sum(h[-1]), W))
        compute(np.ones((1600, 32)), np.eye(32))
        return max(x.memory_analysis().temp_size_in_bytes for x in _executables(compute))

    plain = bytes_needed(theano.scan)
    kept = bytes_needed(lambda *arguments: theano.scan_checkpoints(*arguments, save_every_N=40))
    # 1600 states are 410 kB; 40 are kept, and 40 computed anew at a time.
    assert plain > 1600 * 32 * 8
    assert kept < plain / 4


def _executables(function):
    import jax

    pending, seen = [function], set()
    while pending:
        item = pending.pop()
        if isinstance(item, jax.stages.Compiled):
            yield item
            continue
        for other in gc.get_referents(item):
            # What belongs to the function: closures, tables, and this package's own objects.
            kind = type(other)
            own = kind.__module__.startswith("theano.link") or kind.__name__ in (
                "dict",
                "list",
                "tuple",
                "cell",
                "function",
                "Compiled",
                "OrderedDict",
            )
            if own and id(other) not in seen and other is not globals():
                if kind.__name__ == "function":
                    other = other.__closure__ or ()
                elif kind is dict and "__builtins__" in other:
                    continue
                seen.add(id(other))
                pending.append(other)


def test_what_isnt_taken():
    with pytest.raises(RuntimeError, match="taps"):
        theano.scan_checkpoints(
            lambda h: h, outputs_info={"initial": T.zeros((2,)), "taps": [-2]}, n_steps=4
        )
    with pytest.raises(ValueError, match="save_every_N"):
        theano.scan_checkpoints(
            lambda h: h, outputs_info=T.constant(0.0), n_steps=4, save_every_N=0
        )
    with pytest.raises(ValueError, match="number of steps"):
        theano.scan_checkpoints(lambda h: h, outputs_info=T.constant(0.0))
