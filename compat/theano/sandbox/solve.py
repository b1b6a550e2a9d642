"""The solution of linear equations, which has moved to `theano.tensor.slinalg`."""

from theano.tensor.slinalg import solve
