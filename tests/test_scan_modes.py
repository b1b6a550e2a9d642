"""Modes of a loop's own: what they check or show happens in each step."""

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.compile.monitormode import MonitorMode
from theano.compile.nanguardmode import NanGuardMode

GUARD = NanGuardMode(nan_is_error=True, inf_is_error=True, big_is_error=False)

# Nothing is unusual about a loop with a mode.
pytestmark = pytest.mark.filterwarnings("error:.*PyTensor interprets it:UserWarning")


def logarithms(x, mode):
    """Take the logarithm of one less, three times."""
    states, _ = theano.scan(
        lambda p: T.log(p - 1), outputs_info=T.ones_like(x) * x, n_steps=3, mode=mode
    )
    return states


@pytest.mark.parametrize("mode", [GUARD, "NanGuardMode"])
def test_nan_in_a_step(mode):
    x = T.dvector("x")
    compute = theano.function([x], logarithms(x, mode))
    start = np.array([1 + np.exp(1 + np.exp(1.5))])
    expected = [1 + np.exp(1.5), 1.5, np.log(0.5)]
    np.testing.assert_allclose(compute(start)[:, 0], expected)
    with pytest.raises(AssertionError):
        compute([2.0])
    assert np.isnan(theano.function([x], logarithms(x, None))([2.0])).any()


def test_infinity_in_a_gradient():
    x = T.dvector("x")
    roots, _ = theano.scan(lambda x: T.sqrt(x), x, mode=GUARD)
    assert theano.function([x], roots)([0.0, 4.0]).tolist() == [0, 2]
    gradient = theano.function([x], T.grad(roots.sum(), x))
    np.testing.assert_allclose(gradient([1.0, 4.0]), [0.5, 0.25])
    with pytest.raises(AssertionError):
        gradient([0.0, 4.0])


def test_nan_in_a_step_of_a_loop_in_a_loop():
    x = T.dmatrix("x")

    def outer(row):
        return theano.map(lambda element: T.log(element), row, mode=GUARD)[0]

    compute = theano.function([x], theano.map(outer, x)[0])
    np.testing.assert_allclose(compute(np.ones((2, 3))), np.zeros((2, 3)))
    with pytest.raises(AssertionError):
        compute(-np.ones((2, 3)))


def test_a_monitor_sees_each_step():
    x, seen = T.dvector("x"), []

    def note(*arguments):
        compute = arguments[-1]
        seen.append(float(np.sum(compute.outputs[0][0])))

    sums, _ = theano.scan(
        lambda x, total: total + x,
        x,
        T.constant(np.array(0.0, "float64")),
        mode=MonitorMode(post_func=note),
    )
    assert theano.function([x], sums)([1.0, 2.0, 3.0]).tolist() == [1, 3, 6]
    assert [value for value in seen if value in (1, 3, 6)] == [1, 3, 6]


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", theano.compile.Mode(linker="py")])
def test_modes_that_only_compute(mode):
    x = T.dvector("x")
    squares, _ = theano.map(lambda x: x**2, x, mode=mode)
    compute = theano.function([x], [squares, T.grad(squares.sum(), x)])
    np.testing.assert_allclose(compute([1.0, 2.0]), [[1, 4], [2, 4]])


def test_a_mode_that_does_not_exist():
    with pytest.raises(Exception, match="FAST_RUNS"):
        theano.map(lambda x: x, T.dvector(), mode="FAST_RUNS")


@pytest.fixture
def guarded():
    previous, theano.config.mode = theano.config.mode, "NanGuardMode"
    yield
    theano.config.mode = previous


@pytest.mark.usefixtures("guarded")
def test_the_mode_of_all_functions():
    x = T.dmatrix("x")
    sums, _ = theano.map(lambda row: T.switch(T.isnan(T.log(row).sum()), 0.0, 1.0), x)
    compute = theano.function([x], sums)
    assert compute([[1.0, 2.0], [3.0, 4.0]]).tolist() == [1, 1]
    with pytest.raises(AssertionError):
        compute([[1.0, 2.0], [3.0, -4.0]])
