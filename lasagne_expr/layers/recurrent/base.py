"""What recurrent layers share: going over a sequence, masks, first states, and the last step."""

import numbers
from collections.abc import Callable, Sequence
from typing import Any

import theano
import theano.tensor as T
from theano.tensor.opt import Assert

from ...shape_inference import infer_shape
from ...utils import unroll_scan
from ..base import Layer, MergeLayer, is_layer_like
from ..checks import shapes_match


class Recurrence(MergeLayer):
    """A layer that goes over a sequence step by step; the base class of the recurrent ones.

    A subclass adds its parameters, then its states by :meth:`add_state`, and has the methods
    :meth:`input_params`, :meth:`project`, :meth:`step_params` and :meth:`step`.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or its shape: ``(batch size, steps, ...)``.
    states : dict of str to Layer or spec
        What the first state, and further ones, are before the first step.
    backwards, learn_init, gradient_steps, grad_clipping, unroll_scan, precompute_input, \
    mask_input, only_return_final
        As for :class:`lasagne_expr.layers.LSTMLayer`.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If the input has no axis of steps, if the mask's shape isn't that of the input's first two
        axes, if `unroll_scan` is asked for with an unknown number of steps or with
        `gradient_steps`, or if `gradient_steps` or `grad_clipping` is negative.
    TypeError
        If an argument isn't of the type that it should be.
    """

    only_return_final = False  # of layers that Lasagne 0.1 pickled

    def __init__(
        self,
        incoming: "Layer | tuple",
        states: "dict[str, Any]",
        backwards: bool = False,
        learn_init: bool = False,
        gradient_steps: int = -1,
        grad_clipping: float = 0,
        unroll_scan: bool = False,
        precompute_input: bool = True,
        mask_input: "Layer | None" = None,
        only_return_final: bool = False,
        **kwargs,
    ):
        extra = {"mask": mask_input}
        extra.update((name, spec) for name, spec in states.items() if is_layer_like(spec))
        given = {name: layer for name, layer in extra.items() if layer is not None}
        super().__init__([incoming, *given.values()], **kwargs)
        self.input_positions = {name: n for n, name in enumerate(given, 1)}
        self.backwards = bool(backwards)
        self.learn_init = bool(learn_init)
        self.gradient_steps = gradient_steps
        self.grad_clipping = grad_clipping
        self.unroll_scan = bool(unroll_scan)
        self.precompute_input = bool(precompute_input)
        self.only_return_final = bool(only_return_final)
        self.initial_states = {}
        self.state_shapes: dict[str, tuple] = {}
        self._check_arguments()

    def __setstate__(self, state):
        """Take what was pickled: by Lasagne, layers tell in another way which input is what."""
        vars(self).update(state)
        if "input_positions" in state:
            return
        names = [name for name in ("hid_init", "cell_init") if name in state]
        # Its first version knew of one more input only.
        positions = {"mask_incoming_index": 1 if len(self.input_layers) > 1 else -1, **state}
        positions = {name: positions.get(f"{name}_incoming_index", -1) for name in ("mask", *names)}
        self.input_positions = {name: n for name, n in positions.items() if n > 0}
        self.initial_states = {name: state[name] for name in names}
        self.state_shapes = {
            name: (x.output_shape if is_layer_like(x) else infer_shape(x))[1:]
            for name, x in self.initial_states.items()
        }

    def _check_arguments(self):
        shape = self.input_shapes[0]
        if len(shape) < 2:
            raise ValueError(
                f"{self} goes over the second axis of its input, but the input's shape is {shape}: "
                "expected (batch size, steps, ...)"
            )
        if "mask" in self.input_positions:
            mask_shape = self.input_shapes[self.input_positions["mask"]]
            if not shapes_match(mask_shape, shape[:2]):
                raise ValueError(
                    f"{self}: the mask has shape {mask_shape}, but should have that of the first "
                    f"two axes of the input, {shape[:2]}: one entry for each step"
                )
        steps = self.gradient_steps
        if not isinstance(steps, numbers.Integral) or isinstance(steps, bool):
            raise TypeError(f"{self}: gradient_steps should be an integer, got {steps!r}")
        if steps != -1 and steps < 1:
            raise ValueError(
                f"{self}: gradient_steps should be positive, or -1 for all steps, got {steps}"
            )
        if not isinstance(self.grad_clipping, numbers.Real):
            raise TypeError(f"{self}: grad_clipping should be a number, got {self.grad_clipping!r}")
        if not self.grad_clipping >= 0:
            raise ValueError(
                f"{self}: grad_clipping should be positive, or 0 for none, got {self.grad_clipping}"
            )
        self._check_unrolling(shape[1])

    def _check_unrolling(self, steps):
        if self.unroll_scan and steps is None:
            raise ValueError(
                f"{self}: unroll_scan needs to know the number of steps, but the input's shape is "
                f"{self.input_shapes[0]}: give it in the shape of the InputLayer"
            )
        if self.unroll_scan and self.gradient_steps != -1:
            raise ValueError(
                f"{self}: gradient_steps={self.gradient_steps} can't be had with unroll_scan: "
                "leave one of them out"
            )

    def add_state(self, name: str, spec: Any, shape: tuple) -> Any:
        """Add a state: a layer whose output it starts from, or a parameter that does for all.

        Parameters
        ----------
        name : str
            The name, such as ``"hid_init"``.
        spec : Layer, array, shared variable, expression, or callable
            What it is before the first step. A layer gives one for each sequence of the batch, or
            one for all of them.
        shape : tuple of int
            The state's shape, without the batch.

        Returns
        -------
        Layer or Theano variable
        """
        self.state_shapes[name] = shape
        if name in self.input_positions:
            found = self.input_shapes[self.input_positions[name]]
            expected = (self.input_shapes[0][0], *shape)
            if not shapes_match(found, expected) and not shapes_match(found, (1, *shape)):
                raise ValueError(
                    f"{self}: {name} is a layer of output shape {found}, but the state has shape "
                    f"{expected}, or {(1, *shape)} for one that does for the whole batch"
                )
            initial = spec
        else:
            initial = self._add_full_param(
                spec, (1, *shape), name=name, trainable=self.learn_init, regularizable=False
            )
        self.initial_states[name] = initial
        return initial

    def clipped(self, x: theano.Variable) -> theano.Variable:
        """Clip the gradient that comes to an expression, if `grad_clipping` says so."""
        if not self.grad_clipping:
            return x
        return theano.gradient.grad_clip(x, -self.grad_clipping, self.grad_clipping)

    @property
    def mask_incoming_index(self) -> int:
        """Which of `input_layers` is the mask: -1 for none."""
        return self.input_positions.get("mask", -1)

    @property
    def hid_init_incoming_index(self) -> int:
        """Which of `input_layers` gives the first hidden state: -1 for none."""
        return self.input_positions.get("hid_init", -1)

    # What a subclass says.

    def input_params(self) -> list:
        """List the expressions that :meth:`project` takes besides the input."""
        raise NotImplementedError(f"{type(self).__name__} needs a method input_params")

    def project(self, input: theano.Variable, params: list, **kwargs) -> list:
        """Compute what a step takes of its input; of many steps' inputs, a row for each.

        A list of variables: a loop whose steps cut nothing up is faster.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method project")

    def step_params(self) -> list:
        """List the expressions that :meth:`step` takes besides the input and the states."""
        raise NotImplementedError(f"{type(self).__name__} needs a method step_params")

    def step(self, inputs: list, states: list, params: list, **kwargs) -> list:
        """Compute the new states from what was projected; the first is the layer's output."""
        raise NotImplementedError(f"{type(self).__name__} needs a method step")

    # Going over the sequence.

    def get_output_for(self, inputs: list, **kwargs) -> theano.Variable:
        """Compute the output for a list of inputs.

        Parameters
        ----------
        inputs : list of Theano variables
            The sequences, ``(batch size, steps, ...)``; then, if the layer has one, the mask; then
            what the states start from that start from a layer.
        **kwargs
            What was given to `lasagne_expr.layers.get_output`.

        Returns
        -------
        Theano variable

        Raises
        ------
        ValueError
            If the mask hasn't two axes, or what a layer gives as a state has other ones than it.
        AssertionError
            When the expression is computed, if the mask, or a loop that is unrolled, is for another
            number of steps, or the mask or a state that a layer gives has other sizes.
        """
        input = self._of_known_length(_steps_first(inputs[0]))
        sequences = self._projected(input, kwargs) if self.precompute_input else [input]
        initial = [
            self._initial_state(name, inputs, input.shape[1]) for name in self.initial_states
        ]
        if "mask" in self.input_positions:
            mask = self._checked_mask(inputs[self.input_positions["mask"]], input)
            sequences.append(T.neq(mask, 0).dimshuffle(0, 1, *["x"] * (initial[0].ndim - 1)))
        hidden = self._run(sequences, initial, kwargs)[0]
        if self.only_return_final:
            return hidden[-1]
        return _steps_first(hidden[::-1] if self.backwards else hidden)

    def _of_known_length(self, input):
        steps = self.input_shapes[0][1]
        if not self.unroll_scan:
            return input
        complaint = f"{self} is unrolled for {steps} steps, but its input has another number"
        return Assert(complaint)(input, T.eq(input.shape[0], steps))

    def _checked_mask(self, mask, input):
        if mask.ndim != 2:
            raise ValueError(
                f"{self}: the mask has {mask.ndim} axes, but should have 2: (batch size, steps)"
            )
        # A loop would go over as many steps as the shorter of the two has.
        complaint = f"{self}: the mask and the input have different numbers of steps"
        mask = _steps_first(mask)
        mask = Assert(complaint)(mask, T.eq(mask.shape[0], input.shape[0]))
        complaint = f"{self}: the mask and the input have different batch sizes"
        return Assert(complaint)(mask, _goes_with(mask.shape[1], input.shape[1]))

    def _projected(self, input, kwargs):
        """Project the inputs of all steps at once, as one batch."""
        shape = input.shape
        rows = input.reshape((-1, *(shape[n] for n in range(2, input.ndim))), ndim=input.ndim - 1)
        return [
            x.reshape(
                (shape[0], shape[1], *(x.shape[n] for n in range(1, x.ndim))), ndim=x.ndim + 1
            )
            for x in self.project(rows, self.input_params(), **kwargs)
        ]

    def _initial_state(self, name, inputs, batch_size):
        if name in self.input_positions:
            position = self.input_positions[name]
            initial = self._checked_state(name, inputs[position], batch_size)
            if self.input_shapes[position][0] != 1 and not initial.broadcastable[0]:
                return initial
        else:
            initial = self._initial_param(name)
        rows = T.dot(T.ones((batch_size, 1), dtype=initial.dtype), initial.flatten(2))
        if initial.ndim == 2:
            return rows
        sizes = [initial.shape[n] for n in range(1, initial.ndim)]
        return rows.reshape((batch_size, *sizes), ndim=initial.ndim)

    def _checked_state(self, name, state, batch_size):
        """Check those sizes of what a layer gives that weren't known when the layer was made."""
        given = self.input_shapes[self.input_positions[name]]
        shape = self.state_shapes[name]
        if state.ndim != len(given):
            raise ValueError(
                f"{self}: {name} has {state.ndim} axes, but should have {len(given)}: the batch, "
                f"and the state's shape {shape}"
            )
        conditions = [
            T.eq(state.shape[n], shape[n - 1]) for n in range(1, len(given)) if not given[n]
        ]
        conditions.append(_goes_with(state.shape[0], batch_size))
        complaint = f"{self}: {name} should have the input's batch size and shape {shape}"
        return Assert(complaint)(state, *conditions)

    def _initial_param(self, name):
        """Give a state's parameter: that of its attribute, which may have been substituted."""
        held = getattr(self, name, None)
        is_param = isinstance(held, theano.Variable) and held in self.params
        return held if is_param else self.initial_states[name]

    def _run(self, sequences, initial, kwargs):
        step = self._make_step(len(sequences), len(initial), kwargs)
        params = [*([] if self.precompute_input else self.input_params()), *self.step_params()]
        if self.unroll_scan:
            steps = self.input_shapes[0][1]
            return unroll_scan(step, sequences, initial, params, steps, go_backwards=self.backwards)
        states, updates = theano.scan(
            step,
            sequences=sequences,
            outputs_info=initial,
            non_sequences=params,
            go_backwards=self.backwards,
            truncate_gradient=self.gradient_steps,
            return_list=True,
            name=self.name,
        )
        for shared, new in updates.items():
            # Random streams, of dropout in a step, go on from call to call.
            shared.default_update = new
        return states

    def _make_step(self, n_sequences: int, n_states: int, kwargs: dict) -> Callable:
        """Make the step of a scan: with the projection, if not done before, and the mask."""
        has_mask = "mask" in self.input_positions
        n_projecting = 0 if self.precompute_input else len(self.input_params())

        def step(*arguments):
            sequences, arguments = list(arguments[:n_sequences]), arguments[n_sequences:]
            states, params = list(arguments[:n_states]), list(arguments[n_states:])
            mask = sequences.pop() if has_mask else None
            if not self.precompute_input:
                sequences = self.project(sequences[0], params[:n_projecting], **kwargs)
            new = self.step(sequences, states, params[n_projecting:], **kwargs)
            if mask is None:
                return list(new)
            return [T.switch(mask, *pair) for pair in zip(new, states, strict=True)]

        return step

    def get_output_shape_for(self, input_shapes: Sequence) -> tuple:
        """Compute the shape of the output.

        Parameters
        ----------
        input_shapes : list of tuples of int or None

        Returns
        -------
        tuple of int or None
            ``(batch size, steps, ...)``, without steps if only the last one is returned.
        """
        batch_size, steps = input_shapes[0][:2]
        if self.only_return_final:
            return (batch_size, *self.state_shape())
        return (batch_size, steps, *self.state_shape())

    def state_shape(self) -> tuple:
        """Tell the shape of the first state, without the batch."""
        raise NotImplementedError(f"{type(self).__name__} needs a method state_shape")


def step_sizes(layer: Layer, shape: tuple) -> tuple:
    """Tell the sizes of what each step gets of an input of some shape, which have to be known.

    Raises
    ------
    ValueError
        If they aren't, or if there are none.
    """
    if len(shape) < 3 or None in shape[2:]:
        raise ValueError(
            f"{layer}: the shapes of its weights depend on the sizes of what each step gets, but "
            f"the input's shape is {shape}: expected (batch size, steps, inputs, ...) with all but "
            "the first two known"
        )
    return tuple(shape[2:])


def _goes_with(rows, batch_size):
    """Tell whether a tensor of so many rows goes with a batch: one for each, or one for all."""
    return T.or_(T.eq(rows, batch_size), T.eq(rows, 1))


def _steps_first(x):
    """Exchange the first two axes."""
    return x.dimshuffle(1, 0, *range(2, x.ndim))
