"""How JAX runs a loop's gradient.

The parts of the step run in the opposite order. The loop among them takes from the forward loop
what costly nodes computed, such as products, and computes cheap ones anew: that needs little
memory. It leaves out the gradients of what is the same at all steps and enters costly nodes, such
as weights. They are sums over all steps of products; one large product computes them after the
loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from pytensor.graph.basic import Apply, Variable
from pytensor.tensor.type import TensorType
from theano.link.dispatch.scan_nodes import is_float, merged
from theano.link.dispatch.scan_stacks import run_at_once
from theano.link.dispatch.scan_step import ONCE, StepParts, is_cheap, made_by, n_bytes

__all__ = ["GradientPlan", "LoopGradient"]


class GradientPlan:
    """What a gradient's loop needs of the forward loop.

    Attributes
    ----------
    nodes : list of nodes
        The nodes of the loop that it goes back through.
    costly : set of nodes
        Those of them whose outputs it doesn't compute anew.
    saved : list of variables
        What the forward loop keeps for that besides its outputs.
    kept : list of int
        Which carried values it keeps.
    slices : list of variables
        Which slices the gradient's loop takes.
    """

    def __init__(self, parts: StepParts):
        self._active = self._find_active(parts)
        self.costly = {node for node in parts.inside if self._is_costly(node, parts)}
        needed = self._find_needed(parts)
        self.nodes = [n for n in parts.inside if any(v in needed for v in n.outputs)]
        known = {*parts.new_states, *parts.histories}
        self.saved = [
            v for n in self.nodes if n in self.costly for v in n.outputs if v not in known
        ]
        self.kept = [n for n, v in enumerate(parts.carried) if v in needed]
        self.slices = [v for v in parts.slices if v in needed]
        self.taps = {v for v in parts.all_taps if v in needed}

    def _find_active(self, parts):
        """Find the variables that a gradient may go through."""
        inputs = {*parts.all_taps, *parts.carried, *parts.slices}
        inputs.update(v for n in parts.inside for v in n.inputs if parts.level(v) == ONCE)
        active = {v for v in inputs if is_float(v) and v not in parts.functions.constants}
        for node in parts.inside:
            if not active.isdisjoint(node.inputs):
                active.update(filter(is_float, node.outputs))
        return active

    def _is_costly(self, node, parts):
        if not all(isinstance(v.type, TensorType) for v in node.outputs):
            return False
        if getattr(node.op, "recomputed", False):
            return False
        if not is_cheap(node):
            return True
        # The gradient of something large isn't added up step by step.
        size = sum(map(n_bytes, node.outputs))
        return any(
            v in self._active and parts.level(v) == ONCE and n_bytes(v) > size for v in node.inputs
        )

    def _find_needed(self, parts):
        inside = set(parts.inside)
        targets = [*parts.new_states, *parts.new_carried, *parts.histories]
        pending, needed = [v for v in targets if v in self._active], set()
        while pending:
            variable = pending.pop()
            node = variable.owner
            if variable in needed:
                continue
            needed.add(variable)
            if node in inside and (node not in self.costly or self.is_active(node)):
                pending.extend(node.inputs)
        return needed

    def reaches(self, variable: Variable) -> bool:
        """Tell whether a gradient may reach a variable."""
        return variable in self._active

    def is_active(self, node: Apply) -> bool:
        """Tell whether a gradient may go through a node."""
        return not self._active.isdisjoint(node.outputs)


class LoopGradient:
    """One computation of a loop's gradient.

    Parameters
    ----------
    loop : JaxLoop
    inputs, residuals : lists of arrays
        As for `JaxLoop.backward`.
    wanted : sequence of int
        The positions of the inputs.
    """

    def __init__(self, loop: Any, inputs: Sequence, residuals: Sequence, wanted: Sequence[int]):
        self.loop = loop
        self.parts, self.plan, self.scan = loop.parts, loop.plan, loop.scan
        self.inputs = inputs
        self.wanted = set(wanted)
        self.given = loop.given(inputs)
        self.once = loop.run_once(self.given.constant)
        self.stacks = loop.run_before(self.once, self.given.sequences)
        traced = [*self.parts.new_states, *self.parts.histories, *self.plan.saved]
        self.stacks.update(zip(traced, residuals))
        self.stacks.update(
            (self.parts.carried[n], x) for n, x in zip(self.plan.kept, residuals[len(traced) :])
        )
        self._add_taps()
        # Gradients of what each step gets, for all steps; and of what is the same at all steps.
        self.of_each: dict = {}
        self.of_once: dict = {}

    def _add_taps(self):
        for n, offsets in enumerate(self.scan.taps):
            for variable, offset in zip(self.parts.taps[n], offsets):
                if variable in self.plan.taps or variable in self.parts.into_after:
                    self.stacks[variable] = self.loop.past(
                        n, offset, self.stacks, self.given.initial
                    )

    def run(self, cotangents: dict) -> dict:
        """Compute the gradients with respect to the wanted inputs, from the outputs' cotangents."""
        n_states, n_others = self.scan.n_states, self.scan.n_outputs
        cotangents = {n: jnp.asarray(x) for n, x in cotangents.items()}
        of_last = {n: x for n, x in cotangents.items() if n >= n_states + n_others}
        histories = {n: self._truncated(x) for n, x in cotangents.items() if n not in of_last}
        self.sensitive = self._find_sensitive()
        after = made_by(self.parts.after)
        for n, variable in enumerate([*self.parts.new_states, *self.parts.others]):
            if n in histories and variable not in after:
                self._add_history(variable, histories[n])
        others = {n - n_states: x for n, x in histories.items() if n >= n_states}
        self._go_back_at_once(
            self.parts.after,
            self.parts.into_after,
            {v: others[n] for n, v in enumerate(self.parts.others) if n in others and v in after},
        )
        of_first = self._move_from_taps()
        carried = [of_last.get(n_states + n_others + n) for n in range(self.scan.n_carried)]
        of_initial, of_carried = InnerGradient(self, carried).run()
        before = made_by(self.parts.before)
        found = {v: x for v, x in self.of_each.items() if v in before}
        self._go_back_at_once(self.parts.before, self.parts.sequences, found)
        self._go_back_once()
        of_initial = [_sum(*pair) for pair in zip(of_initial, of_first)]
        return self._collect(of_initial, of_carried)

    def _find_sensitive(self):
        """Find the variables that a wanted gradient goes through."""
        first = [*self.parts.sequences, *self.given.initial, *self.given.carried]
        positions = dict(enumerate(self.parts.sequences))
        positions.update(enumerate(self.parts.constant, len(first)))
        sensitive = {v for n, v in positions.items() if n in self.wanted and v is not None}
        sensitive.update(filter(is_float, (*self.parts.all_taps, *self.parts.carried)))
        for node in self.parts.functions.nodes:
            if not sensitive.isdisjoint(node.inputs):
                sensitive.update(filter(is_float, node.outputs))
        return sensitive

    @property
    def truncated_steps(self) -> int:
        """How many of the first steps the gradient leaves out."""
        truncate = self.scan.truncate_gradient
        return max(0, self.loop.steps - truncate) if truncate >= 0 else 0

    def _truncated(self, cotangent):
        first = self.truncated_steps
        return cotangent.at[:first].set(0) if first else cotangent

    def _add_history(self, variable, cotangent):
        if self.parts.level(variable) == ONCE:
            self.add(self.of_once, variable, cotangent.sum(0))
        else:
            self.add(self.of_each, variable, cotangent)

    def add(self, gradients: dict, variable: Variable, gradient: Any) -> None:
        """Add to a variable's gradient."""
        if variable in self.sensitive:
            gradients[variable] = _sum(gradients.get(variable), gradient)

    def _move_from_taps(self):
        """Turn the gradients of past values into those of states and of their first values."""
        of_first = [None] * self.scan.n_states
        for n, offsets in enumerate(self.scan.taps):
            for variable, offset in zip(self.parts.taps[n], offsets):
                gradient = self.of_each.pop(variable, None)
                if gradient is None:
                    continue
                missing = [(0, 0)] * (gradient.ndim - 1)
                later = jnp.pad(gradient[-offset:], [(0, min(-offset, self.loop.steps)), *missing])
                self.add(self.of_each, self.parts.new_states[n], later)
                of_first[n] = _sum(of_first[n], self._of_first(n, offset, gradient))
        return of_first

    def _of_first(self, state, offset, gradient):
        """Find the part of a past value's gradient that is that of the first values."""
        if self.loop.is_plain(state):
            return gradient[0] if len(gradient) else None
        start = offset - min(self.scan.taps[state])
        own = gradient[:-offset]
        zeros = jnp.zeros_like(self.given.initial[state])
        return zeros.at[start : start + len(own)].add(own)

    def _go_back_at_once(self, nodes, names, found):
        """Go back through nodes that run for all steps at once, from `found` gradients."""
        if not found:
            return
        used = {v for n in nodes for v in n.inputs}
        once = [v for v in self.once if v in used and v in self.sensitive]
        each = [v for v in names if v in self.sensitive]

        def compute(once_values, each_values):
            env = {**self.once, **dict(zip(once, once_values))}
            stacks = {**self.stacks, **dict(zip(each, each_values))}
            return run_at_once(
                self.parts, nodes, env, names, [stacks[v] for v in names], list(found)
            )

        self._pull(compute, once, each, found)

    def _go_back_once(self):
        made = made_by(self.parts.once)
        found = {v: x for v, x in self.of_once.items() if v in made}
        if not found:
            return
        constant = [v for v in self.parts.constant if v in self.sensitive]

        def compute(values, _):
            env = {**self.once, **dict(zip(constant, values))}
            self.parts.functions.run(self.parts.once, env)
            return [jnp.asarray(env[v], dtype=v.type.dtype) for v in found]

        self._pull(compute, constant, [], found)

    def _pull(self, compute, once, each, found):
        """Add the gradients of `once` and `each`, of which `compute` makes what is `found`."""
        values = [jnp.asarray(self.once[v]) for v in once], [self.stacks[v] for v in each]
        _, pull = jax.vjp(compute, *values)
        of_once, of_each = pull(list(found.values()))
        for variable, gradient in zip(once, of_once):
            self.add(self.of_once, variable, gradient)
        for variable, gradient in zip(each, of_each):
            self.add(self.of_each, variable, gradient)

    def _collect(self, of_initial, of_carried):
        gradients = [
            *(self.of_each.get(v) for v in self.parts.sequences),
            *of_initial,
            *of_carried,
            *(self.of_once.get(v) for v in self.parts.constant),
        ]
        return {n: self._filled(gradients[n], jnp.asarray(self.inputs[n])) for n in self.wanted}

    def _filled(self, gradient, x):
        """Give a gradient the shape of an input, which may be longer than the loop."""
        if gradient is None:
            return jnp.zeros_like(x)
        missing = [(0, size - own) for size, own in zip(x.shape, gradient.shape)]
        return jnp.pad(gradient, missing) if any(after for _, after in missing) else gradient


def _sum(a, b):
    """Add two gradients, each of which may be None."""
    if a is None or b is None:
        return b if a is None else a
    return a + b


class InnerGradient:
    """The part of a gradient that goes back through the loop."""

    def __init__(self, outer: LoopGradient, of_carried: Sequence):
        self.outer = outer
        self.loop, self.parts, self.plan = outer.loop, outer.parts, outer.plan
        self.functions = outer.parts.functions
        self.of_carried = of_carried
        targets = [*self.parts.new_states, *self.parts.histories]
        self.arriving = [v for v in targets if v in outer.of_each]
        self.states = [n for n, v in enumerate(self.parts.new_states) if is_float(v)]
        self.carried = [n for n, v in enumerate(self.parts.carried) if is_float(v)]
        self.taps = [v for n in self.states for v in self.parts.taps[n]]
        self.slices = [v for v in self.plan.slices if v in outer.sensitive]
        self.hoisted = [n for n in self.plan.nodes if n in self.plan.costly and self._constants(n)]
        self.summed = list(
            dict.fromkeys(
                v for n in self.plan.nodes if n not in self.plan.costly for v in self._constants(n)
            )
        )
        self._find_entering()

    def _constants(self, node):
        """The inputs of a node that are the same at all steps and have a gradient."""
        if not self.plan.is_active(node):
            return []
        return [v for v in node.inputs if self.parts.level(v) == ONCE and v in self.outer.sensitive]

    def _find_entering(self):
        """Find what the loop takes of each step, and what it returns for hoisted nodes."""
        made = made_by(n for n in self.plan.nodes if n in self.plan.costly)
        tap_order = [v for v in self.parts.all_taps if v in self.plan.taps]
        kept = [self.parts.carried[n] for n in self.plan.kept]
        self.entering = [*tap_order, *kept, *self.plan.slices]
        self.entering += [v for n in self.plan.nodes for v in n.outputs if v in made]
        varying = [v for n in self.hoisted for v in n.inputs if self.parts.level(v) != ONCE]
        self.operands = [v for v in dict.fromkeys(varying) if v not in self.entering]

    def run(self) -> tuple:
        """Return the gradients of the states' first values, and of carried values."""
        initial, carried = self.outer.given.initial, self.outer.given.carried
        none = [None] * len(initial), [None] * len(carried)
        if not self.arriving and all(x is None for x in self.of_carried):
            return none
        first = self.outer.truncated_steps
        stacks = [self.outer.stacks[v][first:] for v in self.entering]
        arriving = [self.outer.of_each[v][first:] for v in self.arriving]
        state, traces = lax.scan(
            self._step,
            self._start(),
            (stacks, arriving),
            length=self.loop.steps - first,
            reverse=True,
        )
        of_windows, of_carried, sums = state
        self._add(self._all_traces(traces), sums, dict(zip(self.entering, stacks)), first)
        if first:
            return none
        for n, gradient in zip(self.states, of_windows):
            none[0][n] = gradient
        for n, gradient in zip(self.carried, of_carried):
            none[1][n] = gradient
        return none

    def _add(self, traces, sums, stacks, first):
        """Add what the loop found to the outer gradients."""
        of_slices, of_shifts, operands = traces
        for variable, gradient in zip(self.slices, of_slices):
            gradient = jnp.pad(gradient, [(first, 0)] + [(0, 0)] * (gradient.ndim - 1))
            self.outer.add(self.outer.of_each, variable, gradient)
        for variable, gradient in zip(self.summed, sums):
            self.outer.add(self.outer.of_once, variable, gradient)
        stacks.update(zip(self.operands, operands))
        for node, gradients in zip(self.hoisted, of_shifts):
            self._add_hoisted(node, gradients, stacks)

    def _add_hoisted(self, node, gradients, stacks):
        """Add the gradients of a costly node's constants, of all steps at once."""
        constants = self._constants(node)
        varying = [v for v in dict.fromkeys(node.inputs) if self.parts.level(v) != ONCE]

        def compute(values):
            def of_step(slices):
                env = {**self.outer.once, **dict(zip((*constants, *varying), (*values, *slices)))}
                results = self.functions.call(node, self.functions.inputs(node, env))
                return [x for v, x in zip(node.outputs, results) if is_float(v)]

            return jax.vmap(of_step)([stacks[v] for v in varying])

        _, pull = jax.vjp(compute, [self.outer.once[v] for v in constants])
        for variable, gradient in zip(constants, pull(gradients)[0]):
            self.outer.add(self.outer.of_once, variable, gradient)

    def _start(self):
        windows = self.loop.windows(self.outer.given.initial)
        of_carried = [
            jnp.zeros_like(self.outer.given.carried[n])
            if self.of_carried[n] is None
            else self.of_carried[n]
            for n in self.carried
        ]
        sums = [jnp.zeros_like(self.outer.once[v]) for v in self.summed]
        return [jnp.zeros_like(windows[n]) for n in self.states], of_carried, sums

    def _step(self, state, slices):
        """Go back through one step."""
        of_windows, of_carried, sums = state
        entering, arriving = slices
        known = dict(zip(self.entering, entering))
        shifts = [
            [jnp.zeros(v.type.shape, v.type.dtype) for v in n.outputs if is_float(v)]
            for n in self.hoisted
        ]

        def compute(taps, carried, slices, summed, shifts):
            env = {**self.outer.once, **known}
            env.update((v, x) for v, x in zip(self.taps, taps) if x is not None)
            env.update((self.parts.carried[n], x) for n, x in zip(self.carried, carried))
            env.update(zip((*self.slices, *self.summed), (*slices, *summed)))
            self._run(env, dict(zip(self.hoisted, shifts)))
            results = [self.functions.value(v, env) for v in self._results]
            return results, [env[v] for v in self.operands]

        arguments = (
            [known.get(v) for v in self.taps],
            [known.get(self.parts.carried[n]) for n in self.carried],
            [known[v] for v in self.slices],
            [self.outer.once[v] for v in self.summed],
            shifts,
        )
        results, pull, operands = jax.vjp(compute, *arguments, has_aux=True)
        cotangents = self._cotangents(of_windows, of_carried, arriving)
        found = pull([c.astype(r.dtype) for c, r in zip(cotangents, results)])
        of_taps, of_carried, of_slices, of_summed, of_shifts = found
        of_carried = [
            jnp.zeros_like(self.outer.given.carried[n]) if g is None else g
            for n, g in zip(self.carried, of_carried)
        ]
        sums = [s + g for s, g in zip(sums, of_summed)]
        of_windows = self._moved_back(of_windows, dict(zip(self.taps, of_taps)))
        traces = self._distinct((of_slices, of_shifts, operands))
        return (of_windows, of_carried, sums), traces

    def _run(self, env, shifts):
        """Run the step once more, but for costly nodes, whose outputs are known."""
        for node in self.plan.nodes:
            if node not in self.plan.costly:
                self.functions.run([node], env)
            elif self.plan.is_active(node):
                env.update(self._known(node, env, shifts.get(node)))

    def _known(self, node, env, shifts):
        """Give a costly node's known outputs the node's gradient, and that of a shift of them."""
        through = tuple(
            n
            for n, v in enumerate(node.inputs)
            if self.parts.level(v) != ONCE and v in self.outer.sensitive
        )
        outputs = [v for v in node.outputs if is_float(v)]

        def compute(inputs):
            results = self.functions.call(node, inputs)
            return [x for v, x in zip(node.outputs, results) if is_float(v)]

        inputs = self.functions.inputs(node, env)
        values = [inputs[n] for n in through]
        others = [x for n, x in enumerate(inputs) if n not in through]
        known = _shifted(compute, through)(values, others, [env[v] for v in outputs], shifts)
        return dict(zip(outputs, known))

    @property
    def _results(self):
        """The outputs of a step through which a gradient comes."""
        states = [self.parts.new_states[n] for n in self.states]
        carried = [self.parts.new_carried[n] for n in self.carried]
        histories = [v for v in self.arriving if v not in self.parts.new_states]
        return [v for v in (*states, *carried, *histories) if self.plan.reaches(v)]

    def _cotangents(self, of_windows, of_carried, arriving):
        """Find the cotangents of these outputs."""
        arriving = dict(zip(self.arriving, arriving))
        found = []
        for n, window in zip(self.states, of_windows):
            variable = self.parts.new_states[n]
            newest = window if self.loop.is_plain(n) else window[-1]
            if self.plan.reaches(variable):
                found.append(newest + arriving[variable] if variable in arriving else newest)
        for n, gradient in zip(self.carried, of_carried):
            if self.plan.reaches(self.parts.new_carried[n]):
                found.append(gradient)
        histories = (v for v in self.arriving if v not in self.parts.new_states)
        return [*found, *(arriving[v] for v in histories if self.plan.reaches(v))]

    def _moved_back(self, of_windows, of_taps):
        """Turn the gradients of windows after a step into those before it."""
        moved = []
        for n, window in zip(self.states, of_windows):
            if self.loop.is_plain(n):
                (gradient,) = (of_taps[v] for v in self.parts.taps[n])
                moved.append(jnp.zeros_like(window) if gradient is None else gradient)
                continue
            window = jnp.concatenate([jnp.zeros_like(window[:1]), window[:-1]])
            for variable, offset in zip(self.parts.taps[n], self.outer.scan.taps[n]):
                if of_taps[variable] is not None:
                    window = window.at[offset].add(of_taps[variable])
            moved.append(window)
        return moved

    def _distinct(self, traces):
        """Keep one of those arrays that are the same, such as gradients of a sum's terms."""
        leaves, self._structure = jax.tree.flatten(traces)
        distinct = list({id(x): x for x in leaves}.values())
        places = {id(x): n for n, x in enumerate(distinct)}
        self._places = [places[id(x)] for x in leaves]
        return distinct

    def _all_traces(self, distinct):
        return jax.tree.unflatten(self._structure, [distinct[n] for n in self._places])


def _shifted(compute, through):
    """Make a function that returns known outputs, plus a shift of zero.

    Its gradient with respect to `values` is that of `compute`; that with respect to the shifts, if
    there are any, is the outputs' own.
    """

    @jax.custom_vjp
    def shifted(values, others, known, shifts):
        return known

    def forward(values, others, known, shifts):
        return known, (values, others, shifts)

    def backward(residuals, cotangents):
        values, others, shifts = residuals
        _, pull = jax.vjp(lambda values: compute(merged(through, values, others)), values)
        return pull(cotangents)[0], None, None, None if shifts is None else cotangents

    shifted.defvjp(forward, backward)
    return shifted
