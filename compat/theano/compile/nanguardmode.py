"""A mode that looks for NaN and infinity in everything that is computed."""

from pytensor.compile.debug.nanguardmode import NanGuardMode

__all__ = ["NanGuardMode"]
