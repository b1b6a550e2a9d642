"""Linkers that run C code."""

from pytensor.link.c.basic import CLinker, DualLinker, OpWiseCLinker
from theano.missing import explain_missing

__getattr__ = explain_missing(
    __name__, "pytensor.link.c.basic", "pytensor.link.c.interface", "theano.gof"
)
