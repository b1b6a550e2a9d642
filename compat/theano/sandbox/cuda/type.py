"""The type of arrays of Theano's first GPU back-end, which isn't there any more."""

from theano.absent import absent_names

_NAMES = absent_names(
    __name__,
    classes="CudaNdarrayType",
)

__all__ = [*_NAMES]

globals().update(_NAMES)
