"""Walks over graphs, in the order in which Theano makes them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import pytensor.graph.traversal as traversal
from pytensor.compile.rebuild import rebuild_collect_shared
from pytensor.graph.basic import (
    Apply,
    Constant,
    Node,
    Variable,
    as_string,
    clone,
    clone_get_equiv,
    equal_computations,
)
from pytensor.graph.traversal import general_toposort, io_toposort
from theano.missing import explain_missing

__all__ = [
    "Apply",
    "Constant",
    "Node",
    "Variable",
    "ancestors",
    "as_string",
    "clone",
    "clone_get_equiv",
    "clone_replace",
    "equal_computations",
    "general_toposort",
    "inputs",
    "io_toposort",
    "is_in_ancestors",
    "is_same_graph",
    "list_of_nodes",
    "ops",
    "orphans",
    "variables",
    "variables_and_orphans",
]

__getattr__ = explain_missing(
    __name__, "pytensor.graph.traversal", "pytensor.graph.basic", "pytensor.graph.op", "theano.gof"
)

# A variable of Theano's may be made of its type alone: it has no owner then.
Variable.__init__.__defaults__ = (None, None, None)


def _walk(start: Iterable[Variable], expand: Callable) -> list[Variable]:
    """Visit variables depth first, from the last of `start` on, each once."""
    pending, seen, found = list(start), set(), []
    while pending:
        variable = pending.pop()
        if variable not in seen:
            seen.add(variable)
            found.append(variable)
            pending.extend(expand(variable))
    return found


def _expander(blockers):
    blocked = set(blockers or ())

    def expand(variable):
        if variable.owner is None or variable in blocked:
            return ()
        return reversed(variable.owner.inputs)

    return expand


def inputs(
    variable_list: Iterable[Variable], blockers: "Collection[Variable] | None" = None
) -> list[Variable]:
    """List the variables without an owner below some variables.

    Parameters
    ----------
    variable_list : iterable of variables
        Where to start; the last of them is searched first.
    blockers : collection of variables, optional
        Variables below which not to look.

    Returns
    -------
    list of variables
        Inputs, shared variables and constants, each once, from left to right.

    Examples
    --------
    >>> import theano.tensor as T
    >>> x, y = T.scalars("x", "y")
    >>> inputs([y * x + y])
    [y, x]
    """
    return [v for v in _walk(variable_list, _expander(blockers)) if v.owner is None]


def ancestors(
    variable_list: Iterable[Variable], blockers: "Collection[Variable] | None" = None
) -> list[Variable]:
    """List all variables that some variables are computed from, and these themselves.

    Parameters
    ----------
    variable_list : iterable of variables
        Where to start; the last of them is searched first.
    blockers : collection of variables, optional
        Variables below which not to look.

    Returns
    -------
    list of variables

    Examples
    --------
    >>> import theano.tensor as T
    >>> x = T.scalar("x")
    >>> len(ancestors([T.exp(x) + x]))
    3
    """
    return _walk(variable_list, _expander(blockers))


def variables(i: Iterable[Variable], o: Iterable[Variable]) -> set[Variable]:
    """List the variables between inputs `i` and outputs `o`, both included."""
    return set(traversal.vars_between(i, o))


def orphans(i: Iterable[Variable], o: Iterable[Variable]) -> list[Variable]:
    """List what outputs `o` depend on besides inputs `i`."""
    return list(traversal.orphans_between(i, o))


def variables_and_orphans(i: Iterable[Variable], o: Iterable[Variable]) -> tuple[set, list]:
    """Return :func:`variables` and :func:`orphans`."""
    return variables(i, o), orphans(i, o)


def ops(i: Iterable[Variable], o: Iterable[Variable]) -> set[Apply]:
    """List the nodes between inputs `i` and outputs `o`."""
    return set(traversal.applys_between(i, o))


def list_of_nodes(inputs: Iterable[Variable], outputs: Iterable[Variable]) -> list[Apply]:
    """List the nodes between inputs and outputs."""
    return list(traversal.applys_between(inputs, outputs))


def is_in_ancestors(l_node: Apply, f_node: Apply) -> bool:
    """Tell whether node `f_node` is among the nodes that `l_node` depends on."""
    return traversal.apply_depends_on(l_node, f_node)


def is_same_graph(var1: Variable, var2: Variable, givens: Any = None, debug: bool = False) -> bool:
    """Tell whether two variables perform the same computation.

    Parameters
    ----------
    var1, var2 : variables
        What to compare.
    givens : dict or list of pairs of variables, optional
        Replacements to make in both first.
    debug : bool
        Taken, and without effect.

    Returns
    -------
    bool

    Examples
    --------
    >>> import theano.tensor as T
    >>> x, y = T.scalars("x", "y")
    >>> is_same_graph(x + 1, x + 1), is_same_graph(x + 1, y + 1)
    (True, False)
    >>> is_same_graph(x + 1, y + 1, givens={x: y})
    True
    """
    var1, var2 = clone_replace([var1, var2], givens)
    return equal_computations([var1], [var2])


def clone_replace(
    output: Any, replace: Any = None, strict: bool = True, share_inputs: bool = True
) -> Any:
    """Copy a graph, replacing parts of it; `theano.clone`.

    Parameters
    ----------
    output : variable or list of variables
        The graph.
    replace : dict or list of pairs of variables, optional
        What to replace by what.
    strict : bool, default True
        Whether replacements must have the type of what they replace.
    share_inputs : bool, default True
        Whether the copy uses the same inputs and shared variables, or copies of them too.

    Returns
    -------
    variable or list of variables

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> x, y = T.scalars("x", "y")
    >>> float(theano.clone(x ** 2, {x: y + 1}).eval({y: 2.0}))
    9.0
    """
    pairs = list(replace.items()) if isinstance(replace, Mapping) else list(replace or ())
    # In two passes, so that replacements may contain what they replace.
    placeholders = [(old, old.type()) for old, _ in pairs]
    finals = [(holder, new) for (_, holder), (_, new) in zip(placeholders, pairs)]
    for step in (placeholders, finals):
        _, output, _ = rebuild_collect_shared(
            output, [], replace=step, rebuild_strict=strict, copy_inputs_over=share_inputs
        )
    return output
