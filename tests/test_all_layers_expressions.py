"""Every parameter of every layer may be an expression, whose gradients reach what is below it.

The layers are those that the library has: a new one is tested without being listed, if it can be
made with the arguments below. If not, its test says what it lacks.
"""

import inspect

import numpy as np
import pytest
import theano
import theano.tensor as T

from engines import ENGINE
from lasagne_expr import layers
from lasagne_expr.init import Normal
from lasagne_expr.layers import (
    BiasLayer,
    CustomRecurrentLayer,
    DenseLayer,
    EmbeddingLayer,
    Gate,
    GRULayer,
    InputLayer,
    InverseLayer,
    Layer,
    LSTMLayer,
    MergeLayer,
    RecurrentLayer,
    TPSTransformerLayer,
    TransformerLayer,
    corrmm,
    dnn,
    get_all_layers,
    get_all_params,
    get_output,
)
from lasagne_expr.nonlinearities import tanh

# Nothing here is computed often. (On Theano the tests' own settings compile faster still.)
MODE = "FAST_COMPILE" if ENGINE == "pytensor" else None

# What layers are made with, by the names of their arguments.
ARGUMENTS = {
    "filter_size": 3,
    "function": T.tanh,
    "indices": slice(1, None),
    "input_size": 4,
    "learn_init": True,
    "merge_function": T.mul,
    "nonlinearity": tanh,
    "num_filters": 2,
    "num_units": 3,
    "output_size": 3,
    "pattern": (1, 0, "x", 2),
    "pool_size": 2,
    "scale_factor": 2,
    "shape": ([0], -1),
    "width": 1,
}
# A layer takes the first of these that it can take.
INPUT_SHAPES = [(2, 4, 5), (2, 4, 5, 5), (2, 2, 3, 3, 4)]
BASES = {Layer, MergeLayer, InputLayer}  # which have no parameters, nor outputs of their own


def below(shape, specs):
    """Make a layer for others to stand on, whose parameter gets gradients through them."""
    return BiasLayer(
        InputLayer(shape), specs.get("below.b", Normal()), shared_axes=(0,), name="below"
    )


def constructor_arguments(kind, specs):
    """Choose arguments for a layer: what it must be given, nice values, and the specs."""
    arguments, missing = {}, set(specs) - {"below.b"}
    for name, parameter in list(inspect.signature(kind.__init__).parameters.items())[2:]:
        required = parameter.default is inspect.Parameter.empty
        if name in specs:
            arguments[name] = specs[name]
            missing.remove(name)
        elif name in ARGUMENTS and (required or name in ("nonlinearity", "learn_init")):
            arguments[name] = ARGUMENTS[name]
        elif required and parameter.kind is not inspect.Parameter.VAR_KEYWORD:
            pytest.fail(
                f"{kind.__name__} needs an argument {name!r}: add a value for it to ARGUMENTS, or "
                "a function that makes the layer to BUILDERS"
            )
    if missing and kind not in BUILDERS:
        pytest.fail(
            f"{kind.__name__} has parameters {sorted(missing)}, but no such arguments: add a "
            "function that makes the layer to BUILDERS"
        )
    return arguments


def build_any(kind, specs):
    """Make a layer by its constructor's arguments, on the first input that it takes."""

    def build_on(shape, specs):
        source = below(shape, specs)
        incoming = [source, source] if issubclass(kind, MergeLayer) else source
        layer = kind(incoming, **constructor_arguments(kind, specs))
        assert layer.output_shape
        return layer

    errors = []
    for shape in INPUT_SHAPES:
        try:
            layer = build_on(shape, {})
        except ValueError as error:
            errors.append(f"input {shape}: {error}")
        else:
            return build_on(shape, specs) if specs else layer
    pytest.fail(
        f"{kind.__name__} takes none of INPUT_SHAPES: add one, or a function that makes the layer "
        "to BUILDERS\n" + "\n".join(errors)
    )


def build_embedding(kind, specs):
    return kind(InputLayer((2, 3), T.lmatrix()), input_size=4, output_size=3, **specs)


def build_inverse(kind, specs):
    dense = {name: specs[f"dense.{name}"] for name in "Wb" if f"dense.{name}" in specs}
    layer = DenseLayer(below((2, 4), specs), 3, nonlinearity=tanh, name="dense", **dense)
    return kind(layer, layer)


def build_transformer(kind, specs):
    """Let a dense layer localize: near the identity, but between the pixels."""
    near = [1.02, 0.03, 0.04, -0.02, 0.97, 0.05] if kind is TransformerLayer else [0.03] * 32
    arguments = {"W": Normal(0.01), "b": np.array(near)}
    arguments.update((name, specs[f"dense.{name}"]) for name in "Wb" if f"dense.{name}" in specs)
    images = below((2, 2, 4, 5), specs)
    return kind(images, DenseLayer(images, len(near), nonlinearity=None, name="dense", **arguments))


def build_gated(kind, specs):
    """Give gates what is theirs: the parameters' names end with the gates'."""
    kinds = {"W_in_to": "W_in", "W_hid_to": "W_hid", "W_cell_to": "W_cell", "b": "b"}
    gates = {}
    for gate in kind.gates:
        default = inspect.signature(kind.__init__).parameters[gate].default
        given = {kinds[k]: specs[f"{k}_{gate}"] for k in kinds if f"{k}_{gate}" in specs}
        gates[gate] = Gate(**{**vars(default), **given})
    return kind(below((2, 3, 4), specs), **{**constructor_arguments(kind, specs), **gates})


def build_recurrent(kind, specs):
    names = {
        "input_to_hidden.W": "W_in_to_hid",
        "input_to_hidden.b": "b",
        "hidden_to_hidden.W": "W_hid_to_hid",
    }
    specs = {names.get(name, name): spec for name, spec in specs.items()}
    return kind(below((2, 3, 4), specs), **constructor_arguments(kind, specs))


def build_custom_recurrent(kind, specs):
    def network(name, num_inputs):
        given = {k: specs[f"{name}.{k}"] for k in "Wb" if f"{name}.{k}" in specs}
        return DenseLayer(InputLayer((None, num_inputs)), 3, nonlinearity=tanh, name=name, **given)

    arguments = {"input_to_hidden": network("f", 4), "hidden_to_hidden": network("g", 3)}
    arguments.update((name, specs[name]) for name in ["hid_init"] if name in specs)
    return kind(below((2, 3, 4), specs), nonlinearity=tanh, learn_init=True, **arguments)


BUILDERS = {
    CustomRecurrentLayer: build_custom_recurrent,
    EmbeddingLayer: build_embedding,
    GRULayer: build_gated,
    InverseLayer: build_inverse,
    LSTMLayer: build_gated,
    RecurrentLayer: build_recurrent,
    TPSTransformerLayer: build_transformer,
    TransformerLayer: build_transformer,
}


def build(kind, specs):
    layer = BUILDERS.get(kind, build_any)(kind, specs)
    assert type(layer) is kind
    return layer


def layer_classes():
    found = {
        kind
        for module in (layers, corrmm, dnn)
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, Layer)
    }
    return sorted(found - BASES, key=lambda kind: kind.__name__)


def expression_for(param, generator):
    """Make an expression of two shared variables, near a parameter's value."""
    name, value = str(param), param.get_value()
    a = theano.shared(generator.normal(0, 0.3, value.shape), name=f"{name} a")
    near = value + generator.uniform(0.05, 0.15, value.shape)
    b = theano.shared(near / np.exp(a.get_value()), name=f"{name} b")
    return T.exp(a) * b


def with_expression(names, param):
    """List names of parameters, with a parameter's replaced by those of its expression."""
    return [part for n in names for part in ([f"{n} a", f"{n} b"] if n == param else [n])]


def names_of(layer, **tags):
    names = list(map(str, get_all_params(layer, **tags)))
    assert len(set(names)) == len(names)
    return names


def loss_of(layer):
    """Make a scalar of a layer's training output, and of its deterministic one if that depends
    on parameters that training doesn't."""
    modes = [False, True] if get_all_params(layer, trainable=False) else [False]
    outputs = [get_output(layer, deterministic=deterministic) for deterministic in modes]
    weights = np.random.RandomState(1).normal(size=(len(modes), *layer.output_shape))
    return sum(T.sum(output * w) for output, w in zip(outputs, weights, strict=True))


def input_values(layer):
    """Draw values for the network's inputs: integers for those of embeddings."""
    generator = np.random.RandomState(2)
    sources = [source for source in get_all_layers(layer) if isinstance(source, InputLayer)]
    variables = [source.input_var for source in sources]
    return variables, [
        generator.randint(0, 4, source.shape)
        if "int" in variable.dtype
        else generator.normal(size=source.shape).astype(variable.dtype)
        for source, variable in zip(sources, variables, strict=True)
    ]


@pytest.mark.parametrize("kind", layer_classes(), ids=lambda kind: kind.__name__)
def test_every_parameter_as_an_expression(kind):
    generator = np.random.RandomState(0)
    layer = build(kind, {})
    expressions = {str(param): expression_for(param, generator) for param in get_all_params(layer)}
    assert expressions  # at least those of the layers below
    for name, expression in expressions.items():
        other = build(kind, {name: expression})
        for tags in ({}, {"trainable": True}, {"regularizable": True}):
            assert names_of(other, **tags) == with_expression(names_of(layer, **tags), name)
    check_gradients_reach(build(kind, expressions))


def check_gradients_reach(layer, eps=1e-5):
    """Compare the gradients of all shared variables with differences in random directions."""
    variables, values = input_values(layer)
    shared = get_all_params(layer)
    loss = loss_of(layer)
    # The averages of a batch norm stay as they are, and so do masks of dropout.
    compute = theano.function(
        variables, [loss, *T.grad(loss, shared)], mode=MODE, no_default_updates=True
    )
    gradients = compute(*values)[1:]
    generator = np.random.RandomState(3)
    for variable, gradient in zip(shared, gradients, strict=True):
        value, direction = variable.get_value(), generator.normal(size=gradient.shape)
        ends = []
        for step in (eps, -eps):
            variable.set_value(value + step * direction)
            ends.append(compute(*values)[0])
        variable.set_value(value)
        assert np.any(gradient), variable
        np.testing.assert_allclose(
            np.sum(gradient * direction),
            (ends[0] - ends[1]) / (2 * eps),
            rtol=1e-5,
            atol=1e-8,
            err_msg=str(variable),
        )
