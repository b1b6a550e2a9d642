"""Write conv.npz: convolutions and their gradients over a grid of arguments, by Theano 1.0.5.

Run it on Theano, with its C++: python tests/reference/make_conv_reference.py
"""

import json
import pathlib
import sys

import numpy as np
import theano

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from conv_cases import all_cases, shapes  # noqa: E402

from engines import ENGINE  # noqa: E402


def all_results():
    """Compute the reference: an array for each output of each case, in both dtypes."""
    results = {"shapes": np.array(json.dumps(shapes()))}
    for dtype in ("float64", "float32"):
        theano.config.floatX = dtype
        for name, (variables, values, outputs) in all_cases(dtype).items():
            save(results, f"{dtype}/{name}", theano.function(variables, outputs)(*values))
    return results


def save(results, name, computed):
    print(name, [value.shape for value in computed], flush=True)
    results.update({f"{name}/{n}": value for n, value in enumerate(computed)})


if __name__ == "__main__":
    if ENGINE != "theano":
        sys.exit("the reference values are Theano's own: run this on Python 3.10")
    made_by = np.array(f"made by make_conv_reference.py on Theano {theano.__version__}")
    np.savez_compressed(HERE / "conv.npz", made_by=made_by, **all_results())
