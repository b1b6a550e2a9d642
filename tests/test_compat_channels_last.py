"""What lies between convolutions is computed with channels last, and has the same values."""

import itertools

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.compile.mode import FAST_RUN
from theano.link.rewriting.channels_last import ChannelsLast
from theano.tensor.signal import pool

from lasagne_expr.layers import (
    Conv2DLayer,
    DenseLayer,
    ElemwiseSumLayer,
    GlobalPoolLayer,
    InputLayer,
    MaxPool2DLayer,
    batch_norm,
    get_all_params,
    get_output,
)
from lasagne_expr.utils import floatX

CHANNELS_FIRST = FAST_RUN.excluding("channels_last")


def rewritten(inputs, outputs):
    graph = theano.gof.FunctionGraph(inputs, outputs, clone=True)
    ChannelsLast().rewrite(graph)
    return graph


def axes_reduced(graph):
    return [node.op.axis for node in graph.toposort() if isinstance(node.op, T.elemwise.CAReduce)]


@pytest.fixture
def images():
    return floatX(np.random.normal(size=(3, 2, 5, 4)))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_residual_network_and_its_gradients(images, dtype):
    theano.config.floatX = dtype
    first = batch_norm(Conv2DLayer(InputLayer((None, 2, 5, 4)), 4, 3, pad=1))
    second = batch_norm(Conv2DLayer(first, 4, (1, 3), stride=(2, 1), pad="same", num_groups=2))
    shortcut = Conv2DLayer(first, 4, 1, stride=(2, 1), nonlinearity=None)
    network = GlobalPoolLayer(ElemwiseSumLayer([second, shortcut]))
    x = T.tensor4("x")
    loss = T.sqr(get_output(network, x)).mean()
    params = get_all_params(network, trainable=True)
    outputs = [loss, *theano.grad(loss, [x, *params])]
    found, expected = (
        theano.function([x], outputs, mode=mode, no_default_updates=True)(images.astype(dtype))
        for mode in (FAST_RUN, CHANNELS_FIRST)
    )
    tolerance = {"float32": 1e-5, "float64": 1e-11}[dtype]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


def pooled_channels_last(inputs, outputs):
    graph = theano.gof.FunctionGraph(inputs, outputs, clone=True)
    FAST_RUN.optimizer.rewrite(graph)
    return [
        node.op.channels_last
        for node in graph.toposort()
        if isinstance(node.op, (pool.Pool, pool.MaxPoolGrad))
    ]


WINDOWS = [
    {"pool_size": 2},
    {"pool_size": (3, 2), "stride": (2, 1), "pad": (1, 0)},
    {"pool_size": 3, "stride": 2, "ignore_border": False},
    {"pool_size": (2, 3), "stride": (3, 3), "ignore_border": False},
    {"pool_size": 4, "stride": 1},
]


@pytest.mark.parametrize("windows", WINDOWS, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_pooling_between_convolutions(windows, dtype):
    theano.config.floatX = dtype
    layer = Conv2DLayer(InputLayer((None, 2, 15, 13)), 3, 2)
    layer = Conv2DLayer(MaxPool2DLayer(layer, **windows), 4, 2)
    network = DenseLayer(MaxPool2DLayer(layer, 2), 5)
    x = T.tensor4("x")
    loss = T.sqr(get_output(network, x)).mean()
    params = get_all_params(network)
    outputs = [loss, *theano.grad(loss, [x, *params])]
    # The gradient of the last pooling, before the dense layer, is channels last as well.
    assert pooled_channels_last([x, *params], outputs) == [True] * 4
    images = np.random.normal(size=(3, 2, 15, 13)).astype(dtype)
    found, expected = (
        theano.function([x], outputs, mode=mode)(images) for mode in (FAST_RUN, CHANNELS_FIRST)
    )
    tolerance = {"float32": 1e-5, "float64": 1e-11}[dtype]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


def test_pooled_images_may_go_anywhere(images):
    """What is pooled is put back in order for whoever needs channels first, and not before."""
    x, filters = T.tensor4("x"), floatX(np.random.normal(size=(3, 2, 2, 1)))
    y = T.nnet.relu(T.nnet.conv2d(x, filters))
    pooled = T.signal.pool.pool_2d(y, (2, 2), ignore_border=True)
    outputs = [pooled, pooled[:, 1], (2 * pooled).sum(axis=1)]
    assert pooled_channels_last([x], outputs) == [True]
    found, expected = (
        theano.function([x], outputs, mode=mode)(images) for mode in (FAST_RUN, CHANNELS_FIRST)
    )
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)


def test_images_that_no_convolution_made_are_pooled_as_they_are(images):
    x = T.tensor4("x")
    pooled = T.signal.pool.pool_2d(x, (2, 2), ignore_border=True)
    outputs = [T.nnet.conv2d(pooled, floatX(np.ones((1, 2, 1, 1)))), theano.grad(pooled.sum(), x)]
    assert pooled_channels_last([x], outputs) == [False] * 2


@pytest.mark.parametrize("mode", pool.MODES)
@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_pooling_channels_last_is_that_of_channels_first(mode, ndim):
    value = np.random.normal(size=(2, *(7, 6, 5)[:ndim], 3))
    sizes = (3,) * ndim, (2,) * ndim, (1,) * ndim
    found = pool.Pool(True, mode, ndim, channels_last=True)(value, *sizes).eval()
    expected = pool.Pool(True, mode, ndim)(np.moveaxis(value, -1, 1), *sizes).eval()
    np.testing.assert_allclose(np.moveaxis(found, -1, 1), expected, rtol=1e-12)


@pytest.mark.parametrize("op", [pool.Pool(True), pool.MaxPoolGrad(True)], ids=str)
def test_operations_that_theano_pickled_have_channels_first(op):
    state = {name: op.__dict__[name] for name in ("ignore_border", "ndim")}
    old = type(op).__new__(type(op))
    old.__dict__ = {**state, "openmp": False, "mode": "max"}
    assert old == op
    assert hash(old) == hash(op)
    x = np.arange(16.0).reshape(1, 1, 4, 4)
    pooled = x[:, :, 1::2, 1::2]
    inputs = [x] if isinstance(op, pool.Pool) else [x, pooled, pooled]
    np.testing.assert_array_equal(
        old(*inputs, (2, 2)).eval(),
        pooled if len(inputs) == 1 else np.where(x % 2, x, 0) * (x // 4 % 2),
    )


@pytest.mark.parametrize("count", range(1, 5))
def test_reductions_are_along_the_same_axes(images, count):
    x, w = T.tensor4("x"), floatX(np.ones((2, 2, 1, 1)))
    y = 2 * T.nnet.conv2d(x, w) + floatX([1, 2]).reshape(1, 2, 1, 1)
    values = 2 * images.sum(axis=1, keepdims=True) + np.array([1, 2]).reshape(1, 2, 1, 1)
    for axes in itertools.combinations(range(4), count):
        graph = rewritten([x], [y.sum(axis=axes)])
        (moved,) = axes_reduced(graph)
        assert moved == tuple(sorted({0: 0, 1: 3, 2: 1, 3: 2}[axis] for axis in axes))
        both = theano.function([x], [y.sum(axis=axes), y.max(axis=axes)])(images)
        np.testing.assert_allclose(both[0], values.sum(axis=axes), rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(both[1], values.max(axis=axes), rtol=1e-5, atol=1e-5)


def test_what_needs_channels_first_stays_so():
    x, w = T.tensor4("x"), T.tensor4("w")
    y = T.nnet.relu(T.nnet.conv2d(x, w))
    assert axes_reduced(rewritten([x, w], [y.sum(axis=1)])) == [(3,)]
    for other in (y, y.flatten(2), y[:, 0]):
        assert axes_reduced(rewritten([x, w], [y.sum(axis=1), other])) == [(1,)]
    averages = T.signal.pool.pool_2d(y, (2, 2), ignore_border=True, mode="average_inc_pad")
    assert axes_reduced(rewritten([x, w], [y.sum(axis=1), averages])) == [(1,)]


def test_an_image_that_no_convolution_made_keeps_its_order(images):
    x, w = T.tensor4("x"), T.tensor4("w")
    y = T.nnet.conv2d(x, w)
    cost = (y * x[:, :1]).sum(axis=1)
    assert axes_reduced(rewritten([x, w], [cost])) == [(1,)]
    filters = floatX(np.random.normal(size=(3, 2, 1, 1)))
    expected = np.einsum("nchw,fc->nhw", images, filters[:, :, 0, 0]) * images[:, 0]
    found = theano.function([x, w], (y * T.addbroadcast(x[:, :1], 1)).sum(axis=1))(images, filters)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
