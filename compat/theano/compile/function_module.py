"""Theano's functions, and what makes them."""

from typing import Any

from pytensor.compile.maker import FunctionMaker
from theano.compile.function import Function, UnusedInputError
from theano.compile.io import In, SymbolicInput, SymbolicOutput
from theano.compile.pfunc import orig_function
from theano.missing import explain_missing

__all__ = [
    "Function",
    "FunctionMaker",
    "UnusedInputError",
    "convert_function_input",
    "orig_function",
]

__getattr__ = explain_missing(__name__, "pytensor.compile.executor", "pytensor.compile.aliasing")


def convert_function_input(input: Any) -> SymbolicInput:
    """Make a description of a function's input of what stands for one.

    Parameters
    ----------
    input : SymbolicInput, variable, list or tuple
        A tuple or list has a variable, after its name if it has one, and before its default value
        or a pair of its update and default value if it has them.

    Returns
    -------
    SymbolicInput
        A description is returned as it is.

    Raises
    ------
    TypeError
        If it is something else.

    Examples
    --------
    >>> import theano.tensor as T
    >>> x = T.dscalar("x")
    >>> found = convert_function_input(("first", x, 2.0))
    >>> found.variable, found.name, found.value
    (x, 'first', 2.0)
    """
    if isinstance(input, SymbolicInput):
        return input
    parts = list(input) if isinstance(input, (list, tuple)) else [input]
    options: dict[str, Any] = {}
    if parts and isinstance(parts[0], str):
        options["name"] = parts.pop(0)
    if len(parts) == 2:
        default = parts.pop()
        if isinstance(default, tuple) and len(default) == 2:
            options["update"], options["value"] = default
        else:
            options["value"] = default
    if len(parts) != 1 or not hasattr(parts[0], "owner"):
        raise TypeError(f"an input should be a variable, In, or a tuple of one, got {input!r}")
    return In(parts[0], **options)
