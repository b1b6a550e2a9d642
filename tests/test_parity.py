"""The same seeded network gives the same outputs, gradients and updates on both engines.

The reference values were made by Theano 1.0.5. On Theano this test makes them anew.
"""

import os
import pathlib

import numpy as np
import pytest

from parity_networks import NETWORKS, compute, optimize

with np.load(pathlib.Path(__file__).parent / "reference" / "networks.npz") as file:
    REFERENCE = dict(file)

# On a GPU, products of float32 matrices may be rounded to fewer bits.
TOLERANCE = {
    "float32": float(os.environ.get("PARITY_TOLERANCE_FLOAT32", "1e-5")),
    "float64": 1e-10,
}


def check(case, dtype, results):
    expected = {
        key.rsplit("/", 1)[1]: value
        for key, value in REFERENCE.items()
        if key.startswith(f"{case}/{dtype}/")
    }
    assert results.keys() == expected.keys()
    for key, value in expected.items():
        assert results[key].dtype == value.dtype
        np.testing.assert_allclose(
            results[key], value, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype], err_msg=key
        )


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", NETWORKS)
def test_outputs_and_gradients(name, dtype):
    check(name, dtype, compute(name, dtype))


@pytest.mark.slow
@pytest.mark.parametrize("dtype", TOLERANCE)
def test_updates_of_every_optimizer(dtype):
    check("optimizers", dtype, optimize(dtype))


def test_the_reference_is_theanos():
    assert str(REFERENCE["made_by"]).endswith("on Theano 1.0.5")
