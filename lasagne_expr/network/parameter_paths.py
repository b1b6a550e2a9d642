"""Paths of parameters in a network, the same each time it is built: ``encode.W``, ``decode.W[0]``.

The code calls them places, as a path is also that of a file.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import theano
from theano.compile import SharedVariable

from ..layers import Layer, get_all_layers
from ..layers.helper import params_of
from ..parameters import collect_shared_vars


@dataclass(frozen=True)
class PlacedParam:
    """A parameter of a layer, and where it stands in the network.

    Attributes
    ----------
    layer : Layer
        The layer of the network.
    place : str
        Where: the layer's label and the parameter's name, such as ``"encode.W"``.
    param : Theano variable
        The parameter.
    tags : frozenset of str
        The tags that the layer gave it.
    """

    layer: Layer
    place: str
    param: theano.Variable
    tags: frozenset


def unique_labels(names: "Iterable[str | None]", kinds: Iterable[str]) -> list[str]:
    """Make a label of each name: the name where it is the only one, or its kind, with a number.

    >>> unique_labels(["in", None, "a", "a"], ["Input", "Dense", "Dense", "Dense"])
    ['in', 'Dense#1', 'a#2', 'a#3']
    """
    # Layers may be named by numbers.
    names = [None if name is None else str(name) for name in names]
    times = Counter(names)
    return [
        # A # within a name could make it another's label.
        name if name and times[name] == 1 and "#" not in name else f"{name or kind}#{index}"
        for index, (name, kind) in enumerate(zip(names, kinds, strict=True))
    ]


def layer_labels(layers: Sequence[Layer]) -> dict[Layer, str]:
    """Give each layer a label of its own: its name, or its type and position.

    >>> from lasagne_expr.layers import DenseLayer, InputLayer
    >>> l1 = InputLayer((None, 3), name="in")
    >>> list(layer_labels([l1, DenseLayer(l1, 2)]).values())
    ['in', 'DenseLayer#1']
    """
    kinds = [type(layer).__name__ for layer in layers]
    names = [getattr(layer, "name", None) for layer in layers]
    return dict(zip(layers, unique_labels(names, kinds)))


def placed_params(network: "Layer | Sequence[Layer]") -> list[PlacedParam]:
    """List the parameters of a network with their places, those of networks inside layers too.

    >>> from lasagne_expr.layers import DenseLayer, InputLayer
    >>> l2 = DenseLayer(InputLayer((None, 3)), 2, name="encode")
    >>> l3 = DenseLayer(l2, 3, W=l2.W.T, b=None)
    >>> [placed.place for placed in placed_params(l3)]
    ['encode.W', 'encode.b', 'DenseLayer#2.W']
    """
    layers = get_all_layers(network)
    return [
        placed
        for layer, label in layer_labels(layers).items()
        for placed in _params_of(layer, label, set(layers))
    ]


def _params_of(layer, label, seen):
    found = [
        PlacedParam(layer, f"{label}.{name}", param, frozenset(layer.params[param]))
        for param, name in _param_names(layer).items()
    ]
    for name, inner in _inner_networks(layer, seen, found):
        inner_layers = get_all_layers(inner)
        seen = seen | set(inner_layers)
        for below, inner_label in layer_labels(inner_layers).items():
            found += [
                PlacedParam(layer, placed.place, placed.param, placed.tags)
                for placed in _params_of(below, f"{label}.{name}.{inner_label}", seen)
            ]
    found += [
        PlacedParam(layer, f"{label}.others[{index}]", shared, _tags_in(layer, shared))
        for index, shared in enumerate(_not_in(found, layer))
    ]
    return found


def _param_names(layer):
    """Name a layer's parameters by its attributes, as users do; what isn't one, by number."""
    attributes = {}
    for name, value in vars(layer).items():
        attributes.setdefault(id(value), name)
    return {
        param: attributes.get(id(param), f"params[{index}]")
        for index, param in enumerate(getattr(layer, "params", ()))
    }


def _inner_networks(layer, seen, found):
    """Find the networks that a layer holds, where it lists parameters that aren't its own."""
    if not _not_in(found, layer):
        return []
    inner = [(k, v) for k, v in vars(layer).items() if isinstance(v, Layer) and v not in seen]
    return sorted(inner, key=lambda item: item[0])


def _not_in(found, layer):
    known = set(collect_shared_vars([placed.param for placed in found]))
    return [shared for shared in params_of(layer) if shared not in known]


def _tags_in(layer, shared):
    names = {"trainable", "regularizable"}
    return frozenset(name for name in names if shared in params_of(layer, **{name: True}))


def shared_places(network: "Layer | Sequence[Layer]") -> dict[SharedVariable, list[str]]:
    """Find where each shared variable of a network's parameters stands.

    A shared variable that is a parameter has the parameter's place. Inside of an expression its
    position is added: how many other shared variables stand on its left.

    >>> from lasagne_expr.layers import DenseLayer, InputLayer
    >>> l2 = DenseLayer(InputLayer((None, 3)), 2, name="encode", b=None)
    >>> shared_places(DenseLayer(l2, 3, W=l2.W.T, b=None, name="decode"))
    {encode.W: ['encode.W', 'decode.W[0]']}
    """
    places = {}
    for placed in placed_params(network):
        for index, shared in enumerate(collect_shared_vars(placed.param)):
            is_param = shared is placed.param
            place = placed.place if is_param else f"{placed.place}[{index}]"
            places.setdefault(shared, []).append(place)
    return places
