"""Classes whose objects programs of Theano's time pickled whole, with the graphs in them."""

import numpy as np
import theano
import theano.tensor as T


class LogisticRegression:
    """A classifier in the manner of the deep-learning tutorials."""

    def __init__(self, input, n_in, n_out):
        self.input = input
        W = np.random.RandomState(1).uniform(size=(n_in, n_out))
        self.W = theano.shared(W.astype(theano.config.floatX), name="W", borrow=True)
        self.b = theano.shared(np.zeros(n_out, dtype=theano.config.floatX), name="b", borrow=True)
        self.p_y_given_x = T.nnet.softmax(T.dot(input, self.W) + self.b)
        self.y_pred = T.argmax(self.p_y_given_x, axis=1)
        self.params = [self.W, self.b]


class MLP:
    """A hidden layer below a classifier, with penalties."""

    def __init__(self, input, n_in, n_hidden, n_out):
        self.input = input
        W = np.random.RandomState(2).uniform(-1, 1, size=(n_in, n_hidden))
        self.W = theano.shared(W.astype(theano.config.floatX), name="W_hidden")
        hidden = T.tanh(T.dot(input, self.W))
        self.logistic = LogisticRegression(hidden, n_hidden, n_out)
        self.L1 = abs(self.W).sum() + abs(self.logistic.W).sum()
        self.L2_sqr = (self.W**2).sum() + (self.logistic.W**2).sum()
        self.params = [self.W, *self.logistic.params]
