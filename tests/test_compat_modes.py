"""Modes that run each operation by itself: copies of their functions, profiles, and errors."""

import copy
import io
import pickle

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.compile import MonitorMode
from theano.compile.nanguardmode import NanGuardMode

SEEN = []


def note(position, node, compute):
    SEEN.append(position)


MODES = {
    "guard": lambda: NanGuardMode(nan_is_error=True, inf_is_error=True, big_is_error=False),
    "guard by name": lambda: "NanGuardMode",
    "monitor": lambda: MonitorMode(pre_func=note, post_func=note),
    "python": lambda: theano.Mode(linker="py", optimizer="fast_compile"),
}
DUPLICATES = {
    "pickle": lambda f: pickle.loads(pickle.dumps(f)),
    "deepcopy": copy.deepcopy,
    "copy": lambda f: f.copy(),
}


@pytest.mark.parametrize("duplicate", DUPLICATES)
@pytest.mark.parametrize("mode", MODES)
def test_copies_compute_the_same(mode, duplicate):
    x = T.dvector("x")
    w = theano.shared(np.array([1.0, 2.0]), name="w")
    f = theano.function([x], x / w, updates=[(w, w + 1)], mode=MODES[mode]())
    np.testing.assert_array_equal(f([6.0, 6.0]), [6.0, 3.0])
    other = DUPLICATES[duplicate](f)
    SEEN.clear()
    np.testing.assert_array_equal(other([6.0, 6.0]), [3.0, 2.0])
    assert bool(SEEN) == (mode == "monitor")
    np.testing.assert_array_equal(w.get_value(), [3.0, 4.0] if duplicate == "copy" else [2.0, 3.0])


@pytest.mark.parametrize("duplicate", DUPLICATES)
@pytest.mark.parametrize("mode", ["guard", "guard by name"])
def test_copies_guard_too(mode, duplicate):
    x = T.dvector("x")
    f = DUPLICATES[duplicate](theano.function([x], T.log(x), mode=MODES[mode]()))
    np.testing.assert_allclose(f([1.0, np.e]), [0.0, 1.0])
    with pytest.raises(AssertionError, match="Inf detected"):
        f([0.0])


@pytest.mark.parametrize("change", [copy.deepcopy, lambda m: m.excluding("fusion"), lambda m: m])
def test_derived_modes_keep_their_settings(change):
    x = T.dvector("x")
    mode = change(NanGuardMode(nan_is_error=True, inf_is_error=False, big_is_error=False))
    f = theano.function([x], T.log(x), mode=mode)
    assert f([0.0]) == -np.inf
    with pytest.raises(AssertionError, match="NaN detected"):
        f([-1.0])


@pytest.mark.parametrize("mode", MODES)
def test_profiles(mode):
    x = T.dvector("x")
    f = theano.function([x], T.log(x).sum(), profile=True, mode=MODES[mode](), name="logs")
    for _ in range(3):
        assert f([1.0]) == 0
    text = io.StringIO()
    f.profile.summary(file=text)
    assert "Message: logs" in text.getvalue()
    assert f.profile.fct_callcount == 3
