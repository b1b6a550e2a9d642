import functools

import numpy as np
import pytest
import theano
import theano.tensor as T
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from lasagne_expr.layers import (
    ConcatLayer,
    DenseLayer,
    ElemwiseMergeLayer,
    ElemwiseSumLayer,
    InputLayer,
    autocrop,
    autocrop_array_shapes,
    concat,
    get_output,
    get_output_shape,
)
from numerics import check_pickling, layer_output, variable_for

rng = np.random.RandomState(1234)


def normal(*shape):
    return rng.normal(size=shape)


def cropped_by_numpy(arrays, cropping):
    """Crop with NumPy, axis by axis."""
    for axis, entry in enumerate(cropping or []):
        size = min(a.shape[axis] for a in arrays)
        if entry is not None:
            starts = [
                {"lower": 0, "upper": a.shape[axis] - size, "center": (a.shape[axis] - size) // 2}
                for a in arrays
            ]
            arrays = [
                np.take(a, range(start[entry], start[entry] + size), axis)
                for a, start in zip(arrays, starts, strict=True)
            ]
    return arrays


@pytest.mark.parametrize(
    "cropping",
    [
        None,
        [],
        [None, None, None],
        ["lower", "upper", "center"],
        ["center", None, "lower"],
        ("upper",),
    ],
)
def test_autocrop_is_that_of_numpy(cropping):
    arrays = [normal(6, 3, 7), normal(4, 8, 5), normal(5, 3, 4)]
    variables = [variable_for(a) for a in arrays]
    found = theano.function(variables, autocrop(variables, cropping))(*arrays)
    expected = cropped_by_numpy(arrays, cropping)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)
    shapes = autocrop_array_shapes([a.shape for a in arrays], cropping)
    assert shapes == [a.shape for a in expected]


@given(
    shapes=st.lists(st.tuples(*[st.integers(1, 6)] * 2), min_size=1, max_size=3),
    cropping=st.lists(st.sampled_from([None, "lower", "upper", "center"]), max_size=2),
)
@hypothesis_settings(max_examples=10)
def test_shapes_of_autocrop_are_those_of_what_it_crops(shapes, cropping):
    arrays = [np.arange(np.prod(shape)).reshape(shape) for shape in shapes]
    variables = [variable_for(a) for a in arrays]
    found = theano.function(variables, autocrop(variables, cropping))(*arrays)
    expected = cropped_by_numpy(arrays, cropping)
    assert [a.tolist() for a in found] == [a.tolist() for a in expected]
    assert [a.shape for a in found] == autocrop_array_shapes(shapes, cropping)


def test_upper_cropping_to_nothing_is_empty():
    variables = [T.dvector(), T.dvector()]
    crop = theano.function(variables, autocrop(variables, ["upper"]))
    assert [a.shape for a in crop(np.zeros(0), np.ones(3))] == [(0,), (0,)]


def test_cropped_sizes_are_unknown_where_an_input_s_size_is():
    shapes = [(2, 5, None), (3, None, 4)]
    assert autocrop_array_shapes(shapes, ["lower", "center"]) == [(2, None, None), (2, None, 4)]


@pytest.mark.parametrize("crop", [autocrop, autocrop_array_shapes])
def test_bad_cropping(crop):
    matrices = [T.matrix(), T.matrix()] if crop is autocrop else [(2, 3), (2, 3)]
    with pytest.raises(ValueError, match=r"unknown cropping 'middle' .*'lower', 'upper'"):
        crop(matrices, [None, "middle"])
    with pytest.raises(ValueError, match="more entries than the inputs' 2 axes"):
        crop(matrices, [None] * 3)
    with pytest.raises(TypeError, match="got 'lower'"):
        crop(matrices, "lower")
    with pytest.raises(TypeError, match="got 1"):
        crop(matrices, 1)


def test_cropping_takes_one_number_of_dimensions():
    with pytest.raises(ValueError, match="inputs of 2, 3 dimensions can't be cropped"):
        autocrop([T.matrix(), T.tensor3()], ["lower"])
    with pytest.raises(ValueError, match="inputs of 1, 2 dimensions can't be cropped"):
        autocrop_array_shapes([(2,), (2, 3)], ["lower"])


def inputs_for(*arrays, shapes=None):
    """Make an input layer for each array, and the dict that gives it."""
    shapes = shapes or [a.shape for a in arrays]
    return {InputLayer(s): a for s, a in zip(shapes, arrays, strict=True)}


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_concat_is_that_of_numpy(axis):
    shapes = [[2, 3, 4], [2, 3, 4]]
    shapes[1][axis] = 6
    inputs = inputs_for(*(normal(*shape) for shape in shapes))
    layer = ConcatLayer(list(inputs), axis=axis)
    expected = np.concatenate(list(inputs.values()), axis=axis)
    assert layer.output_shape == expected.shape
    np.testing.assert_array_equal(layer_output(layer, inputs), expected)


def test_concat_crops_all_axes_but_its_own():
    inputs = inputs_for(normal(2, 3, 6), normal(2, 5, 4))
    layer = ConcatLayer(list(inputs), cropping=[None, "lower", "center"])
    assert layer.output_shape == (2, 8, 4)
    a, b = inputs.values()
    expected = np.concatenate([a[:, :, 1:5], b], axis=1)
    np.testing.assert_array_equal(layer_output(layer, inputs), expected)


def test_concat_of_unknown_sizes():
    inputs = inputs_for(normal(2, 3), normal(2, 5), shapes=[(None, 3), (2, None)])
    layer = ConcatLayer(list(inputs))
    assert layer.output_shape == (2, None)
    assert get_output_shape(layer, {s: a.shape for s, a in inputs.items()}) == (2, 8)
    np.testing.assert_array_equal(
        layer_output(layer, inputs), np.concatenate(list(inputs.values()), axis=1)
    )


def test_concat_of_a_layer_with_itself_and_of_one_layer():
    source = InputLayer((None, 3))
    x = normal(2, 3)
    assert ConcatLayer([source, source]).output_shape == (None, 6)
    np.testing.assert_array_equal(layer_output(ConcatLayer([source, source]), x), np.hstack([x, x]))
    np.testing.assert_array_equal(layer_output(ConcatLayer([source]), x), x)


def test_concat_gradient():
    a, b = T.dmatrix(), T.dmatrix()
    layer = ConcatLayer([(None, 3), (None, 2)])
    weights = normal(4, 5)
    cost = T.sum(layer.get_output_for([a, b]) * weights)
    found = theano.function([a, b], T.grad(cost, [a, b]))(normal(4, 3), normal(4, 2))
    np.testing.assert_allclose(np.hstack(found), weights)


def test_other_name_of_concat():
    assert concat is ConcatLayer


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [(ConcatLayer, {}), (ElemwiseSumLayer, {}), (ElemwiseMergeLayer, {"merge_function": T.mul})],
)
class TestShapesThatDoNotMatch:
    def test_sizes(self, kind, arguments):
        with pytest.raises(ValueError, match=r"'m': .* \(2, 4\), \(3, 4\) differ along axis 0"):
            kind([(2, 4), (3, 4)], name="m", **arguments)

    def test_sizes_by_way_of_an_unknown_one(self, kind, arguments):
        with pytest.raises(ValueError, match="differ along axis 0"):
            kind([(2, 3), (None, 3), (4, 3)], **arguments)

    def test_dimensions(self, kind, arguments):
        with pytest.raises(ValueError, match=r"\(2, 3\), \(2, 3, 5\) differ in their number"):
            kind([(2, 3), (2, 3, 5)], **arguments)
        with pytest.raises(ValueError, match=r"'m': inputs of 2, 3 dimensions"):
            kind([(2, 3), (2, 3, 5)], cropping=["lower"], name="m", **arguments)

    def test_cropping(self, kind, arguments):
        with pytest.raises(ValueError, match="'m': unknown cropping 'middle'"):
            kind([(2, 3), (2, 3)], cropping=["middle"], name="m", **arguments)
        with pytest.raises(TypeError, match="'m': cropping should be None, or a list"):
            kind([(2, 3), (2, 3)], cropping="lower", name="m", **arguments)

    def test_shapes_given_later(self, kind, arguments):
        layer = kind([(None, 3), (None, 3)], **arguments)
        with pytest.raises(ValueError, match="differ along axis 0"):
            layer.get_output_shape_for([(2, 3), (4, 3)])


@pytest.mark.parametrize("axis", [2, -3])
def test_concat_axis_out_of_range(axis):
    with pytest.raises(ValueError, match=rf"no axis {axis}: expected one from -2 to 1"):
        ConcatLayer([(2, 3), (2, 3)], axis=axis)


def test_concat_axis_must_be_an_integer():
    with pytest.raises(TypeError, match=r"axis should be an integer, got 1\.0"):
        ConcatLayer([(2, 3), (2, 3)], axis=1.0)


@pytest.mark.parametrize(
    ("function", "in_numpy"), [(T.maximum, np.maximum), (T.mul, np.multiply), (T.sub, np.subtract)]
)
def test_elementwise_merge_goes_from_left_to_right(function, in_numpy):
    inputs = inputs_for(normal(2, 3), normal(2, 3), normal(2, 3))
    layer = ElemwiseMergeLayer(list(inputs), function)
    assert layer.output_shape == (2, 3)
    expected = functools.reduce(in_numpy, inputs.values())
    np.testing.assert_allclose(layer_output(layer, inputs), expected)


def test_elementwise_merge_crops():
    inputs = inputs_for(normal(2, 3), normal(2, 5))
    layer = ElemwiseMergeLayer(list(inputs), T.mul, cropping=[None, "upper"])
    a, b = inputs.values()
    np.testing.assert_allclose(layer_output(layer, inputs), a * b[:, 2:])


def test_elementwise_merge_knows_a_size_if_any_input_does():
    layer = ElemwiseMergeLayer([(None, 3, None), (2, None, None)], T.mul)
    assert layer.output_shape == (2, 3, None)


def test_merge_function_must_be_callable():
    with pytest.raises(TypeError, match=r"merge_function should be a function .* got 'mul'"):
        ElemwiseMergeLayer([(2, 3), (2, 3)], "mul")


@pytest.mark.parametrize(
    ("coeffs", "factors"), [(1, (1, 1)), (0.5, (0.5, 0.5)), ([2, -1], (2, -1)), ((1, 3), (1, 3))]
)
def test_elementwise_sum(coeffs, factors):
    inputs = inputs_for(normal(2, 3), normal(2, 3))
    layer = ElemwiseSumLayer(list(inputs), coeffs)
    expected = sum(f * a for f, a in zip(factors, inputs.values(), strict=True))
    np.testing.assert_allclose(layer_output(layer, inputs), expected)


def test_elementwise_sum_with_expressions():
    weight = theano.shared(np.float64(0.25))
    inputs = inputs_for(normal(2, 3), normal(2, 3))
    layer = ElemwiseSumLayer(list(inputs), [weight, 1 - weight])
    a, b = inputs.values()
    np.testing.assert_allclose(layer_output(layer, inputs), 0.25 * a + 0.75 * b)


def test_elementwise_sum_keeps_float32():
    layer = ElemwiseSumLayer([(2, 3), (2, 3)], coeffs=[0.5, 1])
    assert layer.get_output_for([T.fmatrix(), T.fmatrix()]).dtype == "float32"


@pytest.mark.parametrize("coeffs", [[1], [1, 2, 3], []])
def test_as_many_coefficients_as_inputs(coeffs):
    with pytest.raises(ValueError, match=f"'sum': there are 2 inputs.*got {len(coeffs)}"):
        ElemwiseSumLayer([(2, 3), (2, 3)], coeffs, name="sum")


def test_residual_block():
    source = InputLayer((None, 3))
    dense = DenseLayer(source, 3)
    W, x = dense.W.get_value(), normal(2, 3).astype(theano.config.floatX)
    found = layer_output(ElemwiseSumLayer([source, dense]), x)
    np.testing.assert_allclose(found, x + np.maximum(x @ W, 0), rtol=1e-5)


def test_merge_layers_pickle():
    source = InputLayer((None, 3), name="in")
    dense = DenseLayer(source, 3, name="dense")
    x = normal(2, 3).astype(theano.config.floatX)
    summed = ElemwiseSumLayer([source, dense], coeffs=[1, 2])
    check_pickling(ConcatLayer([summed, dense], cropping=["lower"]), x)


def test_autocrop_takes_arrays():
    a, b = autocrop([np.arange(4), np.arange(2)], ["upper"])
    assert (a.eval().tolist(), b.eval().tolist()) == ([2, 3], [0, 1])


def test_output_of_cropped_layers_by_get_output():
    sources = [InputLayer((None, 3)), InputLayer((None, 3))]
    layer = ElemwiseSumLayer(sources, cropping=["center", None])
    a, b = normal(6, 3), normal(3, 3)
    output = get_output(layer, dict(zip(sources, (a, b), strict=True)))
    np.testing.assert_allclose(output.eval(), a[1:4] + b)
