"""Fourier transforms of Theano's GPU back-end, which isn't there."""

from theano.absent import absent_names
from theano.missing import explain_missing

_NAMES = absent_names(
    __name__,
    classes="CuIRFFTOp CuRFFTOp",
    functions="cuirfft cuirfft_op curfft curfft_op",
    instead={
        "curfft": "theano.tensor.fft.rfft computes the same",
        "cuirfft": "theano.tensor.fft.irfft computes the same",
    },
)

__all__ = ["pycuda_available", "pygpu_available", "skcuda_available", *_NAMES]

globals().update(_NAMES)

pycuda_available = pygpu_available = skcuda_available = False

__getattr__ = explain_missing(
    __name__, "theano.gpuarray.type", "theano.gpuarray.basic_ops", "theano.gpuarray.elemwise"
)
