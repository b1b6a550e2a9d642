"""What stands for operations and classes of Theano's first GPU back-end, which isn't there."""

from collections.abc import Callable
from typing import Any, NoReturn

__all__ = ["absent_class", "absent_function", "absent_names"]

_ADVICE = (
    "Theano's first GPU back-end isn't there any more. Start Python with "
    "THEANO_FLAGS=device=cuda to compute on a GPU by JAX"
)


def absent_function(name: str, instead: str = "") -> Callable[..., NoReturn]:
    """Make a function that refuses to be called.

    Parameters
    ----------
    name : str
        Its name, with its module's.
    instead : str, optional
        What to use instead.

    Returns
    -------
    callable
        Raises a RuntimeError that says how to use a GPU.
    """

    def refuse(*args: Any, **kwargs: Any) -> NoReturn:
        arguments = ", ".join(map(repr, args))
        raise RuntimeError(f"{name}({arguments}): {_ADVICE}{instead and '. ' + instead}")

    refuse.__name__ = refuse.__qualname__ = name.rpartition(".")[2]
    return refuse


def absent_class(name: str, instead: str = "") -> type:
    """Make a class that has no instances, for programs that ask what something is an instance of.

    Parameters
    ----------
    name, instead : str
        As for :func:`absent_function`, which its constructor is like.

    Returns
    -------
    type
    """
    module, _, own_name = name.rpartition(".")
    refuse = absent_function(name, instead)
    members = {
        "__doc__": "Of Theano's first GPU back-end; it has no instances.",
        "__module__": module,
        "__new__": lambda cls, *args, **kwargs: refuse(*args, **kwargs),
    }
    return type(own_name, (), members)


def absent_names(module: str, classes: str = "", functions: str = "") -> dict[str, Any]:
    """Make a module's classes and functions.

    Parameters
    ----------
    module : str
        The module's name.
    classes, functions : str
        Their names, with spaces between them.

    Returns
    -------
    dict of str to class or function
    """
    return {
        **{name: absent_class(f"{module}.{name}") for name in classes.split()},
        **{name: absent_function(f"{module}.{name}") for name in functions.split()},
    }
