"""Gradients of graphs that are deeper than Python's recursion limit.

PyTensor finds what connects a cost with what it is differentiated by, and then differentiates, by
functions that call themselves for each operation on the way. Here the first goes step by step, with
the same result in the same order, and the second is asked for what is nearest the cost first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import pytensor.gradient
from pytensor.graph.basic import Variable

__all__ = ["connecting", "differentiate"]

_connecting, _differentiate, _pattern_of = (
    getattr(pytensor.gradient, name)
    for name in ("_populate_var_to_app_to_idx", "_populate_grad_dict", "_node_to_pattern")
)


def connecting(
    outputs: Sequence[Variable], wrt: Sequence[Variable], consider_constant: Iterable | None
) -> dict:
    """Find the variables on the ways from some variables to outputs.

    Parameters
    ----------
    outputs, wrt : lists of variables
        Where the ways end, and begin.
    consider_constant : list of variables or None
        What isn't on any way.

    Returns
    -------
    dict
        By variable, the nodes that take it, and by each of these the positions of it.

    Examples
    --------
    >>> import theano.tensor as T
    >>> x = T.dvector("x")
    >>> y = x * x
    >>> connecting([y], [x], None) == {x: {y.owner: [0, 1]}}
    True
    """
    _connecting([], [], consider_constant)  # checks its type
    constant, uses = set(consider_constant or ()), {}
    _walk(outputs, lambda variable: _used_by(variable, constant, uses))
    reached = _walk(wrt, lambda variable: _made_of(variable, uses))
    return {variable: nodes for variable, nodes in uses.items() if variable in reached}


def _used_by(variable, constant, uses) -> Iterator[Variable]:
    """Go through what a variable is a function of, and note its uses."""
    node = variable.owner
    if node is None or variable in constant:
        return
    pattern, output = _pattern_of(node), node.outputs.index(variable)
    for position, used in enumerate(node.inputs):
        if pattern[position][output]:
            positions = uses.setdefault(used, {}).setdefault(node, [])
            if position not in positions:
                positions.append(position)
            yield used


def _made_of(variable, uses) -> Iterator[Variable]:
    """Go through what is a function of a variable."""
    for node, positions in uses.get(variable, {}).items():
        pattern = _pattern_of(node)
        for position in positions:
            yield from (v for n, v in enumerate(node.outputs) if pattern[position][n])


def _walk(starts: Iterable[Variable], neighbours: Callable) -> dict[Variable, None]:
    """Visit all that can be reached, depth first. Returns it in the order of leaving it."""
    left, visited = {}, set()
    for start in starts:
        if start in visited:
            continue
        visited.add(start)
        path = [(start, neighbours(start))]
        while path:
            variable, others = path[-1]
            following = next((v for v in others if v not in visited), None)
            if following is None:
                left[variable] = None
                path.pop()
            else:
                visited.add(following)
                path.append((following, neighbours(following)))
    return left


def differentiate(
    uses: Mapping, gradients: dict, wrt: Sequence[Variable], cost_name: "str | None" = None
) -> list:
    """Differentiate a cost by some variables.

    Parameters
    ----------
    uses : dict
        What :func:`connecting` returns.
    gradients : dict of variable to variable
        Known gradients, such as 1 for the cost. Those of what lies in between are added.
    wrt : list of variables
    cost_name : str, optional
        What gradients' names begin with.

    Returns
    -------
    list of variables
        A gradient for each of `wrt`.
    """

    def needed(variable):
        if variable not in gradients:
            for node in uses.get(variable, ()):
                yield from node.outputs

    nearest_first = [variable for variable in _walk(wrt, needed) if variable in uses]
    found = _differentiate(uses, gradients, [*nearest_first, *wrt], cost_name)
    return found[len(nearest_first) :]


pytensor.gradient._populate_var_to_app_to_idx = connecting
pytensor.gradient._populate_grad_dict = differentiate
