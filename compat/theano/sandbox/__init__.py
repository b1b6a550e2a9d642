"""Theano's sandbox: here, its parallel random number generator, :mod:`theano.sandbox.rng_mrg`."""
