"""Linkers: what makes programs of graphs, operation by operation."""

from pytensor.link.basic import (
    Container,
    Linker,
    LocalLinker,
    PerformLinker,
    WrapLinker,
    WrapLinkerMany,
)
from pytensor.link.utils import gc_helper, map_storage, raise_with_op, streamline
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.link.basic", "theano.gof")
