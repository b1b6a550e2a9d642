"""Theano's convolutions without a C++ compiler: by its own Python code, one correlation at a time.

Theano keeps that code for checking its C++, and four optimizations keep functions from using it;
conftest excludes those. The code needs names that SciPy has moved since.
"""

from scipy.signal import _signaltools, _sigtools
from theano.tensor.nnet import abstract_conv


def use_python_code():
    """Give Theano's module the names that it would have imported from an older SciPy."""
    if not abstract_conv.imported_scipy_signal:
        abstract_conv._valfrommode = _signaltools._valfrommode
        abstract_conv._bvalfromboundary = _signaltools._bvalfromboundary
        abstract_conv._convolve2d = _sigtools._convolve2d
        abstract_conv.convolve = _signaltools.convolve
        abstract_conv.imported_scipy_signal = True
