"""A data set in shared variables, sliced by an index that replaces the inputs."""

import json
from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T

theano.config.floatX = "float32"


def shared_dataset(data_xy, borrow=True):
    data_x, data_y = data_xy
    shared_x = theano.shared(np.asarray(data_x, dtype=theano.config.floatX), borrow=borrow)
    shared_y = theano.shared(np.asarray(data_y, dtype=theano.config.floatX), borrow=borrow)
    return shared_x, T.cast(shared_y, "int32")


rng = np.random.RandomState(1)
data_x, data_y = rng.normal(size=(50, 6)), rng.randint(3, size=50)
train_set_x, train_set_y = shared_dataset((data_x, data_y))
batch_size = 10
n_train_batches = train_set_x.get_value(borrow=True).shape[0] // batch_size

index = T.lscalar("index")
x = T.matrix("x")
y = T.ivector("y")
W = theano.shared(value=np.zeros((6, 3), dtype=theano.config.floatX), name="W", borrow=True)
p_y_given_x = T.nnet.softmax(T.dot(x, W))
y_pred = T.argmax(p_y_given_x, axis=1)
cost = -T.mean(T.log(p_y_given_x)[T.arange(y.shape[0]), y])
g_W = T.grad(cost=cost, wrt=W)
train_model = theano.function(
    inputs=[index],
    outputs=cost,
    updates=[(W, W - 0.5 * g_W)],
    givens={
        x: train_set_x[index * batch_size : (index + 1) * batch_size],
        y: train_set_y[index * batch_size : (index + 1) * batch_size],
    },
)
test_model = theano.function(
    inputs=[index],
    outputs=[T.mean(T.neq(y_pred, y)), y_pred],
    givens=OrderedDict(
        [
            (x, train_set_x[index * batch_size : (index + 1) * batch_size]),
            (y, train_set_y[index * batch_size : (index + 1) * batch_size]),
        ]
    ),
)

losses = []
weights = np.zeros((6, 3))
for epoch in range(2):
    for minibatch in range(n_train_batches):
        part = slice(minibatch * batch_size, (minibatch + 1) * batch_size)
        scores = np.exp(data_x[part].dot(weights))
        p = scores / scores.sum(axis=1, keepdims=True)
        expected = -np.log(p[np.arange(batch_size), data_y[part]]).mean()
        weights -= 0.5 * data_x[part].T.dot(p - np.eye(3)[data_y[part]]) / batch_size
        losses.append(float(train_model(minibatch)))
        np.testing.assert_allclose(losses[-1], expected, rtol=1e-4)
np.testing.assert_allclose(W.get_value(), weights, rtol=1e-3, atol=1e-5)
error, predicted = test_model(2)
np.testing.assert_array_equal(predicted, data_x[20:30].dot(weights).argmax(axis=1))
np.testing.assert_allclose(error, (predicted != data_y[20:30]).mean(), rtol=1e-6)

# float64 and int64 are taken where the script allows it, and refused where it does not
downcasting = theano.function([x, y], cost, allow_input_downcast=True)
np.testing.assert_allclose(
    downcasting(data_x[:10], data_y[:10]), downcasting(data_x[:10].astype("float32"), data_y[:10])
)
strict = theano.function([x, y], cost)
try:
    strict(data_x[:10], data_y[:10].astype("int32"))
except TypeError as error:
    print("refused")
errors = [float(test_model(n)[0]) for n in range(n_train_batches)]
W.set_value(np.ones((6, 3), dtype="float32"), borrow=True)
print(W.get_value(borrow=True).sum())
print(json.dumps(losses + errors))
