"""What a function is made of, in a file."""

import pickle
from collections.abc import Sequence
from typing import Any

from theano.misc.pkl_utils import StripPickler

__all__ = ["function_dump"]


def function_dump(
    filename: str,
    inputs: Sequence,
    outputs: Any = None,
    mode: Any = None,
    updates: Any = None,
    givens: Any = None,
    no_default_updates: "bool | list" = False,
    accept_inplace: bool = False,
    name: "str | None" = None,
    rebuild_strict: bool = True,
    allow_input_downcast: "bool | None" = None,
    profile: Any = None,
    on_unused_input: "str | None" = None,
    extra_tag_to_remove: "list | None" = None,
) -> None:
    """Pickle the arguments of `theano.function`, so that someone else can call it with them.

    Shared variables are in it with their values.

    Parameters
    ----------
    filename : str
        The file.
    inputs, outputs, mode, updates, givens, no_default_updates, accept_inplace, name, \
rebuild_strict, allow_input_downcast, profile, on_unused_input
        As for `theano.function`.
    extra_tag_to_remove : list of str, optional
        Tags of variables to leave out, as for `theano.misc.pkl_utils.StripPickler`.

    Raises
    ------
    TypeError
        If `filename` isn't a str.

    Examples
    --------
    >>> import pickle, tempfile, theano, theano.tensor as T
    >>> x = T.dscalar("x")
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     function_dump(file.name, [x], x**2)
    ...     arguments = pickle.load(file)
    >>> float(theano.function(**arguments)(3.0))
    9.0
    """
    arguments = dict(locals())
    tags = arguments.pop("extra_tag_to_remove")
    if not isinstance(arguments.pop("filename"), str):
        raise TypeError(f"filename should be a str, got {filename!r}")
    with open(filename, "wb") as file:
        StripPickler(file, pickle.HIGHEST_PROTOCOL, tags).dump(arguments)
