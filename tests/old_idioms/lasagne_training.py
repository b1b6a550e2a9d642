"""Lasagne's own example of training, on scikit-learn's digits: dropout, momentum, an epoch's errors."""

import json

import lasagne
import numpy as np
import theano
import theano.tensor as T
from sklearn.datasets import load_digits

theano.config.floatX = "float64"
digits = load_digits()
images = np.asarray(digits.data[:300] / 16.0, dtype=theano.config.floatX).reshape(-1, 1, 8, 8)
targets = np.asarray(digits.target[:300], dtype="int32")
X_train, y_train, X_val, y_val = images[:200], targets[:200], images[200:], targets[200:]


def build_mlp(input_var=None):
    l_in = lasagne.layers.InputLayer(shape=(None, 1, 8, 8), input_var=input_var)
    l_in_drop = lasagne.layers.DropoutLayer(l_in, p=0.2)
    l_hid1 = lasagne.layers.DenseLayer(
        l_in_drop,
        num_units=30,
        nonlinearity=lasagne.nonlinearities.rectify,
        W=lasagne.init.GlorotUniform(),
    )
    l_hid1_drop = lasagne.layers.DropoutLayer(l_hid1, p=0.5)
    return lasagne.layers.DenseLayer(
        l_hid1_drop, num_units=10, nonlinearity=lasagne.nonlinearities.softmax
    )


def iterate_minibatches(inputs, targets, batchsize, shuffle=False):
    assert len(inputs) == len(targets)
    if shuffle:
        indices = np.arange(len(inputs))
        np.random.shuffle(indices)
    for start_idx in range(0, len(inputs) - batchsize + 1, batchsize):
        if shuffle:
            excerpt = indices[start_idx : start_idx + batchsize]
        else:
            excerpt = slice(start_idx, start_idx + batchsize)
        yield inputs[excerpt], targets[excerpt]


np.random.seed(42)
lasagne.random.set_rng(np.random.RandomState(42))
input_var = T.tensor4("inputs")
target_var = T.ivector("targets")
network = build_mlp(input_var)

prediction = lasagne.layers.get_output(network)
loss = lasagne.objectives.categorical_crossentropy(prediction, target_var)
loss = loss.mean()
params = lasagne.layers.get_all_params(network, trainable=True)
updates = lasagne.updates.nesterov_momentum(loss, params, learning_rate=0.05, momentum=0.9)
test_prediction = lasagne.layers.get_output(network, deterministic=True)
test_loss = lasagne.objectives.categorical_crossentropy(test_prediction, target_var)
test_loss = test_loss.mean()
test_acc = T.mean(T.eq(T.argmax(test_prediction, axis=1), target_var), dtype=theano.config.floatX)
train_fn = theano.function([input_var, target_var], loss, updates=updates)
val_fn = theano.function([input_var, target_var], [test_loss, test_acc])

losses = []
for epoch in range(3):
    for inputs, labels in iterate_minibatches(X_train, y_train, 50, shuffle=True):
        losses.append(train_fn(inputs, labels))
    for inputs, labels in iterate_minibatches(X_val, y_val, 50, shuffle=False):
        losses.extend(val_fn(inputs, labels))
assert losses[-2] < losses[4]
print(json.dumps([float(value) for value in losses]))
