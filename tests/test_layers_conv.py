import itertools
import math

import numpy as np
import pytest
import scipy.signal
import theano
import theano.tensor as T
from hypothesis import given
from hypothesis import strategies as st

from lasagne_expr.init import Constant
from lasagne_expr.layers import (
    Conv1DLayer,
    Conv2DLayer,
    Conv3DLayer,
    Deconv2DLayer,
    Deconv3DLayer,
    DenseLayer,
    DilatedConv2DLayer,
    InputLayer,
    TransposedConv2DLayer,
    TransposedConv3DLayer,
    get_all_params,
    get_output,
)
from lasagne_expr.layers.conv import BaseConvLayer, conv_input_length, conv_output_length
from lasagne_expr.layers.corrmm import Conv2DMMLayer
from lasagne_expr.layers.dnn import Conv2DDNNLayer, Conv3DDNNLayer
from lasagne_expr.nonlinearities import identity, rectify, tanh
from lasagne_expr.theano_extensions.conv import (
    conv1d_mc0,
    conv1d_mc1,
    conv1d_md,
    conv1d_sc,
    conv1d_sd,
    conv1d_unstrided,
)
from numerics import check_gradients, check_pickling, layer_output

rng = np.random.RandomState(1234)
CONVOLUTIONS = {1: Conv1DLayer, 2: Conv2DLayer, 3: Conv3DLayer}


def normal(*shape):
    return rng.normal(size=shape)


def convolve(x, w, pads, strides=1, dilations=1, groups=1, flip=True):
    """Convolve by SciPy: channel by channel, everywhere, keeping what the strides pass by."""
    ndim = x.ndim - 2
    strides, dilations = (np.broadcast_to(n, ndim) for n in (strides, dilations))
    x = np.pad(x, [(0, 0), (0, 0), *((n, n) for n in np.broadcast_to(pads, ndim))])
    apart = np.zeros(w.shape[:2] + tuple((n - 1) * d + 1 for n, d in zip(w.shape[2:], dilations)))
    apart[(..., *(slice(None, None, d) for d in dilations))] = w
    by_scipy = scipy.signal.convolve if flip else scipy.signal.correlate
    seen = w.shape[1]
    output = []
    for image in x:
        maps = []
        for f, kernels in enumerate(apart):
            start = f // (len(w) // groups) * seen
            pairs = zip(image[start : start + seen], kernels)
            maps.append(sum(by_scipy(i, k, "valid", "direct") for i, k in pairs))
        output.append(maps)
    return np.array(output)[(..., *(slice(None, None, s) for s in strides))]


def transpose(x, w, strides, crops, sizes, flip=False):
    """Spread each element of an input times the filters over an output, and crop that."""
    ndim = x.ndim - 2
    full = [n + 2 * c for n, c in zip(sizes, crops)]
    output = np.zeros((len(x), w.shape[1], *full))
    kernels = w if not flip else np.flip(w, tuple(range(2, ndim + 2)))
    # The convolution, whose transpose this is, flips its filters where these aren't flipped.
    kernels = np.flip(kernels, tuple(range(2, ndim + 2)))
    for place in itertools.product(*map(range, x.shape[2:])):
        where = tuple(slice(p * s, p * s + k) for p, s, k in zip(place, strides, w.shape[2:]))
        output[(..., *where)] += np.einsum("bc,co...->bo...", x[(..., *place)], kernels)
    return output[(..., *(slice(c, c + n) for c, n in zip(crops, sizes)))]


@pytest.mark.parametrize("ndim", CONVOLUTIONS)
@pytest.mark.parametrize(
    ("pad", "zeros"), [(0, 0), ("valid", 0), (2, 2), ("same", 1), ("full", 2), (np.int64(1), 1)]
)
def test_padding(ndim, pad, zeros):
    x, W, b = normal(2, 2, *(5, 4, 3)[:ndim]), normal(3, 2, *[3] * ndim), normal(3)
    layer = CONVOLUTIONS[ndim](InputLayer((None, *x.shape[1:])), 3, 3, pad=pad, W=W, b=b)
    expected = convolve(x, W, zeros) + b.reshape(3, *[1] * ndim)
    assert layer.output_shape == (None, *expected.shape[1:])
    np.testing.assert_allclose(layer_output(layer, x), np.maximum(expected, 0), atol=1e-12)


@pytest.mark.parametrize("flip", [True, False])
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize(
    ("kind", "size", "stride", "pad"),
    [
        (Conv1DLayer, (3,), (2,), (1,)),
        (Conv2DLayer, (3, 2), (2, 3), (1, 0)),
        (Conv3DLayer, (1, 3, 2), (1, 2, 2), (0, 1, 2)),
    ],
)
def test_strides_groups_and_flipping(kind, size, stride, pad, groups, flip):
    x = normal(2, 4, *(6, 5, 7)[: len(size)])
    W = normal(6, 4 // groups, *size)
    layer = kind(
        InputLayer(x.shape),
        6,
        size,
        stride,
        pad,
        W=W,
        b=None,
        nonlinearity=None,
        flip_filters=flip,
        num_groups=groups,
    )
    assert layer.nonlinearity is identity
    assert layer.b is None
    expected = convolve(x, W, pad, stride, groups=groups, flip=flip)
    assert layer.output_shape == expected.shape
    np.testing.assert_allclose(layer_output(layer, x), expected, atol=1e-12)


def test_defaults():
    layer = Conv2DLayer(InputLayer((None, 3, 9, 9)), num_filters=40, filter_size=5)
    assert layer.filter_size == (5, 5)
    assert layer.stride == (1, 1)
    assert layer.pad == (0, 0)
    assert layer.convolution is T.nnet.conv2d
    assert layer.nonlinearity is rectify
    assert layer.flip_filters
    W = layer.W.get_value()
    # Glorot's rule counts the places of a filter with its channels.
    limit = np.sqrt(6 / ((3 + 40) * 25))
    assert W.shape == layer.get_W_shape() == (40, 3, 5, 5)
    assert 0.9 * limit < np.abs(W).max() <= limit
    np.testing.assert_array_equal(layer.b.get_value(), np.zeros(40))
    assert layer.get_params(regularizable=True) == [layer.W]
    assert Conv1DLayer((None, 3, 9), 2, 3).convolution is conv1d_mc0


def test_biases_of_each_place():
    x, W, b = normal(2, 2, 4, 5), normal(3, 2, 2, 2), normal(3, 3, 4)
    source = InputLayer((None, 2, 4, 5))
    layer = Conv2DLayer(source, 3, 2, untie_biases=True, W=W, b=b, nonlinearity=None)
    np.testing.assert_allclose(layer_output(layer, x), convolve(x, W, 0) + b)


def test_sizes_may_be_unknown():
    W = normal(3, 2, 3, 2)
    layer = Conv2DLayer(InputLayer((None, 2, None, 8)), 3, (3, 2), 2, W=W, nonlinearity=None)
    assert layer.output_shape == (None, 3, None, 4)
    variable = T.dtensor4()
    compute = theano.function([variable], get_output(layer, variable))
    for shape in ((2, 2, 5, 8), (1, 2, 9, 8)):
        x = normal(*shape)
        np.testing.assert_allclose(compute(x), convolve(x, W, 0, 2), atol=1e-12)


def test_a_smaller_batch_than_the_shape_says():
    """Means are over what there is."""
    layer = Conv2DLayer(InputLayer((8, 1, 4, 4)), 2, 3, W=normal(2, 1, 3, 3), nonlinearity=None)
    variable = T.dtensor4()
    mean = theano.function([variable], get_output(layer, variable).mean())
    x = normal(3, 1, 4, 4)
    np.testing.assert_allclose(mean(x), convolve(x, layer.W.get_value(), 0).mean())


@given(data=st.data())
def test_output_shape_is_that_of_the_output(data):
    ndim = data.draw(st.sampled_from([1, 2]), label="axes")
    sizes = data.draw(st.tuples(*[st.integers(1, 9)] * ndim), label="sizes")
    filter_size = data.draw(st.tuples(*[st.integers(1, 4)] * ndim), label="filter_size")
    stride = data.draw(st.tuples(*[st.integers(1, 3)] * ndim), label="stride")
    pads = [st.sampled_from(["valid", "full"]), st.tuples(*[st.integers(0, 2)] * ndim)]
    if all(size % 2 for size in filter_size):
        pads.append(st.just("same"))
    pad = data.draw(st.one_of(*pads), label="pad")
    zeros = pad if isinstance(pad, tuple) else [{"valid": 0, "full": 2, "same": 1}[pad]] * ndim
    if isinstance(pad, str) and pad != "valid":
        zeros = [(size - 1) * n // 2 for size, n in zip(filter_size, zeros)]
    shape = (2, 1, *sizes)

    def make():
        return CONVOLUTIONS[ndim](InputLayer(shape), 1, filter_size, stride, pad)

    places = [
        range(0, n + 2 * z - k + 1, s) for n, z, k, s in zip(sizes, zeros, filter_size, stride)
    ]
    if not all(places):
        with pytest.raises(ValueError, match="larger than the padded input"):
            make()
        return
    layer = make()
    assert layer.output_shape == (2, 1, *map(len, places))
    assert layer_output(layer, normal(*shape)).shape == layer.output_shape


@given(st.integers(1, 60), st.integers(1, 9), st.integers(1, 5), st.integers(0, 9))
def test_input_length_is_the_smallest_for_an_output_length(length, filter_size, stride, pad):
    for named in (pad, "valid", "full", "same"):
        smallest = conv_input_length(length, filter_size, stride, named)
        assert conv_output_length(smallest, filter_size, stride, named) == length
        assert conv_output_length(smallest - 1, filter_size, stride, named) == length - 1
    assert conv_input_length(None, filter_size, stride) is None
    assert conv_output_length(None, filter_size, stride) is None


@pytest.mark.parametrize("pad", ["half", 1.5, None])
def test_lengths_with_unknown_padding(pad):
    with pytest.raises(ValueError, match="pad should be"):
        conv_output_length(9, 3, 1, pad)
    with pytest.raises(ValueError, match="pad should be"):
        conv_input_length(9, 3, 1, pad)


@pytest.mark.parametrize("flip", [True, False])
@pytest.mark.parametrize("stride", [1, 2])
def test_one_dimensional_convolutions_compute_the_same(stride, flip):
    x, W = normal(3, 2, 9), normal(4, 2, 4)
    v, w = T.dtensor3(), T.dtensor3()
    results = theano.function(
        [v, w],
        [
            function(v, w, x.shape, W.shape, subsample=(stride,), filter_flip=flip)
            for function in (
                conv1d_sc,
                conv1d_mc0,
                conv1d_mc1,
                conv1d_unstrided,
                conv1d_sd,
                conv1d_md,
            )
        ]
        + [conv1d_unstrided(v, w, x.shape, W.shape, "valid", (stride,), flip, conv1d_md)],
    )(x, W)
    expected = convolve(x, W, 0, stride, flip=flip)
    for result in results:
        np.testing.assert_allclose(result, expected, atol=1e-12)


@pytest.mark.parametrize("function", [conv1d_mc0, conv1d_mc1])
@pytest.mark.parametrize(("mode", "zeros"), [("full", 2), ("half", 1), (1, 1), ((2,), 2)])
def test_one_dimensional_border_modes(function, mode, zeros):
    x, W = normal(2, 4, 5), normal(2, 2, 3)
    result = function(T.constant(x), T.constant(W), border_mode=mode, num_groups=2)
    np.testing.assert_allclose(result.eval(), convolve(x, W, zeros, groups=2), atol=1e-12)


@pytest.mark.parametrize("function", [conv1d_sc, conv1d_unstrided, conv1d_sd, conv1d_md])
def test_one_dimensional_convolutions_without_border_modes(function):
    with pytest.raises(ValueError, match="'valid' only, got 'full'"):
        function(T.tensor3(), T.tensor3(), (1, 1, 5), (1, 1, 3), "full")


def test_unstrided_convolution_needs_multiples_of_the_stride():
    with pytest.raises(ValueError, match="length is 5 and the stride 2"):
        conv1d_unstrided(T.tensor3(), T.tensor3(), (1, 1, 9), (1, 1, 5), subsample=(2,))


@pytest.mark.parametrize("convolution", [conv1d_mc1, conv1d_sc, conv1d_sd, conv1d_md])
def test_convolution_may_be_chosen(convolution):
    x, W = normal(2, 3, 8), normal(2, 3, 4)

    def layer(pad):
        stride = 1 if convolution is conv1d_sc else 2
        source = InputLayer((None, 3, 8))
        return Conv1DLayer(
            source, 2, 4, stride, pad, W=W, nonlinearity=None, convolution=convolution
        )

    expected = convolve(x, W, 0, 1 if convolution is conv1d_sc else 2)
    np.testing.assert_allclose(layer_output(layer("valid"), x), expected, atol=1e-12)
    if convolution is not conv1d_mc1:
        with pytest.raises(ValueError, match="'valid' only"):
            layer_output(layer(1), x)


def test_convolution_is_called_with_shapes_and_names():
    calls = []

    def convolution(input, filters, input_shape, filter_shape, **arguments):
        calls.append((input_shape, filter_shape, arguments))
        return input[:, :, :2, :2] * filters.sum()

    source = InputLayer((None, 4, 5, 5))
    layer = Conv2DLayer(
        source, 4, 3, 2, "same", flip_filters=False, convolution=convolution, num_groups=2
    )
    get_output(layer)
    shapes = (None, 4, 5, 5), (4, 2, 3, 3)
    arguments = {"subsample": (2, 2), "border_mode": "half", "filter_flip": False, "num_groups": 2}
    assert calls == [(*shapes, arguments)]


@pytest.mark.parametrize(
    ("kind", "shape", "arguments"),
    [
        (Conv1DLayer, (2, 6), {"stride": 2, "pad": 1}),
        (Conv2DLayer, (2, 4, 3), {"num_groups": 2, "pad": "same", "untie_biases": True}),
        (Conv3DLayer, (1, 3, 3, 3), {"stride": (2, 1, 1)}),
        (TransposedConv2DLayer, (2, 2, 2), {"stride": 2, "crop": 1, "output_size": (4, 3)}),
        (TransposedConv3DLayer, (2, 2, 1, 2), {"num_groups": 2}),
        (DilatedConv2DLayer, (2, 5, 3), {"dilation": (2, 1), "pad": (0, 1)}),
        (Conv2DDNNLayer, (2, 3, 4), {"pad": "full"}),
    ],
)
def test_gradients(kind, shape, arguments):
    layer = kind(InputLayer((None, *shape)), 2, 3, nonlinearity=tanh, **arguments)
    for param in layer.get_params():
        param.set_value(normal(*param.get_value().shape).astype(param.dtype))
    check_gradients(layer, normal(2, *shape))


def test_filters_may_be_any_expression():
    v, scale = theano.shared(normal(3, 2, 3), name="v"), theano.shared(normal(3), name="scale")
    W = (
        T.exp(v).dimshuffle(0, 1, 2, "x")
        * T.ones((1, 1, 1, 2))
        * scale.dimshuffle(0, "x", "x", "x")
    )
    source = InputLayer((None, 2, 4, 4))
    layer = Conv2DLayer(source, 3, (3, 2), W=W, b=-T.sqr(scale), nonlinearity=None)
    assert set(layer.get_params()) == {v, scale}
    x = normal(2, 2, 4, 4)
    filters = np.exp(v.get_value())[..., None] * scale.get_value()[:, None, None, None]
    expected = convolve(x, np.repeat(filters, 2, axis=3), 0)
    expected -= (scale.get_value() ** 2)[:, None, None]
    np.testing.assert_allclose(layer_output(layer, x), expected, atol=1e-12)
    check_gradients(layer, x)


def test_filters_may_be_made_by_a_network():
    """A hypernetwork: the filters depend on an input."""
    x, code = normal(2, 1, 4, 4), normal(3)
    variable, weights = T.dvector(), theano.shared(normal(3, 9), name="weights")
    W = T.dot(variable, weights).reshape((1, 1, 3, 3))
    layer = Conv2DLayer(InputLayer((None, 1, 4, 4)), 1, 3, W=W, b=None, nonlinearity=None)
    images = T.dtensor4()
    output = get_output(layer, images)
    cost = T.sum(output**2)
    y, gradient = theano.function([images, variable], [output, T.grad(cost, weights)])(x, code)
    filters = (code @ weights.get_value()).reshape(1, 1, 3, 3)
    np.testing.assert_allclose(y, convolve(x, filters, 0), atol=1e-12)
    assert gradient.shape == (3, 9)
    # The gradient is an outer product with the code.
    np.testing.assert_allclose(gradient, np.outer(code / code[0], gradient[0]), atol=1e-10)


def test_tied_transposed_convolution():
    source = InputLayer((None, 1, 5, 5))
    encoder = Conv2DLayer(source, 3, 3, stride=2, pad=1, W=normal(3, 1, 3, 3), nonlinearity=tanh)
    decoder = TransposedConv2DLayer(encoder, 1, 3, stride=2, crop=1, W=encoder.W, nonlinearity=None)
    assert decoder.output_shape == (None, 1, 5, 5)
    assert get_all_params(decoder) == [encoder.W, encoder.b, decoder.b]
    # The transpose of a linear map has the same matrix: <convolve(x), y> = <x, transpose(y)>.
    x, y, W = normal(1, 1, 5, 5), normal(1, 3, 3, 3), encoder.W.get_value()
    linear = TransposedConv2DLayer((None, 3, 3, 3), 1, 3, 2, 1, W=encoder.W, nonlinearity=None)
    images = T.dtensor4()
    back = theano.function([images], linear.get_output_for(images))(y)
    np.testing.assert_allclose(np.sum(convolve(x, W, 1, 2) * y), np.sum(x * back))
    check_gradients(decoder, x)


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("kind", [TransposedConv2DLayer, TransposedConv3DLayer])
def test_transposed_convolution_spreads_filters(kind, flip):
    ndim = 2 if kind is TransposedConv2DLayer else 3
    sizes, filters, strides = (3, 2, 2)[:ndim], (3, 2, 2)[:ndim], (2, 1, 3)[:ndim]
    x, W, b = normal(2, 2, *sizes), normal(2, 3, *filters), normal(3)
    cases = [
        ({}, (0,) * ndim, (7, 3, 5)[:ndim]),
        ({"crop": (1, 0, 1)[:ndim]}, (1, 0, 1)[:ndim], (5, 3, 3)[:ndim]),
        ({"crop": "full"}, tuple(n - 1 for n in filters), (3, 1, 3)[:ndim]),
        ({"output_size": (8, 3, 7)[:ndim]}, (0,) * ndim, (8, 3, 7)[:ndim]),
    ]
    layers = [
        kind(
            InputLayer(x.shape),
            3,
            filters,
            strides,
            W=W,
            b=b,
            flip_filters=flip,
            nonlinearity=None,
            **arguments,
        )
        for arguments, _, _ in cases
    ]
    variable = T.TensorType("float64", [False] * x.ndim)()
    outputs = theano.function([variable], [get_output(layer, variable) for layer in layers])(x)
    for layer, output, (_, crops, size) in zip(layers, outputs, cases):
        expected = transpose(x, W, strides, crops, size, flip) + b.reshape(3, *[1] * ndim)
        assert layer.output_shape == expected.shape
        np.testing.assert_allclose(output, expected, atol=1e-12)


def test_transposed_convolution_same_and_grouped():
    x, W = normal(2, 4, 4, 3), normal(4, 1, 3, 5)
    layer = TransposedConv2DLayer(
        InputLayer((None, 4, 4, 3)), 2, (3, 5), crop="same", W=W, num_groups=2, nonlinearity=None
    )
    assert layer.output_shape == (None, 2, 4, 3)
    expected = [
        transpose(x[:, part], W[part], (1, 1), (1, 2), (4, 3))
        for part in (slice(0, 2), slice(2, 4))
    ]
    np.testing.assert_allclose(layer_output(layer, x), np.concatenate(expected, 1), atol=1e-12)


def test_transposed_convolution_of_unknown_sizes():
    W = normal(2, 1, 3, 2)
    source = InputLayer((None, 2, None, None))
    layer = TransposedConv2DLayer(source, 1, (3, 2), (2, 1), W=W, nonlinearity=None)
    assert layer.output_shape == (None, 1, None, None)
    x = normal(2, 2, 3, 4)
    np.testing.assert_allclose(layer_output(layer, x), transpose(x, W, (2, 1), (0, 0), (7, 5)))


def test_output_size_may_be_symbolic():
    size, images = T.lvector(), T.dtensor4()
    W = normal(1, 1, 3, 3)
    layer = TransposedConv2DLayer(
        InputLayer((None, 1, 3, 3)), 1, 3, 2, W=W, output_size=size, nonlinearity=None
    )
    assert layer.output_shape == (None, 1, None, None)
    compute = theano.function([images, size], get_output(layer, images))
    x = normal(1, 1, 3, 3)
    for sizes in ((7, 8), (8, 7)):
        np.testing.assert_allclose(
            compute(x, np.array(sizes)), transpose(x, W, (2, 2), (0, 0), sizes), atol=1e-12
        )


def test_other_names():
    assert Deconv2DLayer is TransposedConv2DLayer
    assert Deconv3DLayer is TransposedConv3DLayer


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize(
    ("dilation", "pad", "zeros"),
    [
        ((1, 1), 0, 0),
        ((2, 1), "valid", 0),
        (2, "same", 2),
        ((1, 2), (0, 3), (0, 3)),
        (2, "full", 4),
    ],
)
def test_dilated_convolution(dilation, pad, zeros, flip):
    x, W = normal(2, 2, 6, 7), normal(2, 3, 3, 3)
    layer = DilatedConv2DLayer(
        InputLayer((None, 2, 6, 7)), 3, 3, dilation, pad, W=W, flip_filters=flip, nonlinearity=None
    )
    expected = convolve(x, W.transpose(1, 0, 2, 3), zeros, dilations=dilation, flip=flip)
    assert layer.output_shape == (None, *expected.shape[1:])
    np.testing.assert_allclose(layer_output(layer, x), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("kind", "base", "shape"),
    [
        (Conv2DDNNLayer, Conv2DLayer, (2, 2, 4, 5)),
        (Conv2DMMLayer, Conv2DLayer, (2, 2, 4, 5)),
        (Conv3DDNNLayer, Conv3DLayer, (2, 2, 4, 5, 3)),
    ],
)
def test_layers_by_other_names_do_not_flip(kind, base, shape):
    x, W = normal(*shape), normal(4, 1, *[3] * (len(shape) - 2))
    layer = kind(InputLayer(shape), 4, 3, pad="same", W=W, nonlinearity=None, num_groups=2)
    assert isinstance(layer, base)
    expected = convolve(x, W, 1, groups=2, flip=False)
    np.testing.assert_allclose(layer_output(layer, x), expected, atol=1e-12)


def test_a_layer_of_ones_own():
    class ScaledConvLayer(BaseConvLayer):
        def __init__(self, incoming, num_filters, filter_size, scale, **kwargs):
            super().__init__(incoming, num_filters, filter_size, n=2, **kwargs)
            self.scale = scale

        def convolve(self, input, **kwargs):
            return self.scale * T.nnet.conv2d(input, self.W)

    x, W = normal(2, 1, 4, 4), normal(2, 1, 3, 3)
    layer = ScaledConvLayer(InputLayer((None, 1, 4, 4)), 2, 3, 10.0, W=W, nonlinearity=None)
    np.testing.assert_allclose(layer_output(layer, x), 10 * convolve(x, W, 0))
    with pytest.raises(NotImplementedError, match="needs a method convolve"):
        get_output(BaseConvLayer(InputLayer((None, 1, 4)), 2, 3))


def test_dtype_is_that_of_the_input_and_filters():
    theano.config.floatX = "float32"
    layer = Conv2DLayer(InputLayer((None, 2, 5, 5)), 3, 3)
    x = normal(2, 2, 5, 5).astype("float32")
    output = layer_output(layer, x)
    assert layer.W.dtype == output.dtype == "float32"
    expected = np.maximum(
        convolve(x.astype("float64"), layer.W.get_value().astype("float64"), 0), 0
    )
    np.testing.assert_allclose(output, expected, rtol=1e-5, atol=1e-5)


def test_convolutional_network_pickles():
    source = InputLayer((None, 1, 6, 6), name="in")
    conv = Conv2DLayer(source, 2, 3, stride=2, name="conv")
    up = TransposedConv2DLayer(conv, 2, 3, stride=2, W=Constant(0.5), name="up")
    dilated = DilatedConv2DLayer(up, 2, 2, dilation=2, name="dilated")
    network = DenseLayer(Conv2DDNNLayer(dilated, 1, 1, name="dnn"), 2, name="out")
    check_pickling(network, normal(2, 1, 6, 6).astype(theano.config.floatX))


IMAGES = (None, 4, 9, 8)


@pytest.mark.parametrize("kind", [Conv2DLayer, DilatedConv2DLayer, Conv2DDNNLayer])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"filter_size": (3, 9)},
            ValueError,
            r"\(3, 9\) are larger .* \(9, 8\), .* pad is \(0, 0\)",
        ),
        ({"filter_size": 0}, ValueError, "filter_size should be at least 1, got 0"),
        ({"filter_size": 2.5}, TypeError, "filter_size: .* got 2.5"),
        ({"filter_size": (3, 3, 3)}, ValueError, r"filter_size: .* length 2, got \(3, 3, 3\)"),
        ({"num_filters": 0}, ValueError, "num_filters .* got 0"),
        ({"pad": "half"}, ValueError, "'valid', 'full' or 'same', got 'half'"),
        ({"pad": -1}, ValueError, "pad should be at least 0, got -1"),
        ({"pad": (1, 1, 1)}, ValueError, r"pad: .* got \(1, 1, 1\)"),
        ({"pad": "same", "filter_size": (3, 4)}, NotImplementedError, r"odd sizes, got \(3, 4\)"),
        ({"num_groups": 3}, ValueError, "4 channels can't be divided into num_groups=3"),
        ({"num_groups": 4}, ValueError, "6 filters can't be divided into num_groups=4"),
        ({"num_groups": 0}, ValueError, "num_groups .* got 0"),
        ({"nonlinearity": "tanh"}, TypeError, "nonlinearity should be a function"),
        (
            {"incoming": (None, 4, 9)},
            ValueError,
            r"needs an input of 4 dimensions .* \(None, 4, 9\)",
        ),
        ({"incoming": (None, None, 9, 8)}, ValueError, "shape of W depends on the size of axis 1"),
        ({"W": np.zeros((6, 4, 3))}, ValueError, r"W should have shape \(\d, \d, 3, 3\)"),
        (
            {"incoming": (None, 4, None, 8), "untie_biases": True},
            ValueError,
            r"untie_biases, the shape of b .* \(None, 6\)",
        ),
    ],
)
def test_bad_arguments_name_the_layer(kind, arguments, error, message):
    arguments = {"incoming": IMAGES, "num_filters": 6, "filter_size": 3, **arguments}
    with pytest.raises(error, match=f"{kind.__name__} 'bad'.*{message}"):
        kind(**arguments, name="bad")


def test_bad_strides_and_dilations():
    with pytest.raises(ValueError, match="'bad': stride should be at least 1, got 0"):
        Conv2DLayer(IMAGES, 6, 3, stride=0, name="bad")
    with pytest.raises(ValueError, match="stride should be at least 1, got 0"):
        TransposedConv2DLayer(IMAGES, 6, 3, stride=0)
    with pytest.raises(ValueError, match="dilation should be at least 1, got 0"):
        DilatedConv2DLayer(IMAGES, 6, 3, dilation=0)
    with pytest.raises(ValueError, match=r"of size \(3, 9\) are larger .* \(9, 8\)"):
        DilatedConv2DLayer(IMAGES, 6, 3, dilation=(1, 4))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"crop": 10}, r"crop=\(10, 10\) leaves nothing .* \(9, 8\)"),
        ({"crop": "half"}, "crop should be .* got 'half'"),
        ({"stride": 2, "output_size": 40}, r"output_size \(40, 40\) doesn't fit: .* \(19, 19\)"),
        ({"output_size": (3, 3, 3)}, r"output_size: .* got \(3, 3, 3\)"),
        ({"output_size": T.lmatrix()}, "output_size should be .* 2 dimensions"),
        ({"num_groups": 5}, "4 channels can't be divided into num_groups=5"),
    ],
)
def test_bad_transposed_convolutions(arguments, message):
    with pytest.raises(ValueError, match=f"'bad': {message}"):
        TransposedConv2DLayer(IMAGES, 6, 3, name="bad", **arguments)


def test_number_of_parameters_of_a_mobile_block():
    """Depthwise and pointwise convolutions in place of one of both."""
    source = InputLayer((None, 8, 6, 6))
    depthwise = Conv2DLayer(source, 8, 3, pad="same", num_groups=8, b=None)
    pointwise = Conv2DLayer(depthwise, 16, 1, b=None)
    count = sum(math.prod(param.get_value().shape) for param in get_all_params(pointwise))
    assert count == 8 * 9 + 8 * 16
