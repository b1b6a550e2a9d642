"""What neural networks need besides plain tensor functions: Theano's ``T.nnet``."""

from theano.missing import explain_missing
from theano.tensor.nnet import (
    abstract_conv,
    blocksparse,
    bn,
    channels_last,
    conv,
    conv_inputs,
    nnet,
    planar,
    sigm,
)
from theano.tensor.nnet.abstract_conv import conv2d as abstract_conv2d
from theano.tensor.nnet.abstract_conv import conv2d_grad_wrt_inputs, conv3d, separable_conv2d
from theano.tensor.nnet.bn import *
from theano.tensor.nnet.conv import ConvOp
from theano.tensor.nnet.nnet import *
from theano.tensor.nnet.planar import *
from theano.tensor.nnet.sigm import *

__all__ = [
    "ConvOp",
    "abstract_conv2d",
    "conv2d_grad_wrt_inputs",
    "conv3d",
    "separable_conv2d",
    *bn.__all__,
    *nnet.__all__,
    *planar.__all__,
    *sigm.__all__,
]

__getattr__ = explain_missing(__name__)
