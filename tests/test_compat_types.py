"""Theano's classes of variables beside PyTensor's."""

import numpy as np
import pytest
import theano
import theano.tensor as T
from pytensor.tensor.variable import TensorVariable

SHARED = theano.shared(np.ones((1, 2)))


@pytest.mark.parametrize("variable", [SHARED, T.constant(1.0), T.matrix(), SHARED + 1])
def test_all_tensors_are_pytensors(variable):
    assert isinstance(variable, TensorVariable)


def test_pytensors_variables_are_theanos():
    plain = TensorVariable(T.dmatrix().type, None, name="plain")
    assert isinstance(plain, T.TensorVariable)


def test_the_gradient_of_a_sparse_product_takes_both():
    x = theano.sparse.csr_matrix("x")
    assert not isinstance(x, theano.Constant)
    assert type(T.dmatrix() * x).__name__ == "SparseVariable"
