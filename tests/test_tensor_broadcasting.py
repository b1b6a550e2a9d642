"""Nothing is repeated along an axis that happens to have size 1, and sizes that don't fit are told.

On both engines: whatever operation an array comes from, and wherever it is computed.
"""

import warnings

import numpy as np
import pytest
import theano
import theano.tensor as T

from engines import ENGINE

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*PyTensor interprets it:UserWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

FLOAT = theano.config.floatX
MODES = ["FAST_RUN", "FAST_COMPILE"]
if ENGINE == "pytensor":
    MODES += ["PYTHON"]
ROWS, ROW = np.ones((4, 3), FLOAT), np.ones((1, 3), FLOAT)


def mode_of(name):
    return theano.Mode(linker="py", optimizer="fast_compile") if name == "PYTHON" else name


def in_graph(x):
    inner = T.matrix()
    return theano.OpFromGraph([inner], [T.exp(inner)])(x)


def stepped(x):
    steps = T.cast(x.sum(), "int64")
    return theano.scan(lambda h: 2 * h, outputs_info=x, n_steps=steps)[0][-1]


def stopped(x):
    def step(h):
        return 2 * h, theano.scan_module.until(h.sum() > 20)

    return theano.scan(step, outputs_info=x, n_steps=5)[0][-1]


SOURCES = {
    "softmax": T.nnet.softmax,
    "logsoftmax": T.nnet.logsoftmax,
    "softmax's gradient": lambda x: T.grad(T.nnet.softmax(x)[:, 0].sum(), x),
    "roll": lambda x: T.roll(x, 1, axis=0),
    "roll of all": lambda x: T.roll(x, 1),
    "svd": lambda x: T.nlinalg.svd(x, full_matrices=False)[0],
    "an operation from a graph": in_graph,
    "a mask's rows": lambda x: x[T.nonzero(x[:, 0] > 0)],
    "a mask's softmax": lambda x: T.nnet.softmax(x[T.nonzero(x[:, 0] > 0)]),
    "computed steps": stepped,
    "a loop that stops": stopped,
    "repeat": lambda x: T.repeat(x[:2], T.cast(x[0, 0], "int64") + 1, axis=0),
    "a slice to a computed place": lambda x: x[: T.cast(x.sum() / 4, "int64") + 1],
    "tril": T.tril,
    "sort": lambda x: T.sort(x, axis=0),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("source", SOURCES)
def test_one_row_is_not_repeated_for_several(source, mode):
    x, y = T.matrices("x", "y")
    f = theano.function([x, y], T.sqr(SOURCES[source](x) - y), mode=mode_of(mode))
    with pytest.raises(ValueError):
        f(ROWS, ROW)
    if source != "svd":
        assert np.isfinite(f(ROWS, ROWS)).all()


@pytest.mark.parametrize("mode", MODES)
def test_a_row_that_is_declared_to_broadcast_is_repeated(mode):
    x, y = T.matrix("x"), T.row("y")
    f = theano.function([x, y], T.nnet.softmax(x) - y, mode=mode_of(mode))
    np.testing.assert_allclose(f(ROWS, ROW), np.full((4, 3), 1 / 3 - 1), rtol=1e-5)


def test_inside_of_an_operation_from_a_graph():
    a, b, x, y = T.matrices("a", "b", "x", "y")
    f = theano.function([x, y], theano.OpFromGraph([a, b], [a - b])(x, y))
    assert f(ROWS, ROWS).tolist() == np.zeros((4, 3)).tolist()
    with pytest.raises(ValueError):
        f(ROWS, ROW)


@pytest.mark.parametrize("select", [T.nnet.softmax, lambda u: u[T.nonzero(u[:, 0] > 0)]])
def test_inside_of_a_step(select):
    x, y = T.tensor3("x"), T.matrix("y")
    h, _ = theano.scan(lambda u, y: select(u) - y, sequences=x, non_sequences=y)
    f = theano.function([x, y], h)
    assert f(ROWS[np.newaxis], ROWS).shape == (1, 4, 3)
    with pytest.raises(ValueError):
        f(ROWS[np.newaxis], ROW)


@pytest.mark.parametrize("shapes", [((5, 2, 3), (1, 3, 4)), ((5, 3), (1, 3)), ((1, 3), (5, 3))])
def test_batches_of_different_length(shapes):
    a, b = (T.TensorType(FLOAT, (False,) * len(shape))() for shape in shapes)
    f = theano.function([a, b], T.batched_dot(a, b))
    with pytest.raises((ValueError, TypeError) if ENGINE == "theano" else ValueError):
        f(*(np.ones(shape, FLOAT) for shape in shapes))


def entropy_of_masked(p, y):
    return T.nnet.categorical_crossentropy(p[T.nonzero(p[:, 0] > 0)], y)


ENTROPIES = {
    "categorical_crossentropy": lambda p, y: T.nnet.categorical_crossentropy(p, y),
    "of a softmax": lambda p, y: T.nnet.categorical_crossentropy(T.nnet.softmax(p), y),
    "with bias": lambda p, y: T.nnet.crossentropy_softmax_argmax_1hot_with_bias(
        p, T.zeros_like(p[0]), y
    )[0],
    "of selected rows": entropy_of_masked,
}


# Theano computes others without looking at the number of labels.
CHECKED = ENTROPIES if ENGINE == "pytensor" else ["of a softmax", "with bias"]


@pytest.mark.parametrize("n_labels", [1, 3, 5])
@pytest.mark.parametrize("entropy", CHECKED)
def test_as_many_labels_as_predictions(entropy, n_labels, capfd):
    p, y = T.matrix("predictions"), T.ivector("labels")
    f = theano.function([p, y], ENTROPIES[entropy](p, y))
    assert f(ROWS / 3, np.zeros(4, "int32")).shape == (4,)
    with pytest.raises(ValueError) as raised:
        f(ROWS / 3, np.zeros(n_labels, "int32"))
    if ENGINE == "pytensor":
        text = str(raised.value)
        assert "\n" not in text
        assert f"labels has {n_labels}" in text
        assert "has 4" in text
        assert "predictions" in text
        assert capfd.readouterr().err == ""


def test_labels_of_another_number_are_told_without_a_warning():
    p, y = T.matrix("predictions"), T.ivector("labels")
    f = theano.function([p, y], ENTROPIES["of a softmax"](p, y))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError):
            f(ROWS / 3, np.zeros(3, "int32"))


class TestRebroadcasting:
    def test_types(self):
        row, col, cube = T.row(), T.col(), T.tensor3()
        assert T.unbroadcast(row, 0).broadcastable == (False, False)
        assert T.unbroadcast(row, 0, 1).broadcastable == (False, False)
        assert T.unbroadcast(row, 1) is row
        assert T.addbroadcast(row, 1).broadcastable == (True, True)
        assert T.addbroadcast(row, 0) is row
        assert T.patternbroadcast(col, (False, False)).broadcastable == (False, False)
        assert T.patternbroadcast(col, (True, False)).broadcastable == (True, False)
        assert T.patternbroadcast(cube, (True, False, True)).broadcastable == (True, False, True)
        assert T.Rebroadcast((1, False))(col).broadcastable == (False, False)
        assert T.Rebroadcast((0, True), (1, False))(col).broadcastable == (True, False)

    @pytest.mark.parametrize("function", [T.unbroadcast, T.addbroadcast])
    def test_of_axes_that_are_not_there(self, function):
        with pytest.raises(ValueError):
            function(T.col(), 2)

    @pytest.mark.parametrize("mode", MODES)
    def test_an_axis_is_repeated_no_more(self, mode):
        x, row = T.matrix("x"), T.row("row")
        f = theano.function([x, row], x + T.unbroadcast(row, 0), mode=mode_of(mode))
        assert f(ROW, ROW).tolist() == [[2, 2, 2]]
        with pytest.raises(ValueError):
            f(ROWS, ROW)

    @pytest.mark.parametrize("mode", MODES)
    def test_an_axis_of_another_size_cannot_broadcast(self, mode):
        x = T.matrix("x")
        f = theano.function([x], T.addbroadcast(x, 0) * np.ones((4, 3), FLOAT), mode=mode_of(mode))
        assert f(ROW).shape == (4, 3)
        with pytest.raises(ValueError):
            f(ROWS[:2])

    def test_an_axis_whose_size_is_computed(self):
        x = T.vector("x")
        chosen = T.addbroadcast(x[T.nonzero(x > 0)], 0)
        f = theano.function([x], chosen * np.ones(3, FLOAT))
        assert f(np.array([-1, 2], FLOAT)).tolist() == [2, 2, 2]
        with pytest.raises(ValueError):
            f(np.array([1, 2, 3], FLOAT))

    def test_gradients(self):
        x, row = T.matrix("x"), T.row("row")
        cost = (x * T.unbroadcast(row, 0)).sum() + (T.addbroadcast(x, 0) * ROWS).sum()
        slopes = T.grad(cost, [x, row])
        assert [g.broadcastable for g in slopes] == [(False, False), (True, False)]
        found = theano.function([x, row], slopes)(ROW, 2 * ROW)
        assert [g.tolist() for g in found] == [[[6, 6, 6]], [[1, 1, 1]]]

    def test_products_with_a_jacobian(self):
        x, v = T.matrices("x", "v")
        f = theano.function([x, v], T.Rop(T.sqr(T.addbroadcast(x, 0)), x, v))
        assert f(3 * ROW, ROW).tolist() == [[6, 6, 6]]

    def test_shapes_are_known_without_computing(self):
        x = T.matrix("x")
        f = theano.function([x], T.unbroadcast(x.sum(axis=0, keepdims=True), 0).shape)
        assert f(ROWS).tolist() == [1, 3]

    def test_a_state_of_one_unit(self):
        x = T.tensor3()
        start = T.unbroadcast(T.zeros((x.shape[1], 1)), 0, 1)
        h, _ = theano.scan(lambda x, h: h + x, sequences=[x], outputs_info=[start])
        f = theano.function([x], [h, T.grad(h.sum(), x)])
        for batch in (1, 2):
            values, slopes = f(np.ones((3, batch, 1), FLOAT))
            assert values[:, 0, 0].tolist() == [1, 2, 3]
            assert slopes[:, -1, 0].tolist() == [3, 2, 1]
