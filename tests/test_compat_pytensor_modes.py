"""Networks in functions of PyTensor's own, by Numba, JAX and C: values, gradients, and updates."""

import os
import pickle
import subprocess
import sys
import textwrap
import warnings

import numpy as np
import pytensor
import pytest
import theano
import theano.tensor as T

from lasagne_expr.layers import (
    Conv2DLayer,
    DenseLayer,
    InputLayer,
    LSTMLayer,
    Pool2DLayer,
    TransposedConv2DLayer,
    batch_norm,
    get_all_layers,
    get_all_params,
    get_output,
)
from lasagne_expr.nonlinearities import tanh

IMAGES = (3, 2, 7, 6)

# Without a C++ compiler PyTensor has no C code to run.
MODES = ["NUMBA", "JAX", "CVM" if pytensor.config.cxx else "FAST_COMPILE"]


def convolutions():
    """Strides, padding, groups and flipping, transposed, and pooled."""
    conv = Conv2DLayer(
        InputLayer(IMAGES), 4, 3, stride=(2, 1), pad=1, num_groups=2, nonlinearity=tanh
    )
    return TransposedConv2DLayer(conv, 2, 2, stride=2, crop=1, flip_filters=True)


def pooled(mode):
    conv = Conv2DLayer(InputLayer(IMAGES), 2, 2, pad="full", flip_filters=False, nonlinearity=tanh)
    return Pool2DLayer(conv, 3, stride=2, pad=1, mode=mode)


NETWORKS = {
    "convolutions": convolutions,
    **{mode: lambda mode=mode: pooled(mode) for mode in ("max", "average_exc_pad")},
    "batch_norm": lambda: batch_norm(DenseLayer(InputLayer((4, 3)), 2)),
    "lstm": lambda: LSTMLayer(InputLayer((2, 4, 3)), 2, peepholes=False),
}


def values_and_gradients(network):
    """The input variable, the output and the gradients of a network, and a value for the input."""
    source = get_all_layers(network)[0]
    output = get_output(network)
    params = get_all_params(network, trainable=True)
    gradients = T.grad((output**2).sum(), [*params, source.input_var])
    value = np.random.RandomState(0).normal(size=source.shape).astype(theano.config.floatX)
    return source.input_var, [output, *gradients], value


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.slow
def test_values_and_gradients(name, mode):
    x, outputs, value = values_and_gradients(NETWORKS[name]())
    expected = theano.function([x], outputs)(value)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "Numba will use object mode")
        compiled = pytensor.function([x], outputs, mode=mode)
    for a, b in zip(compiled(value), expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


def test_mode_jax_at_several_shapes():
    """One function of PyTensor's mode JAX serves all shapes, as its output's sizes follow."""
    x = T.dmatrix("x")
    steps = T.ones((x.shape[0] * 2, x.shape[1])) * T.arange(x.shape[0] * 2).dimshuffle(0, "x")
    f = pytensor.function([x], [steps, x.reshape((x.shape[0] * x.shape[1] // 2, 2))], mode="JAX")
    for shape in ((2, 3), (4, 2), (2, 3)):
        value = np.arange(np.prod(shape), dtype="float64").reshape(shape)
        found, reshaped = f(value)
        expected = np.repeat(np.arange(2.0 * shape[0])[:, None], shape[1], axis=1)
        np.testing.assert_array_equal(found, expected)
        np.testing.assert_array_equal(reshaped, value.reshape(-1, 2))


def test_mode_jax_first():
    """PyTensor's JAX learns of convolutions before any other function was compiled."""
    program = """
        import numpy as np, pytensor, theano.tensor as T
        x = T.dtensor4()
        y = T.nnet.conv2d(x, np.ones((1, 1, 2, 2)))
        print(pytensor.function([x], y, mode="JAX")(np.ones((1, 1, 3, 2))).ravel().tolist())
    """
    found = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "THEANO_FLAGS": ""},
    )
    assert found.stdout.strip() == "[4.0, 4.0]"


@pytest.mark.slow
def test_shared_values_in_turns():
    """Functions of every mode read, and update, what those of the others left."""
    s = theano.shared(np.ones(3), name="s")
    doubled = {
        mode: pytensor.function([], s.sum(), updates={s: 2 * s}, mode=mode) for mode in MODES
    }
    ours = theano.function([], s.sum(), updates={s: 2 * s})
    expected = 3.0
    for mode in [MODES[2], MODES[1], MODES[2], MODES[0], MODES[1], MODES[0]]:
        for function in (ours, doubled[mode]):
            assert function() == expected, mode
            expected *= 2
    np.testing.assert_array_equal(s.get_value(), np.full(3, expected / 3))


def test_function_of_c_pickles():
    s = theano.shared(np.ones(3), name="s")
    theano.function([], updates={s: 2 * s})()
    function = pytensor.function([], s.sum(), mode=MODES[2])
    assert function() == 6
    assert pickle.loads(pickle.dumps(function))() == 6


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this platform")
def test_error_in_a_fork():
    """JAX would wait for its threads, which a forked process lacks, for ever."""
    program = """
        import os, numpy as np, pytensor, theano, theano.tensor as T
        x = T.dtensor4()
        f = pytensor.function([x], T.nnet.conv2d(x, np.ones((1, 1, 2, 2))), mode="FAST_COMPILE")
        f(np.ones((1, 1, 3, 3)))
        pid = os.fork()
        if not pid:
            try:
                f(np.ones((1, 1, 3, 3)))
            except RuntimeError as error:
                os._exit(7 if "forkserver" in str(error) else 1)
            os._exit(0)
        raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    """
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(program)], timeout=100
    )
    assert found.returncode == 7
