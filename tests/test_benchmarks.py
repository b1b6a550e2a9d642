"""What the benchmarks compare is the same computation."""

import sys
from pathlib import Path

import numpy as np
import pytest
import theano

from engines import ENGINE

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"


@pytest.fixture
def steps(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import steps

    yield steps
    del sys.modules["steps"]


@pytest.fixture
def networks(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import networks

    yield networks
    del sys.modules["networks"]


def test_the_step_written_by_hand_does_the_same(steps, monkeypatch):
    theano.config.floatX = "float32"
    monkeypatch.setattr(steps, "PIXELS", 12)
    problem = steps.Problem(units=5, batch=4)
    ours, by_hand = steps.lasagne_expr_step(problem), steps.by_hand_step(problem)
    losses = [(float(ours(x)), float(by_hand(x))) for x in problem.batches()]
    np.testing.assert_allclose(*zip(*losses), rtol=1e-6)
    assert losses[-1][0] < losses[0][0]


def test_the_loss_is_the_cross_entropy(steps, monkeypatch):
    theano.config.floatX = "float32"
    monkeypatch.setattr(steps, "PIXELS", 12)
    problem = steps.Problem(units=5, batch=4)
    x, weights = problem.batches()[0], problem.weights()
    hidden = 1 / (1 + np.exp(-x @ weights))
    output = 1 / (1 + np.exp(-hidden @ weights.T))
    expected = -np.mean(x * np.log(output) + (1 - x) * np.log(1 - output))
    np.testing.assert_allclose(steps.lasagne_expr_step(problem)(x), expected, rtol=1e-5)


def losses_of(networks, problem, contestants):
    theano.config.floatX = "float32"
    batches = problem.batches()
    steps = [networks.CONTESTANTS[name].build(problem) for name in contestants]
    return [[step(batch) for batch in batches[:2]] for step in steps]


def peers(names):
    """Leave out the peer that is another engine where this one runs."""
    return [name for name in names if name != "jax" or ENGINE != "theano"]


@pytest.mark.parametrize("network", ["lstm", "gru"])
def test_recurrent_networks_are_the_same(networks, network):
    problem = networks.Sequences(network, batch=3, steps=4, inputs=2, units=5)
    ours, *others = losses_of(networks, problem, peers(["lasagne_expr", "by_hand", "jax"]))
    for losses in others:
        np.testing.assert_allclose(losses, ours, rtol=1e-5)


@pytest.mark.slow
def test_convolutional_networks_are_the_same(networks):
    problem = networks.Images("conv", (2, 1, 28, 28))
    ours, *others = losses_of(networks, problem, peers(["lasagne_expr", "by_hand", "jax"]))
    for losses in others:
        np.testing.assert_allclose(losses, ours, rtol=1e-4)


@pytest.mark.slow
def test_residual_networks_are_the_same(networks, monkeypatch):
    monkeypatch.setattr(networks, "BLOCKS", 1)
    problem = networks.Images("residual", (2, 3, 8, 8))
    ours, *others = losses_of(networks, problem, peers(["lasagne_expr", "by_hand", "jax"]))
    for losses in others:
        np.testing.assert_allclose(losses, ours, rtol=1e-4)


def test_losses_are_compared_also_where_one_engine_alone_was_measured(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import run

    monkeypatch.delitem(sys.modules, "run")
    losses = {"lasagne_expr": [3.0, 2.0], "jax": [3.0, 2.5]}
    measured = {"conv": {"lasagne_expr": {}, "jax": {}, "losses": losses}}
    before = {"conv": {"lasagne_expr": {"loss_difference": 0.0}}}
    engines = {"PyTensor": {"networks": measured}, "Theano": {"networks": before}}
    assert run.loss_differences(engines) == ["jax on PyTensor, conv: by 5.0e-01"]
    assert measured["conv"]["jax"] == {"loss_difference": 0.5}
