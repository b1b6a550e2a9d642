"""What an error message says of a node: its operation, the layer it is part of, and who made it."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytensor
from pytensor.graph.basic import Apply, Variable
from pytensor.tensor.type import TensorType

__all__ = ["Parts", "complaint", "describe_call", "label", "level_of_caller", "trace_of"]

_ENGINE = (str(Path(pytensor.__file__).parent), str(Path(__file__).parent.parent))


def label(variable: Variable) -> str:
    """Name a variable in a message."""
    return variable.name or f"<{variable.type}>"


def describe_call(inputs: Iterable[Variable], values: Iterable) -> str:
    """Tell the shapes that the inputs of a function have in a call."""
    return (
        ", ".join(
            f"{label(variable)} of shape {np.shape(value)}"
            for variable, value in zip(inputs, values)
            if isinstance(variable.type, TensorType)
        )
        or "no tensors"
    )


class Parts:
    """Of which part of a network each node of a graph is.

    Where ``variable.tag.part`` names a part, such as ``DenseLayer 'hidden'``, what computes the
    variable belongs to it, up to other such variables.

    Parameters
    ----------
    nodes : iterable of Apply
        The graph's nodes in topological order.
    """

    def __init__(self, nodes: Iterable[Apply]):
        self._by_node = {}
        for node in reversed(list(nodes)):
            own = next(filter(None, (getattr(v.tag, "part", None) for v in node.outputs)), None)
            part = own or self._by_node.get(node)
            if part is None:
                continue
            self._by_node[node] = part
            for variable in node.inputs:
                if variable.owner is not None:
                    self._by_node.setdefault(variable.owner, part)
        # What rewrites put in a node's place has that node's trace, and no other tag of it.
        traces = [(trace_of(node), part) for node, part in self._by_node.items()]
        self.__setstate__({"_by_node": self._by_node, "_traces": traces})

    def __getstate__(self):
        return {"_by_node": {}, "_traces": self._traces}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._by_trace = {id(trace): part for trace, part in self._traces if trace}

    def of(self, node: Apply) -> "str | None":
        """Tell the part of a node, or of one that rewrites have put into its place."""
        return self._by_node.get(node) or self._by_trace.get(id(trace_of(node)))


def trace_of(node) -> list:
    """The stack at the place where a node was made: (file, line, function, source), outer first."""
    traces = [trace for v in node.outputs for trace in getattr(v.tag, "trace", ())[-1:]]
    return traces[0] if traces else []


def complaint(
    node: Apply, reason: str, part: "str | None" = None, inputs: "Sequence[Variable] | None" = None
) -> str:
    """Say what is wrong with a node, and where it was made.

    Parameters
    ----------
    node : Apply
    reason : str
        What is wrong.
    part : str, optional
        The part of a network that the node belongs to.
    inputs : list of variables, optional
        The node's inputs, with the shapes that they had in the call.

    Returns
    -------
    str
        With ``theano.config.exception_verbosity="high"`` the inputs, the whole backtrace of where
        the node was made, and the graph below it follow.
    """
    frames = [frame for frame in trace_of(node) if not frame[0].startswith(_ENGINE)]
    name = f"{node}, in {part}" if part else str(node)
    where = f" ({_where(frames)})" if frames else ""
    details = "" if pytensor.config.exception_verbosity == "low" else _details(node, frames, inputs)
    return f"{name}{where}: {reason}{details}"


def _where(frames):
    made, callers = frames[-1], frames[-2::-1]
    package = _package(made[0])
    text = f"made at {made[0]}:{made[1]}"
    if package is not None:
        outside = (frame for frame in callers if _package(frame[0]) != package)
        if caller := next(outside, None):
            text += f", called from {caller[0]}:{caller[1]}"
    return text


def _package(file: str) -> "Path | None":
    """The outermost package that a file is in; None for code that isn't of a file."""
    if file.startswith("<"):  # <string>, <stdin>, <ipython-input-1-...>
        return None
    found = None
    for folder in Path(file).parents:  # of a relative name, these end at the current folder
        if not (folder / "__init__.py").exists():
            break
        found = folder
    return found


def _details(node, frames, inputs):
    lines = ["", "Inputs:"]
    lines += [f"    {old}: {new.type}" for old, new in zip(node.inputs, inputs or node.inputs)]
    lines.append("Made at:")
    for file, line, function, source in frames:
        lines += [f'    File "{file}", line {line}, in {function}', f"        {source or ''}"]
    graph = pytensor.dprint(node.outputs[0], depth=6, file="str", print_type=True)
    return "\n".join([*lines, "Graph:", *(f"    {line}" for line in graph.splitlines())])


def level_of_caller() -> int:
    """Tell a warning's `stacklevel` for the line outside of the engine that led to it."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_ENGINE):
        frame, level = frame.f_back, level + 1
    return level
