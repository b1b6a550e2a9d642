"""A graph that is compiled once for each combination of shapes that it is called with."""

import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from pytensor.compile.mode import Mode
from pytensor.graph.basic import Variable
from pytensor.tensor.type import TensorType
from theano.configdefaults import config
from theano.link.choices import Choices, find_choices
from theano.link.deferred import load_executable
from theano.link.fork_safety import start_jax_unless_forked
from theano.link.in_place_updates import find_parts, put_back
from theano.link.interpreter import interpret_graph
from theano.link.modes import has_watched_loops
from theano.link.slice_lengths import SliceLengths, find_moving_slices
from theano.ops.choices import UnfitError, has_checks_in_branches
from theano.ops.provenance import describe_call, label, level_of_caller
from theano.ops.specialization import (
    BoundsError,
    FailedCheck,
    ShapeError,
    UnexpectedShape,
    specialize,
)

__all__ = ["SpecializedGraph"]


class Executable(NamedTuple):
    """What has been compiled.

    Attributes
    ----------
    compute : callable
        Takes the arguments, and the stored values on the device. Returns a list of outputs, an
        error or None, and what :attr:`overwritten` needs. With an error, the outputs are None.
    overwritten : callable or None
        Takes the outputs, and what `compute` kept for this. Returns the stored values that the
        call overwrote, by the output that did. None if they are lost.
    """

    compute: Callable
    overwritten: "Callable | None"


class SpecializedGraph:
    """A graph, and what has been compiled for it so far.

    Parameters
    ----------
    name : str
        What to call the graph in messages.
    inputs, outputs : lists of variables
        The graph. Calls give values for the first inputs, stores hold those of the others.
    updates : dict of int to int
        By the position of an output, that of the input whose stored value it replaces.
    mode : Mode
        How to compile.
    """

    def __init__(
        self,
        name: str,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        updates: Mapping[int, int],
        mode: Mode,
    ):
        self.name = name
        self.inputs = list(inputs)
        self.outputs = list(outputs)
        self.updates = dict(updates)
        self.mode = mode
        self.compilations = 0
        self._plans = OrderedDict()  # by shapes; the least recently used first
        self._moving_slices = None

    def __getstate__(self):
        return {**self.__dict__, "_plans": OrderedDict(), "_moving_slices": None}

    def executable(self, arguments: Sequence, stores: Sequence) -> Executable:
        """Find, or compile, what computes the graph for values of these shapes.

        Parameters
        ----------
        arguments : list of arrays
            Values of the first inputs.
        stores : list of stores
            What holds the values of the others.

        Returns
        -------
        Executable
        """
        shapes = (*(value.shape for value in arguments), *(store.shape for store in stores))
        plan = self._plans.get(shapes)
        if plan is None:
            plan = self._plans[shapes] = self._first_plan_that_works(arguments, stores)
        else:
            self._plans.move_to_end(shapes)
        return plan.executable(arguments, stores)

    def make_room(self) -> None:
        """Forget what was used least recently if more is kept than `jax.kept_signatures` allows.

        Called before something is compiled.
        """
        limit = config.jax.kept_signatures
        self.compilations += 1
        if self.compilations == limit + 1:
            warnings.warn(self._say_what_changes(limit), stacklevel=level_of_caller())
        while self._plans and len(self.executables) >= limit:
            shapes, oldest = next(iter(self._plans.items()))
            if len(self._plans) > 1:
                del self._plans[shapes]
            elif oldest.executables:
                del oldest.executables[next(iter(oldest.executables))]

    def _say_what_changes(self, limit):
        seen = {
            variable: list(dict.fromkeys(shapes))
            for variable, shapes in zip(self.inputs, zip(*self._plans))
        }
        variable, shapes = max(seen.items(), key=lambda item: len(item[1]), default=(None, []))
        if len(shapes) > 1:
            latest = ", ".join(map(str, shapes[-3:]))
            what = f"the shape of {label(variable)} keeps changing (lately {latest})"
            advice = (
                "Give it few shapes: leave the short last minibatch out, pad sequences to a few "
                "lengths and mask them"
            )
        else:
            integers = [label(v) for v in self.inputs if v.type.ndim == 0 and _is_integer(v)]
            what = f"sizes in it depend on the value of {' and '.join(integers)}"
            advice = "Make those sizes shapes of an input, or slices of one length"
        return (
            f"{self.name} has been compiled {limit} times, and now again: {what}, and each "
            f"combination of sizes is compiled by itself. {advice}. The {limit} used last are "
            "kept; THEANO_FLAGS=jax.kept_signatures=... sets another number"
        )

    def _first_plan_that_works(self, arguments, stores):
        start_jax_unless_forked()
        failures = []
        for kind in self._kinds(arguments):
            plan = kind(self)
            try:
                plan.executable(arguments, stores)
                return plan
            except (ShapeError, BoundsError, UnexpectedShape, FailedCheck) as failure:
                error = getattr(failure, "error", failure)
                raise self._explained(error, arguments, stores) from error
            except UnfitError as failure:
                failures.append(self._explained(failure.error, arguments, stores))
            except Exception as error:
                if type(error).__name__ == "JaxRuntimeError":  # no memory, say
                    raise
                failures.append(error)
        if not find_choices(self.outputs):
            raise failures[0]
        plan = _ByChoice(self)
        plan.executable(arguments, stores)
        return plan

    def _kinds(self, arguments):
        """List the plans to try, before choices are made by themselves."""
        if find_choices(self.outputs):
            return () if has_checks_in_branches(self.inputs, self.outputs) else (_ByShape,)
        if has_watched_loops(self.outputs):
            return (_Interpreted,)
        if any(map(_may_be_size, arguments)):
            return _ByShape, _ByValue, _Interpreted
        return _ByShape, _Interpreted

    def _explained(self, error, arguments, stores):
        shapes = describe_call(self.inputs, _values(arguments, stores))
        return type(error)(f"{self.name}, called with {shapes}: {error}")

    def part(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], updates: Mapping[int, int]
    ) -> "SpecializedGraph":
        """Make another graph with inputs that get the same values."""
        return SpecializedGraph(self.name, inputs, outputs, updates, self.mode)

    @property
    def moving_slices(self) -> list:
        """The slices whose bounds depend on integers among the inputs."""
        if self._moving_slices is None:
            self._moving_slices = find_moving_slices(self.inputs, self.outputs)
        return self._moving_slices

    @property
    def executables(self) -> list:
        """Everything that has been compiled so far."""
        return [run for plan in self._plans.values() for run in plan.executables.values()]


class _Plan:
    """How to compile a graph for certain shapes: once for each combination of sizes."""

    def __init__(self, graph: SpecializedGraph):
        self.graph = graph
        self.executables = {}

    def executable(self, arguments: Sequence, stores: Sequence) -> Executable:
        sizes = self.sizes(arguments, stores)
        found = self.executables.get(sizes)
        if found is None:
            self.graph.make_room()
            found = self.executables[sizes] = self.compile(arguments, stores, sizes)
        return found

    def sizes(self, arguments: Sequence, stores: Sequence) -> tuple:
        """Tell on what, besides the shapes, the compiled graph depends."""
        return ()

    def compile(self, arguments: Sequence, stores: Sequence, sizes: tuple) -> Executable:
        raise NotImplementedError

    def specialized(self, values: Sequence, lengths: "Mapping | None" = None) -> tuple:
        graph = self.graph
        new = specialize(graph.inputs, graph.outputs, values, lengths)
        return [new[v] for v in graph.inputs], [new.get(v, v) for v in graph.outputs]


class _ByShape(_Plan):
    """The usual plan: sizes depend on shapes, and on bounds of slices that a call gives."""

    _slice_lengths = None

    def sizes(self, arguments, stores):
        graph = self.graph
        if not graph.moving_slices:
            return ()
        values = _values(arguments, stores)
        if self._slice_lengths is None:
            new = specialize(graph.inputs, graph.outputs, values)
            self._slice_lengths = SliceLengths(graph.moving_slices, graph.inputs, new)
        return self._slice_lengths(values)

    def compile(self, arguments, stores, sizes):
        lengths = self._slice_lengths.by_node(sizes) if sizes else None
        inputs, outputs = self.specialized(_values(arguments, stores), lengths)
        donation = _Donation(self.graph.updates, inputs, outputs)
        run = load_executable().compile_graph(
            inputs,
            outputs,
            self.graph.mode.optimizer,
            donation.positions,
            donation.kept,
            [*arguments, *(store.on_device() for store in stores)],
        )
        return Executable(lambda arguments, stored: run(*arguments, *stored), donation.before)


class _ByValue(_Plan):
    """Integers that a call gives are constants, as sizes depend on them in some other way."""

    def sizes(self, arguments, stores):
        return tuple(int(value) for value in arguments if _may_be_size(value))

    def compile(self, arguments, stores, sizes):
        # A `numpy.generic` makes a constant of its input.
        constants = [value[()] if _may_be_size(value) else value for value in arguments]
        inputs, outputs = self.specialized([*constants, *(store.peek() for store in stores)])
        variable = [n for n, value in enumerate(arguments) if not _may_be_size(value)]
        kept = [*variable, *range(len(arguments), len(inputs))]
        donation = _Donation(self.graph.updates, inputs, outputs)
        run = load_executable().compile_graph(
            [inputs[n] for n in kept],
            outputs,
            self.graph.mode.optimizer,
            [kept.index(position) for position in donation.positions],
            donation.kept,
            [*(arguments[n] for n in variable), *(store.on_device() for store in stores)],
        )
        return Executable(
            lambda arguments, stored: run(*(arguments[n] for n in variable), *stored),
            donation.before,
        )


class _ByChoice(_Plan):
    """Choices are made first, as the branches not taken don't fit, or fit nothing else."""

    def __init__(self, graph):
        super().__init__(graph)
        self._choices = Choices(graph)

    def executable(self, arguments, stores):
        chosen = self._choices.made(arguments, stores)
        compiled = chosen.compilations
        found = chosen.executable(arguments, stores)
        self.graph.compilations += chosen.compilations - compiled
        return found


class _Interpreted(_Plan):
    """PyTensor computes node by node: JAX can't compile the graph, or a loop is to be watched."""

    def compile(self, arguments, stores, sizes):
        inputs, outputs = self.specialized(_values(arguments, stores))
        if not all(isinstance(v.type, TensorType) for v in inputs):
            raise NotImplementedError("only tensors can be computed by PyTensor's interpreter")
        if not has_watched_loops(outputs):
            warnings.warn(
                f"{self.graph.name} has sizes that depend on values, or an operation that JAX "
                "lacks. So PyTensor interprets it, which is right, and slower",
                stacklevel=level_of_caller(),
            )
        run = interpret_graph(inputs, outputs, self.graph.name)
        return Executable(
            lambda arguments, stored: run(*arguments, *stored), lambda results, kept: {}
        )


def _values(arguments: Iterable, stores: Iterable) -> list:
    return [*arguments, *(store.peek() for store in stores)]


def _is_integer(variable):
    return getattr(variable.type, "dtype", "").startswith(("int", "uint"))


def _may_be_size(value):
    return isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in "iu"


class _Donation:
    """Which inputs' buffers are donated to their updates, and what was in them before.

    Those that change a part of it do, as copying a large table costs more than to change a few
    rows. Others do where the configuration says so: most are as fast without.
    """

    def __init__(self, updates, inputs, outputs):
        pairs = {n: inputs[p] for n, p in updates.items() if inputs[p].type == outputs[n].type}
        if config.jax.update_in_place:
            self.parts = dict.fromkeys(pairs)
        else:
            parts = {n: find_parts(outputs[n], old) for n, old in pairs.items()}
            self.parts = {n: found for n, found in parts.items() if found}
        self.positions = [updates[n] for n in self.parts]
        changed = [part for parts in self.parts.values() for part in parts or ()]
        self.kept = [variable for part in changed for variable in part.variables]
        self.before = None if None in self.parts.values() else self._before

    def _before(self, results, kept):
        kept = iter(kept)
        return {n: put_back(results[n], parts, kept) for n, parts in self.parts.items()}
