"""Elementwise operations on transposed matrices: against NumPy, and as they are compiled."""

import numpy as np
import pytensor
import pytest
import theano
import theano.tensor as T
from theano.link.dispatch import scan_step
from theano.ops.fusion_barrier import FusionBarrier

EXPRESSIONS = {
    "symmetric": lambda x: (x + x.T) / 2,
    "of a triangle": lambda x: np.triu(x) - np.triu(x).T,
    "of functions": lambda x: 3 * (np.exp(0.1 * x) * np.cos(x).T + 1),
    "twice": lambda x: ((2 * x + x.T) * 0.5 + (x * x.T - 1).T) * x,
}
SYMBOLIC = {
    **EXPRESSIONS,
    "of a triangle": lambda x: T.triu(x) - T.triu(x).T,
    "of functions": lambda x: 3 * (T.exp(0.1 * x) * T.cos(x).T + 1),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_values_are_those_of_numpy(name):
    x = T.dmatrix("x")
    compute = theano.function([x], SYMBOLIC[name](x))
    for size in (1, 2, 7, 130):
        value = np.random.RandomState(size).normal(size=(size, size))
        np.testing.assert_allclose(compute(value), EXPRESSIONS[name](value), rtol=1e-12)


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_gradients_are_those_of_the_plain_graph(name):
    x, weights = T.dmatrix("x"), T.dmatrix("weights")
    gradient = T.grad((SYMBOLIC[name](x) * weights).sum(), x)
    values = np.random.RandomState(1).normal(size=(2, 9, 9))
    plain = theano.function([x, weights], gradient, mode=theano.Mode("py", optimizer=None))
    compute = theano.function([x, weights], gradient)
    np.testing.assert_allclose(compute(*values), plain(*values), rtol=1e-12)


def rewritten(result, *inputs):
    graph = pytensor.graph.FunctionGraph(inputs, [result], clone=True)
    theano.compile.FAST_RUN.optimizer.rewrite(graph)
    return [node for node in graph.toposort() if isinstance(node.op, FusionBarrier)]


def test_numbers_are_kept_out_of_the_loop():
    """A sum, of what is computed and its transpose, is between two that have numbers in them."""
    x = T.fmatrix("x")
    half = T.tanh(x) * np.float32(0.3)
    operand, total = rewritten((half + half.T) * np.float32(0.2), x)
    read = total.inputs[0].owner.inputs
    assert {v if v.owner is operand else v.owner.inputs[0] for v in read} == {operand.outputs[0]}
    assert len(read) == 2


def test_a_loop_keeps_no_more_for_its_gradient():
    """What a step sets apart is computed anew by the gradient, as the step itself would be."""
    x = T.dmatrix("x")

    def step(total):
        return T.tanh((total + total.T) / 2)

    results, _ = theano.scan(step, outputs_info=x, n_steps=4)
    gradient = theano.function([x], T.grad(results[-1].sum(), x))
    value = 0.1 * np.random.RandomState(3).normal(size=(3, 3))
    total = x
    for _ in range(4):
        total = step(total)
    expected = T.grad(total.sum(), x).eval({x: value}, mode=theano.Mode("py", optimizer=None))
    np.testing.assert_allclose(gradient(value), expected, rtol=1e-12)
    assert scan_step.is_cheap(FusionBarrier()(x).owner)


def test_only_matrices_are_set_apart():
    x, row, scalar = T.fmatrix("x"), T.frow("row"), T.fscalar("scalar")
    assert len(rewritten(x + x.T, x)) == 1
    assert rewritten(x.T + row, x, row) == []
    assert rewritten(x.T * scalar, x, scalar) == []
    assert rewritten(x.T, x) == []
