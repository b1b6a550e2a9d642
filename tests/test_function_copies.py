"""Copies of compiled functions, made by themselves and by pickle; the values they hold."""

import copy
import pickle

import numpy as np
import pytest
import theano
import theano.tensor as T


@pytest.fixture
def function():
    x = T.dvector("x")
    w = theano.shared(np.array([1.0, 2.0]), name="w")
    return w, theano.function([x], x * w, updates=[(w, w + 1)], name="f")


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda f: pickle.loads(pickle.dumps(f))])
def test_a_pickled_function_has_values_of_its_own(function, duplicate):
    w, f = function
    f([0.0, 0.0])
    other = duplicate(f)
    np.testing.assert_array_equal(other([1.0, 1.0]), [2.0, 3.0])
    np.testing.assert_array_equal(other([1.0, 1.0]), [3.0, 4.0])
    np.testing.assert_array_equal(w.get_value(), [2.0, 3.0])
    np.testing.assert_array_equal(f([1.0, 1.0]), [2.0, 3.0])


def only(function):
    """Call a function; Theano's copies return lists, of one output too."""
    return np.ravel(function([1.0, 1.0]))


def test_copies_share_or_swap_variables(function):
    w, f = function
    same, still = f.copy(), f.copy(delete_updates=True, name="still")
    assert (same.name, still.name) == ("f copy", "still")
    v = theano.shared(np.array([10.0, 20.0]), name="v")
    swapped = f.copy(swap={w: v})
    np.testing.assert_array_equal(only(same), [1.0, 2.0])
    np.testing.assert_array_equal(only(f), [2.0, 3.0])
    np.testing.assert_array_equal(only(still), [3.0, 4.0])
    np.testing.assert_array_equal(only(still), [3.0, 4.0])
    np.testing.assert_array_equal(only(swapped), [10.0, 20.0])
    np.testing.assert_array_equal(v.get_value(), [11.0, 21.0])
    np.testing.assert_array_equal(w.get_value(), [3.0, 4.0])
    f.free()
    np.testing.assert_array_equal(only(f), [3.0, 4.0])


def test_swapping_needs_the_same_type(function):
    w, f = function
    with pytest.raises((TypeError, AssertionError)):
        f.copy(swap={w: theano.shared(np.float32([1, 2]))})


@pytest.mark.parametrize("of", [lambda f: f, lambda f: f.value])
def test_values_by_variable_and_name(function, of):
    w, f = function
    np.testing.assert_array_equal(of(f)[w], [1.0, 2.0])
    np.testing.assert_array_equal(of(f)["w"], [1.0, 2.0])
    of(f)[w] = np.array([5.0, 6.0])
    np.testing.assert_array_equal(f([1.0, 1.0]), [5.0, 6.0])
    with pytest.raises(Exception, match="no_such"):
        of(f)["no_such"]
