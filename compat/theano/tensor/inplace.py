"""Theano's operations that overwrite their first input.

A graph is compiled as a whole here, and the compiler tells by itself what it may overwrite. So each
of these is the operation without ``_inplace`` in its name.
"""

from typing import Any

import theano.tensor.basic as _basic
from pytensor.graph.basic import Variable
from pytensor.printing import pprint
from theano.missing import explain_missing

_NAMES = """
    lt gt le ge eq neq and_ or_ xor invert abs_ exp exp2 expm1 neg inv log log1p log2 log10 sgn
    ceil floor trunc round_half_to_even round_half_away_from_zero sqr sqrt deg2rad rad2deg
    cos arccos sin arcsin tan arctan arctan2 cosh arccosh sinh arcsinh tanh arctanh
    erf erfc erfcx gamma gammaln psi tri_gamma chi2sf j0 j1 jv i0 i1 iv
    second maximum minimum add sub mul true_div int_div mod pow conj
"""

globals().update({f"{name}_inplace": getattr(_basic, name) for name in _NAMES.split()})
fill_inplace = _basic.second

__getattr__ = explain_missing(__name__)


def transpose_inplace(x: Any, **kwargs: Any) -> Variable:
    """Transpose a tensor."""
    return _basic.as_tensor_variable(x).transpose()
