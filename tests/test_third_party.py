"""Libraries that build on Lasagne work on this one."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from test_launcher import python

FOLDER = Path(__file__).resolve().parent / "third_party"


@pytest.mark.slow
def test_nolearn(tmp_path, monkeypatch):
    """A NeuralNet of nolearn, as it is on PyPI, learns digits; and so does its pickle."""
    packages = ["nolearn==0.6.1", "tabulate"]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    command += ["--target", str(tmp_path / "packages"), *packages]
    installed = subprocess.run(command, capture_output=True, text=True)
    if "No matching distribution found" in installed.stderr:
        pytest.skip("pip reaches no index that has nolearn")
    assert installed.returncode == 0, installed.stderr
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "packages"))
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
