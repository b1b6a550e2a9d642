"""Lists of variables of one type.

JAX doesn't compile them; PyTensor interprets functions that they are part of.
"""

from pytensor.typed_list import *
from pytensor.typed_list.basic import *
from pytensor.typed_list.type import TypedListType
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.typed_list.basic")
