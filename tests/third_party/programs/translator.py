"""An encoder and a decoder with attention: GRUs over masked sentences, parameters in a dict.

Written as translators of 2015 were: one step of a GRU serves the whole sentence, by a scan, and a
single word, by a call of the step itself with a mask of ones.
"""

import json
from collections import OrderedDict

import numpy
import theano
from theano import tensor
from theano.sandbox.rng_mrg import MRG_RandomStreams as RandomStreams

theano.config.floatX = "float32"
floatX = theano.config.floatX
rng = numpy.random.RandomState(1234)
DIM, WORDS, EMB = 7, 11, 5


def norm_weight(nin, nout):
    return (0.3 * rng.randn(nin, nout)).astype(floatX)


def _p(prefix, name):
    return "%s_%s" % (prefix, name)


def param_init_gru(params, prefix, nin, dim):
    params[_p(prefix, "W")] = numpy.concatenate([norm_weight(nin, dim) for _ in range(2)], axis=1)
    params[_p(prefix, "b")] = numpy.zeros((2 * dim,)).astype(floatX)
    params[_p(prefix, "U")] = numpy.concatenate([norm_weight(dim, dim) for _ in range(2)], axis=1)
    params[_p(prefix, "Wx")] = norm_weight(nin, dim)
    params[_p(prefix, "bx")] = numpy.zeros((dim,)).astype(floatX)
    params[_p(prefix, "Ux")] = norm_weight(dim, dim)
    return params


def _slice(_x, n, dim):
    if _x.ndim == 3:
        return _x[:, :, n * dim : (n + 1) * dim]
    return _x[:, n * dim : (n + 1) * dim]


def gru_layer(tparams, state_below, prefix, mask=None):
    nsteps = state_below.shape[0]
    n_samples = state_below.shape[1] if state_below.ndim == 3 else 1
    dim = tparams[_p(prefix, "Ux")].shape[1]
    if mask is None:
        mask = tensor.alloc(1.0, state_below.shape[0], 1)
    state_below_ = tensor.dot(state_below, tparams[_p(prefix, "W")]) + tparams[_p(prefix, "b")]
    state_belowx = tensor.dot(state_below, tparams[_p(prefix, "Wx")]) + tparams[_p(prefix, "bx")]

    def _step_slice(m_, x_, xx_, h_, U, Ux):
        preact = tensor.dot(h_, U) + x_
        r = tensor.nnet.sigmoid(_slice(preact, 0, dim))
        u = tensor.nnet.sigmoid(_slice(preact, 1, dim))
        h = tensor.tanh(tensor.dot(h_, Ux) * r + xx_)
        h = u * h_ + (1.0 - u) * h
        return m_[:, None] * h + (1.0 - m_)[:, None] * h_

    init_states = [tensor.alloc(0.0, n_samples, dim)]
    shared_vars = [tparams[_p(prefix, "U")], tparams[_p(prefix, "Ux")]]
    rval, _ = theano.scan(
        _step_slice,
        sequences=[mask, state_below_, state_belowx],
        outputs_info=init_states,
        non_sequences=shared_vars,
        name=_p(prefix, "_layers"),
        n_steps=nsteps,
        profile=False,
        strict=True,
    )
    return rval


def decoder_layer(
    tparams, state_below, prefix, context, context_mask, init_state, mask=None, one_step=False
):
    nsteps = state_below.shape[0] if state_below.ndim == 3 else 1
    dim = tparams[_p(prefix, "Ux")].shape[1]
    if mask is None:
        mask = tensor.alloc(1.0, state_below.shape[0], 1)
    pctx_ = tensor.dot(context, tparams[_p(prefix, "Wc_att")])
    state_below_ = tensor.dot(state_below, tparams[_p(prefix, "W")]) + tparams[_p(prefix, "b")]

    def _step(m_, x_, h_, ctx_, alpha_, pctx_, cc_):
        pstate_ = tensor.dot(h_, tparams[_p(prefix, "Wd_att")])
        pctx__ = tensor.tanh(pctx_ + pstate_[None, :, :])
        alpha = tensor.dot(pctx__, tparams[_p(prefix, "U_att")])
        alpha = alpha.reshape([alpha.shape[0], alpha.shape[1]])
        alpha = tensor.exp(alpha - alpha.max(0, keepdims=True))
        if context_mask:
            alpha = alpha * context_mask
        alpha = alpha / alpha.sum(0, keepdims=True)
        ctx_ = (cc_ * alpha[:, :, None]).sum(0)
        preact = tensor.dot(h_, tparams[_p(prefix, "Ux")]) + x_
        h = tensor.tanh(preact + tensor.dot(ctx_, tparams[_p(prefix, "Wc")]))
        h = m_[:, None] * h + (1.0 - m_)[:, None] * h_
        return h, ctx_, alpha.T

    if one_step:
        return _step(mask, state_below_, init_state, None, None, pctx_, context)
    rval, _ = theano.scan(
        _step,
        sequences=[mask, state_below_],
        outputs_info=[
            init_state,
            tensor.alloc(0.0, state_below.shape[1], context.shape[2]),
            tensor.alloc(0.0, state_below.shape[1], context.shape[0]),
        ],
        non_sequences=[pctx_, context],
        name=_p(prefix, "_layers"),
        n_steps=nsteps,
    )
    return rval


params = OrderedDict()
params["Wemb"] = norm_weight(WORDS, EMB)
params = param_init_gru(params, "encoder", EMB, DIM)
params = param_init_gru(params, "encoder_r", EMB, DIM)
params["ff_state_W"] = norm_weight(2 * DIM, DIM)
params["decoder_W"], params["decoder_b"] = norm_weight(EMB, DIM), numpy.zeros(DIM).astype(floatX)
params["decoder_Ux"], params["decoder_Wc"] = norm_weight(DIM, DIM), norm_weight(2 * DIM, DIM)
params["decoder_Wc_att"], params["decoder_Wd_att"] = norm_weight(2 * DIM, 6), norm_weight(DIM, 6)
params["decoder_U_att"] = norm_weight(6, 1)
params["ff_logit_W"], params["ff_logit_b"] = (
    norm_weight(DIM, WORDS),
    numpy.zeros(WORDS).astype(floatX),
)
tparams = OrderedDict((k, theano.shared(v, name=k)) for k, v in params.items())

trng = RandomStreams(1234)
use_noise = theano.shared(numpy.float32(0.0))
x, x_mask = tensor.matrix("x", dtype="int64"), tensor.matrix("x_mask", dtype=floatX)
y, y_mask = tensor.matrix("y", dtype="int64"), tensor.matrix("y_mask", dtype=floatX)
xr, xr_mask = x[::-1], x_mask[::-1]
n_timesteps, n_timesteps_trg, n_samples = x.shape[0], y.shape[0], x.shape[1]
emb = tparams["Wemb"][x.flatten()].reshape([n_timesteps, n_samples, EMB])
embr = tparams["Wemb"][xr.flatten()].reshape([n_timesteps, n_samples, EMB])
proj = gru_layer(tparams, emb, "encoder", mask=x_mask)
projr = gru_layer(tparams, embr, "encoder_r", mask=xr_mask)
ctx = tensor.concatenate([proj, projr[::-1]], axis=proj.ndim - 1)
ctx_mean = (ctx * x_mask[:, :, None]).sum(0) / x_mask.sum(0)[:, None]
init_state = tensor.tanh(tensor.dot(ctx_mean, tparams["ff_state_W"]))
emb_y = tparams["Wemb"][y.flatten()].reshape([n_timesteps_trg, n_samples, EMB])
emb_shifted = tensor.zeros_like(emb_y)
emb_shifted = tensor.set_subtensor(emb_shifted[1:], emb_y[:-1])
decoded = decoder_layer(tparams, emb_shifted, "decoder", ctx, x_mask, init_state, mask=y_mask)
hidden = tensor.switch(
    use_noise,
    decoded[0] * trng.binomial(decoded[0].shape, p=0.5, n=1, dtype=floatX),
    decoded[0] * 0.5,
)
logit = tensor.dot(hidden, tparams["ff_logit_W"]) + tparams["ff_logit_b"]
logit_shp = logit.shape
probs = tensor.nnet.softmax(logit.reshape([logit_shp[0] * logit_shp[1], logit_shp[2]]))
y_flat_idx = tensor.arange(y.flatten().shape[0]) * WORDS + y.flatten()
cost = -tensor.log(probs.flatten()[y_flat_idx] + 1e-8)
cost = (cost.reshape([y.shape[0], y.shape[1]]) * y_mask).sum(0).mean()
alphas = decoded[2]
cost = cost + 0.1 * ((1.0 - alphas.sum(0)) ** 2).sum(-1).mean()

grads = tensor.grad(cost, wrt=list(tparams.values()))
g2 = sum((g**2).sum() for g in grads)
grads = [tensor.switch(g2 > 1.0, g / tensor.sqrt(g2), g) for g in grads]
gshared = [theano.shared(p.get_value() * 0.0, name="%s_grad" % k) for k, p in tparams.items()]
f_grad_shared = theano.function(
    [x, x_mask, y, y_mask], cost, updates=list(zip(gshared, grads)), profile=False
)
lr = tensor.scalar(name="lr")
zipped = [theano.shared(p.get_value() * 0.0, name="%s_up2" % k) for k, p in tparams.items()]
squared = [theano.shared(p.get_value() * 0.0, name="%s_rg2" % k) for k, p in tparams.items()]
updir = [
    -tensor.sqrt(ru2 + 1e-6) / tensor.sqrt(rg2 + 1e-6) * zg
    for zg, ru2, rg2 in zip(gshared, zipped, squared)
]
rg2up = [(rg2, 0.95 * rg2 + 0.05 * (g**2)) for rg2, g in zip(squared, gshared)]
ru2up = [(ru2, 0.95 * ru2 + 0.05 * (ud**2)) for ru2, ud in zip(zipped, updir)]
param_up = [(p, p + ud) for p, ud in zip(tparams.values(), updir)]
f_update = theano.function([lr], [], updates=rg2up + ru2up + param_up, on_unused_input="ignore")

# A word at a time: the encoder once, then the decoder's step by itself.
f_init = theano.function([x, x_mask], [init_state, ctx])
word, state = tensor.vector("y_sampler", dtype="int64"), tensor.matrix("init_state", dtype=floatX)
emb_w = tensor.switch(word[:, None] < 0, tensor.alloc(0.0, 1, EMB), tparams["Wemb"][word])
given_ctx = tensor.tensor3("ctx", dtype=floatX)
given_mask = tensor.matrix("ctx_mask", dtype=floatX)
stepped = decoder_layer(tparams, emb_w, "decoder", given_ctx, given_mask, state, one_step=True)
next_probs = tensor.nnet.softmax(
    tensor.dot(stepped[0] * 0.5, tparams["ff_logit_W"]) + tparams["ff_logit_b"]
)
f_next = theano.function(
    [word, given_ctx, given_mask, state], [next_probs, next_probs.argmax(1), stepped[0]]
)


def prepare(lengths):
    maxlen = max(lengths)
    words = numpy.zeros((maxlen, len(lengths)), "int64")
    mask = numpy.zeros((maxlen, len(lengths))).astype(floatX)
    for idx, n in enumerate(lengths):
        words[:n, idx] = rng.randint(1, WORDS, n)
        mask[: n + 1, idx] = 1.0
    return words, mask


costs = []
for noise, source, target in ((0.0, (4, 2), (3, 5)), (1.0, (4, 3), (5, 2)), (0.0, (2, 4), (5, 4))):
    use_noise.set_value(noise)
    (xs, xm), (ys, ym) = prepare(source), prepare(target)
    costs.append(float(f_grad_shared(xs, xm, ys, ym)))
    f_update(0.01)
use_noise.set_value(0.0)
xs, xm = prepare([4])
next_state, context = f_init(xs, xm)
next_w, said = numpy.array([-1], "int64"), []
for _ in range(3):
    next_p, next_w, next_state = f_next(next_w, context, xm, next_state)
    said.append(int(next_w[0]))
    costs.append(float(-numpy.log(next_p[0, next_w[0]])))
print(said == [int(w) for w in said])
print(json.dumps(costs))
