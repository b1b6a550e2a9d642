"""Functions that tutorials of the time call, against NumPy."""

import json

import numpy as np
import theano
import theano.tensor as T
from theano.tensor.shared_randomstreams import RandomStreams

theano.config.floatX = "float64"
rng = np.random.RandomState(5)
X = rng.normal(size=(4, 6))


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


# two-layer softmax: the class is found among 3 groups of 2
W1, b1, W2, b2 = (rng.normal(size=s) for s in ((6, 3), (3,), (3, 6, 2), (3, 2)))
x, y = T.matrix("x"), T.ivector("y")
targets = np.array([0, 5, 3, 2], "int32")
arguments = (x, x.shape[0], 6, 3, 2, theano.shared(W1), theano.shared(b1), theano.shared(W2))
arguments += (theano.shared(b2),)
groups = softmax(X.dot(W1) + b1)
inside = softmax(np.einsum("ni,gio->ngo", X, W2) + b2)
every = (groups[:, :, None] * inside).reshape(4, 6)
chosen = T.nnet.h_softmax(*arguments, target=y)
np.testing.assert_allclose(chosen.eval({x: X, y: targets}), every[np.arange(4), targets])
np.testing.assert_allclose(T.nnet.h_softmax(*arguments).eval({x: X}), every)
costs = [
    -T.log(chosen).mean(),
    T.nnet.categorical_crossentropy(T.nnet.softmax(x), y).mean(),
    T.nnet.crossentropy_softmax_1hot(x, y)[0].sum(),
    T.nnet.binary_crossentropy(T.nnet.sigmoid(x), 0.3).mean(),
    T.nnet.binary_crossentropy(T.clip(T.nnet.hard_sigmoid(x), 0.01, 0.99), 0.3).mean(),
]
gradients = [T.grad(cost, x).norm(2) for cost in costs]
losses = theano.function([x, y], costs + gradients)(X, targets)

p = softmax(X)
cases = [
    (T.nnet.softmax(x), p),
    (T.nnet.categorical_crossentropy(T.nnet.softmax(x), y), -np.log(p[np.arange(4), targets])),
    (T.nnet.crossentropy_softmax_1hot(x, y)[0], -np.log(p[np.arange(4), targets])),
    (T.nnet.nnet.softmax(x), p),
    (T.nnet.sigmoid(x), 1 / (1 + np.exp(-X))),
    (T.nnet.hard_sigmoid(x), np.clip(0.2 * X + 0.5, 0, 1)),
    (T.nnet.softplus(x), np.log1p(np.exp(X))),
    (T.nnet.relu(x, 0.1), np.where(X > 0, X, 0.1 * X)),
    (
        T.nnet.binary_crossentropy(T.nnet.sigmoid(x), 0.3),
        -0.3 * np.log(1 / (1 + np.exp(-X))) - 0.7 * np.log(1 / (1 + np.exp(X))),
    ),
    (T.set_subtensor(x[:, 0], 7), np.concatenate([np.full((4, 1), 7), X[:, 1:]], axis=1)),
    (T.inc_subtensor(x[1:3], 1), X + np.array([0, 1, 1, 0])[:, None]),
    (T.addbroadcast(x.sum(axis=1, keepdims=True), 1) * x, X.sum(axis=1, keepdims=True) * X),
    (T.batched_dot(x.dimshuffle(0, "x", 1), x.dimshuffle(0, 1, "x")), (X**2).sum(1)[:, None, None]),
    (T.tensordot(x, x, axes=[[0], [0]]), X.T.dot(X)),
    (T.alloc(np.float64(2), 3, x.shape[0]), np.full((3, 4), 2)),
    (T.switch(T.gt(x, 0), x, T.zeros_like(x)), np.maximum(X, 0)),
    (T.clip(x, -1, 1).norm(2), np.sqrt((np.clip(X, -1, 1) ** 2).sum())),
    (T.extra_ops.to_one_hot(y, 6), np.eye(6)[targets]),
    (
        T.nnet.bn.batch_normalization(x, 2.0, 1.0, x.mean(), x.std()),
        2 * (X - X.mean()) / X.std() + 1,
    ),
    (T.sort(x, axis=1), np.sort(X, axis=1)),
    (T.nlinalg.matrix_inverse(T.dot(x, x.T)), np.linalg.inv(X.dot(X.T))),
    (theano.tensor.basic.flatten(x, 1), X.ravel()),
    (T.sgn(x), np.sign(X)),
    (T.sqr(x), X**2),
    (T.concatenate([x, x], axis=0)[::-1], np.concatenate([X, X])[::-1]),
    (theano.clone(x.sum(), replace={x: x * 2}), 2 * X.sum()),
    (theano.map(lambda row: row.max(), x)[0], X.max(axis=1)),
    (theano.reduce(lambda row, total: total + row, x, T.zeros_like(x[0]))[0], X.sum(axis=0)),
]
computed = theano.function([x, y], [c for c, _ in cases])(X, targets)
for position, ((_, expected), value) in enumerate(zip(cases, computed)):
    np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-7, err_msg=str(position))

total = T.scalar("total")
results, updates = theano.scan(
    fn=lambda coefficient, power, free: coefficient * (free**power),
    outputs_info=None,
    sequences=[T.vector("c"), theano.tensor.arange(10)],
    non_sequences=total,
)
srng = RandomStreams(seed=234)
noise = srng.binomial(size=(2000,), n=1, p=0.25, dtype=theano.config.floatX)
draw = theano.function([], noise)
fixed = theano.function([], srng.normal((3,)), no_default_updates=True)
np.testing.assert_array_equal(fixed(), fixed())
assert set(draw()) == {0.0, 1.0}
assert abs(draw().mean() - 0.25) < 0.05
assert (draw() != draw()).any()
print(json.dumps([float(loss) for loss in losses]))
