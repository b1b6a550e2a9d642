"""What C code of operations is given besides their inputs."""

from pytensor.link.c.params_type import Params, ParamsType
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.link.c.params_type", "pytensor.link.c.type")
