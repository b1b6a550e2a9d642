"""What tests of programs written for Lasagne do with layers, parameters and losses."""

from unittest.mock import Mock

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.scan_module.scan_utils import equal_computations

from lasagne_expr import init, objectives, regularization, updates, utils
from lasagne_expr.layers import (
    BatchNormLayer,
    Conv2DLayer,
    DenseLayer,
    ElemwiseMergeLayer,
    ExpressionLayer,
    InputLayer,
    Layer,
    NINLayer,
    RecurrentLayer,
    ReshapeLayer,
    get_output,
    get_output_shape,
)

floatX = theano.config.floatX


@pytest.fixture
def layer():
    return Layer(Mock(output_shape=(None,)))


def test_parameters_by_tags(layer):
    a, b, c = (
        layer.add_param(np.zeros((2, 3)), (2, 3), name=name, **tags)
        for name, tags in (
            ("A", {"tag1": True, "tag2": False}),
            ("B", {"tag1": True, "tag2": True}),
            ("C", {"tag2": True}),
        )
    )
    assert layer.get_params() == [a, b, c]
    assert layer.get_params(tag1=True) == [a, b]
    assert layer.get_params(tag1=False) == [c]
    assert layer.get_params(tag1=True, tag2=False) == [a]
    assert layer.get_params(trainable=True) == [a, b, c]


def test_parameters_that_are_expressions(layer):
    x, y, z = (theano.shared(0, name=name) for name in "xyz")
    params = [
        layer.add_param(x**2 + T.log(y), (), tag1=True),
        layer.add_param(T.matrix(), (10, 10), tag1=True),
        layer.add_param(z.T, (), tag2=True),
    ]
    assert list(layer.params) == params
    assert layer.get_params() == [x, y, z]
    assert layer.get_params(unwrap_shared=False) == params
    assert layer.get_params(tag1=True) == [x, y]
    assert layer.get_params(unwrap_shared=False, tag1=True) == params[:2]


def test_specs_of_parameters():
    assert utils.create_param(np.empty, [2, 3]).ndim == 2
    assert utils.create_param(np.empty, (size for size in [2, 3])).ndim == 2
    assert utils.create_param(1, ()).get_value() == 1
    assert utils.create_param(np.float32(3.5), ()).get_value() == 3.5
    shared = theano.shared(np.ones((2, 3)))
    assert utils.create_param(shared, (2, 3)) is shared
    assert utils.create_param(lambda shape: shared, (2, 3)) is shared


def test_reshaping_to_sizes_of_a_variable():
    x = T.tensor3()
    batch_size, steps, _ = x.shape
    layer = ReshapeLayer(InputLayer((None, None, None)), (batch_size * steps, [2]))
    assert get_output_shape(layer) == layer.output_shape == (None, None)
    output = get_output(layer, x)
    assert output.eval({x: np.ones((3, 5, 6), "float32")}).shape == (15, 6)
    assert output.eval({x: np.ones((4, 5, 7), "float32")}).shape == (20, 7)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((16, 3, 5, 7, 2, 5), (16, 3, 5, 7, 2, 5)),
        ((-1, [1], [2], [3], 2, 5), (16, 3, None, None, 2, 5)),
        ((-1, [1], [2], 7, 2, 5), (None, 3, None, 7, 2, 5)),
        ((-1, [1], [2], [3], 2, [2]), (None, 3, None, None, 2, None)),
        (([0], [1], [2], -1), (16, 3, None, None)),
        (([0], [1], -1, [4]), (16, 3, None, 10)),
    ],
)
def test_reshaping_of_unknown_sizes(shape, expected):
    assert ReshapeLayer(InputLayer((16, 3, None, None, 10)), shape).output_shape == expected


def test_graphs_of_losses():
    x, y = T.matrices("xy")
    is_same = theano.gof.graph.is_same_graph
    assert is_same(objectives.aggregate(x), x.mean())
    assert is_same(objectives.aggregate(x, mode="sum"), x.sum())
    assert is_same(objectives.aggregate(x, y), (x * y).mean())
    l2 = regularization.l2
    assert equal_computations([regularization.apply_penalty(x, l2)], [l2(x)])
    both = regularization.apply_penalty([x, y], l2)
    assert equal_computations([both], [sum([l2(x), l2(y)])])


def test_penalties_of_mocks():
    first = DenseLayer(InputLayer((None, 10)), 20)
    second = DenseLayer(first, 30)
    penalty = Mock(return_value=0)
    regularization.regularize_layer_params([first, second], penalty, factor=2)
    assert [call[0] for call in penalty.call_args_list] == [(first.W,), (second.W,)]
    assert penalty.call_args[1] == {"factor": 2}
    assert regularization.regularize_network_params(second, penalty) == 0
    assert penalty.call_count == 4


def test_functions_that_are_mocks():
    convolution = Mock(return_value=T.tensor4())
    conv = Conv2DLayer(Mock(output_shape=(2, 3, 8, 8)), 4, 3, convolution=convolution)
    conv.get_output_for(T.tensor4())
    assert convolution.call_count == 1
    layer = ExpressionLayer(
        Mock(output_shape=(2, 3)), Mock(return_value="out"), output_shape=Mock(return_value=(5, 6))
    )
    assert layer.get_output_for(T.matrix()) == "out"
    assert layer.output_shape == (5, 6)
    merge = ElemwiseMergeLayer([Mock(), Mock()], T.maximum, cropping=[None, "lower"])
    inputs = [theano.shared(np.ones((2, size))) for size in (3, 4)]
    assert merge.get_output_for(inputs).eval().shape == (2, 3)
    nin = NINLayer(Mock(output_shape=(None, 2, 1, 3)), 5)
    assert nin.get_output_for(theano.shared(np.ones((4, 2, 1, 3)))).eval().shape == (4, 5, 1, 3)


def test_names_of_parameters_inside_recurrent_layers():
    layer = RecurrentLayer(InputLayer((2, 3, 4)), 5, name="rnn")
    assert [layer.W_in_to_hid.name, layer.b.name, layer.W_hid_to_hid.name] == [
        "rnn.input_to_hidden.W",
        "rnn.input_to_hidden.b",
        "rnn.hidden_to_hidden.W",
    ]


def test_batch_normalization_without_parts():
    layer = BatchNormLayer((20, 30, 40), beta=None, gamma=None)
    assert (layer.beta, layer.gamma, layer.axes) == (None, None, (0, 2))
    assert layer.get_params(trainable=True) == []


def test_initializers_of_the_package():
    kinds = [kind for kind in init.Initializer.__subclasses__() if kind.__module__ == init.__name__]
    for kind in kinds:
        if kind not in (init.Glorot, init.He):
            assert kind().sample((12, 23)).shape == (12, 23)


def test_momentum_of_a_number():
    param = theano.shared(utils.floatX(1))
    plain = updates.sgd(param * 2, [param], 0.1)
    assert len(updates.apply_momentum(plain)) == 2
    assert len(updates.apply_nesterov_momentum(plain, params=[param])) == 2
