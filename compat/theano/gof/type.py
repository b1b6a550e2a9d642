"""The types of variables."""

from pytensor.graph.type import Type
from pytensor.link.c.params_type import Params, ParamsType
from pytensor.link.c.type import CEnumType, EnumList, EnumType, Generic, generic
from theano.missing import explain_missing

CLinkerType = Type
PureType = Type

__getattr__ = explain_missing(
    __name__, "pytensor.link.c.type", "pytensor.link.c.interface", "theano.gof"
)
