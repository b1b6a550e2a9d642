"""Choices made when a function runs."""

from theano.missing import explain_missing
from theano.ops.choices import IfElse, ifelse

__all__ = ["IfElse", "ifelse"]

__getattr__ = explain_missing(__name__)
