"""Modes of loops: others than those that are watched stay compiled."""

import pickle

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.compile.nanguardmode import NanGuardMode
from theano.ops.scan import Scan

GUARD = NanGuardMode(nan_is_error=True, inf_is_error=True, big_is_error=False)


def loop_of(output):
    return output.owner.op if isinstance(output.owner.op, Scan) else output.owner.inputs[0].owner.op


def compiled_by(output):
    """List what a loop has been compiled for: by JAX for a number of steps, or by Python."""
    loop = loop_of(output).without_initial
    variants = [loop, *(v for v in loop._variants.values() if isinstance(v, Scan))]
    return {"python" if key == "python" else "jax" for v in variants for key in v.compiled}


def test_other_loops_stay_compiled():
    x = T.dvector("x")
    plain, _ = theano.map(lambda x: x * 2, x)
    guarded, _ = theano.map(lambda x: T.log(x), x, mode=GUARD)
    theano.function([x], [plain, guarded])([1.0, 2.0])
    assert compiled_by(plain) == {"jax"}
    assert compiled_by(guarded) == {"python"}


@pytest.mark.filterwarnings("ignore:.*Numba will use object mode:UserWarning")
@pytest.mark.parametrize("mode", ["FAST_COMPILE", "NUMBA", theano.Mode("py", "fast_compile")])
def test_in_functions_of_other_modes(mode):
    x = T.dvector("x")
    logarithms, _ = theano.map(lambda x: T.log(x), x, mode=GUARD)
    compute = theano.function([x], logarithms, mode=mode)
    np.testing.assert_allclose(compute([1.0, np.e]), [0, 1])
    with pytest.raises(AssertionError, match="NaN detected"):
        compute([-1.0])


def test_of_a_pickled_graph():
    x = T.dvector("x")
    logarithms, _ = theano.map(lambda x: T.log(x), x, mode=GUARD)
    inputs, outputs = pickle.loads(pickle.dumps(([x], logarithms)))
    with pytest.raises(AssertionError, match="NaN detected"):
        theano.function(inputs, outputs)([-1.0])


def test_debug_mode():
    x = T.dvector("x")
    squares, _ = theano.map(lambda x: x**2, x, mode="DebugMode")
    np.testing.assert_allclose(theano.function([x], squares)([1.0, 2.0]), [1, 4])
