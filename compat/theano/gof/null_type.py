"""The type of gradients that can't be computed."""

from pytensor.graph.null_type import NullType, null_type

__all__ = ["NullType", "null_type"]
