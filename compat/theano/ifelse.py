"""Choices made when a function runs."""

import warnings

with warnings.catch_warnings():
    # It moved; this place is the one that all of PyTensor 3 has.
    warnings.simplefilter("ignore", DeprecationWarning)
    from pytensor.ifelse import IfElse, ifelse
from theano.missing import explain_missing

__all__ = ["IfElse", "ifelse"]

__getattr__ = explain_missing(__name__)
