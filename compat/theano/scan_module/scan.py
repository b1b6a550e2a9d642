"""`theano.scan`: loops in graphs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from numbers import Integral, Real
from typing import Any, NamedTuple

import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant, Variable, clone_get_equiv
from pytensor.graph.traversal import io_toposort
from pytensor.tensor.type import TensorType, integer_dtypes
from theano.compile.mode import get_mode
from theano.gof.graph import inputs as graph_leaves
from theano.link.modes import watches
from theano.link.test_values import hand_on_test_values
from theano.missing import explain_missing
from theano.ops.scan import Scan, static_integer
from theano.scan_module.scan_utils import get_updates_and_outputs
from theano.updates import OrderedUpdates

__all__ = ["scan"]

__getattr__ = explain_missing(__name__)


def scan(
    fn: Callable,
    sequences: Any = None,
    outputs_info: Any = None,
    non_sequences: Any = None,
    n_steps: Any = None,
    truncate_gradient: int = -1,
    go_backwards: bool = False,
    mode: Any = None,
    name: str | None = None,
    profile: Any = False,
    allow_gc: bool | None = None,
    strict: bool = False,
    return_list: bool = False,
) -> tuple:
    """Run a step again and again: over the elements of sequences, from what it returned before.

    Parameters
    ----------
    fn : callable
        The step. It takes the elements of each sequence at its taps, the earlier values of each
        output at its taps, and the non-sequences. It returns outputs (a variable or a list), or a
        tuple of outputs, updates of shared variables, and `theano.scan_module.until(condition)`,
        each if there is one.
    sequences : variable, dict, or list of these
        What to go over, along the first axis. A dict ``{"input": variable, "taps": [-1, 0, 1]}``
        gives the step several neighbouring elements.
    outputs_info : variable, dict, None, or list of these
        For each output its first value; or a dict ``{"initial": values, "taps": [-1, -2]}``, with
        as many first values along the first axis as the taps go back; or None for an output that
        the next step doesn't take.
    non_sequences : variable or list of variables
        What each step gets as it is. Other variables that the step uses are found.
    n_steps : int or integer scalar variable, optional
        The number of steps; by default the length of the shortest sequence.
    truncate_gradient : int, default -1
        Through how many steps, counted from the last, the gradient goes; -1 for all.
    go_backwards : bool, default False
        Whether to go over the sequences from their ends. Outputs come in the order of the steps.
    mode : str or Mode, optional
        What runs the steps. A mode that checks or shows what operations compute, such as
        `NanGuardMode`, `MonitorMode` or `DebugMode`, does so in each step; with any other the loop
        is compiled with the function that it is part of. ``theano.config.mode`` by default.
    profile, allow_gc
        Taken, and without effect.
    name : str, optional
        A name for the loop, for messages.
    strict : bool, default False
        Whether the step may use no other shared variables than those among `non_sequences`.
    return_list : bool, default False
        Whether a single output is returned as a list, too.

    Returns
    -------
    outputs : variable, list of variables, or None
        The values of each output at all steps, along a new first axis.
    updates : OrderedUpdates
        The shared variables' values after the loop, for `theano.function`.

    Raises
    ------
    ValueError
        If there is nothing that tells the number of steps, if taps are not as described, if the
        step returns something else, or another number of outputs than `outputs_info` has, or if an
        output's dtype or number of dimensions isn't that of its first value.

    Examples
    --------
    >>> import numpy as np, theano, theano.tensor as T
    >>> x = T.dvector("x")
    >>> sums, _ = theano.scan(lambda x, sum: sum + x, x, T.zeros(()))
    >>> sums.eval({x: [1, 2, 3]}).tolist()
    [1.0, 3.0, 6.0]
    """
    sequences = [_Sequence.read(item) for item in _as_list(sequences)]
    recurrences = [_Recurrence.read(item) for item in _as_list(outputs_info)]
    constants = [_as_variable(item) for item in _as_list(non_sequences)]
    steps = _checked_steps(n_steps)
    parts = [part for sequence in sequences for part in sequence.parts(go_backwards)]
    if steps is None and not parts:
        raise ValueError("nothing tells the number of steps: give n_steps, or a sequence")
    if steps in (1, -1):
        return _one_step(fn, parts, recurrences, constants, return_list)

    elements = [_element_of(part) for part in parts]
    pasts = [past for r in recurrences if r for past in r.make_pasts()]
    hand_on_test_values(
        lambda: (
            [part[0] for part in parts]
            + [past for r in recurrences if r for past in r.first_pasts()]
        ),
        [*elements, *pasts],
    )
    results = get_updates_and_outputs(fn(*elements, *pasts, *constants))
    recurrences = _matched(recurrences, results.outputs)
    states = _states(recurrences)
    step = _Step(elements, recurrences, constants, results)
    if strict:
        step.refuse_other_shared_variables()
    op = Scan(
        *step.graph(),
        n_sequences=len(parts),
        taps=tuple(r.taps for r in states),
        n_outputs=sum(r is None for r in recurrences),
        n_carried=len(step.carried),
        until=results.condition is not None,
        truncate_gradient=int(truncate_gradient),
        counts_sequences=steps is None,
        with_initial=True,
        mode=_own_mode(mode),
        name=name,
    )
    if steps is None:
        steps = reduce(pt.minimum, (part.shape[0] for part in parts))
    outputs = op(
        steps, *parts, *(r.initial for r in states), *step.carried, *step.outer, return_list=True
    )
    updates = outputs[len(recurrences) : len(recurrences) + len(step.carried)]
    # As in Theano, what a state's output is cut from begins with the first values.
    outputs[: len(states)] = [x[op.depth(n) :] for n, x in enumerate(outputs[: len(states)])]
    ordered = _in_order(outputs, recurrences)
    return _returned(ordered, return_list), OrderedUpdates(zip(step.carried, updates))


def _own_mode(given):
    """Find a loop's mode: the one given, or that of all functions if it watches what they do."""
    mode = get_mode(given)
    return mode if given is not None or watches(mode) else None


def _as_list(items):
    if items is None:
        return []
    return list(items) if isinstance(items, (list, tuple)) else [items]


def _as_variable(item):
    return item if isinstance(item, Variable) else pt.as_tensor_variable(item)


def _checked_steps(n_steps):
    """Check the number of steps; return an int where it is known."""
    if n_steps is None:
        return None
    if isinstance(n_steps, Real) and not isinstance(n_steps, Integral):
        if n_steps != int(n_steps):
            raise ValueError(f"n_steps should be an integer, got {n_steps}")
        n_steps = int(n_steps)
    steps = pt.as_tensor_variable(n_steps)
    if steps.dtype not in integer_dtypes or steps.ndim:
        raise ValueError(f"n_steps should be an integer scalar, got {steps.type}")
    known = static_integer(steps)
    return steps if known is None else known


class _Sequence(NamedTuple):
    """A sequence, and which of its elements a step takes, relative to the step's own."""

    input: Variable
    taps: tuple

    @classmethod
    def read(cls, item):
        taps = None
        if isinstance(item, Mapping):
            item, taps = item["input"], item.get("taps")
        variable = _as_variable(item)
        if not getattr(variable.type, "ndim", 0):
            raise ValueError(f"{variable} of type {variable.type} can't be gone over: it is scalar")
        return cls(variable, (0,) if taps is None else tuple(_as_list(taps)))

    def parts(self, go_backwards):
        """Cut the sequence for each tap, so that a step takes an element of the same number."""
        first, last = min((0, *self.taps)), max((0, *self.taps))
        for tap in self.taps:
            start, end = tap - first, tap - last
            part = self.input[start : end or None] if start or end else self.input
            yield part[::-1] if go_backwards else part


def _element_of(part):
    name = getattr(part, "name", None)
    return TensorType(part.dtype, shape=part.type.shape[1:])(name and f"{name}[t]")


class _Recurrence:
    """An output that later steps take, its first values and its taps."""

    def __init__(self, initial, taps):
        self.initial = initial
        self.taps = taps
        self.pasts = []

    @classmethod
    def read(cls, item):
        if item is None:
            return None
        taps = (-1,)
        if isinstance(item, Mapping):
            taps = tuple(_as_list(item.get("taps"))) or (-1,)
            if "return_steps" in item:
                raise ValueError("return_steps is no more: take a part of the output instead")
            if item.get("initial") is None:
                if item.get("taps") is None:
                    return None
                raise ValueError(f"an output with taps needs its first values: {item}")
            item = item["initial"]
        if any(tap >= 0 for tap in taps) or len(set(taps)) < len(taps):
            raise ValueError(f"the taps of an output should be negative and different, got {taps}")
        initial = _as_variable(item)
        if taps != (-1,) and not initial.ndim:
            raise ValueError(
                f"an output with taps {taps} needs several first values along a first axis, "
                f"got {initial.type}"
            )
        return cls(initial, taps)

    def make_pasts(self):
        """Make variables for the earlier values that a step takes."""
        shape = self.initial.type.shape[self.taps != (-1,) :]
        name = self.initial.name
        self.pasts = [
            TensorType(self.initial.dtype, shape=shape)(name and f"{name}[t{tap}]")
            for tap in self.taps
        ]
        return self.pasts

    def first_pasts(self):
        """The earlier values that the first step takes."""
        if self.taps == (-1,):
            return [self.initial]
        return [self.initial[tap - min(self.taps)] for tap in self.taps]


def _one_step(fn, parts, recurrences, constants, return_list):
    """Make the one step of a loop without a loop."""
    elements = [part[0] for part in parts]
    pasts = [past for r in recurrences if r for past in r.first_pasts()]
    results = get_updates_and_outputs(fn(*elements, *pasts, *constants))
    _matched(recurrences, results.outputs)
    outputs = [output.dimshuffle("x", *range(output.ndim)) for output in results.outputs]
    return _returned(outputs, return_list), OrderedUpdates(results.updates)


def _matched(recurrences, outputs):
    if not recurrences:
        return [None] * len(outputs)
    if len(recurrences) != len(outputs):
        raise ValueError(
            f"the step returns {len(outputs)} outputs, but outputs_info has {len(recurrences)} "
            "entries: it should have one for each, which is None for an output that the next step "
            "doesn't take"
        )
    return recurrences


def _states(recurrences):
    """The outputs that later steps take, in Theano's order: those with several taps come first."""
    return sorted((r for r in recurrences if r), key=lambda r: r.taps == (-1,))


def _in_order(outputs, recurrences):
    """Bring the states and the other outputs of a loop into the step's order."""
    states = _states(recurrences)
    of_state = {id(r): output for r, output in zip(states, outputs)}
    others = iter(outputs[len(states) :])
    return [next(others) if r is None else of_state[id(r)] for r in recurrences]


def _returned(outputs, return_list):
    if len(outputs) == 1 and not return_list:
        return outputs[0]
    return outputs or None


class _Step:
    """What a step computes, from its inputs and from variables outside.

    Attributes
    ----------
    carried : list of shared variables
        Those that a step updates.
    outer : list of variables
        What else it uses of the graph around it.
    """

    def __init__(self, elements, recurrences, constants, results):
        states = _states(recurrences)
        self._elements, self._pasts = elements, [past for r in states for past in r.pasts]
        by_recurrence = {id(r): x for r, x in zip(recurrences, results.outputs)}
        others = [x for r, x in zip(recurrences, results.outputs) if r is None]
        self._outputs = [*(by_recurrence[id(r)] for r in states), *others]
        self._condition = [] if results.condition is None else [results.condition]
        self._constants = constants
        self._updates = self._all_updates(results.updates)
        self.carried = list(self._updates)
        self.outer = self._find_outer()

    def _ends(self):
        return [*self._outputs, *self._updates.values(), *self._condition]

    def _all_updates(self, updates):
        """Add the default updates of the shared variables that a step uses."""
        updates = {shared: _update_of(shared, new) for shared, new in updates.items()}
        pending = [*self._outputs, *updates.values(), *self._condition]
        while pending:
            leaves = graph_leaves(pending, self._constants)
            pending = []
            for leaf in reversed(leaves):
                update = getattr(leaf, "default_update", None)
                if update is not None and leaf not in updates:
                    updates[leaf] = _update_of(leaf, update)
                    pending.append(updates[leaf])
        return updates

    def _find_outer(self):
        """Find the variables outside that the step's computations start from."""
        own = {*self._elements, *self._pasts, *self.carried}
        ends = self._ends()
        varying = set(own)
        for node in io_toposort([*own, *self._constants], ends):
            if not varying.isdisjoint(node.inputs):
                varying.update(node.outputs)
        found: dict = {}
        pending, seen = ends[::-1], set()
        while pending:
            variable = pending.pop()
            if variable in seen or variable in own or isinstance(variable, Constant):
                continue
            seen.add(variable)
            if variable in varying or (_is_size(variable) and variable not in self._constants):
                pending.extend(reversed(variable.owner.inputs))
            else:
                found[variable] = None
        # Those that it doesn't use are inputs of the loop too, so that a function may take them.
        unused = (v for v in self._constants if not isinstance(v, Constant))
        return list(found | dict.fromkeys(unused))

    def refuse_other_shared_variables(self):
        given = set(self._constants)
        used = graph_leaves(self._ends(), [*self._constants, *self.carried])
        others = [v for v in used if isinstance(v, SharedVariable) and v not in given]
        others = [v for v in others if v not in self.carried]
        if others:
            raise ValueError(
                f"with strict, the step may use only shared variables among non_sequences, but it "
                f"uses {', '.join(map(str, others))} too"
            )

    def graph(self):
        """Make the step's graph by itself: inputs and outputs."""
        stand_ins = {v: v.type(v.name) for v in (*self.carried, *self.outer)}
        ends = self._ends()
        start = [*self._elements, *self._pasts, *stand_ins]
        copied = clone_get_equiv(
            start, ends, copy_inputs=False, copy_orphans=False, memo=dict(stand_ins)
        )
        inputs = [*self._elements, *self._pasts, *stand_ins.values()]
        return inputs, [copied.get(v, v) for v in ends]


def _update_of(shared, new):
    new = _as_variable(new)
    if isinstance(shared.type, TensorType):
        new = shared.type.clone(shape=(None,) * shared.ndim).filter_variable(new)
    return new


def _is_size(variable: Variable) -> bool:
    """Tell whether something is, or may be computed from, sizes: JAX has to know these."""
    return (
        variable.owner is not None
        and isinstance(variable.type, TensorType)
        and variable.ndim <= 1
        and variable.dtype in integer_dtypes
    )
