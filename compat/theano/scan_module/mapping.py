"""Replacement of the variables of a graph by a function."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable

from pytensor.graph.basic import Constant, Variable
from theano.gof.graph import ancestors, clone_replace, inputs, io_toposort
from theano.ops.scan import Scan

__all__ = ["map_variables"]


def map_variables(
    replacer: Callable[[Variable], Variable],
    graphs: Iterable[Variable],
    additional_inputs: Iterable[Variable] = (),
) -> list[Variable]:
    """Make graphs anew, with some of their variables replaced.

    Parameters
    ----------
    replacer : callable
        Takes a variable, and returns it, or what to put in its place. What it is made of is
        replaced in turn, but for the variable itself, if it is part of that.
    graphs : iterable of variables
        The graphs, which stay as they are.
    additional_inputs : iterable of variables, optional
        Taken as in Theano, which needed to know the inputs that replacements bring.

    Returns
    -------
    list of variables
        The new graphs, in the order of the old.

    Raises
    ------
    NotImplementedError
        If something is to be replaced in the graph of an operation such as `OpFromGraph`. In the
        steps of loops it is replaced.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> a, b, c = T.dscalars("a", "b", "c")
    >>> ab = a + b
    >>> ab.tag.replacement = a * b
    >>> (v,) = map_variables(lambda x: getattr(x.tag, "replacement", x), [ab + c])
    >>> float(theano.function([a, b, c], v)(2.0, 3.0, 4.0))
    10.0
    """
    return _Mapping(replacer).of(graphs)


class _Mapping:
    """What has been replaced by what so far."""

    def __init__(self, replacer):
        self.replacer = replacer
        self.placed: set = set()
        self.targets: dict = {}  # what takes a variable's place, before it is made anew
        self.done: dict = {}  # a variable's place, made anew

    def of(self, graphs):
        """Replace variables in graphs."""
        graphs = list(graphs)
        pending = list(reversed(graphs))  # a stack, as graphs may be deep
        while pending:
            variable = pending[-1]
            if variable in self.done:
                pending.pop()
                continue
            node = self.target(variable).owner
            needed = [x for x in (node.inputs if node else ()) if x not in self.done]
            if needed:
                pending.extend(reversed(needed))
            else:
                self.done[variable] = self.anew(self.target(variable))
        return [self.done[variable] for variable in graphs]

    def target(self, variable):
        if variable not in self.targets:
            self.targets[variable] = self._target(variable)
        return self.targets[variable]

    def _target(self, variable):
        new = variable if variable in self.placed else self.replacer(variable)
        if new is variable:
            return variable
        below = ancestors([new])
        if new in self.placed and variable in below:
            return variable  # a copy of it has been replaced by what contains it
        self.placed.add(new)
        return self.apart(new, variable, below)

    def apart(self, new, variable, below):
        """Have the variable within its replacement, and what has no owner there, be themselves."""
        kept = [x for x in below if x.owner is None and self.replacer(x) is not x]
        standing = {x: x.type(x.name) for x in {*kept, *({variable} & {*below})}}
        self.targets.update((stand, x) for x, stand in standing.items())
        for node in io_toposort([], [new]) if standing else ():
            if any(x in standing for x in node.inputs):
                copied = node.clone_with_new_inputs([standing.get(x, x) for x in node.inputs])
                standing.update(
                    (x, y) for x, y in zip(node.outputs, copied.outputs) if x not in standing
                )
        return standing.get(new, new)

    def anew(self, target):
        """Make a variable of what its inputs have become."""
        node = target.owner
        if node is None:
            return target
        if node not in self.done:
            new_inputs = [self.done[x] for x in node.inputs]
            op, extra = self.inner(node.op)
            if op is not node.op:
                self.done[node] = op.make_node(*new_inputs, *extra)
            elif any(new is not old for new, old in zip(new_inputs, node.inputs)):
                self.done[node] = node.clone_with_new_inputs(new_inputs, strict=False)
            else:
                self.done[node] = node
        return self.done[node].outputs[node.outputs.index(target)]

    def inner(self, op):
        """Replace what is in an operation's own graph; list what that needs from outside."""
        outputs = getattr(op, "inner_outputs", None)
        if outputs is None:
            return op, []
        if all(self.replacer(x) is x for x in ancestors(outputs)):
            return op, []
        if not isinstance(op, Scan):
            raise NotImplementedError(
                f"map_variables can't replace what is in the graph of {op}: make it with that "
                "replaced already"
            )
        new_outputs = _Mapping(self.replacer).of(outputs)
        known = {*op.inner_inputs}
        extra = [
            leaf
            for leaf in inputs(new_outputs)
            if leaf not in known and not isinstance(leaf, Constant)
        ]
        within = [variable.type(variable.name) for variable in extra]
        loop = copy.copy(op)
        loop.inner_inputs = [*op.inner_inputs, *within]
        loop.inner_outputs = clone_replace(new_outputs, list(zip(extra, within)))
        return loop, extra
