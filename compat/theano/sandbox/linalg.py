"""Linear algebra, which has moved to `theano.tensor.nlinalg` and `theano.tensor.slinalg`."""

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
