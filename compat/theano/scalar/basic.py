"""Operations on single numbers, where pickles of Theano look for them."""

from collections.abc import Callable
from typing import Any

from pytensor.scalar.basic import *
from pytensor.scalar.basic import Reciprocal as Inv
from pytensor.scalar.basic import ScalarType as Scalar
from pytensor.scalar.basic import Sign as Sgn
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.scalar.basic")


class transfer_type:
    """Rules for the types of an operation's outputs, which pickled operations refer to.

    Parameters
    ----------
    *transfer : int or callable
        For each output, the position of the input whose type it has, or a function of the inputs'
        types.
    """

    def __init__(self, *transfer: "int | Callable"):
        self.transfer = transfer

    def __call__(self, *types: Any) -> list:
        return [rule(*types) if callable(rule) else types[rule] for rule in self.transfer]
