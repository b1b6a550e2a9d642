"""A convolutional network for sentences: filters as wide as word vectors, which are learned too.

One filter size's feature maps are pooled over all of a sentence, dropout is a second set of layers
that share weights, and word vectors are kept at zero for what pads.
"""

import json
from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T
from theano.tensor.nnet import conv2d
from theano.tensor.signal import pool

theano.config.floatX = "float64"
floatX = theano.config.floatX


def ReLU(x):
    return T.maximum(0.0, x)


def as_floatX(variable):
    if isinstance(variable, (float, np.ndarray)):
        return np.asarray(variable, dtype=floatX)
    return T.cast(variable, floatX)


class LeNetConvPoolLayer(object):
    def __init__(self, rng, filter_shape, image_shape, poolsize):
        self.filter_shape, self.image_shape, self.poolsize = filter_shape, image_shape, poolsize
        W = rng.uniform(low=-0.2, high=0.2, size=filter_shape)
        self.W = theano.shared(np.asarray(W, dtype=floatX), borrow=True, name="W_conv")
        b_values = np.zeros((filter_shape[0],), dtype=floatX)
        self.b = theano.shared(value=b_values, borrow=True, name="b_conv")
        self.params = [self.W, self.b]

    def set_input(self, input, shape):
        conv_out = conv2d(
            input=input, filters=self.W, filter_shape=self.filter_shape, input_shape=shape
        )
        conv_out_tanh = ReLU(conv_out + self.b.dimshuffle("x", 0, "x", "x"))
        return pool.pool_2d(input=conv_out_tanh, ws=self.poolsize, ignore_border=True, mode="max")


class HiddenLayer(object):
    def __init__(self, rng, input, n_in, n_out, activation, W=None, b=None):
        if W is None:
            W = theano.shared(np.asarray(rng.standard_normal((n_in, n_out)) * 0.1), name="W")
        if b is None:
            b = theano.shared(np.zeros((n_out,), dtype=floatX), name="b")
        self.W, self.b = W, b
        lin_output = T.dot(input, self.W) + self.b
        self.output = lin_output if activation is None else activation(lin_output)
        self.params = [self.W, self.b]


def dropout_from_layer(rng, layer, p):
    srng = T.shared_randomstreams.RandomStreams(rng.randint(999999))
    mask = srng.binomial(n=1, p=1 - p, size=layer.shape)
    return layer * T.cast(mask, floatX)


def sgd_updates_adadelta(params, cost, rho=0.95, epsilon=1e-6, norm_lim=9, word_vec_name="Words"):
    updates = OrderedDict({})
    exp_sqr_grads, exp_sqr_ups, gparams = OrderedDict({}), OrderedDict({}), []
    for param in params:
        empty = np.zeros_like(param.get_value())
        exp_sqr_grads[param] = theano.shared(
            value=as_floatX(empty), name="exp_grad_%s" % param.name
        )
        gparams.append(T.grad(cost, param))
        exp_sqr_ups[param] = theano.shared(value=as_floatX(empty), name="exp_up_%s" % param.name)
    for param, gp in zip(params, gparams):
        exp_sg, exp_su = exp_sqr_grads[param], exp_sqr_ups[param]
        up_exp_sg = rho * exp_sg + (1 - rho) * T.sqr(gp)
        updates[exp_sg] = up_exp_sg
        step = -(T.sqrt(exp_su + epsilon) / T.sqrt(up_exp_sg + epsilon)) * gp
        updates[exp_su] = rho * exp_su + (1 - rho) * T.sqr(step)
        stepped_param = param + step
        if (param.get_value(borrow=True).ndim == 2) and (param.name != word_vec_name):
            col_norms = T.sqrt(T.sum(T.sqr(stepped_param), axis=0))
            desired_norms = T.clip(col_norms, 0, T.sqrt(norm_lim))
            updates[param] = stepped_param * (desired_norms / (1e-7 + col_norms))
        else:
            updates[param] = stepped_param
    return updates


rng = np.random.RandomState(3435)
img_h, img_w, batch_size, vocabulary = 9, 6, 5, 20
U = rng.uniform(-0.25, 0.25, (vocabulary, img_w))
U[0] = 0
index, x, y = T.lscalar(), T.matrix("x"), T.ivector("y")
Words = theano.shared(value=U, name="Words")
zero_vec_tensor = T.vector()
zero_vec = np.zeros(img_w)
set_zero = theano.function(
    [zero_vec_tensor],
    updates=[(Words, T.set_subtensor(Words[0, :], zero_vec_tensor))],
    allow_input_downcast=True,
)
layer0_input = Words[T.cast(x.flatten(), dtype="int32")].reshape(
    (x.shape[0], 1, x.shape[1], Words.shape[1])
)
conv_layers, layer1_inputs = [], []
for filter_h in (2, 3, 4):
    conv_layer = LeNetConvPoolLayer(
        rng, (4, 1, filter_h, img_w), (batch_size, 1, img_h, img_w), (img_h - filter_h + 1, 1)
    )
    conv_layers.append(conv_layer)
    layer1_inputs.append(conv_layer.set_input(layer0_input, conv_layer.image_shape).flatten(2))
layer1_input = T.concatenate(layer1_inputs, 1)
dropped = HiddenLayer(
    rng, dropout_from_layer(np.random.RandomState(7), layer1_input, 0.0), 12, 2, T.nnet.softmax
)
plain = HiddenLayer(rng, layer1_input, 12, 2, T.nnet.softmax, W=dropped.W * (1 - 0.0), b=dropped.b)
cost = -T.mean(T.log(plain.output)[T.arange(y.shape[0]), y])
dropout_cost = -T.mean(T.log(dropped.output)[T.arange(y.shape[0]), y])
params = dropped.params + [p for c in conv_layers for p in c.params] + [Words]
data = rng.randint(0, vocabulary, (20, img_h)).astype(floatX)
labels = (data[:, 0] > 10).astype("int32")
train_x, train_y = theano.shared(data, borrow=True), T.cast(theano.shared(labels * 1.0), "int32")
train_model = theano.function(
    [index],
    dropout_cost,
    updates=sgd_updates_adadelta(params, dropout_cost),
    givens={
        x: train_x[index * batch_size : (index + 1) * batch_size],
        y: train_y[index * batch_size : (index + 1) * batch_size],
    },
    allow_input_downcast=True,
)
errors = T.mean(T.neq(T.argmax(plain.output, axis=1), y))
test = theano.function([x, y], [cost, errors], allow_input_downcast=True)
costs = []
for _ in range(3):
    for minibatch_index in range(4):
        costs.append(float(train_model(minibatch_index)))
        set_zero(zero_vec)
costs += [float(v) for n in (0, 5) for v in test(data[n : n + 5], labels[n : n + 5])]
print(bool((Words.get_value()[0] == 0).all()))
print(json.dumps(costs))
