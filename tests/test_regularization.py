import numpy as np
import pytest
import theano
import theano.tensor as T

from lasagne_expr.layers import DenseLayer, InputLayer, get_all_params
from lasagne_expr.parameters import tagged
from lasagne_expr.regularization import (
    apply_penalty,
    l1,
    l2,
    regularize_layer_params,
    regularize_layer_params_weighted,
    regularize_network_params,
)
from lasagne_expr.utils import floatX

RNG = np.random.RandomState(6)
A, B = floatX(RNG.normal(size=(3, 2))), floatX(RNG.normal(size=(2, 4)))
RTOL = 1e-5 if theano.config.floatX == "float32" else 1e-10


def evaluate(*expressions):
    # A sum of no penalties is a plain number.
    return theano.function([], [T.as_tensor_variable(e) for e in expressions])()


def squares(*arrays):
    return sum((array**2).sum() for array in arrays)


@pytest.fixture
def network():
    first = DenseLayer(InputLayer((None, 3)), 2, W=A, b=floatX([5.0, 6.0]))
    return first, DenseLayer(first, 4, W=B, b=None)


def test_penalties_and_their_gradients():
    x = theano.shared(np.array([[-1.5, 0.5], [2.0, 0.0]]))
    found = evaluate(l1(x), l2(x), T.grad(l1(x), x), T.grad(l2(x), x))
    np.testing.assert_allclose(found[0], 4.0)
    np.testing.assert_allclose(found[1], 6.5)
    np.testing.assert_allclose(found[2], [[-1, 1], [1, 0]])
    np.testing.assert_allclose(found[3], [[-3, 1], [4, 0]])


def test_apply_penalty():
    a, b = T.constant(A), T.constant(B)

    def power(x, exponent):
        return T.sum(x**exponent)

    found = evaluate(
        apply_penalty(a, l2),
        apply_penalty([a, b], l2),
        apply_penalty((x for x in (a, b)), l1),
        apply_penalty([a, b], power, exponent=4),
        apply_penalty([], l2),
    )
    expected = [
        squares(A),
        squares(A, B),
        abs(A).sum() + abs(B).sum(),
        (A**4).sum() + (B**4).sum(),
        0,
    ]
    np.testing.assert_allclose(found, expected, rtol=RTOL)


def test_penalties_of_layers(network):
    first, last = network
    found = evaluate(
        regularize_layer_params(first, l2),
        regularize_layer_params(last, l1),
        regularize_layer_params([first, last], l2),
        regularize_layer_params(first, l2, tags={"regularizable": False}),
        regularize_layer_params(first, l2, tags={}),
        regularize_layer_params_weighted({first: 0.5, last: T.constant(2.0)}, l2),
        regularize_layer_params_weighted({}, l2),
        regularize_network_params(last, l2),
        regularize_network_params(last, l1, tags={"trainable": True}),
        regularize_layer_params(first, lambda x, power: T.sum(x**power), power=4),
    )
    expected = [
        squares(A),
        abs(B).sum(),
        squares(A, B),
        61,
        squares(A) + 61,
        0.5 * squares(A) + 2 * squares(B),
        0,
        squares(A, B),
        abs(A).sum() + abs(B).sum() + 11,
        (A**4).sum(),
    ]
    np.testing.assert_allclose(found, expected, rtol=RTOL)


def test_a_tied_weight_counts_once_for_a_network_and_once_for_each_listed_layer():
    w = theano.shared(A, name="w")
    first = DenseLayer(InputLayer((None, 3)), 2, W=w, b=None)
    last = DenseLayer(first, 3, W=w.T, b=None)
    found = evaluate(
        regularize_network_params(last, l2), regularize_layer_params([first, last], l2)
    )
    np.testing.assert_allclose(found, [squares(A), 2 * squares(A)], rtol=RTOL)


def test_an_expression_is_penalized_in_its_shared_variables_or_as_it_is():
    w = theano.shared(A, name="w")
    mask = tagged(theano.shared(floatX(np.eye(3, 2))), trainable=False, regularizable=False)
    layer = DenseLayer(InputLayer((None, 3)), 2, W=T.exp(w) * mask)
    as_used = np.exp(A) * np.eye(3, 2)
    whole = {"regularizable": True, "unwrap_shared": False}
    found = evaluate(
        regularize_layer_params(layer, l2),
        regularize_network_params(layer, l2),
        apply_penalty(layer.W, l2),
        regularize_layer_params(layer, l2, tags=whole),
        regularize_network_params(layer, l2, tags=whole),
        apply_penalty(get_all_params(layer, unwrap_shared=False, regularizable=True), l2),
    )
    np.testing.assert_allclose(found, [squares(A)] * 2 + [squares(as_used)] * 4, rtol=RTOL)


def test_wrong_arguments(network):
    with pytest.raises(TypeError, match="penalty should be a function such as l1 or l2"):
        apply_penalty(T.vector(), 0.01)
    with pytest.raises(TypeError, match="expected a layer or a list of layers, got 3"):
        regularize_layer_params(3, l2)
    with pytest.raises(TypeError, match="expected a layer, got 3"):
        regularize_layer_params([network[0], 3], l2)
    with pytest.raises(TypeError, match="expected a dict of layers and their weights"):
        regularize_layer_params_weighted([network[0]], l2)
    with pytest.raises(TypeError, match="expected a layer, got 'first'"):
        regularize_layer_params_weighted({"first": 1.0}, l2)


def test_a_sum_of_no_penalties_is_the_number_zero():
    assert apply_penalty([], l2) == 0
    assert regularize_layer_params(InputLayer((2, 3)), l2) == 0
    assert regularize_network_params(InputLayer((2, 3)), l1) == 0
    assert regularize_layer_params_weighted({}, l2) == 0
    loss = T.scalar()
    assert float((loss + apply_penalty([], l2)).eval({loss: 2})) == 2
