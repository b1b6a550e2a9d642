"""Pooling and resampling layers against loops in NumPy."""

import itertools
import pickle

import numpy as np
import pytest
import theano
import theano.tensor as T
from hypothesis import given, settings
from hypothesis import strategies as st
from theano.tensor.nnet.neighbours import images2neibs
from theano.tensor.signal import pool

from lasagne_expr.layers import (
    FeaturePoolLayer,
    FeatureWTALayer,
    FlattenLayer,
    GlobalPoolLayer,
    MaxPool1DLayer,
    MaxPool2DLayer,
    MaxPool3DLayer,
    Pool1DLayer,
    Pool2DLayer,
    Pool3DLayer,
    SpatialPyramidPoolingLayer,
    Upscale1DLayer,
    Upscale2DLayer,
    Upscale3DLayer,
    get_output,
    get_output_shape,
)

MODES = ("max", "sum", "average_inc_pad", "average_exc_pad")


def pooled(x, size, stride, pad, ignore_border, mode):
    """Pool over the axes after the second, window by window."""
    lengths = x.shape[2:]
    counts = []
    for n, s, d, p in zip(lengths, size, stride, pad):
        if ignore_border:
            counts.append((n + 2 * p - s) // d + 1)
        else:
            starts = list(range(0, n, d))
            # A window that starts beyond the last full one only counts if it adds elements.
            while len(starts) > 1 and starts[-2] + s >= n:
                starts.pop()
            counts.append(len(starts))
    out = np.zeros(x.shape[:2] + tuple(counts))
    for place in itertools.product(*map(range, counts)):
        window, whole = [], 1
        for i, n, s, d, p in zip(place, lengths, size, stride, pad):
            low, high = i * d - p, min(i * d - p + s, n + p)
            whole *= high - low
            window.append(slice(max(low, 0), min(high, n)))
        values = x[(..., *window)]
        axes = tuple(range(2, x.ndim))
        if mode == "max":
            result = values.max(axis=axes)
        else:
            result = values.sum(axis=axes)
            if mode == "average_inc_pad":
                result = result / whole
            elif mode == "average_exc_pad":
                result = result / np.prod(values.shape[2:])
        out[(..., *place)] = result
    return out


def run(layer, x):
    variable = T.TensorType("float64", (False,) * x.ndim)("x")
    output = get_output(layer, variable)
    return theano.function([variable], output)(x)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("size", "stride", "pad", "ignore_border"),
    [
        ((2, 2), None, (0, 0), True),
        ((2, 2), None, (0, 0), False),
        ((3, 2), (1, 2), (0, 0), True),
        ((3, 2), (2, 1), (0, 0), False),
        ((3, 3), (2, 2), (1, 1), True),
        ((2, 3), (3, 4), (0, 0), True),
        ((2, 3), (3, 4), (0, 0), False),
        ((4, 4), (4, 4), (2, 1), True),
    ],
)
def test_pool_2d(size, stride, pad, ignore_border, mode):
    x = np.random.RandomState(0).randn(2, 3, 7, 6)
    layer = Pool2DLayer((None, 3, 7, 6), size, stride, pad, ignore_border, mode)
    expected = pooled(x, size, stride or size, pad, ignore_border, mode)
    assert layer.output_shape == (None, *expected.shape[1:])
    np.testing.assert_allclose(run(layer, x), expected, atol=1e-12)


@pytest.mark.parametrize("mode", MODES)
def test_pool_1d_and_3d(mode):
    rng = np.random.RandomState(1)
    x, y = rng.randn(2, 3, 9), rng.randn(1, 2, 4, 5, 6)
    one = Pool1DLayer((None, 3, None), 3, stride=2, pad=1, mode=mode)
    np.testing.assert_allclose(run(one, x), pooled(x, (3,), (2,), (1,), True, mode), atol=1e-12)
    three = Pool3DLayer((None, 2, 4, 5, 6), (2, 3, 2), stride=(2, 1, 3), mode=mode)
    expected = pooled(y, (2, 3, 2), (2, 1, 3), (0, 0, 0), True, mode)
    np.testing.assert_allclose(run(three, y), expected, atol=1e-12)


def test_large_windows():
    x = np.random.RandomState(2).randn(1, 1, 12, 11)
    for mode in MODES:
        layer = Pool2DLayer((None, 1, 12, 11), (6, 5), stride=(3, 2), mode=mode)
        expected = pooled(x, (6, 5), (3, 2), (0, 0), True, mode)
        np.testing.assert_allclose(run(layer, x), expected, atol=1e-12)


def test_max_pool_layers_are_pool_layers_in_mode_max():
    for layer, size in (
        (MaxPool1DLayer((None, 1, 4), 2), 2),
        (MaxPool2DLayer((None, 1, 4, 4), 2), 4),
        (MaxPool3DLayer((None, 1, 4, 4, 4), 2), 8),
    ):
        assert layer.mode == "max"
        assert np.prod(layer.pool_size) == size
        x = np.random.RandomState(0).randn(1, *layer.input_shape[1:])
        ndim = x.ndim - 2
        expected = pooled(x, (2,) * ndim, (2,) * ndim, (0,) * ndim, True, "max")
        np.testing.assert_allclose(run(layer, x), expected)


@pytest.mark.parametrize("mode", MODES)
def test_gradients(mode):
    """The gradient of a weighted sum, window by window."""
    rng = np.random.RandomState(3)
    data = rng.permutation(42).reshape(1, 1, 7, 6).astype("float64")  # no ties
    x = T.tensor4("x", "float64")
    layer = Pool2DLayer((None, 1, 7, 6), (3, 2), stride=(2, 1), mode=mode)
    weights = rng.randn(*layer.get_output_shape_for((1, 1, 7, 6)))
    gradient = theano.function([x], T.grad((get_output(layer, x) * weights).sum(), x))(data)
    expected = np.zeros_like(data)
    for place in itertools.product(*map(range, weights.shape[2:])):
        rows, columns = place[0] * 2 + np.arange(3), place[1] + np.arange(2)
        window = data[0, 0][np.ix_(rows, columns)]
        share = {
            "max": window == window.max(),
            "sum": np.ones((3, 2)),
        }.get(mode, np.full((3, 2), 1 / 6))
        expected[0, 0][np.ix_(rows, columns)] += share * weights[(0, 0, *place)]
    np.testing.assert_allclose(gradient, expected, atol=1e-12)


def test_all_maxima_of_a_window_get_the_gradient():
    x = T.tensor4("x", "float64")
    loss = pool.pool_2d(x, (2, 2), ignore_border=True).sum()
    data = np.array([[[[1.0, 1.0, 0.0, 2.0], [0.0, 1.0, 0.0, 0.0]]]])
    gradient = theano.function([x], T.grad(loss, x))(data)
    assert gradient[0, 0].tolist() == [[1, 1, 0, 1], [0, 1, 0, 0]]


sizes = st.integers(1, 4)


@settings(max_examples=15)
@given(
    length=st.integers(1, 9), size=sizes, stride=sizes, pad=st.integers(0, 2), border=st.booleans()
)
def test_shapes(length, size, stride, pad, border):
    pad = min(pad, size - 1) if border else 0
    if length + 2 * pad < size and border:
        with pytest.raises(ValueError, match="don't fit an input of shape"):
            _ = Pool1DLayer((None, 1, length), size, stride, pad, border).output_shape
        return
    layer = Pool1DLayer((None, 1, length), size, stride, pad, border)
    x = np.arange(length, dtype="float64").reshape(1, 1, length)
    output = run(layer, x)
    assert output.shape == get_output_shape(layer, (1, 1, length))
    np.testing.assert_allclose(output, pooled(x, (size,), (stride,), (pad,), border, "max"))


class TestBadPooling:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"pool_size": 0}, "pool_size should be at least 1"),
            ({"pool_size": 2, "stride": 0}, "stride should be at least 1"),
            ({"pool_size": 2, "pad": -1}, "pad should be at least 0"),
            ({"pool_size": 2, "pad": 2}, "should be smaller than pool_size"),
            ({"pool_size": 3, "pad": 1, "ignore_border": False}, "needs ignore_border=True"),
            ({"pool_size": (1, 2, 3)}, "pool_size: expected"),
            ({"pool_size": 2, "mode": "median"}, "mode should be one of max"),
        ],
    )
    def test_arguments(self, options, message):
        with pytest.raises(ValueError, match=f"Pool2DLayer 'p'.*{message}"):
            Pool2DLayer((None, 1, 8, 8), name="p", **options)

    def test_types(self):
        with pytest.raises(TypeError, match="Pool2DLayer.*pool_size"):
            Pool2DLayer((None, 1, 8, 8), 2.5)

    def test_dimensions(self):
        with pytest.raises(ValueError, match="Pool2DLayer needs an input of 4 dimensions"):
            Pool2DLayer((1, 8), 2)

    def test_windows_that_leave_nothing(self):
        with pytest.raises(ValueError, match=r"windows of size \(9, 9\) don't fit"):
            _ = Pool2DLayer((None, 1, 8, 8), 9).output_shape


class TestUpscale:
    def test_repeat(self):
        x = np.random.RandomState(0).randn(2, 3, 4)
        layer = Upscale1DLayer((None, 3, None), 3)
        np.testing.assert_array_equal(run(layer, x), x.repeat(3, axis=2))
        y = np.random.RandomState(0).randn(2, 3, 2, 4)
        layer = Upscale2DLayer((None, 3, 2, 4), (2, 3))
        assert layer.output_shape == (None, 3, 4, 12)
        np.testing.assert_array_equal(run(layer, y), y.repeat(2, axis=2).repeat(3, axis=3))

    def test_dilate(self):
        y = np.random.RandomState(0).randn(2, 3, 2, 2, 2)
        expected = np.zeros((2, 3, 2, 4, 6))
        expected[:, :, :, ::2, ::3] = y
        layer = Upscale3DLayer((None, 3, 2, 2, 2), (1, 2, 3), mode="dilate")
        np.testing.assert_array_equal(run(layer, y), expected)

    def test_all_of_theanos_rewrites_come_to_an_end(self):
        layer = FlattenLayer(Upscale2DLayer((None, 1, 2, 2), 2, mode="dilate"))
        x = T.tensor4("x", "float64")
        mode = theano.compile.Mode(linker="py", optimizer="fast_run")
        output = theano.function([x], get_output(layer, x), mode=mode)(np.ones((1, 1, 2, 2)))
        assert output.sum() == 4

    def test_bad_arguments(self):
        with pytest.raises(ValueError, match="scale_factor should be at least 1"):
            Upscale1DLayer((None, 3, 4), 0)
        with pytest.raises(ValueError, match="'repeat' or 'dilate', got 'cubic'"):
            Upscale1DLayer((None, 3, 4), 2, mode="cubic")
        with pytest.raises(ValueError, match="needs an input of 4 dimensions"):
            Upscale2DLayer((None, 3, 4), 2)
        with pytest.raises(TypeError, match="scale_factor"):
            Upscale1DLayer((None, 3, 4), 1.5)


class TestFeaturePool:
    def test_maxout(self):
        x = np.random.RandomState(0).randn(5, 12, 3)
        layer = FeaturePoolLayer((None, 12, 3), pool_size=4)
        assert layer.output_shape == (None, 3, 3)
        np.testing.assert_array_equal(run(layer, x), x.reshape(5, 3, 4, 3).max(axis=2))

    def test_other_axes_and_functions(self):
        x = np.random.RandomState(0).randn(5, 2, 6)
        layer = FeaturePoolLayer((None, 2, 6), pool_size=3, axis=-1, pool_function=T.sum)
        np.testing.assert_allclose(run(layer, x), x.reshape(5, 2, 2, 3).sum(axis=3))

    def test_winner_takes_all(self):
        x = np.array([[1.0, 3.0, 2.0, 5.0, 5.0, 4.0]])
        layer = FeatureWTALayer((None, 6), pool_size=3)
        assert run(layer, x).tolist() == [[0, 3, 0, 5, 0, 0]]
        images = np.random.RandomState(0).randn(2, 4, 3)
        result = run(FeatureWTALayer((None, 4, 3), pool_size=2), images)
        groups = images.reshape(2, 2, 2, 3)
        expected = np.where(groups == groups.max(axis=2, keepdims=True), groups, 0)
        np.testing.assert_array_equal(result, expected.reshape(2, 4, 3))

    @pytest.mark.parametrize("kind", [FeaturePoolLayer, FeatureWTALayer])
    def test_bad_arguments(self, kind):
        with pytest.raises(ValueError, match="12 features along axis 1 don't fall into groups"):
            kind((None, 12), pool_size=5)
        with pytest.raises(ValueError, match="has no axis 3"):
            kind((None, 12), pool_size=2, axis=3)
        with pytest.raises(ValueError, match="which is unknown"):
            kind((None, None), pool_size=2)


def test_global_pool():
    x = np.random.RandomState(0).randn(2, 3, 4, 5)
    np.testing.assert_allclose(run(GlobalPoolLayer((None, 3, None, None)), x), x.mean(axis=(2, 3)))
    layer = GlobalPoolLayer((None, 3, 4, 5), pool_function=T.max)
    np.testing.assert_allclose(run(layer, x), x.max(axis=(2, 3)))
    with pytest.raises(ValueError, match="3 or more dimensions"):
        GlobalPoolLayer((None, 3))


class TestSpatialPyramid:
    def covering(self, x, dim, reduce):
        rows, columns = x.shape[2:]
        cells = [
            reduce(
                x[
                    :,
                    :,
                    i * rows // dim : -(-(i + 1) * rows // dim),
                    j * columns // dim : -(-(j + 1) * columns // dim),
                ],
                axis=(2, 3),
            )
            for i in range(dim)
            for j in range(dim)
        ]
        return np.stack(cells, axis=2)

    @pytest.mark.parametrize("known", [True, False])
    @pytest.mark.parametrize(("mode", "reduce"), [("max", np.max), ("average_exc_pad", np.mean)])
    def test_as_in_the_paper(self, mode, reduce, known):
        x = np.random.RandomState(0).randn(2, 3, 7, 9)
        shape = (None, 3, 7, 9) if known else (None, 3, None, None)
        layer = SpatialPyramidPoolingLayer(shape, [3, 1], mode=mode, implementation="kaiming")
        expected = np.concatenate([self.covering(x, dim, reduce) for dim in (3, 1)], axis=2)
        np.testing.assert_allclose(run(layer, x), expected)

    @pytest.mark.parametrize("known", [True, False])
    def test_fast(self, known):
        x = np.random.RandomState(0).randn(2, 3, 8, 12)
        shape = (None, 3, 8, 12) if known else (None, 3, None, None)
        layer = SpatialPyramidPoolingLayer(shape)
        # Where the grids divide the image, both implementations are the same.
        expected = [self.covering(x, dim, np.max) for dim in (4, 2, 1)]
        result = run(layer, x)
        assert result.shape[1:] == layer.output_shape[1:]
        np.testing.assert_allclose(result, np.concatenate(expected, axis=2))

    def test_any_size_gives_the_same_number_of_cells(self):
        layer = SpatialPyramidPoolingLayer((None, 1, None, None), [4, 2])
        for size in (4, 5, 6, 7, 9):
            assert run(layer, np.ones((1, 1, size, size + 1))).shape == (1, 1, 20)

    def test_bad_arguments(self):
        with pytest.raises(ValueError, match="4 cells is finer than the input"):
            SpatialPyramidPoolingLayer((None, 1, 3, 8))
        with pytest.raises(ValueError, match="'fast' or 'kaiming'"):
            SpatialPyramidPoolingLayer((None, 1, 8, 8), implementation="slow")
        with pytest.raises(ValueError, match="mode should be one of"):
            SpatialPyramidPoolingLayer((None, 1, 8, 8), mode="sum")


def test_layers_pickle():
    for layer in (Pool2DLayer((None, 1, 8, 8), 2), Upscale2DLayer((None, 1, 8, 8), 2)):
        assert pickle.loads(pickle.dumps(layer)).output_shape == layer.output_shape


class TestNeighbours:
    @pytest.mark.parametrize(
        ("mode", "shape", "step"),
        [
            ("valid", (2, 3), (2, 3)),
            ("valid", (2, 2), (1, 2)),
            ("ignore_borders", (3, 4), (2, 2)),
        ],
    )
    def test_windows(self, mode, shape, step):
        x = np.random.RandomState(0).randn(2, 2, 4, 6)
        expected = [
            x[a, b, i : i + shape[0], j : j + shape[1]].ravel()
            for a in range(2)
            for b in range(2)
            for i in range(0, 4 - shape[0] + 1, step[0])
            for j in range(0, 6 - shape[1] + 1, step[1])
        ]
        variable = T.tensor4("x", "float64")
        rows = theano.function([variable], images2neibs(variable, shape, step, mode=mode))(x)
        np.testing.assert_array_equal(rows, expected)

    def test_centred_windows_wrap(self):
        x = np.arange(16.0).reshape(1, 1, 4, 4)
        variable = T.tensor4("x", "float64")
        rows = theano.function(
            [variable], images2neibs(variable, (3, 3), (1, 1), mode="wrap_centered")
        )(x)
        wrapped = np.pad(x[0, 0], 1, mode="wrap")
        expected = [wrapped[i : i + 3, j : j + 3].ravel() for i in range(4) for j in range(4)]
        np.testing.assert_array_equal(rows, expected)
