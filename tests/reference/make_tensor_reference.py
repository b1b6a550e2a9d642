"""Write tensor.npz and operations.npz: values, dtypes and gradients, by Theano 1.0.5.

Run it on Theano: python tests/reference/make_tensor_reference.py
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import conftest  # noqa: E402, F401 (it sets how Theano compiles)
import numpy as np  # noqa: E402
import theano  # noqa: E402

from engines import ENGINE  # noqa: E402
from operation_cases import GROUPS as OPERATIONS  # noqa: E402
from tensor_cases import GROUPS, compute, dtype_table  # noqa: E402


def results_of(groups):
    return {f"{g}/{n}": value for g, cases in groups.items() for n, value in compute(cases).items()}


if __name__ == "__main__":
    if ENGINE != "theano":
        sys.exit("the reference values are Theano's own: run this on Python 3.10")
    made_by = np.array(f"made by make_tensor_reference.py on Theano {theano.__version__}")
    dtypes = np.array(sorted(dtype_table().items()))
    tensor = {**results_of(GROUPS), "dtypes": dtypes}
    np.savez_compressed(HERE / "tensor.npz", made_by=made_by, **tensor)
    np.savez_compressed(HERE / "operations.npz", made_by=made_by, **results_of(OPERATIONS))
