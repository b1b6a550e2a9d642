"""What convolutions read is set apart once, for all that read it."""

import numpy as np
import theano
import theano.tensor as T
from theano.compile.mode import FAST_RUN
from theano.link.rewriting.conv_inputs import ConvolutionInputBarriers
from theano.ops.conv import AbstractConv
from theano.ops.fusion_barrier import FusionBarrier

from lasagne_expr.layers import Conv2DLayer, InputLayer, batch_norm, get_all_params, get_output
from lasagne_expr.utils import floatX


def test_everything_reads_what_is_set_apart():
    x, w = T.tensor4("x"), T.tensor4("w")
    image = T.exp(x)
    graph = theano.gof.FunctionGraph(
        [x, w], [T.nnet.conv2d(image, w), T.nnet.conv2d(image, 2 * w), image + 1], clone=True
    )
    ConvolutionInputBarriers().rewrite(graph)
    (apart,) = {node for node in graph.toposort() if isinstance(node.op, FusionBarrier)}
    readers = {client for client, _ in graph.clients[apart.outputs[0]]}
    assert len(readers) == 3
    assert [client for client, _ in graph.clients[apart.inputs[0]]] == [apart]


def test_inputs_of_the_graph_are_read_as_they_are():
    x, w = T.tensor4("x"), T.tensor4("w")
    graph = theano.gof.FunctionGraph([x, w], [T.nnet.conv2d(x, w)], clone=True)
    ConvolutionInputBarriers().rewrite(graph)
    assert [type(node.op) for node in graph.toposort()].count(FusionBarrier) == 0
    assert any(isinstance(node.op, AbstractConv) for node in graph.toposort())


def test_values_and_gradients_stay_the_same():
    theano.config.floatX = "float32"
    layer = batch_norm(Conv2DLayer(InputLayer((None, 2, 6, 5)), 3, 3))
    network = Conv2DLayer(layer, 2, 2)
    x = T.tensor4("x")
    loss = T.sqr(get_output(network, x)).mean()
    outputs = [
        loss,
        get_output(layer, x),
        *theano.grad(loss, get_all_params(network, trainable=True)),
    ]
    images = floatX(np.random.normal(size=(3, 2, 6, 5)))
    inputs = theano.gof.graph.inputs(outputs)
    graph = theano.gof.FunctionGraph(inputs, outputs, clone=True)
    FAST_RUN.optimizer.rewrite(graph)
    assert any(isinstance(node.op, FusionBarrier) for node in graph.toposort())
    found, expected = (
        theano.function([x], outputs, mode=mode, no_default_updates=True)(images)
        for mode in (FAST_RUN, FAST_RUN.excluding("convolution_inputs_apart"))
    )
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)
