"""In which precision sums are added up, if that is asked for; on both engines."""

import numpy as np
import pytest
import theano
import theano.tensor as T

LARGE = np.array([1e8, 1, -1e8], "float32")


def whole(make):
    x = T.fvector()
    return theano.function([x], make(x))


def in_a_step(make):
    x = T.fvector()
    found, _ = theano.scan(make, sequences=x.dimshuffle("x", 0))
    return theano.function([x], found[0])


def with_a_row(make):
    x = T.fvector()
    return theano.function([x], make(x.dimshuffle(0, "x") + np.zeros(2, "float32"))[0])


@pytest.mark.parametrize("compile", [whole, in_a_step])
class TestAccumulators:
    def test_of_functions(self, compile):
        for function, expected in ((T.sum, 1), (T.mean, 1 / 3)):
            found = compile(lambda x, f=function: f(x, acc_dtype="float64"))(LARGE)
            assert found.dtype == "float32"
            np.testing.assert_allclose(found, expected, rtol=1e-6)

    def test_of_methods(self, compile):
        assert compile(lambda x: x.sum(acc_dtype="float64"))(LARGE) == 1
        found = compile(lambda x: x.mean(acc_dtype="float64"))(LARGE)
        np.testing.assert_allclose(found, 1 / 3, rtol=1e-6)

    def test_and_the_dtype_of_the_result(self, compile):
        found = compile(lambda x: T.sum(x, dtype="float32", acc_dtype="float64"))(LARGE)
        assert (found.dtype, found) == ("float32", 1)
        found = compile(lambda x: T.sum(x, dtype="float64"))(LARGE)
        assert (found.dtype, found) == ("float64", 1)
        found = compile(lambda x: T.mean(x, dtype="float64"))(LARGE)
        assert found.dtype == "float64"
        np.testing.assert_allclose(found, 1 / 3)

    def test_of_products(self, compile):
        values = np.array([1e30, 1e30, 1e-30, 1e-30], "float32")
        found = compile(lambda x: T.prod(x, acc_dtype="float64"))(values)
        np.testing.assert_allclose(found, 1, rtol=1e-5)

    def test_gradients(self, compile):
        for power in (1, 2):
            found = compile(lambda x, p=power: T.grad(T.sum(x**p, acc_dtype="float64"), x))(LARGE)
            assert found.dtype == "float32"
            np.testing.assert_allclose(found, power * LARGE ** (power - 1))


def test_of_one_axis():
    found = with_a_row(lambda x: T.sum(x, axis=0, keepdims=True, acc_dtype="float64"))(LARGE)
    assert found.tolist() == [1, 1]


def test_halves_are_added_up_in_more_than_their_own_precision():
    x = T.vector(dtype="float16")
    f = theano.function([x], [T.sum(x), T.mean(x), x.sum(acc_dtype="float64")])
    total, mean, wide = f(np.array([2048, 1, 1, 1, -2048], "float16"))
    assert (total, wide) == (3, 3)
    np.testing.assert_allclose(mean, 0.6, rtol=1e-3)


def test_the_arguments_of_a_mean_stand_where_theano_has_them():
    x = T.constant(np.ones((2, 3), "float32"))
    assert T.mean(x, 0, None, False, True).broadcastable == (True, False)
