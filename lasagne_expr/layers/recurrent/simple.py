"""Recurrent layers without gates: with dense layers, or with networks of your own.

Input and output have shape ``(batch size, steps, ...)``, of which the first two may be None.
"""

import warnings
from collections.abc import Callable
from typing import Any

import theano

from ...init import Constant, Uniform
from ...nonlinearities import rectify
from ..base import Layer, is_layer_like
from ..checks import nonlinearity_or_identity, positive_int, shapes_match
from ..dense import DenseLayer
from ..helper import get_all_layers, get_all_params, get_output
from ..input import InputLayer
from .base import Recurrence, step_sizes


class CustomRecurrentLayer(Recurrence):
    r"""Go over a sequence with two networks of your own.

    Step :math:`t` computes :math:`h_t = \sigma(f(x_t) + g(h_{t-1}))`.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or its shape, ``(batch size, steps, ...)``.
    input_to_hidden : Layer
        The last layer of the network :math:`f`, whose input has shape ``(batch size, ...)``.
    hidden_to_hidden : Layer
        The last layer of the network :math:`g`, whose output has the shape of its input, and of
        the output of :math:`f`.
    nonlinearity : callable or None, default rectify
        The function :math:`\sigma`; None for none.
    hid_init : Layer, array, shared variable, expression, or callable, default Constant(0)
        :math:`h_0`, of shape ``(1, ...)``. A layer gives one for each sequence of the batch.
    backwards, learn_init, gradient_steps, grad_clipping, unroll_scan
        As for :class:`LSTMLayer`.
    precompute_input, mask_input, only_return_final
        As for :class:`LSTMLayer`. With `precompute_input`, :math:`f` is given all steps at once,
        as one batch.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If shapes don't fit each other.
    TypeError
        If an argument isn't of the type that it should be.

    Examples
    --------
    Dense layers around a bottleneck, from each step to the next:

    >>> from lasagne_expr.layers import *
    >>> l_in = InputLayer((None, None, 20))
    >>> f = DenseLayer(InputLayer((None, 20)), 7, nonlinearity=None)
    >>> g = DenseLayer(DenseLayer(InputLayer((None, 7)), 5), 7, nonlinearity=None)
    >>> CustomRecurrentLayer(l_in, f, g).output_shape
    (None, None, 7)
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        input_to_hidden: Layer,
        hidden_to_hidden: Layer,
        nonlinearity: "Callable | None" = rectify,
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
        self.nonlinearity = nonlinearity_or_identity(self, nonlinearity)
        self.input_to_hidden = self._checked_network("input_to_hidden", input_to_hidden)
        self.hidden_to_hidden = self._checked_network("hidden_to_hidden", hidden_to_hidden)
        self._check_networks_fit()
        self.hid_init = self.add_state("hid_init", hid_init, self.state_shape())

    def _checked_network(self, name, network):
        if not is_layer_like(network):
            raise TypeError(f"{self}: {name} should be a layer, got {network!r}")
        sources = [x for x in get_all_layers(network) if isinstance(x, InputLayer)]
        if len(sources) != 1:
            raise ValueError(
                f"{self}: {name} should be a network with one InputLayer, but has {len(sources)}"
            )
        return network

    def _check_networks_fit(self):
        outputs = [x.output_shape for x in (self.input_to_hidden, self.hidden_to_hidden)]
        shapes = [_input_shape(x) for x in (self.input_to_hidden, self.hidden_to_hidden)]
        expected = self.input_shapes[0][2:]
        pairs = [
            ("the input of input_to_hidden", shapes[0], "each step of the input", expected),
            ("the output of input_to_hidden", outputs[0], "that of hidden_to_hidden", outputs[1]),
            ("the input of hidden_to_hidden", shapes[1], "its output", outputs[1]),
        ]
        for what, shape, other, other_shape in pairs:
            batched = other_shape if len(other_shape) == len(shape) else (None, *other_shape)
            if not shapes_match(shape[1:], batched[1:]):
                raise ValueError(
                    f"{self}: {what} has shape {shape[1:]} for each item of a batch, but {other} "
                    f"has {batched[1:]}"
                )

    def state_shape(self) -> tuple:
        return self.hidden_to_hidden.output_shape[1:]

    def get_params(self, unwrap_shared: bool = True, **tags: bool) -> list:
        """List the parameters: the first state, and those of both networks.

        Parameters
        ----------
        unwrap_shared, **tags
            As for `Layer.get_params`.

        Returns
        -------
        list of shared variables, or of Theano variables
        """
        params = super().get_params(unwrap_shared=unwrap_shared, **tags)
        for network in (self.input_to_hidden, self.hidden_to_hidden):
            params += get_all_params(network, unwrap_shared=unwrap_shared, **tags)
        return list(dict.fromkeys(params))

    def input_params(self) -> list:
        return get_all_params(self.input_to_hidden, unwrap_shared=False)

    def project(self, input: theano.Variable, params: list, **kwargs) -> list:
        return [_network_output(self.input_to_hidden, input, kwargs)]

    def step_params(self) -> list:
        return get_all_params(self.hidden_to_hidden, unwrap_shared=False)

    def step(self, inputs: list, states: list, params: list, **kwargs) -> list:
        hidden = inputs[0] + _network_output(self.hidden_to_hidden, states[0], kwargs)
        return [self.nonlinearity(self.clipped(hidden))]


def _input_shape(network):
    return next(x.shape for x in get_all_layers(network) if isinstance(x, InputLayer))


def _network_output(network, input, kwargs):
    """Compute the output of a network inside a layer, which needn't use all arguments."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="get_output: no layer takes")
        return get_output(network, input, **kwargs)


class RecurrentLayer(CustomRecurrentLayer):
    r"""Go over a sequence with dense layers.

    Step :math:`t` computes :math:`h_t = \sigma(x_t W_x + h_{t-1} W_h + b)`.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or its shape, ``(batch size, steps, ...)``.
    num_units : int
        The number of units: the size of the output's last axis.
    W_in_to_hid : array, shared variable, expression or callable, default Uniform()
        The weights :math:`W_x`, of shape ``(num_inputs, num_units)``.
    W_hid_to_hid : array, shared variable, expression or callable, default Uniform()
        The weights :math:`W_h`, of shape ``(num_units, num_units)``.
    b : array, shared variable, expression, callable or None, default Constant(0)
        The biases, of shape ``(num_units,)``; None for none.
    nonlinearity : callable or None, default rectify
        The function :math:`\sigma`; None for none.
    hid_init : Layer, array, shared variable, expression, or callable, default Constant(0)
        :math:`h_0`, of shape ``(1, num_units)``. A layer gives one for each sequence of the batch.
    backwards, learn_init, gradient_steps, grad_clipping, unroll_scan
        As for :class:`LSTMLayer`.
    precompute_input, mask_input, only_return_final
        As for :class:`LSTMLayer`.
    name : str, optional
        A name for the layer.

    Raises
    ------
    ValueError
        If a size isn't known, isn't positive or doesn't fit.
    TypeError
        If an argument isn't of the type that it should be.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer, RecurrentLayer
    >>> l1 = RecurrentLayer(InputLayer((None, None, 20)), num_units=5)
    >>> l2 = RecurrentLayer(l1, num_units=5, W_hid_to_hid=l1.W_hid_to_hid.T)
    >>> l2.output_shape
    (None, None, 5)
    """

    def __init__(
        self,
        incoming: "Layer | tuple",
        num_units: int,
        W_in_to_hid: Any = Uniform(),
        W_hid_to_hid: Any = Uniform(),
        b: Any = Constant(0.0),
        nonlinearity: "Callable | None" = rectify,
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
        self.name = kwargs.get("name")
        self.num_units = positive_int(self, "num_units", num_units)
        shape = incoming.output_shape if is_layer_like(incoming) else tuple(incoming)
        prefix = f"{self.name}." if self.name else ""
        input_to_hidden = DenseLayer(
            InputLayer((None, *step_sizes(self, shape))),
            self.num_units,
            W=W_in_to_hid,
            b=b,
            nonlinearity=None,
            name=f"{prefix}input_to_hidden",
        )
        hidden_to_hidden = DenseLayer(
            InputLayer((None, self.num_units)),
            self.num_units,
            W=W_hid_to_hid,
            b=None,
            nonlinearity=None,
            name=f"{prefix}hidden_to_hidden",
        )
        self.W_in_to_hid, self.b = input_to_hidden.W, input_to_hidden.b
        self.W_hid_to_hid = hidden_to_hidden.W
        super().__init__(
            incoming,
            input_to_hidden,
            hidden_to_hidden,
            nonlinearity,
            hid_init,
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
