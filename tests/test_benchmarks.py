"""What the benchmarks compare is the same computation."""

import sys
from pathlib import Path

import numpy as np
import pytest
import theano

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"


@pytest.fixture
def steps(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import steps

    yield steps
    del sys.modules["steps"]


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
