"""What to say of names that Theano has and this package hasn't."""

import importlib
from collections.abc import Callable
from typing import Any


def explain_missing(module: str, counterpart: "str | None" = None) -> Callable[[str], Any]:
    """Make a module's ``__getattr__``: look a name up in PyTensor, or explain its absence.

    Parameters
    ----------
    module : str
        The module's name.
    counterpart : str, optional
        The module of PyTensor that stands for it.

    Returns
    -------
    callable
    """

    def look_up(name: str) -> Any:
        if counterpart and not name.startswith("__"):
            found = getattr(importlib.import_module(counterpart), name, None)
            if found is not None:
                return found
        where = " or ".join(dict.fromkeys(filter(None, (counterpart, "pytensor.tensor"))))
        raise AttributeError(
            f"module {module!r} has no attribute {name!r}: this is Theano's API on PyTensor, which "
            f"doesn't have everything; look for a counterpart in {where}, whose variables "
            "and functions can be used here as they are"
        )

    return look_up
