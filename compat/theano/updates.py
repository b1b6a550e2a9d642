"""Updates of shared variables, as `theano.scan` returns them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytensor.compile.sharedvalue import SharedVariable

__all__ = ["OrderedUpdates", "Updates"]


class OrderedUpdates(dict):
    """A dict of shared variables to their new values; a sum of two has the updates of both.

    Raises
    ------
    TypeError
        If a key isn't a shared variable.
    KeyError
        If two updates of one variable are put together.

    Examples
    --------
    >>> import theano
    >>> a, b = theano.shared(1), theano.shared(2)
    >>> both = OrderedUpdates({a: a + 1}) + OrderedUpdates({b: b + 1})
    >>> len(both)
    2
    """

    def __init__(self, *updates: Any, **kwargs: Any):
        super().__init__()
        for key, value in dict(*updates, **kwargs).items():
            self[key] = value

    def __setitem__(self, key: SharedVariable, value: Any) -> None:
        if not isinstance(key, SharedVariable):
            raise TypeError(f"updates are of shared variables, not of {key!r}")
        super().__setitem__(key, value)

    def update(self, other: Mapping | Iterable | None = None) -> None:
        """Add updates.

        Parameters
        ----------
        other : dict, or list of pairs, of shared variable and expression

        Raises
        ------
        KeyError
            If a variable has another update already.
        """
        for key, value in dict(other or {}).items():
            if key in self and self[key] is not value:
                raise KeyError(f"two updates of {key}")
            self[key] = value

    def __add__(self, other: Mapping | Iterable) -> OrderedUpdates:
        result = OrderedUpdates(self)
        result.update(other)
        return result

    def __radd__(self, other: Mapping | Iterable) -> OrderedUpdates:
        return OrderedUpdates(other) + self


Updates = OrderedUpdates
