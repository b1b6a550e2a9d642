"""What ``theano.function(profile=True)`` measures."""

from theano.link.profiling import ProfileStats

__all__ = ["ProfileStats"]
