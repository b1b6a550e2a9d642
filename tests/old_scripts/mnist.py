#!/usr/bin/env python

"""
A small network for MNIST, of which two files are downloaded first.
"""

import sys
import os
import gzip
import urllib
import urllib2
import cPickle as pickle
from StringIO import StringIO

import numpy as np
import theano
import theano.tensor as T

import lasagne


def download(source, filename):
    print "Downloading %s" % filename
    urllib.urlretrieve(source + filename, filename)


def load_mnist_images(source, filename):
    if not os.path.exists(filename):
        download(source, filename)
    with gzip.open(filename, 'rb') as f:
        data = np.fromstring(f.read(), np.uint8)
    data = data[16:].reshape(-1, 1, 4, 4)
    return data / np.float32(256)


def load_mnist_labels(source, filename):
    data = StringIO(urllib2.urlopen(source + filename).read())
    return np.fromstring(data.read(), np.uint8)[8:]


def build_mlp(input_var=None):
    l_in = lasagne.layers.InputLayer(shape=(None, 1, 4, 4), input_var=input_var)
    l_hid = lasagne.layers.DenseLayer(
            l_in, num_units=8,
            nonlinearity=lasagne.nonlinearities.rectify,
            W=lasagne.init.GlorotUniform())
    return lasagne.layers.DenseLayer(
            l_hid, num_units=2,
            nonlinearity=lasagne.nonlinearities.softmax)


def iterate_minibatches(inputs, targets, batchsize, shuffle=False):
    assert len(inputs) == len(targets)
    if shuffle:
        indices = range(len(inputs))
        np.random.shuffle(indices)
    for start_idx in range(0, len(inputs) - batchsize + 1, batchsize):
        if shuffle:
            excerpt = indices[start_idx:start_idx + batchsize]
        else:
            excerpt = slice(start_idx, start_idx + batchsize)
        yield inputs[excerpt], targets[excerpt]


def main(source, num_epochs=30):
    lasagne.random.set_rng(np.random.RandomState(1))
    np.random.seed(1)
    X = load_mnist_images(source, 'images.gz')
    y = load_mnist_labels(source, 'labels')
    input_var = T.tensor4('inputs')
    target_var = T.ivector('targets')
    network = build_mlp(input_var)
    prediction = lasagne.layers.get_output(network)
    loss = lasagne.objectives.categorical_crossentropy(prediction, target_var).mean()
    params = lasagne.layers.get_all_params(network, trainable=True)
    updates = lasagne.updates.nesterov_momentum(loss, params, learning_rate=0.1, momentum=0.9)
    train_fn = theano.function([input_var, target_var], loss, updates=updates)
    test_fn = theano.function([input_var], lasagne.layers.get_output(network, deterministic=True))
    first = None
    for epoch in range(num_epochs):
        losses = [train_fn(*batch) for batch in iterate_minibatches(X, y.astype(np.int32), 10, True)]
        if first is None:
            first = np.mean(losses)
    print "fell:", bool(np.mean(losses) < first / 2)
    with open('model.pkl', 'w') as f:
        pickle.dump(lasagne.layers.get_all_param_values(network), f)
    before = test_fn(X)
    lasagne.layers.set_all_param_values(network, [0 * p.get_value() for p in params])
    lasagne.layers.set_all_param_values(network, pickle.load(open('model.pkl')))
    print "restored:", bool(np.all(before == test_fn(X)))
    print "accuracy: {0:.2f}".format(np.mean(np.argmax(before, axis=1) == y))


if __name__ == '__main__':
    if ('--help' in sys.argv) or ('-h' in sys.argv):
        print("Usage: %s SOURCE [EPOCHS]" % sys.argv[0])
    else:
        kwargs = {}
        if len(sys.argv) > 2:
            kwargs['num_epochs'] = int(sys.argv[2])
        main(sys.argv[1], **kwargs)
