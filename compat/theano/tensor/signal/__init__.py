"""Pooling and convolution of signals."""

from theano.missing import explain_missing
from theano.tensor.signal import conv, downsample, pool

__getattr__ = explain_missing(__name__, "pytensor.tensor.signal")
