"""Choices made when a function runs."""

from theano.ops.choices import IfElse, ifelse

__all__ = ["IfElse", "ifelse"]
