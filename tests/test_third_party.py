"""Libraries that build on Lasagne or Theano work on this one."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from test_launcher import python

FOLDER = Path(__file__).resolve().parent / "third_party"


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install packages, without what they depend on, into a folder of their own."""

    def install(*packages):
        folder = str(tmp_path / "packages")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        command += ["--target", folder, *packages]
        installed = subprocess.run(command, capture_output=True, text=True)
        if "No matching distribution found" in installed.stderr:
            pytest.skip(f"pip reaches no index that has {' and '.join(packages)}")
        assert installed.returncode == 0, installed.stderr
        monkeypatch.setenv("PYTHONPATH", folder)

    return install


@pytest.mark.slow
def test_nolearn(tmp_path, install):
    """A NeuralNet of nolearn, as it is on PyPI, learns digits; and so does its pickle."""
    install("nolearn==0.6.1", "tabulate")
    flags = os.environ.get("THEANO_FLAGS", "").split(",")
    result = python(
        *("-W", "ignore", "-m", "lasagne_expr", "run", FOLDER / "nolearn_digits.py"),
        cwd=tmp_path,
        flags=",".join(filter(None, [*flags, "floatX=float32"])),
    )
    assert result.returncode == 0, result.stderr
    assert "3760 learnable parameters" in result.stdout  # 64 * 50 + 50 + 50 * 10 + 10
    losses = re.findall(r"^ +\d+ +(?:\x1b\[\d+m)?(\d\.\d{5})", result.stdout, re.MULTILINE)
    assert len(losses) == 8
    assert float(losses[-1]) < float(losses[0]) / 4
    assert float(re.search(r"^accuracy (\S+)", result.stdout, re.MULTILINE)[1]) > 0.8
    assert "predicts the same: True" in result.stdout


@pytest.mark.slow
@pytest.mark.once
def test_keras(tmp_path, install, monkeypatch):
    """Keras on its Theano backend fits, evaluates and predicts as it did on Theano 1.0.5."""
    install(
        "keras==2.3.1", "keras_applications==1.0.8", "keras_preprocessing==1.1.2", "six", "pyyaml"
    )
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    monkeypatch.setenv("HOME", str(tmp_path))  # Keras writes its settings there
    script = FOLDER / "keras_digits.py"
    result = python("-W", "ignore", script, cwd=tmp_path, flags="floatX=float32")
    assert result.returncode == 0, result.stderr
    backend, found = result.stdout.splitlines()
    assert backend == "theano 2.3.1"
    expected = json.loads((FOLDER.parent / "reference" / "keras.json").read_text())
    expected.pop("made_by")
    found = json.loads(found)
    assert list(found) == list(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=2e-3, atol=2e-4, err_msg=name)
