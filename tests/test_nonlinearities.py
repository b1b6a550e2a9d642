import pickle

import numpy as np
import pytest
import scipy.special
import theano
import theano.tensor as T

from lasagne_expr import nonlinearities as nl

LAMBDA, ALPHA = 1.0507009873554805, 1.6732632423543772
X = np.array([-1000.0, -30.0, -1.5, -1e-3, 0.0, 1e-3, 0.7, 30.0, 1000.0])

# What each computes, and its derivative.
ELEMENTWISE = {
    nl.sigmoid: (scipy.special.expit, lambda x: scipy.special.expit(x) * scipy.special.expit(-x)),
    nl.tanh: (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    nl.ScaledTanH(0.5, 2.4): (
        lambda x: 2.4 * np.tanh(0.5 * x),
        lambda x: 1.2 * (1 - np.tanh(0.5 * x) ** 2),
    ),
    nl.rectify: (lambda x: np.maximum(0, x), lambda x: np.heaviside(x, 0.5)),
    nl.leaky_rectify: (
        lambda x: np.maximum(0.01 * x, x),
        lambda x: 0.01 + 0.99 * np.heaviside(x, 0.5),
    ),
    nl.very_leaky_rectify: (
        lambda x: np.maximum(x / 3, x),
        lambda x: 1 / 3 + 2 / 3 * np.heaviside(x, 0.5),
    ),
    nl.LeakyRectify(0): (lambda x: np.maximum(0, x), lambda x: np.heaviside(x, 0.5)),
    nl.elu: (
        lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
        lambda x: np.exp(np.minimum(x, 0)),
    ),
    nl.selu: (
        lambda x: LAMBDA * np.where(x > 0, x, ALPHA * np.expm1(np.minimum(x, 0))),
        lambda x: LAMBDA * np.where(x > 0, 1, ALPHA * np.exp(np.minimum(x, 0))),
    ),
    nl.softplus: (lambda x: np.logaddexp(0, x), scipy.special.expit),
    nl.linear: (lambda x: x, np.ones_like),
}


def name_of(nonlinearity):
    return getattr(nonlinearity, "__name__", repr(nonlinearity))


def test_values_and_gradients():
    x = T.dvector("x")
    outputs = [nonlinearity(x) for nonlinearity in ELEMENTWISE]
    function = theano.function([x], outputs + [T.grad(y.sum(), x) for y in outputs])
    results = function(X)
    values, gradients = results[: len(outputs)], results[len(outputs) :]
    for (nonlinearity, (value, derivative)), found, slope in zip(
        ELEMENTWISE.items(), values, gradients, strict=True
    ):
        message = name_of(nonlinearity)
        np.testing.assert_allclose(found, value(X), rtol=1e-7, atol=1e-15, err_msg=message)
        np.testing.assert_allclose(slope, derivative(X), rtol=1e-7, atol=1e-12, err_msg=message)


@pytest.mark.parametrize("nonlinearity", ELEMENTWISE, ids=name_of)
def test_float32_stays_float32(nonlinearity):
    assert nonlinearity(T.fmatrix()).dtype == "float32"


def test_softmax():
    x = T.dmatrix("x")
    y = nl.softmax(x)
    function = theano.function([x], [y, T.grad(y[:, 0].sum(), x)])
    values = np.array([[1000.0, 1000.0, -1000.0], [0.3, -1.2, 2.0]])
    found, slope = function(values)
    expected = scipy.special.softmax(values, axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-7)
    first = expected[:, :1]
    np.testing.assert_allclose(slope, first * (np.eye(3)[:1] - expected), rtol=1e-7, atol=1e-15)


@pytest.mark.parametrize("shape", [(4,), (2, 3, 4), (2, 1, 3, 1, 4), (0, 3, 4)])
def test_softmax_along_the_last_axis(shape):
    x = T.TensorType("float64", [size == 1 for size in shape])()
    y = nl.softmax(x)
    assert y.broadcastable == x.broadcastable
    function = theano.function([x], [y, T.grad(y[..., 0].sum(), x)])
    values = np.random.uniform(-3, 3, shape)
    found, slope = function(values)
    expected = scipy.special.softmax(values, axis=-1)
    np.testing.assert_allclose(found, expected, rtol=1e-7)
    first = expected[..., :1]
    np.testing.assert_allclose(
        slope, first * (np.eye(shape[-1])[0] - expected), rtol=1e-7, atol=1e-15
    )


def test_softmax_of_large_activations_of_steps():
    x = T.dtensor3()
    values = np.array([[[1000.0, 0.0], [-1000.0, 0.0]]])
    assert theano.function([x], nl.softmax(x))(values).tolist() == [[[1, 0], [0, 1]]]


def test_softmax_of_a_scalar_is_an_error():
    with pytest.raises(ValueError, match="is a scalar"):
        nl.softmax(T.scalar())


def test_learned_leakiness():
    x, alpha = T.dvector(), T.dscalar()
    y = nl.LeakyRectify(alpha)(x)
    function = theano.function([x, alpha], [y, T.grad(y.sum(), alpha)])
    found, slope = function([-2.0, 3.0, -1.0], 0.5)
    np.testing.assert_allclose(found, [-1.0, 3.0, -0.5])
    np.testing.assert_allclose(slope, -3.0)


def test_selu_keeps_mean_and_variance():
    # The fixed point that Klambauer et al. derived the two constants from.
    x = np.linspace(-12, 12, 200001)
    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi) * (x[1] - x[0])
    y = nl.selu(T.constant(x)).eval()
    np.testing.assert_allclose((y * density).sum(), 0, atol=1e-6)
    np.testing.assert_allclose((y**2 * density).sum(), 1, rtol=1e-6)


def test_names():
    assert nl.identity is nl.linear
    assert nl.ScaledTanh is nl.ScaledTanH
    assert nl.leaky_rectify.leakiness == 0.01
    assert nl.very_leaky_rectify.leakiness == 1 / 3
    assert repr(nl.ScaledTanH(0.5, scale_out=2)) == "ScaledTanH(scale_in=0.5, scale_out=2)"
    assert repr(nl.LeakyRectify(0.1)) == "LeakyRectify(leakiness=0.1)"
    assert repr(nl.SELU()) == "SELU(scale=1, scale_neg=1)"


@pytest.mark.parametrize("nonlinearity", ELEMENTWISE, ids=name_of)
def test_pickle(nonlinearity):
    copy = pickle.loads(pickle.dumps(nonlinearity))
    assert name_of(copy) == name_of(nonlinearity)
    assert vars(copy) == vars(nonlinearity)
