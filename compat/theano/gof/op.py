"""Operations: what makes variables from variables."""

from pytensor.graph.op import Op
from pytensor.link.c.op import COp
from theano.missing import explain_missing

PureOp = Op

__getattr__ = explain_missing(__name__, "pytensor.graph.op")
