"""A tagger: characters and words through LSTMs in both directions, tags by a CRF.

One sentence at a time, each of another length; the forward algorithm and Viterbi are scans, the
latter followed by a scan back through what it chose.
"""

import json

import numpy as np
import theano
import theano.tensor as T

theano.config.floatX = "float64"
floatX = theano.config.floatX
rng = np.random.RandomState(22)


def shared(shape, name):
    if len(shape) == 1:
        value = np.zeros(shape)
    else:
        drange = np.sqrt(6.0 / np.sum(shape))
        value = drange * rng.uniform(low=-1.0, high=1.0, size=shape)
    return theano.shared(value=value.astype(floatX), name=name)


class LSTM(object):
    def __init__(self, input_dim, hidden_dim, with_batch=True, name="LSTM"):
        self.hidden_dim, self.with_batch = hidden_dim, with_batch
        for gate in "ifco":
            setattr(self, "w_x" + gate, shared((input_dim, hidden_dim), name + "__w_x" + gate))
            setattr(self, "w_h" + gate, shared((hidden_dim, hidden_dim), name + "__w_h" + gate))
            setattr(self, "b_" + gate, shared((hidden_dim,), name + "__b_" + gate))
        self.c_0 = shared((hidden_dim,), name + "__c_0")
        self.h_0 = shared((hidden_dim,), name + "__h_0")
        self.params = [v for k, v in sorted(vars(self).items()) if hasattr(v, "get_value")]

    def link(self, input):
        def recurrence(x_t, c_tm1, h_tm1):
            i_t = T.nnet.sigmoid(T.dot(x_t, self.w_xi) + T.dot(h_tm1, self.w_hi) + self.b_i)
            c_t = (1 - i_t) * c_tm1 + i_t * T.tanh(
                T.dot(x_t, self.w_xc) + T.dot(h_tm1, self.w_hc) + self.b_c
            )
            o_t = T.nnet.sigmoid(T.dot(x_t, self.w_xo) + T.dot(h_tm1, self.w_ho) + self.b_o)
            return [c_t, o_t * T.tanh(c_t)]

        if self.with_batch:
            self.input = input.dimshuffle(1, 0, 2)
            outputs_info = [
                T.alloc(x, self.input.shape[1], self.hidden_dim) for x in [self.c_0, self.h_0]
            ]
        else:
            self.input = input
            outputs_info = [self.c_0, self.h_0]
        [_, h], _ = theano.scan(
            fn=recurrence,
            sequences=self.input,
            outputs_info=outputs_info,
            n_steps=self.input.shape[0],
        )
        self.h = h
        self.output = h[-1]
        return self.output


def log_sum_exp(x, axis=None):
    xmax = x.max(axis=axis, keepdims=True)
    xmax_ = x.max(axis=axis)
    return xmax_ + T.log(T.exp(x - xmax).sum(axis=axis))


def forward(observations, transitions, viterbi=False, return_best_sequence=False):
    def recurrence(obs, previous, transitions):
        previous = previous.dimshuffle(0, "x")
        obs = obs.dimshuffle("x", 0)
        if viterbi:
            scores = previous + obs + transitions
            out = scores.max(axis=0)
            if return_best_sequence:
                return out, scores.argmax(axis=0)
            return out
        return log_sum_exp(previous + obs + transitions, axis=0)

    initial = observations[0]
    alpha, _ = theano.scan(
        fn=recurrence,
        outputs_info=(initial, None) if return_best_sequence else initial,
        sequences=[observations[1:]],
        non_sequences=transitions,
    )
    if return_best_sequence:
        sequence, _ = theano.scan(
            fn=lambda beta_i, previous: beta_i[previous],
            outputs_info=T.cast(T.argmax(alpha[0][-1]), "int32"),
            sequences=T.cast(alpha[1][::-1], "int32"),
        )
        return T.concatenate([sequence[::-1], [T.argmax(alpha[0][-1])]])
    return log_sum_exp(alpha[-1], axis=0)


n_words, n_chars, n_tags, small = 30, 15, 4, -1000.0
word_ids, char_for_ids = T.ivector(name="word_ids"), T.imatrix(name="char_for_ids")
char_rev_ids, char_pos_ids = T.imatrix(name="char_rev_ids"), T.ivector(name="char_pos_ids")
tag_ids = T.ivector(name="tag_ids")
is_train = T.iscalar("is_train")
s_len = tag_ids.shape[0]

word_emb, char_emb = shared((n_words, 6), "word_emb"), shared((n_chars, 4), "char_emb")
char_for, char_rev = LSTM(4, 3, True, "char_for"), LSTM(4, 3, True, "char_rev")
char_for.link(char_emb[char_for_ids])
char_rev.link(char_emb[char_rev_ids])
char_for_output = char_for.h.dimshuffle((1, 0, 2))[T.arange(s_len), char_pos_ids]
char_rev_output = char_rev.h.dimshuffle((1, 0, 2))[T.arange(s_len), char_pos_ids]
inputs = T.concatenate([word_emb[word_ids], char_for_output, char_rev_output], axis=1)
assert inputs.ndim == 2
srng = T.shared_randomstreams.RandomStreams(seed=5)
mask = srng.binomial(n=1, p=1 - 0.0, size=inputs.shape, dtype=floatX)
inputs = T.switch(T.neq(is_train, 0), inputs * mask, 1.0 * inputs)
word_for, word_rev = LSTM(12, 5, False, "word_for"), LSTM(12, 5, False, "word_rev")
word_for.link(inputs)
word_rev.link(inputs[::-1, :])
final = T.concatenate([word_for.h, word_rev.h[::-1, :]], axis=1)
w, b = shared((10, n_tags), "final_w"), shared((n_tags,), "final_b")
tags_scores = T.dot(final, w) + b
transitions = shared((n_tags + 2, n_tags + 2), "transitions")
b_s = np.array([[small] * n_tags + [0, small]]).astype(np.float32)
e_s = np.array([[small] * n_tags + [small, 0]]).astype(np.float32)
observations = T.concatenate([tags_scores, small * T.ones((s_len, 2))], axis=1)
observations = T.concatenate([b_s, observations, e_s], axis=0)
real_path_score = tags_scores[T.arange(s_len), tag_ids].sum()
b_id = theano.shared(value=np.array([n_tags], dtype=np.int32))
e_id = theano.shared(value=np.array([n_tags + 1], dtype=np.int32))
padded_tags_ids = T.concatenate([b_id, tag_ids, e_id], axis=0)
real_path_score += transitions[
    padded_tags_ids[T.arange(s_len + 1)], padded_tags_ids[T.arange(s_len + 1) + 1]
].sum()
cost = -(real_path_score - forward(observations, transitions))

params = [word_emb, char_emb, w, b, transitions]
for lstm in (char_for, char_rev, word_for, word_rev):
    params.extend(lstm.params)
gradients = T.grad(cost, params, disconnected_inputs="ignore")
updates = [(p, p - 0.1 * T.clip(g, -5.0, 5.0)) for p, g in zip(params, gradients)]
given = [word_ids, char_for_ids, char_rev_ids, char_pos_ids]
f_train = theano.function(given + [tag_ids], cost, updates=updates, givens={is_train: np.int32(1)})
f_eval = theano.function(
    given,
    forward(observations, transitions, viterbi=True, return_best_sequence=True),
    givens={is_train: np.int32(0), tag_ids: T.zeros_like(word_ids)},
    on_unused_input="ignore",
)


def sentence(n):
    words = rng.randint(0, n_words, n).astype("int32")
    lengths = rng.randint(1, 5, n)
    chars, reverse = np.zeros((n, max(lengths)), "int32"), np.zeros((n, max(lengths)), "int32")
    for k, length in enumerate(lengths):
        chars[k, :length] = rng.randint(1, n_chars, length)
        reverse[k, :length] = chars[k, :length][::-1]
    return words, chars, reverse, (lengths - 1).astype("int32")


costs, paths = [], []
for n in (3, 5, 4):
    data = sentence(n)
    tags = (data[0] % n_tags).astype("int32")
    costs.append(float(f_train(*data, tags)))
    paths.append([int(t) for t in f_eval(*data)])
print([(p[0], p[-1], len(p)) for p in paths])
costs += [float(t) for p in paths for t in p]
print(json.dumps(costs))
