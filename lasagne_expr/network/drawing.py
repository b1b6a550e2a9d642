"""A network as a picture, with the shapes, and with the layers that share variables tied."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..layers import Layer, get_all_layers
from ..parameters import collect_shared_vars
from .description import variable_names
from .expression_text import formula
from .parameter_paths import layer_labels, placed_params

__all__ = ["draw"]


def draw(network: "Layer | Sequence[Layer]", path: "str | os.PathLike | None" = None) -> Any:
    """Draw a network with Graphviz.

    Layers are boxes with their parameters, arrows carry the outputs' shapes, and dashed lines tie
    layers whose parameters share variables.

    Parameters
    ----------
    network : Layer or list of Layer
        The network's output layers; all below them are drawn.
    path : str or path, optional
        A file for the picture; its ending, such as ``.svg``, ``.pdf`` or ``.png``, tells the kind.

    Returns
    -------
    graphviz.Digraph
        Which notebooks show as a picture, and whose ``source`` is its text.

    Raises
    ------
    ImportError
        If the package graphviz is missing.
    RuntimeError
        If a file is wanted, and the program ``dot`` of Graphviz is missing.
    ValueError
        If the file's ending is of no kind of picture.
    """
    graphviz = _graphviz()
    picture = graphviz.Digraph(
        graph_attr={"rankdir": "BT"}, node_attr={"shape": "box", "fontname": "sans-serif"}
    )
    layers = get_all_layers(network)
    labels = layer_labels(layers)
    ids = {layer: f"layer{index}" for index, layer in enumerate(layers)}
    placed = placed_params(network)
    names = variable_names(network)
    for layer in layers:
        picture.node(ids[layer], graphviz.escape(_text(layer, labels[layer], placed, names)))
        for source in _sources(layer):
            picture.edge(ids[source], ids[layer], label=graphviz.escape(str(source.output_shape)))
    for (first, other), shared in _ties(placed).items():
        label = graphviz.escape(", ".join(names[variable] for variable in shared))
        tie = {"style": "dashed", "dir": "none", "constraint": "false"}
        picture.edge(ids[first], ids[other], label=label, **tie)
    if path is not None:
        _write(graphviz, picture, Path(path))
    return picture


def _graphviz():
    try:
        import graphviz
    except ImportError as error:
        raise ImportError(
            "draw needs the package graphviz: pip install graphviz, or 'lasagne_expr[draw]'"
        ) from error
    return graphviz


def _text(layer, label, placed, names):
    kind = type(layer).__name__
    head = label if label.startswith(kind) else f"{label}: {kind}"
    params = [
        f"{one.place[len(label) + 1 :]} = {formula(one.param, names, max_length=40)}"
        for one in placed
        if one.layer is layer
    ]
    return "\n".join([f"{head} {layer.output_shape}", *params])


def _sources(layer):
    sources = getattr(layer, "input_layers", None) or [getattr(layer, "input_layer", None)]
    return [source for source in sources if source is not None]


def _ties(placed):
    """Find the pairs of layers that share variables: each with the first one that has them."""
    first, ties = {}, {}
    for one in placed:
        for shared in collect_shared_vars(one.param):
            owner = first.setdefault(shared, one.layer)
            if owner is not one.layer:
                ties.setdefault((owner, one.layer), {})[shared] = None
    return ties


def _write(graphviz, picture, path):
    try:
        picture.render(outfile=path, cleanup=True)
    except graphviz.ExecutableNotFound as error:
        raise RuntimeError(
            f"{path} can't be drawn, as there is no program dot: install Graphviz (Debian: "
            "apt install graphviz), or use the returned object's source elsewhere"
        ) from error
