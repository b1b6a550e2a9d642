"""Write pickles.npz: what Theano 1.0.5 and Lasagne 0.1 pickle, and what it computes.

    pip install --no-deps --target FOLDER Lasagne==0.1
    PYTHONPATH=FOLDER python make_pickles_reference.py

Lasagne 0.1 imports a module that Theano 1.0 no longer has, so a stand-in for that is made first.
"""

import io
import pickle
import sys
import types
from pathlib import Path

import numpy as np
import theano
import theano.tensor as T
from theano.tensor.signal import pool

HERE = Path(__file__).parent


def main():
    sys.path.insert(0, str(HERE.parent))
    found = {"made_by": f"Theano {theano.__version__}, NumPy {np.__version__}"}
    for name, made, computed in [*_of_lasagne(), *_of_programs()]:
        pickled = io.BytesIO()
        pickle.dump(made, pickled, protocol=2)
        found[f"{name}.pickle"] = np.frombuffer(pickled.getvalue(), "uint8")
        found[f"{name}.computed"] = computed
    np.savez_compressed(HERE / "pickles.npz", **found)


def _of_lasagne():
    downsample = types.ModuleType("theano.tensor.signal.downsample")
    downsample.max_pool_2d = _max_pool_2d
    sys.modules[downsample.__name__] = theano.tensor.signal.downsample = downsample
    import lasagne

    from pickled_networks import networks, values

    lasagne.random.set_rng(np.random.RandomState(3))
    for name, network in networks(lasagne):
        given = values(lasagne, network)
        lasagne.layers.get_output(network, given)  # leaves graphs of drawn numbers in some layers
        output = lasagne.layers.get_output(network, given, deterministic=True)
        yield name, network, output.eval()


def _max_pool_2d(input, ds, st=None, padding=(0, 0), **options):
    return pool.pool_2d(input, ds, stride=st, pad=padding, **options)


def _of_programs():
    from lasagne_expr.layers import DenseLayer, InputLayer, batch_norm, get_output
    from pickled_classes import MLP

    x, rows = T.matrix("x"), np.random.RandomState(5).uniform(size=(3, 4))
    mlp = MLP(x, 4, 5, 3)
    yield "mlp", mlp, mlp.logistic.p_y_given_x.eval({x: rows})
    hidden = batch_norm(DenseLayer(InputLayer((None, 4), name="rows"), 5))
    tied = DenseLayer(hidden, 4, W=hidden.input_layer.input_layer.W.T, name="tied")
    yield "tied", tied, get_output(tied, rows, deterministic=True).eval()
    shared = theano.shared(np.arange(6.0).reshape(2, 3), name="shared")
    shared.default_update = shared + 1
    yield "shared", [shared], shared.get_value()


if __name__ == "__main__":
    main()
