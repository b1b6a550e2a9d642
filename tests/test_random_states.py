"""The generators of random streams: read, seeded, set, copied, and given to functions."""

import copy
import pickle

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.tensor import raw_random
from theano.tensor.raw_random import RandomStateType, random_state_type
from theano.tensor.shared_randomstreams import RandomStateSharedVariable, RandomStreams


@pytest.fixture
def numbers():
    return RandomStreams(234).uniform((3,))


@pytest.mark.parametrize("borrow", [True, False])
def test_are_seeded_anew(numbers, borrow):
    f = theano.function([], numbers)

    def seed(n):
        state = numbers.rng.get_value(borrow=borrow)
        state.seed(n)
        numbers.rng.set_value(state, borrow=borrow)

    drawn = []
    for n in (89234, 89234, 5):
        seed(n)
        drawn.append([f(), f()])
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert (drawn[0][0] != drawn[0][1]).all()
    assert (drawn[0][0] != drawn[2][0]).all()


def test_states_are_kept_for_later(numbers):
    f = theano.function([], numbers)
    f()
    state = numbers.rng.get_value().get_state()
    second, third = f(), f()
    generator = numbers.rng.get_value(borrow=True)
    generator.set_state(state)
    numbers.rng.set_value(generator, borrow=True)
    np.testing.assert_array_equal(f(), second)
    np.testing.assert_array_equal(f(), third)


def test_what_is_not_borrowed_is_a_copy(numbers):
    f = theano.function([], numbers)
    same = copy.deepcopy(numbers.rng.get_value())
    numbers.rng.get_value().seed(3)
    first = f()
    numbers.rng.set_value(same)
    np.testing.assert_array_equal(f(), first)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda x: x, "pickle"])
def test_states_are_copied_between_graphs(duplicate):
    if duplicate == "pickle":
        duplicate = lambda value: pickle.loads(pickle.dumps(value))  # noqa: E731

    class Graph:
        def __init__(self, seed):
            self.rng = RandomStreams(seed)
            draws = [self.rng.uniform((2,)), self.rng.normal((3, 2)), self.rng.permutation(n=5)]
            self.f = theano.function([], draws)

    one, other = Graph(123), Graph(987)
    one.f()
    for (to, _), (source, _) in zip(other.rng.state_updates, one.rng.state_updates):
        to.set_value(duplicate(source.get_value()))
    for _ in range(2):
        for a, b in zip(one.f(), other.f()):
            np.testing.assert_array_equal(a, b)


def test_of_another_number_of_streams():
    srng = RandomStreams(1)
    small, large = srng.uniform((3,)), srng.uniform((600,))
    large.rng.set_value(small.rng.get_value())
    f = theano.function([], large)
    first, second = f(), f()
    assert first.shape == (600,)
    assert len(np.unique([first, second])) == 1200


def test_numpy_generators_are_taken(numbers):
    f = theano.function([], numbers)
    given = np.random.RandomState(7)
    drawn = []
    for _ in range(2):
        numbers.rng.set_value(given)
        drawn.append(f())
    np.testing.assert_array_equal(*drawn)
    assert given.randint(2**30) == np.random.RandomState(7).randint(2**30)
    with pytest.raises(TypeError):
        numbers.rng.set_value("text")


def test_streams_by_their_variables(numbers):
    srng = RandomStreams(4)
    first, second = srng.uniform((3,)), srng.uniform((3,))
    f = theano.function([], [first, second])
    srng[second.rng] = srng[first.rng]
    a, b = f()
    np.testing.assert_array_equal(a, b)
    srng.seed(4)
    a, b = f()
    assert (a != b).all()
    srng.seed(4)
    np.testing.assert_array_equal(f()[0], a)
    generator = srng[first.rng]
    generator.seed(9)
    srng[first.rng] = generator
    assert (f()[0] != a).all()


def test_functions_share_a_state(numbers):
    both = [theano.function([], numbers) for _ in range(2)]
    state = copy.deepcopy(numbers.rng.get_value())
    mixed = [both[0](), both[1](), both[0]()]
    numbers.rng.set_value(state)
    np.testing.assert_array_equal([both[0]() for _ in range(3)], mixed)
    numbers.rng.set_value(both[0][numbers.rng])  # what a function holds is the same
    assert (both[1]() != mixed[2]).all()


def test_shared_variables_of_generators():
    state = theano.shared(np.random.RandomState(3), name="state")
    assert isinstance(state, RandomStateSharedVariable)
    assert isinstance(RandomStreams(1).uniform((2,)).rng, RandomStateSharedVariable)
    new, numbers = raw_random.uniform(state, (4,), low=1.0, high=2.0)
    f = theano.function([], numbers, updates=[(state, new)])
    first, second = f(), f()
    assert ((first >= 1) & (first <= 2)).all()
    assert (first != second).all()
    state.set_value(np.random.RandomState(3))
    np.testing.assert_array_equal(f(), first)
    other = pickle.loads(pickle.dumps(state))
    assert type(other) is RandomStateSharedVariable
    assert type(other.get_value()) is type(state.get_value())


class TestExplicitStates:
    def test_are_given_and_returned(self):
        rng = random_state_type()
        assert isinstance(rng.type, RandomStateType)
        new, numbers = raw_random.normal(rng, (2, 2))
        f = theano.function([rng], [new, numbers], accept_inplace=True)
        state, first = f(np.random.RandomState(5))
        _, second = f(state)
        np.testing.assert_array_equal(f(np.random.RandomState(5))[1], first)
        assert (first != second).all()

    @pytest.mark.parametrize("mode", [None, "FAST_COMPILE", theano.Mode(linker="py")])
    def test_are_the_state_of_a_function(self, mode):
        rng = random_state_type("rng")
        new, numbers = raw_random.uniform(rng, (3,))
        state = theano.In(rng, value=np.random.RandomState(2), update=new, mutable=True)
        f, g = (theano.function([state], numbers, mode=mode) for _ in range(2))
        first = f()
        assert (f() != first).all()
        assert g().shape == (3,)

    def test_are_replaced_by_shared_ones(self):
        rng = random_state_type()
        _, numbers = raw_random.uniform(rng, (3,))
        state = theano.shared(np.random.RandomState(1))
        f = theano.function([], numbers, givens={rng: state})
        np.testing.assert_array_equal(f(), f())
        assert f().shape == (3,)

    def test_of_every_distribution(self):
        rng = random_state_type()
        draws = {
            "uniform": {},
            "normal": {},
            "binomial": {"n": 5},
            "random_integers": {"high": 9},
            "permutation": {"n": 4},
            "multinomial": {"n": 2, "pvals": [0.5, 0.5]},
            "poisson": {"lam": 3.0},
            "choice": {"a": 4},
        }
        numbers = [getattr(raw_random, name)(rng, (2,), **kw)[1] for name, kw in draws.items()]
        f = theano.function([rng], numbers)
        for a, b in zip(f(np.random.RandomState(1)), f(np.random.RandomState(1))):
            assert len(a) == 2
            np.testing.assert_array_equal(a, b)

    def test_anything_else_is_refused(self):
        rng = random_state_type()
        f = theano.function([rng], raw_random.uniform(rng, T.constant([2]), ndim=1)[1])
        for wrong in (3, "text", np.ones((2, 6))):
            with pytest.raises((TypeError, ValueError)):
                f(wrong)


def test_constructors_of_shared_variables():
    from theano.compile.sharedvalue import shared_constructor

    class Angle:
        degrees = 90.0

    def constructor(value, **kwargs):
        if not isinstance(value, Angle):
            raise TypeError
        return theano.shared(np.radians(value.degrees), kwargs["name"])

    shared_constructor(constructor)
    try:
        assert float(theano.shared(Angle(), "angle").get_value()) == np.pi / 2
        assert theano.shared(np.ones(2)).get_value().tolist() == [1, 1]
    finally:
        shared_constructor(constructor, remove=True)
