"""Attributes that Lasagne's layers have, and programs read."""

import json
from pathlib import Path

import pytest
import theano.tensor as T

from lasagne_expr import layers
from lasagne_expr.layers import (
    DenseLayer,
    Gate,
    GRULayer,
    InputLayer,
    Layer,
    LSTMLayer,
    RecurrentLayer,
)

# Of an instance of each class, with its default arguments.
ATTRIBUTES = json.loads(
    (Path(__file__).parent / "reference" / "lasagne_attributes.json").read_text()
)

VECTORS = (2, 6)
LINES = (2, 4, 9)
IMAGES = (2, 4, 8, 8)
VOLUMES = (2, 4, 8, 8, 8)
SEQUENCES = (2, 5, 6)

# What each class is made of besides its input's shape; vectors go into the others.
ARGUMENTS = {
    "BiasLayer": (VECTORS,),
    "Conv1DLayer": (LINES, 3, 3),
    "Conv2DLayer": (IMAGES, 3, 3),
    "Conv3DLayer": (VOLUMES, 3, 3),
    "DenseLayer": (VECTORS, 3),
    "DilatedConv2DLayer": (IMAGES, 3, 3),
    "DimshuffleLayer": (VECTORS, (1, 0)),
    "EmbeddingLayer": (VECTORS, 5, 6),
    "ExpressionLayer": (VECTORS, T.exp),
    "FeaturePoolLayer": (IMAGES, 2),
    "FeatureWTALayer": (IMAGES, 2),
    "FlattenLayer": (IMAGES,),
    "GRULayer": (SEQUENCES, 3),
    "GlobalPoolLayer": (IMAGES,),
    "LSTMLayer": (SEQUENCES, 3),
    "LocalResponseNormalization2DLayer": (IMAGES,),
    "LocallyConnected2DLayer": (IMAGES, 3, 3),
    "MaxPool1DLayer": (LINES, 2),
    "NINLayer": (IMAGES, 3),
    "PadLayer": (IMAGES, 1),
    "Pool2DLayer": (IMAGES, 2),
    "RecurrentLayer": (SEQUENCES, 3),
    "ReshapeLayer": (VECTORS, (-1, 3)),
    "SliceLayer": (VECTORS, 0),
    "SpatialPyramidPoolingLayer": (IMAGES,),
    "TransformerLayer": (IMAGES, (2, 6)),
    "TransposedConv2DLayer": (IMAGES, 3, 3),
    "Upscale2DLayer": (IMAGES, 2),
    "ConcatLayer": ([VECTORS, VECTORS],),
    "ElemwiseMergeLayer": ([VECTORS, VECTORS], T.mul),
    "ElemwiseSumLayer": ([VECTORS, VECTORS],),
    "Gate": (),
}


def make(name):
    if name == "InverseLayer":
        inverted = DenseLayer(InputLayer(VECTORS), 3)
        return layers.InverseLayer(inverted, inverted)
    return getattr(layers, name)(*ARGUMENTS.get(name, (VECTORS,)))


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_a_layer_has_the_attributes_of_lasagnes(name):
    made = make(name)
    assert [attribute for attribute in ATTRIBUTES[name] if not hasattr(made, attribute)] == []


def test_an_input_layer_ends_the_walk_down_a_network():
    layer = top = DenseLayer(DenseLayer(InputLayer((2, 3), name="in"), 4), 5)
    while hasattr(layer, "input_layer"):
        layer = layer.input_layer
    assert layer.name == "in"
    assert not hasattr(layer, "input_shape")
    assert Layer((2, 3)).input_layer is None
    assert layers.get_all_layers(top)[0] is layer


def test_input_layers_pickled_with_an_input_layer_lose_it():
    layer = InputLayer((2, 3), name="in")
    old = InputLayer.__new__(InputLayer)
    old.__setstate__({**vars(layer), "input_layer": None, "input_shape": (2, 3)})
    assert not hasattr(old, "input_layer")
    assert vars(old) == vars(layer)


@pytest.mark.parametrize("kind", [RecurrentLayer, LSTMLayer, GRULayer])
def test_recurrent_layers_tell_which_input_is_what(kind):
    source, mask, state = InputLayer((None, 5, 4)), InputLayer((None, 5)), InputLayer((None, 3))
    layer = kind(source, 3)
    assert (layer.mask_incoming_index, layer.hid_init_incoming_index) == (-1, -1)
    layer = kind(source, 3, hid_init=state)
    assert (layer.mask_incoming_index, layer.hid_init_incoming_index) == (-1, 1)
    layer = kind(source, 3, mask_input=mask, hid_init=state)
    assert layer.input_layers[layer.mask_incoming_index] is mask
    assert layer.input_layers[layer.hid_init_incoming_index] is state


def test_an_lstm_layer_tells_which_input_is_the_cell():
    source, cell = InputLayer((None, 5, 4)), InputLayer((None, 3))
    assert LSTMLayer(source, 3).cell_init_incoming_index == -1
    layer = LSTMLayer(source, 3, cell_init=cell, ingate=Gate())
    assert layer.input_layers[layer.cell_init_incoming_index] is cell
    assert layer.hid_init_incoming_index == -1
