"""Tensors: Theano's names, most of which are PyTensor's."""

from pytensor.gradient import (
    DisconnectedType,
    grad,
    grad_not_implemented,
    grad_undefined,
    zero_grad,
)
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.op import Op
from pytensor.graph.type import Type
from pytensor.tensor import *

# Importing them puts them in the place of PyTensor's modules of the same names.
import theano.tensor.axes
import theano.tensor.basic
import theano.tensor.blas
import theano.tensor.elemwise
import theano.tensor.extra_ops
import theano.tensor.fft
import theano.tensor.inplace
import theano.tensor.io
import theano.tensor.new_axes
import theano.tensor.nlinalg
import theano.tensor.nnet
import theano.tensor.opt
import theano.tensor.raw_random
import theano.tensor.shared_randomstreams
import theano.tensor.sharedvar
import theano.tensor.signal
import theano.tensor.slinalg
import theano.tensor.sort
import theano.tensor.subtensor
import theano.tensor.type
import theano.tensor.utils
import theano.tensor.var
import theano.tensor.xlogx
from pytensor.tensor import largest, var  # the functions, which have the names of modules
from theano.compile.ops import Rebroadcast
from theano.gradient import Lop, Rop, hessian, jacobian, numeric_grad, verify_grad
from theano.missing import explain_missing
from theano.tensor.axes import *
from theano.tensor.basic import *
from theano.tensor.basic import abs_, constant, inv, isinf_, isnan_
from theano.tensor.extra_ops import (
    bincount,
    diff,
    fill_diagonal_offset,
    ravel_multi_index,
    repeat,
    searchsorted,
    to_one_hot,
    unravel_index,
)
from theano.tensor.io import load
from theano.tensor.subtensor import (
    advanced_inc_subtensor,
    advanced_inc_subtensor1,
    advanced_set_subtensor,
    advanced_set_subtensor1,
    advanced_subtensor,
    advanced_subtensor1,
)
from theano.tensor.sort import argsort, sort  # the function, which has the name of a module

consider_constant = zero_grad

__getattr__ = explain_missing(
    __name__,
    "pytensor.tensor",
    "theano.tensor.basic",
    "theano.tensor.subtensor",
    "theano.tensor.type_other",
    "theano.tensor.io",
    "pytensor.tensor.basic",
    "pytensor.tensor.math",
    "pytensor.tensor.subtensor",
    "pytensor.tensor.exceptions",
    "pytensor.tensor.variable",
    "theano.printing",
)
