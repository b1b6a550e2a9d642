"""Slices in a loop's step are taken of what it computes with: with the same values."""

import numpy as np
import pytensor
import pytest
import theano
import theano.tensor as T
from pytensor.tensor.math import Dot
from pytensor.tensor.subtensor import Subtensor
from theano.link.rewriting.scan_step_slices import slice_first

from numerics import finite_difference


def data(*shape, seed=0):
    return np.random.RandomState(seed).normal(size=shape)


def gated(h, x, W, b, cut):
    """Gates of two units each, sliced from one product."""
    z = T.dot(h, W) + x + b.dimshuffle("x", 0)
    first, second, third = (cut(z, n) for n in range(3))
    return T.nnet.sigmoid(first) * h + T.nnet.sigmoid(second) * T.tanh(third)


CUTS = {
    "disjoint": lambda z, n: z[:, 2 * n : 2 * n + 2],
    "overlapping": lambda z, n: z[:, n : n + 2],
    "larger than all": lambda z, n: z[:, n : n + 4][:, 1:3],
    "from the end": lambda z, n: z[:, 2 * n - 6 : 2 * n - 4 or None],
    "reversed": lambda z, n: z[:, 2 * n + 1 : (2 * n or None) and 2 * n - 1 : -1],
    "strided": lambda z, n: z[:, n::3],
    "of rows too": lambda z, n: z[:5, 2 * n : 2 * n + 2],
    "and all": lambda z, n: z[:, 2 * n : 2 * n + 2] + z.sum(axis=1, keepdims=True),
    "by an index": lambda z, n: z[:, [2 * n, 2 * n + 1]],
}


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_values_and_gradients_stay(cut):
    x, h, W, b = T.dtensor3("x"), T.dmatrix("h"), T.dmatrix("W"), T.dvector("b")
    hidden, _ = theano.scan(lambda x, h, W, b: gated(h, x, W, b, cut), x, h, [W, b])
    cost = (hidden**2).sum()
    values = [data(4, 5, 6), data(5, 2, seed=1), data(2, 6, seed=2), data(6, seed=3)]
    compute = theano.function([x, h, W, b], [cost, *T.grad(cost, [x, h, W, b])])
    found, *gradients = compute(*values)
    step = theano.function(
        [x, h, W, b],
        gated(h, x[0], W, b, cut),
        mode=theano.Mode(linker="py", optimizer=None),
        on_unused_input="ignore",
    )
    state, expected = values[1], 0.0
    for n in range(4):
        state = step(values[0][n : n + 1], state, *values[2:])
        expected += (state**2).sum()
    np.testing.assert_allclose(found, expected)
    estimates = finite_difference(lambda *moved: compute(*moved)[0], values)
    for gradient, estimate in zip(gradients, estimates):
        np.testing.assert_allclose(gradient, estimate, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("name", "products"), [("disjoint", 3), ("larger than all", 1), ("and all", 1)]
)
def test_products_are_of_slices_where_that_is_no_more_work(name, products):
    shapes = {"h": (5, 2), "x": (5, 6), "W": (2, 6), "b": (6,)}
    inputs = [pytensor.tensor.tensor(n, dtype="float64", shape=s) for n, s in shapes.items()]
    graph = pytensor.graph.FunctionGraph(inputs, [gated(*inputs, CUTS[name])], clone=True)
    slice_first(graph)
    nodes = graph.toposort()
    dots = [node for node in nodes if isinstance(node.op, Dot)]
    assert len(dots) == products
    if products > 1:
        sliced = [node.inputs[0] for node in nodes if isinstance(node.op, Subtensor)]
        assert {v.name for v in sliced} == {"x", "W", None}  # None: b as a row
