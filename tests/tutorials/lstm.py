"""An LSTM over sentences of several lengths, with a mask, mean pooling and adadelta."""

from collections import OrderedDict

import numpy
import theano
from common import digits, report
from theano import config
from theano import tensor


def numpy_floatX(data):
    return numpy.asarray(data, dtype=config.floatX)


def ortho_weight(rng, ndim):
    # Not the tutorial's SVD, whose signs depend on NumPy's version.
    q, r = numpy.linalg.qr(rng.randn(ndim, ndim))
    return (q * numpy.sign(numpy.diag(r))).astype(config.floatX)


def init_params(rng, n_words, dim, ydim):
    params = OrderedDict()
    params["Wemb"] = (0.5 * rng.randn(n_words, dim)).astype(config.floatX)
    params["lstm_W"] = numpy.concatenate([ortho_weight(rng, dim) for _ in range(4)], axis=1)
    params["lstm_U"] = numpy.concatenate([ortho_weight(rng, dim) for _ in range(4)], axis=1)
    params["lstm_b"] = numpy.zeros((4 * dim,), config.floatX)
    params["U"] = 0.1 * rng.randn(dim, ydim).astype(config.floatX)
    params["b"] = numpy.zeros((ydim,)).astype(config.floatX)
    return OrderedDict((name, theano.shared(value, name=name)) for name, value in params.items())


def lstm_layer(tparams, state_below, dim, mask):
    nsteps = state_below.shape[0]
    n_samples = state_below.shape[1]

    def _slice(_x, n, dim):
        if _x.ndim == 3:
            return _x[:, :, n * dim : (n + 1) * dim]
        return _x[:, n * dim : (n + 1) * dim]

    def _step(m_, x_, h_, c_):
        preact = tensor.dot(h_, tparams["lstm_U"])
        preact += x_
        i = tensor.nnet.sigmoid(_slice(preact, 0, dim))
        f = tensor.nnet.sigmoid(_slice(preact, 1, dim))
        o = tensor.nnet.sigmoid(_slice(preact, 2, dim))
        c = tensor.tanh(_slice(preact, 3, dim))
        c = f * c_ + i * c
        c = m_[:, None] * c + (1.0 - m_)[:, None] * c_
        h = o * tensor.tanh(c)
        h = m_[:, None] * h + (1.0 - m_)[:, None] * h_
        return h, c

    state_below = tensor.dot(state_below, tparams["lstm_W"]) + tparams["lstm_b"]
    rval, updates = theano.scan(
        _step,
        sequences=[mask, state_below],
        outputs_info=[
            tensor.alloc(numpy_floatX(0.0), n_samples, dim),
            tensor.alloc(numpy_floatX(0.0), n_samples, dim),
        ],
        name="lstm_layers",
        n_steps=nsteps,
    )
    return rval[0]


def adadelta(lr, tparams, grads, x, mask, y, cost):
    def zeros(suffix):
        return [
            theano.shared(p.get_value() * numpy_floatX(0.0), name="%s_%s" % (k, suffix))
            for k, p in tparams.items()
        ]

    zipped_grads, running_up2, running_grads2 = zeros("grad"), zeros("rup2"), zeros("rgrad2")
    zgup = [(zg, g) for zg, g in zip(zipped_grads, grads)]
    rg2up = [(rg2, 0.95 * rg2 + 0.05 * (g**2)) for rg2, g in zip(running_grads2, grads)]
    f_grad_shared = theano.function(
        [x, mask, y], cost, updates=zgup + rg2up, name="adadelta_f_grad_shared"
    )
    updir = [
        -tensor.sqrt(ru2 + 1e-6) / tensor.sqrt(rg2 + 1e-6) * zg
        for zg, ru2, rg2 in zip(zipped_grads, running_up2, running_grads2)
    ]
    ru2up = [(ru2, 0.95 * ru2 + 0.05 * (ud**2)) for ru2, ud in zip(running_up2, updir)]
    param_up = [(p, p + ud) for p, ud in zip(tparams.values(), updir)]
    f_update = theano.function(
        [lr],
        [],
        updates=ru2up + param_up,
        on_unused_input="ignore",
        name="adadelta_f_update",
        allow_input_downcast=True,
    )
    return f_grad_shared, f_update


def prepare_data(seqs):
    lengths = [len(s) for s in seqs]
    x = numpy.zeros((max(lengths), len(seqs))).astype("int64")
    x_mask = numpy.zeros((max(lengths), len(seqs))).astype(config.floatX)
    for idx, s in enumerate(seqs):
        x[: lengths[idx], idx] = s
        x_mask[: lengths[idx], idx] = 1.0
    return x, x_mask


if __name__ == "__main__":
    rng = numpy.random.RandomState(123)
    dim = 8
    tparams = init_params(rng, 17, dim, 10)
    x = tensor.matrix("x", dtype="int64")
    mask = tensor.matrix("mask", dtype=config.floatX)
    y = tensor.vector("y", dtype="int64")
    emb = tparams["Wemb"][x.flatten()].reshape([x.shape[0], x.shape[1], dim])
    proj = lstm_layer(tparams, emb, dim, mask)
    proj = (proj * mask[:, :, None]).sum(axis=0)
    proj = proj / mask.sum(axis=0)[:, None]
    pred = tensor.nnet.softmax(tensor.dot(proj, tparams["U"]) + tparams["b"])
    off = 1e-8
    cost = -tensor.log(pred[tensor.arange(x.shape[1]), y] + off).mean()
    grads = tensor.grad(cost, wrt=list(tparams.values()))
    f_grad_shared, f_update = adadelta(tensor.scalar(name="lr"), tparams, grads, x, mask, y, cost)
    losses = []
    lengths = rng.randint(5, 13, size=160)
    lengths[::16] = 12
    for epoch in range(2):
        for start in range(0, 160, 16):
            batch = slice(start, start + 16)
            words = [
                row[20 : 20 + n].astype("int64")
                for row, n in zip(digits.data[batch], lengths[batch])
            ]
            data, data_mask = prepare_data(words)
            losses.append(f_grad_shared(data, data_mask, digits.target[batch].astype("int64")))
            f_update(0.01)
    report(losses)
