"""A recommender for sessions: a GRU whose states are shared variables, reset where sessions end.

Sampled items of a batch are the other rows' negative examples, and embeddings that a batch doesn't
touch aren't updated.
"""

import json
from collections import OrderedDict

import numpy as np
import theano
from theano import tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams

theano.config.floatX = "float64"
mrng = MRG_RandomStreams(42)


class GRU4Items(object):
    def __init__(self, n_items, layers, batch_size, lmbd=0.0, drop=0.0, momentum=0.1):
        self.n_items, self.layers, self.batch_size = n_items, layers, batch_size
        self.lmbd, self.drop, self.momentum = lmbd, drop, momentum
        rng = np.random.RandomState(42)

        def init(rows, cols, name):
            sigma = np.sqrt(6.0 / (rows + cols))
            return theano.shared(
                np.asarray(rng.rand(rows, cols) * sigma * 2 - sigma, dtype=theano.config.floatX),
                borrow=True,
                name=name,
            )

        self.Wx, self.Wh, self.Wrz, self.Bh, self.H = [], [], [], [], []
        for i, size in enumerate(layers):
            ins = n_items if i == 0 else layers[i - 1]
            self.Wx.append(init(ins, 3 * size, "Wx%d" % i))
            self.Wh.append(init(size, size, "Wh%d" % i))
            self.Wrz.append(init(size, 2 * size, "Wrz%d" % i))
            self.Bh.append(theano.shared(np.zeros(3 * size), borrow=True))
            self.H.append(theano.shared(np.zeros((batch_size, size)), borrow=True))
        self.Wy = init(n_items, layers[-1], "Wy")
        self.By = theano.shared(np.zeros((n_items, 1)), borrow=True)

    def dropout(self, X, drop_p):
        if drop_p > 0:
            retain_prob = 1 - drop_p
            X *= mrng.binomial(X.shape, p=retain_prob, dtype=theano.config.floatX) / retain_prob
        return X

    def model(self, X, H, Y, drop_p):
        Sx = self.Wx[0][X]
        vec = Sx + self.Bh[0]
        H_new, y = [], None
        for i, size in enumerate(self.layers):
            if i > 0:
                vec = T.dot(y, self.Wx[i]) + self.Bh[i]
            rz = T.nnet.sigmoid(vec[:, size:] + T.dot(H[i], self.Wrz[i]))
            h = T.tanh(T.dot(H[i] * rz[:, :size], self.Wh[i]) + vec[:, :size])
            z = rz[:, size:]
            h = (1.0 - z) * H[i] + z * h
            y = h = self.dropout(h, drop_p)
            H_new.append(h)
        Sy, SBy = self.Wy[Y], self.By[Y].flatten()
        return H_new, T.nnet.softmax(T.dot(y, Sy.T) + SBy), [Sx, Sy, SBy]

    def updates(self, cost, full, sampled, sidxs, lr):
        updates = OrderedDict()
        for p, g in zip(full, T.grad(cost, full)):
            acc = theano.shared(p.get_value(borrow=False) * 0.0, borrow=True)
            acc_new = acc + g**2
            updates[acc] = acc_new
            velocity = theano.shared(p.get_value(borrow=False) * 0.0, borrow=True)
            v2 = self.momentum * velocity - lr * g / T.sqrt(acc_new + 1e-6)
            updates[velocity] = v2
            updates[p] = p + v2
        for whole, part, idx, g in zip(
            (self.Wx[0], self.Wy, self.By), sampled, sidxs, T.grad(cost, sampled)
        ):
            if g.ndim < whole.ndim:
                g = g.dimshuffle(0, "x")
            acc = theano.shared(whole.get_value(borrow=False) * 0.0, borrow=True)
            acc_new = T.set_subtensor(acc[idx], acc[idx] + g**2)
            updates[acc] = acc_new
            delta = -lr * g / T.sqrt(acc_new[idx] + 1e-6)
            updates[whole] = T.inc_subtensor(whole[idx], delta)
        return updates

    def compile(self, lr=0.1):
        X, Y = T.ivector(), T.ivector()
        R = T.vector()
        H_new, Y_pred, sampled = self.model(X, self.H, Y, self.drop)
        cost = T.mean(-T.log(T.diag(Y_pred) + 1e-24))
        full = self.Wx[1:] + self.Wh + self.Wrz + self.Bh
        updates = self.updates(cost, full, sampled, [X, Y, Y], lr)
        for i in range(len(self.H)):
            updates[self.H[i]] = H_new[i]
        self.train = theano.function([X, Y], cost, updates=updates, allow_input_downcast=True)
        kept = R[:, None]
        self.reset = theano.function([R], [], updates=[(h, h * kept) for h in self.H])


def session(rng, slot):
    """A session of items that no other slot of the batch has: of rows set twice, one is kept."""
    return rng.permutation(5)[: rng.randint(2, 5)] * 4 + slot


rng = np.random.RandomState(3)
gru = GRU4Items(n_items=20, layers=[6, 5], batch_size=4, drop=0.25)
gru.compile()
active, at = [session(rng, slot) for slot in range(4)], [0] * 4
losses = []
for _ in range(12):
    ins = [s[t] for s, t in zip(active, at)]
    outs = [s[t + 1] for s, t in zip(active, at)]
    losses.append(float(gru.train(np.array(ins, "int32"), np.array(outs, "int32"))))
    mask = np.ones(4)
    for i in range(4):
        at[i] += 1
        if at[i] + 1 >= len(active[i]):
            active[i], at[i], mask[i] = session(rng, i), 0, 0
    if not mask.all():
        # In place, as sessions end one by one, and by a function.
        for i in range(len(gru.H)):
            tmp = gru.H[i].get_value(borrow=True)
            tmp[np.flatnonzero(mask == 0)] = 0
            gru.H[i].set_value(tmp, borrow=True)
        gru.reset(mask)
print(len(losses), [h.get_value().shape for h in gru.H])
print(json.dumps(losses))
