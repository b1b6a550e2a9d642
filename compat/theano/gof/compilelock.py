"""The lock on the folder of what is compiled, which JAX doesn't need.

Its files are written whole, and processes that compile the same at once do no harm.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

from theano.missing import explain_missing

__all__ = ["force_unlock", "get_lock", "lock_ctx", "release_lock", "set_lock_status"]

__getattr__ = explain_missing(__name__)


def set_lock_status(use_lock: bool) -> None:
    """Say whether to lock the folder: taken, and without effect."""


def get_lock(lock_dir: "str | None" = None, **options: Any) -> None:
    """Lock the folder, which does nothing here."""


def release_lock() -> None:
    """Release the folder, which does nothing here."""


def force_unlock() -> None:
    """Release the folder, whoever has locked it, which does nothing here."""


@contextlib.contextmanager
def lock_ctx(lock_dir: "str | None" = None, keep_lock: bool = False, **options: Any) -> Iterator:
    """Run a block with the folder locked, which does nothing here.

    Examples
    --------
    >>> with lock_ctx():
    ...     print("compiled")
    compiled
    """
    yield
