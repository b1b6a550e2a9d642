"""Deep graphs: they cost what they are long, and nothing recurses from one node to the next."""

import copy
import pickle

import numpy as np
import pytensor
import pytest
import theano
import theano.tensor as T
from pytensor.graph.fg import FunctionGraph
from pytensor.tensor.elemwise import Elemwise
from theano.gof.graph import io_toposort
from theano.link.modes import FAST_RUN
from theano.ops.fusion_barrier import FusionBarrier
from theano.ops.specialization import specialize
from theano.sandbox.rng_mrg import MRG_RandomStreams
from theano.tensor.shared_randomstreams import RandomStreams

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


@pytest.mark.skipif(
    tuple(map(int, pytensor.__version__.split(".")[:2])) < (3, 3),
    reason="PyTensor before 3.3 fuses these operations into some of several outputs itself",
)
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


def chain(x, steps):
    """A deep graph, one that shares its nodes: all the steps of it."""
    found = [x]
    for _ in range(steps):
        found.append(T.tanh(found[-1]) * 0.5 + found[len(found) // 2])
    return found


@pytest.mark.slow
def test_deep_graphs_are_copied():
    x = T.dvector("x")
    steps = chain(x, 1500)
    ops = [node.op for node in io_toposort([x], [steps[-1]])]
    for copied in (
        pickle.loads(pickle.dumps(steps)),
        pickle.loads(pickle.dumps(steps[::-1]))[::-1],
        pickle.loads(pickle._dumps(steps)),
        copy.deepcopy(steps),
    ):
        assert [node.op for node in io_toposort([copied[0]], [copied[-1]])] == ops
        assert copied[0] is not x
        tanh = copied[1000].owner.inputs[0].owner.inputs[0]
        assert tanh.owner.inputs[0] is copied[999]


def test_one_of_several_outputs_is_copied_as_that():
    x = T.dmatrix("x")
    for _ in range(50):
        first, second = T.split(x, [1, 1], 2, axis=0)
        x = T.concatenate([second, first])
    for copied in pickle.loads(pickle.dumps(second)), copy.deepcopy(second):
        assert copied.owner.outputs.index(copied) == 1


@pytest.mark.slow
def test_deep_graphs_are_differentiated():
    x = T.dvector("x")
    y = T.sum(chain(x, 1500)[-1])
    gradient = T.grad(y, x)

    assert gradient.type == x.type


def test_deep_gradients_are_those_of_shallow_graphs():
    x, w = T.dvector("x"), T.dvector("w")
    h = x
    for _ in range(250):
        h = 0.999 * h + 0.001 * w * x
    by_x, by_w = theano.function([x, w], T.grad(T.sum(h), [x, w]), mode="FAST_COMPILE")(
        np.array([2.0]), np.array([3.0])
    )

    # h = a**n x + (1 - a**n) w x for a = 0.999
    rest = 1 - 0.999**250
    assert np.allclose(by_x, 0.999**250 + 3 * rest, rtol=1e-10)
    assert np.allclose(by_w, 2 * rest, rtol=1e-10)


def test_functions_of_deep_graphs_are_copied():
    x = T.dvector("x")
    state = theano.shared(np.zeros(2))
    function = theano.function([x], [], updates={state: chain(x, 150)[-1]}, mode="FAST_COMPILE")
    function(np.ones(2))
    expected = state.get_value()
    for copied in pickle.loads(pickle.dumps(function)), copy.deepcopy(function):
        copied(np.ones(2))

        assert np.array_equal(copied.get_shared()[0].get_value(), expected)


def test_constant_parts_are_not_differentiated_through():
    x = T.dscalar("x")
    square = x**2
    by_x = T.grad(square * x, x, consider_constant=[square])
    known = T.grad(None, x, known_grads={square: T.constant(5.0)})

    assert theano.function([x], [by_x, known])(3.0) == [9.0, 30.0]


@pytest.fixture
def imported(monkeypatch):
    """Counts the nodes of all graphs that are made."""
    nodes = []
    original = FunctionGraph.import_node

    def counting(self, node, *args, **kwargs):
        nodes.append(node)
        return original(self, node, *args, **kwargs)

    monkeypatch.setattr(FunctionGraph, "import_node", counting)
    return nodes


W = theano.shared(np.zeros((4, 4)))
MRG, NUMPYS = MRG_RandomStreams(1), RandomStreams(1)
STEPS = {
    "normal": lambda h: T.tanh(T.dot(h, W) + MRG.normal(h.shape)),
    "uniform": lambda h: T.tanh(T.dot(h, W) + MRG.uniform(h.shape)),
    "binomial": lambda h: T.tanh(T.dot(h, W) * MRG.binomial(h.shape, p=0.5)),
    "multinomial": lambda h: T.dot(MRG.multinomial(pvals=T.nnet.softmax(h)), W),
    "normal of NumPy's": lambda h: T.tanh(T.dot(h, W) + NUMPYS.normal(h.shape)),
    "binomial of NumPy's": lambda h: T.tanh(T.dot(h, W) * NUMPYS.binomial(h.shape, p=0.5)),
    "alloc": lambda h: T.dot(h, W) + T.alloc(0.0, h.shape[0], 4),
    "ones": lambda h: T.dot(h, W) + T.ones(h.shape),
    "zeros_like": lambda h: T.dot(h, W) + T.zeros_like(h),
    "repeat": lambda h: T.dot(T.repeat(h, 2, axis=0)[::2], W),
    "repeats of a shape": lambda h: T.dot(T.repeat(h, h.shape[0] // h.shape[0], axis=0), W),
    "tile": lambda h: T.dot(T.tile(h, (1, 1)), W),
    "reshape": lambda h: T.dot(h.reshape((-1, 4)), W),
    "reshape to a shape": lambda h: T.dot(h.reshape((h.shape[0], 2, 2)).flatten(2), W),
    "arange": lambda h: T.dot(h, W) + T.arange(h.shape[0]).dimshuffle(0, "x"),
    "eye": lambda h: T.dot(T.eye(h.shape[0]), h),
    "scan": lambda h: theano.scan(lambda r, s: r + s, h, T.zeros_like(h[0]))[0],
}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_built_without_a_look_at_the_steps_below(name, imported):
    h, counts = T.dmatrix("h"), []
    for _ in range(12):
        before = len(imported)
        h = STEPS[name](h)
        counts.append(len(imported) - before)

    assert counts[11] <= counts[2]


def test_sizes_that_are_known_still_are():
    x, n = T.dmatrix("x"), T.lscalar("n")
    fixed = theano.shared(np.zeros((3, 1)), shape=(3, 1))

    assert T.zeros((x.shape[0], 1)).broadcastable == (False, True)
    assert T.alloc(0.0, fixed.shape[1], n).broadcastable == (True, False)
    assert T.zeros(T.dot(x, fixed).shape).broadcastable == (False, True)
    assert T.zeros((fixed.shape[0] * 2 - 5, n + 1)).broadcastable == (True, False)
    assert T.zeros((T.constant(3) // 2, n)).broadcastable == (True, False)
    assert T.zeros(fixed.shape[::-1]).broadcastable == (True, False)
    assert T.zeros((fixed.shape.prod() - 2, n)).broadcastable == (True, False)


def test_sizes_must_be_integers():
    with pytest.raises(TypeError, match="size must be an integer"):
        T.zeros((T.dscalar(),))


def test_what_is_assumed_of_matrices_is_inferred_in_linear_time(monkeypatch):
    core = pytest.importorskip("pytensor.assumptions.core")
    inferred = []
    original = core.infer_assumption_for_node

    def counting(*args):
        inferred.append(args)
        return original(*args)

    monkeypatch.setattr(core, "infer_assumption_for_node", counting)
    counts = []
    for steps in 10, 20, 40:
        inferred.clear()
        inputs, loss = recurrence(steps)
        rewritten(inputs, [loss, *T.grad(loss, inputs)], [np.zeros((steps, 3)), np.zeros(3)])
        counts.append(len(inferred))

    assert counts[2] - counts[1] < 2.2 * (counts[1] - counts[0])


def test_products_with_what_is_diagonal_are_still_elementwise():
    x, d = T.dmatrix("x"), T.dvector("d")
    graph = rewritten([x, d], [T.dot(T.diag(T.exp(d)), x)], [np.zeros((3, 2)), np.zeros(3)])

    assert not [node for node in graph.apply_nodes if isinstance(node.op, T.Dot)]
