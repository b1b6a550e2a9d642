"""Descriptions of a function's inputs and outputs."""

from typing import Any

from pytensor.compile.io import In as _PyTensorIn
from pytensor.compile.io import Out, SymbolicInput, SymbolicOutput
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant, Variable
from pytensor.link.basic import Container
from theano.missing import explain_missing

__all__ = ["In", "Out", "Param", "SymbolicInput", "SymbolicOutput", "as_input"]

__getattr__ = explain_missing(__name__)


class In(_PyTensorIn):
    """Describe an input of a function, with what a plain variable can't say.

    Parameters
    ----------
    variable : variable
        The input.
    name : str, optional
        Under which name a call may give it; the variable's own by default.
    value : array_like, container or shared variable, optional
        A default, which the function shows as ``f[variable]``. One that is held elsewhere is
        shared, and the input implicit.
    update : variable, optional
        What the default becomes after each call.
    strict : bool, default False
        Whether an argument must have the variable's type exactly.
    allow_downcast : bool, optional
        Whether an argument may lose precision to fit.
    implicit : bool, optional
        Whether calls may not give a value.
    mutable, borrow, autoname, shared
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
        held = isinstance(value, (Container, SharedVariable))
        if implicit and value is None:
            raise TypeError(f"the implicit input {variable} needs a value")
        super().__init__(
            variable,
            name=name,
            update=update,
            mutable=mutable,
            strict=strict,
            allow_downcast=allow_downcast,
            autoname=autoname,
            implicit=False,
            borrow=borrow,
            shared=shared,
        )
        # PyTensor has no defaults any more; this one is read by what makes functions here.
        self.value = value
        self.implicit = held if implicit is None else implicit


class Param(In):
    """Theano's older name for :class:`In`, whose `value` it calls `default`."""

    def __init__(
        self, variable: Variable, default: Any = None, name: "str | None" = None, **options: Any
    ):
        super().__init__(variable, name=name, value=default, **options)


def as_input(given: Any, allow_downcast: "bool | None" = None) -> SymbolicInput:
    """Describe an input of a function that may be given in short.

    Parameters
    ----------
    given : variable, In, or tuple
        A tuple has a name, a variable (or a pair of it and its update, or an `In`), and a default;
        the first and the last may be left out.
    allow_downcast : bool, optional
        What arguments for a plain variable may lose.

    Returns
    -------
    In

    Raises
    ------
    TypeError
        If it can't be an input.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> s, x = T.dscalars("s", "x")
    >>> add = theano.function([x, ("total", (s, s + x), 0.0)], s + x)
    >>> float(add(2.0)), float(add(3.0)), float(add["total"])
    (2.0, 5.0, 5.0)
    """
    if isinstance(given, SymbolicInput):
        return given
    if isinstance(given, Constant):
        raise TypeError(f"an input of a function can't be a constant, got {given!r}")
    if isinstance(given, Variable):
        return In(given, allow_downcast=allow_downcast)
    if isinstance(given, (list, tuple)) and given:
        return _input_of_parts(given)
    raise TypeError(f"an input of a function should be a variable or In, got {given!r}")


def _input_of_parts(given):
    parts = list(given)
    name = parts.pop(0) if isinstance(parts[0], str) else None
    if len(parts) not in (1, 2):
        raise TypeError(f"an input given as a tuple is a variable and a default, got {given!r}")
    what, value = parts[0], parts[1] if len(parts) == 2 else None
    update = None
    if isinstance(what, (list, tuple)) and len(what) == len(parts) == 2:
        what, update = what
    if isinstance(value, (Variable, SymbolicInput)):
        raise TypeError(f"the default of an input can't be a variable, got {value!r}")
    if isinstance(what, SymbolicInput):
        what.name = name or what.name
        what.value = value if len(parts) == 2 else what.value
        return what
    if not isinstance(what, Variable) or not isinstance(update, (Variable, type(None))):
        raise TypeError(f"an input is a variable, or a pair of it and its update, got {given!r}")
    return In(what, name=name, value=value, update=update)
