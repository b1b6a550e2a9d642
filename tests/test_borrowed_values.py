"""Values of shared variables that are got, changed and set, wherever they are in between."""

import numpy as np
import pytest
import scipy.sparse
import theano
import theano.sparse
import theano.tensor as T


def on_the_host(shared):
    pass


def after_an_update(shared):
    theano.function([], updates=[(shared, shared + 1)])()


def after_being_read(shared):
    theano.function([], shared * 2)()


def set_from_the_internal_type(shared):
    after_an_update(shared)
    shared.set_value(shared.get_value(borrow=True, return_internal_type=True), borrow=True)


@pytest.mark.parametrize(
    "use", [on_the_host, after_an_update, after_being_read, set_from_the_internal_type]
)
@pytest.mark.parametrize(
    "options", [{"borrow": True}, {"borrow": False}, {"return_internal_type": True}]
)
@pytest.mark.parametrize("shape", [(), (3,), (2, 0), (2, 3)])
def test_get_change_set(use, options, shape):
    shared = theano.shared(np.ones(shape, "float32"))
    use(shared)
    value = shared.get_value(**options)
    expected = np.array(value) * 3 - 1
    value *= 3
    value[...] -= 1
    for borrow in (True, False):
        shared.set_value(value, borrow=borrow)
        np.testing.assert_array_equal(shared.get_value(), expected)
        np.testing.assert_array_equal(theano.function([], shared + 0)(), expected)


def test_what_is_not_borrowed_is_a_copy():
    shared = theano.shared(np.zeros(3))
    theano.function([], updates=[(shared, shared + 1)])()
    for options in ({}, {"return_internal_type": True}):
        shared.get_value(**options)[:] = 7
        assert shared.get_value().tolist() == [1, 1, 1]


def test_of_sparse_matrices():
    shared = theano.shared(scipy.sparse.csr_matrix(np.eye(2)))
    x = T.dvector("x")
    product = theano.function([x], theano.sparse.structured_dot(shared, x.dimshuffle(0, "x")))
    product([1.0, 2.0])
    value = shared.get_value(borrow=True)
    value.data[0] = 7
    shared.set_value(value, borrow=True)
    assert np.asarray(product([1.0, 2.0])).ravel().tolist() == [7, 2]
