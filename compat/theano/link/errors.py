"""What the errors of PyTensor's own functions tell: the call, the operation, and its layer."""

import sys
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any

from pytensor.compile.debug import debugmode
from pytensor.compile.executor import Function
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.features import Feature
from pytensor.graph.traversal import io_toposort
from pytensor.link.basic import Container, JITLinker
from pytensor.link.utils import raise_with_op
from theano.link.function_values import HoldsValues, is_restored
from theano.ops.provenance import Parts, complaint, describe_call, trace_of

__all__ = ["ExplainedFunction", "ExplainedMaker"]

_VALIDATION = Function._validate_inputs.__code__
# PyTensor's linkers call the first for a node that failed; the second runs DebugMode's nodes.
_REPORTS = {
    (raise_with_op.__code__.co_filename, raise_with_op.__name__),
    (debugmode.__file__, "f"),
}


class ExplainedFunction(HoldsValues, Function):
    """A function of PyTensor's whose errors say what failed, and where that was made.

    Attributes
    ----------
    title : str or None
        What its errors call it, if not by its name.
    """

    title: "str | None" = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._restored = [
            (container.storage, container.storage[0])
            for spec, container in zip(self.maker.inputs, self.input_storage)
            if is_restored(spec)
        ]

    def __call__(self, *args, output_subset: "list | None" = None, **kwargs) -> Any:
        try:
            found = super().__call__(*args, **kwargs)
        except Exception as error:
            _explain(error, self)
            raise
        finally:
            for storage, value in self._restored:
                storage[0] = value
        if output_subset is None:
            return found
        return [([found] if self.unpack_single else found)[n] for n in output_subset]

    def __str__(self) -> str:
        return f"function {self.name!r}" if self.name else "a function"

    @property
    def fn(self) -> Any:
        """What computes the graph, of what is in `input_storage`: PyTensor's virtual machine."""
        return self.vm

    @property
    def n_returned_outputs(self) -> int:
        """How many outputs there are, besides updates."""
        return self._n_returned_outputs

    def copy(self, share_memory: bool = False, *args, **kwargs) -> "ExplainedFunction":
        """Make a function that computes the same, as PyTensor does.

        `share_memory` is without effect, as sharing it fails where constants are computed with.
        """
        new = super().copy(False, *args, **kwargs)
        new.maker.parts = self.maker.parts
        return new


class _KeptTraces(Feature):
    """Let what takes a variable's place, such as a fused operation, tell where that was made."""

    def on_change_input(self, fgraph, node, i, r, new_r, reason=None) -> None:
        if new_r.owner and not getattr(new_r.tag, "trace", None) and hasattr(r.tag, "trace"):
            new_r.tag.trace = r.tag.trace


class ExplainedMaker:
    """A mixin for PyTensor's makers of functions, which keeps what rewrites take away.

    Attributes
    ----------
    parts : Parts
        Of which part of a network the nodes are.
    """

    def __init__(self, inputs: Sequence, outputs: Any, *args, **kwargs):
        computed = [*outputs] if isinstance(outputs, (list, tuple)) else [outputs]
        computed += [getattr(i, "update", None) for i in inputs]
        variables = [getattr(v, "variable", v) for v in computed if v is not None]
        self.parts = Parts(io_toposort([getattr(i, "variable", i) for i in inputs], variables))
        super().__init__(inputs, outputs, *args, **kwargs)

    def create(self, input_storage: "Sequence | None" = None, *args: Any, **kwargs: Any) -> Any:
        """Make a function, whose inputs have their defaults, of the right types."""
        values = [i.value for i in self.inputs] if input_storage is None else input_storage
        return super().create([*map(_in_type, self.inputs, values)], *args, **kwargs)

    def create_fgraph(self, *args: Any, **kwargs: Any) -> tuple:
        fgraph, updates = super().create_fgraph(*args, **kwargs)
        fgraph.attach_feature(_KeptTraces())
        return fgraph, updates


def _in_type(specification, value):
    if value is None or isinstance(value, (Container, Variable)):
        return value
    return specification.variable.type.filter(
        value, strict=specification.strict, allow_downcast=specification.allow_downcast
    )


def _explain(error, function):
    """Put what was called, and what failed there, in front of an error's message.

    The error stays the same object; where its message isn't one text, it gets a note.
    """
    frames = list(_frames(error))
    if any(frame.f_code is _VALIDATION for frame in frames) or _is_called_by_another():
        return
    reason = str(error)
    # What is compiled as a whole names some node.
    if not isinstance(function.maker.linker, JITLinker) and (nodes := _failed(frames)):
        part = next(filter(None, map(function.maker.parts.of, reversed(nodes))), None)
        # The innermost, except for those within loops that rewrites have made.
        node = next(filter(trace_of, reversed(nodes)), nodes[-1])
        reason = complaint(node, reason, part)
    title = function.title or (f"function {function.name!r}" if function.name else "a function")
    inputs = [i.variable for i in function.maker.inputs]
    shapes = describe_call(inputs, [container.data for container in function.input_storage])
    _put_in_front(error, f"{title}, called with {shapes}: {reason}")


def _frames(error: Exception) -> Iterator[FrameType]:
    entry = error.__traceback__
    while entry is not None:
        yield entry.tb_frame
        entry = entry.tb_next


def _is_called_by_another() -> bool:
    """Tell whether a function is being called by a node of another, whose error it will be."""
    frame, calls = sys._getframe(1), 0
    while frame is not None:
        calls += frame.f_code is ExplainedFunction.__call__.__code__
        frame = frame.f_back
    return calls > 1


def _failed(frames: Sequence[FrameType]) -> list[Apply]:
    """List the nodes that failed: one of the function, and those of loops inside of it."""
    reports = [
        frame for frame in frames if (frame.f_code.co_filename, frame.f_code.co_name) in _REPORTS
    ]
    nodes = [frame.f_locals.get("node") for frame in reports]
    return [node for node in nodes if isinstance(node, Apply)]


def _put_in_front(error, text):
    # PyTensor hints at the setting of its own that shows what is said here.
    notes = getattr(error, "__notes__", [])
    notes[:] = [note for note in notes if not note.startswith("\nHINT: Set PyTensor")]
    plain = type(error).__str__ in (BaseException.__str__, Exception.__str__, KeyError.__str__)
    # What C code raises has another error for its text.
    if plain and len(error.args) == 1 and isinstance(error.args[0], (str, Exception)):
        error.args = (text,)
    else:
        error.add_note(text)
