"""Operations: what makes variables from variables."""

from pytensor.graph.op import Op
from pytensor.link.c.op import COp, OpenMPOp
from theano.link.test_values import (
    debug_error_message,
    get_debug_values,
    get_test_value,
    missing_test_message,
)
from theano.missing import explain_missing

PureOp = Op

__getattr__ = explain_missing(
    __name__, "pytensor.graph.op", "pytensor.link.c.interface", "theano.gof"
)
