"""What is asked of a whole network: its layers, outputs, shapes and parameters."""

import difflib
import inspect
import math
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import theano
import theano.tensor as T
from theano.compile import SharedVariable

from ..parameters import (
    array_for,
    as_theano_expression,
    cast_for,
    deterministic_form,
    evaluate,
)
from ..shape_inference import infer_shape
from .base import Layer, MergeLayer, is_layer_like
from .input import InputLayer
from .several import are_shapes, map_outputs

__all__ = [
    "count_params",
    "get_all_layers",
    "get_all_param_values",
    "get_all_params",
    "get_output",
    "get_output_shape",
    "get_param_values",
    "set_all_param_values",
]


def get_all_layers(
    layer: "Layer | Sequence[Layer]", treat_as_input: "Iterable[Layer] | None" = None
) -> list[Layer]:
    """List all layers below one or more layers, each after those that it takes its inputs from.

    Parameters
    ----------
    layer : Layer or list of Layer
        Where to start.
    treat_as_input : iterable of Layer, optional
        Layers below which not to look.

    Returns
    -------
    list of Layer
        Each layer once, in topological order.

    Raises
    ------
    ValueError
        If the layers form a cycle.
    TypeError
        If something else than a layer is given.

    Examples
    --------
    >>> from lasagne_expr.layers import DenseLayer, InputLayer
    >>> l1 = InputLayer((None, 3), name="in")
    >>> l2 = DenseLayer(l1, num_units=2, name="out")
    >>> [layer.name for layer in get_all_layers(l2)]
    ['in', 'out']
    """
    ends = set(treat_as_input or ())
    pending = list(reversed(_as_list(layer)))
    entered, done = set(), {}
    while pending:
        current = pending[-1]
        if current in done:
            pending.pop()
        elif current in entered or current in ends:
            done[current] = None
            pending.pop()
        else:
            entered.add(current)
            inputs = [source for source in _input_layers(current) if source not in done]
            _check_no_cycle(current, inputs, entered)
            pending.extend(reversed(inputs))
    return list(done)


def _as_list(layer_or_layers):
    is_list = isinstance(layer_or_layers, (list, tuple))
    layers = list(layer_or_layers) if is_list else [layer_or_layers]
    for layer in layers:
        if not is_layer_like(layer):
            raise TypeError(f"expected a layer or a list of layers, got {layer!r}")
    return layers


def _input_layers(layer):
    sources = getattr(layer, "input_layers", None)
    if sources is None:
        sources = [getattr(layer, "input_layer", None)]
    return [source for source in sources if source is not None]


def _check_no_cycle(layer, inputs, entered):
    for source in inputs:
        if source in entered:
            raise ValueError(f"the layers form a cycle: {layer} takes its input from {source}")


def get_output(layer_or_layers: Any, inputs: Any = None, **kwargs) -> Any:
    """Compute the output of a network for given inputs.

    Parameters
    ----------
    layer_or_layers : Layer or list of Layer
        Whose output is wanted.
    inputs : Theano variable, array, nested list, or dict of Layer to one of these, optional
        What enters: one expression for all input layers and all layers made from a shape, or one
        per layer. By default every input layer's own `input_var`. A dict may name inner layers
        too: then it gives their output, and what is below them is not computed.
    **kwargs
        Passed to every layer's ``get_output_for``, such as ``deterministic=True``.

    Returns
    -------
    Theano variable, or list of them
        The output of each layer asked for. Of a layer with several outputs it is what that
        computes: a dict or a list of variables.

    Raises
    ------
    ValueError
        If an input is missing, or given for something that is no layer of the network.

    Warns
    -----
    UserWarning
        If no layer takes one of the keyword arguments, with the name that was perhaps meant.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.layers import InputLayer, NonlinearityLayer
    >>> from lasagne_expr.nonlinearities import rectify
    >>> l1 = InputLayer((1, 2))
    >>> l2 = NonlinearityLayer(l1, nonlinearity=rectify)
    >>> get_output(l2, np.array([[-1.0, 3.0]])).eval().tolist()
    [[0.0, 3.0]]
    """
    inputs = _inputs_by_layer(inputs)
    layers = get_all_layers(layer_or_layers, treat_as_input=inputs)
    _check_inputs_belong(inputs, layers)
    outputs = {
        layer: _given_output(value, layer) for layer, value in inputs.items() if layer is not None
    }
    for layer in layers:
        if layer not in outputs:
            outputs[layer] = _output_of(layer, outputs, inputs, kwargs)
            _mark_parts(outputs[layer], layer)
    _warn_of_unused(kwargs, [layer for layer in layers if layer not in inputs])
    wanted = [outputs[layer] for layer in _as_list(layer_or_layers)]
    if kwargs.get("deterministic"):
        wanted = _deterministic_forms(wanted)
    return wanted if isinstance(layer_or_layers, (list, tuple)) else wanted[0]


def _inputs_by_layer(inputs):
    """Make a dict of what was given as inputs; under None what is for every input layer."""
    if isinstance(inputs, dict):
        return dict(inputs)
    return {} if inputs is None else {None: inputs}


def _check_inputs_belong(inputs, layers):
    known = set(layers)
    for layer in inputs:
        if layer is not None and layer not in known:
            names = ", ".join(str(source) for source in layers if isinstance(source, InputLayer))
            raise ValueError(
                f"an input was given for {layer!r}, which the output doesn't depend on; "
                f"the network's input layers are: {names or 'none'}"
            )


def _output_of(layer, outputs, inputs, kwargs):
    if _is_source(layer):
        if None in inputs:
            return _given_output(inputs[None], layer)
        return _own_input(layer)
    is_merge = _is_merge(layer)
    sources = layer.input_layers if is_merge else [layer.input_layer]
    if None in sources and None not in inputs:
        raise ValueError(
            f"{layer} was made from a shape rather than a layer, so its input must be given: "
            "get_output(layer, input), or make it from an InputLayer"
        )
    values = [_common_input(layer, inputs) if s is None else outputs[s] for s in sources]
    return layer.get_output_for(values if is_merge else values[0], **kwargs)


def _is_source(layer):
    """Tell whether data enters here, as nothing is below that the layer could take as input."""
    if isinstance(layer, Layer):
        return isinstance(layer, InputLayer)
    return not (hasattr(layer, "input_layer") or hasattr(layer, "input_layers"))


def _own_input(layer):
    if not hasattr(layer, "input_var"):
        raise ValueError(
            f"{layer!r} computes nothing and has no input_var, so what it gives must be given: "
            "get_output(layer, {that: expression})"
        )
    return layer.input_var


def _is_merge(layer):
    if isinstance(layer, Layer):
        return isinstance(layer, MergeLayer)
    return hasattr(layer, "input_layers")


def _given_output(value, layer):
    """Wrap what is given as a layer's output: arrays and nested lists of numbers, too."""
    if isinstance(value, theano.Variable):
        return value
    if are_shapes(layer.output_shape):
        return as_theano_expression(value)
    return _as_tensor(value)


def _common_input(layer, inputs):
    value = inputs[None]
    return value if isinstance(value, theano.Variable) else _as_tensor(value)


def _as_tensor(value):
    if isinstance(value, (list, tuple)):
        try:
            return T.as_tensor_variable(value)
        except Exception as error:
            raise TypeError(
                f"{value!r} is no Theano expression, and can't be wrapped as one: {error}"
            ) from error
    return as_theano_expression(value)


def _mark_parts(output, layer):
    """Let error messages of compiled functions name the layer."""
    if not _is_source(layer):
        map_outputs(lambda one: _mark_part(one, layer), output)


def _mark_part(output, layer):
    if getattr(output, "owner", None) is not None:
        output.tag.part = getattr(output.tag, "part", None) or str(layer)


def _deterministic_forms(outputs):
    """Replace what is for training only in all outputs at once, as they may share it."""
    found = []
    map_outputs(found.append, outputs)
    variables = [one for one in found if isinstance(one, theano.Variable)]
    form_of = dict(zip(variables, deterministic_form(variables)))
    return map_outputs(
        lambda one: form_of[one] if isinstance(one, theano.Variable) else one, outputs
    )


def _warn_of_unused(kwargs, layers):
    if not kwargs:
        return
    accepted = {"deterministic"}
    for layer in layers:
        names, takes_all = _accepted_by(layer)
        if takes_all:
            return
        accepted.update(names)
    for name in sorted(kwargs.keys() - accepted):
        close = difflib.get_close_matches(name, accepted, n=1)
        hint = f"; perhaps you meant {close[0]}" if close else ""
        warnings.warn(f"get_output: no layer takes the argument {name}{hint}", stacklevel=3)


def _accepted_by(layer):
    """Tell which keyword arguments a layer's get_output_for uses, and if that can't be told."""
    compute = getattr(layer, "get_output_for", None)
    if compute is None:
        return set(), False
    try:
        parameters = inspect.signature(compute).parameters.values()
    except (TypeError, ValueError):
        return set(), True
    names = {p.name for p in parameters if p.default is not p.empty}
    return names | set(getattr(layer, "get_output_kwargs", ())), False


def get_output_shape(layer_or_layers: Any, input_shapes: Any = None) -> Any:
    """Compute the shape of a network's output.

    Parameters
    ----------
    layer_or_layers : Layer or list of Layer
        Whose output's shape is wanted.
    input_shapes : tuple, or dict of Layer to tuple, optional
        Shapes to compute with in place of those that the layers were made with: one for all input
        layers, or one per layer.

    Returns
    -------
    tuple of int or None, or list of them
        Of a layer with several outputs, a dict or a list of shapes.

    Examples
    --------
    >>> from lasagne_expr.layers import DenseLayer, InputLayer
    >>> l2 = DenseLayer(InputLayer((None, 3)), num_units=2)
    >>> get_output_shape(l2), get_output_shape(l2, (10, 3))
    ((None, 2), (10, 2))
    """
    if not input_shapes:
        if isinstance(layer_or_layers, (list, tuple)):
            return [layer.output_shape for layer in layer_or_layers]
        return layer_or_layers.output_shape
    given = _inputs_by_layer(input_shapes)
    layers = get_all_layers(layer_or_layers, treat_as_input=given)
    _check_inputs_belong(given, layers)
    shapes = {layer: _as_shape(shape) for layer, shape in given.items() if layer is not None}
    for layer in layers:
        if layer not in shapes:
            shapes[layer] = _shape_of(layer, shapes, given)
    if isinstance(layer_or_layers, (list, tuple)):
        return [shapes[layer] for layer in layer_or_layers]
    return shapes[layer_or_layers]


def _as_shape(shape):
    return shape if are_shapes(shape) or not isinstance(shape, Iterable) else tuple(shape)


def _shape_of(layer, shapes, given):
    if _is_source(layer):
        return _as_shape(given.get(None, layer.output_shape))
    if _is_merge(layer):
        own = zip(layer.input_layers, layer.input_shapes, strict=True)
        return layer.get_output_shape_for([_input_shape(*pair, shapes, given) for pair in own])
    return layer.get_output_shape_for(
        _input_shape(layer.input_layer, layer.input_shape, shapes, given)
    )


def _input_shape(source, own_shape, shapes, given):
    if source is None:
        return _as_shape(given.get(None, own_shape))
    return shapes[source]


def get_all_params(
    layer: "Layer | Sequence[Layer]", unwrap_shared: bool = True, **tags: bool
) -> list:
    """List the parameters of a network.

    Parameters
    ----------
    layer : Layer or list of Layer
        The network's output layers; all below them count.
    unwrap_shared : bool, default True
        Whether to list the shared variables below the parameters (what is learned) rather than
        the parameters themselves (which may be expressions).
    **tags : bool
        Which to list, such as ``trainable=True``; see `Layer.get_params`.

    Returns
    -------
    list of shared variables, or of Theano variables
        Each once, in the order of the layers.

    Examples
    --------
    >>> from lasagne_expr.layers import DenseLayer, InputLayer
    >>> l1 = InputLayer((None, 3))
    >>> l2 = DenseLayer(l1, num_units=2, name="encode")
    >>> l3 = DenseLayer(l2, num_units=3, W=l2.W.T, name="decode")
    >>> get_all_params(l3, trainable=True)
    [encode.W, encode.b, decode.b]
    """
    found = (
        param
        for below in get_all_layers(layer)
        for param in params_of(below, unwrap_shared=unwrap_shared, **tags)
    )
    return list(dict.fromkeys(found))


def params_of(layer: Any, **how: bool) -> list:
    """List a layer's own parameters; what only looks like a layer needn't have any."""
    return layer.get_params(**how) if hasattr(layer, "get_params") else []


def count_params(layer: "Layer | Sequence[Layer]", **tags: bool) -> int:
    """Count the numbers in a network's parameters, each shared variable once.

    Parameters
    ----------
    layer : Layer or list of Layer
        The network's output layers.
    **tags : bool
        Which to count, such as ``trainable=True``; see `Layer.get_params`.

    Returns
    -------
    int

    Examples
    --------
    >>> from lasagne_expr.layers import DenseLayer, InputLayer
    >>> l2 = DenseLayer(InputLayer((None, 3)), num_units=2)
    >>> count_params(DenseLayer(l2, num_units=3, W=l2.W.T))
    11
    """
    return sum(_number_of(param) for param in get_all_params(layer, **tags))


def _number_of(param):
    shape = infer_shape(param)
    if None in shape:
        raise ValueError(
            f"the numbers in parameter {param} can't be counted: its shape, {shape}, depends on an "
            "input of the network"
        )
    return math.prod(shape)


def get_all_param_values(
    layer: "Layer | Sequence[Layer]", unwrap_shared: bool = True, **tags: bool
) -> list[np.ndarray]:
    """Copy the values of a network's parameters.

    Parameters
    ----------
    layer : Layer or list of Layer
        The network's output layers.
    unwrap_shared : bool, default True
        Whether to copy the values of the shared variables below the parameters, rather than to
        compute those of the parameters themselves, which may be expressions.
    **tags : bool
        Which to copy; see `Layer.get_params`.

    Returns
    -------
    list of arrays
        The values, in the order of :func:`get_all_params`.

    Raises
    ------
    ValueError
        If a parameter is to be computed that depends on an input of the network.

    Examples
    --------
    >>> from lasagne_expr.layers import DenseLayer, InputLayer
    >>> [v.shape for v in get_all_param_values(DenseLayer(InputLayer((None, 3)), num_units=2))]
    [(3, 2), (2,)]
    """
    return _values_of(get_all_params(layer, unwrap_shared=unwrap_shared, **tags))


def get_param_values(
    layer: "Layer | Sequence[Layer]", evaluated: bool = True, **tags: bool
) -> list[np.ndarray]:
    """Compute the parameters of a layer, or of several, as its deterministic passes use them.

    Where a parameter is an expression, that is the expression's value: the matrix that the input
    is multiplied with, not the shared variables that it is made of.

    Parameters
    ----------
    layer : Layer or list of Layer
        The layers whose parameters are wanted; unlike for :func:`get_all_param_values`, not those
        below. For a whole network pass ``get_all_layers(network)``.
    evaluated : bool, default True
        Whether to compute expressions, rather than to copy the shared variables below them.
    **tags : bool
        Which parameters; see `Layer.get_params`.

    Returns
    -------
    list of arrays
        One for each parameter, in the order of ``get_params(unwrap_shared=not evaluated)``, each
        once. What is drawn at random in deterministic passes too is drawn, and its stream stays
        where it is.

    Raises
    ------
    ValueError
        If a parameter depends on an input of the network, so that it has no value by itself.

    Examples
    --------
    >>> import numpy as np, theano, theano.tensor as T
    >>> from lasagne_expr.layers import DenseLayer, InputLayer
    >>> w = theano.shared(np.zeros((1, 2)), name="w")
    >>> layer = DenseLayer(InputLayer((None, 1)), 2, W=T.exp(w), b=None)
    >>> get_param_values(layer)[0].tolist(), get_param_values(layer, evaluated=False)[0].tolist()
    ([[1.0, 1.0]], [[0.0, 0.0]])
    """
    found = (
        param
        for one in _as_list(layer)
        for param in params_of(one, unwrap_shared=not evaluated, **tags)
    )
    return _values_of(list(dict.fromkeys(found)))


def _values_of(params):
    """Copy the values of shared variables, and compute those of expressions."""
    expressions = [param for param in params if not isinstance(param, SharedVariable)]
    values = dict(zip(expressions, evaluate(expressions)))
    return [np.asarray(values[param]) if param in values else param.get_value() for param in params]


def set_all_param_values(
    layer: "Layer | Sequence[Layer]", values: Iterable[np.ndarray], **tags: bool
) -> None:
    """Set the values of a network's parameters: all of them, or, on an error, none.

    Parameters
    ----------
    layer : Layer or list of Layer
        The network's output layers.
    values : iterable of arrays
        One for each shared variable, in the order of :func:`get_all_params`.
    **tags : bool
        Which to set; see `Layer.get_params`.

    Raises
    ------
    ValueError
        If there are too many or too few values, or one has another shape than its parameter.

    Examples
    --------
    >>> from lasagne_expr.layers import DenseLayer, InputLayer
    >>> network = DenseLayer(InputLayer((None, 3)), num_units=2)
    >>> set_all_param_values(network, get_all_param_values(network))
    """
    params, values = get_all_params(layer, **tags), list(values)
    for param in params:
        if not isinstance(param, SharedVariable):
            raise ValueError(
                f"parameter {param} is an expression, which can't be set: set the shared variables "
                "below, by leaving unwrap_shared=False out"
            )
    if len(params) != len(values):
        raise ValueError(
            f"mismatch: got {len(values)} values for {len(params)} parameters: {params}"
        )
    new_values = [value_for(param, value) for param, value in zip(params, values, strict=True)]
    for param, value in zip(params, new_values, strict=True):
        param.set_value(value)


def value_for(param: SharedVariable, value: Any) -> np.ndarray:
    """Check that a value fits a shared variable, and give it the variable's dtype."""
    value = array_for(param, value)
    shape = tuple(param.get_value(borrow=True, return_internal_type=True).shape)
    if value.shape != shape:
        raise ValueError(f"parameter {param} has shape {shape}, got a value of {value.shape}")
    return cast_for(param, value)
