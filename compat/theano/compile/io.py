"""Descriptions of a function's inputs and outputs."""

from typing import Any

from pytensor.compile.io import In as _PyTensorIn
from pytensor.compile.io import Out, SymbolicInput, SymbolicOutput
from pytensor.graph.basic import Variable
from theano.missing import explain_missing

__all__ = ["In", "Out", "Param", "SymbolicInput", "SymbolicOutput"]

__getattr__ = explain_missing(__name__)


class In(_PyTensorIn):
    """Describe an input of a function, with what a plain variable can't say.

    Parameters
    ----------
    variable : variable
        The input.
    name : str, optional
        Under which name a call may give it; the variable's own by default.
    value : array_like, optional
        A default.
    update : variable, optional
        What the default becomes after each call.
    strict : bool, default False
        Whether an argument must have the variable's type exactly.
    allow_downcast : bool, optional
        Whether an argument may lose precision to fit.
    mutable, borrow, autoname, implicit, shared
        As in Theano.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> x, n = T.dscalars("x", "n")
    >>> power = theano.function([x, In(n, value=2.0)], x ** n)
    >>> float(power(3.0)), float(power(3.0, n=3.0))
    (9.0, 27.0)
    """

    def __init__(
        self,
        variable: Variable,
        name: "str | None" = None,
        value: Any = None,
        update: "Variable | None" = None,
        mutable: "bool | None" = None,
        strict: bool = False,
        allow_downcast: "bool | None" = None,
        autoname: bool = True,
        implicit: "bool | None" = None,
        borrow: "bool | None" = None,
        shared: bool = False,
    ):
        super().__init__(
            variable,
            name=name,
            update=update,
            mutable=mutable,
            strict=strict,
            allow_downcast=allow_downcast,
            autoname=autoname,
            implicit=False if implicit is None else implicit,
            borrow=borrow,
            shared=shared,
        )
        # PyTensor has no defaults any more; Function reads this one.
        self.value = value


class Param(In):
    """Theano's older name for :class:`In`, whose `value` it calls `default`."""

    def __init__(
        self, variable: Variable, default: Any = None, name: "str | None" = None, **options: Any
    ):
        super().__init__(variable, name=name, value=default, **options)
