"""Arrays of a given dtype."""

from typing import Any

import numpy as np
from theano.configdefaults import config

__all__ = ["_asarray"]


def _asarray(a: Any, dtype: Any, order: "str | None" = None) -> np.ndarray:
    """Make an array of a dtype, which may be ``"floatX"``.

    Examples
    --------
    >>> _asarray([1, 2], "float32").dtype
    dtype('float32')
    """
    return np.asarray(a, dtype=config.floatX if str(dtype) == "floatX" else dtype, order=order)
