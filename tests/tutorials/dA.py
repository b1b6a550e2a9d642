"""A denoising autoencoder with tied weights; the noise is NumPy's, so that every engine has the same."""

import numpy
import theano
import theano.tensor as T
from common import images, report, uniform, zeros


class dA(object):
    def __init__(self, numpy_rng, input, n_visible, n_hidden, W=None, bhid=None):
        if not W:
            W = uniform(numpy_rng, n_visible, n_hidden, "W", 4.0)
        if not bhid:
            bhid = zeros(n_hidden)
        self.W = W
        self.b = bhid
        self.b_prime = zeros(n_visible)
        self.W_prime = self.W.T
        self.x = T.dmatrix(name="input") if input is None else input
        self.params = [self.W, self.b, self.b_prime]

    def get_corrupted_input(self, input, keep):
        return keep * input

    def get_hidden_values(self, input):
        return T.nnet.sigmoid(T.dot(input, self.W) + self.b)

    def get_reconstructed_input(self, hidden):
        return T.nnet.sigmoid(T.dot(hidden, self.W_prime) + self.b_prime)

    def get_cost_updates(self, keep, learning_rate):
        tilde_x = self.get_corrupted_input(self.x, keep)
        z = self.get_reconstructed_input(self.get_hidden_values(tilde_x))
        L = -T.sum(self.x * T.log(z) + (1 - self.x) * T.log(1 - z), axis=1)
        cost = T.mean(L)
        gparams = T.grad(cost, self.params)
        updates = [
            (param, param - learning_rate * gparam) for param, gparam in zip(self.params, gparams)
        ]
        return (cost, updates)


if __name__ == "__main__":
    x = T.matrix("x")
    keep = T.matrix("keep")
    rng = numpy.random.RandomState(123)
    da = dA(rng, x, 64, 40)
    cost, updates = da.get_cost_updates(keep, learning_rate=0.1)
    train_da = theano.function([x, keep], cost, updates=updates, allow_input_downcast=True)
    losses = []
    for epoch in range(3):
        for i in range(10):
            batch = images[i * 40 : (i + 1) * 40]
            losses.append(train_da(batch, rng.binomial(1, 0.7, size=batch.shape)))
    report(losses)
