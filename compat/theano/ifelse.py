"""Choices made when a function runs."""

import warnings

with warnings.catch_warnings():
    # It moved; this place is the one that all of PyTensor 3 has.
    warnings.simplefilter("ignore", DeprecationWarning)
    from pytensor.ifelse import IfElse, ifelse

__all__ = ["IfElse", "ifelse"]
