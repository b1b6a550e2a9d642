"""A graph made anew for inputs of known shapes.

JAX compiles for arrays of known shapes. So every input is replaced by one with the shape at hand,
and the nodes above are made anew; PyTensor's rewrites then turn what depends on sizes only into
constants. A loop does so with its step while the graph is built, which is where shapes that don't
fit are told.

Nothing is repeated along an axis that happens to have size 1. Where sizes are known, that is told
here; where one isn't, the axis is made one that doesn't broadcast, for what computes it to tell.
"""

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytensor
from pytensor.compile.builders import OpFromGraph
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.rewriting.basic import copy_stack_trace
from pytensor.graph.traversal import io_toposort
from pytensor.tensor.blockwise import Blockwise
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.shape import Shape, SpecifyShape
from pytensor.tensor.type import TensorType
from theano.ops.choices import IfElse, Unfit, eager_nodes
from theano.ops.dynamic_slices import with_dynamic_slices
from theano.ops.equal_lengths import EqualLengths
from theano.ops.known_sizes import KnownSizes
from theano.ops.linalg_checks import CheckedInGradient
from theano.ops.provenance import Parts, complaint
from theano.ops.rebroadcast import Rebroadcast

__all__ = [
    "BoundsError",
    "FailedCheck",
    "ShapeError",
    "UnexpectedShape",
    "specialize",
    "without_lines_and_c",
]

_ONE_AT_A_TIME = threading.RLock()


class ShapeError(ValueError):
    """Shapes that don't fit each other."""


class BoundsError(IndexError):
    """An index that is out of bounds."""


class UnexpectedShape(AssertionError):
    """Another shape than was specified."""


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
    ShapeError, BoundsError, UnexpectedShape
        If shapes don't fit each other, or a constant index is out of bounds, or a shape isn't what
        it was specified to be, naming the operation. What is needed in a branch of a choice only
        raises this where it is computed.
    """
    new = {old: _like(old, value) for old, value in zip(inputs, values)}
    _Rebuilding(inputs, outputs, slice_lengths or {}).add(new)
    return new


def _like(variable, value):
    if not isinstance(variable.type, TensorType):
        return variable.type(variable.name)
    if isinstance(value, np.generic):
        return variable.type.make_constant(np.asarray(value))
    return TensorType(variable.type.dtype, shape=value.shape)(variable.name)


class _Rebuilding:
    """Makes the nodes of a graph anew.

    Parameters
    ----------
    inputs, outputs : lists of variables
        The graph.
    slice_lengths : dict
        By node and axis, the lengths of slices whose bounds aren't constant.
    sizes : KnownSizes, optional
        What is known so far.
    """

    def __init__(self, inputs, outputs, slice_lengths, sizes=None):
        self._nodes = io_toposort(inputs, outputs)
        chooses = any(isinstance(node.op, IfElse) for node in self._nodes)
        self._eager = eager_nodes(outputs) if chooses else self._nodes
        self._slice_lengths = slice_lengths
        self._sizes = sizes or KnownSizes()

    def add(self, new: dict) -> None:
        """Add what stands for each node's outputs to what stands for the graph's inputs."""
        for node in self._nodes:
            inputs = [new.get(v, v) for v in node.inputs]
            try:
                rebuilt = self._rebuild(node, inputs)
            except _Misfit as misfit:
                part = Parts(self._nodes).of(node)
                error = misfit.kind(complaint(node, str(misfit), part, inputs))
                if node in self._eager:
                    raise error from misfit.__cause__
                rebuilt = Unfit(error, [v.type for v in node.outputs])(return_list=True)
            new.update(zip(node.outputs, rebuilt))

    def _rebuild(self, node, inputs):
        """Make a node's outputs from other inputs."""
        op = node.op
        if isinstance(op, Shape) and None not in inputs[0].type.shape:
            return [node.outputs[0].type.make_constant(np.array(inputs[0].type.shape, "int64"))]
        if isinstance(op, Rebroadcast) and _is_known_to_fit(op, inputs):
            return inputs
        if isinstance(op, EqualLengths) and _have_equal_lengths(node, inputs):
            return inputs[:1]
        if isinstance(op, CheckedInGradient):  # the gradient has been made
            return inputs[:1]
        if type(op) is OpFromGraph:  # others may be computed in another way than by their graph
            return self._inlined(node, inputs)
        if node in self._slice_lengths:
            with _told_as_misfit(inputs):
                return [with_dynamic_slices(op, inputs, self._slice_lengths[node])]
        rebuilt = self._with_known_sizes(_remade(node, inputs))
        if isinstance(op, Elemwise):
            rebuilt = _without_accidental_broadcasting(node, rebuilt)
        elif isinstance(op, Blockwise):
            _check_batches(node, rebuilt)
        elif isinstance(op, SpecifyShape):
            self._check_specified(node, rebuilt)
        copy_stack_trace(node.outputs, rebuilt.outputs)
        for old, new in zip(node.outputs, rebuilt.outputs):
            if hasattr(old.tag, "part"):
                new.tag.part = old.tag.part
        return rebuilt.outputs

    def _inlined(self, node, inputs):
        """Make the nodes of an operation's graph anew, in its place."""
        graph = node.op.fgraph
        if hasattr(graph, "unfreeze"):  # in PyTensor 3.0 it could be changed as it is
            graph = graph.unfreeze()
        new = dict(zip(graph.inputs, inputs))
        try:
            _Rebuilding(graph.inputs, graph.outputs, {}, self._sizes).add(new)
        except (ShapeError, BoundsError, UnexpectedShape) as error:
            raise _Misfit(str(error), type(error)) from error
        return [new.get(v, v) for v in graph.outputs]

    def _with_known_sizes(self, node):
        """Find out sizes that a node's outputs have, if its inputs' are all known."""
        if not _lacks_sizes(node.outputs):
            return node
        inputs = self._sizes.integers_as_constants(node.inputs)
        if any(new is not old for new, old in zip(inputs, node.inputs)):
            node = _remade(node, inputs)
        if _lacks_sizes(node.outputs) and not _lacks_sizes(node.inputs):
            self._sizes.tell(node)
        return node

    def _check_specified(self, node, rebuilt):
        x, *sizes = rebuilt.inputs
        expected = [None if v is None else int(v) for v in map(self._sizes.value, sizes)]
        known = zip(expected, node.outputs[0].type.shape)
        expected = tuple(size if old is None else old for size, old in known)
        if any(None not in pair and pair[0] != pair[1] for pair in zip(x.type.shape, expected)):
            raise _Misfit(f"the shape should be {expected}, but is {x.type.shape}", UnexpectedShape)


def _lacks_sizes(variables):
    return any(None in getattr(v.type, "shape", ()) for v in variables)


@contextlib.contextmanager
def _told_as_misfit(inputs):
    """Let errors of making a node tell the shapes of its inputs."""
    try:
        yield
    except Exception as error:
        shapes = ", ".join(str(getattr(v.type, "shape", v.type)) for v in inputs)
        kinds = {IndexError: BoundsError, UnexpectedShape: UnexpectedShape}
        kind = next((own for other, own in kinds.items() if isinstance(error, other)), ShapeError)
        raise _Misfit(f"can't take shapes {shapes}: {error}", kind) from error


def _remade(node, inputs):
    with _told_as_misfit(inputs):
        try:
            return node.clone_with_new_inputs(inputs, strict=False)
        except TypeError:  # a few operations can't be made anew: their outputs' sizes stay unknown
            return Apply(node.op, inputs, [v.type() for v in node.outputs])


def _is_known_to_fit(op, inputs):
    """Tell whether axes have the sizes that they need for being said to broadcast, or not to."""
    (x,) = inputs
    sizes = [(x.type.shape[axis], unit) for axis, unit in op.pattern]
    if misfits := [size for size, unit in sizes if unit and size not in (1, None)]:
        axis = next(axis for axis, unit in op.pattern if unit and x.type.shape[axis] == misfits[0])
        raise _Misfit(op.complain(axis, misfits[0]))
    return all(size is not None for size, _ in sizes)


def _have_equal_lengths(node, inputs):
    """Tell whether two lengths are known, and refuse others than equal ones."""
    lengths = [x.type.shape[0] for x in inputs]
    if None in lengths:
        return False
    if lengths[0] != lengths[1]:
        raise _Misfit(node.op.complain(node.inputs, lengths))
    return True


def _without_accidental_broadcasting(node, rebuilt):
    """Let no axis be repeated that happens to have size 1 but isn't declared to broadcast."""
    sizes, inputs = rebuilt.outputs[0].type.shape, list(rebuilt.inputs)
    for n, (old, new) in enumerate(zip(node.inputs, rebuilt.inputs)):
        for axis, size in enumerate(new.type.shape):
            if size != 1 or sizes[axis] == 1 or old.type.broadcastable[axis]:
                continue
            if sizes[axis] is not None:
                raise _Misfit(_dimension_mismatch(old, axis, rebuilt.inputs))
            inputs[n] = Rebroadcast((axis, False))(inputs[n])
    return rebuilt if inputs == rebuilt.inputs else _remade(node, inputs)


def _check_batches(node, rebuilt):
    """Refuse to repeat the one item of a batch for the items of another batch."""
    ndim = node.op.batch_ndim(node)
    sizes = rebuilt.outputs[0].type.shape[:ndim]
    for old, new in zip(node.inputs, rebuilt.inputs):
        for axis, size in enumerate(sizes):
            unit = new.type.shape[axis] == 1 and not old.type.broadcastable[axis]
            if unit and size not in (1, None):
                raise _Misfit(_dimension_mismatch(old, axis, rebuilt.inputs))


def _dimension_mismatch(variable, axis, inputs):
    shapes = " and ".join(str(v.type.shape) for v in inputs)
    return (
        f"dimension mismatch along axis {axis} of shapes {shapes}: "
        f"{variable} has size 1 there and isn't broadcastable"
    )
