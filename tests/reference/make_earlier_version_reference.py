"""Write `earlier_version.pickle.gz`: what version 0.1 pickled before modules moved.

It was run in a checkout of that version (of the engine on PyTensor), whose module paths it keeps;
a later version would write its own. In it are graphs, functions and a network, with the values that
they computed there.
"""

import gzip
import pickle
from pathlib import Path

import numpy as np
import theano
import theano.tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams
from theano.tensor.signal.pool import pool_2d

from lasagne_expr import layers
from lasagne_expr.expressions import Positive

PATH = Path(__file__).parent / "earlier_version.pickle.gz"
IMAGES = np.arange(36.0).reshape(1, 1, 6, 6)
SEQUENCE = np.array([0.1, 0.2, 0.3])


def convolution_and_pooling():
    x = T.tensor4("x")
    w = theano.shared(np.linspace(-1, 1, 18).reshape(2, 1, 3, 3), "w")
    y = pool_2d(T.nnet.conv2d(x, w), (2, 2), ignore_border=True)
    return [x], [y, T.grad((y**2).sum(), w)]


def loop_and_sums():
    s = T.dvector("s")
    h, _ = theano.scan(lambda a, b: T.tanh(a + b), s, T.zeros((), "float64"))
    return [s], [h, T.grad(h[-1], s), T.grad((T.cumsum(s) ** 2).sum(), s)]


def counting_function():
    count = theano.shared(np.float64(0), "count")
    (s,), outputs = loop_and_sums()
    return theano.function([s], outputs, updates={count: count + s.sum()}, name="loop")


def network():
    layer = layers.Conv2DLayer(layers.InputLayer((None, 1, 6, 6)), 2, 3)
    layer = layers.DenseLayer(layers.MaxPool2DLayer(layer, 2), 4, W=Positive())
    return layers.GRULayer(layers.ReshapeLayer(layer, ([0], 2, 2)), 3)


def output_of(layer):
    x = layers.get_all_layers(layer)[0].input_var
    return layers.get_output(layer).eval({x: IMAGES.astype(x.dtype)})


def main():
    graphs = {
        "convolution and pooling": (convolution_and_pooling(), IMAGES),
        "loop and sums": (loop_and_sums(), SEQUENCE),
        "random numbers": (([], [MRG_RandomStreams(5).uniform((4,))]), None),
    }
    pickled = {
        "graphs": graphs,
        "of graphs": {
            name: theano.function(*graph)(*([] if value is None else [value]))
            # Copies, as calls take the states of random numbers on.
            for name, (graph, value) in pickle.loads(pickle.dumps(graphs)).items()
        },
        "function": counting_function(),
        "network": network(),
    }
    pickled["of network"] = output_of(pickled["network"])
    PATH.write_bytes(gzip.compress(pickle.dumps(pickled, protocol=4), mtime=0))


if __name__ == "__main__":
    with theano.config.change_flags(traceback__limit=0):
        main()
