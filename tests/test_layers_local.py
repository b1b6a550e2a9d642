import itertools

import numpy as np
import pytest
import theano
import theano.tensor as T

from lasagne_expr.layers import InputLayer, LocallyConnected2DLayer
from lasagne_expr.nonlinearities import tanh
from numerics import check_gradients, check_pickling, layer_output

rng = np.random.RandomState(1234)


def normal(*shape):
    return rng.normal(size=shape)


def locally_connected(x, W, pad, stride=(1, 1), flip=True):
    """Place by place; W has an axis for channels."""
    x = np.pad(x, [(0, 0), (0, 0), *((n, n) for n in pad)])
    if flip:
        W = W[:, :, ::-1, ::-1]
    output = np.empty((len(x), len(W), *W.shape[4:]))
    for i, j in itertools.product(*map(range, W.shape[4:])):
        rows = slice(i * stride[0], i * stride[0] + W.shape[2])
        columns = slice(j * stride[1], j * stride[1] + W.shape[3])
        output[:, :, i, j] = np.einsum("bchw,fchw->bf", x[:, :, rows, columns], W[..., i, j])
    return output


@pytest.mark.parametrize("flip", [True, False])
@pytest.mark.parametrize(
    ("size", "stride", "pad", "zeros"),
    [
        (3, 1, "same", (1, 1)),
        ((3, 5), (2, 1), "same", (1, 2)),
        ((2, 3), 1, "valid", (0, 0)),
        (2, (1, 3), (1, 0), (1, 0)),
        ((2, 3), 2, "full", (1, 2)),
    ],
)
def test_filters_of_each_place(size, stride, pad, zeros, flip):
    x, b = normal(2, 3, 4, 5), normal(2)
    source = InputLayer((None, 3, 4, 5))
    layer = LocallyConnected2DLayer(
        source, 2, size, stride, pad, W=normal_of, b=b, flip_filters=flip, nonlinearity=None
    )
    W = layer.W.get_value()
    assert W.shape == (2, 3, *layer.filter_size, *layer.output_shape[2:])
    expected = locally_connected(x, W, zeros, layer.stride, flip) + b[:, None, None]
    assert layer.output_shape == (None, *expected.shape[1:])
    np.testing.assert_allclose(layer_output(layer, x), expected, atol=1e-12)


def test_channelwise():
    x, W = normal(2, 3, 4, 5), normal(3, 3, 3, 4, 5)
    layer = LocallyConnected2DLayer(
        InputLayer((None, 3, 4, 5)), 3, 3, W=W, channelwise=True, nonlinearity=None
    )
    expected = [locally_connected(x[:, [c]], W[[c], None], (1, 1)) for c in range(3)]
    np.testing.assert_allclose(layer_output(layer, x), np.concatenate(expected, 1), atol=1e-12)


def test_groups():
    x, W = normal(2, 4, 3, 3), normal(2, 2, 3, 3, 3, 3)
    layer = LocallyConnected2DLayer(
        InputLayer((None, 4, 3, 3)), 2, 3, W=W, num_groups=2, nonlinearity=None
    )
    expected = [
        locally_connected(x[:, part], W[f : f + 1], (1, 1))
        for f, part in enumerate((slice(0, 2), slice(2, 4)))
    ]
    np.testing.assert_allclose(layer_output(layer, x), np.concatenate(expected, 1), atol=1e-12)


def test_biases_of_each_place():
    x, W, b = normal(2, 1, 3, 4), normal(2, 1, 3, 3, 3, 4), normal(2, 3, 4)
    source = InputLayer((None, 1, 3, 4))
    layer = LocallyConnected2DLayer(source, 2, 3, untie_biases=True, W=W, b=b, nonlinearity=tanh)
    expected = np.tanh(locally_connected(x, W, (1, 1)) + b)
    np.testing.assert_allclose(layer_output(layer, x), expected, atol=1e-12)


def test_the_same_filters_everywhere_make_a_convolution():
    w = theano.shared(normal(2, 1, 3, 3), name="w")
    W = w.dimshuffle(0, 1, 2, 3, "x", "x") * T.ones((1, 1, 1, 1, 3, 4))
    layer = LocallyConnected2DLayer(InputLayer((None, 1, 3, 4)), 2, 3, W=W, nonlinearity=None)
    assert layer.get_params() == [w, layer.b]
    x = normal(2, 1, 3, 4)
    convolution = T.nnet.conv2d(T.constant(x), w, border_mode="half")
    np.testing.assert_allclose(layer_output(layer, x), convolution.eval(), atol=1e-12)
    check_gradients(layer, x)


@pytest.mark.parametrize("channelwise", [False, True])
def test_gradients(channelwise):
    source = InputLayer((None, 2, 3, 3))
    layer = LocallyConnected2DLayer(
        source, 2, 3, 2, channelwise=channelwise, W=normal_of, nonlinearity=tanh
    )
    check_gradients(layer, normal(2, 2, 3, 3))


def normal_of(shape):
    return normal(*shape)


def test_pickling():
    layer = LocallyConnected2DLayer(InputLayer((None, 2, 3, 3)), 2, 3, name="local")
    check_pickling(layer, normal(2, 2, 3, 3).astype(theano.config.floatX))


def test_sizes_must_be_known():
    with pytest.raises(ValueError, match=r"'local' needs .* sizes are known.*\(None, 1, None, 4\)"):
        LocallyConnected2DLayer((None, 1, None, 4), 2, 3, name="local")
    with pytest.raises(ValueError, match="axis 1"):
        LocallyConnected2DLayer((None, None, 4, 4), 2, 3)


@pytest.mark.parametrize(("filters", "groups"), [(4, 1), (2, 2)])
def test_channelwise_needs_as_many_filters_as_channels(filters, groups):
    with pytest.raises(ValueError, match=f"there are {filters} filters and 2 channels"):
        LocallyConnected2DLayer((None, 2, 4, 4), filters, 3, channelwise=True, num_groups=groups)
