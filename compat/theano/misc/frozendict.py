"""Dictionaries that can't be changed, and so can be keys."""

from pytensor.misc.frozendict import frozendict

__all__ = ["FrozenOrderedDict", "frozendict"]

# Every dict keeps its order nowadays.
FrozenOrderedDict = frozendict
