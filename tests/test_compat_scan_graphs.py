"""What is compiled of a loop's histories, which begin with the first values in graphs only."""

import pytest
import theano
import theano.tensor as T
from pytensor.graph.fg import FunctionGraph
from pytensor.tensor.basic import Join
from theano.link.modes import FAST_COMPILE, FAST_RUN


def rewritten(mode, *outputs):
    fgraph = FunctionGraph(outputs=list(outputs), clone=True)
    mode.optimizer.rewrite(fgraph)
    return fgraph.toposort()


@pytest.mark.parametrize("mode", [FAST_RUN, FAST_COMPILE])
def test_first_values_are_joined_only_if_something_needs_them(mode):
    x, h = T.dmatrix("x"), T.dvector("h")
    states, _ = theano.scan(lambda x, h: T.tanh(x + h), x, h)
    whole = states.owner.inputs[0]
    gradients = T.grad(states[-1].sum(), [x, h])
    for node in rewritten(mode, states, *gradients):
        assert not isinstance(node.op, Join)
        assert not getattr(node.op, "with_initial", False)
    nodes = rewritten(mode, states, whole)
    assert sum(isinstance(node.op, Join) for node in nodes) == 1
    assert sum(type(node.op).__name__ == "Scan" for node in nodes) == 1


def test_the_graph_of_a_gradient_takes_no_zeros_for_first_values():
    x, h = T.dmatrix("x"), T.dvector("h")
    states, _ = theano.scan(lambda x, h: T.tanh(x + h), x, h)
    (of_x,) = T.grad(T.sqr(states).sum(), [x])
    (node,) = (n for n in FunctionGraph(outputs=[of_x]).toposort() if n.op == of_x.owner.op)
    assert not any(
        type(n.op).__name__ == "IncSubtensor"
        for n in FunctionGraph(outputs=[node.inputs[-1]]).toposort()
    )
