"""What programs look up in the graphs of loops: whole histories, and the steps' inner graphs."""

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.gof.graph import io_toposort

MODES = ["FAST_RUN", "FAST_COMPILE"]


def constant(value):
    return T.constant(np.array(value, "float64"))


def fibonacci(x):
    """Sums of the last two, of all, and squares: of several kinds, in no particular order."""
    return theano.scan(
        lambda x, total, one, two: [total + x, x**2, one + two + x],
        sequences=x,
        outputs_info=[constant(2), None, {"initial": constant([0, 1, 5]), "taps": [-2, -1]}],
    )[0]


@pytest.mark.parametrize("mode", MODES)
def test_histories_begin_with_the_first_values(mode):
    x = T.dvector("x")
    outputs = total, _, sums = fibonacci(x)
    whole = [total.owner.inputs[0], sums.owner.inputs[0]]
    found = theano.function([x], [*outputs, *whole], mode=mode)([1.0, 2.0, 3.0])
    assert [a.tolist() for a in found] == [
        [3, 5, 8],
        [1, 4, 9],
        [2, 5, 10],
        [2, 3, 5, 8],
        [0, 1, 2, 5, 10],
    ]


@pytest.mark.parametrize("mode", MODES)
def test_gradients_of_whole_histories(mode):
    x, h = T.dvector("x"), T.dscalar("h")
    states, _ = theano.scan(lambda x, h: x * h, x, h)
    whole = states.owner.inputs[0]
    values = [2.0, 3.0], 5.0
    # The sum of h, h x1 and h x1 x2; then with the last two a second time.
    for cost, expected in [
        (whole.sum(), ([5 + 15, 10], 1 + 2 + 6)),
        (whole.sum() + states.sum(), ([2 * (5 + 15), 2 * 10], 1 + 2 * (2 + 6))),
    ]:
        of_x, of_h = theano.function([x, h], T.grad(cost, [x, h]), mode=mode)(*values)
        np.testing.assert_allclose(of_x, expected[0])
        np.testing.assert_allclose(of_h, expected[1])


def test_gradients_of_whole_histories_with_taps():
    x, first = T.dvector("x"), T.dvector("first")
    states, _ = theano.scan(lambda x, a, b: x * a * b, x, {"initial": first, "taps": [-2, -1]})
    whole = states.owner.inputs[0]
    weights = np.array([1.0, 2.0, 3.0, 4.0])
    gradients = T.grad((whole * weights).sum(), [x, first])
    of_x, of_first = theano.function([x, first], gradients)([2.0, 3.0], [5.0, 7.0])
    # States: a, b, x1 a b, x2 x1 a b^2.
    np.testing.assert_allclose(of_x, [3 * 35 + 4 * 3 * 5 * 49, 4 * 2 * 5 * 49])
    np.testing.assert_allclose(of_first, [1 + 3 * 14 + 4 * 6 * 49, 2 + 3 * 10 + 4 * 6 * 5 * 2 * 7])


@pytest.mark.filterwarnings("ignore:.*PyTensor interprets it:UserWarning")
def test_of_a_loop_that_ends_by_a_condition():
    x = T.dscalar("x")
    states, _ = theano.scan(
        lambda h, x: (h * x, theano.scan_module.until(h * x > 20)),
        outputs_info=constant(1),
        non_sequences=x,
        n_steps=9,
    )
    whole = states.owner.inputs[0]
    found = theano.function([x], [states, whole, T.grad(whole.sum(), x)])(3.0)
    assert found[0].tolist() == [3, 9, 27]
    assert found[1].tolist() == [1, 3, 9, 27]
    np.testing.assert_allclose(found[2], 1 + 2 * 3 + 3 * 9)


def test_the_inner_graph():
    x = T.dvector("x")
    offset = theano.shared(np.array(1.0))
    outputs, _ = theano.scan(
        lambda x, total, one, two, offset: [total + x, x * offset, one + two],
        sequences=x,
        outputs_info=[constant(2), None, {"initial": constant([0, 1]), "taps": [-2, -1]}],
        non_sequences=offset,
        name="loop",
        truncate_gradient=4,
    )
    nodes = [n for n in io_toposort([x], outputs) if type(n.op).__name__ == "Scan"]
    assert len(nodes) == 1
    op = nodes[0].op
    assert [len(op.inputs), len(op.outputs)] == [5, 3]
    assert [op.n_seqs, op.n_mit_mot, op.n_mit_sot, op.n_sit_sot] == [1, 0, 1, 1]
    assert [op.n_nit_sot, op.n_shared_outs, op.n_outs, op.as_while] == [1, 0, 2, False]
    assert [list(taps) for taps in op.tap_array] == [[-2, -1], [-1]]
    assert list(op.mintaps) == [-2, -1, 0]
    assert (op.name, op.truncate_gradient, op.mode) == ("loop", 4, None)
    assert all(op.info[name] == getattr(op, name) for name in ("n_seqs", "name", "as_while"))
    # The step, taken apart and computed by itself.
    (element,), (total,) = op.inner_seqs(op.inputs), op.inner_sitsot(op.inputs)
    one, two = op.inner_mitsot(op.inputs)
    (factor,) = op.inner_non_seqs(op.inputs)
    (sums,), (totals,) = op.inner_mitsot_outs(op.outputs), op.inner_sitsot_outs(op.outputs)
    (products,) = op.inner_nitsot_outs(op.outputs)
    assert not op.inner_shared(op.inputs)
    assert not op.inner_shared_outs(op.outputs)
    values = {element: 2.0, total: 3.0, one: 5.0, two: 7.0, factor: 11.0}
    for output, expected in (sums, 12), (totals, 5), (products, 22):
        used = [v for v in theano.gof.graph.inputs([output]) if v in values]
        assert theano.function(used, output)(*(values[v] for v in used)) == expected
    # What the loop around it gets and makes.
    assert op.outer_non_seqs(nodes[0]) == [offset]
    assert [v.owner.op for v in (outputs[0].owner.inputs[0], outputs[1])] == [op, op]
    assert op.outer_sitsot_outs(nodes[0]) == [outputs[0].owner.inputs[0]]
    assert op.outer_mitsot_outs(nodes[0].outputs) == [outputs[2].owner.inputs[0]]
    assert op.outer_nitsot_outs(nodes[0]) == [outputs[1]]


def test_variables_of_a_step_are_found_by_their_tags():
    """As libraries of bricks do, which annotate variables and look for them in all loops."""
    x = T.dmatrix("x")

    def step(x, h):
        gate = T.nnet.sigmoid(x + h)
        gate.tag.role = "gate"
        return gate * h + x

    states, _ = theano.scan(step, x, T.ones((2,), "float64"))
    found = [
        v
        for node in io_toposort([x], [states])
        if type(node.op).__name__ == "Scan"
        for v in theano.gof.graph.variables(node.op.inputs, node.op.outputs)
        if getattr(v.tag, "role", None) == "gate"
    ]
    assert len(found) == 1
    assert found[0].owner.op == T.nnet.sigmoid
