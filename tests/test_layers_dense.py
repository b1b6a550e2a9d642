import numpy as np
import pytest
import theano
import theano.tensor as T

from lasagne_expr.init import Constant
from lasagne_expr.layers import (
    DenseLayer,
    InputLayer,
    NINLayer,
    get_all_params,
    get_output_shape,
)
from lasagne_expr.nonlinearities import identity, rectify, tanh
from numerics import check_gradients, check_pickling, layer_output

# Values are compared in float64, whatever floatX is.
pytestmark = pytest.mark.filterwarnings("ignore:.* has dtype float64:UserWarning")

rng = np.random.RandomState(1234)


def normal(*shape):
    return rng.normal(size=shape)


def test_dense_computes_rectified_affine_map():
    x, W, b = normal(5, 3), normal(3, 4), normal(4)
    layer = DenseLayer(InputLayer((None, 3)), num_units=4, W=W, b=b)
    assert layer.output_shape == (None, 4)
    assert layer.nonlinearity is rectify
    np.testing.assert_allclose(layer_output(layer, x), np.maximum(x @ W + b, 0))


def test_dense_defaults_are_glorot_uniform_and_zero():
    layer = DenseLayer(InputLayer((None, 30)), num_units=50)
    limit = np.sqrt(6 / (30 + 50))
    W = layer.W.get_value()
    assert W.shape == (30, 50)
    assert 0.9 * limit < np.abs(W).max() <= limit
    np.testing.assert_array_equal(layer.b.get_value(), np.zeros(50))
    assert layer.W.dtype == layer.b.dtype == theano.config.floatX


def test_dense_without_bias_and_nonlinearity():
    x, W = normal(5, 3), normal(3, 4)
    layer = DenseLayer(InputLayer((5, 3)), 4, W=W, b=None, nonlinearity=None)
    assert layer.b is None
    assert layer.nonlinearity is identity
    assert layer.get_params() == [layer.W]
    np.testing.assert_allclose(layer_output(layer, x), x @ W)


@pytest.mark.parametrize(
    ("num_leading_axes", "num_inputs", "flat", "output"),
    [
        (1, 24, (5, 24), (5, 2)),
        (2, 12, (5, 2, 12), (5, 2, 2)),
        (-1, 4, (5, 2, 3, 4), (5, 2, 3, 2)),
        (3, 4, (5, 2, 3, 4), (5, 2, 3, 2)),
        (-2, 12, (5, 2, 12), (5, 2, 2)),
        (0, 120, (120,), (2,)),
        (-4, 120, (120,), (2,)),
    ],
)
def test_dense_flattens_what_follows_the_leading_axes(num_leading_axes, num_inputs, flat, output):
    x, W, b = normal(5, 2, 3, 4), normal(num_inputs, 2), normal(2)
    layer = DenseLayer(
        InputLayer(x.shape), 2, W=W, b=b, nonlinearity=tanh, num_leading_axes=num_leading_axes
    )
    assert layer.output_shape == output
    np.testing.assert_allclose(layer_output(layer, x), np.tanh(x.reshape(flat) @ W + b))


def test_dense_leading_axes_may_have_unknown_sizes():
    x, W = normal(2, 6, 3), normal(3, 4)
    layer = DenseLayer(InputLayer((None, None, 3)), 4, W=W, num_leading_axes=2)
    assert layer.output_shape == (None, None, 4)
    assert get_output_shape(layer, (2, 6, 3)) == (2, 6, 4)
    np.testing.assert_allclose(layer_output(layer, x), np.maximum(x @ W, 0))


def test_dense_gradients():
    source = InputLayer((None, 2, 3), input_var=T.dtensor3())
    layer = DenseLayer(source, 4, W=normal(6, 4), b=normal(4), nonlinearity=tanh)
    check_gradients(layer, normal(5, 2, 3))


def test_tied_autoencoder_gradient_flows_through_both_uses():
    l1 = InputLayer((None, 3), input_var=T.dmatrix())
    l2 = DenseLayer(l1, 4, W=normal(3, 4), b=normal(4), nonlinearity=tanh)
    l3 = DenseLayer(l2, 3, W=l2.W.T, b=normal(3), nonlinearity=None)
    assert get_all_params(l3) == [l2.W, l2.b, l3.b]
    x = normal(5, 3)
    W, b, c = (param.get_value() for param in get_all_params(l3))
    np.testing.assert_allclose(layer_output(l3, x), np.tanh(x @ W + b) @ W.T + c)
    check_gradients(l3, x)


def shared(value, name):
    return theano.shared(value, name=name)


@pytest.mark.parametrize(
    ("make_expression", "in_numpy"),
    [
        (T.exp, np.exp),
        (T.nnet.softplus, lambda v: np.log1p(np.exp(v))),
        (lambda v: T.dot(v, v.T), lambda v: v @ v.T),
        (lambda v: v[::-1] * 2, lambda v: v[::-1] * 2),
    ],
)
def test_dense_weights_may_be_any_expression(make_expression, in_numpy):
    value = normal(3, 3)
    v = shared(value, "v")
    source = InputLayer((None, 3), input_var=T.dmatrix())
    layer = DenseLayer(source, 3, W=make_expression(v), b=None, nonlinearity=None)
    assert layer.get_params(trainable=True) == [v]
    x = normal(2, 3)
    np.testing.assert_allclose(layer_output(layer, x), x @ in_numpy(value))
    check_gradients(layer, x)


def test_dense_weights_and_biases_may_be_a_product_and_a_function():
    left, right = shared(normal(3, 2), "left"), shared(normal(2, 4), "right")
    scale = shared(normal(4), "scale")
    source = InputLayer((None, 3), input_var=T.dmatrix())
    layer = DenseLayer(source, 4, W=lambda shape: T.dot(left, right), b=scale**2)
    assert layer.get_params() == [left, right, scale]
    assert layer.get_params(regularizable=True) == [left, right]
    check_gradients(layer, normal(2, 3))


@pytest.mark.parametrize("num_units", [0, -3])
@pytest.mark.parametrize("kind", [DenseLayer, NINLayer])
def test_number_of_units_must_be_positive(kind, num_units):
    with pytest.raises(ValueError, match=rf"'out': num_units .* positive integer, got {num_units}"):
        kind((None, 3), num_units, name="out")


@pytest.mark.parametrize("num_units", [2.0, "2", None, True])
@pytest.mark.parametrize("kind", [DenseLayer, NINLayer])
def test_number_of_units_must_be_an_integer(kind, num_units):
    with pytest.raises(TypeError, match="num_units should be a positive integer"):
        kind((None, 3), num_units)


def test_number_of_units_may_be_a_numpy_integer():
    layer = DenseLayer((None, 3), np.int64(4))
    assert layer.output_shape == (None, 4)
    assert type(layer.output_shape[1]) is int


@pytest.mark.parametrize("number", [2, 3, -3])
def test_leading_axes_out_of_range(number):
    with pytest.raises(ValueError, match=rf"num_leading_axes={number}.*from -2 to 1"):
        DenseLayer((None, 3), 4, num_leading_axes=number)


def test_leading_axes_must_be_an_integer():
    with pytest.raises(TypeError, match=r"num_leading_axes .* got 1.5"):
        DenseLayer((None, 3), 4, num_leading_axes=1.5)


def test_dense_needs_the_sizes_that_it_multiplies():
    with pytest.raises(ValueError, match=r"shape of W .* axis 1 and 3 .* \(2, None, 3, None\)"):
        DenseLayer((2, None, 3, None), 4)
    with pytest.raises(ValueError, match=r"axis 0 .* is unknown"):
        DenseLayer((None, 3), 4, num_leading_axes=0)


@pytest.mark.parametrize("kind", [DenseLayer, NINLayer])
def test_nonlinearity_must_be_callable(kind):
    with pytest.raises(TypeError, match=r"nonlinearity should be a function .* got 'tanh'"):
        kind((None, 3), 4, nonlinearity="tanh")


def test_wrong_shape_of_weights_names_the_layer_and_the_fix():
    l2 = DenseLayer(InputLayer((None, 3)), 4, name="encode")
    with pytest.raises(ValueError, match=r"'decode'.*decode\.W .*\(4, 3\).*\(3, 4\).*encode\.W\.T"):
        DenseLayer(l2, 3, W=l2.W, name="decode")
    with pytest.raises(ValueError, match=r"b should have shape \(3,\).*\(4,\)"):
        DenseLayer(l2, 3, b=np.zeros(4))


def test_nin_is_a_dense_layer_at_every_place():
    x, W, b = normal(2, 3, 4, 5), normal(3, 6), normal(6)
    layer = NINLayer(InputLayer((None, 3, None, 5)), 6, W=W, b=b)
    assert layer.output_shape == (None, 6, None, 5)
    expected = np.einsum("bcij,cu->buij", x, W) + b[:, None, None]
    np.testing.assert_allclose(layer_output(layer, x), np.maximum(expected, 0))


def test_nin_of_a_matrix_is_a_dense_layer():
    x, W = normal(2, 3), normal(3, 6)
    layer = NINLayer(InputLayer((None, 3)), 6, W=W, b=None, nonlinearity=None)
    np.testing.assert_allclose(layer_output(layer, x), x @ W)


def test_nin_with_biases_of_each_place():
    x, W, b = normal(2, 3, 4, 5), normal(3, 6), normal(6, 4, 5)
    layer = NINLayer(InputLayer((None, 3, 4, 5)), 6, untie_biases=True, W=W, b=b, nonlinearity=None)
    np.testing.assert_allclose(layer_output(layer, x), np.einsum("bcij,cu->buij", x, W) + b)


@pytest.mark.parametrize("untie_biases", [False, True])
def test_nin_gradients(untie_biases):
    source = InputLayer((None, 3, 2), input_var=T.dtensor3())
    b = normal(4, 2) if untie_biases else normal(4)
    layer = NINLayer(source, 4, untie_biases, W=normal(3, 4), b=b, nonlinearity=tanh)
    check_gradients(layer, normal(2, 3, 2))


def test_nin_weights_may_be_tied():
    l1 = InputLayer((None, 3, 2), input_var=T.dtensor3())
    l2 = NINLayer(l1, 4, W=normal(3, 4), b=normal(4), nonlinearity=tanh)
    l3 = NINLayer(l2, 3, W=l2.W.T, b=normal(3), nonlinearity=tanh)
    check_gradients(l3, normal(2, 3, 2))


def test_nin_needs_channels_and_the_sizes_of_its_parameters():
    with pytest.raises(ValueError, match=r"second axis .* \(3,\)"):
        NINLayer((3,), 4)
    with pytest.raises(ValueError, match=r"shape of W .* axis 1 of the input, which is unknown"):
        NINLayer((2, None, 5), 4)
    with pytest.raises(ValueError, match=r"shape of b .* axis 2 of the input, which is unknown"):
        NINLayer((2, 3, None), 4, untie_biases=True)


def test_dense_layers_pickle():
    l1 = InputLayer((None, 3), name="in")
    l2 = DenseLayer(l1, 4, name="encode")
    l3 = DenseLayer(l2, 3, W=l2.W.T, b=Constant(0.5), name="decode")
    copy = check_pickling(l3, normal(2, 3).astype(theano.config.floatX))
    assert copy.input_layer.W is get_all_params(copy)[0]


def test_nin_layers_pickle():
    layer = NINLayer(InputLayer((None, 3, 2)), 4, name="nin")
    check_pickling(layer, normal(2, 3, 2).astype(theano.config.floatX))
