"""A generator of transposed convolutions against a discriminator, batch-normalized by hand.

Transposed convolutions are the gradient of a convolution with respect to its input, by the
operations of `abstract_conv`; the two networks are trained in turn, each with momentum and decay.
"""

import json

import numpy as np
import theano
import theano.tensor as T
from theano.tensor.nnet import abstract_conv
from theano.tensor.nnet import conv2d

theano.config.floatX = "float64"
rng = np.random.RandomState(42)


def sharedX(X, name=None):
    return theano.shared(np.asarray(X, dtype=theano.config.floatX), name=name)


def normal(shape, name=None):
    return sharedX(rng.normal(loc=0.0, scale=0.1, size=shape), name)


def rectify(X):
    return (X + abs(X)) / 2.0


def lrelu(X, leak=0.2):
    f1, f2 = 0.5 * (1 + leak), 0.5 * (1 - leak)
    return f1 * X + f2 * abs(X)


def bce(x, t):
    return T.nnet.binary_crossentropy(x, t).mean()


def batchnorm(X, g=None, b=None, e=1e-8):
    if X.ndim == 4:
        b_u = T.mean(X, axis=[0, 2, 3]).dimshuffle("x", 0, "x", "x")
        b_s = T.mean(T.sqr(X - b_u), axis=[0, 2, 3]).dimshuffle("x", 0, "x", "x")
        X = (X - b_u) / T.sqrt(b_s + e)
        if g is not None:
            X = X * g.dimshuffle("x", 0, "x", "x") + b.dimshuffle("x", 0, "x", "x")
    else:
        u = T.mean(X, axis=0)
        X = (X - u) / T.sqrt(T.mean(T.sqr(X - u), axis=0) + e)
        if g is not None:
            X = X * g + b
    return X


def deconv(X, w, subsample=(1, 1), border_mode=(0, 0), conv_mode="conv"):
    img = X
    kerns = w
    out = abstract_conv.AbstractConv2d_gradInputs(
        imshp=None,
        kshp=None,
        border_mode=border_mode,
        subsample=subsample,
        filter_flip=conv_mode == "conv",
    )
    d_img = out(kerns, img, [X.shape[2] * subsample[0], X.shape[3] * subsample[1]])
    return d_img


class Adam(object):
    def __init__(self, lr, b1=0.5, b2=0.999, l2=1e-4):
        self.lr, self.b1, self.b2, self.l2 = lr, b1, b2, l2

    def __call__(self, params, cost):
        updates = []
        grads = T.grad(cost, params)
        t = theano.shared(np.float64(1.0))
        b1_t = self.b1 * (1 - 1e-8) ** (t - 1)
        for p, g in zip(params, grads):
            g = g + p * self.l2
            m = theano.shared(p.get_value() * 0.0)
            v = theano.shared(p.get_value() * 0.0)
            m_t = (b1_t * m) + ((1 - b1_t) * g)
            v_t = (self.b2 * v) + ((1 - self.b2) * g**2)
            m_c, v_c = m_t / (1 - self.b1**t), v_t / (1 - self.b2**t)
            updates.append((m, m_t))
            updates.append((v, v_t))
            updates.append((p, p - (self.lr * m_c) / (T.sqrt(v_c) + 1e-8)))
        updates.append((t, t + 1.0))
        return updates


nz, ngf, ndf, nbatch = 5, 4, 3, 6
gw, gg, gb = normal((nz, ngf * 4), "gw"), sharedX(np.ones(ngf * 4)), sharedX(np.zeros(ngf * 4))
gw2 = normal((ngf, 3, 5, 5), "gw2")
gg2, gb2 = sharedX(np.ones(3)), sharedX(np.zeros(3))
gwx = normal((3, 1, 5, 5), "gwx")
dw = normal((ndf, 1, 5, 5), "dw")
dw2 = normal((ndf * 2, ndf, 5, 5), "dw2")
dg2, db2 = sharedX(np.ones(ndf * 2)), sharedX(np.zeros(ndf * 2))
dwy = normal((ndf * 2 * 2 * 2, 1), "dwy")
gen_params = [gw, gg, gb, gw2, gg2, gb2, gwx]
discrim_params = [dw, dw2, dg2, db2, dwy]


def gen(Z, w, g, b, w2, g2, b2, wx):
    h = rectify(batchnorm(T.dot(Z, w), g=g, b=b))
    h = h.reshape((h.shape[0], ngf, 2, 2))
    h2 = rectify(batchnorm(deconv(h, w2, subsample=(2, 2), border_mode=(2, 2)), g=g2, b=b2))
    return T.tanh(deconv(h2, wx, subsample=(2, 2), border_mode=(2, 2)))


def discrim(X, w, w2, g2, b2, wy):
    h = lrelu(conv2d(X, w, subsample=(2, 2), border_mode=(2, 2)))
    h2 = lrelu(batchnorm(conv2d(h, w2, subsample=(2, 2), border_mode=(2, 2)), g=g2, b=b2))
    return T.nnet.sigmoid(T.dot(T.flatten(h2, 2), wy))


X, Z = T.tensor4(), T.matrix()
gX = gen(Z, *gen_params)
p_real, p_gen = discrim(X, *discrim_params), discrim(gX, *discrim_params)
d_cost_real, d_cost_gen = bce(p_real, T.ones(p_real.shape)), bce(p_gen, T.zeros(p_gen.shape))
g_cost = bce(p_gen, T.ones(p_gen.shape))
d_cost = d_cost_real + d_cost_gen
d_updates = Adam(lr=0.01)(discrim_params, d_cost)
g_updates = Adam(lr=0.01)(gen_params, g_cost)
_train_g = theano.function([X, Z], [g_cost, d_cost], updates=g_updates, on_unused_input="ignore")
_train_d = theano.function([X, Z], [g_cost, d_cost], updates=d_updates)
_gen = theano.function([Z], gX)
costs = []
for k in range(4):
    images, noise = rng.uniform(-1, 1, (nbatch, 1, 8, 8)), rng.uniform(-1, 1, (nbatch, nz))
    costs += [float(c) for c in (_train_g if k % 2 else _train_d)(images, noise)]
samples = _gen(rng.uniform(-1, 1, (3, nz)))
print(samples.shape)
costs.append(float((samples**2).sum()))
print(json.dumps(costs))
