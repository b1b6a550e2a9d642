"""Both engines give the same values, dtypes and gradients of tensor functions and operations.

The reference values were made by Theano 1.0.5. On Theano this test makes them anew.
"""

import pathlib
import warnings

import numpy as np
import pytest

from operation_cases import GROUPS as OPERATIONS
from tensor_cases import GROUPS, compute, dtype_table

ALL = GROUPS | OPERATIONS
REFERENCE = {}
for name in ("operations", "tensor"):
    with np.load(pathlib.Path(__file__).parent / "reference" / f"{name}.npz") as file:
        REFERENCE |= file

TOLERANCE = {"float16": 2e-3, "float32": 1e-5, "complex64": 1e-5}


@pytest.mark.slow
@pytest.mark.parametrize("group", ALL)
def test_values_and_gradients(group):
    with warnings.catch_warnings():
        # PyTensor's older versions have no erfcx for JAX.
        interpreted = group.startswith("interpreted") or group == "elementwise"
        action = "ignore" if interpreted else "error"
        warnings.filterwarnings(action, ".*PyTensor interprets it")
        results = compute(ALL[group])
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
