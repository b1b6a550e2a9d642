"""Scripts in the idiom of Theano's time, which check themselves, run as they are."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import theano
import theano.tensor as T

from engines import ENGINE
from test_launcher import python

FOLDER = Path(__file__).resolve().parent / "old_idioms"
COMPILED = FOLDER.parent.parent / ".pytest_cache" / "theano" / "old_idioms"
# What the scripts print, before the losses of those that have any.
SCRIPTS = {
    "gpu_probing": ["cpu Conv2DLayer"],
    "convolution": [],
    "lasagne_training": [],
    "minibatches": ["refused", "18.0"],
    "debugging": ["monitored", "guarded", "the sum __str__ = 15.0", "True True"],
    "values": ["done"],
    "names": [],
}
REFERENCE = FOLDER.parent / "reference" / "old_idioms.json"
LOSSES = json.loads(REFERENCE.read_text(encoding="utf-8"))
MADE_BY = LOSSES.pop("made_by")
# The others compute in float64.
TOLERANCES = {"minibatches": 1e-5}


@pytest.mark.parametrize("name", SCRIPTS)
def test_script(name, tmp_path):
    """The losses, on every engine, are those that were recorded on Theano 1.0.5."""
    if ENGINE == "theano" and name == "gpu_probing":
        pytest.skip("Theano 1.0 dropped theano.sandbox.cuda")
    # Theano computes convolutions in C++ alone.
    compiled = name == "convolution"
    flags = f"base_compiledir={COMPILED}" if compiled else os.environ.get("THEANO_FLAGS", "")
    result = python(
        *("-W", "ignore", "-m", "lasagne_expr", "run", FOLDER / f"{name}.py"),
        cwd=tmp_path,
        flags=flags,
    )
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    if name in LOSSES:
        tolerance = TOLERANCES.get(name, 1e-8)
        np.testing.assert_allclose(json.loads(lines.pop()), LOSSES[name], rtol=tolerance)
    assert lines == SCRIPTS[name]


def test_scripts_are_all_run():
    assert {path.stem for path in FOLDER.glob("*.py")} == set(SCRIPTS)
    assert set(LOSSES) < set(SCRIPTS)
    assert MADE_BY.endswith("Theano 1.0.5")


def test_a_variable_is_true_unless_it_is_a_comparison():
    x, y = T.matrix(), theano.shared(np.zeros(2))
    assert x
    assert y
    assert T.dot(x, y)
    for comparison in (x < y, x <= y, x > y, x >= y):
        with pytest.raises(TypeError, match="do not support boolean operations"):
            bool(comparison)


@pytest.mark.parametrize("full", [True, False])
def test_batch_normalization(full):
    """The tutorial's formulas, with statistics over all but the channels."""
    rng = np.random.RandomState(3)
    values = rng.normal(size=(4, 3, 2, 2))
    shape = (1, 3, 1, 1) if full else (3,)
    gamma, beta, mean, var = rng.uniform(1, 2, size=(4, 3))
    wide = (None, slice(None), None, None)
    x = T.tensor4("x", dtype="float64")
    given = [
        theano.shared(p.reshape(shape), broadcastable=[n == 1 for n in shape])
        for p in (gamma, beta, mean, var)
    ]
    train = T.nnet.bn.batch_normalization_train(
        x, given[0], given[1], "spatial", 1e-3, 0.2, given[2], given[3]
    )
    test = T.nnet.bn.batch_normalization_test(x, *given, "spatial", 1e-3)
    found = theano.function([x], [*train, test])(values)
    batch_mean, batch_var = values.mean((0, 2, 3)), values.var((0, 2, 3))
    invstd = 1 / np.sqrt(batch_var + 1e-3)
    expected = [
        (values - batch_mean[wide]) * (gamma * invstd)[wide] + beta[wide],
        batch_mean.reshape(shape),
        invstd.reshape(shape),
        (0.8 * mean + 0.2 * batch_mean).reshape(shape),
        (0.8 * var + 0.2 * batch_var * 16 / 15).reshape(shape),
        (values - mean[wide]) * (gamma / np.sqrt(var + 1e-3))[wide] + beta[wide],
    ]
    for value, wanted in zip(found, expected):
        np.testing.assert_allclose(value, wanted, rtol=1e-6)
