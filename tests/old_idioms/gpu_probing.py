"""Probe for a GPU as scripts did, and set floatX after the import."""

import numpy as np
import theano
import theano.sandbox.cuda
import theano.tensor as T
from lasagne.layers import Conv2DLayer as ConvLayer
from theano.sandbox import cuda
from theano.sandbox.cuda import dnn
from theano.sandbox.cuda.dnn import dnn_available

theano.config.floatX = "float32"

if cuda.cuda_available:
    raise SystemExit("the old GPU back-end was removed from Theano 1.0")
if theano.sandbox.cuda.cuda_enabled:
    raise SystemExit("it can't be enabled")
if dnn_available() or dnn.dnn_available():
    raise SystemExit("nor can cuDNN")
if theano.config.device.startswith("gpu"):
    raise SystemExit("no device is called gpu any more")

x = T.matrix("x")
assert x.dtype == theano.config.floatX == "float32"
w = theano.shared(np.eye(3, dtype=theano.config.floatX) * 2, name="w", borrow=True)
f = theano.function([x], T.dot(x, w) + 1)
used = "gpu" if np.any(["Gpu" in type(n.op).__name__ for n in f.maker.fgraph.toposort()]) else "cpu"
np.testing.assert_array_equal(f(np.ones((2, 3), "float32")), np.full((2, 3), 3.0))
print(used, ConvLayer.__name__)
