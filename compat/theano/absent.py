"""What stands for operations and classes of Theano's GPU back-ends, which aren't there."""

from collections.abc import Callable
from typing import Any, NoReturn

from theano.configdefaults import config

__all__ = ["absent_class", "absent_function", "absent_names", "absent_use", "reason"]

_BACK_ENDS = {"theano.sandbox.cuda": "Theano's first GPU back-end isn't there any more"}
_FIRST = {"cuda", "cuda0"}
_BACK_END = "Theano's GPU back-end, which needs pygpu, isn't there"


def reason(name: str, device: str = "cuda") -> str:
    """Say why a name of a GPU back-end isn't there, and how to use a GPU.

    Parameters
    ----------
    name : str
        The name, with its module's.
    device : str, default "cuda"
        The GPU.

    Returns
    -------
    str

    Examples
    --------
    >>> print(reason("theano.sandbox.cuda.use", "cuda1"))
    Theano's first GPU back-end isn't there any more. Start Python with THEANO_FLAGS=device=cuda1 \
to compute on a GPU by JAX
    """
    back_end = _BACK_ENDS.get(".".join(name.split(".")[:3]), _BACK_END)
    return f"{back_end}. Start Python with THEANO_FLAGS=device={device} to compute on a GPU by JAX"


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
        raise RuntimeError(f"{name}({arguments}): {reason(name)}{instead and '. ' + instead}")

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
        "__doc__": f"It has no instances. {reason(name)}.",
        "__module__": module,
        "__new__": lambda cls, *args, **kwargs: refuse(*args, **kwargs),
    }
    return type(own_name, (), members)


def absent_names(
    module: str, classes: str = "", functions: str = "", instead: "dict[str, str] | None" = None
) -> dict[str, Any]:
    """Make a module's classes and functions.

    Parameters
    ----------
    module : str
        The module's name.
    classes, functions : str
        Their names, with spaces between them.
    instead : dict of str to str, optional
        What to use instead of some of them.

    Returns
    -------
    dict of str to class or function
    """
    return {
        name: make(f"{module}.{name}", (instead or {}).get(name, ""))
        for make, names in ((absent_class, classes), (absent_function, functions))
        for name in names.split()
    }


def absent_use(name: str) -> Callable[..., None]:
    """Make the function that old programs choose a GPU by.

    Parameters
    ----------
    name : str
        Its name, with its module's.

    Returns
    -------
    callable
        Takes a device. If that is the one that ``theano.config.device`` names, it does nothing,
        otherwise it raises a RuntimeError that says how to use a GPU.
    """

    def use(device: str, *args: Any, **kwargs: Any) -> None:
        wanted, current = (d.replace("gpu", "cuda") for d in (device, config.device))
        # Of no number is any, when it is asked for, and the first, when there is one.
        if wanted in (current, current.rstrip("0123456789")) or {wanted, current} == _FIRST:
            return
        if not wanted.startswith("cuda"):
            wanted = "cuda"
        raise RuntimeError(f"{name}({device!r}): {reason(name, wanted)}")

    use.__doc__ = f"Use a GPU; a RuntimeError unless it is `theano.config.device`: {reason(name)}."
    return use
