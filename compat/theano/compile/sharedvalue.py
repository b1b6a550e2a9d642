"""Shared variables, whose values stay on the device between the calls of compiled functions."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytensor
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Apply
from pytensor.link.basic import Container
from pytensor.tensor.basic import tensor_copy
from pytensor.tensor.sharedvar import TensorSharedVariable as _PyTensorSharedVariable
from pytensor.tensor.type import TensorType

# Functions that were pickled by earlier versions look for all of these here.
from theano.link.storage import (
    IN_USE,
    AliasStorage,
    DeviceStorage,
    GeneratorStorage,
    HostStorage,
)
from theano.missing import explain_missing

__all__ = [
    "SharedVariable",
    "TensorSharedVariable",
    "shared",
    "shared_constructor",
]

__getattr__ = explain_missing(__name__, "pytensor.compile.sharedvalue")


class TensorSharedVariable(_PyTensorSharedVariable):
    """A shared tensor. Made by :func:`shared`."""

    def __init__(self, type, value, strict, allow_downcast=None, container=None, name=None):
        if container is None:
            value = type.filter(value, strict=strict, allow_downcast=allow_downcast)
            container = Container(
                type,
                storage=DeviceStorage(value),
                strict=bool(strict),
                allow_downcast=allow_downcast,
                name=name,
            )
        super().__init__(type, None, None, container=container, name=name)

    def __setstate__(self, state):
        """Take what was pickled: by Theano, the value is in a plain list."""
        state = {"_default_update": state.pop("default_update", None), **state}
        vars(self).update(state)
        if not isinstance(self.container.storage, DeviceStorage):
            self.container.storage = DeviceStorage(self.container.storage[0])

    def get_value(self, borrow: bool = False, return_internal_type: bool = False) -> Any:
        """Return the value.

        Parameters
        ----------
        borrow : bool, default False
            Whether the array may share memory with the variable. Where the value is on the device
            it is a copy. Either can be written to; functions see that for certain only after
            :meth:`set_value`.
        return_internal_type : bool, default False
            Whether, with `borrow`, to return what is stored, which may be a JAX array. This copies
            nothing, and can't be written to.

        Returns
        -------
        array
        """
        with IN_USE:
            value = self.container.storage.peek()
            if borrow and (return_internal_type or isinstance(value, np.ndarray)):
                return value
            return np.array(value)

    def set_value(self, new_value: Any, borrow: bool = False) -> None:
        """Set the value.

        Parameters
        ----------
        new_value : array_like
            Of the variable's number of dimensions, and a dtype that converts without loss.
        borrow : bool, default False
            Whether the variable may keep `new_value` itself rather than a copy.
        """
        if new_value is None:
            raise TypeError(f"the value of {self} can't be None")
        if not isinstance(new_value, np.ndarray) and hasattr(new_value, "__array__"):
            new_value, borrow = np.array(new_value), True  # of a JAX array, NumPy's is read-only
        with IN_USE:
            self.container.value = new_value if borrow else copy.deepcopy(new_value)

    def zero(self, borrow: bool = False) -> None:
        """Set all elements to zero."""
        self.container.value = np.zeros_like(self.get_value(borrow=True, return_internal_type=True))

    @property
    def default_update(self) -> Any:
        """The update that compiled functions make unless they are given another one."""
        return self._default_update

    @default_update.setter
    def default_update(self, value):
        if value is not None:
            value = self.type.filter_variable(value, allow_convert=True)
            if value.type != self.type:  # a known size, which PyTensor refuses in default updates
                value = Apply(tensor_copy, [value], [self.type()]).outputs[0]
        self._default_update = value


def shared(
    value: Any,
    name: "str | None" = None,
    strict: bool = False,
    allow_downcast: "bool | None" = None,
    **kwargs,
) -> SharedVariable:
    """Make a variable that holds a value between calls.

    Parameters
    ----------
    value : array, number or object
        The first value.
    name : str, optional
        The variable's name.
    strict : bool, default False
        Whether later values must have the variable's type exactly.
    allow_downcast : bool, optional
        Whether later values may lose precision.
    **kwargs
        For arrays: `borrow` (whether the variable may keep the array itself), `broadcastable`
        (a pattern of axes that have and keep size 1; none by default), `shape` (PyTensor's static
        shape). `target` is taken and has no effect.

    Returns
    -------
    shared variable

    Examples
    --------
    >>> import numpy as np, theano
    >>> w = theano.shared(np.zeros((2, 3)), name="w")
    >>> w.set_value(np.ones((2, 3)))
    >>> w.get_value().sum().item()
    6.0
    """
    kwargs.pop("target", None)
    for constructor in reversed(shared.constructors):
        try:
            return constructor(
                value, name=name, strict=strict, allow_downcast=allow_downcast, **kwargs
            )
        except TypeError:  # which says that it isn't for such values
            continue
    if isinstance(value, (np.ndarray, np.generic, bool, int, float, complex)):
        return _shared_tensor(value, name, strict, allow_downcast, **kwargs)
    kwargs.pop("borrow", None)
    return pytensor.shared(value, name, strict, allow_downcast, **kwargs)


shared.constructors = []


def shared_constructor(constructor: Callable, remove: bool = False) -> Callable:
    """Have :func:`shared` try a constructor, the one that was added last at first; a decorator.

    Parameters
    ----------
    constructor : callable
        Takes what `shared` does. It raises TypeError for values that it isn't for.
    remove : bool, default False
        Whether to try it no more.
    """
    change = shared.constructors.remove if remove else shared.constructors.append
    change(constructor)
    return constructor


def _shared_tensor(
    value, name, strict, allow_downcast, borrow=False, broadcastable=None, shape=None
):
    if isinstance(value, np.ma.MaskedArray):
        raise NotImplementedError("a masked array can't be a shared variable's value")
    array = np.asarray(value) if borrow else np.array(value)
    if shape is None:
        pattern = broadcastable if broadcastable is not None else (False,) * array.ndim
        if len(pattern) != array.ndim:
            raise TypeError(
                f"broadcastable {pattern} has {len(pattern)} entries, for an array of "
                f"{array.ndim} dimensions"
            )
        shape = tuple(1 if b else None for b in pattern)
    return TensorSharedVariable(
        TensorType(str(array.dtype), shape), array, strict, allow_downcast, name=name
    )
