"""Recurrent layers with gates, which control what is kept of the steps before.

Input and output have shape ``(batch size, steps, ...)``, of which the first two may be None.
"""

import math
from collections.abc import Callable
from typing import Any

import theano
import theano.tensor as T

from ...init import Constant, Normal
from ...nonlinearities import identity, sigmoid, tanh
from ..axes import flattened
from ..base import Layer
from ..checks import as_floats, nonlinearity_or_identity, positive_int
from .base import Recurrence, step_sizes


class Gate:
    """The parameters of a gate, for :class:`LSTMLayer` and :class:`GRULayer`.

    Parameters
    ----------
    W_in : array, shared variable, expression or callable, default Normal(0.1)
        The weights of the input, of shape ``(num_inputs, num_units)``.
    W_hid : array, shared variable, expression or callable, default Normal(0.1)
        The weights of the last output, of shape ``(num_units, num_units)``.
    W_cell : array, shared variable, expression, callable or None, default Normal(0.1)
        The weights of the cell, of shape ``(num_units,)``; None for gates without.
    b : array, shared variable, expression or callable, default Constant(0)
        The biases, of shape ``(num_units,)``.
    nonlinearity : callable or None, default sigmoid
        What is applied to the sum; None for nothing.

    Examples
    --------
    An LSTM layer that remembers at first, for its forget gates are open:

    >>> from lasagne_expr.init import Constant
    >>> from lasagne_expr.layers import Gate, LSTMLayer
    >>> layer = LSTMLayer((None, None, 20), 5, forgetgate=Gate(b=Constant(5)))
    """

    def __init__(
        self,
        W_in: Any = Normal(0.1),
        W_hid: Any = Normal(0.1),
        W_cell: Any = Normal(0.1),
        b: Any = Constant(0.0),
        nonlinearity: "Callable | None" = sigmoid,
    ):
        self.W_in = W_in
        self.W_hid = W_hid
        self.W_cell = W_cell
        self.b = b
        self.nonlinearity = identity if nonlinearity is None else nonlinearity


class _GatedLayer(Recurrence):
    """A recurrent layer with gates, each with a product of its own.

    One product for all gates, whose columns are then cut apart, is a larger one, but keeps
    compilers from vectorizing what follows, gradients above all.
    """

    gates: tuple = ()

    def _add_gates(self, **gates):
        """Add the parameters of each gate, which are then attributes of the layer."""
        shapes = {
            "W_in_to": (math.prod(step_sizes(self, self.input_shapes[0])), self.num_units),
            "W_hid_to": (self.num_units, self.num_units),
            "b": (self.num_units,),
        }
        for gate, given in gates.items():
            if not isinstance(given, Gate):
                raise TypeError(f"{self}: {gate} should be a Gate, got {given!r}")
            for kind, spec in (("W_in_to", given.W_in), ("W_hid_to", given.W_hid), ("b", given.b)):
                tags = {"regularizable": False} if kind == "b" else {}
                add = self.add_param if kind == "b" else self._add_full_param
                param = add(spec, shapes[kind], name=f"{kind}_{gate}", **tags)
                setattr(self, f"{kind}_{gate}", param)
            nonlinearity = nonlinearity_or_identity(self, given.nonlinearity)
            setattr(self, f"nonlinearity_{gate}", nonlinearity)

    def state_shape(self) -> tuple:
        return (self.num_units,)

    def _of_gates(self, kind):
        """List the parameters of one kind, one for each gate."""
        return [getattr(self, f"{kind}_{gate}") for gate in self.gates]

    def input_params(self) -> list:
        return [*self._of_gates("W_in_to"), *self._of_gates("b")]

    def project(self, input: theano.Variable, params: list, **kwargs) -> list:
        weights, biases = params[: len(self.gates)], params[len(self.gates) :]
        input = flattened(as_floats(input), 2)
        return [T.dot(input, W) + b for W, b in zip(weights, biases, strict=True)]

    def step_params(self) -> list:
        return self._of_gates("W_hid_to")


class LSTMLayer(_GatedLayer):
    r"""Long short-term memory.

    Step :math:`t` computes

    .. math::

        i_t &= \sigma_i(x_t W_{xi} + h_{t-1} W_{hi} + w_{ci} \odot c_{t-1} + b_i) \\
        f_t &= \sigma_f(x_t W_{xf} + h_{t-1} W_{hf} + w_{cf} \odot c_{t-1} + b_f) \\
        c_t &= f_t \odot c_{t-1} + i_t \odot \sigma_c(x_t W_{xc} + h_{t-1} W_{hc} + b_c) \\
        o_t &= \sigma_o(x_t W_{xo} + h_{t-1} W_{ho} + w_{co} \odot c_t + b_o) \\
        h_t &= o_t \odot \sigma_h(c_t)

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or its shape, ``(batch size, steps, ...)``. What
        follows the first two axes is flattened.
    num_units : int
        The number of units: the size of the output's last axis.
    ingate, forgetgate, cell, outgate : Gate
        The parameters of :math:`i_t`, of :math:`f_t`, of what is added to the cell (by default
        ``Gate(W_cell=None, nonlinearity=tanh)``) and of :math:`o_t`.
    nonlinearity : callable or None, default tanh
        The function :math:`\sigma_h`; None for none.
    cell_init, hid_init : Layer, array, shared variable, expression, callable, default Constant(0)
        :math:`c_0` and :math:`h_0`, of shape ``(1, num_units)``. A layer of output shape
        ``(batch size, num_units)`` gives one for each sequence of the batch, and one of output
        shape ``(1, num_units)`` one for all of them.
    backwards : bool, default False
        Whether to go from the last step to the first. The output is in the order of the input.
    learn_init : bool, default False
        Whether `cell_init` and `hid_init` are trainable.
    peepholes : bool, default True
        Whether gates see the cell, with weights :math:`w_{ci}, w_{cf}, w_{co}`.
    gradient_steps : int, default -1
        Through how many steps, counted from the last, the gradient goes; -1 for all.
    grad_clipping : float, default 0
        To what absolute value the gradient of the gates' sums is clipped at each step; 0 for not.
    unroll_scan : bool, default False
        Whether to write all steps out in the graph, which needs the number of steps to be known.
    precompute_input : bool, default True
        Whether to compute the products of inputs and weights for all steps at once, which is
        faster, and needs more memory.
    mask_input : Layer, optional
        A layer of output shape ``(batch size, steps)``. Where its output is 0 the states stay as
        they were: so it is told where sequences end that are shorter than the others.
    only_return_final : bool, default False
        Whether to return the output of the last step only, ``(batch size, num_units)``.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If a size isn't known, isn't positive or doesn't fit, if `unroll_scan` is asked for with
        an unknown number of steps or with `gradient_steps`, or if a gate lacks its `W_cell`.
    TypeError
        If an argument isn't of the type that it should be.

    References
    ----------
    Alex Graves: Generating sequences with recurrent neural networks. arXiv:1308.0850, 2013,
    equations 7 to 11.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, LSTMLayer
    >>> l_in, l_mask = InputLayer((None, None, 20)), InputLayer((None, None))
    >>> LSTMLayer(l_in, num_units=5, mask_input=l_mask, only_return_final=True).output_shape
    (None, 5)

    A gate's weights as the transpose of another one's:

    >>> l1 = LSTMLayer(l_in, num_units=5)
    >>> l2 = LSTMLayer(l1, num_units=5, ingate=Gate(W_hid=l1.W_hid_to_ingate.T))
    """

    gates = ("ingate", "forgetgate", "cell", "outgate")

    def __init__(
        self,
        incoming: "Layer | tuple",
        num_units: int,
        ingate: Gate = Gate(),
        forgetgate: Gate = Gate(),
        cell: Gate = Gate(W_cell=None, nonlinearity=tanh),
        outgate: Gate = Gate(),
        nonlinearity: "Callable | None" = tanh,
        cell_init: Any = Constant(0.0),
        hid_init: Any = Constant(0.0),
        backwards: bool = False,
        learn_init: bool = False,
        peepholes: bool = True,
        gradient_steps: int = -1,
        grad_clipping: float = 0,
        unroll_scan: bool = False,
        precompute_input: bool = True,
        mask_input: "Layer | None" = None,
        only_return_final: bool = False,
        **kwargs,
    ):
        super().__init__(
            incoming,
            {"hid_init": hid_init, "cell_init": cell_init},
            backwards,
            learn_init,
            gradient_steps,
            grad_clipping,
            unroll_scan,
            precompute_input,
            mask_input,
            only_return_final,
            **kwargs,
        )
        self.num_units = positive_int(self, "num_units", num_units)
        self.nonlinearity = nonlinearity_or_identity(self, nonlinearity)
        self.peepholes = bool(peepholes)
        self._add_gates(ingate=ingate, forgetgate=forgetgate, cell=cell, outgate=outgate)
        if self.peepholes:
            self.W_cell_to_ingate = self._add_peephole("ingate", ingate)
            self.W_cell_to_forgetgate = self._add_peephole("forgetgate", forgetgate)
            self.W_cell_to_outgate = self._add_peephole("outgate", outgate)
        self.cell_init = self.add_state("cell_init", cell_init, (self.num_units,))
        self.hid_init = self.add_state("hid_init", hid_init, (self.num_units,))
        # The step returns the output first.
        self.initial_states = {"hid_init": self.hid_init, "cell_init": self.cell_init}

    @property
    def cell_init_incoming_index(self) -> int:
        """Which of `input_layers` gives the first cell: -1 for none."""
        return self.input_positions.get("cell_init", -1)

    def _add_peephole(self, name, gate):
        if gate.W_cell is None:
            raise ValueError(
                f"{self}: its {name} has no W_cell, which peepholes need: give it one, or leave "
                "peepholes out by peepholes=False"
            )
        return self.add_param(gate.W_cell, (self.num_units,), name=f"W_cell_to_{name}")

    def step_params(self) -> list:
        params = super().step_params()
        if self.peepholes:
            params += [self.W_cell_to_ingate, self.W_cell_to_forgetgate, self.W_cell_to_outgate]
        return params

    def step(self, inputs: list, states: list, params: list, **kwargs) -> list:
        hidden, cell = states
        weights, peepholes = params[: len(self.gates)], params[len(self.gates) :]
        ingate, forgetgate, new, outgate = (
            self.clipped(x + T.dot(hidden, W)) for x, W in zip(inputs, weights, strict=True)
        )
        if peepholes:
            ingate = ingate + cell * peepholes[0]
            forgetgate = forgetgate + cell * peepholes[1]
        cell = self.nonlinearity_forgetgate(forgetgate) * cell + self.nonlinearity_ingate(
            ingate
        ) * self.nonlinearity_cell(new)
        if peepholes:
            outgate = outgate + cell * peepholes[2]
        return [self.nonlinearity_outgate(outgate) * self.nonlinearity(cell), cell]


class GRULayer(_GatedLayer):
    r"""Gated recurrent units.

    Step :math:`t` computes

    .. math::

        r_t &= \sigma_r(x_t W_{xr} + h_{t-1} W_{hr} + b_r) \\
        u_t &= \sigma_u(x_t W_{xu} + h_{t-1} W_{hu} + b_u) \\
        c_t &= \sigma_c(x_t W_{xc} + r_t \odot (h_{t-1} W_{hc}) + b_c) \\
        h_t &= (1 - u_t) \odot h_{t-1} + u_t \odot c_t

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or its shape, ``(batch size, steps, ...)``. What
        follows the first two axes is flattened.
    num_units : int
        The number of units: the size of the output's last axis.
    resetgate, updategate, hidden_update : Gate
        The parameters of :math:`r_t`, of :math:`u_t` and of :math:`c_t` (by default with tanh).
    hid_init : Layer, array, shared variable, expression, or callable, default Constant(0)
        :math:`h_0`, of shape ``(1, num_units)``. A layer of output shape
        ``(batch size, num_units)`` gives one for each sequence of the batch.
    backwards, learn_init, gradient_steps, grad_clipping, unroll_scan
        As for :class:`LSTMLayer`.
    precompute_input, mask_input, only_return_final
        As for :class:`LSTMLayer`.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If a size isn't known, isn't positive or doesn't fit, or if `unroll_scan` is asked for with
        an unknown number of steps or with `gradient_steps`.
    TypeError
        If an argument isn't of the type that it should be.

    Notes
    -----
    The reset gate is applied after the product with :math:`W_{hc}`, as in Lasagne; in the paper it
    is applied before.

    References
    ----------
    Junyoung Chung, Caglar Gulcehre, KyungHyun Cho and Yoshua Bengio: Empirical evaluation of gated
    recurrent neural networks on sequence modeling. arXiv:1412.3555, 2014.

    Examples
    --------
    >>> from lasagne_expr.layers import GRULayer, InputLayer
    >>> GRULayer(InputLayer((None, None, 20)), num_units=5, backwards=True).output_shape
    (None, None, 5)
    """

    gates = ("resetgate", "updategate", "hidden_update")

    def __init__(
        self,
        incoming: "Layer | tuple",
        num_units: int,
        resetgate: Gate = Gate(W_cell=None),
        updategate: Gate = Gate(W_cell=None),
        hidden_update: Gate = Gate(W_cell=None, nonlinearity=tanh),
        hid_init: Any = Constant(0.0),
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
        super().__init__(
            incoming,
            {"hid_init": hid_init},
            backwards,
            learn_init,
            gradient_steps,
            grad_clipping,
            unroll_scan,
            precompute_input,
            mask_input,
            only_return_final,
            **kwargs,
        )
        self.num_units = positive_int(self, "num_units", num_units)
        # In Lasagne's order of parameters, by which lists of their values are saved.
        self._add_gates(updategate=updategate, resetgate=resetgate, hidden_update=hidden_update)
        self.nonlinearity_hid = vars(self).pop("nonlinearity_hidden_update")  # Lasagne's name
        self.hid_init = self.add_state("hid_init", hid_init, (self.num_units,))

    def step(self, inputs: list, states: list, params: list, **kwargs) -> list:
        (hidden,) = states
        inputs = [self.clipped(x) for x in inputs]
        from_hidden = [self.clipped(T.dot(hidden, W)) for W in params]
        reset = self.nonlinearity_resetgate(inputs[0] + from_hidden[0])
        update = self.nonlinearity_updategate(inputs[1] + from_hidden[1])
        new = self.clipped(inputs[2] + reset * from_hidden[2])
        return [(1 - update) * hidden + update * self.nonlinearity_hid(new)]
