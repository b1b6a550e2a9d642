import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams

from lasagne_expr.init import Constant
from lasagne_expr.layers import (
    BiasLayer,
    DenseLayer,
    ExpressionLayer,
    FlattenLayer,
    InputLayer,
    InverseLayer,
    NonlinearityLayer,
    ParametricRectifierLayer,
    RandomizedRectifierLayer,
    ReshapeLayer,
    ScaleLayer,
    get_all_params,
    get_output,
    prelu,
    rrelu,
    standardize,
)
from lasagne_expr.nonlinearities import identity, rectify, sigmoid, tanh
from numerics import check_gradients, check_pickling, layer_output, variable_for

# Values are compared in float64, whatever floatX is.
pytestmark = pytest.mark.filterwarnings("ignore:.* has dtype float64:UserWarning")

rng = np.random.RandomState(1234)
floatX = theano.config.floatX


def normal(*shape):
    return rng.normal(size=shape)


def float64_input(*shape):
    return InputLayer(shape, input_var=T.TensorType("float64", [False] * len(shape))())


# Nonlinearities


@pytest.mark.parametrize(
    ("nonlinearity", "in_numpy"), [(tanh, np.tanh), (T.exp, np.exp), (None, lambda x: x)]
)
def test_nonlinearity_layer(nonlinearity, in_numpy):
    x = normal(2, 3)
    layer = NonlinearityLayer(InputLayer((None, 3)), nonlinearity)
    assert layer.output_shape == (None, 3)
    np.testing.assert_allclose(layer_output(layer, x), in_numpy(x))


def test_nonlinearity_by_default_rectifies():
    assert NonlinearityLayer((None, 3)).nonlinearity is rectify
    assert NonlinearityLayer((None, 3), None).nonlinearity is identity


def test_nonlinearity_must_be_callable():
    with pytest.raises(TypeError, match=r"'act': nonlinearity should be a function .* got 3"):
        NonlinearityLayer((None, 3), 3, name="act")


# Biases and scales

AXES = [
    ("auto", (3,), (1, 3, 1, 1)),
    ("all", (), (1, 1, 1, 1)),
    (0, (3, 4, 5), (1, 3, 4, 5)),
    (-1, (2, 3, 4), (2, 3, 4, 1)),
    ((0, 1), (4, 5), (1, 1, 4, 5)),
    ((-1, 0), (3, 4), (1, 3, 4, 1)),
    ((), (2, 3, 4, 5), (2, 3, 4, 5)),
]


@pytest.mark.parametrize(("shared_axes", "shape", "broadcast"), AXES)
def test_bias_layer(shared_axes, shape, broadcast):
    x, b = normal(2, 3, 4, 5), normal(*shape)
    layer = BiasLayer(InputLayer(x.shape), np.asarray(b), shared_axes)
    assert layer.b.get_value().shape == shape
    np.testing.assert_allclose(layer_output(layer, x), x + np.reshape(b, broadcast))


@pytest.mark.parametrize(("shared_axes", "shape", "broadcast"), AXES)
def test_scale_layer(shared_axes, shape, broadcast):
    x, scales = normal(2, 3, 4, 5), normal(*shape)
    layer = ScaleLayer(InputLayer(x.shape), np.asarray(scales), shared_axes)
    assert layer.scales.get_value().shape == shape
    np.testing.assert_allclose(layer_output(layer, x), x * np.reshape(scales, broadcast))


def test_biases_and_scales_change_nothing_by_default_and_are_not_regularized():
    source = InputLayer((None, 3))
    scaled = ScaleLayer(BiasLayer(source))
    x = normal(2, 3)
    np.testing.assert_array_equal(layer_output(scaled, x), x)
    assert [p.name for p in get_all_params(scaled, trainable=True)] == ["b", "scales"]
    assert get_all_params(scaled, regularizable=True) == []


def test_bias_layer_without_biases_returns_the_input_itself():
    x = T.matrix()
    layer = BiasLayer((None, 3), b=None)
    assert layer.get_output_for(x) is x
    assert layer.get_params() == []


def test_gradients_of_biases_and_scales():
    source = float64_input(None, 3, 2)
    layer = ScaleLayer(BiasLayer(source, normal(3)), normal(3, 2), shared_axes=0)
    check_gradients(layer, normal(4, 3, 2))


def test_biases_and_scales_may_be_expressions():
    v = theano.shared(normal(3), "v")
    layer = ScaleLayer(BiasLayer(float64_input(None, 3), -v), T.exp(v))
    x = normal(2, 3)
    value = v.get_value()
    np.testing.assert_allclose(layer_output(layer, x), (x - value) * np.exp(value))
    assert get_all_params(layer) == [v]
    check_gradients(layer, x)


SHARING = [
    (BiasLayer, "b"),
    (ScaleLayer, "scales"),
    (ParametricRectifierLayer, "alpha"),
]


@pytest.mark.parametrize(("kind", "param"), SHARING)
def test_sizes_of_axes_that_are_not_shared_must_be_known(kind, param):
    with pytest.raises(ValueError, match=f"'x': the shape of {param} .* axis 1 of .* unknown"):
        kind((2, None, 4), name="x")
    with pytest.raises(ValueError, match=f"the shape of {param} .* axis 0 and 2 of .* unknown"):
        kind((None, 3, None), shared_axes=1)


@pytest.mark.parametrize("kind", [kind for kind, _ in SHARING] + [RandomizedRectifierLayer])
def test_bad_shared_axes(kind):
    with pytest.raises(ValueError, match=r"shared_axes has axis 2, .* has axes -2 to 1"):
        kind((2, 3), shared_axes=(0, 2))
    with pytest.raises(ValueError, match=r"should be axes, 'auto' or 'all', got 'some'"):
        kind((2, 3), shared_axes="some")
    with pytest.raises(TypeError, match=r"shared_axes should be an axis or several"):
        kind((2, 3), shared_axes=0.5)


def test_auto_shares_the_only_axis_of_a_vector():
    assert BiasLayer((4,)).b.get_value().shape == ()


def test_standardize():
    data = normal(50, 3) * [1, 10, 100] + [5, 0, -5]
    source = float64_input(None, 3)
    layer = standardize(source, data.mean(axis=0), data.std(axis=0))
    result = layer_output(layer, data)
    tolerance = 1e-4 if floatX == "float32" else 1e-12
    np.testing.assert_allclose(result.mean(axis=0), np.zeros(3), atol=tolerance)
    np.testing.assert_allclose(result.std(axis=0), np.ones(3), rtol=tolerance)
    assert get_all_params(layer, trainable=True) == []
    assert get_all_params(layer, regularizable=True) == []
    assert len(get_all_params(layer)) == 2


def test_standardize_along_other_axes_and_by_expressions():
    x = normal(2, 3, 4)
    mean, scale = theano.shared(normal(3, 4), "mean"), theano.shared(normal(3, 4) ** 2, "scale")
    layer = standardize(float64_input(None, 3, 4), mean, scale, shared_axes=0)
    expected = (x - mean.get_value()) / scale.get_value()
    np.testing.assert_allclose(layer_output(layer, x), expected, rtol=1e-6)
    assert get_all_params(layer) == [mean, scale]
    assert get_all_params(layer, trainable=True) == []


def test_standardize_refuses_to_divide_by_zero():
    with pytest.raises(ValueError, match=r"scale of 0, got .* scale of 1"):
        standardize(InputLayer((None, 2)), [0, 0], np.array([1.0, 0.0]))


def test_standardize_keeps_floatx():
    layer = standardize(InputLayer((None, 2)), np.zeros(2, "float64"), np.ones(2, "int64"))
    assert get_output(layer).dtype == floatX


# Expressions


@pytest.mark.parametrize(
    ("declared", "function", "output_shape", "inferred"),
    [
        ((None, 3, 4), lambda x: x**2, None, (None, 3, 4)),
        ((None, 3, 4), lambda x: x.mean(axis=2), (None, 3), (None, 3)),
        ((None, 3, 4), lambda x: x.mean(axis=2), [None, 3], (None, 3)),
        ((None, 3, 4), lambda x: x.mean(axis=2), lambda shape: shape[:2], (None, 3)),
        ((None, 3, 4), lambda x: x.mean(axis=2), "auto", (None, 3)),
        ((2, 3, 4), lambda x: x.sum(axis=0), "auto", (3, 4)),
        ((None, 3, 4), lambda x: T.concatenate([x, x], axis=1), "auto", (None, 6, 4)),
        ((None, 3, 4), lambda x: T.concatenate([x, x], axis=0), "auto", (None, 3, 4)),
        ((None, None, 4), lambda x: x.dimshuffle(2, 0, 1), "auto", (4, None, None)),
        ((None, 3, 4), lambda x: x[:, :, 1:3], "auto", (None, 3, 2)),
        ((None, 3, 4), lambda x: x.flatten(2), "auto", (None, 12)),
        ((None, 3, 4), lambda x: T.nnet.softmax(x[:, 0]), "auto", (None, 4)),
        ((None, 3, 4), lambda x: x[:5, ::2], "auto", (None, 2, 4)),
        ((None, None, 4), lambda x: x[::2, ::3], "auto", (None, None, 4)),
    ],
)
def test_shape_of_an_expression_layer(declared, function, output_shape, inferred):
    layer = ExpressionLayer(InputLayer(declared), function, output_shape)
    assert layer.output_shape == inferred
    found = layer_output(layer, normal(2, 3, 4))
    assert all(s in (None, n) for s, n in zip(inferred, found.shape, strict=True))


@pytest.mark.parametrize(
    "function", [lambda x: x**2, lambda x: x.mean(axis=2), lambda x: x[:, ::-1] - x]
)
def test_output_of_an_expression_layer(function):
    x = normal(2, 3, 4)
    layer = ExpressionLayer(InputLayer((None, 3, 4)), function)
    np.testing.assert_allclose(layer_output(layer, x), function(x))


def test_automatic_shape_of_a_function_of_integers():
    table = T.constant(normal(7, 2))
    layer = ExpressionLayer(InputLayer((None, 3), T.lmatrix()), lambda x: table[x], "auto")
    assert layer.output_shape == (None, 3, 2)


def test_automatic_shape_of_a_function_that_takes_one_size_only():
    layer = ExpressionLayer((None, None, 4), lambda x: x[:9] + np.ones((3, 4)), "auto")
    batch, rows, columns = layer.output_shape
    assert batch is None
    assert rows in (None, 3)  # PyTensor tells that nothing else goes with three
    assert columns == 4


def test_automatic_shape_that_cannot_be_worked_out():
    def function(x):
        raise ZeroDivisionError("no luck")

    layer = ExpressionLayer((None, 3), function, "auto", name="mine")
    with pytest.raises(ValueError, match=r"'mine': .*'auto' .* \(None, 3\): no luck; give"):
        assert layer.output_shape


@pytest.mark.parametrize("output_shape", ["Auto", 3, (2.0, 3), (2, "3"), {2: 3}])
def test_output_shape_of_a_wrong_type(output_shape):
    with pytest.raises(TypeError, match="output_shape should be None, 'auto', a tuple"):
        ExpressionLayer((None, 3), T.exp, output_shape)


def test_output_shape_must_be_positive():
    layer = ExpressionLayer((None, 3), T.exp, (None, 0), name="mine")
    with pytest.raises(ValueError, match=r"'mine': .* sizes must be positive"):
        assert layer.output_shape


def test_function_must_be_callable():
    with pytest.raises(TypeError, match="function should be a function, got 2"):
        ExpressionLayer((None, 3), 2)


# Inverses


def test_inverse_of_a_linear_dense_layer_multiplies_by_the_transpose():
    W, x = normal(3, 4), normal(2, 3)
    source = InputLayer((None, 3))
    hidden = DenseLayer(source, 4, W=W, nonlinearity=None)
    layer = InverseLayer(NonlinearityLayer(hidden, tanh), hidden)
    assert layer.output_shape == (None, 3)
    np.testing.assert_allclose(layer_output(layer, x), np.tanh(x @ W) @ W.T)


def test_inverse_of_a_sigmoid_layer_has_its_derivative():
    W, x, y = normal(3, 4), normal(2, 3), normal(2, 4)
    source, other = InputLayer((None, 3)), InputLayer((None, 4))
    hidden = DenseLayer(source, 4, W=W, nonlinearity=sigmoid)
    out = layer_output(InverseLayer(other, hidden), {source: x, other: y})
    s = 1 / (1 + np.exp(-x @ W))
    np.testing.assert_allclose(out, (y * s * (1 - s)) @ W.T)


def test_inverse_of_shape_layers_undoes_them():
    x = normal(2, 3, 4)
    source = InputLayer((None, 3, 4))
    for layer in [
        FlattenLayer(source),
        ReshapeLayer(source, (-1, 4)),
        NonlinearityLayer(source, None),
    ]:
        inverse = InverseLayer(layer, layer)
        assert inverse.output_shape == (None, 3, 4)
        np.testing.assert_allclose(layer_output(inverse, x), x)


def test_gradient_through_an_inverse():
    source = float64_input(None, 3)
    hidden = DenseLayer(source, 4, W=normal(3, 4), b=normal(4), nonlinearity=tanh)
    check_gradients(InverseLayer(hidden, hidden), normal(2, 3))


def test_inverse_of_what_has_no_input():
    source = InputLayer((None, 3))
    for layer in [source, DenseLayer((None, 3), 4), "layer"]:
        with pytest.raises(TypeError, match="InverseLayer inverts a layer that takes one other"):
            InverseLayer(source, layer)


def test_inverse_of_another_shape():
    source = InputLayer((None, 3))
    hidden = DenseLayer(source, 4, name="hidden")
    with pytest.raises(ValueError, match=r"invert DenseLayer 'hidden', .* \(None, 4\), but"):
        InverseLayer(source, hidden)


# Rectifiers with slopes


def leaky(x, slope):
    return np.where(x > 0, x, slope * x)


@pytest.mark.parametrize(("shared_axes", "shape", "broadcast"), AXES)
def test_parametric_rectifier(shared_axes, shape, broadcast):
    x, alpha = normal(2, 3, 4, 5), normal(*shape)
    layer = ParametricRectifierLayer(InputLayer(x.shape), np.asarray(alpha), shared_axes)
    assert layer.alpha.get_value().shape == shape
    expected = leaky(x, np.reshape(alpha, broadcast))
    np.testing.assert_allclose(layer_output(layer, x), expected, atol=1e-14)


def test_slopes_start_at_a_quarter_and_are_not_regularized():
    layer = ParametricRectifierLayer((None, 3))
    assert layer.alpha.get_value().tolist() == [0.25] * 3
    assert layer.get_params(trainable=True) == [layer.alpha]
    assert layer.get_params(regularizable=True) == []


def test_gradient_of_slopes():
    layer = ParametricRectifierLayer(float64_input(None, 3, 2), np.array([0.1, 0.2, -0.3]))
    check_gradients(layer, normal(4, 3, 2))


def test_slopes_may_be_an_expression():
    v = theano.shared(normal(3), "v")
    layer = ParametricRectifierLayer(float64_input(None, 3), T.nnet.sigmoid(v))
    assert layer.get_params() == [v]
    check_gradients(layer, normal(4, 3))


@pytest.mark.parametrize(
    ("puts_on", "kind"), [(prelu, ParametricRectifierLayer), (rrelu, RandomizedRectifierLayer)]
)
def test_prelu_and_rrelu_replace_the_nonlinearity(puts_on, kind):
    dense = DenseLayer(InputLayer((None, 3)), 4)
    layer = puts_on(dense, shared_axes="all", name="slopes")
    assert isinstance(layer, kind)
    assert layer.name == "slopes"
    assert layer.shared_axes == (0, 1)
    assert layer.input_layer is dense
    assert dense.nonlinearity is identity


def test_prelu_of_a_layer_without_nonlinearity():
    source = InputLayer((None, 3))
    assert prelu(source, alpha=Constant(0.5)).input_layer is source
    assert not hasattr(source, "nonlinearity")


def test_randomized_rectifier_draws_slopes_from_lower_to_upper():
    layer = RandomizedRectifierLayer(InputLayer((None, 200)), 0.2, 0.6, shared_axes=())
    slopes = -layer_output(layer, np.full((100, 200), -1, floatX))
    assert slopes.min() >= 0.2
    assert slopes.max() <= 0.6
    deviation = 0.4 / np.sqrt(12)  # of a uniform distribution
    assert abs(slopes.mean() - 0.4) < 4 * deviation / np.sqrt(slopes.size)
    assert abs(slopes.std() - deviation) < 0.02 * deviation
    np.testing.assert_array_equal(layer_output(layer, np.ones((2, 200), floatX)), 1)


@pytest.mark.parametrize("declared", [(2, 3, 4), (None, 3, 4)])
def test_randomized_rectifier_is_the_seeded_stream(declared):
    layer = RandomizedRectifierLayer(InputLayer(declared))
    stream = MRG_RandomStreams(np.random.RandomState(1234).randint(1, 2147462579))
    x = normal(2, 3, 4).astype(floatX)
    slopes = stream.uniform((1, 3, 1), low=0.3, high=0.8, dtype=floatX).eval()
    np.testing.assert_allclose(layer_output(layer, x), leaky(x, slopes), rtol=1e-5, atol=1e-6)


def test_randomized_rectifier_shares_slopes_along_axes():
    layer = RandomizedRectifierLayer(InputLayer((None, 3, 4)), shared_axes=(0, -1))
    slopes = -layer_output(layer, np.full((5, 3, 4), -1, floatX))
    np.testing.assert_array_equal(slopes, np.broadcast_to(slopes[:1, :, :1], slopes.shape))
    assert len(np.unique(slopes)) == 3


def test_deterministic_slope_is_the_mean():
    layer = RandomizedRectifierLayer(InputLayer((None, 3)), 0.2, 0.6)
    x = normal(5, 3)
    found = layer_output(layer, x, deterministic=True)
    np.testing.assert_allclose(found, leaky(x, 0.4), atol=1e-14)


def test_equal_bounds_are_one_fixed_slope():
    layer = RandomizedRectifierLayer(InputLayer((None, 3)), 0.5, 0.5)
    x = normal(5, 3)
    np.testing.assert_allclose(layer_output(layer, x), leaky(x, 0.5), atol=1e-14)


def test_bounds_may_be_shared_variables():
    lower = theano.shared(np.asarray(0.1, floatX))
    layer = RandomizedRectifierLayer(InputLayer((None, 300)), lower, 0.3)
    x = variable_for(np.zeros((2, 3), floatX))
    train, test = (
        theano.function([x], get_output(layer, x, deterministic=d)) for d in (False, True)
    )
    minus_ones = np.full((1, 300), -1, floatX)
    assert 0.1 <= -train(minus_ones).max() <= 0.12
    np.testing.assert_allclose(test(minus_ones), -0.2, rtol=1e-6)
    lower.set_value(np.asarray(0.25, floatX))
    assert -train(minus_ones).max() >= 0.25


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("deterministic", [False, True])
def test_randomized_rectifier_keeps_the_dtype(dtype, deterministic):
    layer = RandomizedRectifierLayer((None, 3), 0.3, 0.8)
    variable = T.TensorType(dtype, [False, False])()
    assert layer.get_output_for(variable, deterministic=deterministic).dtype == dtype


def test_bad_bounds():
    with pytest.raises(ValueError, match=r"'r': lower should be at most upper, got 0\.9 and 0\.8"):
        RandomizedRectifierLayer((None, 3), lower=0.9, name="r")
    with pytest.raises(ValueError, match="upper should be finite, got nan"):
        RandomizedRectifierLayer((None, 3), upper=float("nan"))
    with pytest.raises(TypeError, match="lower should be a number or a scalar expression"):
        RandomizedRectifierLayer((None, 3), lower="0.3")


# Copies


def test_special_layers_pickle():
    source = InputLayer((2, 3), name="in")
    dense = DenseLayer(source, 3, name="dense")
    layer = ScaleLayer(BiasLayer(prelu(dense), name="bias"), name="scale")
    layer = ExpressionLayer(NonlinearityLayer(layer, tanh), T.sqr, output_shape="auto")
    x = normal(2, 3).astype(floatX)
    check_pickling(RandomizedRectifierLayer(InverseLayer(layer, layer)), x)
