"""nolearn's NeuralNet, written for Lasagne in 2016, trains and predicts on digits.

    pip install --no-deps nolearn==0.6.1 tabulate scikit-learn
    THEANO_FLAGS=floatX=float32 python -m lasagne_expr run tests/third_party/nolearn_digits.py

``--no-deps`` keeps Lasagne, Theano and gdbn out. What nolearn takes from Python 2 and from
scikit-learn before 0.20 is gone from both, and is put back here; that has nothing to do with Theano
or Lasagne.
"""

import collections
import collections.abc
import pickle
import sys
import types

import numpy as np
from sklearn import model_selection
from sklearn.datasets import load_digits


def k_fold(n, n_folds):
    return model_selection.KFold(int(n_folds)).split(np.zeros(n))


def stratified_k_fold(y, n_folds):
    return model_selection.StratifiedKFold(int(n_folds)).split(y, y)


collections.Iterable = collections.abc.Iterable
old = types.ModuleType("sklearn.cross_validation")
old.KFold, old.StratifiedKFold = k_fold, stratified_k_fold
sys.modules["sklearn.cross_validation"] = old

from lasagne.layers import DenseLayer, InputLayer  # noqa: E402
from lasagne.nonlinearities import softmax  # noqa: E402
from lasagne.random import set_rng  # noqa: E402
from lasagne.updates import nesterov_momentum  # noqa: E402
from nolearn.lasagne import NeuralNet  # noqa: E402

set_rng(np.random.RandomState(1))
digits = load_digits()
images = (digits.data / 16).astype("float32")
labels = digits.target.astype("int32")
net = NeuralNet(
    layers=[("input", InputLayer), ("hidden", DenseLayer), ("output", DenseLayer)],
    input_shape=(None, 64),
    hidden_num_units=50,
    output_num_units=10,
    output_nonlinearity=softmax,
    update=nesterov_momentum,
    update_learning_rate=0.1,
    update_momentum=0.9,
    max_epochs=8,
    verbose=1,
)
net.fit(images[:1400], labels[:1400])
predicted = net.predict(images[1400:])
accuracy = (predicted == labels[1400:]).mean()
print(f"accuracy {accuracy:.3f}")
again = pickle.loads(pickle.dumps(net))
print("a pickled net predicts the same:", (again.predict(images[1400:]) == predicted).all())
