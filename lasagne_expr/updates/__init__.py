"""Optimizers: how each shared variable changes in a training step.

Each takes a loss (or gradients) and shared variables, and returns a dict that maps shared variables
to their next values: what ``theano.function`` takes as ``updates``. Besides the parameters it holds
the optimizer's own states, of the parameters' shapes and dtypes.

>>> import numpy as np, theano
>>> w = theano.shared(np.array([1.0, 2.0]), name="w")
>>> train = theano.function([], updates=sgd((w**2).sum(), [w], learning_rate=0.25))
>>> _ = train()
>>> w.get_value().tolist()
[0.5, 1.0]

Learning rates and the other settings are numbers or scalar variables. A shared variable, say
``rate = theano.shared(floatX(0.1))``, can be changed between steps by ``rate.set_value``.
"""

import warnings

from .adaptive import adadelta, adagrad, adam, adamax, amsgrad, rmsprop
from .gradient_descent import (
    apply_momentum,
    apply_nesterov_momentum,
    momentum,
    nesterov_momentum,
    sgd,
)
from .gradients import get_or_compute_grads
from .norm_constraints import norm_constraint, total_norm_constraint

__all__ = [
    "adadelta",
    "adagrad",
    "adam",
    "adamax",
    "amsgrad",
    "apply_momentum",
    "apply_nesterov_momentum",
    "get_or_compute_grads",
    "momentum",
    "nesterov_momentum",
    "norm_constraint",
    "rmsprop",
    "sgd",
    "total_norm_constraint",
]

# Theano's warning dates from when dicts had no order.
warnings.filterwarnings("ignore", message="The parameter 'updates' of theano.function.. expects")
