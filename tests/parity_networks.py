"""Seeded networks whose numbers both engines must agree on."""

import numpy as np
import theano
import theano.tensor as T

import lasagne_expr
from lasagne_expr import init, layers, nonlinearities, objectives, regularization, updates
from lasagne_expr.utils import floatX

BATCH, INPUTS, UNITS = 5, 7, 4


def shared(*shape, name, scale=0.5):
    generator = lasagne_expr.random.get_rng()
    return theano.shared(floatX(generator.normal(0, scale, shape)), name=name)


def tied(l_in):
    encoder = layers.DenseLayer(l_in, UNITS, nonlinearity=nonlinearities.sigmoid, name="encode")
    return layers.DenseLayer(encoder, INPUTS, W=encoder.W.T, nonlinearity=None, name="decode")


def factorized(l_in):
    w1, w2 = shared(INPUTS, 2, name="w1"), shared(2, UNITS, name="w2")
    return layers.DenseLayer(l_in, UNITS, W=T.dot(w1, w2), name="factorized")


def positive(l_in):
    w, v = shared(INPUTS, UNITS, name="w"), shared(UNITS, UNITS, name="v")
    hidden = layers.DenseLayer(l_in, UNITS, W=T.exp(w), nonlinearity=nonlinearities.tanh)
    return layers.DenseLayer(hidden, UNITS, W=T.nnet.softplus(v), nonlinearity=None)


def positive_semidefinite(l_in):
    v = shared(INPUTS, INPUTS, name="v")
    return layers.DenseLayer(l_in, INPUTS, W=T.dot(v, v.T), nonlinearity=nonlinearities.elu)


def masked(l_in):
    w, mask = shared(INPUTS, UNITS, name="w"), shared(INPUTS, UNITS, name="mask")
    weights = w * lasagne_expr.tagged(mask, trainable=False)
    return layers.DenseLayer(l_in, UNITS, W=weights, nonlinearity=nonlinearities.selu)


def noisy(l_in):
    noise = layers.GaussianNoiseLayer(l_in, sigma=0.3)
    hidden = layers.DenseLayer(noise, UNITS, nonlinearity=nonlinearities.very_leaky_rectify)
    return layers.rrelu(layers.dropout(hidden, p=0.4))


def branches(l_in):
    left = layers.DenseLayer(l_in, UNITS, nonlinearity=nonlinearities.ScaledTanH(0.5, 1.5))
    right = layers.prelu(layers.DenseLayer(l_in, UNITS, nonlinearity=None))
    total = layers.ElemwiseSumLayer([left, right], coeffs=[0.3, 0.7])
    scaled = layers.BiasLayer(layers.ScaleLayer(total, scales=init.Uniform((0.5, 1.5))))
    return layers.ConcatLayer([scaled, left])


def shapes(l_in):
    cube = layers.ReshapeLayer(layers.PadLayer(l_in, [(0, 1)], batch_ndim=1), (-1, 2, 4))
    turned = layers.DimshuffleLayer(layers.SliceLayer(cube, slice(1, None), axis=2), (0, 2, 1))
    nin = layers.NINLayer(turned, UNITS, untie_biases=True)
    return layers.DenseLayer(nin, UNITS, num_leading_axes=2)


def inverse(l_in):
    hidden = layers.DenseLayer(l_in, UNITS, nonlinearity=nonlinearities.rectify, name="hidden")
    return layers.InverseLayer(hidden, hidden)


def images(l_in):
    return layers.ReshapeLayer(layers.PadLayer(l_in, [(4, 5)], batch_ndim=1), (-1, 1, 4, 4))


def convolutional(l_in):
    conv = layers.Conv2DLayer(images(l_in), 3, 3, pad="same", nonlinearity=nonlinearities.tanh)
    pooled = layers.MaxPool2DLayer(layers.batch_norm(conv), 2)
    widened = layers.TransposedConv2DLayer(pooled, 1, 3, stride=2, W=T.exp(conv.W), b=None)
    dilated = layers.DilatedConv2DLayer(widened, 2, 2, dilation=(2, 1))
    return layers.ConcatLayer([layers.FlattenLayer(widened), layers.GlobalPoolLayer(dilated)])


def normalized(l_in):
    several = layers.Conv2DLayer(images(l_in), 4, 2, untie_biases=True, nonlinearity=None)
    response = layers.LocalResponseNormalization2DLayer(several, alpha=0.1, n=3)
    return layers.layer_norm(layers.instance_norm(response))


def recurrent(l_in):
    sequence = layers.ReshapeLayer(l_in, (-1, INPUTS, 1))
    lstm = layers.LSTMLayer(sequence, 3, backwards=True, learn_init=True)
    gru = layers.GRULayer(lstm, 3, grad_clipping=0.01)
    weights = lstm.W_hid_to_ingate.T
    return layers.RecurrentLayer(gru, 3, W_hid_to_hid=weights, only_return_final=True)


def transformed(l_in):
    by = layers.DenseLayer(l_in, 6, b=floatX(np.array([1, 0, 0, 0, 1, 0])), nonlinearity=None)
    return layers.TransformerLayer(images(l_in), by, downsample_factor=0.8)


NETWORKS = {
    network.__name__: network
    for network in (
        tied,
        factorized,
        positive,
        positive_semidefinite,
        masked,
        noisy,
        branches,
        shapes,
        inverse,
        convolutional,
        normalized,
        recurrent,
        transformed,
    )
}

OPTIMIZERS = {
    "sgd": (updates.sgd, {"learning_rate": 0.1}),
    "momentum": (updates.momentum, {"learning_rate": 0.1}),
    "nesterov_momentum": (updates.nesterov_momentum, {"learning_rate": 0.1}),
    "adagrad": (updates.adagrad, {"learning_rate": 0.1}),
    "rmsprop": (updates.rmsprop, {"learning_rate": 0.1}),
    "adadelta": (updates.adadelta, {}),
    "adam": (updates.adam, {"learning_rate": 0.1}),
    "adamax": (updates.adamax, {"learning_rate": 0.1}),
    "amsgrad": (updates.amsgrad, {"learning_rate": 0.1}),
}


def compute(name, dtype):
    """Compute a network's output, loss and gradients, as a dict of arrays."""
    theano.config.floatX = dtype
    lasagne_expr.random.set_rng(np.random.RandomState(7))
    x = T.TensorType(dtype, (False, False))("x")
    network = NETWORKS[name](layers.InputLayer((None, INPUTS), x))
    output = layers.get_output(network)
    loss = objectives.squared_error(output, 0.25).mean()
    loss += 1e-2 * regularization.regularize_network_params(network, regularization.l2)
    params = layers.get_all_params(network, trainable=True)
    function = theano.function([x], [output, loss, *theano.grad(loss, params)])
    data = np.random.RandomState(8).normal(0, 1, (BATCH, INPUTS)).astype(dtype)
    # Twice: random streams go on.
    results = [*function(data), *function(data)]
    return {str(n): np.asarray(result) for n, result in enumerate(results)}


def optimize(dtype):
    """Train a tied network by every optimizer; return the parameters after three steps."""
    theano.config.floatX = dtype
    x = T.TensorType(dtype, (False, False))("x")
    losses, steps, trained = [], [], {}
    for name, (optimizer, options) in OPTIMIZERS.items():
        lasagne_expr.random.set_rng(np.random.RandomState(9))
        network = tied(layers.InputLayer((None, INPUTS), x))
        output = nonlinearities.sigmoid(layers.get_output(network))
        loss = objectives.binary_crossentropy(output, T.clip(x, 0, 1)).mean()
        trained[name] = layers.get_all_params(network, trainable=True)
        losses.append(loss)
        steps += list(optimizer(loss, trained[name], **options).items())
    function = theano.function([x], losses, updates=steps)
    data = np.random.RandomState(8).normal(0, 1, (BATCH, INPUTS)).astype(dtype)
    for _ in range(3):
        last = function(data)
    results = {"losses": np.array(last)}
    for name, params in trained.items():
        for position, param in enumerate(params):
            results[f"{name}.{position}"] = param.get_value()
    return results


def all_results():
    """Compute everything: a dict of arrays by case, dtype and position."""
    results = {}
    for dtype in ("float32", "float64"):
        for name in NETWORKS:
            for key, value in compute(name, dtype).items():
                results[f"{name}/{dtype}/{key}"] = value
        for key, value in optimize(dtype).items():
            results[f"optimizers/{dtype}/{key}"] = value
    return results
