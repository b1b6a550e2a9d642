"""Ready-made expressions have the same values and gradients on both engines.

The reference values were made by Theano 1.0.5. On Theano this test makes them anew.
"""

import pathlib

import numpy as np
import theano

from expression_cases import compared, compute

with np.load(pathlib.Path(__file__).parent / "reference" / "expressions.npz") as file:
    REFERENCE = dict(file)


def variables_of(name):
    found = [key for key in REFERENCE if key.startswith(f"{name}/variable")]
    return [REFERENCE[f"{name}/variable {n}"] for n in range(len(found))]


def test_values_and_gradients():
    theano.config.floatX = "float64"
    results = compute({name: variables_of(name) for name in compared()})
    assert results.keys() == {k for k in REFERENCE if k.endswith(("/value", "/gradient"))}
    for key, result in results.items():
        np.testing.assert_allclose(result, REFERENCE[key], rtol=1e-10, atol=1e-10, err_msg=key)


def test_the_reference_is_theanos():
    assert str(REFERENCE["made_by"]).endswith("on Theano 1.0.5")
