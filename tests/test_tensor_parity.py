"""Tensor functions give the same values, dtypes and gradients on both engines.

The reference values were made by Theano 1.0.5. On Theano this test makes them anew.
"""

import pathlib
import warnings

import numpy as np
import pytest

from tensor_cases import GROUPS, compute, dtype_table

with np.load(pathlib.Path(__file__).parent / "reference" / "tensor.npz") as file:
    REFERENCE = dict(file)

TOLERANCE = {"float16": 2e-3, "float32": 1e-5, "complex64": 1e-5}


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
def test_values_and_gradients(group):
    with warnings.catch_warnings():
        # PyTensor's older versions have no erfcx for JAX.
        interpreted = group.startswith("interpreted") or group == "elementwise"
        action = "ignore" if interpreted else "error"
        warnings.filterwarnings(action, ".*PyTensor interprets it")
        results = compute(group)
    expected = {
        key.split("/", 1)[1]: value
        for key, value in REFERENCE.items()
        if key.startswith(f"{group}/")
    }
    assert results.keys() == expected.keys()
    for key, value in expected.items():
        found = results[key]
        assert found.dtype == value.dtype, key
        tolerance = TOLERANCE.get(str(value.dtype), 1e-8)
        with np.errstate(invalid="ignore"):
            np.testing.assert_allclose(
                found, value, rtol=tolerance, atol=tolerance, err_msg=f"{group}: {key}"
            )


def test_dtypes():
    assert dtype_table() == dict(REFERENCE["dtypes"].tolist())


def test_the_reference_is_theanos():
    assert str(REFERENCE["made_by"]).endswith("on Theano 1.0.5")
