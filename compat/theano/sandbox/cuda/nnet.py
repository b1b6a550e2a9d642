"""What neural networks need, in Theano's first GPU back-end, which isn't there any more."""

from theano.absent import absent_names

_NAMES = absent_names(
    __name__,
    classes="GpuCrossentropySoftmax1HotWithBiasDx GpuCrossentropySoftmaxArgmax1HotWithBias "
    "GpuSoftmax GpuSoftmaxWithBias",
    functions="gpu_crossentropy_softmax_1hot_with_bias_dx "
    "gpu_crossentropy_softmax_argmax_1hot_with_bias gpu_softmax gpu_softmax_with_bias",
)

__all__ = [*_NAMES]

globals().update(_NAMES)
