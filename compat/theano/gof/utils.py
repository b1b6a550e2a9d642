"""Small tools for graphs."""

import functools
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from pathlib import Path
from typing import Any

from pytensor.graph.utils import MetaObject, MethodNotDefined, MissingInputError, Scratchpad
from pytensor.utils import (
    difference,
    from_return_values,
    hash_from_code,
    to_return_values,
    uniq,
)
from theano.missing import explain_missing

__all__ = [
    "MethodNotDefined",
    "MissingInputError",
    "difference",
    "flatten",
    "from_return_values",
    "give_variables_names",
    "hash_from_code",
    "hash_from_file",
    "hashtype",
    "hist",
    "memoize",
    "object2",
    "remove",
    "scratchpad",
    "to_return_values",
    "uniq",
    "unique",
]

object2 = MetaObject
scratchpad = Scratchpad

__getattr__ = explain_missing(__name__, "pytensor.graph.utils", "pytensor.link.c.params_type")


def hashtype(value: Any) -> int:
    """Hash the class of an object.

    Examples
    --------
    >>> hashtype(1) == hashtype(2), hashtype(1) == hashtype("1")
    (True, False)
    """
    return hash(type(value))


def hash_from_file(file_path: str) -> str:
    """Hash what is in a file."""
    return hash_from_code(Path(file_path).read_bytes())


def memoize(f: Callable) -> Callable:
    """Keep what a function returns for each combination of arguments; a decorator."""
    return functools.cache(f)


def flatten(a: Any) -> list:
    """List the elements of nested lists, tuples and sets.

    Examples
    --------
    >>> flatten([1, (2, [3]), []])
    [1, 2, 3]
    """
    if not isinstance(a, (tuple, list, set)):
        return [a]
    return [item for part in a for item in flatten(part)]


def remove(predicate: Callable[[Any], Any], coll: Iterable) -> list:
    """List the elements that a condition doesn't hold for.

    Examples
    --------
    >>> remove(str.isupper, ["a", "B", "c"])
    ['a', 'c']
    """
    return [item for item in coll if not predicate(item)]


def unique(x: Sequence[Hashable]) -> bool:
    """Tell whether no element is there twice."""
    return len(set(x)) == len(x)


def hist(coll: Iterable[Hashable]) -> dict:
    """Count how often each element is there.

    Examples
    --------
    >>> hist("banana")
    {'b': 1, 'a': 3, 'n': 2}
    """
    return dict(Counter(coll))


def give_variables_names(variables: Sequence) -> None:
    """Name the variables that have no name, or one that others have too, by their number.

    Parameters
    ----------
    variables : list of variables

    Examples
    --------
    >>> import theano.tensor as T
    >>> x, y, z = T.scalar("x"), T.scalar(), T.scalar("x")
    >>> give_variables_names([x, y, z])
    >>> x, y, z
    (x_0, _1, x_2)
    """
    counts = hist(variable.name for variable in variables)
    unclear = [v for v in variables if not v.name or counts[v.name] > 1]
    for number, variable in enumerate(unclear):
        variable.name = f"{variable.name or ''}_{number}"
