"""Which sizes are known of a graph that is made anew for the shapes of a call."""

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.ops.known_sizes import KnownSizes
from theano.ops.specialization import specialize


def shapes(make, *values):
    values = [np.asarray(value) for value in values]
    inputs = [T.TensorType(str(v.dtype), (False,) * v.ndim)() for v in values]
    outputs = make(*inputs)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    new = specialize(inputs, outputs, values)
    return [new[v].type.shape for v in outputs]


MATRIX, SQUARE, PLACES = np.ones((4, 3)), np.eye(3), np.array([0, 1, 2, 0])


def of_graph(x):
    inner = T.dmatrix()
    return theano.OpFromGraph([inner], [T.nnet.softmax(inner)])(x)


def of_function(x):
    same = theano.as_op([T.dmatrix], [T.dmatrix], infer_shape=lambda node, shapes: shapes)
    return same(lambda x: x)(x)


@pytest.mark.parametrize(
    ("make", "value", "expected"),
    [
        (T.nnet.softmax, MATRIX, [(4, 3)]),
        (T.nnet.logsoftmax, MATRIX, [(4, 3)]),
        (lambda x: T.grad(T.nnet.softmax(x)[:, 0].sum(), x), MATRIX, [(4, 3)]),
        (lambda x: T.roll(x, 1, axis=0), MATRIX, [(4, 3)]),
        (lambda x: T.roll(x, x.shape[0] // 2, axis=1), MATRIX, [(4, 3)]),
        (T.nlinalg.svd, MATRIX, [(4, 4), (3,), (3, 3)]),
        (lambda x: T.nlinalg.svd(x, full_matrices=False), MATRIX, [(4, 3), (3,), (3, 3)]),
        (lambda x: T.arange(x.shape[0] // 2, 2 * x.shape[1]), MATRIX, [(4,)]),
        (lambda x: T.repeat(x, np.array([1, 2, 3]), axis=1), MATRIX, [(4, 6)]),
        (lambda x: x[: x.shape[0] // 2, T.minimum(x.shape[1], 2) :], MATRIX, [(2, 1)]),
        (lambda x: T.diag(x[0]), MATRIX, [(3, 3)]),
        (lambda x: T.batched_tensordot(x, x, [[1], [1]]), MATRIX, [(4,)]),
        (lambda x: x.reshape((x.shape[0] * x.shape[1] // 2, -1)), MATRIX, [(6, 2)]),
        (lambda x: T.zeros((T.max(x.shape), T.prod(x.shape))), MATRIX, [(4, 12)]),
        (lambda x: T.tri(x.shape[0], x.shape[1]), MATRIX, [(4, 3)]),
        (lambda x: T.choose([0, 1, 0, 1], [x[:, 0], x[:, 1]]), MATRIX, [(4,)]),
        (of_graph, MATRIX, [(4, 3)]),
        (of_function, MATRIX, [(4, 3)]),
        (lambda x: T.nlinalg.tensorinv(x, 1), SQUARE, [(3, 3)]),
    ],
)
def test_follow_from_the_inputs(make, value, expected):
    assert shapes(make, value) == expected


def test_stay_unknown_where_they_depend_on_values():
    assert shapes(lambda x: x[T.nonzero(x[:, 0])], MATRIX) == [(None, 3)]
    assert shapes(lambda x, n: x[:n], MATRIX, 2) == [(None, 3)]


class TestValues:
    def test_of_integers_that_are_computed_from_sizes(self):
        x = T.TensorType("float64", shape=(4, 3))()
        sizes = KnownSizes()
        assert sizes.value(x.shape[0] // 3 + T.prod(x.shape)) == 13
        assert sizes.value(T.stack([x.shape[1], 2])).tolist() == [3, 2]

    def test_of_what_depends_on_a_call(self):
        n, x = T.lscalar(), T.matrix()
        assert KnownSizes().value(n + 1) is None
        assert KnownSizes().value(x.shape[0] + 1) is None

    def test_of_nothing_large(self):
        assert KnownSizes().value(T.constant(np.arange(1000.0)) + 1) is None
