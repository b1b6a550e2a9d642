"""Programs in the idioms of Theano's and Lasagne's users compute what they computed there."""

import json
from pathlib import Path

import numpy as np
import pytest

from test_launcher import python

FOLDER = Path(__file__).resolve().parent / "third_party" / "programs"
REFERENCE = Path(__file__).resolve().parent / "reference" / "programs.json"
LOSSES = json.loads(REFERENCE.read_text(encoding="utf-8"))
MADE_BY = LOSSES.pop("made_by")
# What they print before their losses.
PRINTED = {
    "agents": [
        "['cell', 'hid', 'observation', 'lstm', 'lstm[1]', 'policy', 'value', 'outputs']",
        "((None, 5), (None, 5)) (None, 5) {'policy': (None, 3), 'value': (None, 1)} 7",
    ],
    "binarized": ["3 9 [-1.0, 1.0]"],
    "bricks": [
        "['features', 'features_mask', 'targets'] 3 1 1",
        "['first_apply', 'last_apply', 'rec_apply']",
        "True ['cost']",
    ],
    "dcgan": ["(3, 1, 8, 8)"],
    "ladder": ["50 ['clean_h_1', 'clean_h_2', 'corr_h_1', 'corr_h_2', 'corr_h_3']"],
    "pixels": ["(2, 5, 6, 2)"],
    "sentences": ["True"],
    "sessions": ["12 [(4, 6), (4, 5)]"],
    "tagger": ["[(4, 5, 5), (4, 5, 7), (4, 5, 6)]"],
    "translator": ["True"],
}
TOLERANCES = {"translator": 1e-4}  # the others compute in float64

pytestmark = [pytest.mark.slow, pytest.mark.once]


@pytest.mark.parametrize("name", PRINTED)
def test_program(name, tmp_path):
    result = python(
        *("-W", "ignore", "-m", "lasagne_expr", "run", FOLDER / f"{name}.py"), cwd=tmp_path
    )
    assert result.returncode == 0, result.stderr
    *lines, losses = result.stdout.splitlines()
    np.testing.assert_allclose(json.loads(losses), LOSSES[name], rtol=TOLERANCES.get(name, 1e-8))
    assert lines == PRINTED[name]
    assert [path.name for path in tmp_path.iterdir()] == []


def test_programs_are_all_run():
    assert {path.stem for path in FOLDER.glob("*.py")} == set(PRINTED) == set(LOSSES)
    assert MADE_BY.endswith("Theano 1.0.5")
