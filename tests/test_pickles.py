"""What Theano and Lasagne pickled loads, and computes what it did there."""

import io
import pickle
from pathlib import Path

import numpy as np
import pytest
import theano
import theano.tensor as T

import lasagne_expr
from lasagne_expr.layers import get_all_params, get_output
from pickled_networks import networks, values

REFERENCE = np.load(Path(__file__).parent / "reference" / "pickles.npz")
NETWORKS = [name for name, _ in networks(lasagne_expr)]


class OfLasagne(pickle.Unpickler):
    """Finds Lasagne's classes where `install_as_lasagne` puts them."""

    def find_class(self, module, name):
        package, dot, rest = module.partition(".")
        return super().find_class(
            "lasagne_expr" + dot + rest if package == "lasagne" else module, name
        )


def loaded(name):
    return OfLasagne(io.BytesIO(REFERENCE[f"{name}.pickle"].tobytes())).load()


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_of_lasagne(name):
    network = loaded(name)
    given = values(lasagne_expr, network)
    output = get_output(network, given, deterministic=True)
    params = get_all_params(network, trainable=True)
    noisy = get_output(network, given)
    updates = lasagne_expr.updates.sgd((noisy**2).sum(), params, 0.1) if params else {}
    compute = theano.function([], output, updates=updates, mode="FAST_COMPILE")
    expected = REFERENCE[f"{name}.computed"]
    np.testing.assert_allclose(compute(), expected, rtol=1e-9)
    change = np.abs(compute() - expected).max()
    assert change > 1e-6 if params else change < 1e-9


@pytest.mark.parametrize(("name", "network"), list(networks(lasagne_expr)), ids=NETWORKS)
def test_parameters_are_in_the_order_of_lasagne(name, network):
    def described(params):
        return [(p.name.rpartition(".")[2], p.get_value().shape) for p in params]

    assert described(get_all_params(network)) == described(get_all_params(loaded(name)))


def test_a_program_object_with_its_graphs():
    mlp = loaded("mlp")
    (x,) = [v for v in theano.gof.graph.inputs([mlp.logistic.p_y_given_x]) if v.name == "x"]
    assert x is mlp.input
    rows = np.random.RandomState(5).uniform(size=(3, 4))
    gradient = T.grad(T.log(mlp.logistic.p_y_given_x[:, 0]).sum(), mlp.logistic.b)
    outputs = [mlp.logistic.p_y_given_x, mlp.logistic.y_pred, mlp.L1, mlp.L2_sqr, gradient]
    found = theano.function([x], outputs)(rows)
    expected = REFERENCE["mlp.computed"]
    weights = [mlp.W.get_value(), mlp.logistic.W.get_value()]
    np.testing.assert_allclose(found[0], expected)
    np.testing.assert_array_equal(found[1], expected.argmax(axis=1))
    np.testing.assert_allclose(found[2], sum(np.abs(w).sum() for w in weights))
    np.testing.assert_allclose(found[3], sum((w**2).sum() for w in weights))
    np.testing.assert_allclose(found[4], ([1, 0, 0] - expected).sum(axis=0))


def test_a_network_with_tied_weights():
    network = loaded("tied")
    rows = np.random.RandomState(5).uniform(size=(3, 4))
    output = get_output(network, rows, deterministic=True)
    np.testing.assert_allclose(output.eval(), REFERENCE["tied.computed"])
    names = [param.name for param in network.get_params(unwrap_shared=True)]
    assert names == ["W", "tied.b"]


def test_shared_variables():
    (shared,) = loaded("shared")
    assert (shared.name, shared.broadcastable) == ("shared", (False, False))
    np.testing.assert_array_equal(shared.get_value(), REFERENCE["shared.computed"])
    shared.set_value(2 * shared.get_value())
    compute = theano.function([], shared * 1)
    np.testing.assert_array_equal(compute(), 2 * REFERENCE["shared.computed"])
    np.testing.assert_array_equal(compute(), 2 * REFERENCE["shared.computed"] + 1)
    again = pickle.loads(pickle.dumps(shared))
    np.testing.assert_array_equal(again.get_value(), shared.get_value())


def test_places_of_the_largest_along_axes():
    x = T.dtensor3("x")
    value = np.random.RandomState(6).normal(size=(2, 3, 4))
    for axes, order in (((0,), (1, 2, 0)), ((1, 2), (0, 1, 2)), ((0, 2), (1, 0, 2))):
        kept = [size for axis, size in enumerate(value.shape) if axis not in axes]
        rows = value.transpose(order).reshape(*kept, -1)
        largest, places = T.basic.MaxAndArgmax(list(axes))(x)
        for mode in (None, "FAST_COMPILE"):
            found = theano.function([x], [largest, places, T.grad(largest.sum(), x)], mode=mode)
            values_found, places_found, gradient = found(value)
            np.testing.assert_array_equal(values_found, rows.max(axis=-1))
            np.testing.assert_array_equal(places_found, rows.argmax(axis=-1))
            np.testing.assert_array_equal(gradient, value == value.max(axis=axes, keepdims=True))
