#!/usr/bin/env python
"""Logistic regression by minibatches, in the manner of the deep-learning tutorials."""
__docformat__ = 'restructedtext en'

import cPickle
import gzip
import os
import sys
import time

import numpy
import theano
import theano.tensor as T


class LogisticRegression(object):
    def __init__(self, input, n_in, n_out):
        self.W = theano.shared(numpy.zeros((n_in, n_out), dtype=theano.config.floatX), name='W')
        self.b = theano.shared(numpy.zeros((n_out,), dtype=theano.config.floatX), name='b')
        self.p_y_given_x = T.nnet.softmax(T.dot(input, self.W) + self.b)
        self.y_pred = T.argmax(self.p_y_given_x, axis=1)
        self.params = [self.W, self.b]

    def negative_log_likelihood(self, y):
        return -T.mean(T.log(self.p_y_given_x)[T.arange(y.shape[0]), y])

    def errors(self, y):
        if y.ndim != self.y_pred.ndim:
            raise TypeError, ('y should have the same shape as self.y_pred', y.type)
        return T.mean(T.neq(self.y_pred, y))


def load_data(dataset):
    f = gzip.open(dataset, 'rb')
    train_set, valid_set = cPickle.load(f)
    f.close()

    def shared_dataset((data_x, data_y), borrow=True):
        shared_x = theano.shared(numpy.asarray(data_x, dtype=theano.config.floatX), borrow=borrow)
        shared_y = theano.shared(numpy.asarray(data_y, dtype=theano.config.floatX), borrow=borrow)
        return shared_x, T.cast(shared_y, 'int32')

    return map(shared_dataset, (train_set, valid_set))


def sgd_optimization(dataset, learning_rate=0.5, n_epochs=5, batch_size=20):
    datasets = load_data(dataset)
    train_x, train_y = datasets[0]
    valid_x, valid_y = datasets[1]
    n_train_batches = train_x.get_value(borrow=True).shape[0] / batch_size

    index = T.lscalar()
    x = T.matrix('x')
    y = T.ivector('y')
    classifier = LogisticRegression(input=x, n_in=4, n_out=3)
    cost = classifier.negative_log_likelihood(y)
    gparams = T.grad(cost, classifier.params)
    updates = [(param, param - learning_rate * gparam)
               for param, gparam in zip(classifier.params, gparams)]
    train_model = theano.function([index], cost, updates=updates, givens={
        x: train_x[index * batch_size:(index + 1) * batch_size],
        y: train_y[index * batch_size:(index + 1) * batch_size]})
    validate = theano.function([], classifier.errors(y), givens={x: valid_x, y: valid_y})

    start_time = time.clock()
    for epoch in xrange(n_epochs):
        costs = [train_model(i) for i in xrange(n_train_batches)]
        print 'epoch %i, %i minibatches, cost %.6f' % (epoch, len(costs), numpy.mean(costs))
    print 'errors', float(validate())
    print >> sys.stderr, 'The code for file %s ran for %.1fs' % (
        os.path.split(__file__)[1], time.clock() - start_time)


if __name__ == '__main__':
    sgd_optimization(sys.argv[1])
