"""An operation that raises an exception."""

from typing import Any

from pytensor.graph.basic import Variable
from pytensor.raise_op import Assert, CheckAndRaise
from theano.missing import explain_missing

__all__ = ["Assert", "Raise"]

__getattr__ = explain_missing(__name__, "pytensor.raise_op")


class Raise:
    """Raise an exception where a variable is computed.

    Parameters
    ----------
    msg : str, optional
        The exception's message.
    exc : type, default NotImplementedError
        The exception.

    Examples
    --------
    >>> import theano.tensor as T
    >>> x = T.dscalar("x")
    >>> Raise("not yet")(x).eval({x: 1.0})
    Traceback (most recent call last):
    NotImplementedError: ...not yet...
    """

    def __init__(self, msg: str = "", exc: type = NotImplementedError):
        self.msg = msg
        self.exc = exc

    def __call__(self, x: Any) -> Variable:
        return CheckAndRaise(self.exc, self.msg)(x, False)
