"""Softmax and its kin of Theano's GPU back-end, which isn't there."""

from theano.absent import absent_names
from theano.missing import explain_missing

_NAMES = absent_names(
    __name__,
    classes="GpuCrossentropySoftmax1HotWithBiasDx GpuCrossentropySoftmaxArgmax1HotWithBias "
    "GpuSoftmax GpuSoftmaxWithBias",
    functions="gpu_crossentropy_softmax_1hot_with_bias_dx "
    "gpu_crossentropy_softmax_argmax_1hot_with_bias gpu_softmax gpu_softmax_with_bias",
    instead={
        "gpu_softmax": "theano.tensor.nnet.softmax computes the same",
    },
)

__all__ = [*_NAMES]

globals().update(_NAMES)

__getattr__ = explain_missing(
    __name__, "theano.gpuarray.type", "theano.gpuarray.basic_ops", "theano.gpuarray.elemwise"
)
