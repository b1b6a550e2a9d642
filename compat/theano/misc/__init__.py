"""Tools that belong nowhere else."""

from theano.missing import explain_missing

__getattr__ = explain_missing(__name__)
