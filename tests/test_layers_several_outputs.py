"""Layers whose output is a dict or a list: of shapes, and of expressions."""

import numpy as np
import pytest
import theano
import theano.tensor as T

import lasagne_expr
from lasagne_expr.layers import (
    ConcatLayer,
    DenseLayer,
    DropoutLayer,
    InputLayer,
    Layer,
    MergeLayer,
    get_all_layers,
    get_all_params,
    get_output,
    get_output_shape,
)
from lasagne_expr.layers.several import are_shapes, checked_shape

floatX = theano.config.floatX


class Dict(Layer):
    def get_output_shape_for(self, input_shape):
        return {"once": input_shape, "mean": input_shape[:1]}

    def get_output_for(self, input, **kwargs):
        return {"once": input, "mean": input.mean(axis=1)}


class List(Layer):
    def get_output_shape_for(self, input_shape):
        return [input_shape, [input_shape[0], np.int64(1)]]

    def get_output_for(self, input, **kwargs):
        return [2 * input, input.sum(axis=1, keepdims=True)]


class Take(Layer):
    def __init__(self, incoming, key, **kwargs):
        super().__init__(incoming, **kwargs)
        self.key = key

    def get_output_shape_for(self, input_shape):
        return input_shape[self.key]

    def get_output_for(self, input, **kwargs):
        return input[self.key]


class TakeOfEach(MergeLayer):
    def get_output_shape_for(self, input_shapes):
        return input_shapes[0]["once"]

    def get_output_for(self, inputs, **kwargs):
        return inputs[0]["once"] + inputs[1][0]


def ones(rows):
    return np.ones((rows, 3), floatX)


def test_shapes_of_several_outputs():
    source = InputLayer((None, 3))
    assert Dict(source).output_shape == {"once": (None, 3), "mean": (None,)}
    assert List(source).output_shape == [(None, 3), (None, 1)]
    assert Take(Dict(source), "mean").output_shape == (None,)
    assert Take(List(source), 1).output_shape == (None, 1)
    assert Take(Dict(source), "once").input_shape == {"once": (None, 3), "mean": (None,)}
    assert TakeOfEach([Dict(source), List(source)]).output_shape == (None, 3)


def test_shapes_for_other_inputs():
    source = InputLayer((None, 3))
    several, first = Dict(source), List(source)
    assert get_output_shape(several, (5, 3)) == {"once": (5, 3), "mean": (5,)}
    assert get_output_shape(several) == several.output_shape
    assert get_output_shape(Take(several, "mean"), {source: (5, 3)}) == (5,)
    given = {several: {"once": (7, 2), "mean": (7,)}}
    assert get_output_shape(Take(several, "once"), given) == (7, 2)
    assert get_output_shape(Take(first, 1), {first: [(1, 2), (3, 4)]}) == (3, 4)


def test_what_several_outputs_compute():
    source = InputLayer((None, 3))
    merged = TakeOfEach([Dict(source), List(source)])
    compute = theano.function([source.input_var], get_output(merged))
    assert compute(ones(2)).tolist() == [[3] * 3] * 2
    outputs = get_output(Dict(source), ones(2))
    assert sorted(outputs) == ["mean", "once"]
    assert outputs["mean"].eval().tolist() == [1, 1]
    once, summed = get_output(List(source), ones(2))
    assert once.eval().tolist() == [[2] * 3] * 2
    assert summed.eval().tolist() == [[3]] * 2
    dense = DenseLayer(Take(Dict(source), "once"), 4)
    assert get_all_params(dense) == [dense.W, dense.b]
    assert [type(layer) for layer in get_all_layers(dense)] == [InputLayer, Dict, Take, DenseLayer]


def test_several_outputs_of_a_layer_that_are_given():
    source = InputLayer((None, 3))
    several, listed = Dict(source), List(source)
    x = T.matrix()
    assert get_output(Take(several, "once"), {several: {"once": x, "mean": x[0]}}) is x
    found = get_output(Take(listed, 1), {listed: [ones(1), [[5.0]]]})
    assert np.asarray(get_output(Take(listed, 0), {listed: [ones(1), ones(2)]}).eval()).sum() == 3
    assert np.asarray([part.eval() for part in found[0]]).tolist() == [5]


def test_several_outputs_of_deterministic_passes():
    source = InputLayer((None, 3))
    outputs = get_output(Dict(DropoutLayer(source)), ones(2), deterministic=True)
    assert outputs["once"].eval().tolist() == [[1] * 3] * 2


def test_the_layer_of_each_output_is_named_in_errors():
    output = get_output(Dict(InputLayer((None, 3)), name="both"))
    assert output["mean"].tag.part == "Dict 'both'"


def test_several_outputs_are_described():
    description = lasagne_expr.describe(Dict(InputLayer((None, 3)), name="both"))
    assert description.rows[1].output_shape == {"once": (None, 3), "mean": (None,)}
    assert "{'once': (None, 3), 'mean': (None,)}" in str(description)


@pytest.mark.parametrize(
    ("shape", "error"),
    [
        ({"a": (None, 0)}, ValueError),
        ([(None, 1), (1.5,)], TypeError),
        ({"a": [(2,), (T.iscalar(),)]}, ValueError),
        (((2,), 3), TypeError),
    ],
)
def test_each_of_several_shapes_is_checked(shape, error):
    layer = Layer((None, 3))
    layer.get_output_shape_for = lambda input_shape: shape
    with pytest.raises(error, match="get_output_shape_for returned .*sizes must be"):
        assert layer.output_shape


def test_shapes_or_a_shape():
    assert not are_shapes(())
    assert not are_shapes([2, None])
    assert are_shapes(((2,), {"a": (3,)}))
    assert checked_shape(((2,), {"a": [3]}), "no") == ((2,), {"a": (3,)})


def test_layers_that_join_take_one_output_of_each():
    source = InputLayer((None, 3))
    with pytest.raises(TypeError, match=r"'c' takes layers of one output each.*'mean'"):
        ConcatLayer([source, Dict(source)], name="c")
