"""Write expressions.npz: values and gradients of ready-made expressions, by Theano 1.0.5.

Run it on Theano: python tests/reference/make_expressions_reference.py
"""

import pathlib
import sys

import numpy as np
import theano

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from engines import ENGINE  # noqa: E402
from expression_cases import compute, drawn  # noqa: E402

if __name__ == "__main__":
    if ENGINE != "theano":
        sys.exit("the reference values are Theano's own: run this on Python 3.10")
    theano.config.floatX = "float64"
    made_by = np.array(f"made by make_expressions_reference.py on Theano {theano.__version__}")
    variables = drawn()
    arrays = {f"{name}/variable {n}": v for name, vs in variables.items() for n, v in enumerate(vs)}
    np.savez_compressed(HERE / "expressions.npz", made_by=made_by, **arrays, **compute(variables))
