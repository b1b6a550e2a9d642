"""Theano's convolutions without a C++ compiler: by its own Python code, one correlation at a time.

Theano keeps that code for checking its C++, and four optimizations keep functions from using it;
conftest excludes those. The code needs names that SciPy has moved since.
"""

from scipy.signal import _signaltools, _sigtools
from theano.tensor.nnet import abstract_conv, conv


def use_python_code():
    """Give Theano's modules the names that they would have imported from an older SciPy."""
    for module in (abstract_conv, conv):
        if not module.imported_scipy_signal:
            module._valfrommode = _signaltools._valfrommode
            module._bvalfromboundary = _signaltools._bvalfromboundary
            module._convolve2d = _sigtools._convolve2d
            module.convolve = _signaltools.convolve
            module.imported_scipy_signal = True
