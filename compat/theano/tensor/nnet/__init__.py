"""What neural networks need besides plain tensor functions: Theano's ``T.nnet``."""

from theano.missing import explain_missing
from theano.tensor.nnet import nnet, sigm
from theano.tensor.nnet.nnet import *
from theano.tensor.nnet.sigm import *

__all__ = [*nnet.__all__, *sigm.__all__]

__getattr__ = explain_missing(__name__)
