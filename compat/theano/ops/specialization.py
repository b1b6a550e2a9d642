"""A graph made anew for inputs of known shapes.

JAX compiles for arrays of known shapes. So every input is replaced by one with the shape at hand,
and the nodes above are made anew; PyTensor's rewrites then turn what depends on sizes only into
constants. A loop does so with its step while the graph is built, which is where shapes that don't
fit are told.
"""

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytensor
from pytensor.graph.basic import Variable
from pytensor.graph.rewriting.basic import copy_stack_trace
from pytensor.graph.traversal import io_toposort
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.shape import Shape, SpecifyShape
from pytensor.tensor.type import TensorType
from theano.ops.choices import IfElse, Unfit, eager_nodes
from theano.ops.dynamic_slices import with_dynamic_slices
from theano.ops.provenance import Parts, complaint

__all__ = ["BoundsError", "FailedCheck", "ShapeError", "specialize", "without_lines_and_c"]

_ONE_AT_A_TIME = threading.RLock()


class ShapeError(ValueError):
    """Shapes that don't fit each other."""


class BoundsError(IndexError):
    """An index that is out of bounds."""


class FailedCheck(Exception):
    """A condition that fails for some shapes, whatever the values; with the error to raise."""

    def __init__(self, error: Exception):
        super().__init__(str(error))
        self.error = error


class _Misfit(Exception):
    """What is wrong with a node's inputs."""

    def __init__(self, text, kind=ShapeError):
        super().__init__(text)
        self.kind = kind


@contextlib.contextmanager
def without_lines_and_c() -> Iterator[None]:
    """Let PyTensor not look for the lines of code that make variables, and not compile C.

    Here variables take the place of others, whose lines are those to show: that saves a tenth of
    the time. And loops over constants are computed once only, for which C isn't worth its seconds.
    """
    with _ONE_AT_A_TIME, pytensor.config.change_flags(traceback__limit=0, cxx=""):
        yield


@without_lines_and_c()
def specialize(
    inputs: Sequence[Variable],
    outputs: Sequence[Variable],
    values: Sequence[Any],
    slice_lengths: "Mapping | None" = None,
) -> dict[Variable, Variable]:
    """Make a graph anew for inputs of the shapes that some values have.

    Parameters
    ----------
    inputs, outputs : lists of variables
        The graph.
    values : list
        A value for each input. A `numpy.generic` makes a constant of its input.
    slice_lengths : dict, optional
        By node and axis, the lengths of slices whose bounds aren't constant.

    Returns
    -------
    dict of variable to variable
        What stands for each variable of the graph.

    Raises
    ------
    ShapeError, BoundsError
        If shapes don't fit each other, or a constant index is out of bounds, naming the operation.
        What is needed in a branch of a choice only raises this where it is computed.
    """
    slice_lengths = slice_lengths or {}
    new = {old: _like(old, value) for old, value in zip(inputs, values)}
    nodes = io_toposort(inputs, outputs)
    chooses = any(isinstance(node.op, IfElse) for node in nodes)
    eager = eager_nodes(outputs) if chooses else nodes
    for node in nodes:
        node_inputs = [new.get(v, v) for v in node.inputs]
        try:
            rebuilt = _rebuild(node, node_inputs, slice_lengths.get(node))
        except _Misfit as misfit:
            part = Parts(nodes).of(node)
            error = misfit.kind(complaint(node, str(misfit), part, node_inputs))
            if node in eager:
                raise error from misfit.__cause__
            rebuilt = Unfit(error, [v.type for v in node.outputs])(return_list=True)
        new.update(zip(node.outputs, rebuilt))
    return new


def _like(variable, value):
    if not isinstance(variable.type, TensorType):
        return variable.type(variable.name)
    if isinstance(value, np.generic):
        return variable.type.make_constant(np.asarray(value))
    return TensorType(variable.type.dtype, shape=value.shape)(variable.name)


def _rebuild(node, inputs, slice_lengths):
    """Make a node's outputs from other inputs."""
    if isinstance(node.op, Shape) and None not in inputs[0].type.shape:
        return [node.outputs[0].type.make_constant(np.array(inputs[0].type.shape, "int64"))]
    try:
        if slice_lengths:
            return [with_dynamic_slices(node.op, inputs, slice_lengths)]
        try:
            rebuilt = node.clone_with_new_inputs(inputs, strict=False)
        except TypeError:  # a few operations can't be made anew: their outputs' sizes stay unknown
            rebuilt = node.clone_with_new_inputs(inputs, strict=True)
    except Exception as error:
        shapes = ", ".join(str(getattr(v.type, "shape", v.type)) for v in inputs)
        kind = BoundsError if isinstance(error, IndexError) else ShapeError
        raise _Misfit(f"can't take shapes {shapes}: {error}", kind) from error
    if isinstance(node.op, Elemwise):
        _check_broadcasting(node, rebuilt)
    elif isinstance(node.op, SpecifyShape):
        _check_specified(node, rebuilt)
    copy_stack_trace(node.outputs, rebuilt.outputs)
    for old, new in zip(node.outputs, rebuilt.outputs):
        if hasattr(old.tag, "part"):
            new.tag.part = old.tag.part
    return rebuilt.outputs


def _check_broadcasting(node, rebuilt):
    """Refuse to repeat an axis that happens to have size 1 but isn't declared to broadcast."""
    sizes = rebuilt.outputs[0].type.shape
    for old, new in zip(node.inputs, rebuilt.inputs):
        for axis, size in enumerate(new.type.shape):
            if size == 1 and sizes[axis] not in (1, None) and not old.type.broadcastable[axis]:
                shapes = " and ".join(str(v.type.shape) for v in rebuilt.inputs)
                raise _Misfit(
                    f"dimension mismatch along axis {axis} of shapes {shapes}: "
                    f"{old} has size 1 there and isn't broadcastable"
                )


def _check_specified(node, rebuilt):
    found, expected = rebuilt.inputs[0].type.shape, node.outputs[0].type.shape
    if any(None not in pair and pair[0] != pair[1] for pair in zip(found, expected)):
        raise _Misfit(f"the shape should be {expected}, but is {found}")
