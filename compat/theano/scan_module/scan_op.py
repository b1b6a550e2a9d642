"""The operation that a loop is in a graph."""

from pytensor.graph.op import io_connection_pattern
from pytensor.tensor.shape import Shape_i
from theano.missing import explain_missing
from theano.ops.scan import Pullback, Scan, ScanGradient

__all__ = ["Scan"]

__getattr__ = explain_missing(__name__)
