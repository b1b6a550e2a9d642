"""Connectionist temporal classification, against all paths that give the labels."""

import itertools

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.tensor.nnet.ctc import ctc, ctc_available

from numerics import finite_difference

rng = np.random.RandomState(2)
ACTIVATIONS = rng.normal(size=(4, 6, 3))
LABELS = np.array([[1, 2], [1, 1], [2, -1], [-1, 1], [-1, -1], [2, 1]], "int32")
LENGTHS = np.array([4, 4, 3, 4, 2, 2], "int32")


def collapsed(path):
    """Leave repetitions out, then blanks."""
    return [symbol for symbol, _ in itertools.groupby(path) if symbol]


def cost_by_enumeration(activations, labels, length):
    scores = np.exp(activations[:length])
    p = scores / scores.sum(axis=1, keepdims=True)
    wanted = [label for label in labels if label >= 0]
    paths = itertools.product(range(p.shape[1]), repeat=length)
    likelihood = sum(p[range(length), path].prod() for path in paths if collapsed(path) == wanted)
    return -np.log(likelihood) if likelihood else 0.0


def costs(activations):
    cases = zip(activations.swapaxes(0, 1), LABELS, LENGTHS)
    return np.array([cost_by_enumeration(*case) for case in cases])


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-10), ("float32", 1e-5)])
def test_costs(dtype, tolerance):
    x, labels, lengths = T.tensor3("x", dtype=dtype), T.imatrix("labels"), T.ivector("lengths")
    compute = theano.function([x, labels, lengths], ctc(x, labels, lengths))
    found = compute(ACTIVATIONS.astype(dtype), LABELS, LENGTHS)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, costs(ACTIVATIONS), rtol=tolerance)


def test_gradients():
    x = T.dtensor3("x")
    weights = np.arange(1.0, 7)
    gradient = theano.function([x], T.grad((ctc(x, LABELS, LENGTHS) * weights).sum(), x))
    (expected,) = finite_difference(lambda x: (costs(x) * weights).sum(), [ACTIVATIONS])
    np.testing.assert_allclose(gradient(ACTIVATIONS), expected, atol=1e-7)


def test_labels_for_which_there_is_no_time():
    x = T.dtensor3("x")
    cost = ctc(x, np.array([[1, 1]]), np.array([2])).sum()
    found, gradient = theano.function([x], [cost, T.grad(cost, x)])(ACTIVATIONS[:, :1])
    assert found == 0
    np.testing.assert_array_equal(gradient, np.zeros((4, 1, 3)))


def test_one_time():
    x = ACTIVATIONS[:1, :2]
    found = ctc(x, np.array([[2], [-1]]), np.array([1, 1])).eval()
    p = np.exp(x[0]) / np.exp(x[0]).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found, -np.log([p[0, 2], p[1, 0]]))


def test_arguments_that_do_not_fit():
    x, labels, lengths = T.ftensor3(), T.imatrix(), T.ivector()
    with pytest.raises(TypeError, match="activations must be floats"):
        ctc(T.itensor3(), labels, lengths)
    with pytest.raises(TypeError, match="input_lengths must be integers"):
        ctc(x, labels, T.fvector())
    with pytest.raises(ValueError, match="3, 2 and 1 dimensions, not 3, 1 and 1"):
        ctc(x, T.ivector(), lengths)
    assert ctc_available()
