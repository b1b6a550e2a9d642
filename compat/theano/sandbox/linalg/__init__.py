"""Linear algebra, which has moved to `theano.tensor.nlinalg` and `theano.tensor.slinalg`."""

from theano.missing import explain_missing
from theano.sandbox.linalg import ops
from theano.sandbox.linalg.ops import psd, spectral_radius_bound
from theano.tensor.nlinalg import (
    alloc_diag,
    det,
    diag,
    eig,
    eigh,
    extract_diag,
    matrix_inverse,
    trace,
)
from theano.tensor.slinalg import cholesky, eigvalsh, solve

__getattr__ = explain_missing(__name__)
