"""Networks that Lasagne pickled for the tests, and what to call them with."""

import numpy as np
import theano

BATCH = 2


def networks(lasagne):
    """Make networks of layers that Lasagne 0.1 has: pairs of a name and the last layer."""
    layers, nonlinearities = lasagne.layers, lasagne.nonlinearities
    images, rows = (BATCH, 1, 8, 8), (None, 6)  # of a known size, random states are small
    sequences, mask = (None, 5, 3), (None, 5)
    given = layers.InputLayer

    net = layers.Conv2DLayer(given(images, name="images"), 4, 3, name="conv")
    net = layers.DropoutLayer(layers.MaxPool2DLayer(net, 2))
    yield "convolution", layers.DenseLayer(net, 2, nonlinearity=nonlinearities.softmax)
    net = layers.LSTMLayer(given(sequences), 4, mask_input=given(mask), peepholes=False)
    yield "lstm", layers.DenseLayer(net, 2)
    yield "gru", layers.DenseLayer(layers.GRULayer(given(sequences), 4), 2)
    net = layers.RecurrentLayer(given(sequences), 4, learn_init=True)
    yield "recurrent", layers.DenseLayer(net, 2)
    incoming = given(rows)
    pair = [layers.DenseLayer(incoming, 5) for _ in range(2)]
    net = layers.ElemwiseSumLayer([layers.ConcatLayer(pair), layers.ConcatLayer(pair[::-1])])
    yield "merged", net
    net = layers.FlattenLayer(layers.DropoutLayer(layers.PadLayer(given(images), 1)))
    yield "reshaped", layers.NonlinearityLayer(layers.ReshapeLayer(net, ([0], -1)))
    net = layers.MaxPool1DLayer(layers.Conv1DLayer(given((None, 2, 9)), 3, 3), 2)
    yield "convolution in 1D", layers.GlobalPoolLayer(net)
    net = layers.FeaturePoolLayer(layers.NINLayer(given(images), 4), 2)
    yield "network in network", layers.FeatureWTALayer(net, 2)
    net = layers.SliceLayer(layers.LocalResponseNormalization2DLayer(given(images)), slice(0, 4), 2)
    yield "normalized", layers.DimshuffleLayer(net, (0, 2, 1, 3))


def values(lasagne, network):
    """Draw values for a network's inputs: a dict by layer. Masks are of zeros and ones."""
    random = np.random.RandomState(4)
    found = {}
    for layer in lasagne.layers.get_all_layers(network):
        if isinstance(layer, lasagne.layers.InputLayer):
            drawn = random.uniform(size=(BATCH, *layer.shape[1:]))
            is_mask = layer.shape == (None, 5)
            found[layer] = (drawn > 0.3 if is_mask else drawn).astype(theano.config.floatX)
    return found
