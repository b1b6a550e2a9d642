"""Operations on single numbers that SciPy computes."""

from theano.missing import explain_missing

imported_scipy_special = True

__getattr__ = explain_missing(__name__, "pytensor.scalar.math", "pytensor.scalar")
