"""A small LeNet: two layers of convolution and pooling, a hidden one, and a softmax."""

import numpy
import theano
import theano.tensor as T
from common import report, shared_images, shared_labels, zeros
from logistic_sgd import LogisticRegression
from mlp import HiddenLayer
from theano.tensor.nnet import conv
from theano.tensor.signal import pool


class LeNetConvPoolLayer(object):
    def __init__(self, rng, input, filter_shape, image_shape, poolsize=(2, 2)):
        assert image_shape[1] == filter_shape[1]
        fan_in = numpy.prod(filter_shape[1:])
        fan_out = filter_shape[0] * numpy.prod(filter_shape[2:]) // numpy.prod(poolsize)
        W_bound = numpy.sqrt(6.0 / (fan_in + fan_out))
        self.W = theano.shared(
            numpy.asarray(
                rng.uniform(low=-W_bound, high=W_bound, size=filter_shape),
                dtype=theano.config.floatX,
            ),
            borrow=True,
        )
        self.b = zeros(filter_shape[0])
        conv_out = conv.conv2d(
            input=input, filters=self.W, filter_shape=filter_shape, image_shape=image_shape
        )
        pooled_out = pool.pool_2d(input=conv_out, ws=poolsize, ignore_border=True)
        self.output = T.tanh(pooled_out + self.b.dimshuffle("x", 0, "x", "x"))
        self.params = [self.W, self.b]


if __name__ == "__main__":
    rng = numpy.random.RandomState(23455)
    train_set_x, train_set_y = shared_images(), shared_labels()
    batch_size = 40
    index = T.lscalar()
    x = T.matrix("x")
    y = T.ivector("y")
    layer0_input = x.reshape((batch_size, 1, 8, 8))
    layer0 = LeNetConvPoolLayer(rng, layer0_input, (4, 1, 3, 3), (batch_size, 1, 8, 8))
    layer1 = LeNetConvPoolLayer(rng, layer0.output, (6, 4, 2, 2), (batch_size, 4, 3, 3))
    layer2 = HiddenLayer(rng, layer1.output.flatten(2), 6, 20)
    layer3 = LogisticRegression(layer2.output, 20, 10)
    cost = layer3.negative_log_likelihood(y)
    params = layer3.params + layer2.params + layer1.params + layer0.params
    grads = T.grad(cost, params)
    updates = [(param_i, param_i - 0.1 * grad_i) for param_i, grad_i in zip(params, grads)]
    train_model = theano.function(
        [index],
        cost,
        updates=updates,
        givens={
            x: train_set_x[index * batch_size : (index + 1) * batch_size],
            y: train_set_y[index * batch_size : (index + 1) * batch_size],
        },
    )
    report([train_model(i) for epoch in range(3) for i in range(10)])
