import itertools

import numpy as np
import pytest
import theano
import theano.tensor as T
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from lasagne_expr.layers import (
    DimshuffleLayer,
    FlattenLayer,
    InputLayer,
    PadLayer,
    ReshapeLayer,
    SliceLayer,
    dimshuffle,
    flatten,
    get_output,
    get_output_shape,
    pad,
    reshape,
)
from numerics import check_pickling, layer_output, variable_for

few_examples = hypothesis_settings(max_examples=10)


def counting(*shape):
    return np.arange(1.0, np.prod(shape) + 1).reshape(shape)


def check_output(layer, x, expected):
    """Compare output and inferred shapes, of the declared input and of the array, with NumPy's."""
    found = layer_output(layer, x)
    np.testing.assert_array_equal(found, expected)
    assert get_output_shape(layer, x.shape) == expected.shape
    assert len(layer.output_shape) == expected.ndim
    for declared, size in zip(layer.output_shape, expected.shape, strict=True):
        assert declared in (None, size)


@st.composite
def arrays_with_declared_shapes(draw, min_ndim=1, max_ndim=4):
    """Draw an array, and its shape with some sizes unknown."""
    shape = draw(st.lists(st.integers(1, 4), min_size=min_ndim, max_size=max_ndim))
    known = draw(st.lists(st.booleans(), min_size=len(shape), max_size=len(shape)))
    declared = tuple(size if k else None for size, k in zip(shape, known, strict=True))
    return counting(*shape), declared


@given(arrays_with_declared_shapes(), st.data())
@few_examples
def test_flatten_merges_the_trailing_axes(array_and_shape, data):
    x, declared = array_and_shape
    outdim = data.draw(st.integers(1, x.ndim))
    layer = FlattenLayer(InputLayer(declared), outdim)
    check_output(layer, x, x.reshape((*x.shape[: outdim - 1], -1)))


def test_flatten_by_default_keeps_the_batch():
    assert FlattenLayer((None, 3, 4)).output_shape == (None, 12)
    assert FlattenLayer((2, 3, None)).output_shape == (2, None)
    assert FlattenLayer((2, 3)).output_shape == (2, 3)


@pytest.mark.parametrize("outdim", [0, -1])
def test_flatten_to_no_axes(outdim):
    with pytest.raises(ValueError, match=f"'flat': outdim .* positive integer, got {outdim}"):
        FlattenLayer((2, 3), outdim, name="flat")


def test_flatten_to_more_axes_than_there_are():
    with pytest.raises(ValueError, match=r"\(2, 3\) can't be flattened to outdim=3"):
        FlattenLayer((2, 3), 3)


def test_flatten_to_half_an_axis():
    with pytest.raises(TypeError, match="outdim should be a positive integer"):
        FlattenLayer((2, 3), 1.5)


@pytest.mark.parametrize(
    ("declared", "shape", "output", "numpy_shape"),
    [
        ((4, 6), (2, 12), (2, 12), (2, 12)),
        ((4, 6), (-1,), (24,), (24,)),
        ((4, 6), (3, -1, 2), (3, 4, 2), (3, 4, 2)),
        ((4, 6), ([1], [0]), (6, 4), (6, 4)),
        ((None, 6), ([0], 2, 3), (None, 2, 3), (4, 2, 3)),
        ((None, 6), ([0], -1, 2), (None, 3, 2), (4, 3, 2)),
        ((None, 6), (-1, [1]), (None, 6), (4, 6)),
        ((None, 6), (-1, 3), (None, 3), (8, 3)),
        ((None, 6), (2, [0], -1), (2, None, 3), (2, 4, 3)),
        ((None, None), ([1], [0], 1), (None, None, 1), (6, 4, 1)),
        ((None, None), ([1], -1), (None, None), (6, 4)),
        ((None, 6), (4, 6), (4, 6), (4, 6)),
        ((4, 6), (np.int64(8), 3), (8, 3), (8, 3)),
        ((None, 6), [[0], 6], (None, 6), (4, 6)),
    ],
)
def test_reshape(declared, shape, output, numpy_shape):
    x = counting(4, 6)
    layer = ReshapeLayer(InputLayer(declared), shape)
    assert layer.output_shape == output
    check_output(layer, x, x.reshape(numpy_shape))


def test_reshape_to_symbolic_sizes():
    x = T.dmatrix()
    source = InputLayer((None, 6), x)
    layer = ReshapeLayer(source, (x.shape[0], T.constant(2), -1))
    assert layer.output_shape == (None, None, None)
    output = theano.function([x], get_output(layer))(counting(4, 6))
    np.testing.assert_array_equal(output, counting(4, 2, 3))


def test_reshape_of_a_reshape_goes_back():
    source = InputLayer((None, 5, 4))
    flat = ReshapeLayer(source, (-1, [2]))
    back = ReshapeLayer(flat, (-1, 5, 4))
    x = counting(3, 5, 4)
    assert back.output_shape == (None, 5, 4)
    np.testing.assert_array_equal(layer_output(back, x), x)


@given(arrays_with_declared_shapes(), st.data())
@few_examples
def test_reshape_by_references_and_a_rest(array_and_shape, data):
    x, declared = array_and_shape
    kept = data.draw(st.lists(st.sampled_from(range(x.ndim)), unique=True, max_size=x.ndim))
    spec = [*([axis] for axis in kept), -1]
    sizes = [x.shape[axis] for axis in kept]
    check_output(ReshapeLayer(InputLayer(declared), tuple(spec)), x, x.reshape(*sizes, -1))


@pytest.mark.parametrize(
    ("declared", "shape"),
    [
        ((4, 6), (5, 5)),
        ((4, 6), (5, -1)),
        ((None, 6), ([0], 5)),
        ((None, 6), ([0], 4, -1)),
        ((None, 6), ([0], [1], 2)),
        ((4, 6), ([0], [0], [1])),
    ],
)
def test_reshape_to_another_number_of_elements(declared, shape):
    with pytest.raises(ValueError, match=r"'re': an input of shape .* can't be reshaped to"):
        ReshapeLayer(declared, shape, name="re")


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((0, 4), "positive or -1, got 0"),
        ((-2, 4), "positive or -1, got -2"),
        ((-1, -1), "at most one size can be -1"),
        (([0, 1], 4), r"a list in shape should hold one axis of the input, got \[0, 1\]"),
        (([], 4), r"should hold one axis of the input, got \[\]"),
        ((["0"], 4), "should hold one axis"),
        (([2], 4), r"\[2\] in shape is none of the axes 0 to 1"),
        (([-1], 4), r"\[-1\] in shape is none of the axes 0 to 1"),
        ((T.ivector(), 4), "should be an integer scalar expression"),
        ((T.scalar(), 4), "should be an integer scalar expression"),
    ],
)
def test_reshape_to_bad_sizes(shape, message):
    with pytest.raises(ValueError, match=message):
        ReshapeLayer((4, 6), shape)


@pytest.mark.parametrize("shape", [24, "ab", (4.0, 6), ("4", 6), (None, 6), T.ivector()])
def test_reshape_to_sizes_of_wrong_types(shape):
    with pytest.raises(TypeError, match="size"):
        ReshapeLayer((4, 6), shape)


@pytest.mark.parametrize(
    ("declared", "pattern", "output"),
    [
        ((2, 3, 4), (2, 0, 1), (4, 2, 3)),
        ((None, 3, 4), (0, "x", 2, 1), (None, 1, 4, 3)),
        ((2, 3, 4), ["x", 0, 1, 2, "x"], (1, 2, 3, 4, 1)),
        ((None, None, None), (1, 0, 2), (None, None, None)),
    ],
)
def test_dimshuffle(declared, pattern, output):
    x = counting(2, 3, 4)
    layer = DimshuffleLayer(InputLayer(declared), pattern)
    assert layer.output_shape == output
    expected = x.transpose([axis for axis in pattern if axis != "x"])
    expected = np.expand_dims(expected, [a for a, entry in enumerate(pattern) if entry == "x"])
    check_output(layer, x, expected)


@given(arrays_with_declared_shapes(), st.data())
@few_examples
def test_dimshuffle_reorders_adds_and_drops(array_and_shape, data):
    x, declared = array_and_shape
    dropped = [axis for axis, size in enumerate(x.shape) if size == 1 and data.draw(st.booleans())]
    order = data.draw(st.permutations([axis for axis in range(x.ndim) if axis not in dropped]))
    added = data.draw(st.integers(0, len(order)))
    pattern = (*order[:added], "x", *order[added:])
    sizes = [x.shape[axis] for axis in order]
    expected = np.squeeze(x, tuple(dropped))
    rank = sorted(order)
    expected = expected.transpose([rank.index(axis) for axis in order])
    expected = expected.reshape((*sizes[:added], 1, *sizes[added:]))
    check_output(DimshuffleLayer(InputLayer(declared), pattern), x, expected)


def test_dimshuffle_that_drops_an_axis_of_unknown_size_checks_it_when_called():
    layer = DimshuffleLayer(InputLayer((None, 3, None)), (0, 1))
    x = variable_for(np.zeros((2, 3, 1)))
    drop = theano.function([x], get_output(layer, x))
    assert drop(counting(2, 3, 1)).tolist() == counting(2, 3).tolist()
    with pytest.raises((ValueError, TypeError)):
        drop(counting(2, 3, 2))


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ((0, 0, 1), "names axis 0 more than once"),
        ((0, 1, 2, 3), r"names axis 3, but the input, of shape \(2, 3, 1\), has axes 0 to 2"),
        ((0, -1), "names axis -1"),
        ((0, 2), r"drops axis 1 of the input, .*, but only axes of size 1"),
    ],
)
def test_bad_patterns(pattern, message):
    with pytest.raises(ValueError, match=f"'shuffle': pattern .* {message}"):
        DimshuffleLayer((2, 3, 1), pattern, name="shuffle")


@pytest.mark.parametrize("pattern", ["x01", (0, "y"), (0, 1.0), 1, None, (0, None)])
def test_patterns_of_wrong_types(pattern):
    with pytest.raises(TypeError, match="pattern should be a tuple of axes"):
        DimshuffleLayer((2, 3), pattern)


@pytest.mark.parametrize(
    ("width", "batch_ndim", "numpy_width"),
    [
        (2, 2, [(0, 0), (0, 0), (2, 2), (2, 2)]),
        ([1, (0, 3)], 2, [(0, 0), (0, 0), (1, 1), (0, 3)]),
        (1, 0, [(1, 1)] * 4),
    ],
)
@pytest.mark.parametrize("declared", [(2, 3, 4, 5), (None, 3, None, 5)])
def test_pad(width, batch_ndim, numpy_width, declared):
    x = counting(2, 3, 4, 5)
    layer = PadLayer(InputLayer(declared), width, val=-1, batch_ndim=batch_ndim)
    check_output(layer, x, np.pad(x, numpy_width, mode="constant", constant_values=-1))


def test_pad_errors_name_the_layer():
    with pytest.raises(ValueError, match=r"'pad': widths can't be negative, got -1"):
        PadLayer((2, 3, 4), -1, name="pad")
    with pytest.raises(ValueError, match=r"'pad': width .* each of the 1 axes to pad"):
        PadLayer((2, 3, 4), [1, 1], name="pad")
    with pytest.raises(ValueError, match=r"'pad': batch_ndim .* from 0 to 3, got 4"):
        PadLayer((2, 3, 4), 1, batch_ndim=4, name="pad")
    with pytest.raises(TypeError, match=r"'pad': width .* got 1\.5"):
        PadLayer((2, 3, 4), 1.5, name="pad")


@given(arrays_with_declared_shapes(max_ndim=3), st.data())
@few_examples
def test_slice_is_that_of_numpy(array_and_shape, data):
    x, declared = array_and_shape
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    size = x.shape[axis]
    indices = data.draw(st.one_of(st.integers(-size, size - 1), st.slices(size)))
    expected = x[(slice(None),) * (axis % x.ndim) + (indices,)]
    if isinstance(indices, slice) and expected.size == 0:
        with pytest.raises(ValueError, match="there is nothing at slice"):
            SliceLayer(x.shape, indices, axis)
    else:
        check_output(SliceLayer(InputLayer(declared), indices, axis), x, np.asarray(expected))


@pytest.mark.parametrize("index", [4, -5])
def test_slice_out_of_range(index):
    with pytest.raises(ValueError, match=rf"'s': there is nothing at {index} along axis 1"):
        SliceLayer((2, 4), index, name="s")


def test_slice_out_of_range_of_a_shape_given_later():
    layer = SliceLayer((2, None), 4)
    with pytest.raises(ValueError, match=r"nothing at 4 along axis 1 .* shape \(2, 3\)"):
        layer.get_output_shape_for((2, 3))


@pytest.mark.parametrize("axis", [2, -3])
def test_slice_along_no_axis(axis):
    with pytest.raises(ValueError, match=rf"\(2, 4\) has no axis {axis}: expected one from -2 to"):
        SliceLayer((2, 4), 0, axis)


@pytest.mark.parametrize("indices", [1.0, "1", None, slice(0.5, None), (0, 1), True])
def test_slices_of_wrong_types(indices):
    with pytest.raises(TypeError, match="indices should be an integer or a slice of integers"):
        SliceLayer((2, 4), indices)


def test_slice_without_a_step():
    with pytest.raises(ValueError, match="step of a slice can't be 0"):
        SliceLayer((2, 4), slice(None, None, 0))
    with pytest.raises(TypeError, match="axis should be an integer, got 'x'"):
        SliceLayer((2, 4), 0, "x")


@pytest.mark.parametrize(
    ("make", "mask"),
    [
        (FlattenLayer, 1),
        (lambda source: ReshapeLayer(source, (-1, [1])), 1),
        (lambda source: DimshuffleLayer(source, (2, 0, "x", 1)), 1),
        (lambda source: PadLayer(source, 2), 1),
        (lambda source: SliceLayer(source, slice(0, 3, 2)), [1, 0, 1, 0]),
        (lambda source: SliceLayer(source, -1, axis=1), [[0], [0], [1]]),
    ],
)
def test_gradient_is_that_of_the_elements_kept(make, mask):
    x = variable_for(np.zeros((2, 3, 4)))
    cost = T.sum(get_output(make(InputLayer((None, 3, 4), x))) ** 2)
    value = counting(2, 3, 4)
    found = theano.function([x], T.grad(cost, x))(value)
    np.testing.assert_allclose(found, 2 * value * mask)


def test_other_names():
    pairs = [
        (flatten, FlattenLayer),
        (reshape, ReshapeLayer),
        (dimshuffle, DimshuffleLayer),
        (pad, PadLayer),
    ]
    assert all(other is kind for other, kind in pairs)


def test_shape_layers_pickle():
    layer = InputLayer((None, 3, 4))
    layer = ReshapeLayer(PadLayer(layer, 1, batch_ndim=1), ([0], -1, 2))
    layer = FlattenLayer(SliceLayer(DimshuffleLayer(layer, (0, 2, 1)), slice(0, 1), axis=1))
    check_pickling(layer, counting(2, 3, 4).astype(theano.config.floatX))


@pytest.mark.parametrize(
    "make",
    [
        FlattenLayer,
        lambda source: ReshapeLayer(source, ([0], -1)),
        lambda source: DimshuffleLayer(source, (1, 0, 2)),
        lambda source: PadLayer(source, 1),
        lambda source: SliceLayer(source, 0),
    ],
)
def test_shapes_with_every_combination_of_unknown_sizes(make):
    for known in itertools.product([True, False], repeat=3):
        declared = tuple(s if k else None for s, k in zip((2, 3, 4), known, strict=True))
        full, partial = make((2, 3, 4)).output_shape, make(declared).output_shape
        assert len(full) == len(partial)
        assert all(p in (None, f) for p, f in zip(partial, full, strict=True))
