"""Pickles whose arrays lie beside them in a zip file, where `numpy.load` finds them."""

import io
import pickle
import zipfile
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
from pytensor.graph.utils import Scratchpad
from theano.absent import absent_class
from theano.compile.sharedvalue import DeviceStorage, SharedVariable
from theano.missing import explain_missing

__all__ = [
    "CompatUnpickler",
    "PersistentNdarrayID",
    "PersistentNdarrayLoad",
    "PersistentSharedVariableID",
    "StripPickler",
    "dump",
    "load",
]

__getattr__ = explain_missing(__name__)

CompatUnpickler = pickle.Unpickler
DEFAULT_PROTOCOL = pickle.DEFAULT_PROTOCOL
PersistentGpuArrayID = absent_class(f"{__name__}.PersistentGpuArrayID")


class StripPickler(pickle.Pickler):
    """A pickler that leaves out some of what variables are tagged with.

    Parameters
    ----------
    file : file
        Opened for writing bytes.
    protocol : int, default 0
    extra_tag_to_remove : list of str, optional
        Tags to leave out besides ``trace`` and ``test_value``.
    """

    def __init__(self, file: Any, protocol: int = 0, extra_tag_to_remove: "list | None" = None):
        super().__init__(file, protocol)
        self.tag_to_remove = ["trace", "test_value", *(extra_tag_to_remove or ())]

    def reducer_override(self, obj: Any) -> Any:
        """Say how to pickle a variable's tags; other objects are pickled as ever."""
        if not isinstance(obj, Scratchpad):
            return NotImplemented
        reduced = list(obj.__reduce_ex__(2))
        if isinstance(reduced[2], dict):
            kept = {tag: x for tag, x in reduced[2].items() if tag not in self.tag_to_remove}
            reduced[2] = kept
        return tuple(reduced)


class PersistentNdarrayID:
    """Puts arrays into a zip file, and names them for a pickler.

    Parameters
    ----------
    zip_file : zipfile.ZipFile
    """

    def __init__(self, zip_file: zipfile.ZipFile):
        self.zip_file = zip_file
        self.count = 0
        self.seen: dict = {}

    def _resolve_name(self, obj):
        self.count += 1
        return f"array_{self.count - 1}"

    def __call__(self, obj: Any) -> "str | None":
        if type(obj) is np.ndarray:
            return self._stored("ndarray", obj, obj)
        return None

    def _stored(self, kind, obj, array):
        if id(obj) not in self.seen:
            name = self._resolve_name(obj)
            with self.zip_file.open(name, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array)
            # The object is kept, so that no other one gets its id.
            self.seen[id(obj)] = f"{kind}.{name}", obj
        return self.seen[id(obj)][0]


class PersistentSharedVariableID(PersistentNdarrayID):
    """The same, with the names of shared variables for their values.

    Parameters
    ----------
    zip_file : zipfile.ZipFile
    allow_unnamed : bool, default True
        Whether shared variables without a name are taken.
    allow_duplicates : bool, default True
        Whether several may have one name; they become ``x``, ``x_2``, and so on.
    """

    def __init__(
        self, zip_file: zipfile.ZipFile, allow_unnamed: bool = True, allow_duplicates: bool = True
    ):
        super().__init__(zip_file)
        self.name_counter: dict = defaultdict(int)
        self.names: dict = {}
        self.allow_unnamed = allow_unnamed
        self.allow_duplicates = allow_duplicates

    def _resolve_name(self, obj):
        name = self.names.get(id(obj))
        if name is None:
            return super()._resolve_name(obj)
        self.name_counter[name] += 1
        count = self.name_counter[name]
        if count == 1:
            return name
        if not self.allow_duplicates:
            raise ValueError(f"several shared variables are called {name!r}")
        return f"{name}_{count}"

    def __call__(self, obj: Any) -> "str | None":
        if isinstance(obj, SharedVariable):
            if obj.name == "pkl":
                raise ValueError("a shared variable can't be called 'pkl' here")
            if obj.name:
                self.names[id(obj.container.storage)] = obj.name
            elif not self.allow_unnamed:
                raise ValueError(f"a shared variable has no name: {obj}")
        if isinstance(obj, DeviceStorage) and isinstance(obj[0], np.ndarray):
            return self._stored("storage", obj, obj[0])
        return super().__call__(obj)


class PersistentNdarrayLoad:
    """Finds arrays in a zip file for an unpickler.

    Parameters
    ----------
    zip_file : zipfile.ZipFile
    """

    def __init__(self, zip_file: zipfile.ZipFile):
        self.zip_file = zip_file
        self.cache: dict = {}

    def __call__(self, persid: str) -> Any:
        if persid not in self.cache:
            kind, _, name = persid.partition(".")
            with self.zip_file.open(name) as file:
                if kind == "gpuarray":
                    pickle.load(file)  # the name of its GPU
                array = np.lib.format.read_array(file)
            self.cache[persid] = DeviceStorage(array) if kind == "storage" else array
        return self.cache[persid]


def dump(
    obj: Any,
    file_handler: Any,
    protocol: int = pickle.DEFAULT_PROTOCOL,
    persistent_id: Callable = PersistentSharedVariableID,
) -> None:
    """Write an object into a zip file.

    Parameters
    ----------
    obj : object
    file_handler : file
        Opened for writing bytes.
    protocol : int, optional
        The pickle's protocol.
    persistent_id : callable, optional
        Makes of the zip file what puts arrays into it.

    Examples
    --------
    >>> import theano
    >>> file = io.BytesIO()
    >>> dump([theano.shared(0.5, "w"), np.array(2)], file)
    >>> file.seek(0)
    0
    >>> with np.load(file) as arrays:
    ...     print(sorted(arrays), float(arrays["w"]))
    ['array_0', 'pkl', 'w'] 0.5
    """
    with zipfile.ZipFile(file_handler, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as zip_file:
        file = io.BytesIO()
        pickler = _Pickler(file, protocol)
        pickler.find_id = persistent_id(zip_file)
        pickler.dump(obj)
        zip_file.writestr("pkl", file.getvalue())


class _Pickler(pickle.Pickler):
    find_id: Callable

    def persistent_id(self, obj):
        return self.find_id(obj)


class _Unpickler(pickle.Unpickler):
    find: Callable

    def persistent_load(self, persid):
        return self.find(persid)


def load(f: Any, persistent_load: Callable = PersistentNdarrayLoad) -> Any:
    """Read an object that :func:`dump` wrote.

    Parameters
    ----------
    f : file
        Opened for reading bytes.
    persistent_load : callable, optional
        Makes of the zip file what finds arrays in it.

    Returns
    -------
    object
    """
    with zipfile.ZipFile(f) as zip_file:
        unpickler = _Unpickler(io.BytesIO(zip_file.read("pkl")))
        unpickler.find = persistent_load(zip_file)
        return unpickler.load()
