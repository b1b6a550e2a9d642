"""What ``theano.function(profile=True)`` measures."""

from theano.link.profiling import ProfileStats

__all__ = ["ProfileStats"]
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.compile.debug.profiling")
