"""Write networks.npz: outputs, gradients and updates of seeded networks, by Theano 1.0.5.

Run it on Theano: python tests/reference/make_network_reference.py
"""

import pathlib
import sys

import numpy as np
import theano

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from engines import ENGINE  # noqa: E402
from parity_networks import all_results  # noqa: E402

if __name__ == "__main__":
    if ENGINE != "theano":
        sys.exit("the reference values are Theano's own: run this on Python 3.10")
    made_by = np.array(f"made by make_network_reference.py on Theano {theano.__version__}")
    np.savez_compressed(HERE / "networks.npz", made_by=made_by, **all_results())
