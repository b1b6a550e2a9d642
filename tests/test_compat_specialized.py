"""How graphs are compiled for shapes: seldom, and by PyTensor where JAX can't."""

from pathlib import Path

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.tensor.opt import Assert

from lasagne_expr.layers import (
    DenseLayer,
    EmbeddingLayer,
    InputLayer,
    TransposedConv2DLayer,
    get_output,
)


def count(function):
    return len(function._graph.executables)


def shared_matrix(rows, columns):
    return theano.shared(np.ones((rows, columns), theano.config.floatX))


def source_lines():
    return enumerate(Path(__file__).read_text().splitlines(), 1)


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
        with pytest.raises(AssertionError, match=r"'triple'.*should be \(3,\), but is \(2,\)"):
            f(np.ones(2))

    def test_name_the_layer_and_the_users_line(self):
        x = T.matrix("x")
        weights = T.exp(shared_matrix(4, 3).T)
        hidden = DenseLayer(InputLayer((None, 3), x), 4, W=weights, name="hidden")
        network = DenseLayer(hidden, 2, name="out")
        f = theano.function([x], get_output(network), name="predict")  # the line that is named
        line = next(n for n, text in source_lines() if "the line that is named" in text)
        with pytest.raises(ValueError) as raised:
            f(np.ones((2, 5), theano.config.floatX))
        text = str(raised.value)
        assert "'predict', called with x of shape (2, 5)" in text
        assert "Dot(x, hidden.W), in DenseLayer 'hidden' (made at" in text
        assert f"called from {__file__}:{line})" in text
        assert text.count("\n") == 0

    def test_name_the_layer_of_an_index(self):
        words = T.lvector("words")
        layer = EmbeddingLayer(InputLayer((None,), words), 5, 3, name="vectors")
        f = theano.function([words], get_output(DenseLayer(layer, 2, name="dense")))
        with pytest.raises(IndexError, match="in EmbeddingLayer 'vectors' .*axis 0 of size 5"):
            f([1, 7])

    def test_name_the_line_of_an_expression(self):
        x, w = T.matrix("x"), shared_matrix(7, 3)
        weights = T.exp(w) + T.ones((4, 3))  # this cannot be added
        line = next(n for n, text in source_lines() if "# this cannot be added" in text)
        with pytest.raises(ValueError, match=rf"Add\(.*\(made at {__file__}:{line}\): can't take"):
            theano.function([x], T.dot(x, weights))(np.ones((2, 7), theano.config.floatX))

    def test_name_the_line_of_an_assertion(self):
        x = T.dvector("x")
        f = theano.function([x], Assert("must be positive")(x, (x > 0).all()), name="root")
        with pytest.raises(AssertionError, match=rf"'root': must be positive\n.*{__file__}:\d+"):
            f([1.0, -1.0])

    @pytest.mark.filterwarnings("error:.*PyTensor interprets it:UserWarning")
    def test_tell_the_shapes_of_which_an_assertion_is(self):
        x, y = T.dvectors("x", "y")
        checked = Assert("lengths should be equal")(x, T.eq(x.shape[0], y.shape[0]))
        f = theano.function([x, y], checked.sum() + y.sum(), name="root")
        assert f([1.0, 2.0], [3.0, 4.0]) == 10
        with pytest.raises(
            AssertionError,
            match=rf"'root', called with x of shape \(2,\), y of shape \(1,\): lengths should be "
            rf"equal\n.*{__file__}:\d+",
        ):
            f([1.0, 2.0], [3.0])

    @pytest.mark.filterwarnings("error:.*PyTensor interprets it:UserWarning")
    def test_say_that_more_is_cropped_than_there_is(self):
        source = InputLayer((None, 1, None, None))
        layer = TransposedConv2DLayer(source, 1, 3, stride=2, crop=4, name="up")
        f = theano.function([source.input_var], get_output(layer))
        with pytest.raises(ValueError, match=r"'up'(.|\n)*more is cropped than there is: an input"):
            f(np.ones((1, 1, 2, 2), theano.config.floatX))
        assert f(np.ones((1, 1, 5, 5), theano.config.floatX)).shape == (1, 1, 3, 3)

    def test_are_long_where_that_is_asked_for(self):
        x, y = T.dmatrices("x", "y")
        f = theano.function([x, y], T.dot(T.exp(x), y))
        verbose = theano.configparser.change_flags(exception_verbosity="high")
        with verbose, pytest.raises(ValueError) as raised:
            f(np.ones((2, 3)), np.ones((4, 2)))
        text = str(raised.value)
        assert "Exp.0: Matrix(float64, shape=(2, 3))\n    y: Matrix(float64, shape=(4, 2))" in text
        assert "Made at:\n    File " in text
        assert "T.dot(T.exp(x), y)" in text
        assert "Graph:\n    Dot [id A]" in text


class TestKeptSignatures:
    def compiled(self, f, lengths):
        for length in lengths:
            assert float(f(np.ones(length), 2.0)) == 2 * length
        return count(f), f._graph.compilations

    def test_are_limited_with_a_warning_that_names_the_input(self):
        x, y = T.dvector("x"), T.dscalar("y")
        f = theano.function([x, y], (x * y).sum(), name="total")
        with theano.configparser.change_flags({"jax.kept_signatures": 3}):
            assert self.compiled(f, [1, 2, 3]) == (3, 3)
            with pytest.warns(UserWarning, match=r"of x keeps .*\(2,\), \(3,\), \(1,\)\)"):
                assert self.compiled(f, [1, 4]) == (3, 4)
            assert self.compiled(f, [3, 1, 4]) == (3, 4)  # 2 was used least recently
            assert self.compiled(f, [2, 1, 4]) == (3, 5)  # and no second warning

    def test_name_the_integer_whose_value_changes(self):
        n = T.lscalar("n")
        f = theano.function([n], T.arange(n).sum() * T.ones((n,)), name="count")
        with theano.configparser.change_flags({"jax.kept_signatures": 2}):
            with pytest.warns(UserWarning, match="depend on the value of n"):
                assert [f(k).tolist() for k in (1, 2, 3)] == [[0], [1, 1], [3, 3, 3]]
            assert count(f) == 2
