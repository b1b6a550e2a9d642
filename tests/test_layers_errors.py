"""Classes of errors that Lasagne's layers and functions raise, which programs and tests catch."""

import numpy as np
import pytest
import theano
import theano.tensor as T

from lasagne_expr import init, layers, objectives, updates, utils
from lasagne_expr.layers import InputLayer, Layer, MergeLayer

LINES = InputLayer((2, 3, 8))
IMAGES = InputLayer((2, 3, 8, 8))
VOLUMES = InputLayer((2, 3, 8, 8, 8))
VECTORS = InputLayer((2, 6))
SEQUENCES = InputLayer((2, 5, 6))
UNKNOWN = InputLayer((16, 3, None, None, 10))


def output_shape(shape):
    layer = Layer((None,))
    layer.get_output_shape_for = lambda input_shape: shape
    return layer.output_shape


def recurrent(source=SEQUENCES, **arguments):
    return [
        lambda kind=kind: kind(source, 5, **arguments)
        for kind in (layers.RecurrentLayer, layers.LSTMLayer, layers.GRULayer)
    ]


def custom_recurrent(input_to_hidden=(None, 6), hidden_to_hidden=(None, 4), **arguments):
    networks = [
        layers.DenseLayer(InputLayer(shape), 4) for shape in (input_to_hidden, hidden_to_hidden)
    ]
    return layers.CustomRecurrentLayer(SEQUENCES, *networks, **arguments)


CASES = [
    # Base classes and input layers.
    (ValueError, lambda: Layer((None, -1))),
    (ValueError, lambda: Layer((None, 0))),
    (NotImplementedError, lambda: Layer((None,)).get_output_for(T.matrix())),
    (NotImplementedError, lambda: MergeLayer([(None,)]).get_output_shape_for([(None,)])),
    (NotImplementedError, lambda: MergeLayer([(None,)]).get_output_for([T.matrix()])),
    (ValueError, lambda: output_shape(T.vector().shape)),
    (ValueError, lambda: output_shape((T.iscalar(), 3))),
    (ValueError, lambda: InputLayer((5, 4), input_var=T.tensor4())),
    (ValueError, lambda: InputLayer((0, 4))),
    # Networks.
    (ValueError, lambda: layers.get_output(Layer((None, 20)))),
    (ValueError, lambda: layers.get_output(layers.NonlinearityLayer((2, 3)), {object(): [1]})),
    (ValueError, lambda: layers.set_all_param_values(layers.DenseLayer((2, 3), 4), [])),
    (ValueError, lambda: layers.set_all_param_values(layers.BiasLayer((2, 3)), [np.ones(4)])),
    # Dense layers.
    (ValueError, lambda: layers.DenseLayer(VECTORS, 3, num_leading_axes=3)),
    (ValueError, lambda: layers.DenseLayer(VECTORS, 3, num_leading_axes=-3)),
    (ValueError, lambda: layers.DenseLayer((None, None, 3), 3)),
    # Convolution.
    (ValueError, lambda: layers.Conv1DLayer(IMAGES, 4, 3)),
    (ValueError, lambda: layers.Conv2DLayer(LINES, 4, 3)),
    (ValueError, lambda: layers.Conv3DLayer(IMAGES, 4, 3)),
    (ValueError, lambda: layers.TransposedConv2DLayer(LINES, 4, 3)),
    (ValueError, lambda: layers.DilatedConv2DLayer(LINES, 4, 3)),
    (ValueError, lambda: layers.LocallyConnected2DLayer((2, 3, None, 8), 4, 3)),
    (ValueError, lambda: layers.LocallyConnected2DLayer(IMAGES, 4, 3, channelwise=True)),
    *(
        (kind, lambda make=make, source=source, given=given: make(source, 4, 3, **given))
        for make, source in (
            (layers.Conv1DLayer, LINES),
            (layers.Conv2DLayer, IMAGES),
            (layers.Conv3DLayer, VOLUMES),
        )
        for kind, given in (
            (TypeError, {"pad": "_nonexistent_mode"}),
            (TypeError, {"pad": 1.5}),
            (TypeError, {"stride": 1.5}),
            (ValueError, {"stride": (1, 1, 1, 1)}),
            (ValueError, {"num_groups": 0}),
            (ValueError, {"num_groups": 2}),
        )
    ),
    (TypeError, lambda: layers.TransposedConv2DLayer(IMAGES, 4, 3, crop="_nonexistent_mode")),
    (TypeError, lambda: layers.DilatedConv2DLayer(IMAGES, 4, 3, pad="_nonexistent_mode")),
    (TypeError, lambda: layers.Conv2DLayer(IMAGES, 4, "3")),
    (ValueError, lambda: layers.Conv2DLayer(IMAGES, 4, (3, 3, 3))),
    (NotImplementedError, lambda: layers.Conv2DLayer(IMAGES, 4, 4, pad="same")),
    (NotImplementedError, lambda: layers.LocallyConnected2DLayer(IMAGES, 4, 4)),
    (ValueError, lambda: layers.conv.conv_output_length(13, 5, 3, "_nonexistent_mode")),
    (ValueError, lambda: layers.conv.conv_input_length(3, 5, 3, "_nonexistent_mode")),
    # Pooling and resampling.
    (ValueError, lambda: layers.Pool1DLayer(IMAGES, 2)),
    (ValueError, lambda: layers.MaxPool2DLayer(LINES, 2)),
    (ValueError, lambda: layers.MaxPool3DLayer(IMAGES, 2)),
    (ValueError, lambda: layers.MaxPool2DLayer(IMAGES, (2, 2, 2))),
    (ValueError, lambda: layers.Upscale1DLayer(LINES, 0)),
    (ValueError, lambda: layers.Upscale2DLayer(IMAGES, (1, 0))),
    (ValueError, lambda: layers.Upscale3DLayer(VOLUMES, 2, mode="stretch")),
    (ValueError, lambda: layers.Upscale2DLayer(IMAGES, (2, 2, 2))),
    (ValueError, lambda: layers.FeaturePoolLayer(IMAGES, 2)),
    (ValueError, lambda: layers.FeatureWTALayer(IMAGES, 2)),
    (ValueError, lambda: layers.SpatialPyramidPoolingLayer(LINES)),
    (ValueError, lambda: layers.SpatialPyramidPoolingLayer(IMAGES, mode="other")),
    (ValueError, lambda: layers.SpatialPyramidPoolingLayer(IMAGES, implementation="other")),
    # Merging.
    (ValueError, lambda: layers.ConcatLayer([(3, 2), (4, None)])),
    (ValueError, lambda: layers.ConcatLayer([(3, 2), (3, 2, 1)])),
    (ValueError, lambda: layers.ElemwiseSumLayer([(3, 2), (4, None)])),
    (ValueError, lambda: layers.ElemwiseSumLayer([VECTORS, VECTORS], coeffs=[2, 3, -1])),
    (ValueError, lambda: layers.ElemwiseMergeLayer([(3, 2), (3, 2, 1)], T.mul)),
    (ValueError, lambda: layers.autocrop_array_shapes([(1, 2), (3, 4)], ["lower", "bad"])),
    (ValueError, lambda: layers.autocrop_array_shapes([(1, 2), (3, 4, 5)], ["lower"])),
    (ValueError, lambda: layers.autocrop([T.matrix(), T.matrix()], ["bad"])),
    # Shapes.
    (ValueError, lambda: layers.FlattenLayer((2, 3, 4), outdim=0)),
    *(
        (ValueError, lambda shape=shape: layers.ReshapeLayer(UNKNOWN, shape))
        for shape in (
            (17, 3, [2], [3], -1),
            (-16, 3, 5, 7, 10),
            (-1, 3, 5, 7, -1),
            ([-1], 3, 5, 7, 10),
            ([0, 1], 3, 5, 7, 10),
            (None, 3, 5, 7, 10),
            (16, 3, 5, 7, [5]),
            (16, 3, T.vector(), 7, 10),
            (16, 3, 5.0, 7, 10),
            (16, 3, "5", 7, 10),
        )
    ),
    *(
        (ValueError, lambda pattern=pattern: layers.DimshuffleLayer((1, 2, 3), pattern))
        for pattern in (["q"], (0, 1, 1, 2), (0, 1, 2, 3), (0, 2), (0, 1.5))
    ),
    # Others.
    (NotImplementedError, lambda: layers.LocalResponseNormalization2DLayer(IMAGES, n=4)),
    (ValueError, lambda: layers.BatchNormLayer((None, None))),
    (ValueError, lambda: layers.BiasLayer((64, None, 3), shared_axes=(0, 2))),
    (ValueError, lambda: layers.ScaleLayer((64, None, 3), shared_axes=(0, 2))),
    (ValueError, lambda: layers.ParametricRectifierLayer((64, None, 3))),
    (ValueError, lambda: layers.RandomizedRectifierLayer(IMAGES, lower=0.9, upper=0.1)),
    (ValueError, lambda: layers.TransformerLayer(IMAGES, layers.DenseLayer(IMAGES, 5))),
    (ValueError, lambda: layers.TransformerLayer(LINES, layers.DenseLayer(LINES, 6))),
    (ValueError, lambda: layers.TPSTransformerLayer(IMAGES, layers.DenseLayer(IMAGES, 5))),
    (ValueError, lambda: layers.TPSTransformerLayer(IMAGES, VECTORS, control_points=3)),
    # Recurrence.
    *((ValueError, make) for make in recurrent(hid_init=T.vector())),
    *((ValueError, make) for make in recurrent(gradient_steps=3, unroll_scan=True)),
    *((ValueError, make) for make in recurrent(source=(2, None, 6), unroll_scan=True)),
    *((ValueError, make) for make in recurrent(source=(2, 6))),
    (ValueError, lambda: layers.LSTMLayer(SEQUENCES, 5, cell_init=T.vector())),
    (ValueError, lambda: custom_recurrent(input_to_hidden=(None, 7))),
    (ValueError, lambda: custom_recurrent(hidden_to_hidden=(None, 5))),
    (ValueError, lambda: custom_recurrent(gradient_steps=3, unroll_scan=True)),
    # Initializers.
    (NotImplementedError, lambda: init.Initializer().sample((100, 100))),
    *(
        (RuntimeError, lambda kind=kind: kind().sample((100,)))
        for kind in (
            init.GlorotNormal,
            init.GlorotUniform,
            init.HeNormal,
            init.HeUniform,
            init.Sparse,
            init.Orthogonal,
        )
    ),
    *(
        (RuntimeError, lambda kind=kind: kind(c01b=True).sample((9, 9, 9)))
        for kind in (
            init.GlorotNormal,
            init.GlorotUniform,
            init.HeNormal,
            init.HeUniform,
        )
    ),
    # Updates.
    (ValueError, lambda: updates.sgd(T.scalar(), [T.scalar()], 0.1)),
    (ValueError, lambda: updates.get_or_compute_grads([T.scalar()], [])),
    (ValueError, lambda: updates.norm_constraint(T.TensorType("float64", (False,) * 6)(), 1)),
    # Objectives.
    (TypeError, lambda: objectives.multiclass_hinge_loss(T.vector(), T.matrix())),
    (TypeError, lambda: objectives.categorical_accuracy(T.matrix(), T.tensor3())),
    (ValueError, lambda: objectives.aggregate(T.matrix(), mode="unknown")),
    (ValueError, lambda: objectives.aggregate(T.matrix(), mode="normalized_sum")),
    # Tools.
    (ValueError, lambda: utils.as_tuple([1, 2, 3], 4)),
    (TypeError, lambda: utils.as_tuple("asdf", 4, int)),
    (TypeError, lambda: utils.as_theano_expression({1, 2, 3})),
    (RuntimeError, lambda: utils.compute_norms([[1, 2], [3, 4]])),
    (TypeError, lambda: utils.compute_norms([[1, 2], [3, 4]])),
    (ValueError, lambda: utils.compute_norms(np.ones((1,) * 6))),
    (ValueError, lambda: utils.unroll_scan(None, [], [], [], 0)),
    (TypeError, lambda: utils.create_param({}, (1, 2, 3))),
    (TypeError, lambda: utils.create_param(lambda shape: {}, (1, 2, 3))),
    (ValueError, lambda: utils.create_param(lambda shape: np.array(1), (1, 2, 3))),
    (ValueError, lambda: utils.create_param(np.empty, (-1, -1))),
    (ValueError, lambda: utils.create_param(np.empty, (0, 0))),
]

# Lasagne raised RuntimeError here in its released version, and the others after it.
PARAMETERS = [
    (TypeError, {}),
    (TypeError, lambda shape: {}),
    (ValueError, np.ones((2, 3))),
    (ValueError, lambda shape: np.array(1)),
    (ValueError, theano.shared(np.ones((2, 3)))),
    (ValueError, T.vector()),
    (ValueError, lambda shape: T.vector()),
]


@pytest.mark.parametrize(("error", "make"), CASES)
def test_errors_are_of_lasagnes_classes(error, make):
    with pytest.raises(error):
        make()


@pytest.mark.parametrize(("error", "spec"), PARAMETERS)
def test_parameters_that_do_not_fit_are_of_two_classes(error, spec):
    for kind in (error, RuntimeError):
        with pytest.raises(kind, match="parameter W"):
            utils.create_param(spec, (3, 2), "W")
        with pytest.raises(kind, match="DenseLayer 'top': parameter top.W"):
            layers.DenseLayer((None, 3), 2, W=spec, name="top")


@pytest.mark.parametrize(
    ("make", "part"),
    [
        (lambda: utils.as_tuple([1, 2, 3], 4), "length 4"),
        (lambda: utils.as_tuple("asdf", 4, int), "of int,"),
        (lambda: utils.as_tuple("asdf", 4, (int, float)), "of int or float,"),
        (lambda: layers.Conv2DLayer(IMAGES, 4, 3, pad="_nonexistent_mode"), "iterable of int"),
        (lambda: layers.conv.conv_output_length(13, 5, 3, "_nonexistent_mode"), "Invalid pad: "),
        (lambda: layers.ReshapeLayer(UNKNOWN, (17, 3, [2], [3], -1)), "match"),
        (lambda: output_shape(T.vector().shape), "symbolic output shape"),
        (lambda: layers.set_all_param_values(layers.BiasLayer((2, 3)), []), "mismatch"),
    ],
)
def test_words_that_tests_of_programs_look_for(make, part):
    with pytest.raises((TypeError, ValueError)) as caught:
        make()
    assert part in str(caught.value)
