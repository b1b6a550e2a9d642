"""A table of a network: what each parameter is made of, and how many numbers are learned."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from theano.compile import SharedVariable

from ..layers import Layer, get_all_layers, get_all_params
from ..parameters import collect_shared_vars, has_tags, own_tags
from .expression_text import formula
from .parameter_paths import layer_labels, placed_params, shared_places

__all__ = ["Description", "Row", "describe"]

_HEADINGS = ("layer", "output", "parameter", "expression", "shared variable", "tags", "numbers")


@dataclass(frozen=True)
class Row:
    """What a description says of one shared variable in one parameter.

    Attributes
    ----------
    layer : str
        The layer's name, or its type and position.
    output_shape : tuple of int or None
        The layer's.
    parameter : str
        The parameter's name, such as ``"W"``; empty where the layer has none.
    expression : str
        What it is.
    variable : str
        A shared variable in it, with its shape; empty if there is none.
    tags : tuple of str
        The tags that the variable has there.
    numbers : int or None
        How many numbers the variable holds; None where it was listed further up.
    """

    layer: str
    output_shape: tuple
    parameter: str = ""
    expression: str = ""
    variable: str = ""
    tags: tuple = ()
    numbers: "int | None" = None


@dataclass(frozen=True)
class Description:
    """The table that `describe` makes: as text, and in notebooks as HTML.

    Attributes
    ----------
    rows : tuple of Row
        One for each shared variable of each parameter.
    learned, fixed : int
        How many numbers are learned and how many aren't, each shared variable counted once.
    """

    rows: tuple
    learned: int
    fixed: int

    @property
    def totals(self) -> str:
        return f"{self.learned:,} numbers are learned, {self.fixed:,} are not"

    def __str__(self) -> str:
        table = [_HEADINGS, *self._cells()]
        widths = [max(len(line[column]) for line in table) for column in range(len(_HEADINGS))]
        lines = ["  ".join(c.ljust(w) for c, w in zip(line, widths)).rstrip() for line in table]
        rule = "  ".join("-" * width for width in widths)
        return "\n".join([lines[0], rule, *lines[1:], rule, self.totals])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{heading}</th>" for heading in _HEADINGS)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in line) + "</tr>"
            for line in self._cells()
        )
        return (
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            f"<p>{self.totals}</p>"
        )

    def _cells(self):
        """Write the rows; what is as in the row above isn't repeated."""
        previous = None
        for row in self.rows:
            of_layer = row.layer, str(row.output_shape)
            of_param = row.parameter, row.expression
            same_layer = previous and previous.layer == row.layer
            same_param = same_layer and previous.parameter == row.parameter
            numbers = "" if row.numbers is None else f"{row.numbers:,}"
            if row.variable and row.numbers is None:
                numbers = "above"
            yield (
                *(("", "") if same_layer else of_layer),
                *(("", "") if same_param else of_param),
                *(row.variable, " ".join(row.tags), numbers),
            )
            previous = row


def describe(network: "Layer | Sequence[Layer]") -> Description:
    """Make a table of a network's layers and parameters.

    Parameters
    ----------
    network : Layer or list of Layer
        The network's output layers; all below them are listed.

    Returns
    -------
    Description
        Which `print` and notebooks show as a table.

    Examples
    --------
    >>> from lasagne_expr.layers import DenseLayer, InputLayer
    >>> l2 = DenseLayer(InputLayer((None, 3), name="in"), 2, name="encode", b=None)
    >>> l3 = DenseLayer(l2, 3, W=l2.W.T, name="decode", b=None)
    >>> description = describe(l3)
    >>> [row.expression for row in description.rows]
    ['', 'encode.W', 'encode.W.T']
    >>> description.learned
    6
    """
    layers = get_all_layers(network)
    by_layer = {layer: [] for layer in layers}
    for placed in placed_params(network):
        by_layer[placed.layer].append(placed)
    names = variable_names(network)
    rows, seen = [], set()
    for layer, label in layer_labels(layers).items():
        start = {"layer": label, "output_shape": layer.output_shape}
        for placed in by_layer[layer]:
            parameter = placed.place[len(label) + 1 :]
            text = formula(placed.param, names)
            rows += _rows_of(placed, {**start, "parameter": parameter, "expression": text}, names)
        if not by_layer[layer]:
            rows.append((None, Row(**start)))
    listed = [_counted(shared, row, seen) for shared, row in rows]
    return Description(tuple(listed), *_totals(network))


def _rows_of(placed, start, names):
    return [
        (v, Row(**start, variable=f"{names[v]} {_shape(v)}", tags=_tags(v, placed)))
        for v in collect_shared_vars(placed.param)
    ] or [(None, Row(**start))]


def _counted(shared, row, seen):
    if shared is None or shared in seen:
        return row
    seen.add(shared)
    return Row(**{**vars(row), "numbers": _size(shared)})


def _shape(shared):
    return tuple(shared.get_value(borrow=True, return_internal_type=True).shape)


def _size(shared):
    return int(np.prod(_shape(shared), dtype=np.int64))


def _tags(shared, placed):
    names = sorted(placed.tags | own_tags(shared).keys())
    names.sort(key=lambda name: name != "trainable")
    return tuple(name for name in names if has_tags(shared, placed.tags, {name: True}))


def _totals(network):
    learned = set(get_all_params(network, trainable=True))
    sizes = {shared: _size(shared) for shared in shared_places(network)}
    return (
        sum(size for shared, size in sizes.items() if shared in learned),
        sum(size for shared, size in sizes.items() if shared not in learned),
    )


def variable_names(network: "Layer | Sequence[Layer]") -> dict:
    """Name the parameters, and the shared variables in them: their own names, or else places."""
    names = {
        placed.param: placed.place
        for placed in reversed(placed_params(network))
        if not isinstance(placed.param, SharedVariable)
    }
    for shared, places in shared_places(network).items():
        names[shared] = shared.name or places[0]
    return names
