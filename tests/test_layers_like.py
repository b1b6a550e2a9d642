"""What isn't a layer of this library, but has what other layers ask of one."""

import warnings
from unittest.mock import Mock, PropertyMock

import numpy as np
import pytest
import theano
import theano.tensor as T

import lasagne_expr
from lasagne_expr import layers
from lasagne_expr.layers import (
    BatchNormLayer,
    ConcatLayer,
    Conv2DLayer,
    DenseLayer,
    DropoutLayer,
    ElemwiseSumLayer,
    FlattenLayer,
    GRULayer,
    InputLayer,
    Layer,
    LSTMLayer,
    MaxPool2DLayer,
    MergeLayer,
    NonlinearityLayer,
    PadLayer,
    RecurrentLayer,
    batch_norm,
    get_all_layers,
    get_all_params,
    get_output,
    get_output_shape,
)
from lasagne_expr.nonlinearities import identity

floatX = theano.config.floatX


class Shaped:
    """Has nothing but a shape."""

    def __init__(self, *shape):
        self.output_shape = shape


class ForeignInput:
    """An input layer of another package."""

    def __init__(self, shape):
        self.shape = self.output_shape = shape
        self.input_var = T.TensorType(floatX, [False] * len(shape))("foreign")


class ForeignLayer:
    """A layer of another package, with a parameter."""

    name = "foreign"

    def __init__(self, input_layer):
        self.input_layer = input_layer
        self.input_shape = self.output_shape = input_layer.output_shape
        self.scale = theano.shared(np.asarray(3.0, floatX), name="foreign.scale")
        self.params = {self.scale: {"trainable"}}

    def get_output_shape_for(self, input_shape):
        return input_shape

    def get_output_for(self, input, power=1, **kwargs):
        return self.scale * input**power

    def get_params(self, unwrap_shared=True, **tags):
        return [self.scale] if tags.get("trainable", True) else []


class ForeignSum:
    """A merge layer of another package."""

    def __init__(self, input_layers):
        self.input_layers = input_layers
        self.input_shapes = [layer.output_shape for layer in input_layers]
        self.output_shape = self.input_shapes[0]

    def get_output_shape_for(self, input_shapes):
        return input_shapes[0]

    def get_output_for(self, inputs, **kwargs):
        return sum(inputs)


class Wrapper:
    """Wraps a layer, and asks it for everything else."""

    def __init__(self, wrapped):
        self.wrapped = wrapped

    def __getattr__(self, name):
        return getattr(self.wrapped, name)


IMAGES = (4, 3, 8, 8)


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda like: MaxPool2DLayer(like, 2), (4, 3, 4, 4)),
        (lambda like: Conv2DLayer(like, 5, 3), (4, 5, 6, 6)),
        (lambda like: DenseLayer(like, 5), (4, 5)),
        (lambda like: BatchNormLayer(like), IMAGES),
        (lambda like: DropoutLayer(like), IMAGES),
        (lambda like: layers.dropout_channels(like), IMAGES),
        (lambda like: ConcatLayer([like, like]), (4, 6, 8, 8)),
        (lambda like: ElemwiseSumLayer((like, IMAGES)), IMAGES),
        (lambda like: RecurrentLayer(like, 5), (4, 3, 5)),
        (lambda like: LSTMLayer(like, 5, mask_input=Shaped(4, 3)), (4, 3, 5)),
        (lambda like: GRULayer(like, 5, hid_init=Shaped(4, 5)), (4, 3, 5)),
        (lambda like: layers.SliceLayer(like, 0), (4, 3, 8)),
        (lambda like: layers.standardize(like, np.ones(3), np.ones(3)), IMAGES),
    ],
)
def test_whatever_has_a_shape_may_be_below(make, shape):
    like = Shaped(*IMAGES)
    layer = make(like)
    assert layer.output_shape == shape
    assert get_all_layers(layer)[0] is like


def test_what_is_given_for_something_with_a_shape():
    like = Shaped(2, 3)
    dense = DenseLayer(like, 4, b=None, nonlinearity=None)
    assert dense.input_layer is like
    x = T.matrix()
    compute = theano.function([x], get_output(dense, {like: x}))
    ones = np.ones((2, 3), floatX)
    np.testing.assert_allclose(compute(ones), ones @ dense.W.get_value(), rtol=1e-5)
    compute = theano.function([x], get_output(dense, x))
    np.testing.assert_allclose(compute(ones), ones @ dense.W.get_value(), rtol=1e-5)
    with pytest.raises(ValueError, match="Shaped.* has no input_var"):
        get_output(dense)
    assert get_output_shape(dense, {like: (7, 3)}) == get_output_shape(dense, (7, 3)) == (7, 4)
    assert get_all_params(dense) == [dense.W]


@pytest.mark.parametrize("shape", [(None, 0), (-1, 3)])
def test_shapes_below_are_checked(shape):
    with pytest.raises(ValueError, match="can't have an input of shape"):
        Layer(Mock(output_shape=shape))
    with pytest.raises(ValueError, match="can't have an input of shape"):
        MergeLayer([Mock(output_shape=shape)])
    with pytest.raises(TypeError, match="takes a layer or a shape"):
        DenseLayer(InputLayer, 3)  # the class


@pytest.mark.parametrize("wrap", [lambda layer: layer, Wrapper])
def test_layers_of_another_package(wrap):
    source = wrap(ForeignInput((None, 3)))
    below = wrap(ForeignLayer(source))
    dense = DenseLayer(below, 2, nonlinearity=None)
    top = wrap(ForeignSum([dense, DenseLayer(source, 2, nonlinearity=None)]))
    assert get_all_layers(top)[:3] == [source, below, dense]
    assert len(get_all_params(top)) == 5
    compute = theano.function([source.input_var], get_output(top, power=2))
    x = np.full((1, 3), 2, floatX)
    W = [param.get_value() for param in get_all_params(top)]
    np.testing.assert_allclose(compute(x), 3 * x**2 @ W[1] + W[2] + x @ W[3] + W[4], rtol=1e-5)
    assert get_output_shape(top) == (None, 2)
    assert get_output_shape(top, (5, 3)) == (5, 2)
    assert get_output_shape(below, (5, 3)) == (5, 3)
    ones = np.ones((1, 3), floatX)
    assert get_output(below, ones).eval().tolist() == [[3] * 3]


def test_a_network_with_a_foreign_layer_is_described_and_saved(tmp_path):
    network = DenseLayer(ForeignLayer(ForeignInput((None, 3))), 2, name="top")
    rows = lasagne_expr.describe(network).rows
    assert [row.layer for row in rows] == ["ForeignInput#0", "foreign", "top", "top"]
    lasagne_expr.save(tmp_path / "network.npz", network)
    lasagne_expr.load(tmp_path / "network.npz", network)


# Mocks, as tests of layers have them.


def test_a_layer_above_a_mock():
    layer = Layer(Mock(output_shape=(None,)))
    assert layer.input_shape == layer.input_layer.output_shape
    shape = Mock()
    assert layer.get_output_shape_for(shape) == shape
    merged = MergeLayer([Mock(), Mock()])
    assert merged.input_shapes == [below.output_shape for below in merged.input_layers]
    assert merged.get_params() == []


def test_what_is_asked_of_a_layer_above_a_mock():
    flatten = FlattenLayer(Mock(output_shape=(None,)))
    assert flatten.get_output_shape_for((2, 3, None, 5)) == (2, None)
    assert FlattenLayer(Mock(output_shape=(None,)), outdim=3).get_output_shape_for(
        (2, 3, 4, 5)
    ) == (2, 3, 20)
    pad = PadLayer(Mock(output_shape=(None,)), width=2)
    assert pad.get_output_shape_for((2, 3, None, 5)) == (2, 3, None, 9)
    concat = ConcatLayer([Mock(), Mock()], axis=1)
    assert concat.get_output_shape_for([(3, None), (3, 5)]) == (3, None)
    assert concat.get_output_shape_for([(None, 2), (3, 5)]) == (3, 7)
    with pytest.raises(ValueError):
        concat.get_output_shape_for([(4, None), (3, 5)])
    cropped = ConcatLayer([Mock(), Mock()], axis=0, cropping=["lower"] * 2)
    assert cropped.get_output_shape_for([(3, 2), (4, 5)]) == (7, 2)
    summed = ElemwiseSumLayer([Mock(), Mock()], coeffs=[2, -1])
    assert summed.get_output_shape_for([(3, None), (3, 2)]) == (3, 2)
    with pytest.raises(ValueError):
        ElemwiseSumLayer([Mock(), Mock()], coeffs=[2, 3, -1])


@pytest.fixture
def chain():
    """Mocks of an input layer and of two layers above it."""
    bottom = Mock(InputLayer((None,)), output_shape=(None,), get_output_kwargs=[])
    middle = Mock(Layer(bottom), output_shape=(None,), get_output_kwargs=[])
    middle.input_layer = bottom
    top = Mock(Layer(middle), output_shape=(None,), get_output_kwargs=["kwarg"])
    top.input_layer = middle
    return bottom, middle, top


def test_outputs_of_mocks(chain):
    bottom, middle, top = chain
    assert get_output(top) is top.get_output_for.return_value
    top.get_output_for.assert_called_with(middle.get_output_for.return_value)
    middle.get_output_for.assert_called_with(bottom.input_var)
    x, kwarg = T.matrix(), object()
    assert get_output(top, x, kwarg=kwarg) is top.get_output_for.return_value
    middle.get_output_for.assert_called_with(x, kwarg=kwarg)
    assert get_output(middle, {bottom: x}) is middle.get_output_for.return_value
    assert get_output(top, deterministic=True) is top.get_output_for.return_value


def test_given_outputs_of_mocks(chain):
    bottom, _, top = chain
    type(bottom).input_var = asked = PropertyMock()
    x = T.matrix()
    assert get_output(top, {top: x}) is x
    assert top.get_output_for.call_count == 0
    assert asked.call_count == 0
    assert get_output(top, {top: [[1, 2, 3]]}).eval().tolist() == [[1, 2, 3]]


def test_arguments_that_mocks_take(chain):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        get_output(chain[2], kwarg=object())
    with pytest.warns(UserWarning, match="perhaps you meant kwarg"):
        get_output(chain[2], kwagg=object())


def test_shapes_of_mocks(chain):
    _, middle, top = chain
    assert get_output_shape(top) is top.output_shape
    assert get_output_shape(top, (3, 2)) is top.get_output_shape_for.return_value
    top.get_output_shape_for.assert_called_with(middle.get_output_shape_for.return_value)
    middle.get_output_shape_for.assert_called_with((3, 2))


def test_mocks_of_merge_layers():
    sources = [Mock(InputLayer((None,)), output_shape=(None,), get_output_kwargs=[])] * 2
    merge = Mock(ElemwiseSumLayer(sources), get_output_kwargs=[])
    merge.input_layers = sources
    assert get_output(merge) is merge.get_output_for.return_value
    merge.get_output_for.assert_called_with([source.input_var for source in sources])


def test_parameters_that_mocks_make():
    W, b, nonlinearity = Mock(), Mock(), Mock()
    W.return_value, b.return_value = np.ones((12, 3)), np.full(3, 3.0)
    nonlinearity.return_value = T.matrix()
    layer = DenseLayer(
        Mock(output_shape=(2, 3, 4)), num_units=3, W=W, b=b, nonlinearity=nonlinearity
    )
    W.assert_called_with((12, 3))
    b.assert_called_with((3,))
    x = T.tensor3()
    assert layer.get_output_for(x) is nonlinearity.return_value
    assert layer.W.get_value().tolist() == W.return_value.tolist()


@pytest.mark.parametrize("marker", [object(), Mock(), NonlinearityLayer])
def test_a_nonlinearity_of_any_kind_is_kept(marker):
    assert NonlinearityLayer((None, 3), nonlinearity=marker).nonlinearity is marker
    assert DenseLayer((None, 3), 2, nonlinearity=marker).nonlinearity is marker
    assert Conv2DLayer(IMAGES, 2, 3, nonlinearity=marker).nonlinearity is marker


def test_batch_norm_of_mocks():
    marker = object()
    layer = Mock(Layer, output_shape=(2, 3), nonlinearity=marker)
    top = batch_norm(layer)
    assert (type(top), type(top.input_layer)) == (NonlinearityLayer, BatchNormLayer)
    assert (layer.nonlinearity, top.nonlinearity) == (identity, marker)
    assert (top.name, top.input_layer.name) == (None, None)
    layer = Mock(Layer, output_shape=(2, 3), b=marker, params={marker: set()})
    assert type(batch_norm(layer, name="foo")) is BatchNormLayer
    assert layer.b is None
    assert layer.params == {}
    layer = Mock(Layer, output_shape=(2, 3), nonlinearity=marker)
    layer.name = "foo"
    assert batch_norm(layer).name == "foo_bn_nonlin"


def test_custom_recurrent_layers_of_mocks():
    shape, units = (2, 3, 4), 5
    networks = [
        Mock(
            Layer,
            output_shape=(rows, units),
            input_shape=(rows, inputs),
            input_layer=InputLayer((rows, inputs)),
            get_output_kwargs=["foo"],
        )
        for rows, inputs in ((6, 4), (2, 5))
    ]
    for network in networks:
        network.get_output_for.return_value = T.matrix()
        network.get_params.return_value = []
    layer = layers.CustomRecurrentLayer(InputLayer(shape), *networks, unroll_scan=True)
    layer.get_output_for([T.tensor3()], foo="foo")
    for network in networks:
        assert network.get_output_for.call_args[1] == {"foo": "foo"}
