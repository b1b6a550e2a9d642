import numpy
import theano
import theano.tensor as T

from autoencoders.base import Model

__all__ = ['Tied']


class Tied(Model):
    def __init__(self, nvis, nhid, rng):
        self.W = theano.shared(rng.uniform(-.5, .5, (nvis, nhid)), name='W')

    def get_params(self):
        return dict(W=self.W).values()

    def reconstruct(self, x):
        return T.dot(T.tanh(T.dot(x, self.W)), self.W.T)
