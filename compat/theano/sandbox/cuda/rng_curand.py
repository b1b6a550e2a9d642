"""Random streams of Theano's first GPU back-end, which isn't there any more."""

from theano.absent import absent_class

__all__ = ["CURAND_RandomStreams"]

CURAND_RandomStreams = absent_class(
    f"{__name__}.CURAND_RandomStreams",
    "theano.sandbox.rng_mrg.MRG_RandomStreams draw there too",
)
