"""Shared variables, whose values stay on the device between the calls of compiled functions."""

import copy
import threading
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytensor
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Apply
from pytensor.link.basic import Container
from pytensor.tensor.basic import tensor_copy
from pytensor.tensor.sharedvar import TensorSharedVariable as _PyTensorSharedVariable
from pytensor.tensor.type import TensorType
from theano.missing import explain_missing

__all__ = [
    "IN_USE",
    "SharedVariable",
    "TensorSharedVariable",
    "shared",
    "storage_for",
    "without_aliases",
]

__getattr__ = explain_missing(__name__, "pytensor.compile.sharedvalue")

# Held while values are taken to be overwritten, so that no other thread reads them meanwhile.
IN_USE = threading.RLock()


class DeviceStorage(list):
    """The one value of a shared variable, either on the host or on the device.

    PyTensor keeps a shared variable's value as the only item of a list. Reading that item brings
    the value to the host, so that PyTensor's functions see an array; for C code, which reads it
    unseen, :meth:`to_host` does. `theano.function` takes :meth:`on_device`, and leaves results
    there.
    """

    __slots__ = ("_device_array",)

    def __init__(self, value: Any):
        super().__init__([value])
        self._device_array = None

    def __getitem__(self, index):
        self.to_host()
        return super().__getitem__(index)

    def __iter__(self):
        self.to_host()
        return super().__iter__()

    def __setitem__(self, index, value):
        self._device_array = None
        # Functions in PyTensor's mode JAX leave their updates as arrays of JAX.
        host = value if value is None or isinstance(value, np.ndarray) else np.array(value)
        super().__setitem__(index, host)

    def to_host(self) -> None:
        """Bring the value to where code finds it that doesn't ask for it."""
        if self._device_array is not None:
            self[0] = np.array(self._device_array)

    def on_device(self) -> Any:
        """Return the value as a JAX array, after moving it to the device if need be."""
        if self._device_array is None:
            import jax.numpy as jnp

            # A copy: the compiled function may overwrite its buffer.
            self.put(jnp.array(super().__getitem__(0), copy=True))
        return self._device_array

    def put(self, array: Any) -> None:
        """Make a JAX array the value, without copying it."""
        super().__setitem__(0, None)
        self._device_array = array

    @property
    def shape(self) -> tuple:
        """The value's shape."""
        return self.peek().shape

    def peek(self) -> Any:
        """Return the value where it is: a NumPy array, or a JAX array."""
        if self._device_array is not None:
            return self._device_array
        return super().__getitem__(0)

    def __reduce__(self):
        return DeviceStorage, (np.array(self.peek()),)

    def __deepcopy__(self, memo):
        return DeviceStorage(np.array(self.peek()))


class HostStorage:
    """What a compiled function needs of a value that PyTensor, or a default argument, holds."""

    def __init__(self, storage: list):
        self._storage = storage

    @property
    def shape(self) -> "tuple | None":
        """The value's shape; None for what isn't an array."""
        return getattr(self.peek(), "shape", None)

    def peek(self) -> Any:
        """Return the value."""
        return self._storage[0]

    def on_device(self) -> Any:
        """Return a copy of the value on the device."""
        import jax.numpy as jnp

        return jnp.array(self.peek(), copy=True)

    def put(self, array: Any) -> None:
        """Take a JAX array as the value."""
        self._storage[0] = np.array(array)


class GeneratorStorage(HostStorage):
    """A NumPy generator's value, of which compiled functions use a JAX counterpart.

    JAX's generators differ from NumPy's. So each function starts from the generator's state once,
    and goes on from there by itself.
    """

    def __init__(self, storage: list):
        super().__init__(storage)
        self._state = None

    def on_device(self) -> Any:
        """Return the state of JAX's counterpart."""
        if self._state is None:
            from pytensor.link.jax.dispatch import jax_typify

            self._state = jax_typify(self.peek())
        return self._state

    def put(self, state: Any) -> None:
        """Take a new state."""
        self._state = state


def storage_for(value: Any, variable: Any) -> Any:
    """Find what holds the value of a shared variable (its container) or of a default argument."""
    storage = value.storage if isinstance(value, Container) else [variable.type.filter(value)]
    if isinstance(storage, DeviceStorage):
        return storage
    if isinstance(storage[0], np.random.Generator):
        return GeneratorStorage(storage)
    return HostStorage(storage)


class AliasStorage:
    """The value of a shared variable that shares it with another one, in the same function.

    Such are the copies that `theano.clone` makes. As the other's buffer may be overwritten, a
    function computes with a copy.
    """

    def __init__(self, storage: DeviceStorage):
        self._storage = storage

    @property
    def shape(self) -> tuple:
        """The value's shape."""
        return self._storage.shape

    def peek(self) -> Any:
        """Return the value."""
        return self._storage.peek()

    def on_device(self) -> Any:
        """Return a copy of the value on the device."""
        import jax.numpy as jnp

        return jnp.array(self._storage.on_device(), copy=True)

    def put(self, array: Any) -> None:
        """Make a JAX array the value of both."""
        self._storage.put(array)


def without_aliases(stores: Iterable) -> list:
    """Replace stores that are there before by ones that give copies of their values."""
    seen, found = set(), []
    for store in stores:
        found.append(AliasStorage(store) if id(store) in seen else store)
        seen.add(id(store))
    return found


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
            Whether an array that shares memory with the variable will do. Where the value is on
            the device it is read-only.
        return_internal_type : bool, default False
            Whether to return what is stored, which may be a JAX array, rather than a NumPy array.

        Returns
        -------
        array
        """
        with IN_USE:
            value = self.container.storage.peek()
            if return_internal_type:
                return value if borrow else copy.copy(value)
            return np.asarray(value) if borrow else np.array(value)

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
        with IN_USE:
            self.container.value = new_value if borrow else copy.deepcopy(new_value)

    def zero(self, borrow: bool = False) -> None:
        """Set all elements to zero."""
        self.container.value = np.zeros_like(self.get_value(borrow=True))

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
    if isinstance(value, (np.ndarray, np.generic, bool, int, float, complex)):
        return _shared_tensor(value, name, strict, allow_downcast, **kwargs)
    kwargs.pop("borrow", None)
    return pytensor.shared(value, name, strict, allow_downcast, **kwargs)


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
