"""The type of tensors."""

from pytensor.tensor.type import (
    TensorType,
    values_eq_approx_remove_inf,
    values_eq_approx_remove_inf_nan,
    values_eq_approx_remove_nan,
)
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.tensor.type")
