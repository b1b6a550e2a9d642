"""How graphs are compiled for shapes: seldom, and by PyTensor where JAX can't."""

import numpy as np
import pytest
import theano
import theano.tensor as T


def count(function):
    return len(function._graph.executables)


class TestMovingSlices:
    def test_are_compiled_once_for_each_length(self):
        data, index = theano.shared(np.arange(100.0)), T.lscalar("index")
        w = theano.shared(0.0)
        batch = data[index * 7 : (index + 1) * 7]
        f = theano.function([index], updates=[(w, w + batch.sum())])
        for n in range(20):
            f(n)
        assert count(f) == 3  # full, the last one, and empty ones
        assert float(w.get_value()) == np.arange(100.0).sum()


class TestInterpreter:
    def test_is_warned_of_once_for_each_shape(self):
        x = T.dvector("x")
        f = theano.function([x], x[(x > 0).nonzero()], name="select")
        with pytest.warns(UserWarning, match="function 'select' has sizes that depend on values"):
            f([1.0, -1.0])
        assert f([1.0, 2.0]).tolist() == [1, 2]
        assert count(f) == 1

    def test_gives_values_that_functions_of_jax_can_update(self):
        x, w = T.dvector("x"), theano.shared(np.zeros(2))
        select = theano.function([x], updates=[(w, x[(x > 0).nonzero()])])
        add = theano.function([], updates=[(w, w + 1)])
        with pytest.warns(UserWarning, match="interprets"):
            select([1.0, -1.0, 3.0])
        add()
        add()
        assert w.get_value().tolist() == [3, 5]


class TestErrors:
    def test_of_an_index_name_the_function_and_the_size(self):
        x, i = T.dmatrix("x"), T.lvector("i")
        f = theano.function([x, i], x[i], name="choose")
        with pytest.raises(IndexError, match=r"'choose': .*out of bounds for axis 0 of size 2"):
            f(np.ones((2, 3)), [0, 3])

    def test_of_a_specified_shape(self):
        x = T.dvector("x")
        f = theano.function([x], T.specify_shape(x, (3,)) * 2, name="triple")
        with pytest.raises(ValueError, match=r"'triple'.*should be \(3,\), but is \(2,\)"):
            f(np.ones(2))
