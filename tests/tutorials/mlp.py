"""A multilayer perceptron with L1 and L2 penalties."""

import numpy
import theano
import theano.tensor as T
from common import report, shared_images, shared_labels, uniform, zeros
from logistic_sgd import LogisticRegression


class HiddenLayer(object):
    def __init__(self, rng, input, n_in, n_out, activation=T.tanh):
        self.input = input
        self.W = uniform(rng, n_in, n_out, "W", 4.0 if activation == T.nnet.sigmoid else 1.0)
        self.b = zeros(n_out)
        lin_output = T.dot(input, self.W) + self.b
        self.output = lin_output if activation is None else activation(lin_output)
        self.params = [self.W, self.b]


class MLP(object):
    def __init__(self, rng, input, n_in, n_hidden, n_out):
        self.hiddenLayer = HiddenLayer(rng, input, n_in, n_hidden)
        self.logRegressionLayer = LogisticRegression(self.hiddenLayer.output, n_hidden, n_out)
        self.L1 = abs(self.hiddenLayer.W).sum() + abs(self.logRegressionLayer.W).sum()
        self.L2_sqr = (self.hiddenLayer.W**2).sum() + (self.logRegressionLayer.W**2).sum()
        self.negative_log_likelihood = self.logRegressionLayer.negative_log_likelihood
        self.params = self.hiddenLayer.params + self.logRegressionLayer.params


def test_mlp(learning_rate=0.1, L1_reg=0.0005, L2_reg=0.0001, n_epochs=3, batch_size=40):
    train_set_x, train_set_y = shared_images(), shared_labels()
    index = T.lscalar()
    x = T.matrix("x")
    y = T.ivector("y")
    classifier = MLP(numpy.random.RandomState(1234), x, 64, 30, 10)
    cost = (
        classifier.negative_log_likelihood(y) + L1_reg * classifier.L1 + L2_reg * classifier.L2_sqr
    )
    gparams = [T.grad(cost, param) for param in classifier.params]
    updates = [
        (param, param - learning_rate * gparam) for param, gparam in zip(classifier.params, gparams)
    ]
    train_model = theano.function(
        inputs=[index],
        outputs=cost,
        updates=updates,
        givens={
            x: train_set_x[index * batch_size : (index + 1) * batch_size],
            y: train_set_y[index * batch_size : (index + 1) * batch_size],
        },
    )
    return [train_model(i) for _ in range(n_epochs) for i in range(10)]


if __name__ == "__main__":
    report(test_mlp())
