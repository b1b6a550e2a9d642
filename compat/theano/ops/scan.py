"""The operations that `theano.scan` makes: a loop over a step, and the loop's gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType, disconnected_type
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.op import Op, io_connection_pattern
from pytensor.link.c.type import generic
from pytensor.tensor.exceptions import NotScalarConstantError
from pytensor.tensor.shape import Shape_i
from pytensor.tensor.subtensor import IncSubtensor, Subtensor
from pytensor.tensor.type import TensorType, float_dtypes, integer_dtypes
from theano.ops.dynamic_slices import split_indices
from theano.ops.evaluation import evaluate
from theano.ops.scan_fields import ScanFields
from theano.ops.specialization import ShapeError, UnexpectedShape, specialize

__all__ = ["Pullback", "Scan", "ScanGradient", "is_slice_from", "loop_of", "static_integer"]


class Scan(ScanFields, Op):
    """A loop: a step, and what each run of it takes from the last.

    The step's inputs are, in this order, an element of each sequence, the values of each state at
    its taps, the carried values, and the non-sequences. Its outputs are the new value of each
    state, the other outputs, the new carried values, and, with `until`, whether to stop.

    The operation's inputs are the number of steps, the sequences, the states' first values (for a
    single tap of -1 without an axis of time), the carried values, and the non-sequences. Its
    outputs are the history of each state and of each other output, the last carried values, and,
    unless `residuals` is false, what the gradient needs to know of the loop. With `with_initial`
    the history of a state begins with its first values.

    Parameters
    ----------
    inner_inputs, inner_outputs : lists of variables
        The step.
    n_sequences : int
    taps : tuple of tuples of negative int
        For each state, which of its past values the step takes.
    n_outputs : int
        The number of outputs that aren't states.
    n_carried : int
        The number of values without a history, such as the states of random streams.
    until : bool
        Whether the step's last output tells when to stop.
    truncate_gradient : int
        From how many of the last steps the gradient comes; -1 for all.
    counts_sequences : bool
        Whether the number of steps is the length of the shortest sequence.
    residuals : bool
    recomputed : bool
        Whether the gradient of a loop around this one runs it anew, rather than keep its outputs.
    with_initial : bool
        Whether the history of a state is preceded by the first values that steps take.
    mode : str or Mode, optional
        What runs the loop's steps, if not what runs the graph around it.
    name : str, optional

    Attributes
    ----------
    compiled : dict
        Where `theano.link` keeps what it compiles of the loop, as long as there is the operation.
    """

    # What operations lack that an earlier version pickled.
    with_initial = False
    mode = None

    def __init__(
        self,
        inner_inputs: Sequence[Variable],
        inner_outputs: Sequence[Variable],
        *,
        n_sequences: int,
        taps: tuple,
        n_outputs: int,
        n_carried: int,
        until: bool = False,
        truncate_gradient: int = -1,
        counts_sequences: bool = False,
        residuals: bool = True,
        recomputed: bool = False,
        with_initial: bool = False,
        mode: Any = None,
        name: str | None = None,
    ):
        self.inner_inputs = list(inner_inputs)
        self.inner_outputs = list(inner_outputs)
        self.n_sequences = n_sequences
        self.taps = taps
        self.n_outputs = n_outputs
        self.n_carried = n_carried
        self.until = until
        self.truncate_gradient = truncate_gradient
        self.counts_sequences = counts_sequences
        self.residuals = residuals
        self.recomputed = recomputed
        self.with_initial = with_initial
        self.mode = mode
        self.name = name
        self._clear_caches()

    def _clear_caches(self):
        self._specialized = {}
        self._variants = {}
        self.compiled = {}

    def __getstate__(self):
        caches = ("_specialized", "_variants", "compiled")
        return {key: value for key, value in self.__dict__.items() if key not in caches}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._clear_caches()

    def __str__(self):
        return f"Scan{{{self.name}}}" if self.name else "Scan"

    # What is where among the inputs and outputs.

    @property
    def n_states(self) -> int:
        return len(self.taps)

    @property
    def n_data_outputs(self) -> int:
        """The number of outputs without the residuals."""
        return self.n_states + self.n_outputs + self.n_carried

    def depth(self, state: int) -> int:
        """Tell how many first values of a state the steps take."""
        return -min(self.taps[state])

    @property
    def without_initial(self) -> Scan:
        """The same loop, with histories that begin with the first step."""
        return self.variant(with_initial=False) if self.with_initial else self

    def split_inputs(self, inputs: Sequence) -> SimpleNamespace:
        """Sort the operation's inputs: steps, sequences, initial, carried, constant."""
        ends = np.cumsum([1, self.n_sequences, self.n_states, self.n_carried])
        return SimpleNamespace(
            steps=inputs[0],
            sequences=list(inputs[1 : ends[1]]),
            initial=list(inputs[ends[1] : ends[2]]),
            carried=list(inputs[ends[2] : ends[3]]),
            constant=list(inputs[ends[3] :]),
        )

    def split_inner_inputs(self, inputs: Sequence) -> SimpleNamespace:
        """Sort the step's inputs: sequences, taps (a list per state), carried, constant."""
        position = self.n_sequences
        taps = []
        for of_state in self.taps:
            taps.append(list(inputs[position : position + len(of_state)]))
            position += len(of_state)
        return SimpleNamespace(
            sequences=list(inputs[: self.n_sequences]),
            taps=taps,
            carried=list(inputs[position : position + self.n_carried]),
            constant=list(inputs[position + self.n_carried :]),
        )

    def variant(self, **changes: Any) -> Scan:
        """Make the same loop with other settings; the same one for the same settings."""
        key = tuple(sorted(changes.items()))
        if key not in self._variants:
            options = {
                name: getattr(self, name)
                for name in (
                    "n_sequences",
                    "taps",
                    "n_outputs",
                    "n_carried",
                    "until",
                    "truncate_gradient",
                    "counts_sequences",
                    "residuals",
                    "recomputed",
                    "with_initial",
                    "mode",
                    "name",
                )
            }
            outputs = self.inner_outputs
            if self.until and not changes.get("until", True):
                outputs = outputs[:-1]
            self._variants[key] = Scan(self.inner_inputs, outputs, **{**options, **changes})
        return self._variants[key]

    # Building nodes.

    def make_node(self, *inputs: Any) -> Apply:
        inputs = [pt.as_tensor_variable(inputs[0]), *map(_as_variable, inputs[1:])]
        given = self.split_inputs(inputs)
        step_outputs = self._step_outputs(inputs)
        length = self._static_length(given)
        lengths = [length and length + extra for extra in self._extra_lengths()]
        histories = [
            TensorType(v.type.dtype, shape=(length, *v.type.shape))()
            for v, length in zip(step_outputs, lengths)
        ]
        carried = step_outputs[self.n_states + self.n_outputs : self.n_data_outputs]
        outputs = [*histories, *(v.type() for v in carried)]
        if self.residuals:
            outputs.append(generic())
        return Apply(self, inputs, outputs)

    def _extra_lengths(self):
        """By how much each history is longer than the number of steps."""
        of_states = [self.depth(n) * self.with_initial for n in range(self.n_states)]
        return [*of_states, *[0] * self.n_outputs]

    def _static_length(self, given):
        """Tell the number of steps if it is known."""
        if self.until:
            return None
        lengths = [x.type.shape[0] for x in given.sequences]
        if self.counts_sequences and None not in lengths:
            return min(lengths)
        return static_integer(given.steps)

    def inner_values(self, inputs: Sequence) -> tuple:
        """For each input of the step, its shape, or its value where that is a known integer.

        `inputs` are the operation's: variables, or arrays.
        """
        given = self.split_inputs(inputs)
        shapes = [_shape(x)[1:] for x in given.sequences]
        for taps, x in zip(self.taps, given.initial):
            shapes += [_shape(x) if taps == (-1,) else _shape(x)[1:]] * len(taps)
        shapes += map(_shape, given.carried)
        return (*shapes, *(_value_or_shape(x) for x in given.constant))

    def _step_outputs(self, inputs):
        values = self.inner_values(inputs)
        if all(v == _shape(old) for v, old in zip(values, self.inner_inputs)):
            outputs = self.inner_outputs
        else:
            _, outputs = self.specialized(values)
        self._check_states(values, outputs)
        return outputs

    def specialized(self, values: tuple) -> tuple:
        """Make the step anew for inputs of these shapes, or integers of these values."""
        if values not in self._specialized:
            given = [
                np.dtype(x.type.dtype).type(v) if isinstance(v, int) else SimpleNamespace(shape=v)
                for x, v in zip(self.inner_inputs, values)
            ]
            try:
                new = specialize(self.inner_inputs, self.inner_outputs, given)
            except (ShapeError, UnexpectedShape) as error:
                raise type(error)(f"the step of {self}: {error}") from error
            inputs = [None if isinstance(new[v], Constant) else new[v] for v in self.inner_inputs]
            self._specialized[values] = inputs, [new.get(v, v) for v in self.inner_outputs]
        return self._specialized[values]

    def _check_states(self, values, outputs):
        position = self.n_sequences
        inner = self.inner_inputs
        for n, taps in enumerate(self.taps):
            _check_state(f"state {n} of {self}", inner[position], values[position], outputs[n])
            position += len(taps)
        for n in range(self.n_carried):
            new = outputs[self.n_states + self.n_outputs + n]
            old = inner[position + n]
            _check_state(f"the update of {old}", old, values[position + n], new)

    def infer_shape(self, *arguments: Any) -> list:
        # (fgraph, node, shapes), or without fgraph, depending on PyTensor's version.
        *_, node, shapes = arguments
        extra = self._extra_lengths()
        result = []
        for n, output in enumerate(node.outputs):
            if not isinstance(output.type, TensorType):
                result.append(None)
            elif n < self.n_states and not self.until:
                initial = self.split_inputs(shapes).initial[n]
                length = node.inputs[0] + extra[n]
                result.append((length, *initial[self.taps[n] != (-1,) :]))
            else:
                sizes = [Shape_i(axis)(output) for axis in range(output.ndim)]
                if n < len(extra) and not self.until:
                    sizes[0] = node.inputs[0] + extra[n]
                result.append(tuple(sizes))
        return result

    # Gradients.

    def connection_pattern(self, node: Apply) -> list:
        inner = self._inner_connections()
        rows = []
        groups = self.split_inner_inputs(range(len(self.inner_inputs)))
        members = [
            *([n] for n in groups.sequences),
            *groups.taps,
            *([n] for n in groups.carried),
            *([n] for n in groups.constant),
        ]
        for positions in members:
            row = [any(inner[p][k] for p in positions) for k in range(self.n_data_outputs)]
            rows.append(row + [True] * self.residuals)
        for n in range(self.n_states):
            rows[self.n_sequences + n][n] = True
        for n in range(self.n_carried):
            rows[self.n_sequences + self.n_states + n][self.n_states + self.n_outputs + n] = True
        return [[False] * len(node.outputs), *rows]

    def _inner_connections(self):
        """Tell which outputs each input of the step reaches, through other steps too."""
        if "connections" not in self._variants:
            pattern = io_connection_pattern(
                self.inner_inputs, self.inner_outputs[: self.n_data_outputs]
            )
            pattern = [list(row) for row in pattern]
            groups = self.split_inner_inputs(range(len(self.inner_inputs)))
            first_carried = self.n_states + self.n_outputs
            back = [(n, p) for n, of_state in enumerate(groups.taps) for p in of_state]
            back += [(first_carried + n, p) for n, p in enumerate(groups.carried)]
            changed = True
            while changed:
                changed = False
                for row in pattern:
                    for output, position in back:
                        if row[output]:
                            for k, reached in enumerate(pattern[position]):
                                if reached and not row[k]:
                                    row[k] = changed = True
            self._variants["connections"] = pattern
        return self._variants["connections"]

    def pullback(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], cotangents: Sequence
    ) -> list:
        given = tuple(
            n
            for n, c in enumerate(cotangents[: self.n_data_outputs])
            if not isinstance(c.type, DisconnectedType) and outputs[n].dtype in float_dtypes
        )
        if not given:
            return [disconnected_type() for _ in inputs]
        op, node_inputs, residuals = self.without_initial, list(inputs), outputs[-1]
        if self.until:
            # By now it is known how many steps there were.
            op = op.variant(until=False, counts_sequences=False)
            node_inputs[0] = outputs[given[0]].shape[0] - self._extra_lengths()[given[0]]
            residuals = op(*node_inputs)[-1]
        connected = self.connection_pattern(outputs[0].owner)
        wanted = tuple(
            n
            for n, x in enumerate(inputs)
            if getattr(x.type, "dtype", None) in float_dtypes
            and any(connected[n][k] for k in given)
        )
        values = {n: cotangents[n].astype(outputs[n].dtype) for n in given}
        of_initial = {}
        for n in given if self.with_initial else ():
            if n < self.n_states:
                values[n], of_initial[1 + self.n_sequences + n] = self._split_cotangent(
                    n, values[n], self.split_inputs(inputs).initial[n]
                )
        gradients = ScanGradient(op, given, wanted).make_node(
            *node_inputs, residuals, *values.values()
        )
        found = dict(zip(wanted, gradients.outputs))
        for n, gradient in of_initial.items():
            if gradient is not None and n in found:
                found[n] = found[n] + gradient
        return [
            found[n]
            if n in found
            else x.zeros_like(dtype=pytensor.config.floatX)
            if any(connected[n][k] for k in given) and isinstance(x.type, TensorType)
            else disconnected_type()
            for n, x in enumerate(inputs)
        ]

    def _split_cotangent(self, state, cotangent, initial):
        """Split the cotangent of a state's history: that of the steps, and that of first values."""
        depth = self.depth(state)
        node = cotangent.owner
        if node is not None and _is_zero_before(node, depth):
            return node.inputs[1], None
        if self.taps[state] == (-1,):
            return cotangent[1:], cotangent[0]
        of_first = pt.zeros_like(initial, dtype=cotangent.dtype)
        return cotangent[depth:], pt.set_subtensor(of_first[:depth], cotangent[:depth])

    # Running.

    def loop_values(self, inputs: Sequence, constants: Sequence = ()) -> tuple:
        """Do as :meth:`inner_values`, with the values of integers that are constants.

        Parameters
        ----------
        inputs : list of arrays
            The operation's inputs.
        constants : list of variables, optional
            The same as variables, for the integers among them that are constant.
        """
        values = list(self.inner_values(inputs))
        first = len(values) - len(self.split_inputs(inputs).constant)
        for n, variable in enumerate(self.split_inputs(constants).constant if constants else ()):
            values[first + n] = _value_or_shape(variable, values[first + n])
        return tuple(values)

    def count_steps(self, inputs: Sequence, constants: Sequence = ()) -> int:
        """Tell the number of steps for arrays; `constants` are as in :meth:`loop_values`."""
        lengths = [x.shape[0] for x in self.split_inputs(inputs).sequences]
        if self.counts_sequences:
            return min(lengths)
        # Inside of another loop a constant comes as an array that JAX traces, like all else.
        known = static_integer(constants[0]) if constants else None
        try:
            steps = int(inputs[0]) if known is None else known
        except TypeError as error:  # JAX's, of a number that isn't known while it compiles
            raise TypeError(
                f"the number of steps of {self} depends on values that are computed, and JAX "
                "compiles loops of a known length"
            ) from error
        if steps < 0:
            raise ShapeError(f"{self} can't do {steps} steps: n_steps should be positive")
        for n, length in enumerate(lengths):
            if length < steps:
                raise ShapeError(
                    f"{self} should do {steps} steps, but its sequence {n} has only {length} "
                    "elements"
                )
        return steps

    def perform(self, node: Apply, inputs: Sequence, output_storage: list) -> None:
        outputs = evaluate(self.without_initial, inputs)
        if self.with_initial:
            outputs = self.after_initial(outputs, inputs, np.concatenate)
        _store(outputs, output_storage)
        if self.residuals:
            output_storage[-1][0] = None  # the gradient computes what it needs anew

    def after_initial(self, outputs: Sequence, inputs: Sequence, concatenate: Callable) -> list:
        """Put first values in front of the histories of states.

        Parameters
        ----------
        outputs, inputs : lists
            The operation's, arrays or variables; the histories without first values.
        concatenate : callable
            Joins a list of them.
        """
        found = list(outputs)
        for n, first in enumerate(self.split_inputs(inputs).initial):
            first = first[None] if self.taps[n] == (-1,) else first[: self.depth(n)]
            found[n] = concatenate([first, found[n]])
        return found

    def do_constant_folding(self, fgraph: Any, node: Apply) -> bool:
        return False


class ScanGradient(Op):
    """The gradient of a :class:`Scan`, of some of its outputs, with respect to some inputs.

    Its inputs are those of the loop, the loop's residuals, and the outputs' cotangents.

    Parameters
    ----------
    scan : Scan
    given : tuple of int
        The positions of the outputs.
    wanted : tuple of int
        The positions of the inputs.
    """

    __props__ = ("scan", "given", "wanted")

    def __init__(self, scan: Scan, given: tuple, wanted: tuple):
        self.scan = scan
        self.given = given
        self.wanted = wanted

    def make_node(self, *inputs: Any) -> Apply:
        outputs = [inputs[n].type() for n in self.wanted]
        return Apply(self, list(inputs), outputs)

    def infer_shape(self, *arguments: Any) -> list:
        *_, shapes = arguments
        return [shapes[n] for n in self.wanted]

    def split(self, inputs: Sequence) -> tuple:
        """Split the inputs: the loop's, its residuals, and the cotangents by output."""
        n = len(inputs) - len(self.given) - 1
        return list(inputs[:n]), inputs[n], dict(zip(self.given, inputs[n + 1 :]))

    def residuals_of(self, node: Apply) -> Variable:
        """Tell which input of a node the loop's residuals are."""
        return self.split(node.inputs)[1]

    def perform(self, node: Apply, inputs: Sequence, output_storage: list) -> None:
        _store(evaluate(self, inputs), output_storage)

    def connection_pattern(self, node: Apply) -> list:
        # All that the residuals know comes from the loop's inputs.
        return _connected_floats(node)

    def pullback(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], cotangents: Sequence
    ) -> list:
        given = tuple(
            n for n, c in enumerate(cotangents) if not isinstance(c.type, DisconnectedType)
        )
        return _pullback_of(self, given, inputs, [cotangents[n] for n in given])


class Pullback(Op):
    """The gradient of another gradient.

    Its inputs are the other operation's, and the cotangents of those of its outputs that are
    given; its outputs are the gradients with respect to all inputs that are floats.
    """

    __props__ = ("op", "given", "wanted")

    def __init__(self, op: Op, given: tuple, wanted: tuple):
        self.op = op
        self.given = given
        self.wanted = wanted

    def make_node(self, *inputs: Any) -> Apply:
        return Apply(self, list(inputs), [inputs[n].type() for n in self.wanted])

    def perform(self, node: Apply, inputs: Sequence, output_storage: list) -> None:
        _store(evaluate(self, inputs), output_storage)

    @property
    def scan(self) -> Scan:
        """The loop whose gradient it is."""
        return self.op.scan

    def connection_pattern(self, node: Apply) -> list:
        return _connected_floats(node)

    def pullback(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], cotangents: Sequence
    ) -> list:
        given = tuple(
            n for n, c in enumerate(cotangents) if not isinstance(c.type, DisconnectedType)
        )
        return _pullback_of(self, given, inputs, [cotangents[n] for n in given])


def _is_zero_before(node, position):
    """Tell whether a node makes zeros up to a position, and puts something after that."""
    if not isinstance(node.op, IncSubtensor):
        return False
    array, part, indices = split_indices(node.op, node.inputs)
    return (
        _static_value(array) == 0
        and part.type.ndim == array.type.ndim
        and is_slice_from(position, indices)
    )


def is_slice_from(position: int, indices: Sequence) -> bool:
    """Tell whether indices take what is after a position along the first axis."""
    if len(indices) != 1 or not isinstance(indices[0], slice):
        return False
    start, stop, step = indices[0].start, indices[0].stop, indices[0].step
    if start is None or stop is not None or step is not None:
        return False
    return static_integer(pt.as_tensor_variable(start)) == position


def _store(values, output_storage):
    for storage, value in zip(output_storage, values):
        storage[0] = value


def _connected_floats(node):
    floats = [getattr(v.type, "dtype", None) in float_dtypes for v in node.inputs]
    return [[connected] * len(node.outputs) for connected in floats]


def _pullback_of(op, given, inputs, cotangents):
    wanted = tuple(
        n for n, x in enumerate(inputs) if getattr(x.type, "dtype", None) in float_dtypes
    )
    gradients = Pullback(op, given, wanted).make_node(*inputs, *cotangents).outputs
    found = dict(zip(wanted, gradients))
    return [found[n] if n in found else disconnected_type() for n in range(len(inputs))]


def _as_variable(x):
    return x if isinstance(x, Variable) else pt.as_tensor_variable(x)


def _shape(x):
    if isinstance(x, Variable):
        return tuple(getattr(x.type, "shape", ()))
    return tuple(getattr(x, "shape", ()))  # the residuals of another loop have none


def _value_or_shape(x, shape=None):
    """The value of a known integer, or the shape."""
    if isinstance(x, Variable):
        if getattr(x.type, "ndim", None) == 0 and x.type.dtype in integer_dtypes:
            value = static_integer(x)
            if value is not None:
                return value
        return _shape(x) if shape is None else shape
    return _shape(x)


def loop_of(output: Variable) -> Scan | None:
    """Find the loop that computes one of the outputs of `theano.scan`, if a loop does."""
    node = output.owner
    if node is not None and isinstance(node.op, Subtensor):
        node = node.inputs[0].owner  # what it is cut from begins with the first values
    return node.op if node is not None and isinstance(node.op, Scan) else None


def static_integer(variable: Variable) -> int | None:
    """Tell the value of a symbolic integer, or None if it isn't known."""
    if isinstance(variable, Constant):
        return int(variable.data)
    value = _static_value(variable)
    return None if value is None else int(value)


def _static_value(variable):
    """Tell the value that all elements of a variable have, or None if it isn't known."""
    try:
        return pt.get_underlying_scalar_constant_value(variable)
    except NotScalarConstantError:
        return None


def _check_state(label, old, shape, new):
    if old.type.dtype != new.type.dtype:
        raise ValueError(
            f"{label} begins as {old.type.dtype}, but the step returns {new.type.dtype}: give it "
            f"a first value of dtype {new.type.dtype}, or cast what the step returns"
        )
    if len(shape) != new.type.ndim:
        raise ValueError(
            f"{label} begins with {len(shape)} dimensions, but the step returns {new.type.ndim}"
        )
    for axis, (before, after) in enumerate(zip(shape, new.type.shape)):
        if before is not None and after is not None and before != after:
            raise ShapeError(
                f"{label} begins with shape {tuple(shape)}, but the step returns "
                f"{new.type.shape}: they differ along axis {axis}"
            )
        if before == 1 and after is None:
            raise ValueError(
                f"{label} begins with size 1 along axis {axis}, which broadcasts, but what the "
                "step returns doesn't: give a first value of the full size"
            )
