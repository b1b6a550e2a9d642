"""An Elman network that tags each word of a sentence, with embeddings of a window around it.

The sentences are the rows of digits: a word is a pixel's grey value, and its tag how it differs
from the one before it.
"""

from collections import OrderedDict

import numpy
import theano
from common import digits, report
from theano import tensor as T


def shared(rng, *shape):
    values = 0.2 * rng.uniform(-1.0, 1.0, shape).astype(theano.config.floatX)
    return theano.shared(value=values)


class RNNSLU(object):
    def __init__(self, rng, nh, nc, ne, de, cs):
        self.emb = shared(rng, ne + 1, de)
        self.wx = shared(rng, de * cs, nh)
        self.wh = shared(rng, nh, nh)
        self.w = shared(rng, nh, nc)
        self.bh = theano.shared(numpy.zeros(nh, dtype=theano.config.floatX))
        self.b = theano.shared(numpy.zeros(nc, dtype=theano.config.floatX))
        self.h0 = theano.shared(numpy.zeros(nh, dtype=theano.config.floatX))
        self.params = [self.emb, self.wx, self.wh, self.w, self.bh, self.b, self.h0]
        idxs = T.imatrix()
        x = self.emb[idxs].reshape((idxs.shape[0], de * cs))
        y_sentence = T.ivector("y_sentence")

        def recurrence(x_t, h_tm1):
            h_t = T.nnet.sigmoid(T.dot(x_t, self.wx) + T.dot(h_tm1, self.wh) + self.bh)
            s_t = T.nnet.softmax(T.dot(h_t, self.w) + self.b)
            return [h_t, s_t]

        [h, s], _ = theano.scan(
            fn=recurrence, sequences=x, outputs_info=[self.h0, None], n_steps=x.shape[0]
        )
        p_y_given_x_sentence = s[:, 0, :]
        y_pred = T.argmax(p_y_given_x_sentence, axis=1)
        lr = T.scalar("lr")
        sentence_nll = -T.mean(T.log(p_y_given_x_sentence)[T.arange(x.shape[0]), y_sentence])
        sentence_gradients = T.grad(sentence_nll, self.params)
        sentence_updates = OrderedDict(
            (p, p - lr * g) for p, g in zip(self.params, sentence_gradients)
        )
        self.classify = theano.function(inputs=[idxs], outputs=y_pred)
        self.sentence_train = theano.function(
            inputs=[idxs, y_sentence, lr],
            outputs=sentence_nll,
            updates=sentence_updates,
            allow_input_downcast=True,
        )
        normalized = self.emb / T.sqrt((self.emb**2).sum(axis=1)).dimshuffle(0, "x")
        self.normalize = theano.function(inputs=[], updates={self.emb: normalized})


def contextwin(words, win):
    lpadded = win // 2 * [-1] + list(words) + win // 2 * [-1]
    return [lpadded[i : (i + win)] for i in range(len(words))]


if __name__ == "__main__":
    rnn = RNNSLU(numpy.random.RandomState(345), nh=12, nc=3, ne=17, de=5, cs=3)
    losses = []
    for image in digits.images[:12].astype("int32"):
        words = image[2:4].ravel()
        tags = (numpy.sign(numpy.diff(words, prepend=0)) + 1).astype("int32")
        losses.append(rnn.sentence_train(numpy.array(contextwin(words, 3), "int32"), tags, 0.5))
        rnn.normalize()
    losses.extend(rnn.classify(numpy.array(contextwin(words, 3), "int32")))
    report(losses)
