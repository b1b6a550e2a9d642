import warnings

import numpy as np
import pytest
import theano
import theano.tensor as T

from lasagne_expr.layers import (
    BiasLayer,
    ConcatLayer,
    DenseLayer,
    DropoutLayer,
    ElemwiseSumLayer,
    InputLayer,
    Layer,
    NonlinearityLayer,
    SliceLayer,
    count_params,
    get_all_layers,
    get_all_param_values,
    get_all_params,
    get_output,
    get_output_shape,
    set_all_param_values,
)
from lasagne_expr.parameters import tagged
from numerics import layer_output

rng = np.random.RandomState(1234)
floatX = theano.config.floatX


def names(layers):
    return [layer.name for layer in layers]


@pytest.fixture
def diamond():
    """A network whose branches meet: in -> left, right; right -> deep; all into top."""
    source = InputLayer((None, 3), name="in")
    left = DenseLayer(source, 4, name="left")
    right = DenseLayer(source, 4, name="right")
    deep = DenseLayer(right, 4, name="deep")
    top = ConcatLayer([left, deep, source], name="top")
    return {layer.name: layer for layer in (source, left, right, deep, top)}


class ScaledLayer(Layer):
    """A layer that takes keyword arguments of its own."""

    def get_output_for(self, input, factor=1, **kwargs):
        return input * factor


# All layers


def test_all_layers_come_after_their_inputs_and_once(diamond):
    assert names(get_all_layers(diamond["top"])) == ["in", "left", "right", "deep", "top"]
    assert names(get_all_layers([diamond["deep"], diamond["left"]])) == [
        "in",
        "right",
        "deep",
        "left",
    ]
    assert names(get_all_layers([diamond["in"], diamond["in"]])) == ["in"]
    assert get_all_layers([]) == []


def test_layers_below_given_ones_are_left_out(diamond):
    ends = [diamond["deep"], diamond["left"]]
    assert names(get_all_layers(diamond["top"], treat_as_input=ends)) == [
        "left",
        "deep",
        "in",
        "top",
    ]
    assert names(get_all_layers(diamond["deep"], [diamond["deep"]])) == ["deep"]


def test_layers_made_from_shapes_have_nothing_below():
    layer = DenseLayer((None, 3), 2, name="free")
    top = ElemwiseSumLayer([layer, (None, 2)], name="top")
    assert names(get_all_layers(top)) == ["free", "top"]


def test_a_thousand_layers_without_a_recursion_limit():
    layer = InputLayer((None, 3))
    for _ in range(5000):
        layer = BiasLayer(layer, b=None)
    assert len(get_all_layers(layer)) == 5001
    x = T.matrix()
    assert get_output(layer, x) is x
    assert get_output_shape(layer, (7, 3)) == (7, 3)


def ladder(size):
    """Layers each of which takes the two before it: their paths multiply, the layers don't."""
    layers = [InputLayer((None, 3)), InputLayer((None, 3))]
    for _ in range(size):
        layers.append(ElemwiseSumLayer(layers[-2:]))
    return layers[-1]


def test_many_paths_through_the_same_layers():
    assert len(get_all_layers(ladder(2000))) == 2002  # the number of paths has 418 digits


def test_a_cycle_of_layers():
    first = BiasLayer(InputLayer((None, 3)), name="first")
    second = BiasLayer(first, name="second")
    first.input_layer = second
    with pytest.raises(ValueError, match="cycle: .*'first' takes its input from .*'second'"):
        get_all_layers(second)
    first.input_layer = first
    with pytest.raises(ValueError, match="cycle: .*'first' takes its input from .*'first'"):
        get_output(first)
    assert names(get_all_layers(second, treat_as_input=[first])) == ["first", "second"]


@pytest.mark.parametrize("what", ["layer", None, 3, T.matrix(), [InputLayer((3,)), "layer"]])
@pytest.mark.parametrize("helper", [get_all_layers, get_output, get_all_params, count_params])
def test_what_is_no_layer(helper, what):
    with pytest.raises(TypeError, match="expected a layer or a list of layers, got"):
        helper(what)


# Outputs


def test_output_with_the_input_layers_own_variables(diamond):
    output = get_output(diamond["top"])
    x = rng.normal(size=(2, 3)).astype(floatX)
    found = theano.function([diamond["in"].input_var], output)(x)
    W = {name: diamond[name].W.get_value() for name in ("left", "right", "deep")}
    right = np.maximum(x @ W["right"], 0)
    deep, left = np.maximum(right @ W["deep"], 0), np.maximum(x @ W["left"], 0)
    np.testing.assert_allclose(found, np.hstack([left, deep, x]), rtol=1e-5, atol=1e-6)


def test_one_input_is_for_all_input_layers():
    sources = [InputLayer((2, 2)), InputLayer((2, 2))]
    output = get_output(ElemwiseSumLayer(sources), np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert output.eval().tolist() == [[2.0, 4.0], [6.0, 8.0]]


def test_inputs_by_layer_and_the_default_for_the_others():
    a, b = InputLayer((1, 2)), InputLayer((1, 2), np.array([[5.0, 6.0]]))
    output = get_output(ElemwiseSumLayer([a, b]), {a: np.array([[1.0, 2.0]])})
    assert output.eval().tolist() == [[6.0, 8.0]]


def test_an_inner_layer_s_output_may_be_given(diamond):
    given = {diamond["left"]: T.matrix(), diamond["deep"]: T.matrix(), diamond["in"]: T.matrix()}
    output = get_output(diamond["top"], given)
    used = set(theano.gof.graph.inputs([output]))
    assert set(given.values()) <= used
    assert diamond["right"].W not in used
    x, y, z = (np.full((1, n), n, floatX) for n in (4, 2, 3))
    found = theano.function(list(given.values()), output)(x, y, z)
    assert found.tolist() == [[4.0] * 4 + [2.0] * 2 + [3.0] * 3]


def test_several_outputs_share_what_they_have_in_common(diamond):
    hidden, top = get_output([diamond["right"], diamond["deep"]])
    assert hidden in theano.gof.graph.ancestors([top])
    assert isinstance(get_output([diamond["in"]]), list)


def test_output_of_a_given_layer_is_what_was_given(diamond):
    x = T.matrix()
    assert get_output(diamond["deep"], {diamond["deep"]: x}) is x


def test_a_layer_without_input_needs_one():
    layer = BiasLayer((None, 3), b=None, name="free")
    with pytest.raises(ValueError, match=r"'free' was made from a shape .* get_output\(layer"):
        get_output(BiasLayer(layer))
    x = T.matrix()
    assert get_output(layer, x) is get_output(layer, {layer: x}) is x
    with pytest.raises(ValueError, match="'sum' was made from a shape"):
        get_output(ElemwiseSumLayer([(2, 3), (2, 3)], name="sum"))


def test_an_input_for_an_unknown_layer(diamond):
    other = InputLayer((None, 3), name="other")
    with pytest.raises(ValueError, match="given for <InputLayer 'other'.*input layers are: .*'in'"):
        get_output(diamond["top"], {other: T.matrix()})
    with pytest.raises(ValueError, match="an input was given for 'in', which"):
        get_output(diamond["top"], {"in": T.matrix()})
    with pytest.raises(ValueError, match="given for <InputLayer 'other'"):
        get_output_shape(diamond["top"], {other: (2, 3)})


def test_an_input_that_is_no_expression(diamond):
    with pytest.raises(TypeError, match="no Theano expression"):
        get_output(diamond["top"], object())


def test_keyword_arguments_reach_every_layer():
    source = InputLayer((None, 3))
    layer = ScaledLayer(DropoutLayer(ScaledLayer(source)))
    x = rng.normal(size=(2, 3))
    np.testing.assert_allclose(layer_output(layer, x, factor=3, deterministic=True), 9 * x)


def messages(layer, **kwargs):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        get_output(layer, T.matrix(), **kwargs)
    ours = [warning for warning in caught if warning.category is UserWarning]
    assert all(warning.filename == __file__ for warning in ours)
    return [str(warning.message) for warning in ours]


def test_unused_keyword_arguments_are_warned_of():
    layer = ScaledLayer(DropoutLayer(InputLayer((None, 3))))
    assert messages(layer, factor=2, deterministic=True) == []
    assert messages(layer, factro=2) == [
        "get_output: no layer takes the argument factro; perhaps you meant factor"
    ]
    assert messages(layer, determinstic=True, something=1) == [
        "get_output: no layer takes the argument determinstic; perhaps you meant deterministic",
        "get_output: no layer takes the argument something",
    ]


def test_deterministic_is_known_even_where_no_layer_takes_it():
    assert messages(InputLayer((None, 3)), deterministic=True) == []


def test_layers_can_list_arguments_that_they_take():
    layer = NonlinearityLayer(InputLayer((None, 3)))
    layer.get_output_kwargs.append("special")
    assert messages(layer, special=1) == []


def test_arguments_of_layers_that_are_given_are_not_counted():
    inner = ScaledLayer(InputLayer((None, 3)))
    with pytest.warns(UserWarning, match="no layer takes the argument factor"):
        get_output(BiasLayer(inner), {inner: T.matrix()}, factor=2)


# Shapes


def test_output_shapes(diamond):
    assert get_output_shape(diamond["top"]) == (None, 11)
    assert get_output_shape([diamond["left"], diamond["top"]]) == [(None, 4), (None, 11)]
    assert get_output_shape(diamond["top"], (5, 3)) == (5, 11)
    assert get_output_shape([diamond["top"], diamond["in"]], [6, 3]) == [(6, 11), (6, 3)]
    given = {diamond["left"]: (5, 1), diamond["deep"]: (5, 2)}
    assert get_output_shape(diamond["top"], given) == (5, 6)
    assert get_output_shape(diamond["top"], {}) == (None, 11)


def test_output_shapes_of_layers_made_from_shapes():
    layer = SliceLayer(DenseLayer((None, 3), 4), 0, axis=0)
    assert get_output_shape(layer) == (4,)
    assert get_output_shape(layer, (5, 3)) == (4,)
    top = ConcatLayer([DenseLayer((7, 3), 4), (7, 2)])
    assert get_output_shape(top, {top.input_layers[0]: (7, 1)}) == (7, 3)


# Parameters


def test_all_parameters_in_the_order_of_the_layers_and_once(diamond):
    left = diamond["left"]
    tied = DenseLayer(diamond["top"], 4, W=T.dot(T.ones((11, 3)), left.W), name="tied")
    params = get_all_params(tied)
    assert [p.name for p in params] == [
        "left.W",
        "left.b",
        "right.W",
        "right.b",
        "deep.W",
        "deep.b",
        "tied.b",
    ]
    assert get_all_params(tied, regularizable=True) == params[0:6:2]
    assert get_all_params([tied, left]) == params
    assert len(get_all_params(tied, unwrap_shared=False)) == 8
    assert tied.W in get_all_params(tied, unwrap_shared=False, trainable=True)


def test_counting_parameters(diamond):
    assert count_params(diamond["top"]) == 2 * (3 * 4 + 4) + 4 * 4 + 4
    assert count_params(diamond["top"], regularizable=True) == 2 * 12 + 16
    assert count_params(InputLayer((3,))) == 0
    assert type(count_params(diamond["top"])) is int


def test_factorized_weights_count_what_is_learned():
    v = theano.shared(rng.normal(size=(30, 2)).astype(floatX))
    w = tagged(theano.shared(rng.normal(size=(2, 40)).astype(floatX)), trainable=False)
    layer = DenseLayer((None, 30), 40, W=T.dot(v, w))
    assert count_params(layer) == 60 + 80 + 40
    assert count_params(layer, trainable=True) == 60 + 40


def test_values_of_parameters_are_copied(diamond):
    values = get_all_param_values(diamond["deep"])
    assert [value.shape for value in values] == [(3, 4), (4,), (4, 4), (4,)]
    values[0][...] = 7
    assert not np.any(diamond["right"].W.get_value() == 7)
    assert len(get_all_param_values(diamond["top"], regularizable=True)) == 3


def test_setting_values(diamond):
    top = diamond["top"]
    values = [rng.normal(size=value.shape) for value in get_all_param_values(top)]
    set_all_param_values(top, (value for value in values))
    for found, value in zip(get_all_param_values(top), values, strict=True):
        np.testing.assert_array_equal(found, value.astype(floatX))
        assert found.dtype == floatX
    set_all_param_values(top, [np.zeros((3, 4), int), [[1] * 4] * 3, values[4]], regularizable=True)
    np.testing.assert_array_equal(diamond["right"].W.get_value(), np.ones((3, 4)))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda values: values[:-1], "got 5 values for 6 parameters"),
        (lambda values: [*values, 1], "got 7 values for 6 parameters"),
        (
            lambda values: [*values[:-1], np.zeros(5)],
            r"parameter deep\.b has shape \(4,\), got a value of \(5,\)",
        ),
        (lambda values: [*values[:-1], 0.0], r"deep\.b has shape \(4,\), got a value of \(\)"),
        (
            lambda values: [*values[:-1], np.zeros(4, complex)],
            r"deep\.b has dtype float.., got complex128",
        ),
        (lambda values: [*values[:-1], ["a"] * 4], r"deep\.b has dtype float"),
    ],
)
def test_values_that_do_not_fit_change_nothing(diamond, spoil, message):
    before = get_all_param_values(diamond["top"])
    values = spoil([value + 1 for value in before])
    with pytest.raises(ValueError, match=message):
        set_all_param_values(diamond["top"], values)
    for found, value in zip(get_all_param_values(diamond["top"]), before, strict=True):
        np.testing.assert_array_equal(found, value)


class CountingLayer(Layer):
    """A layer that counts how often it is asked."""

    asked = 0

    def get_output_shape_for(self, input_shape):
        CountingLayer.asked += 1
        return input_shape

    def get_output_for(self, input, **kwargs):
        CountingLayer.asked += 1
        return input


def test_every_layer_is_asked_once_for_each_purpose():
    CountingLayer.asked = 0
    layer = InputLayer((None, 3))
    for _ in range(100):
        layer = CountingLayer(layer)
    assert CountingLayer.asked == 99  # each by the one above it
    get_output(layer)
    assert CountingLayer.asked == 199
    get_output_shape(layer, (2, 3))
    assert CountingLayer.asked == 299


@pytest.mark.parametrize("values", [[[1, 2, 3]], ((1, 2, 3), (4, 5, 6)), [np.arange(3)]])
def test_nested_lists_are_inputs(values):
    layer = InputLayer((None, 3))
    expected = np.array(values).tolist()
    assert get_output(layer, values).eval().tolist() == expected
    assert get_output(layer, {layer: values}).eval().tolist() == expected
    assert get_output(BiasLayer((None, 3), b=None), values).eval().tolist() == expected


def test_a_list_of_variables_is_one_input():
    layer, x = InputLayer((2, 3)), T.vector()
    assert get_output(layer, [x, 2 * x]).eval({x: [1, 2, 3]}).tolist() == [[1, 2, 3], [2, 4, 6]]
    with pytest.raises(TypeError, match="no Theano expression"):
        get_output(layer, [[1], object()])


def test_a_variable_of_any_type_passes():
    variable = theano.Variable("a type")
    assert (variable.type, variable.owner, variable.name) == ("a type", None, None)
    layer = InputLayer((3, 2))
    assert get_output(layer, variable) is variable
    assert get_output(layer, {layer: variable}) is variable
    tensor = T.TensorVariable(T.dmatrix)
    assert (tensor.owner, tensor.ndim) == (None, 2)


def test_values_of_expressions():
    w = theano.shared(np.zeros((3, 2), floatX), name="w")
    layer = DenseLayer(DenseLayer((None, 4), 3, W=np.ones((4, 3))), 2, W=T.exp(w))
    shared, computed = (get_all_param_values(layer, unwrap_shared=u) for u in (True, False))
    assert [value.shape for value in computed] == [(4, 3), (3,), (3, 2), (2,)]
    assert (shared[2].tolist(), computed[2].tolist()) == ([[0, 0]] * 3, [[1, 1]] * 3)
    assert len(get_all_param_values(layer, unwrap_shared=False, regularizable=True)) == 2
    assert count_params(layer, unwrap_shared=False) == 12 + 3 + 6 + 2
    with pytest.raises(ValueError, match="is an expression, which can't be set"):
        set_all_param_values(layer, computed, unwrap_shared=False)
    free = DenseLayer((None, 4), 3, W=T.matrix("made"))
    with pytest.raises(ValueError, match="depends on the input made"):
        get_all_param_values(free, unwrap_shared=False)
    with pytest.raises(ValueError, match="made can't be counted"):
        count_params(free, unwrap_shared=False)
