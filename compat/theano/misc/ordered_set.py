"""Sets that keep the order in which they got their elements."""

from collections.abc import Iterable, Iterator, MutableSet
from typing import Any

__all__ = ["OrderedSet"]


class OrderedSet(MutableSet):
    """A set that keeps the order in which it got its elements.

    Examples
    --------
    >>> OrderedSet([3, 1, 3, 2])
    OrderedSet([3, 1, 2])
    """

    def __init__(self, iterable: "Iterable | None" = None):
        self._elements = dict.fromkeys(iterable or ())

    def __contains__(self, key: Any) -> bool:
        return key in self._elements

    def __iter__(self) -> Iterator:
        return iter(self._elements)

    def __reversed__(self) -> Iterator:
        return reversed(self._elements)

    def __len__(self) -> int:
        return len(self._elements)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self)})" if self else f"{type(self).__name__}()"

    def __eq__(self, other: Any) -> bool:
        if isinstance(other, OrderedSet):
            return list(self) == list(other)
        if isinstance(other, (set, frozenset)):
            raise TypeError("an OrderedSet can't be compared with a set, which has no order")
        return NotImplemented

    __hash__ = None

    def add(self, key: Any) -> None:
        """Add an element, at the end, unless it is there."""
        self._elements[key] = None

    def discard(self, key: Any) -> None:
        """Remove an element if it is there."""
        self._elements.pop(key, None)

    def update(self, iterable: Iterable) -> None:
        """Add elements."""
        self._elements.update(dict.fromkeys(iterable))

    def union(self, s: Iterable) -> "OrderedSet":
        """Return a set with further elements."""
        found = self.copy()
        found.update(s)
        return found

    def intersection_update(self, s: Iterable) -> None:
        """Remove what isn't among some elements."""
        kept = set(s)
        self._elements = dict.fromkeys(key for key in self if key in kept)

    def difference_update(self, s: Iterable) -> None:
        """Remove elements."""
        for key in s:
            self.discard(key)

    def copy(self) -> "OrderedSet":
        """Return another set with the same elements."""
        return OrderedSet(self)

    def pop(self, last: bool = True) -> Any:
        """Remove the last element, or the first, and return it."""
        if not self:
            raise KeyError("the set is empty")
        key = next(reversed(self) if last else iter(self))
        self.discard(key)
        return key
