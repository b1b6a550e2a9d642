import pickle

import numpy as np
import pytest
import theano
import theano.tensor as T

from lasagne_expr import layers
from lasagne_expr.init import Constant
from lasagne_expr.layers import (
    BatchNormLayer,
    BiasLayer,
    Conv2DLayer,
    DenseLayer,
    InputLayer,
    LocalResponseNormalization2DLayer,
    NonlinearityLayer,
    ScaleLayer,
    StandardizationLayer,
    batch_norm,
    get_all_layers,
    get_all_param_values,
    get_all_params,
    get_output,
    instance_norm,
    layer_norm,
    set_all_param_values,
)
from lasagne_expr.nonlinearities import identity, tanh
from lasagne_expr.updates import sgd
from numerics import check_gradients, check_pickling, layer_output

rng = np.random.RandomState(1234)
floatX = theano.config.floatX


def normal(*shape):
    return rng.normal(size=shape)


# Local response


def local_response(x, alpha, k, beta, n):
    out = np.empty_like(x)
    for c in range(x.shape[1]):
        near = x[:, max(0, c - n // 2) : c + n // 2 + 1]
        out[:, c] = x[:, c] / (k + alpha * (near**2).sum(axis=1)) ** beta
    return out


@pytest.mark.parametrize("n", [1, 3, 5, 11])
@pytest.mark.parametrize("channels", [4, None])
def test_local_response(n, channels):
    x = normal(2, 4, 3, 2)
    layer = LocalResponseNormalization2DLayer(InputLayer((2, channels, 3, None)), 0.3, 1.5, 0.6, n)
    assert layer.output_shape == (2, channels, 3, None)
    np.testing.assert_allclose(layer_output(layer, x), local_response(x, 0.3, 1.5, 0.6, n))


def test_local_response_by_default():
    x = 10 * normal(2, 7, 3, 2)
    layer = LocalResponseNormalization2DLayer(InputLayer(x.shape))
    np.testing.assert_allclose(layer_output(layer, x), local_response(x, 1e-4, 2, 0.75, 5))


def test_gradients_of_local_response():
    x = normal(2, 4, 2, 2)
    check_gradients(LocalResponseNormalization2DLayer(InputLayer(x.shape), 0.5, n=3), x)


@pytest.mark.parametrize(
    ("shape", "kwargs", "message"),
    [
        ((2, 3, 4), {}, r"'lrn' needs an input of 4 dimensions, got one of shape \(2, 3, 4\)"),
        ((2, 3, 4, 4), {"n": 4}, r"'lrn': n should be odd, .* got 4"),
        ((2, 3, 4, 4), {"n": 0}, r"'lrn': n should be a positive integer, got 0"),
        ((2, 3, 4, 4), {"k": 0}, r"'lrn': k should be finite and positive, got 0"),
        ((2, 3, 4, 4), {"alpha": -1}, r"'lrn': alpha should be finite and not negative, got -1"),
    ],
)
def test_local_response_with_bad_arguments(shape, kwargs, message):
    with pytest.raises(ValueError, match=message):
        LocalResponseNormalization2DLayer(shape, name="lrn", **kwargs)


# Batch normalization


def normalized(x, axes, epsilon):
    mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(var + epsilon)


AXES = [("auto", (0, 2, 3), (3,)), (0, (0,), (3, 4, 5)), ((0, -1), (0, 3), (3, 4)), (1, (1,), None)]


@pytest.mark.parametrize(("axes", "in_numpy", "shape"), AXES)
def test_batch_norm_in_training(axes, in_numpy, shape):
    x, shape = normal(2, 3, 4, 5) * 3 + 2, shape or (2, 4, 5)
    beta, gamma, mean, inv_std = normal(*shape), normal(*shape), normal(*shape), normal(*shape)
    layer = BatchNormLayer(InputLayer(x.shape), axes, 0.01, 0.2, beta, gamma, mean, inv_std)
    assert layer.axes == in_numpy
    expected = normalized(x, in_numpy, 0.01) * np.expand_dims(gamma, in_numpy)
    expected += np.expand_dims(beta, in_numpy)
    np.testing.assert_allclose(layer_output(layer, x), expected)
    np.testing.assert_allclose(layer.mean.get_value(), 0.8 * mean + 0.2 * x.mean(axis=in_numpy))
    np.testing.assert_allclose(
        layer.inv_std.get_value(), 0.8 * inv_std + 0.2 / np.sqrt(x.var(axis=in_numpy) + 0.01)
    )


def test_batch_norm_deterministic():
    x, (beta, gamma, mean, inv_std) = normal(5, 3), normal(4, 3)
    layer = BatchNormLayer(
        InputLayer((None, 3)), beta=beta, gamma=gamma, mean=mean, inv_std=inv_std
    )
    found = layer_output(layer, x, deterministic=True)
    np.testing.assert_allclose(found, (x - mean) * inv_std * gamma + beta)
    np.testing.assert_array_equal(layer.mean.get_value(), mean)
    np.testing.assert_array_equal(layer.inv_std.get_value(), inv_std)


@pytest.mark.parametrize("deterministic", [False, True])
@pytest.mark.parametrize("use", [False, True])
@pytest.mark.parametrize("update", [False, True])
def test_what_is_used_and_updated_can_be_told(deterministic, use, update):
    x = normal(5, 3)
    layer = BatchNormLayer(InputLayer((None, 3)))
    found = layer_output(
        layer,
        x,
        deterministic=deterministic,
        batch_norm_use_averages=use,
        batch_norm_update_averages=update,
    )
    np.testing.assert_allclose(found, x if use else normalized(x, 0, 1e-4))
    expected = 0.1 * x.mean(axis=0) if update else np.zeros(3)
    np.testing.assert_allclose(layer.mean.get_value(), expected)


def test_averages_follow_the_data():
    x = T.matrix()
    layer = BatchNormLayer(InputLayer((None, 2)), alpha=0.2, epsilon=1e-9)
    train = theano.function([x], updates=sgd(get_output(layer, x).sum(), [layer.beta], 0.1))
    test = theano.function([x], get_output(layer, x, deterministic=True))
    for _ in range(150):
        train(rng.normal([3, -1], [2, 0.5], size=(400, 2)).astype(x.dtype))
    np.testing.assert_allclose(layer.mean.get_value(), [3, -1], atol=0.15)
    np.testing.assert_allclose(layer.inv_std.get_value(), [0.5, 2], rtol=0.05)
    before = get_all_param_values(layer)
    test(np.ones((3, 2), x.dtype))
    for value, old in zip(get_all_param_values(layer), before, strict=True):
        np.testing.assert_array_equal(value, old)


@pytest.mark.parametrize("mode", ["FAST_COMPILE", "FAST_RUN"])
def test_both_passes_in_one_function(mode):
    x, data = T.dmatrix(), normal(4, 2)
    layer = BatchNormLayer(InputLayer((None, 2)), alpha=0.5)
    outputs = [get_output(layer, x), get_output(layer, x, deterministic=True)]
    train, test = theano.function([x], outputs, mode=mode)(data)
    np.testing.assert_allclose(train, normalized(data, 0, 1e-4))
    np.testing.assert_allclose(test, data)
    np.testing.assert_allclose(layer.mean.get_value(), data.mean(axis=0) / 2)


def test_without_default_updates_averages_stay():
    x = T.dmatrix()
    layer = BatchNormLayer(InputLayer((None, 2)))
    theano.function([x], get_output(layer, x), no_default_updates=True)(normal(4, 2))
    assert layer.mean.get_value().tolist() == [0, 0]


def test_units_of_one_and_averages_without_axes():
    x = normal(6, 1)
    layer = BatchNormLayer(InputLayer((None, 1)), alpha=1)
    np.testing.assert_allclose(layer_output(layer, x), normalized(x, 0, 1e-4))
    np.testing.assert_allclose(layer.mean.get_value(), x.mean(axis=0))
    layer = BatchNormLayer(InputLayer((None, 1)), axes=(0, 1), alpha=1)
    np.testing.assert_allclose(layer_output(layer, x), normalized(x, (0, 1), 1e-4))
    np.testing.assert_allclose(layer.mean.get_value(), x.mean())


def test_order_and_tags_of_parameters():
    layer = BatchNormLayer(InputLayer((None, 3)), name="bn")
    beta, gamma, mean, inv_std = get_all_params(layer)
    assert [p.name for p in get_all_params(layer)] == [
        "bn.beta",
        "bn.gamma",
        "bn.mean",
        "bn.inv_std",
    ]
    assert get_all_params(layer, trainable=True) == [beta, gamma]
    assert get_all_params(layer, regularizable=True) == [gamma]
    assert get_all_params(layer, trainable=False) == [mean, inv_std]
    values = [normal(3) for _ in range(4)]
    set_all_param_values(layer, values)
    np.testing.assert_array_equal(inv_std.get_value(), values[3])


@pytest.mark.parametrize("missing", ["beta", "gamma"])
def test_scaling_and_shifting_can_be_left_out(missing):
    x, value = normal(4, 3), normal(3)
    given = {"beta": value, "gamma": value, missing: None}
    layer = BatchNormLayer(InputLayer((None, 3)), **given)
    assert getattr(layer, missing) is None
    assert len(get_all_params(layer)) == 3
    expected = normalized(x, 0, 1e-4)
    expected = expected * value if missing == "beta" else expected + value
    np.testing.assert_allclose(layer_output(layer, x), expected)


@pytest.mark.parametrize("use_averages", [False, True])
def test_gradients_of_batch_norm(use_averages):
    x = normal(3, 2, 2)
    w, v = theano.shared(normal(2), name="w"), theano.shared(normal(2), name="v")
    layer = BatchNormLayer(
        InputLayer(x.shape), beta=T.exp(w), gamma=w**2 + v, mean=T.sin(v), inv_std=T.exp(v)
    )
    assert get_all_params(layer, trainable=True) == [w, v]
    check_gradients(layer, x, batch_norm_use_averages=use_averages)


def test_averages_that_are_expressions_are_used_and_not_updated():
    x = normal(4, 2)
    m = theano.shared(normal(2), name="m")
    layer = BatchNormLayer(InputLayer((None, 2)), mean=2 * m, inv_std=T.exp(m))
    before = m.get_value()
    np.testing.assert_allclose(layer_output(layer, x), normalized(x, 0, 1e-4))
    np.testing.assert_array_equal(m.get_value(), before)
    expected = (x - 2 * before) * np.exp(before)
    np.testing.assert_allclose(layer_output(layer, x, deterministic=True), expected)
    assert get_all_params(layer, trainable=True) == [layer.beta, layer.gamma]


def test_averages_are_pickled_and_go_on():
    x = normal(4, 2)
    layer = BatchNormLayer(InputLayer((None, 2)), alpha=0.5)
    layer_output(layer, x)
    copy = check_pickling(layer, x, deterministic=True)
    layer_output(copy, x)
    np.testing.assert_allclose(copy.mean.get_value(), 0.75 * x.mean(axis=0))
    np.testing.assert_allclose(layer.mean.get_value(), 0.5 * x.mean(axis=0))


def test_float32_stays():
    theano.config.floatX = "float32"  # the fixture of all tests puts it back
    layer = BatchNormLayer(InputLayer((None, 2)))
    x = normal(4, 2).astype("float32")
    assert layer_output(layer, x).dtype == "float32"
    np.testing.assert_allclose(layer.mean.get_value(), 0.1 * x.mean(axis=0), rtol=1e-5)


@pytest.mark.parametrize(
    ("shape", "kwargs", "message"),
    [
        ((5, None), {}, r"'bn': .* mean and inv_std depends on the size of axis 1 .* \(5, None\)"),
        ((5, 3), {"axes": 2}, r"'bn': axes has axis 2, but the input, of shape \(5, 3\)"),
        ((5, 3), {"axes": ()}, r"'bn' needs axes to average over; .* \(5, 3\)"),
        ((5, 3), {"axes": "all"}, r"'bn': axes should be integers, or one of 'auto'; got 'all'"),
        ((5, 3), {"epsilon": 0}, r"'bn': epsilon should be finite and positive, got 0"),
        ((5, 3), {"alpha": 0}, r"'bn': alpha should be above 0 and at most 1, got 0"),
        ((5, 3), {"alpha": 1.5}, r"'bn': alpha should be above 0 and at most 1, got 1.5"),
        ((5, 3), {"beta": np.zeros(4)}, r"'bn': parameter bn.beta should have shape \(3,\)"),
        ((5, 3), {"mean": np.zeros((1, 3))}, r"'bn': parameter bn.mean should have shape \(3,\)"),
    ],
)
def test_batch_norm_with_bad_arguments(shape, kwargs, message):
    with pytest.raises(ValueError, match=message):
        BatchNormLayer(shape, name="bn", **kwargs)


# On layers


def dense(nonlinearity=tanh, **kwargs):
    return DenseLayer(InputLayer((None, 3)), 4, nonlinearity=nonlinearity, name="fc", **kwargs)


def test_batch_norm_goes_below_the_nonlinearity():
    layer, x = dense(b=normal(4)), normal(5, 3)
    top = batch_norm(layer, beta=Constant(0.5), epsilon=0.01)
    assert isinstance(top, NonlinearityLayer)
    assert top.nonlinearity is tanh
    assert layer.nonlinearity is identity
    assert layer.b is None
    assert [str(param) for param in get_all_params(top)] == [
        "fc.W",
        "fc_bn.beta",
        "fc_bn.gamma",
        "fc_bn.mean",
        "fc_bn.inv_std",
    ]
    assert [below.name for below in get_all_layers(top)[1:]] == ["fc", "fc_bn", "fc_bn_nonlin"]
    expected = np.tanh(normalized(x @ layer.W.get_value(), 0, 0.01) + 0.5)
    np.testing.assert_allclose(layer_output(top, x), expected)
    pickle.loads(pickle.dumps(top))


def test_batch_norm_of_a_convolution():
    layer = Conv2DLayer(InputLayer((None, 2, 4, 4)), 3, 3, nonlinearity=tanh)
    top, x = batch_norm(layer), normal(2, 2, 4, 4)
    assert layer.b is None
    assert [p.get_value().shape for p in get_all_params(top)] == [(3, 2, 3, 3), *[(3,)] * 4]
    found = layer_output(top, x)
    np.testing.assert_allclose(np.arctanh(found).mean(axis=(0, 2, 3)), np.zeros(3), atol=1e-9)


def test_batch_norm_without_a_nonlinearity_or_a_name():
    top = batch_norm(InputLayer((None, 3)))
    assert isinstance(top, BatchNormLayer)
    assert top.name is None
    assert batch_norm(dense(), name="norm").name == "norm_nonlin"


# Standardization

STANDARDIZED = [
    ((4, 5), "auto", (1,)),
    ((2, 3, 4), "auto", (2,)),
    ((2, 3, 2, 4), "spatial", (2, 3)),
    ((2, 3, 2, 4), "features", (1, 2, 3)),
    ((2, 3, 2, 4), (0, -1), (0, 3)),
    ((4, 5), 0, (0,)),
]


@pytest.mark.parametrize(("shape", "axes", "in_numpy"), STANDARDIZED)
def test_standardization(shape, axes, in_numpy):
    x = 3 * normal(*shape) + 1
    layer = StandardizationLayer(InputLayer((None,) * len(shape)), axes, 0.02)
    assert layer.axes == in_numpy
    assert layer.get_params() == []
    np.testing.assert_allclose(layer_output(layer, x), normalized(x, in_numpy, 0.02))


def test_gradients_of_standardization():
    x = normal(2, 2, 3)
    check_gradients(StandardizationLayer(InputLayer(x.shape)), x)


@pytest.mark.parametrize(
    ("shape", "kwargs", "message"),
    [
        ((2, 3), {"axes": "spatial"}, r"'st' needs axes to average over; .* \(2, 3\)"),
        ((2, 3), {"axes": "rows"}, r"'st': axes .* 'spatial', 'features', 'auto'; got 'rows'"),
        ((2, 3), {"axes": (0, 5)}, r"'st': axes has axis 5, .* \(2, 3\)"),
        ((2, 3), {"epsilon": -1}, r"'st': epsilon should be finite and positive, got -1"),
    ],
)
def test_standardization_with_bad_arguments(shape, kwargs, message):
    with pytest.raises(ValueError, match=message):
        StandardizationLayer(shape, name="st", **kwargs)


@pytest.mark.parametrize(("scale", "bias"), [(True, True), (True, False), (False, False)])
def test_instance_norm(scale, bias):
    layer = Conv2DLayer(InputLayer((2, 2, 4, 4)), 3, 3, nonlinearity=tanh, name="conv")
    top, x = instance_norm(layer, scale, bias, epsilon=0.01), normal(2, 2, 4, 4)
    names = ["conv", "conv_in", *["conv_in_scale"] * scale, *["conv_in_bias"] * bias]
    assert [below.name for below in get_all_layers(top)[1:]] == [*names, "conv_in_nonlin"]
    assert layer.b is None
    before = layer_output(layer, x)
    np.testing.assert_allclose(layer_output(top, x), np.tanh(normalized(before, (2, 3), 0.01)))


def test_layer_norm():
    layer, x = dense(), normal(5, 3)
    top = layer_norm(layer, epsilon=0.01)
    nonlinearity, bias, scale = (top, top.input_layer, top.input_layer.input_layer)
    assert [type(below) for below in (nonlinearity, bias, scale)] == [
        NonlinearityLayer,
        BiasLayer,
        ScaleLayer,
    ]
    scale.scales.set_value(normal(4))
    bias.b.set_value(normal(4))
    expected = normalized(x @ layer.W.get_value(), 1, 0.01) * scale.scales.get_value()
    np.testing.assert_allclose(layer_output(top, x), np.tanh(expected + bias.b.get_value()))
    assert [str(param) for param in get_all_params(top)] == [
        "fc.W",
        "fc_ln_scale.scales",
        "fc_ln_bias.b",
    ]


def test_averages_have_a_tag_of_their_own():
    layer = BatchNormLayer((20, 30, 40), name="bn")
    assert [p.name for p in layer.get_params(batch_norm_stat=True)] == ["bn.mean", "bn.inv_std"]
    assert layer.get_params(batch_norm_stat=False) == [layer.beta, layer.gamma]
    top = DenseLayer(layer, 3)
    assert get_all_params(top, batch_norm_stat=True) == [layer.mean, layer.inv_std]


@pytest.mark.parametrize(
    "make",
    [
        lambda source: source,
        lambda source: DenseLayer(source, 4, num_leading_axes=2, nonlinearity=None),
        lambda source: DenseLayer(source, 4, num_leading_axes=-1, nonlinearity=None),
        lambda source: layers.RecurrentLayer(source, 4),
        lambda source: layers.DropoutLayer(layers.GRULayer(source, 4), p=0),
    ],
)
@pytest.mark.parametrize("steps", [None, 5])
def test_layer_norm_of_sequences_of_any_length(make, steps):
    below = make(InputLayer((None, steps, 4)))
    top = layer_norm(below, epsilon=0.01)
    assert [param.get_value().shape for param in get_all_params(top)[-2:]] == [(4,), (4,)]
    scale, bias = get_all_params(top)[-2:]
    scale.set_value(normal(4))
    bias.set_value(normal(4))
    for length in (5, 2) if steps is None else (5,):
        x = normal(3, length, 4)
        expected = normalized(layer_output(below, x), 2, 0.01) * scale.get_value()
        np.testing.assert_allclose(
            layer_output(top, x), expected + bias.get_value(), rtol=1e-5, atol=1e-6
        )


def test_layer_norm_of_what_has_its_channels_second():
    lines = layers.Conv1DLayer(InputLayer((2, 3, 8)), 4, 3, nonlinearity=None)
    x = normal(2, 3, 8)
    for below in (lines, layers.MaxPool1DLayer(lines, 2), layers.DropoutLayer(lines, p=0)):
        top = layer_norm(below, epsilon=0.01)
        assert get_all_params(top)[-1].get_value().shape == (4,)
        expected = normalized(layer_output(below, x), (1, 2), 0.01)
        np.testing.assert_allclose(layer_output(top, x), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("mode", [None, "FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize("swapped", [False, True])
def test_a_layer_that_is_used_twice_averages_both_uses(mode, swapped):
    layer = BatchNormLayer(InputLayer((None, 3)), alpha=0.25, epsilon=0.01)
    x, y = T.matrices("xy")
    outputs = [get_output(layer, y if swapped else x).sum(), get_output(layer, x).sum()]
    outputs.append(get_output(layer, y).sum())
    inputs = outputs[:2] if swapped else outputs[1:]
    train = theano.function([x, y], inputs, mode=mode)
    mean, inv_std = np.zeros(3), np.ones(3)
    for _ in range(2):
        batches = normal(6, 3).astype(floatX), (2 * normal(5, 3) + 1).astype(floatX)
        train(*batches)
        of_batches = np.mean([batch.mean(axis=0) for batch in batches], axis=0)
        inverse = np.mean([(batch.var(axis=0) + 0.01) ** -0.5 for batch in batches], axis=0)
        mean, inv_std = 0.75 * mean + 0.25 * of_batches, 0.75 * inv_std + 0.25 * inverse
        np.testing.assert_allclose(layer.mean.get_value(), mean, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(layer.inv_std.get_value(), inv_std, rtol=1e-4, atol=1e-5)
    one = theano.function([x], outputs[1], mode=mode)
    batch = normal(4, 3).astype(floatX)
    one(batch)
    mean = 0.75 * mean + 0.25 * batch.mean(axis=0)
    np.testing.assert_allclose(layer.mean.get_value(), mean, rtol=1e-4, atol=1e-5)


def test_layers_that_share_their_averages_average_all_uses():
    first = BatchNormLayer(InputLayer((None, 3)), alpha=0.5)
    tied = [
        BatchNormLayer((None, 3), alpha=0.5, mean=first.mean, inv_std=first.inv_std)
        for _ in range(2)
    ]
    shift = [0.0, 1.0, 5.0]
    x = T.matrix()
    outputs = [get_output(one, x + by).sum() for one, by in zip([first, *tied], shift)]
    outputs.append(get_output(first, x, deterministic=True))
    zeros = np.zeros((4, 3), floatX)
    found = theano.function([x], outputs)(zeros)
    np.testing.assert_array_equal(found[-1], zeros)  # by the averages as they were
    np.testing.assert_allclose(first.mean.get_value(), np.full(3, 1.0), rtol=1e-6)


def test_a_layer_that_is_used_twice_while_it_is_trained():
    layer = BatchNormLayer(DenseLayer(InputLayer((None, 3)), 4, name="fc"), alpha=0.5)
    x, y = T.matrices("xy")
    loss = (get_output(layer, x) * get_output(layer, y)).mean()
    params = get_all_params(layer, trainable=True)
    train = theano.function([x, y], loss, updates=sgd(loss, params, 0.1))
    batches = normal(6, 3).astype(floatX), normal(6, 3).astype(floatX)
    hidden = [layer_output(layer.input_layer, batch) for batch in batches]
    before = layer.gamma.get_value()
    train(*batches)
    expected = 0.25 * (hidden[0].mean(axis=0) + hidden[1].mean(axis=0))
    np.testing.assert_allclose(layer.mean.get_value(), expected, rtol=1e-4, atol=1e-5)
    assert np.abs(layer.gamma.get_value() - before).min() > 0
