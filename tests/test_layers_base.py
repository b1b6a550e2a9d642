import pickle

import numpy as np
import pytest
import theano
import theano.tensor as T

from lasagne_expr import layers
from lasagne_expr.init import Constant
from lasagne_expr.layers import (
    DenseLayer,
    InputLayer,
    Layer,
    MergeLayer,
    get_all_params,
    get_output,
)
from lasagne_expr.parameters import tagged
from numerics import check_pickling, layer_output

# Values are compared in float64, whatever floatX is.
pytestmark = pytest.mark.filterwarnings("ignore:.* has dtype float64:UserWarning")

rng = np.random.RandomState(1234)
floatX = theano.config.floatX


class DoubleLayer(Layer):
    def get_output_for(self, input, **kwargs):
        return 2 * input


class DotLayer(Layer):
    """A layer of one matrix, as in a guide for writers of layers."""

    def __init__(self, incoming, num_units, W=Constant(1.0), **kwargs):
        super().__init__(incoming, **kwargs)
        self.num_units = num_units
        self.W = self.add_param(W, (self.input_shape[1], num_units), name="W")

    def get_output_shape_for(self, input_shape):
        return (input_shape[0], self.num_units)

    def get_output_for(self, input, **kwargs):
        return T.dot(input, self.W)


class ShapeLayer(Layer):
    """A layer whose output shape is whatever a test says."""

    def __init__(self, incoming, shape):
        super().__init__(incoming, name="odd")
        self.shape = shape

    def get_output_shape_for(self, input_shape):
        return self.shape


class ProductLayer(MergeLayer):
    def get_output_shape_for(self, input_shapes):
        return input_shapes[0]

    def get_output_for(self, inputs, **kwargs):
        return inputs[0] * inputs[1]


# A layer's input


def test_a_layer_of_one_method():
    layer = DoubleLayer(InputLayer((None, 3)))
    assert layer.output_shape == (None, 3)
    assert layer.get_params() == []
    np.testing.assert_array_equal(layer_output(layer, np.ones((2, 3))), np.full((2, 3), 2))


def test_a_layer_takes_a_layer_or_a_shape():
    source = InputLayer((None, 3))
    layer = DoubleLayer(source)
    assert layer.input_layer is source
    assert layer.input_shape == (None, 3)
    for shape in [(None, 3), [None, np.int64(3)]]:
        layer = DoubleLayer(shape)
        assert layer.input_layer is None
        assert layer.input_shape == (None, 3)
        assert type(layer.input_shape[1]) is int


@pytest.mark.parametrize("incoming", [3, None, "ab", {1: 2}, np.ones(2), T.matrix("x")])
@pytest.mark.parametrize("kind", [DoubleLayer, lambda incoming: ProductLayer([incoming] * 2)])
def test_neither_a_layer_nor_a_shape(kind, incoming):
    with pytest.raises(TypeError, match="Layer takes a layer or a shape as its input, got"):
        kind(incoming)


@pytest.mark.parametrize(
    "shape", [(None, 3.0), ("a", 3), (InputLayer((3,)), 3), (T.iscalar(), 3), ((2,), 3)]
)
@pytest.mark.parametrize("kind", [InputLayer, DoubleLayer, lambda shape: ProductLayer([shape] * 2)])
def test_sizes_must_be_integers(kind, shape):
    with pytest.raises(TypeError, match="can't have an input of shape .*: sizes must be integers"):
        kind(shape)


@pytest.mark.parametrize("shape", [(None, 0), (-1, 3), (0,)])
@pytest.mark.parametrize("kind", [InputLayer, DoubleLayer, lambda shape: ProductLayer([shape] * 2)])
def test_sizes_must_be_positive(kind, shape):
    with pytest.raises(ValueError, match="can't have an input of shape .*: sizes must be positive"):
        kind(shape)


# A layer's output shape


@pytest.mark.parametrize(
    ("shape", "error", "message"),
    [
        ((None, 6 / 2), TypeError, "sizes must be integers"),
        ((T.iscalar(), 3), TypeError, "sizes must be integers"),
        ((None, 0), ValueError, "sizes must be positive"),
        (None, TypeError, "a shape must be a tuple"),
        (3, TypeError, "a shape must be a tuple"),
    ],
)
def test_output_shapes_of_a_layer_are_checked(shape, error, message):
    layer = ShapeLayer((None, 3), shape)
    expected = rf"'odd': get_output_shape_for returned .* \(None, 3\): {message}"
    with pytest.raises(error, match=expected):
        assert layer.output_shape
    with pytest.raises(error, match=expected):
        DoubleLayer(layer)


def test_output_shapes_are_tuples_of_plain_integers():
    shape = ShapeLayer((None, 3), [None, np.int32(3)]).output_shape
    assert shape == (None, 3)
    assert type(shape[1]) is int


def test_methods_that_a_layer_needs():
    with pytest.raises(NotImplementedError, match="ShapeLayer needs a method get_output_for"):
        ShapeLayer((None, 3), (None, 3)).get_output_for(T.matrix())
    merged = MergeLayer([(None, 3)])
    with pytest.raises(NotImplementedError, match="MergeLayer needs a method get_output_for"):
        merged.get_output_for([T.matrix()])
    with pytest.raises(NotImplementedError, match="MergeLayer needs .* get_output_shape_for"):
        assert merged.output_shape


def test_layers_say_what_they_are():
    layer = DotLayer((None, 3), 2, name="dot")
    assert str(layer) == "DotLayer 'dot'"
    assert str(DoubleLayer((3,))) == "DoubleLayer"
    assert repr(layer) == "<DotLayer 'dot', parameters [dot.W]>"


# Merge layers


def test_a_merge_layer_takes_several_layers_or_shapes():
    source = InputLayer((2, 3))
    layer = ProductLayer([source, (2, 3)])
    assert layer.input_layers == [source, None]
    assert layer.input_shapes == [(2, 3), (2, 3)]
    assert layer.output_shape == (2, 3)
    x = rng.normal(size=(2, 3))
    np.testing.assert_allclose(layer_output(ProductLayer((source, source)), x), x**2)


@pytest.mark.parametrize("incomings", [InputLayer((2, 3)), 3, None])
def test_a_merge_layer_takes_a_list(incomings):
    with pytest.raises(TypeError, match="ProductLayer takes a list of layers or shapes, got"):
        ProductLayer(incomings)


def test_a_merge_layer_needs_an_input():
    with pytest.raises(ValueError, match="needs at least one input"):
        ProductLayer([])


# Parameters


def test_parameters_are_called_by_layer_and_name():
    assert DotLayer((None, 3), 2, name="dot").W.name == "dot.W"
    assert DotLayer((None, 3), 2).W.name == "W"
    w = theano.shared(np.ones((3, 2), floatX), name="mine")
    assert DotLayer((None, 3), 2, W=w, name="dot").W is w
    assert w.name == "mine"


def test_a_parameter_needs_no_name():
    layer = DoubleLayer((None, 3), name="double")
    assert layer.add_param(Constant(1.0), (3,)).name is None


class TaggedLayer(Layer):
    def __init__(self, incoming, mean=Constant(0.0), scale=Constant(1.0), bias=Constant(0.0)):
        super().__init__(incoming)
        self.mean = self.add_param(mean, (3,), "mean", trainable=False, statistics=True)
        self.scale = self.add_param(scale, (3,), "scale")
        self.bias = self.add_param(bias, (3,), "bias", regularizable=False)


def test_parameters_are_selected_by_tags():
    layer = TaggedLayer((None, 3))
    assert layer.get_params() == [layer.mean, layer.scale, layer.bias]
    assert layer.get_params(trainable=True) == [layer.scale, layer.bias]
    assert layer.get_params(trainable=False) == [layer.mean]
    assert layer.get_params(regularizable=True) == [layer.mean, layer.scale]
    assert layer.get_params(trainable=True, regularizable=True) == [layer.scale]
    assert layer.get_params(statistics=True) == [layer.mean]
    assert layer.get_params(statistics=False) == [layer.scale, layer.bias]
    assert layer.get_params(unknown=True) == []
    assert layer.params[layer.mean] == {"regularizable", "statistics"}


def test_parameters_below_expressions_or_the_expressions_themselves():
    v, w = (theano.shared(np.ones(3, floatX), name=name) for name in "vw")
    product = v * w
    layer = TaggedLayer((None, 3), mean=product, scale=T.exp(v), bias=T.constant(np.zeros(3)))
    assert layer.get_params() == [v, w]
    assert layer.get_params(unwrap_shared=False) == [product, layer.scale, layer.bias]
    assert layer.get_params(trainable=True) == [v]  # in scale, although mean's tags say otherwise
    assert layer.get_params(trainable=False) == [v, w]
    assert layer.get_params(unwrap_shared=False, trainable=True) == [layer.scale, layer.bias]
    assert layer.get_params(unwrap_shared=False, statistics=True) == [product]


def test_a_shared_variable_s_own_tags_override_the_layer_s():
    v = theano.shared(np.ones(3, floatX), name="v")
    mask = tagged(theano.shared(np.ones(3, floatX), name="mask"), trainable=False)
    layer = TaggedLayer((None, 3), scale=v * mask)
    assert layer.get_params(trainable=True) == [v, layer.bias]
    assert layer.get_params(trainable=False) == [layer.mean, mask]
    assert layer.get_params(unwrap_shared=False, trainable=True) == [layer.scale, layer.bias]


@pytest.mark.parametrize(
    ("spec", "error", "message"),
    [
        (
            np.ones((2, 3)),
            ValueError,
            r"parameter dot\.W should have shape \(3, 2\), but .* \(2, 3\)",
        ),
        (T.matrix("m").sum(), ValueError, "has 0 dimensions"),
        ("ones", TypeError, "is given as 'ones'"),
        (lambda shape: None, TypeError, "is None, but should be"),
    ],
)
def test_errors_of_parameters_name_the_layer(spec, error, message):
    with pytest.raises(error, match=f"DotLayer 'dot': .*{message}"):
        DotLayer((None, 3), 2, W=spec, name="dot")


def test_errors_that_take_several_arguments_are_kept():
    def spec(shape):
        return b"\xff".decode("ascii")  # a UnicodeDecodeError, whose constructor takes five

    with pytest.raises(ValueError, match="'dot': 'ascii' codec can't decode"):
        DotLayer((None, 3), 2, W=spec, name="dot")


# Input layers


def test_input_layer_makes_its_variable():
    layer = InputLayer((None, 3), name="x")
    assert layer.shape == layer.output_shape == (None, 3)
    assert layer.input_var.dtype == floatX
    assert layer.input_var.ndim == 2
    assert layer.input_var.name == "x.input"
    assert InputLayer((3,)).input_var.name == "input"
    assert get_output(layer) is layer.input_var


def test_input_variables_broadcast_along_sizes_of_one():
    assert tuple(InputLayer((None, 1, 3)).input_var.broadcastable) == (False, True, False)
    row = InputLayer((1, 3))
    total = get_output(row) + T.matrix("m")
    add = theano.function(total.owner.inputs, total)
    ones = np.ones((2, 3), floatX)
    np.testing.assert_array_equal(add(ones[:1], ones), 2 * ones)


def test_input_layer_takes_a_variable_or_a_value():
    x = T.imatrix("x")
    assert InputLayer((None, 3), x).input_var is x
    assert InputLayer((None, 3), input_var=x * 2, name="twice").input_var.name is None
    value = get_output(DoubleLayer(InputLayer((1, 2), np.array([[1.0, 2.0]])))).eval()
    assert value.tolist() == [[2.0, 4.0]]


def test_input_variable_of_another_number_of_dimensions():
    with pytest.raises(ValueError, match=r"'x' has shape \(None, 3\), of 2 dim.* image has 4"):
        InputLayer((None, 3), T.tensor4("image"), name="x")


def test_input_layer_refuses_unknown_arguments():
    with pytest.raises(TypeError, match="dtype"):
        InputLayer((None, 3), dtype="int32")


# Copies


def test_layers_pickle_with_names_tags_and_expressions():
    source = InputLayer((None, 3), name="in")
    first = DotLayer(source, 2, name="first")
    tagged(first.W, frozen=True)
    copy = check_pickling(DotLayer(first, 3, W=first.W.T * 2, name="last"), np.ones((2, 3), floatX))
    assert (copy.name, copy.input_layer.name) == ("last", "first")
    assert get_all_params(copy, frozen=True) == [copy.input_layer.W]
    assert get_all_params(copy, frozen=False) == []


def test_training_state_survives_a_pickle():
    layer = DenseLayer(InputLayer((None, 3), name="in"), 2, name="dense")
    layer.W.set_value(np.full((3, 2), 7, floatX))
    copy = pickle.loads(pickle.dumps(layer))
    layer.W.set_value(np.zeros((3, 2), floatX))
    np.testing.assert_array_equal(copy.W.get_value(), np.full((3, 2), 7))


class TestEmptyBatches:
    """They have the output's shape, and a gradient of zero."""

    @pytest.mark.parametrize(
        ("kind", "options"),
        [
            (layers.DenseLayer, {"num_units": 3}),
            (layers.DenseLayer, {"num_units": 3, "num_leading_axes": 2}),
            (layers.NINLayer, {"num_units": 3}),
            (layers.FlattenLayer, {}),
            (layers.FlattenLayer, {"outdim": 3}),
            (layers.GlobalPoolLayer, {}),
            (layers.SpatialPyramidPoolingLayer, {"pool_dims": [2, 1]}),
            (layers.Conv2DLayer, {"num_filters": 3, "filter_size": 3}),
            (layers.MaxPool2DLayer, {"pool_size": 2}),
            (layers.BatchNormLayer, {}),
        ],
    )
    def test_of_images(self, kind, options):
        self.check(kind(layers.InputLayer((None, 2, 4, 5)), **options), (0, 2, 4, 5))

    @pytest.mark.parametrize("kind", [layers.LSTMLayer, layers.GRULayer])
    def test_of_sequences(self, kind):
        self.check(kind(layers.InputLayer((None, 3, 2)), 4), (0, 3, 2))

    def check(self, layer, shape):
        x = T.TensorType("float64", [False] * len(shape))()
        output = layers.get_output(layer, x, deterministic=True)
        compute = theano.function([x], [output, T.grad(output.sum(), x)])
        for found, expected in zip(compute(np.ones(shape)), (layer.output_shape, shape)):
            assert found.shape == (0, *expected[1:])
