"""Modes and settings that look into a function."""

import numpy as np
import theano
import theano.tensor as T
from theano.compile.nanguardmode import NanGuardMode

theano.config.floatX = "float64"
theano.config.exception_verbosity = "high"
theano.config.compute_test_value = "off"

computed = []


def inspect_inputs(i, node, fn):
    assert all(isinstance(np.asarray(value[0]), np.ndarray) for value in fn.inputs)


def detect_nan(i, node, fn):
    computed.append(node.op)
    for output in fn.outputs:
        if not isinstance(output[0], np.random.RandomState) and np.isnan(output[0]).any():
            raise RuntimeError("NaN detected in %s" % node)


x = T.dvector("x")
monitored = theano.function(
    [x],
    [T.log(x) * x],
    mode=theano.compile.MonitorMode(pre_func=inspect_inputs, post_func=detect_nan),
)
np.testing.assert_allclose(monitored([1.0, np.e])[0], [0.0, np.e])
assert computed
try:
    monitored([0.0, 1.0])
except RuntimeError as error:
    assert "NaN detected" in str(error)
    print("monitored")

x = T.matrix()
w = theano.shared(np.random.RandomState(0).randn(5, 7).astype(theano.config.floatX))
y = T.dot(x, w)
guarded = theano.function(
    [x], y, mode=NanGuardMode(nan_is_error=True, inf_is_error=True, big_is_error=True)
)
good = np.ones((3, 5))
np.testing.assert_allclose(guarded(good), good.dot(w.get_value()))
try:
    guarded(np.tile(np.nan, (3, 5)))
except AssertionError:
    print("guarded")

profiled = theano.function([x], y.sum(), profile=True, name="profiled")
np.testing.assert_allclose(profiled(good), good.dot(w.get_value()).sum())
printed = theano.function([x], theano.printing.Print("the sum")(x.sum()))
assert printed(good) == 15
plain = theano.function([x], y.sum(), mode=theano.Mode(linker="py", optimizer=None))
np.testing.assert_allclose(plain(good), good.dot(w.get_value()).sum())
fast = theano.function([x], y.sum(), mode="FAST_COMPILE")
np.testing.assert_allclose(fast(good), good.dot(w.get_value()).sum())
np.testing.assert_allclose(
    y.sum().eval({x: good}), theano.function([x], y.sum(), mode="DebugMode")(good)
)
print(len(profiled.maker.fgraph.toposort()) > 0, theano.pp(x * 2) != "")
