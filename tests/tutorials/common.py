"""What the tutorials' programs share: scikit-learn's digits in shared variables, and initial values."""

import json

import numpy as np
import theano
import theano.tensor as T
from sklearn.datasets import load_digits

digits = load_digits()
images = np.asarray(digits.data[:400] / 16.0, dtype=theano.config.floatX)
labels = np.asarray(digits.target[:400], dtype="int32")


def shared_images(borrow=True):
    return theano.shared(images, name="images", borrow=borrow)


def shared_labels(borrow=True):
    return T.cast(
        theano.shared(np.asarray(labels, dtype=theano.config.floatX), borrow=borrow), "int32"
    )


def uniform(rng, n_in, n_out, name, scale=1.0):
    bound = scale * np.sqrt(6.0 / (n_in + n_out))
    values = rng.uniform(low=-bound, high=bound, size=(n_in, n_out))
    return theano.shared(np.asarray(values, dtype=theano.config.floatX), name=name, borrow=True)


def zeros(*shape):
    return theano.shared(np.zeros(shape, dtype=theano.config.floatX), borrow=True)


def report(losses):
    print(json.dumps([float(loss) for loss in losses]))
