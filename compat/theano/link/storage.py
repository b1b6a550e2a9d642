"""Where values are between calls: on the host, or as JAX arrays on the device."""

import threading
from collections.abc import Iterable
from typing import Any

import numpy as np
from pytensor.link.basic import Container

__all__ = [
    "IN_USE",
    "AliasStorage",
    "DeviceStorage",
    "GeneratorStorage",
    "HostStorage",
    "storage_for",
    "without_aliases",
]

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
        """Return a copy of the value on the device; None if there is no value."""
        import jax.numpy as jnp

        value = self.peek()
        return None if value is None else jnp.array(value, copy=True)

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
