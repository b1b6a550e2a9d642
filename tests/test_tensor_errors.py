"""Errors of the classes that programs catch; on both engines."""

import warnings

import numpy as np
import pytest
import theano
import theano.tensor as T

from engines import ENGINE

warnings.filterwarnings("ignore", category=DeprecationWarning, module="theano")

ONES = np.ones((2, 2))
m, v, s = T.dmatrix("m"), T.dvector("v"), T.dscalar("s")
iv, im = T.ivector("iv"), T.imatrix("im")

GRAPHS = {
    "a product with None": (TypeError, lambda: T.dot(None, m)),
    "a product with a string": (TypeError, lambda: T.dot("a", m)),
    "the logarithm of a string": (TypeError, lambda: T.log("a")),
    "None as a tensor": (TypeError, lambda: T.as_tensor_variable(None)),
    "a comparison with None": (TypeError, lambda: T.eq(m, None)),
    "a sum with None": (TypeError, lambda: m + None),
    "limits that are strings": (TypeError, lambda: T.clip(m, "a", 1)),
    "a string's elements set": (TypeError, lambda: T.set_subtensor("a", 1)),
    "what isn't an element set": (TypeError, lambda: T.set_subtensor(m, 1)),
    "a dict for an index": (TypeError, lambda: m[{}]),
    "a float for an index": (TypeError, lambda: m[1.5]),
    "too many indices": (IndexError, lambda: m[0, 0, 0]),
    "an axis twice": (ValueError, lambda: m.dimshuffle(0, 0)),
    "a shape for a string": (TypeError, lambda: T.specify_shape(m, "a")),
    "zeros of a string's shape": (TypeError, lambda: T.zeros("a")),
    "zeros of half a row": (TypeError, lambda: T.zeros((2.5,))),
    "tensors of different dimensions": (TypeError, lambda: T.concatenate([m, v])),
    "a function of an output that is none": (TypeError, lambda: theano.function([m], "a")),
    "the gradient of a matrix": (TypeError, lambda: T.grad(m, m)),
    "the gradient by what isn't in it": (ValueError, lambda: T.grad(s, m)),
    "flattening to no axes": (ValueError, lambda: T.flatten(m, 0)),
    "a column at an axis too far": (ValueError, lambda: T.unbroadcast(T.col(), 5)),
    "a diagonal of a number": (TypeError, lambda: T.nlinalg.diag(s)),
    "an iteration": (TypeError, lambda: list(m)),
    "the length": (TypeError, lambda: len(m)),
    "a comparison as a condition": (TypeError, lambda: bool(m < s)),
    "a sum of a dtype that isn't there": (TypeError, lambda: T.sum(m, dtype="abc")),
}


@pytest.mark.parametrize("case", GRAPHS)
def test_of_wrong_graphs(case):
    kind, make = GRAPHS[case]
    with pytest.raises(kind):
        make()


CALLS = {
    "a vector for a matrix": (TypeError, [m], m, [np.ones(3)]),
    "a string": ((TypeError, ValueError), [m], m, ["abc"]),
    "a float for an integer": (TypeError, [iv], iv, [np.ones(2)]),
    "a product of shapes that don't fit": (ValueError, [m], T.dot(m, np.ones((3, 2))), [ONES]),
    "a sum of shapes that don't fit": (ValueError, [m], m + np.arange(6.0).reshape(3, 2), [ONES]),
    "a shape that isn't the one": (ValueError, [m], m.reshape((5, 5)), [ONES]),
    "an index out of bounds": (IndexError, [m], m[5], [ONES]),
    "parts that are less than the whole": (ValueError, [m], T.split(m, [1, 2], 2), [ONES]),
    "a specified shape": (AssertionError, [m], T.specify_shape(m, (3, 3)), [ONES]),
    "an assertion": (AssertionError, [m], T.opt.Assert("no")(m, m.sum() < 0), [ONES]),
    "an axis that should broadcast": (ValueError, [m], T.addbroadcast(m, 0), [ONES]),
    "the largest of none": (ValueError, [v], T.max(v), [np.ones(0)]),
}


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize("case", CALLS)
def test_of_wrong_calls(case, mode):
    kind, inputs, output, values = CALLS[case]
    f = theano.function(inputs, output, mode=mode)
    with pytest.raises(kind):
        f(*values)


def specified(x, rows):
    return T.specify_shape(x, (rows, 2))


MODES = ["FAST_RUN", "FAST_COMPILE"]
if ENGINE == "pytensor":
    MODES.append(theano.Mode(linker="py", optimizer="fast_compile"))


class TestSpecifiedShapes:
    @pytest.mark.parametrize("mode", MODES)
    def test_of_constant_sizes(self, mode):
        f = theano.function([m], 2 * specified(m, 2), mode=mode)
        assert f(ONES).tolist() == [[2, 2], [2, 2]]
        with pytest.raises(AssertionError):
            f(np.ones((3, 2)))

    @pytest.mark.parametrize("mode", MODES)
    def test_of_sizes_of_another(self, mode):
        f = theano.function([m, v], 2 * specified(m, v.shape[0]), mode=mode)
        assert f(ONES, np.ones(2)).tolist() == [[2, 2], [2, 2]]
        with pytest.raises(AssertionError):
            f(ONES, np.ones(3))

    @pytest.mark.parametrize("mode", MODES)
    def test_of_sizes_that_a_call_gives(self, mode):
        n = T.lscalar("n")
        f = theano.function([m, n], 2 * specified(m, n), mode=mode)
        assert f(ONES, 2).tolist() == [[2, 2], [2, 2]]
        with pytest.raises(AssertionError):
            f(ONES, 3)

    def test_in_a_step(self):
        x = T.dtensor3("x")
        found, _ = theano.scan(lambda x: specified(x, 2) + 1, sequences=x)
        f = theano.function([x], found)
        assert f(np.ones((3, 2, 2))).tolist() == np.full((3, 2, 2), 2).tolist()
        with pytest.raises(AssertionError):
            f(np.ones((3, 4, 2)))

    def test_of_what_is_selected(self):
        f = theano.function([v], T.specify_shape(v[T.nonzero(v > 0)], (2,)))
        assert f(np.array([1.0, -1, 2])).tolist() == [1, 2]
        with pytest.raises(AssertionError):
            f(np.array([1.0, 1, 2]))
