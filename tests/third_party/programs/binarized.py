"""A network of binary weights: an operation of its own that rounds, with the gradient let through.

Layers derive from Lasagne's, take binary weights for the forward pass by putting them in the place
of the real ones, and updates clip the real ones.
"""

import json
from collections import OrderedDict

import lasagne
import numpy as np
import theano
import theano.tensor as T
from theano.scalar.basic import UnaryScalarOp, same_out_nocomplex
from theano.tensor.elemwise import Elemwise

theano.config.floatX = "float64"


class Round3(UnaryScalarOp):
    """Rounds; its gradient is that of the identity."""

    def impl(self, x):
        return np.rint(x)

    def c_code(self, node, name, inputs, outputs, sub):
        (x,) = inputs
        (z,) = outputs
        return "%(z)s = rint(%(x)s);" % locals()

    def grad(self, inputs, gout):
        (gz,) = gout
        return (gz,)


round3_scalar = Round3(same_out_nocomplex, name="round3")
round3 = Elemwise(round3_scalar)


def hard_sigmoid(x):
    return T.clip((x + 1.0) / 2.0, 0, 1)


def binary_tanh_unit(x):
    return 2.0 * round3(hard_sigmoid(x)) - 1.0


def binarization(W, H, deterministic=False, stochastic=False, srng=None):
    if deterministic and stochastic:
        return W
    Wb = hard_sigmoid(W / H)
    if stochastic:
        Wb = T.cast(srng.binomial(n=1, p=Wb, size=T.shape(Wb)), theano.config.floatX)
    else:
        Wb = T.round(Wb)
    return T.cast(T.switch(Wb, H, -H), theano.config.floatX)


class DenseLayer(lasagne.layers.DenseLayer):
    def __init__(self, incoming, num_units, binary=True, H=1.0, **kwargs):
        self.binary, self.H = binary, H
        num_inputs = int(np.prod(incoming.output_shape[1:]))
        self.W_LR_scale = np.float64(1.0 / np.sqrt(1.5 / (num_inputs + num_units)))
        if self.binary:
            super(DenseLayer, self).__init__(
                incoming, num_units, W=lasagne.init.Uniform((-self.H, self.H)), **kwargs
            )
            self.params[self.W] = set(["binary"])
        else:
            super(DenseLayer, self).__init__(incoming, num_units, **kwargs)

    def get_output_for(self, input, deterministic=False, **kwargs):
        self.Wb = binarization(self.W, self.H, deterministic)
        Wr = self.W
        self.W = self.Wb
        rvalue = super(DenseLayer, self).get_output_for(input, **kwargs)
        self.W = Wr
        return rvalue


def compute_grads(loss, network):
    grads = []
    for layer in lasagne.layers.get_all_layers(network):
        if layer.get_params(binary=True):
            grads.append(theano.grad(loss, wrt=layer.Wb))
    return grads


def clipping_scaling(updates, network):
    updates = OrderedDict(updates)
    for layer in lasagne.layers.get_all_layers(network):
        for param in layer.get_params(binary=True):
            updates[param] = param + layer.W_LR_scale * (updates[param] - param)
            updates[param] = T.clip(updates[param], -layer.H, layer.H)
    return updates


lasagne.random.set_rng(np.random.RandomState(1234))
rng = np.random.RandomState(5)
input, target = T.matrix("inputs"), T.matrix("targets")
LR = T.scalar("LR", dtype=theano.config.floatX)
mlp = lasagne.layers.InputLayer(shape=(None, 12), input_var=input)
for _ in range(2):
    mlp = DenseLayer(mlp, nonlinearity=lasagne.nonlinearities.identity, num_units=9)
    mlp = lasagne.layers.BatchNormLayer(mlp, epsilon=1e-4, alpha=0.1)
    mlp = lasagne.layers.NonlinearityLayer(mlp, nonlinearity=binary_tanh_unit)
mlp = DenseLayer(mlp, nonlinearity=lasagne.nonlinearities.identity, num_units=3)
mlp = lasagne.layers.BatchNormLayer(mlp, epsilon=1e-4, alpha=0.1)
train_output = lasagne.layers.get_output(mlp, deterministic=False)
loss = T.mean(T.sqr(T.maximum(0.0, 1.0 - target * train_output)))
W = lasagne.layers.get_all_params(mlp, binary=True)
W_grads = compute_grads(loss, mlp)
updates = lasagne.updates.adam(loss_or_grads=W_grads, params=W, learning_rate=LR)
updates = clipping_scaling(updates, mlp)
params = lasagne.layers.get_all_params(mlp, trainable=True, binary=False)
updates = OrderedDict(
    list(updates.items())
    + list(lasagne.updates.adam(loss_or_grads=loss, params=params, learning_rate=LR).items())
)
test_output = lasagne.layers.get_output(mlp, deterministic=True)
test_loss = T.mean(T.sqr(T.maximum(0.0, 1.0 - target * test_output)))
test_err = T.mean(
    T.neq(T.argmax(test_output, axis=1), T.argmax(target, axis=1)), dtype=theano.config.floatX
)
train_fn = theano.function([input, target, LR], loss, updates=updates)
val_fn = theano.function([input, target], [test_loss, test_err])
X = rng.normal(size=(40, 12))
y = 2.0 * np.eye(3)[(X[:, 0] > 0) + (X[:, 1] > 0) * 1] - 1.0
losses, rate = [], 0.003
for _ in range(5):
    losses.append(float(train_fn(X, y, rate)))
    rate *= 0.9
losses += [float(v) for v in val_fn(X, y)]
rounded = theano.function([input], binary_tanh_unit(input))(X[:2])
print(len(W), len(params), sorted(set(rounded.ravel().tolist())))
print(json.dumps(losses))
