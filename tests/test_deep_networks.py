"""Networks of many layers: nothing here recurses from one to the next."""

import copy
import pickle

import numpy as np
import pytest
import theano.tensor as T

import lasagne_expr
from lasagne_expr.layers import (
    DenseLayer,
    ElemwiseSumLayer,
    InputLayer,
    count_params,
    get_all_layers,
    get_all_params,
    get_output,
)

DEPTH = 1500


@pytest.fixture(scope="module")
def network():
    layer = InputLayer((None, 2), name="input")
    for n in range(DEPTH):
        layer = DenseLayer(layer, 2, name=f"dense{n}")
    return layer


def copies(network):
    """The ways to copy a network, by C code and by Python's."""
    return {
        "pickle": pickle.loads(pickle.dumps(network)),
        "Python's pickle": pickle.loads(pickle._dumps(network)),
        "protocol 0": pickle.loads(pickle.dumps(network, protocol=0)),
        "deepcopy": copy.deepcopy(network),
    }


def test_what_a_network_is_asked_for(network):
    assert len(get_all_layers(network)) == DEPTH + 1
    assert len(get_all_params(network, trainable=True)) == 2 * DEPTH
    assert count_params(network) == 6 * DEPTH
    assert f"dense{DEPTH - 1}" in str(lasagne_expr.describe(network))
    assert get_output(network, T.matrix()).ndim == 2


def test_copies(network):
    names = [layer.name for layer in get_all_layers(network)]
    for way, copied in copies(network).items():
        layers = get_all_layers(copied)

        assert [layer.name for layer in layers] == names, way
        assert layers[DEPTH // 2] is not get_all_layers(network)[DEPTH // 2]
        assert all(
            np.array_equal(a.get_value(), b.get_value())
            for a, b in zip(get_all_params(copied), get_all_params(network))
        )


def test_layers_that_are_pickled_together_stay_one_network(network):
    layers = get_all_layers(network)
    for order in layers, layers[::-1], [layers[40], layers[900], layers[20], *layers[1000:]]:
        copied = pickle.loads(pickle.dumps(order))
        below = {layer.name: layer for layer in copied}
        above = [
            layer
            for layer in copied
            if hasattr(layer, "input_layer") and layer.input_layer.name in below
        ]

        assert [layer.name for layer in copied] == [layer.name for layer in order]
        assert above
        assert all(layer.input_layer is below[layer.input_layer.name] for layer in above)


def test_networks_with_several_ways_through():
    layer = InputLayer((None, 2))
    for _ in range(60):
        layer = ElemwiseSumLayer([layer, DenseLayer(layer, 2)])
    for copied in copies(layer).values():
        assert len(get_all_layers(copied)) == 121


def test_a_pickle_that_fails_leaves_others_alone(network):
    network.unpicklable = lambda: None
    try:
        with pytest.raises(Exception, match="lambda"):
            pickle.dumps(network)
    finally:
        del network.unpicklable

    assert len(get_all_layers(pickle.loads(pickle.dumps(network)))) == DEPTH + 1


def test_two_picklers_at_a_time(network, tmp_path):
    with open(tmp_path / "first.pickle", "wb") as file:
        first = pickle.Pickler(file)  # knows the network, as long as it lives
        first.dump(network)

        assert len(get_all_layers(pickle.loads(pickle.dumps(network)))) == DEPTH + 1
