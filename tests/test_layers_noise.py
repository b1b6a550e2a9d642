import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams

from lasagne_expr.layers import (
    DropoutLayer,
    GaussianNoiseLayer,
    InputLayer,
    RandomizedRectifierLayer,
    dropout,
    dropout_channels,
    dropout_locations,
    get_output,
    spatial_dropout,
)
from numerics import check_pickling, layer_output

floatX = theano.config.floatX


def stream():
    """The stream of the first random layer, by the seed that every test starts with."""
    return MRG_RandomStreams(np.random.RandomState(1234).randint(1, 2147462579))


def ones(*shape):
    return np.ones(shape, floatX)


def test_dropout_drops_the_fraction_p_and_rescales():
    layer = DropoutLayer(InputLayer((100, 200)), p=0.2)
    values = layer_output(layer, ones(100, 200))
    assert np.unique(values).tolist() == [0.0, np.asarray(1, floatX) / np.asarray(0.8, floatX)]
    deviation = np.sqrt(0.2 * 0.8 / 20000)
    assert abs(np.mean(values == 0) - 0.2) < 4 * deviation
    assert abs(values.mean() - 1) < 4 * deviation / 0.8


@pytest.mark.parametrize("shape", [(6, 5), (None, 5)])
def test_dropout_mask_is_the_seeded_stream_of_uniform_numbers_below_one_minus_p(shape):
    layer = DropoutLayer(InputLayer(shape), p=0.3)
    x = np.arange(30.0).reshape(6, 5).astype(floatX)
    variable = T.TensorType(floatX, [False] * 2)()
    size = variable.shape if None in shape else shape
    draw = theano.function([variable], stream().uniform(size), on_unused_input="ignore")
    retain = np.asarray(0.7, floatX)
    np.testing.assert_allclose(layer_output(layer, x), x / retain * (draw(x) < retain), rtol=1e-6)


def test_each_call_and_each_use_draws_anew():
    layer = DropoutLayer(InputLayer((10, 10)), p=0.5)
    x = ones(10, 10)
    first, second = get_output(layer, x), get_output(layer, x)
    draw = theano.function([], [first, second])
    masks = [*draw(), *draw()]
    assert len({mask.tobytes() for mask in masks}) == 4


def test_dropout_without_rescaling():
    layer = DropoutLayer(InputLayer((20, 20)), p=0.5, rescale=False)
    assert np.unique(layer_output(layer, ones(20, 20))).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("kind", [DropoutLayer, GaussianNoiseLayer])
def test_deterministic_pass_returns_the_input_itself(kind):
    x = T.matrix()
    assert get_output(kind(InputLayer((None, 3))), x, deterministic=True) is x


@pytest.mark.parametrize("kind", [DropoutLayer, GaussianNoiseLayer])
def test_no_noise_returns_the_input_itself(kind):
    x = T.matrix()
    assert get_output(kind(InputLayer((None, 3)), 0), x) is x


def test_p_may_be_a_shared_variable_changed_in_training():
    p = theano.shared(np.asarray(0.5, floatX))
    layer = DropoutLayer(InputLayer((100, 100)), p=p)
    x = T.matrix()
    train = theano.function([x], get_output(layer, x))
    assert np.unique(train(ones(100, 100))).tolist() == [0.0, 2.0]
    p.set_value(np.asarray(0.0, floatX))
    assert np.unique(train(ones(100, 100))).tolist() == [1.0]


def test_p_may_be_an_expression():
    p = theano.shared(np.asarray(-1.0986122886681098, floatX))  # its sigmoid is 0.25
    layer = DropoutLayer(InputLayer((100, 100)), p=T.nnet.sigmoid(p))
    values = layer_output(layer, ones(100, 100))
    np.testing.assert_allclose(np.unique(values), [0, 4 / 3], rtol=1e-6)
    assert abs(np.mean(values == 0) - 0.25) < 4 * np.sqrt(0.25 * 0.75 / 10000)


@pytest.mark.parametrize("layer", [(DropoutLayer, 0.3), (GaussianNoiseLayer, 0.3)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_noise_keeps_the_dtype_of_its_input(layer, dtype):
    kind, strength = layer
    x = T.TensorType(dtype, [False, False])()
    p = theano.shared(np.asarray(strength, "float64"))
    outputs = [get_output(kind(InputLayer((None, 3)), value), x) for value in (strength, p)]
    assert [output.dtype for output in outputs] == [dtype, dtype]


def test_noise_on_integers_has_dtype_floatx():
    source = InputLayer((None, 3), input_var=T.lmatrix())
    dropped = DropoutLayer(source, p=0.5)
    values = layer_output(dropped, np.full((50, 3), 3, dtype="int64"))
    assert np.unique(values).tolist() == [0.0, 6.0]
    assert get_output(GaussianNoiseLayer(source), T.imatrix()).dtype in (floatX, "float64")


@pytest.mark.parametrize(
    ("axes", "resolved"), [(1, (1,)), ((1, 2), (1, 2)), ((-1,), (2,)), ((-1, 0, 2), (0, 2))]
)
@pytest.mark.parametrize("batch", [40, None])
def test_shared_axes_are_dropped_together(axes, resolved, batch):
    layer = DropoutLayer(InputLayer((batch, 30, 20)), p=0.5, shared_axes=axes)
    assert layer.shared_axes == resolved
    values = layer_output(layer, ones(40, 30, 20))
    mask_shape = tuple(1 if axis in resolved else size for axis, size in enumerate((40, 30, 20)))
    mask = values[tuple(slice(size) for size in mask_shape)]
    np.testing.assert_array_equal(values, np.broadcast_to(mask, (40, 30, 20)))
    assert np.unique(mask).tolist() == [0.0, 2.0]


def test_dropout_of_channels_and_locations():
    source = InputLayer((10, 8, 4, 5))
    x = ones(10, 8, 4, 5)
    channels = layer_output(dropout_channels(source, p=0.5), x)
    np.testing.assert_array_equal(channels, np.broadcast_to(channels[:, :, :1, :1], x.shape))
    assert np.unique(channels[:, :, 0, 0]).tolist() == [0.0, 2.0]
    locations = layer_output(dropout_locations(source, 0.5, rescale=False), x)
    np.testing.assert_array_equal(locations, np.broadcast_to(locations[:, :1], x.shape))
    assert np.unique(locations[:, 0]).tolist() == [0.0, 1.0]


def test_dropout_of_channels_takes_a_shape_as_well():
    assert dropout_channels((None, 3, 4)).shared_axes == (2,)
    assert dropout_channels((None, 3)).shared_axes == ()


def test_other_names_of_dropout():
    assert dropout is DropoutLayer
    assert spatial_dropout is dropout_channels


def test_gradient_of_dropout_is_its_mask():
    layer = DropoutLayer(InputLayer((20, 20)), p=0.5)
    x = T.matrix()
    output = get_output(layer, x)
    value, gradient = theano.function([x], [output, T.grad(output.sum(), x)])(ones(20, 20))
    np.testing.assert_array_equal(value, gradient)


@pytest.mark.parametrize("p", [-0.1, 1, 1.0, 1.5, float("nan")])
def test_p_out_of_range(p):
    with pytest.raises(ValueError, match=r"'drop': p should be at least 0 and below 1, got"):
        DropoutLayer((None, 3), p, name="drop")
    with pytest.raises(ValueError, match="p should be at least 0"):
        DropoutLayer((None, 3), theano.shared(np.float64(p)))


@pytest.mark.parametrize("p", ["0.5", None, [0.5], True])
def test_p_of_a_wrong_type(p):
    with pytest.raises(TypeError, match="p should be a number or a scalar expression, got"):
        DropoutLayer((None, 3), p)


def test_p_must_be_scalar():
    with pytest.raises(ValueError, match=r"p should be a number or a scalar .* 1 dimension"):
        DropoutLayer((None, 3), T.vector("rates"))


@pytest.mark.parametrize("axes", [2, -3, (0, 5)])
def test_shared_axes_out_of_range(axes):
    with pytest.raises(ValueError, match=r"shared_axes has axis .* \(None, 3\), has axes -2 to 1"):
        DropoutLayer((None, 3), shared_axes=axes)


@pytest.mark.parametrize("axes", ["auto", 1.0, (0.5,), None])
def test_shared_axes_of_a_wrong_type(axes):
    with pytest.raises(TypeError, match="shared_axes should be an axis or several"):
        DropoutLayer((None, 3), shared_axes=axes)


def test_gaussian_noise_is_normal():
    layer = GaussianNoiseLayer(InputLayer((None, 200)), sigma=0.5)
    noise = layer_output(layer, np.full((100, 200), 3, floatX)) - 3
    count = noise.size
    assert abs(noise.mean()) < 4 * 0.5 / np.sqrt(count)
    assert abs(noise.std() - 0.5) < 4 * 0.5 / np.sqrt(2 * count)
    below = np.mean(noise < 0.5)  # one standard deviation: 0.8413 of a normal distribution
    assert abs(below - 0.8413) < 4 * np.sqrt(0.8413 * 0.1587 / count)


def test_gaussian_noise_is_the_seeded_stream():
    layer = GaussianNoiseLayer(InputLayer((6, 4)), sigma=0.5)
    x = np.arange(24.0).reshape(6, 4).astype(floatX)
    variable = T.TensorType(floatX, [False] * 2)()
    noise = stream().normal(variable.shape, avg=0.0, std=0.5, dtype=floatX)
    draw = theano.function([variable], noise)
    np.testing.assert_allclose(layer_output(layer, x), x + draw(x), rtol=1e-5)


def test_sigma_may_be_a_shared_variable():
    sigma = theano.shared(np.asarray(0.0, floatX))
    layer = GaussianNoiseLayer(InputLayer((None, 3)), sigma)
    x = T.matrix()
    train = theano.function([x], get_output(layer, x))
    np.testing.assert_array_equal(train(ones(4, 3)), ones(4, 3))
    sigma.set_value(np.asarray(2.0, floatX))
    assert np.abs(train(ones(4, 3)) - 1).max() > 0.1


@pytest.mark.parametrize("sigma", [-0.1, float("nan"), float("inf")])
def test_sigma_out_of_range(sigma):
    with pytest.raises(ValueError, match="'noise': sigma should be finite and not negative, got"):
        GaussianNoiseLayer((None, 3), sigma, name="noise")


@pytest.mark.parametrize(
    "make", [lambda source: DropoutLayer(source, 0.5), lambda source: GaussianNoiseLayer(source)]
)
def test_noise_layers_pickle_with_their_stream(make):
    check_pickling(make(InputLayer((5, 6))), ones(5, 6))


@pytest.mark.parametrize("dtype", ["int8", "int32", "uint8", "int64"])
@pytest.mark.parametrize("shared_axes", [(), (1,)])
def test_integers_that_are_not_rescaled_stay_integers(dtype, shared_axes):
    x = T.TensorType(dtype, (False, False))()
    layer = DropoutLayer(InputLayer((None, 30), x), 0.5, rescale=False, shared_axes=shared_axes)
    output = get_output(layer)
    assert output.dtype == dtype
    found = theano.function([x], output)(np.full((20, 30), 3, dtype))
    assert found.dtype == dtype
    assert set(np.unique(found)) == {0, 3}
    assert get_output(DropoutLayer(InputLayer((None, 30), x))).dtype.startswith("float")


def test_arrays_in_place_of_expressions():
    ones = np.ones((20, 30), floatX)
    for layer in (
        DropoutLayer(ones.shape, 0.5),
        DropoutLayer(ones.shape, 0.5, rescale=False),
        GaussianNoiseLayer(ones.shape, 0.5),
        RandomizedRectifierLayer(ones.shape, 0.25, 0.75),
    ):
        output = layer.get_output_for(ones)
        assert output.dtype == floatX
        assert 0.2 < output.eval().mean() < 1.2
