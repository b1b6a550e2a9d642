"""Layers take integers, such as images of bytes, as the numbers of floatX that they are."""

import numpy as np
import pytest
import theano

from lasagne_expr import layers
from lasagne_expr.layers import InputLayer
from numerics import layer_output

IMAGES, SEQUENCES, ROWS = (4, 6, 6), (4, 6), (6,)
LAYERS = {
    "DenseLayer": (ROWS, {"num_units": 3}),
    "NINLayer": (IMAGES, {"num_units": 3}),
    "Conv1DLayer": (SEQUENCES, {"num_filters": 3, "filter_size": 3}),
    "Conv2DLayer": (IMAGES, {"num_filters": 4, "filter_size": 3, "num_groups": 2}),
    "DilatedConv2DLayer": (IMAGES, {"num_filters": 3, "filter_size": 2, "dilation": 2}),
    "TransposedConv2DLayer": (IMAGES, {"num_filters": 3, "filter_size": 3, "stride": 2}),
    "LocallyConnected2DLayer": (IMAGES, {"num_filters": 3, "filter_size": 3}),
    "Pool1DLayer": (SEQUENCES, {"pool_size": 2, "mode": "average_inc_pad"}),
    "Pool2DLayer": (IMAGES, {"pool_size": 3, "pad": 1, "mode": "average_exc_pad"}),
    "SpatialPyramidPoolingLayer": (IMAGES, {"pool_dims": [4, 2], "mode": "average_inc_pad"}),
    "RecurrentLayer": (SEQUENCES, {"num_units": 3}),
    "LSTMLayer": (SEQUENCES, {"num_units": 3}),
    "GRULayer": (SEQUENCES, {"num_units": 3}),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers_of_weights_and_averages(name):
    theano.config.floatX = "float32"
    shape, options = LAYERS[name]
    layer = getattr(layers, name)(InputLayer((None, *shape)), **options)
    values = np.random.RandomState(0).randint(0, 2, size=(2, *shape))
    expected = layer_output(layer, values.astype("float32"))
    for dtype in ("uint8", "int64", "bool"):
        found = layer_output(layer, values.astype(dtype))
        assert found.dtype == "float32", dtype
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("dtype", ["uint8", "int64"])
def test_pooled_sums_do_not_overflow(dtype):
    layer = layers.Pool2DLayer(InputLayer((None, 1, 4, 4)), 4, mode="sum")
    found = layer_output(layer, np.full((1, 1, 4, 4), 255, dtype))
    assert found.dtype == theano.config.floatX
    assert found.tolist() == [[[[16 * 255]]]]


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int16"])
def test_maxima_keep_their_dtype(dtype):
    values = np.random.RandomState(0).randint(0, 2, size=(2, 1, 4, 4)).astype(dtype)
    for padding in ({}, {"pad": 1, "pool_size": 3}):
        layer = layers.MaxPool2DLayer(InputLayer((None, 1, 4, 4)), **{"pool_size": 2, **padding})
        found = layer_output(layer, values)
        assert found.dtype == dtype
        np.testing.assert_array_equal(found, layer_output(layer, values.astype("float64")))
