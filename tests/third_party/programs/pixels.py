"""A row LSTM: rows of an image, each from a window around every pixel of the row before it.

Windows are slices at a place that a loop gives, read within the step and set into what a second
loop gathers.
"""

import json

import numpy as np
import theano
import theano.tensor as T

theano.config.floatX = "float64"
rng = np.random.RandomState(7)
ROWS, COLUMNS, CHANNELS, UNITS, REACH = 5, 6, 2, 4, 3


def weights(*shape):
    return theano.shared(0.3 * rng.randn(*shape))


W_in, b_in = weights(REACH * CHANNELS, 4 * UNITS), theano.shared(np.zeros(4 * UNITS))
W_state = weights(REACH * UNITS, 4 * UNITS)
W_out, b_out = weights(UNITS, CHANNELS), theano.shared(np.zeros(CHANNELS))
params = [W_in, b_in, W_state, W_out, b_out]
images = T.tensor4("images")  # batch, rows, columns, channels
batch = images.shape[0]


def padded(row):
    zeros = T.zeros((row.shape[0], REACH // 2, row.shape[2]))
    return T.concatenate([zeros, row, zeros], axis=1)


def windows(row, n_columns):
    """A window around each pixel, by a loop over places."""
    wide = padded(row)
    taken, _ = theano.scan(
        lambda i, wide: wide[:, i : i + REACH].flatten(2),
        sequences=T.arange(n_columns),
        non_sequences=[wide],
    )
    return taken.dimshuffle(1, 0, 2)


def step(row, cell, hidden):
    gates = T.dot(windows(row, COLUMNS), W_in) + T.dot(windows(hidden, COLUMNS), W_state) + b_in
    i, f, o, g = [gates[:, :, n * UNITS : (n + 1) * UNITS] for n in range(4)]
    cell = T.nnet.sigmoid(f) * cell + T.nnet.sigmoid(i) * T.tanh(g)
    return cell, T.nnet.sigmoid(o) * T.tanh(cell)


start = T.zeros((batch, COLUMNS, UNITS))
shifted = T.concatenate([T.zeros_like(images[:, :1]), images[:, :-1]], axis=1)
(cells, hidden), _ = theano.scan(
    step, sequences=shifted.dimshuffle(1, 0, 2, 3), outputs_info=[start, start]
)
predicted = T.nnet.sigmoid(T.dot(hidden, W_out) + b_out).dimshuffle(1, 0, 2, 3)
cost = T.nnet.binary_crossentropy(predicted, images).mean()


# What is predicted, smoothed by a loop that sets windows: sums of overlapping parts.
def add_window(i, total, wide):
    part = total[:, i : i + 2] + wide[:, i : i + 2] / (i + 1.0)
    return T.set_subtensor(total[:, i : i + 2], part)


flat = predicted[:, :, :, 0].flatten(2)
totals, _ = theano.scan(
    add_window,
    sequences=T.arange(flat.shape[1] - 1),
    outputs_info=T.zeros_like(flat),
    non_sequences=flat,
)
penalty = 0.01 * (totals[-1] ** 2).mean()
gradients = T.grad(cost + penalty, params)
clipped = [T.clip(g, -1.0, 1.0) for g in gradients]
train = theano.function(
    [images], [cost, penalty], updates=[(p, p - 0.5 * g) for p, g in zip(params, clipped)]
)
by_input = theano.function([images], T.grad(cost, images))
losses = []
for n in (3, 3, 2):
    batch_of_images = (rng.rand(n, ROWS, COLUMNS, CHANNELS) > 0.5) * 1.0
    losses += [float(v) for v in train(batch_of_images)]
losses.append(float((by_input(batch_of_images) ** 2).sum()))
print(by_input(batch_of_images).shape)
print(json.dumps(losses))
