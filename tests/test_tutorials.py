"""The deep-learning tutorials' programs learn as they did on Theano 1.0.5, step by step."""

import json
from pathlib import Path

import numpy as np
import pytest

from engines import ENGINE
from test_launcher import python

REFERENCE = Path(__file__).resolve().parent / "reference"
LOSSES = json.loads((REFERENCE / "tutorials.json").read_text(encoding="utf-8"))
MADE_BY = LOSSES.pop("made_by")
SCRIPTS = REFERENCE.parent / "tutorials"

# They need Theano's C++ compiler, for minutes, and made the reference.
pytestmark = pytest.mark.skipif(ENGINE == "theano", reason="the losses are Theano's own")


@pytest.mark.parametrize("name", LOSSES)
def test_losses(name, tmp_path):
    command = ("-W", "ignore", "-m", "lasagne_expr", "run", SCRIPTS / f"{name}.py")
    result = python(*command, cwd=tmp_path, flags="floatX=float64")
    assert result.returncode == 0, result.stderr
    np.testing.assert_allclose(json.loads(result.stdout), LOSSES[name], rtol=1e-6)


def test_all_programs_have_a_reference():
    programs = {path.stem for path in SCRIPTS.glob("*.py")} - {"common"}
    assert programs == set(LOSSES)
    assert MADE_BY.endswith("Theano 1.0.5")
