"""Gradients of what a loop computed, taken inside another loop: Jacobians, Hessians, penalties."""

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.gradient import hessian, jacobian

from engines import ENGINE
from lasagne_expr.layers import InputLayer, RecurrentLayer, get_all_params, get_output
from numerics import finite_difference

# One mode for Theano; with PyTensor, each way to run loops: as parts of a graph, and by themselves.
MODES = ["FAST_RUN"] if ENGINE == "theano" else ["FAST_RUN", "interpreted"]

pytestmark = pytest.mark.parametrize("mode", MODES, indirect=True)


@pytest.fixture
def mode(request):
    if request.param != "interpreted":
        return request.param
    return theano.compile.Mode(linker="py", optimizer="fast_compile")


def normal(*shape, seed=0):
    return np.random.RandomState(seed).normal(size=shape)


def powers(x):
    """The cube of a vector, by a loop."""
    products, _ = theano.scan(lambda p: p * x, outputs_info=T.ones_like(x), n_steps=3)
    return products[-1]


def recurrent(x, W):
    """The states of a recurrent network that starts from zeros."""
    states, _ = theano.scan(lambda x, h, W: T.tanh(x + T.dot(h, W)), x, T.zeros((2,), "float64"), W)
    return states


def check(inputs, output, values, mode, of=None):
    """Compare derivatives with finite differences of what they are derivatives of."""
    compute = theano.function(inputs, output, mode=mode)
    costs = theano.function(inputs, of, mode=mode)
    found = compute(*values)
    shape = np.shape(costs(*values))
    for position in np.ndindex(shape):
        (expected,) = finite_difference(lambda x, p=position: costs(x, *values[1:])[p], values[:1])
        np.testing.assert_allclose(found[position], expected, rtol=1e-5, atol=1e-7)


def test_jacobian_and_hessian(mode):
    x = T.dvector("x")
    found = theano.function([x], [jacobian(powers(x), x), hessian(powers(x).sum(), x)], mode=mode)(
        [1.0, 2.0]
    )
    np.testing.assert_allclose(found, [[[3, 0], [0, 12]], [[6, 0], [0, 12]]])


def test_penalty_on_a_jacobian(mode):
    x = T.dvector("x")
    penalty = (jacobian(powers(x), x) ** 2).sum()  # 9 x^4, for each element
    found = theano.function([x], T.grad(penalty, x), mode=mode)([1.0, 2.0])
    np.testing.assert_allclose(found, [36, 288])


def test_jacobian_of_a_network(mode):
    x, W = T.dmatrix("x"), T.dmatrix("W")
    last = recurrent(x, W)[-1]
    check([x, W], jacobian(last, x), [normal(3, 2), normal(2, 2, seed=1)], mode, of=last)


def test_penalty_on_the_gradients_of_each_step(mode):
    x, W = T.dmatrix("x"), T.dmatrix("W")
    states = recurrent(x, W)
    gradients, _ = theano.map(
        lambda n, states, x: T.grad(states[n].sum(), x), T.arange(x.shape[0]), [states, x]
    )
    penalty = T.sqr(gradients).sum()
    for first, second in (x, W), (W, x):
        values = [normal(3, 2), normal(2, 2, seed=1)]
        values = values if first is x else values[::-1]
        check([first, second], T.grad(penalty, first), values, mode, of=penalty)


def test_jacobian_of_a_recurrent_layer(mode):
    x = T.dtensor3("x")
    values = normal(1, 3, 2)
    shape = (1, None, 2)
    layer = RecurrentLayer(InputLayer(shape, x), 2, W_in_to_hid=normal(2, 2, seed=1))
    for parameter in get_all_params(layer):
        parameter.set_value(parameter.get_value().astype(theano.config.floatX))
    output = get_output(layer).sum(axis=(0, 2))
    check([x], jacobian(output, x), [values], mode, of=output)
