"""Logistic regression by stochastic gradient descent."""

import theano
import theano.tensor as T
from common import report, shared_images, shared_labels, zeros


class LogisticRegression(object):
    def __init__(self, input, n_in, n_out):
        self.W = zeros(n_in, n_out)
        self.b = zeros(n_out)
        self.p_y_given_x = T.nnet.softmax(T.dot(input, self.W) + self.b)
        self.y_pred = T.argmax(self.p_y_given_x, axis=1)
        self.params = [self.W, self.b]

    def negative_log_likelihood(self, y):
        return -T.mean(T.log(self.p_y_given_x)[T.arange(y.shape[0]), y])

    def errors(self, y):
        return T.mean(T.neq(self.y_pred, y))


def sgd_optimization(learning_rate=0.5, n_epochs=3, batch_size=50):
    train_set_x, train_set_y = shared_images(), shared_labels()
    n_train_batches = train_set_x.get_value(borrow=True).shape[0] // batch_size
    index = T.lscalar()
    x = T.matrix("x")
    y = T.ivector("y")
    classifier = LogisticRegression(input=x, n_in=64, n_out=10)
    cost = classifier.negative_log_likelihood(y)
    g_W = T.grad(cost=cost, wrt=classifier.W)
    g_b = T.grad(cost=cost, wrt=classifier.b)
    updates = [
        (classifier.W, classifier.W - learning_rate * g_W),
        (classifier.b, classifier.b - learning_rate * g_b),
    ]
    batch = slice(index * batch_size, (index + 1) * batch_size)
    train_model = theano.function(
        inputs=[index],
        outputs=cost,
        updates=updates,
        givens={x: train_set_x[batch], y: train_set_y[batch]},
    )
    test_model = theano.function(
        [index], classifier.errors(y), givens={x: train_set_x[batch], y: train_set_y[batch]}
    )
    losses = [train_model(i) for _ in range(n_epochs) for i in range(n_train_batches)]
    return losses + [test_model(i) for i in range(n_train_batches)]


if __name__ == "__main__":
    report(sgd_optimization())
