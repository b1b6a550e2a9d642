"""A ladder network: a clean and a noisy encoder that share weights, and a decoder that denoises.

Labelled and unlabelled images go through the network together, and are told apart by slices.
"""

import json
from collections import OrderedDict

import numpy
import theano
import theano.tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams

theano.config.floatX = "float64"
floatX = theano.config.floatX
rng = numpy.random.RandomState(1)
rstream = MRG_RandomStreams(seed=1)
DIMS, N_LABELED, NOISE = [8, 6, 5, 3], 4, 0.3


class AttributeDict(dict):
    __getattr__ = dict.__getitem__

    def __setattr__(self, a, b):
        self.__setitem__(a, b)


shareds = OrderedDict()


def share(init, name, cast_float32=False):
    if name not in shareds:
        shareds[name] = theano.shared(numpy.asarray(init, dtype=floatX), name=name)
    return shareds[name]


def weight(shape, name):
    return share(rng.randn(*shape) / numpy.sqrt(shape[0]), name)


def bias(init, size, name):
    return share(numpy.ones(size) * init, name)


def labeled(x):
    return x[:N_LABELED] if x is not None else x


def unlabeled(x):
    return x[N_LABELED:] if x is not None else x


def join(x, y):
    return T.concatenate([x, y], axis=0)


def annotate(v, name):
    v.name = name
    v.tag.annotations = getattr(v.tag, "annotations", []) + [name]
    return v


def rand_init(size):
    return rstream.normal(size=size, avg=0.0, std=NOISE)


def encoder(input_, noise_std, path_name):
    d = AttributeDict()
    d.unlabeled, d.labeled = AttributeDict(), AttributeDict()
    for kind in (d.unlabeled, d.labeled):
        kind.z, kind.h, kind.s, kind.m = {}, {}, {}, {}
    h = input_ + rand_init(input_.shape) if noise_std else input_
    d.labeled.h[0], d.unlabeled.h[0] = labeled(h), unlabeled(h)
    d.labeled.z[0], d.unlabeled.z[0] = labeled(h), unlabeled(h)
    for i in range(1, len(DIMS)):
        z = T.dot(h, weight((DIMS[i - 1], DIMS[i]), "W_%d" % i))
        z_lab, z_unlab = labeled(z), unlabeled(z)
        m = z_unlab.mean(axis=0, keepdims=True)
        s = z_unlab.var(axis=0, keepdims=True)
        m_l, s_l = z_lab.mean(axis=0, keepdims=True), z_lab.var(axis=0, keepdims=True)
        if path_name == "clean":
            running_m = share(numpy.zeros(DIMS[i]), "m_%d" % i)
            running_m.default_update = 0.9 * running_m + 0.1 * m_l.flatten()
            m_l = m_l + 0 * running_m.dimshuffle("x", 0)
        z = join((z_lab - m_l) / T.sqrt(s_l + 1e-10), (z_unlab - m) / T.sqrt(s + 1e-10))
        if noise_std:
            z = z + rand_init(z.shape)
        d.labeled.z[i], d.unlabeled.z[i] = labeled(z), unlabeled(z)
        d.unlabeled.s[i], d.unlabeled.m[i] = s, m
        z = z + bias(0.0, DIMS[i], "b_%d" % i)
        if i < len(DIMS) - 1:
            h = T.maximum(0, z)
        else:
            h = T.nnet.softmax(bias(1.0, DIMS[i], "c_%d" % i) * z)
        annotate(h, "%s_h_%d" % (path_name, i))
        d.labeled.h[i], d.unlabeled.h[i] = labeled(h), unlabeled(h)
    return h, d


def g_gauss(z_c, u, i):
    def wi(inits, name):
        return bias(inits, DIMS[i], "g_%d_%s" % (i, name))

    wu = [wi(0.0, "a1"), wi(1.0, "a2"), wi(0.0, "a3"), wi(0.0, "a4"), wi(0.0, "a5")]
    wv = [wi(0.0, "a6"), wi(1.0, "a7"), wi(0.0, "a8"), wi(0.0, "a9"), wi(0.0, "a10")]
    mu = wu[0] * T.nnet.sigmoid(wu[1] * u + wu[2]) + wu[3] * u + wu[4]
    v = wv[0] * T.nnet.sigmoid(wv[1] * u + wv[2]) + wv[3] * u + wv[4]
    return (z_c - mu) * v + mu


x_lb, x_un, y = T.matrix("features_labeled"), T.matrix("features_unlabeled"), T.ivector("targets")
x = join(x_lb, x_un)
clean_h, clean = encoder(x, 0, "clean")
corr_h, corr = encoder(x, NOISE, "corr")
est, costs = {}, []
for i in reversed(range(len(DIMS))):
    if i == len(DIMS) - 1:
        ver = corr.unlabeled.h[i]
    else:
        ver = T.dot(est[i + 1], weight((DIMS[i + 1], DIMS[i]), "V_%d" % i))
    mean, std = ver.mean(0, keepdims=True), T.sqrt(ver.var(0, keepdims=True) + 1e-10)
    ver = (ver - mean) / std
    z_est = g_gauss(corr.unlabeled.z[i], ver, i)
    est[i] = z_est
    if i > 0:
        z_est = (z_est - clean.unlabeled.m[i]) / T.sqrt(clean.unlabeled.s[i] + 1e-10)
    target = clean.unlabeled.z[i]
    costs.append(0.1 * T.sqr(z_est - target).mean() * 10.0 ** (1 - i))
target = y.flatten()
corr_pred, clean_pred = corr.labeled.h[len(DIMS) - 1], clean.labeled.h[len(DIMS) - 1]
ce = T.nnet.categorical_crossentropy(corr_pred, target).mean()
total = ce + sum(costs)
error = 100 * T.neq(clean_pred.argmax(axis=1), target).mean()
params = [v for v in theano.gof.graph.inputs([total]) if hasattr(v, "get_value")]
params = sorted((v for v in params if v.name and v.name[0] in "WVbcg"), key=lambda v: v.name)
grads = dict(zip(params, T.grad(total, params)))
updates = OrderedDict()
step = share(0.0, "t")
t = step + 1
updates[step] = t
for p in params:
    m, v = share(p.get_value() * 0, "m " + p.name), share(p.get_value() * 0, "v " + p.name)
    updates[m] = 0.9 * m + 0.1 * grads[p]
    updates[v] = 0.999 * v + 0.001 * T.sqr(grads[p])
    a = 0.02 * T.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    updates[p] = p - a * updates[m] / (T.sqrt(updates[v]) + 1e-8)
train = theano.function([x_lb, x_un, y], [total, ce, error], updates=updates)
features = rng.rand(40, 8)
losses = []
for k in range(4):
    lb, un = features[:N_LABELED], features[4 + 8 * k : 12 + 8 * k]
    losses += [float(v) for v in train(lb, un, numpy.array([0, 1, 2, 1], "int32"))]
found = [v.name for v in theano.gof.graph.ancestors([total]) if hasattr(v.tag, "annotations")]
print(len(params), sorted(found))
losses += shareds["m_1"].get_value().tolist()
print(json.dumps(losses))
