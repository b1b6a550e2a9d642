"""Gradients of graphs."""

from pytensor.gradient import (
    DisconnectedInputError,
    DisconnectedType,
    Lop,
    NullTypeGradError,
    Rop,
    disconnected_grad,
    disconnected_type,
    grad,
    grad_clip,
    grad_not_implemented,
    grad_scale,
    grad_undefined,
    hessian,
    jacobian,
    subgraph_grad,
    verify_grad,
    zero_grad,
)
from theano.missing import explain_missing

__all__ = [
    "DisconnectedInputError",
    "DisconnectedType",
    "Lop",
    "NullTypeGradError",
    "Rop",
    "consider_constant",
    "disconnected_grad",
    "disconnected_type",
    "grad",
    "grad_clip",
    "grad_not_implemented",
    "grad_scale",
    "grad_undefined",
    "hessian",
    "jacobian",
    "subgraph_grad",
    "verify_grad",
    "zero_grad",
]

# Theano's older name: the gradient stops here, and is zero.
consider_constant = zero_grad

__getattr__ = explain_missing(__name__, "pytensor.gradient")
