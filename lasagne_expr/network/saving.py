"""Saving networks to files, and training that goes on from a file as if it had not stopped.

A file holds every shared variable of a network's parameters by its place, such as ``encode.W``, or
``decode.W[0]`` for the first one in an expression; given the updates of a training function, the
optimizer's states and the states of random streams as well. It is a safetensors file: plain
arrays, of which reading runs no code, as it would with pickles.

>>> import os, tempfile
>>> from lasagne_expr.layers import DenseLayer, InputLayer
>>> network = DenseLayer(InputLayer((None, 3)), num_units=2, name="dense")
>>> path = os.path.join(tempfile.mkdtemp(), "network.safetensors")
>>> save(path, network, meta={"epoch": 3})
>>> load(path, network)
{'epoch': 3}
"""

import json
import os
import platform
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import theano
from theano.compile import SharedVariable

from .._version import __version__
from ..layers import (
    DropoutLayer,
    GaussianNoiseLayer,
    InputLayer,
    Layer,
    get_all_layers,
    get_all_params,
)
from ..layers.helper import value_for
from ..random import get_rng
from . import array_files
from .generator_states import generator_state, set_generator_state
from .parameter_paths import layer_labels, placed_params, shared_places, unique_labels

__all__ = ["load", "save"]

_FORMAT_VERSION = 1
_LIBRARY_STREAM = "lasagne_expr.random"

Updates = Mapping[SharedVariable, Any] | Iterable[tuple] | None


def save(
    path: "str | os.PathLike",
    network: "Layer | Sequence[Layer]",
    updates: Updates = None,
    meta: Any = None,
) -> None:
    """Save a network, and what is needed to go on training it.

    Parameters
    ----------
    path : str or path
        The file. A name that ends in ``.npz`` makes a file of the parameters' values alone, in
        Lasagne's order, as ``numpy.savez(path, *get_all_param_values(network))`` does; any other
        a safetensors file.
    network : Layer or list of Layer
        The network's output layers.
    updates : dict, optional
        What the training function was given as ``updates``. With it these are saved too: whatever
        it updates (an optimizer's states); scalar shared variables that it depends on (a learning
        rate); the states of random streams in it (dropout's masks); and the state of
        `lasagne_expr.random.get_rng`. Other shared variables, such as data, are not.
    meta : optional
        Anything that JSON can hold, such as ``{"epoch": 10}``, for `load` to return.

    Raises
    ------
    OSError
        If the file can't be written. The old one, if there was one, is still there.
    TypeError
        If `path` is no path, or `updates` are none, or `meta` isn't what JSON can hold.
    ValueError
        If `updates` or `meta` is given for an npz file, which has no place for them.

    Warns
    -----
    UserWarning
        If `updates` change none of the network's parameters.

    Notes
    -----
    The file is written beside and renamed: whenever the process is killed, there is a whole file,
    the old one or the new one.

    See Also
    --------
    load
    """
    if _is_npz(path):
        _check_npz_takes(path, updates=updates, meta=meta)
        array_files.write_npz(path, [shared.get_value() for shared in get_all_params(network)])
        return
    entries = _entries(network, updates)
    arrays = {entry.place: entry.read() for entry in entries if entry.is_array}
    header = {
        "format": array_files.FORMAT,
        "format_version": _FORMAT_VERSION,
        "versions": _versions(),
        "layers": _described_layers(network),
        "expressions": _signatures(network),
        "computed": _computed(network),
        "variables": {e.place: e.described(arrays[e.place]) for e in entries if e.is_array},
        "generators": {entry.place: entry.read() for entry in entries if not entry.is_array},
        "meta": meta,
    }
    tensors = {place: _as_real(array) for place, array in arrays.items()}
    array_files.write_tensors(
        path, tensors, {key: _to_json(key, value) for key, value in header.items()}
    )


def load(
    path: "str | os.PathLike", network: "Layer | Sequence[Layer]", updates: Updates = None
) -> Any:
    """Load what :func:`save` saved into a network of the same structure: all of it, or nothing.

    Parameters
    ----------
    path : str or path
        The file; one whose name ends in ``.npz`` has arrays in Lasagne's order.
    network : Layer or list of Layer
        The network's output layers.
    updates : dict, optional
        What the training function is given as ``updates``. With it the training's states are set
        too, those of random streams included, so that training goes on as if it had not stopped.
        Without it they stay as they are.

    Returns
    -------
    object
        What `save` was given as `meta`.

    Raises
    ------
    OSError
        If the file can't be read.
    TypeError
        If `path` is no path, or `updates` are none.
    ValueError
        If it is damaged or of another kind, or if it doesn't fit the network: then all differences
        are listed.

    Warns
    -----
    UserWarning
        If all that is loaded fits, but layers are of other types, or have other nonlinearities.

    See Also
    --------
    save
    """
    if _is_npz(path):
        _check_npz_takes(path, updates=updates)
        _load_npz(path, network)
        return None
    saved = _Saved(path)
    entries = {entry.place: entry for entry in _entries(network, updates)}
    values = saved.values if updates is not None else saved.parameters()
    differences = _differences_of_places(entries, values, saved)
    differences += _differences_of_expressions(_signatures(network), saved.expressions)
    ready = {}
    for place in [place for place in entries if place in values]:
        try:
            ready[place] = entries[place].fitted(values[place])
        except ValueError as error:
            differences.append(str(error))
    _raise_if_any(path, differences)
    _warn_if_computed_otherwise(path, saved.computed, _computed(network))
    for place, value in ready.items():
        entries[place].set(value)
    return saved.meta


def _raise_if_any(path, differences):
    if differences:
        listed = "".join(f"\n  {difference}" for difference in differences)
        raise ValueError(f"{path} doesn't fit the network, and nothing was loaded:{listed}")


def _differences_of_places(entries, values, saved):
    differences = [
        f"missing from the file: {entry}" for place, entry in entries.items() if place not in values
    ]
    if (
        differences
        and not saved.has_training_states()
        and any(entry.kind != "parameter" for entry in entries.values())
    ):
        differences.append("(the file was saved without updates, but some were given to load)")
    differences += [
        f"in the file, but not in the network: {_label(place, value)}"
        for place, value in values.items()
        if place not in entries
    ]
    for place, entry in entries.items():
        in_file = saved.places(place)
        if place in values and in_file and set(in_file) != set(entry.places):
            differences.append(
                f"{place} is shared by {', '.join(in_file)} in the file, and by "
                f"{', '.join(entry.places)} in the network"
            )
    return differences


def _differences_of_expressions(here, in_file):
    """List where numbers would mean something else; an older file doesn't tell."""
    if in_file is None:
        return []
    return [
        f"{place} is {in_file.get(place, 'no ready-made expression')} in the file, and "
        f"{here.get(place, 'none')} in the network"
        for place in sorted({*here, *in_file})
        if here.get(place) != in_file.get(place)
    ]


def _label(place, value):
    return f"{place} of shape {value.shape}" if isinstance(value, np.ndarray) else place


class _Variable:
    """A shared variable that holds an array: a parameter's, an optimizer's or a stream's."""

    is_array = True

    def __init__(self, shared, kind, places):
        self.shared, self.kind, self.places = shared, kind, places
        self.place = places[0]

    def __str__(self):
        return _label(self.place, self.read())

    def read(self):
        return np.asarray(self.shared.get_value())

    def described(self, array):
        return {
            "kind": self.kind,
            "name": self.shared.name,
            "shape": array.shape,
            "dtype": str(array.dtype),
            "places": self.places,
        }

    def fitted(self, value):
        shape = self.read().shape
        if value.shape != shape:
            raise ValueError(f"{self.place} has shape {value.shape} in the file, expected {shape}")
        try:
            return value_for(self.shared, value)
        except ValueError as error:
            raise ValueError(f"{self.place}: {error}") from error

    def set(self, value):
        self.shared.set_value(value)


class _Generator:
    """A shared variable that holds one of NumPy's generators."""

    is_array = False
    kind = "random"

    def __init__(self, shared, place):
        self.shared, self.place, self.places = shared, place, [place]

    def __str__(self):
        return f"{self.place}, the state of a generator"

    def _get(self):
        return self.shared.get_value()

    def read(self):
        return generator_state(self._get())

    def fitted(self, state):
        kinds = [x and x.get("bit_generator") for x in (state, self.read())]
        if kinds[0] != kinds[1]:
            raise ValueError(
                f"{self.place} is the state of a generator {kinds[0]} in the file, but the one "
                f"here is {kinds[1] or 'of an unknown kind'}"
            )
        return state

    def set(self, state):
        generator = self._get()
        set_generator_state(generator, state)
        self.shared.set_value(generator)


class _LibraryStream(_Generator):
    """The generator that the library draws from."""

    def __init__(self):
        super().__init__(None, _LIBRARY_STREAM)

    def _get(self):
        return get_rng()

    def set(self, state):
        # A generator that isn't NumPy's has no state that could have been saved.
        if state is not None:
            set_generator_state(get_rng(), state)


def _entries(network, updates):
    """List all that is saved, or that is to be loaded, in a fixed order."""
    places = shared_places(network)
    entries = [_Variable(shared, "parameter", where) for shared, where in places.items()]
    if updates is not None:
        updates = _checked_updates(updates)
        _warn_if_of_another(updates, places)
        entries += _training_entries(updates, places)
        entries.append(_LibraryStream())
    _check_all_differ(entries)
    return entries


def _checked_updates(given):
    expected = "updates should be a dict of shared variables, as theano.function takes it"
    try:
        updates = dict(given)
    except (TypeError, ValueError, LookupError) as error:
        raise TypeError(f"{expected}, but is {given!r}") from error
    for shared in updates:
        if not isinstance(shared, SharedVariable):
            raise TypeError(f"{expected}, but has the key {shared!r}")
    return updates


def _warn_if_of_another(updates, params):
    held = {id(shared.container) for shared in params}
    if updates and params and held.isdisjoint(id(shared.container) for shared in updates):
        warnings.warn(
            "the updates change no parameter of the network: are they another network's, or an "
            "earlier one's of the same names? Then training can't go on from what is saved",
            stacklevel=4,
        )


def _training_entries(updates, params):
    below = _without_copies(_shared_below(updates), params)
    streams = [shared for shared in below if _is_stream(shared)]
    states = [
        shared
        for shared in below
        if not _is_stream(shared)
        # Others don't change in training, or are too large for a setting: they are data.
        and (shared in updates or _default_update(shared) is not None or shared.ndim == 0)
    ]
    labels = unique_labels([shared.name for shared in states], ["state"] * len(states))
    entries = [_Variable(s, "state", [f"updates.{name}"]) for s, name in zip(states, labels)]
    for index, shared in enumerate(streams):
        place = f"random[{index}]"
        is_array = hasattr(shared.type, "dtype")
        entries.append(
            _Variable(shared, "random", [place]) if is_array else _Generator(shared, place)
        )
    return entries


def _shared_below(updates):
    """List the shared variables that a training step reads or changes, by default updates too."""
    found = dict.fromkeys(updates)
    pending = list(updates.values())
    while pending:
        variables = [value for value in pending if isinstance(value, theano.Variable)]
        leaves = theano.gof.graph.inputs(variables[::-1])
        new = [v for v in leaves if isinstance(v, SharedVariable) and v not in found]
        found.update(dict.fromkeys(new))
        pending = [_default_update(shared) for shared in new]
    return list(found)


def _without_copies(variables, others):
    """Leave out what holds the same value as one of the others, as copies of variables do."""
    held = {id(shared.container) for shared in others}
    found = {id(shared.container): shared for shared in reversed(variables)}
    return [found[key] for key in reversed(found) if key not in held]


def _default_update(shared):
    return getattr(shared, "default_update", None)


def _is_stream(shared):
    return getattr(shared.tag, "is_rng", False) or not hasattr(shared.type, "dtype")


def _check_all_differ(entries):
    seen = {}
    for entry in entries:
        if entry.place in seen:
            raise ValueError(
                f"two shared variables would both be saved as {entry.place}: give the layers or "
                "variables other names"
            )
        seen[entry.place] = entry


def _described_layers(network):
    labels = layer_labels(get_all_layers(network))
    return [[labels[x], type(x).__name__, x.output_shape] for x in labels]


def _computed(network):
    """Tell in words what each layer computes in deterministic passes, as far as names tell it.

    Layers without parameters go without their labels, since these change with the layers before.
    """
    labels = layer_labels(get_all_layers(network))
    left_out = (InputLayer, DropoutLayer, GaussianNoiseLayer)
    return [_computes(x, labels[x]) for x in labels if not isinstance(x, left_out)]


def _computes(layer, label):
    text = type(layer).__name__
    if layer.get_params():
        text = f"{label}, of type {text}"
    nonlinearity = getattr(layer, "nonlinearity", None)
    if nonlinearity is None:
        return text
    return f"{text}, with {getattr(nonlinearity, '__name__', type(nonlinearity).__name__)}"


def _warn_if_computed_otherwise(path, in_file, here):
    if in_file is None or sorted(in_file) == sorted(here):
        return
    missing, new = Counter(in_file) - Counter(here), Counter(here) - Counter(in_file)
    listed = [f"\n  only in the file: {text}" for text in missing.elements()]
    listed += [f"\n  only in the network: {text}" for text in new.elements()]
    warnings.warn(
        f"{path} fits the network and is loaded, but was saved of one that computes something "
        f"else:{''.join(listed)}",
        stacklevel=3,
    )


def _signatures(network):
    """Tell by their places which ready-made expressions a network's parameters are."""
    made = {p.place: getattr(p.param.tag, "made_by", None) for p in placed_params(network)}
    return {place: by.expression.signature for place, by in made.items() if by is not None}


def _versions():
    versions = {"lasagne_expr": __version__, "python": platform.python_version()}
    return {**versions, "theano": theano.__version__, "numpy": np.__version__}


class _Saved:
    """What a safetensors file holds."""

    def __init__(self, path):
        tensors, header = array_files.read_tensors(path)
        # A file that another program wrote has arrays alone, as far as this one can tell.
        is_ours = header.pop("format", None) == array_files.FORMAT
        header = {key: json.loads(value) for key, value in header.items()} if is_ours else {}
        version = header.get("format_version", 1)
        if isinstance(version, int) and version > _FORMAT_VERSION:
            raise ValueError(
                f"{path} has format version {version}, and this lasagne_expr reads up to "
                f"{_FORMAT_VERSION}: it was written by a newer one ({header.get('versions')})"
            )
        self.meta = header.get("meta")
        self.expressions = header.get("expressions")
        self.computed = header.get("computed")
        self._variables = header.get("variables") or {}
        self.values = {
            place: _as_complex(tensor, self._variables.get(place, {}).get("dtype"))
            for place, tensor in tensors.items()
        }
        self.values.update(header.get("generators") or {})

    def places(self, place):
        return self._variables.get(place, {}).get("places")

    def parameters(self):
        return {k: v for k, v in self.values.items() if self._kind(k) == "parameter"}

    def has_training_states(self):
        return len(self.parameters()) < len(self.values)

    def _kind(self, place):
        is_array = isinstance(self.values[place], np.ndarray)
        return self._variables.get(place, {}).get("kind", "parameter") if is_array else "random"


def _as_real(array):
    """Split complex numbers, which the format hasn't, along a new last axis."""
    if array.dtype.kind != "c":
        return array
    return np.stack([array.real, array.imag], axis=-1)


def _as_complex(array, dtype):
    if dtype is None or np.dtype(dtype).kind != "c":
        return array
    return (array[..., 0] + 1j * array[..., 1]).astype(dtype)


def _to_json(key, value):
    if key == "format":
        return value
    try:
        return json.dumps(value)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{key} can't be written as JSON: {error}") from error


def _is_npz(path):
    if not isinstance(path, (str, bytes, os.PathLike)):
        raise TypeError(f"path should be a file's name, and comes before the network; got {path!r}")
    return os.fsdecode(path).endswith(".npz")


def _check_npz_takes(path, **arguments):
    for name, value in arguments.items():
        if value is not None:
            raise ValueError(
                f"{path}: an npz file holds the parameters' values only, so {name} can't be given; "
                "choose a name that ends in .safetensors"
            )


def _load_npz(path, network):
    params = get_all_params(network)
    places = shared_places(network)
    values = array_files.read_npz(path)
    differences, ready = [], []
    if len(values) != len(params):
        differences.append(f"the file has {len(values)} arrays, the network {len(params)}")
    for index, (shared, value) in enumerate(zip(params, values)):
        entry = _Variable(shared, "parameter", places[shared])
        try:
            ready.append((entry, entry.fitted(value)))
        except ValueError as error:
            differences.append(f"arr_{index}: {error}")
    _raise_if_any(path, differences)
    for entry, value in ready:
        entry.set(value)
