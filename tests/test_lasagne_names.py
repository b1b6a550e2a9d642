"""Names that Lasagne's modules have besides their own, which old programs use."""

import importlib
import inspect
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import theano
import theano.tensor as T

import lasagne_expr
from lasagne_expr.cli.lasagne_names import LASAGNE_MODULES, LASAGNE_NAMES

NAMES = json.loads((Path(__file__).parent / "reference" / "lasagne_modules.json").read_text())
floatX = theano.config.floatX


@pytest.fixture(autouse=True)
def alias():
    lasagne_expr.install_as_lasagne()


def lasagne(name):
    module, _, attribute = f"lasagne.{name}".rpartition(".")
    return getattr(importlib.import_module(module), attribute)


@pytest.mark.parametrize("module", NAMES)
def test_modules_have_lasagnes_names(module):
    found = importlib.import_module(module)
    assert [name for name in NAMES[module] if not hasattr(found, name)] == []


def test_the_modules_are_those_of_lasagne():
    names = {module.replace("lasagne", "lasagne_expr", 1) for module in NAMES}
    assert set(LASAGNE_MODULES) == names


@pytest.mark.parametrize("name", LASAGNE_NAMES)
def test_each_name_of_the_table_is_somewhere(name):
    assert lasagne(f"layers.recurrent.{name}") is not None


def test_names_that_are_nowhere():
    with pytest.raises(AttributeError, match="module 'lasagne_expr.utils' has no attribute 'nope'"):
        assert lasagne("utils.nope")
    with pytest.raises(ImportError):
        from lasagne.layers.base import nope  # noqa: F401


def test_what_a_module_has_it_keeps():
    assert lasagne("layers.pad") is lasagne_expr.layers.PadLayer
    assert inspect.ismodule(lasagne("layers.shape.padding"))
    assert lasagne("layers.conv.conv") is lasagne("theano_extensions.conv")
    assert lasagne("layers.base.utils") is lasagne_expr.utils


def test_the_library_by_itself_does_without():
    assert "unroll_scan" not in vars(lasagne_expr.layers.recurrent)
    assert "utils" not in vars(sys.modules["lasagne_expr.layers.base"])


# What the functions compute.


def test_functions_of_lengths():
    output_length, input_length = (
        lasagne(f"layers.conv.conv_{kind}_length") for kind in ("output", "input")
    )
    assert [output_length(13, 5, 3, pad) for pad in ("valid", 0, "full", "same", 2)] == [
        *(3, 3, 6, 5, 5)
    ]
    assert [input_length(2, 3, 1, pad) for pad in ("valid", 0)] == [4, 4]
    assert input_length(6, 4, 1, 2) == 5
    assert output_length(None, 3, 1, 0) is input_length(None, 3, 1, 0) is None
    pool_length = lasagne("layers.pool.pool_output_length")
    assert pool_length(13, 3, 2, 0, True) == 6
    assert pool_length(13, 3, 4, 0, False) == 4
    assert lasagne("layers.dnn.pool_output_length") is pool_length


def test_tools():
    assert lasagne("layers.conv.as_tuple")(2, 3, lasagne("utils.int_types")) == (2, 2, 2)
    assert isinstance(np.int8(1), lasagne("layers.special.int_types"))
    assert not isinstance(1.0, lasagne("layers.special.int_types"))
    assert lasagne("layers.conv.inspect_kwargs")(lambda x, rate=1: x) == ["rate"]
    assert lasagne("layers.noise.get_rng")() is lasagne_expr.random.get_rng()
    assert lasagne("updates.OrderedDict")(a=1) == {"a": 1}
    x, start = T.constant([1.0, 2.0, 3.0]), T.constant(0.0)
    (total,) = lasagne("layers.recurrent.unroll_scan")(
        lambda x, before: before + x, x, [start], [], 3
    )
    assert total.eval().tolist() == [1, 3, 6]
    w = theano.shared(np.array([1.0, 2.0]))
    (grad,) = lasagne("updates.get_or_compute_grads")((w**2).sum(), [w])
    assert grad.eval().tolist() == [2, 4]
    draws = lasagne("layers.noise.RandomStreams")(1).uniform((100,))
    assert 0.3 < draws.eval().mean() < 0.7


def test_regions_of_pooling():
    regions = lasagne("layers.pool.pool_2d_nxn_regions")
    images = np.random.normal(size=(2, 3, 5, 7)).astype(floatX)
    for mode, pool in (("max", np.max), ("average_exc_pad", np.mean)):
        found = regions(T.constant(images), 2, mode)
        assert len(found) == 4
        parts = [
            images[:, :, rows, columns]
            for rows in (slice(0, 3), slice(2, 5))
            for columns in (slice(0, 4), slice(3, 7))
        ]
        for one, part in zip(found, parts):
            np.testing.assert_allclose(one.eval()[..., 0], pool(part, axis=(2, 3)), rtol=1e-5)
    with pytest.raises(ValueError, match="mode should be one of"):
        regions(T.tensor4(), 2, "sum")


def test_grids():
    linspace, meshgrid = lasagne("layers.special._linspace"), lasagne("layers.special._meshgrid")
    np.testing.assert_allclose(linspace(-1, 2, 7).eval(), np.linspace(-1, 2, 7), rtol=1e-6)
    n = T.lscalar()
    found = linspace(T.constant(0.0), 1.0, n).eval({n: 3})
    np.testing.assert_allclose(found, [0, 0.5, 1])
    x, y = np.meshgrid(np.linspace(-1, 1, 5), np.linspace(-1, 1, 3))
    expected = np.stack([x.ravel(), y.ravel(), np.ones(15)])
    np.testing.assert_allclose(meshgrid(3, 5).eval(), expected, atol=1e-7)
    np.testing.assert_allclose(meshgrid(n, 5).eval({n: 3}), expected, atol=1e-7)


def bilinear(image, x, y):
    """Look up an image of (rows, columns, channels) at one point within it."""
    column, row = (x + 1) / 2 * (image.shape[1] - 1), (y + 1) / 2 * (image.shape[0] - 1)
    left, top = min(int(column), image.shape[1] - 2), min(int(row), image.shape[0] - 2)
    a, b = column - left, row - top
    upper = (1 - a) * image[top, left] + a * image[top, left + 1]
    lower = (1 - a) * image[top + 1, left] + a * image[top + 1, left + 1]
    return (1 - b) * upper + b * lower


@pytest.mark.parametrize("border_mode", ["nearest", "mirror", "wrap"])
def test_interpolation(border_mode):
    images = np.random.normal(size=(2, 4, 5, 3)).astype(floatX)
    x, y = np.random.uniform(-1, 1, (2, 12)).astype(floatX)
    interpolate = lasagne("layers.special._interpolate")
    found = interpolate(*map(T.constant, (images, x, y)), 2, 3, border_mode).eval()
    expected = [bilinear(images[n // 6], x[n], y[n]) for n in range(12)]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="border_mode must be one of"):
        interpolate(T.constant(images), T.constant(x), T.constant(y), 2, 3, "none")


@pytest.mark.parametrize("factor", [(1, 1), (2, 1.5)])
def test_affine_transformations_are_those_of_the_layer(factor):
    images = np.random.normal(size=(2, 3, 6, 8)).astype(floatX)
    theta = np.random.normal(size=(2, 6)).astype(floatX)
    transform = lasagne("layers.special._transform_affine")
    layer = lasagne_expr.layers.TransformerLayer(images.shape, (2, 6), factor, "mirror")
    found = transform(T.constant(theta), T.constant(images), factor, "mirror").eval()
    expected = layer.get_output_for([T.constant(images), T.constant(theta)]).eval()
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    # by hand: the corners of the output
    corner = theta[0].reshape(2, 3) @ np.array([-1, -1, 1])
    if np.abs(corner).max() < 1:
        place = bilinear(images[0].transpose(1, 2, 0), *corner)
        np.testing.assert_allclose(found[0, :, 0, 0], place, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("precompute", [True, False])
def test_thin_plate_splines_are_those_of_the_layer(precompute):
    images = np.random.normal(size=(2, 3, 6, 8)).astype(floatX)
    moves = np.random.normal(scale=0.1, size=(2, 18)).astype(floatX)
    special = importlib.import_module("lasagne.layers.special")
    parts = special._initialize_tps(9, images.shape, (2, 2), precompute)
    found = special._transform_thin_plate_spline(
        T.constant(moves), T.constant(images), *parts, precompute, (2, 2), "nearest"
    )
    layer = lasagne_expr.layers.TPSTransformerLayer(images.shape, (2, 18), 2, control_points=9)
    expected = layer.get_output_for([T.constant(images), T.constant(moves)])
    np.testing.assert_allclose(found.eval(), expected.eval(), rtol=1e-3, atol=1e-3)
    L_inv, points = parts[1].eval(), parts[2].eval()
    assert (L_inv.shape, points.shape) == ((12, 12), (2, 9))
    system = np.linalg.inv(L_inv)
    for i, j in ((0, 5), (3, 3), (8, 1)):
        bending = special._U_func_numpy(*points[:, i], *points[:, j])
        np.testing.assert_allclose(system[3 + i, 3 + j], bending, atol=1e-4)
