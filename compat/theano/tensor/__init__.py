"""Tensors: Theano's names, most of which are PyTensor's."""

import pytensor.tensor as _pytensor_tensor
from pytensor.gradient import (
    DisconnectedType,
    Lop,
    Rop,
    grad,
    grad_not_implemented,
    grad_undefined,
    hessian,
    jacobian,
    verify_grad,
    zero_grad,
)
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.op import Op
from pytensor.graph.type import Type
from pytensor.tensor import *
from theano.missing import explain_missing
from theano.tensor import basic, elemwise, extra_ops, nlinalg, nnet, opt, slinalg, subtensor
from theano.tensor.basic import *
from theano.tensor.basic import abs_, constant, inv, isinf_, isnan_

consider_constant = zero_grad

__getattr__ = explain_missing(__name__, "pytensor.tensor")
