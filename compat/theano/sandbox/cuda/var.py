"""Variables of Theano's first GPU back-end, which isn't there any more."""

from theano.absent import absent_names

_NAMES = absent_names(
    __name__,
    classes="CudaNdarrayConstant CudaNdarrayConstantSignature CudaNdarraySharedVariable "
    "CudaNdarrayVariable",
    functions="cuda_shared_constructor float32_shared_constructor",
)

__all__ = [*_NAMES]

globals().update(_NAMES)
