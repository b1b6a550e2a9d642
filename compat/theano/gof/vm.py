"""The linker that runs operations in the order in which they are needed."""

from pytensor.link.vm import VM, Loop, Stack, VMLinker
from theano.missing import explain_missing

VM_Linker = VMLinker

__getattr__ = explain_missing(__name__, "pytensor.link.vm", "theano.gof")
