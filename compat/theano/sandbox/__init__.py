"""Theano's sandbox: its parallel random number generator, :mod:`theano.sandbox.rng_mrg`, above all.

Other modules are where old programs look for what has moved to `theano.tensor` since.
"""

from theano.missing import explain_missing

__getattr__ = explain_missing(__name__)
