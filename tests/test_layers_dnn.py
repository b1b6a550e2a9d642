import numpy as np
import pytest

from lasagne_expr import layers
from lasagne_expr.layers import DenseLayer, InputLayer, NonlinearityLayer, dnn, get_all_layers
from lasagne_expr.nonlinearities import tanh
from numerics import layer_output

rng = np.random.RandomState(1234)


@pytest.mark.parametrize(
    ("name", "shape", "kwargs"),
    [
        ("Pool2D", (2, 2, 5, 6), {"pool_size": 2, "stride": 1, "mode": "average_exc_pad"}),
        ("MaxPool2D", (2, 2, 5, 6), {"pool_size": (2, 3)}),
        ("Pool3D", (1, 2, 4, 3, 4), {"pool_size": 2, "mode": "sum"}),
        ("MaxPool3D", (1, 2, 4, 3, 4), {"pool_size": 2}),
        ("SpatialPyramidPooling", (2, 2, 5, 6), {"pool_dims": [2, 1]}),
        ("BatchNorm", (4, 3), {"epsilon": 0.1}),
    ],
)
def test_computes_what_the_layer_of_the_other_name_does(name, shape, kwargs):
    x = rng.normal(size=shape)
    found, expected = (
        layer_output(kind(InputLayer(shape), **kwargs), x)
        for kind in (getattr(dnn, f"{name}DNNLayer"), getattr(layers, f"{name}Layer"))
    )
    np.testing.assert_array_equal(found, expected)


def test_batch_norm_dnn():
    dense = DenseLayer(InputLayer((None, 3)), 4, nonlinearity=tanh, name="fc")
    top = dnn.batch_norm_dnn(dense, epsilon=0.1)
    assert [type(layer) for layer in get_all_layers(top)] == [
        InputLayer,
        DenseLayer,
        dnn.BatchNormDNNLayer,
        NonlinearityLayer,
    ]
    x = rng.normal(size=(5, 3))
    raw = x @ dense.W.get_value()
    expected = np.tanh((raw - raw.mean(axis=0)) / np.sqrt(raw.var(axis=0) + 0.1))
    np.testing.assert_allclose(layer_output(top, x), expected)
