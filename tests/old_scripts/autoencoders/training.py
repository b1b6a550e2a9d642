import itertools
import numpy as np
import theano
import theano.tensor as T

import base
import layers


class Batches(object):
    def __init__(self, data, size):
        self.data, self.size, self.position = data, size, 0

    def __iter__(self):
        self.position = 0
        return self

    def next(self):
        if self.position >= len(self.data):
            raise StopIteration
        start = self.position
        self.position += self.size
        return self.data[start:self.position]


class Trainer(object):
    def __init__(self, nvis=4, nhid=4 / 2):
        self.model = layers.Tied(nvis, nhid, np.random.RandomState(3))
        x = T.dmatrix('x')
        self.cost = ((self.model.reconstruct(x) - x) ** 2).mean()
        param = self.model.get_params()[0]
        update = (param, param - .1 * T.grad(self.cost, param))
        self.step = theano.function([x], self.cost, updates=[update])

    def train(self, data, epochs):
        for epoch, name in itertools.izip(xrange(epochs), itertools.repeat('epoch')):
            costs = [float(self.step(batch)) for batch in Batches(data, 2)]
            print name, epoch, len(costs), "%.8f" % (sum(costs) / len(costs))
