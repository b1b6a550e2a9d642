"""Convolution and pooling by their names before Theano 0.9, in a net that learns."""

import json

import numpy as np
import theano
import theano.tensor as T
from scipy.signal import convolve2d
from theano.tensor.nnet import conv
from theano.tensor.nnet.neighbours import images2neibs

try:
    from theano.tensor.signal.downsample import max_pool_2d
except ImportError:  # Theano 1.0
    from theano.tensor.signal.pool import pool_2d as max_pool_2d

theano.config.floatX = "float64"
rng = np.random.RandomState(23455)
images = rng.uniform(size=(2, 3, 9, 9))
filters = rng.uniform(-0.2, 0.2, size=(4, 3, 3, 3))

input = T.tensor4(name="input")
W = theano.shared(np.asarray(filters, dtype=input.dtype), name="W", borrow=True)
b = theano.shared(np.asarray(rng.uniform(-0.5, 0.5, size=4), dtype=input.dtype), name="b")
conv_out = conv.conv2d(input=input, filters=W, filter_shape=(4, 3, 3, 3), image_shape=(2, 3, 9, 9))
pooled_out = max_pool_2d(input=conv_out, ds=(2, 2), ignore_border=True)
output = T.tanh(pooled_out + b.dimshuffle("x", 0, "x", "x"))
f = theano.function([input], [conv_out, output])
convolved, activations = f(images)

expected = np.zeros((2, 4, 7, 7))
for n in range(2):
    for k in range(4):
        for c in range(3):
            expected[n, k] += convolve2d(images[n, c], filters[k, c], mode="valid")
np.testing.assert_allclose(convolved, expected, rtol=1e-7)
blocks = expected[:, :, :6, :6].reshape(2, 4, 3, 2, 3, 2).max(axis=(3, 5))
np.testing.assert_allclose(
    activations, np.tanh(blocks + b.get_value()[None, :, None, None]), rtol=1e-7
)

cost = T.sqr(output).sum()
grads = theano.function([input], T.grad(cost, [W, b]))(images)
np.testing.assert_allclose(
    grads[1], (2 * activations * (1 - activations**2)).sum(axis=(0, 2, 3)), rtol=1e-6
)
patches = images2neibs(input, neib_shape=(3, 3), neib_step=(3, 3)).eval({input: images})
assert patches.shape == (2 * 3 * 9, 9)
np.testing.assert_array_equal(patches[0], images[0, 0, :3, :3].ravel())

params = [W, b]
train = theano.function(
    [input], cost, updates=[(p, p - 0.005 * g) for p, g in zip(params, T.grad(cost, params))]
)
print(json.dumps([float(train(images)) for _ in range(5)]))
