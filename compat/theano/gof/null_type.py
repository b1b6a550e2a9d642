"""The type of gradients that can't be computed."""

from pytensor.graph.null_type import NullType, null_type
from theano.missing import explain_missing

__all__ = ["NullType", "null_type"]

__getattr__ = explain_missing(__name__)
