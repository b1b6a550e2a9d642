"""The type of tensors, which takes Theano's arguments too."""

import functools
from collections.abc import Callable, Iterable
from typing import Any

from pytensor.tensor.type import (
    TensorType,
    values_eq_approx_remove_inf,
    values_eq_approx_remove_inf_nan,
    values_eq_approx_remove_nan,
)
from theano.missing import explain_missing

__getattr__ = explain_missing(__name__, "pytensor.tensor.type")

# The gradient with respect to a tensor is a dense one, whatever this says.
TensorType.sparse_grad = False


def _with_theanos_arguments(init: Callable) -> Callable:
    @functools.wraps(init)
    def __init__(
        self: TensorType,
        dtype: Any,
        shape: "Iterable | None" = None,
        name: "str | None" = None,
        sparse_grad: bool = False,
        broadcastable: "Iterable | None" = None,
    ) -> None:
        if broadcastable is not None:
            shape = [bool(unit) for unit in broadcastable]
        init(self, dtype, shape, name)
        if sparse_grad:
            self.sparse_grad = True

    return __init__


def _clone(
    self: TensorType,
    dtype: Any = None,
    shape: "Iterable | None" = None,
    broadcastable: "Iterable | None" = None,
    **kwargs: Any,
) -> TensorType:
    """Make a type of another dtype or shape; the rest is as in this one."""
    if broadcastable is not None:
        shape = [bool(unit) for unit in broadcastable]
    new = type(self)(
        self.dtype if dtype is None else dtype,
        self.shape if shape is None else shape,
        name=self.name,
    )
    if self.sparse_grad:
        new.sparse_grad = True
    return new


TensorType.__init__ = _with_theanos_arguments(TensorType.__init__)
TensorType.clone = _clone
