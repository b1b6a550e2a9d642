"""What is compiled of programs of many steps grows with the steps, and not with their square."""

import numpy as np
import theano
import theano.tensor as T
from pytensor.graph.fg import FunctionGraph
from pytensor.tensor.elemwise import Elemwise
from theano.link.modes import FAST_RUN
from theano.ops.fusion_barrier import FusionBarrier
from theano.ops.specialization import specialize

from numerics import finite_difference


def recurrence(steps, units=3):
    """A loop with gates, unrolled by hand: its inputs, and the sum of its last state's squares."""
    x, w = T.dmatrix("x"), T.dvector("w")
    h, c = T.zeros((2, units)), T.zeros((2, units))
    for t in range(steps):
        a = T.tanh(x[t] + T.dot(h, T.ones((units, units))) * w)
        c = c * w + a * c + a
        h = T.tanh(c) * a
    return [x, w], T.sum(h**2)


def recurrence_by_numpy(x, w):
    h = c = np.zeros((2, len(w)))
    for row in x:
        a = np.tanh(row + h @ np.ones((len(w), len(w))) * w)
        c = c * w + a * c + a
        h = np.tanh(c) * a
    return np.sum(h**2)


def rewritten(inputs, outputs, values):
    """The graph that JAX gets for some values."""
    new = specialize(inputs, outputs, values)
    graph = FunctionGraph([new[v] for v in inputs], [new[v] for v in outputs], clone=True)
    FAST_RUN.optimizer.rewrite(graph)
    return graph


def longest_recomputation(graph):
    """The most elementwise operations that lead to a result that several operations read."""
    before, longest = {}, 0
    for node in graph.toposort():
        if isinstance(node.op, Elemwise):
            nodes = {node}.union(*(before.get(v, ()) for v in node.inputs))
            before[node.outputs[0]] = nodes
            if len(graph.clients[node.outputs[0]]) > 1:
                longest = max(longest, len(nodes))
    return longest


def test_states_of_many_steps_arent_computed_anew_in_each_later_one():
    found = {}
    for steps in 10, 20:
        inputs, loss = recurrence(steps)
        outputs = [loss, *T.grad(loss, inputs)]
        values = [np.zeros((steps, 3)), np.zeros(3)]
        graph = rewritten(inputs, outputs, values)
        found[steps] = longest_recomputation(graph)
        barriers = [n for n in graph.apply_nodes if isinstance(n.op, FusionBarrier)]

        assert 0 < len(barriers) < 4 * steps

    assert found[20] == found[10]


def test_ordinary_networks_have_no_barriers():
    x, w = T.dmatrix("x"), T.dmatrix("w")
    h = T.nnet.relu(T.dot(x, w) + 1)
    loss = T.mean(T.nnet.softplus(T.dot(h / (1 + h**2), w)) ** 2)
    gradient = T.grad(loss, w)
    mean = 0.9 * w + 0.1 * gradient
    outputs = [loss, mean, w - 0.1 * mean / (T.sqrt(w**2) + 1e-8)]
    graph = rewritten([x, w], outputs, [np.ones((4, 3)), np.ones((3, 3))])

    assert not [n for n in graph.apply_nodes if isinstance(n.op, FusionBarrier)]


def test_a_recurrence_computes_what_numpy_does():
    inputs, loss = recurrence(12)
    values = [np.random.randn(12, 3) / 2, np.random.rand(3) / 2]
    value, by_x, by_w = theano.function(inputs, [loss, *T.grad(loss, inputs)])(*values)

    assert np.allclose(value, recurrence_by_numpy(*values), rtol=1e-12)
    expected = finite_difference(recurrence_by_numpy, values)
    assert np.allclose(by_x, expected[0], atol=1e-7)
    assert np.allclose(by_w, expected[1], atol=1e-7)
