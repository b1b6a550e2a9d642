"""The order of operations of which some overwrite their inputs."""

from pytensor.graph.destroyhandler import DestroyHandler, ProtocolError
from pytensor.graph.utils import InconsistencyError
from theano.missing import explain_missing

__getattr__ = explain_missing(
    __name__, "pytensor.graph.destroyhandler", "pytensor.graph.features", "theano.gof"
)
