"""Whether arrays share memory."""

from typing import Any

import numpy as np
from theano.missing import explain_missing

__all__ = ["may_share_memory"]

__getattr__ = explain_missing(__name__)


def may_share_memory(a: Any, b: Any, raise_other_type: bool = True) -> bool:
    """Tell whether two arrays, or sparse matrices, may share memory.

    Parameters
    ----------
    a, b : arrays or sparse matrices
    raise_other_type : bool, default True
        Whether to raise a TypeError for anything else, rather than say no.

    Examples
    --------
    >>> x = np.zeros(3)
    >>> may_share_memory(x, x[1:]), may_share_memory(x, x.copy())
    (True, False)
    """
    parts = [_arrays(a), _arrays(b)]
    if None in parts:
        if raise_other_type:
            raise TypeError(f"expected arrays or sparse matrices, got {type(a)} and {type(b)}")
        return False
    return any(np.may_share_memory(x, y) for x in parts[0] for y in parts[1])


def _arrays(value):
    if isinstance(value, np.ndarray):
        return [value]
    if hasattr(value, "tocsr"):
        names = ("data", "indices", "indptr", "row", "col")
        return [getattr(value, name) for name in names if hasattr(value, name)]
    return None
