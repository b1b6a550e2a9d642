import numpy as np
import pytest
import scipy.interpolate
import scipy.ndimage
import theano

from lasagne_expr.init import Constant
from lasagne_expr.layers import (
    DenseLayer,
    InputLayer,
    TPSTransformerLayer,
    TransformerLayer,
    get_output,
    get_output_shape,
    special,
)
from numerics import check_gradients, check_pickling, variable_for

rng = np.random.RandomState(1234)
IDENTITY = np.array([1.0, 0, 0, 0, 1, 0])
# SciPy's names of what is outside of an image; its grid-wrap repeats the image, pixel by pixel.
IN_SCIPY = {"nearest": "nearest", "mirror": "mirror", "wrap": "grid-wrap"}


def normal(*shape):
    return rng.normal(size=shape)


def output_of(layer, images, parameters):
    inputs = {layer.input_layers[0]: images, layer.input_layers[1]: parameters}
    variables = {source: variable_for(value) for source, value in inputs.items()}
    function = theano.function(list(variables.values()), get_output(layer, variables))
    return function(images, parameters)


def transformer(shape, num=None, **kwargs):
    images, parameters = InputLayer(shape), InputLayer((shape[0], num or 6))
    if num is None:
        return TransformerLayer(images, parameters, **kwargs)
    return TPSTransformerLayer(images, parameters, control_points=num // 2, **kwargs)


def sampled(images, x, y, mode="nearest"):
    """Look up images at places from -1 to 1, by SciPy; x and y are of shape (batch, ...)."""
    rows, columns = images.shape[2:]
    places = [(y + 1) / 2 * (rows - 1), (x + 1) / 2 * (columns - 1)]
    return np.array(
        [
            [
                scipy.ndimage.map_coordinates(
                    channel, [p[n] for p in places], order=1, mode=IN_SCIPY[mode]
                )
                for channel in image
            ]
            for n, image in enumerate(images)
        ]
    )


def affine(images, theta, rows, columns, mode):
    x, y = np.meshgrid(np.linspace(-1, 1, columns), np.linspace(-1, 1, rows))
    warped = theta.reshape(-1, 2, 3) @ np.stack([x, y, np.ones_like(x)]).reshape(3, -1)
    warped = warped.reshape(len(theta), 2, rows, columns)
    return sampled(images, warped[:, 0], warped[:, 1], mode)


@pytest.mark.parametrize("mode", ["nearest", "mirror", "wrap"])
@pytest.mark.parametrize(
    ("known", "factor", "size"),
    [(True, 1, (5, 6)), (False, (2, 1.5), (2, 4)), (True, 0.5, (10, 12))],
)
def test_affine(known, factor, size, mode):
    images, theta = normal(2, 3, 5, 6), IDENTITY + normal(2, 6)  # much of it outside
    shape = images.shape if known else (None, None, None, None)
    layer = transformer(shape, downsample_factor=factor, border_mode=mode)
    assert layer.output_shape == ((2, 3, *size) if known else shape)
    assert get_output_shape(layer, dict(zip(layer.input_layers, [images.shape, (2, 6)]))) == (
        2,
        3,
        *size,
    )
    expected = affine(images, theta, *size, mode)
    np.testing.assert_allclose(output_of(layer, images, theta), expected, atol=1e-9)


@pytest.mark.parametrize(
    ("shape", "mode"),
    [
        ((2, 3, 5, 6), "nearest"),
        ((2, 1, 1, 4), "mirror"),
        ((1, 2, 3, 1), "nearest"),
        ((1, 1, 1, 1), "mirror"),
        ((1, 1, 1, 1), "wrap"),
    ],
)
def test_identity(shape, mode):
    images = normal(*shape)
    found = output_of(
        transformer(shape, border_mode=mode), images, np.tile(IDENTITY, (shape[0], 1))
    )
    np.testing.assert_allclose(found, images, atol=1e-12)
    moves = np.zeros((shape[0], 8))
    found = output_of(transformer(shape, 8, border_mode=mode), images, moves)
    np.testing.assert_allclose(found, images, atol=1e-9)


def test_far_outside_and_not_finite():
    images = normal(3, 1, 2, 2)
    theta = np.stack([IDENTITY * 0 + 1e30, IDENTITY * -1e30, IDENTITY * np.nan])
    found = output_of(transformer((3, 1, 2, 2)), images, theta)
    assert found[0, 0, 1, 1] == images[0, 0, 1, 1]
    assert np.isnan(found[2]).all()


def thin_plate(images, moves, side, rows, columns):
    """Thin plate splines through the moved control points, by SciPy."""
    axis = np.linspace(-1, 1, side)
    points = np.array([(x, y) for y in axis for x in axis])
    grid = np.array([(x, y) for y in np.linspace(-1, 1, rows) for x in np.linspace(-1, 1, columns)])
    warped = []
    for move in moves.reshape(len(moves), 2, -1):
        spline = scipy.interpolate.RBFInterpolator(
            points, points + move.T, kernel="thin_plate_spline", degree=1
        )
        warped.append(spline(grid).T.reshape(2, rows, columns))
    return sampled(images, *np.moveaxis(warped, 1, 0))


@pytest.mark.parametrize("precompute", ["auto", False])
@pytest.mark.parametrize(("side", "known"), [(2, True), (3, False), (4, True)])
def test_thin_plate_splines(side, known, precompute):
    images, moves = normal(2, 3, 5, 6), 0.3 * normal(2, 2 * side**2)
    shape = images.shape if known else (2, 3, None, None)
    layer = transformer(shape, 2 * side**2, precompute_grid=precompute, downsample_factor=(1, 2))
    assert layer.precompute_grid is (known and precompute == "auto")
    expected = thin_plate(images, moves, side, 5, 3)
    np.testing.assert_allclose(output_of(layer, images, moves), expected, atol=1e-8)


def localized(kind, factor=1, mode="nearest"):
    """A transformer whose parameters come from the image, near the identity and off the pixels."""
    images = InputLayer((2, 2, 3, 4))
    num, start = (6, IDENTITY) if kind is TransformerLayer else (8, np.zeros(8))
    W, b = 0.02 * normal(24, num), start + 0.2 * normal(num)
    localization = DenseLayer(images, num, W=W, b=b, nonlinearity=None)
    kwargs = {} if kind is TransformerLayer else {"control_points": 4}
    return kind(images, localization, factor, border_mode=mode, **kwargs)


@pytest.mark.parametrize("kind", [TransformerLayer, TPSTransformerLayer])
def test_gradients(kind):
    check_gradients(localized(kind, 1.5, "mirror"), normal(2, 2, 3, 4))


@pytest.mark.parametrize("kind", [TransformerLayer, TPSTransformerLayer])
def test_pickling(kind):
    check_pickling(localized(kind), normal(2, 2, 3, 4))


def test_dtype():
    theano.config.floatX = "float32"  # the fixture of all tests puts it back
    images, theta = InputLayer((1, 1, 3, 3)), InputLayer((1, 6))
    moves = InputLayer((1, 8))
    for layer in (TransformerLayer(images, theta), TPSTransformerLayer(images, moves, 1, 4)):
        assert get_output(layer).dtype == "float32"


def test_are_among_special_layers():
    assert special.TransformerLayer is TransformerLayer
    assert special.TPSTransformerLayer is TPSTransformerLayer


IMAGES = (2, 3, 4, 5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((2, 3, 4), (2, 6)), r"'warp' needs images of 4 dimensions, .* \(2, 3, 4\)"),
        ((IMAGES, (2, 5)), r"'warp' needs .* shape \(batch, 6\), got one of shape \(2, 5\)"),
        ((IMAGES, (2, 6, 1)), r"\(batch, 6\), got one of shape \(2, 6, 1\)"),
        ((IMAGES, (2, None)), r"\(batch, 6\), got one of shape \(2, None\)"),
        ((IMAGES, (3, 6)), r"\(3, 6\), has another batch size than the images, .* \(2, 3, 4, 5\)"),
        ((IMAGES, (2, 6), 0), r"'warp': downsample_factor should be positive, got 0"),
        ((IMAGES, (2, 6), (1, -2)), r"should be positive, got \(1, -2\)"),
        ((IMAGES, (2, 6), (1, 2, 3)), r"'warp': downsample_factor: expected .* length 2"),
        ((IMAGES, (2, 6), 4.5), r"4.5.* leaves nothing of images of shape \(2, 3, 4, 5\)"),
        ((IMAGES, (2, 6), 1, "zero"), r"'warp': border_mode .* nearest, mirror, wrap, got 'zero'"),
    ],
)
def test_affine_with_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        TransformerLayer(*arguments, name="warp")


@pytest.mark.parametrize("factor", ["2", None])
def test_factor_of_a_wrong_type(factor):
    with pytest.raises((TypeError, ValueError), match=r"'warp': downsample_factor: expected"):
        TransformerLayer(IMAGES, (2, 6), factor, name="warp")


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({}, ValueError, r"'warp' needs .* shape \(batch, 32\), got one of shape \(2, 8\)"),
        ({"control_points": 5}, ValueError, r"control_points should be a square .* got 5"),
        ({"control_points": 1}, ValueError, r"control_points should be a square .* got 1"),
        ({"control_points": 4.0}, TypeError, r"control_points should be a positive integer"),
        ({"control_points": 4, "precompute_grid": "yes"}, TypeError, r"'warp': precompute_grid"),
    ],
)
def test_thin_plate_splines_with_bad_arguments(kwargs, error, message):
    with pytest.raises(error, match=message):
        TPSTransformerLayer(IMAGES, (2, 8), name="warp", **kwargs)


def test_precomputing_takes_a_known_size():
    with pytest.raises(ValueError, match=r"'warp': precompute_grid=True .* \(2, 3, None, 5\)"):
        TPSTransformerLayer(
            (2, 3, None, 5), (2, 8), control_points=4, precompute_grid=True, name="warp"
        )


def test_parameters_may_come_from_an_expression():
    images = InputLayer((1, 1, 2, 2))
    angle = theano.shared(np.array(np.pi / 2), name="angle")
    c, s = theano.tensor.cos(angle), theano.tensor.sin(angle)
    theta = theano.tensor.stack([c, -s, 0, s, c, 0])
    localization = DenseLayer(images, 6, W=Constant(0), b=theta, nonlinearity=None)
    layer = TransformerLayer(images, localization)
    pixels = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    found = get_output(layer, pixels).eval()
    np.testing.assert_allclose(found, np.rot90(pixels, axes=(2, 3)), atol=1e-9)
