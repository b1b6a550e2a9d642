"""Shared variables of single numbers."""

from pytensor.scalar.sharedvar import ScalarSharedVariable, shared
from theano.missing import explain_missing
from theano.scalar.basic import Scalar

__getattr__ = explain_missing(__name__)
