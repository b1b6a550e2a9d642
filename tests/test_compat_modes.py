"""Modes that run each operation by itself: copies of their functions, profiles, and errors."""

import copy
import io
import pickle
import re

import numpy as np
import pytensor
import pytest
import theano
import theano.tensor as T
from theano.compile import MonitorMode
from theano.compile.nanguardmode import NanGuardMode

from lasagne_expr.layers import DenseLayer, EmbeddingLayer, InputLayer, get_output

pytestmark = [
    pytest.mark.filterwarnings("ignore:PyTensor could not link to a BLAS:UserWarning"),
    pytest.mark.filterwarnings("ignore:All-NaN slice encountered:RuntimeWarning"),
]
SEEN = []


def note(position, node, compute):
    SEEN.append(position)


MODES = {
    "guard": lambda: NanGuardMode(nan_is_error=True, inf_is_error=True, big_is_error=False),
    "guard by name": lambda: "NanGuardMode",
    "monitor": lambda: MonitorMode(pre_func=note, post_func=note),
    "python": lambda: theano.Mode(linker="py", optimizer="fast_compile"),
}
ALL_MODES = {
    **MODES,
    "debug": lambda: "DebugMode",
    "c": lambda: "CVM" if pytensor.config.cxx else "VM",
}
DUPLICATES = {
    "pickle": lambda f: pickle.loads(pickle.dumps(f)),
    "deepcopy": copy.deepcopy,
    "copy": lambda f: f.copy(),
    "sharing copy": lambda f: f.copy(share_memory=True),
}


@pytest.mark.parametrize("duplicate", DUPLICATES)
@pytest.mark.parametrize("mode", ALL_MODES)
def test_copies_compute_the_same(mode, duplicate):
    x = T.dvector("x")
    w = theano.shared(np.array([1.0, 2.0]), name="w")
    f = theano.function([x], x / w + 1 - 1, updates=[(w, w + 1)], mode=ALL_MODES[mode]())
    np.testing.assert_array_equal(f([6.0, 6.0]), [6.0, 3.0])
    other = DUPLICATES[duplicate](f)
    SEEN.clear()
    np.testing.assert_array_equal(other([6.0, 6.0]), [3.0, 2.0])
    assert bool(SEEN) == (mode == "monitor")
    np.testing.assert_array_equal(
        w.get_value(), [3.0, 4.0] if "copy" in duplicate.split() else [2.0, 3.0]
    )


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


class TestErrors:
    """They name the function, its inputs and their shapes, the operation, its layer and line."""

    @staticmethod
    def network(mode, **options):
        words = T.lvector("words")
        layer = EmbeddingLayer(InputLayer((None,), words), 5, 3, name="vectors")
        output = get_output(DenseLayer(layer, 2, name="dense"))  # the line that is named
        return theano.function([words], output, mode=mode, **options)

    @staticmethod
    def line(text):
        with open(__file__, encoding="utf-8") as file:
            return next(n for n, line in enumerate(file, 1) if f"# {text}" in line)

    @pytest.mark.parametrize("duplicate", ["itself", "pickle", "copy"])
    @pytest.mark.parametrize("mode", ALL_MODES)
    def test_of_an_index(self, mode, duplicate):
        f = self.network(ALL_MODES[mode](), name="predict")
        f = DUPLICATES.get(duplicate, lambda f: f)(f)
        assert f([1, 2]).shape == (2, 2)
        with pytest.raises(IndexError) as raised:
            f([1, 2, 7])
        text = str(raised.value)
        title = "predict copy" if duplicate == "copy" else "predict"
        start = f"function {title!r}, called with words of shape (3,), vectors.W of shape (5, 3)"
        assert text.startswith(start)
        assert "in EmbeddingLayer 'vectors' (made at " in text
        line = self.line("the line that is named")
        assert f"called from {__file__}:{line}): " in text
        assert text.endswith("index 7 is out of bounds for axis 0 with size 5")

    @pytest.mark.parametrize("mode", ["guard", "guard by name"])
    def test_of_guarded_values(self, mode):
        x = T.matrix("x")
        layer = DenseLayer(InputLayer((None, 3), x), 2, nonlinearity=T.log, name="logs")
        f = theano.function([x], get_output(layer), mode=MODES[mode]())
        with pytest.raises(AssertionError) as raised:
            f(np.full((4, 3), -np.inf, x.dtype))
        assert "a function, called with x of shape (4, 3)" in str(raised.value)
        layer.W.set_value(-np.ones((3, 2), x.dtype))
        with pytest.raises(AssertionError, match="in DenseLayer 'logs' .made at .*: NaN detected"):
            f(np.ones((4, 3), x.dtype))

    def test_of_a_users_function(self):
        def refuse(position, node, compute):
            raise LookupError("no more")

        x = T.dvector("x")
        y = T.exp(x)  # the exponential
        f = theano.function([x], y, mode=MonitorMode(post_func=refuse), name="exp")
        where = (
            rf"'exp', called with x of shape \(2,\): Exp.*{__file__}:{self.line('the exponential')}"
        )
        with pytest.raises(LookupError, match=rf"{where}\): no more"):
            f([1.0, 2.0])

    def test_within_a_loop_of_pytensor(self):
        x, i = T.dvector("x"), T.lvector("i")
        looked_up = pytensor.scan(lambda n, v: v[n] * 2, i, non_sequences=x, return_updates=False)
        f = theano.function([x, i], looked_up, mode=MODES["python"](), name="loop")
        np.testing.assert_array_equal(f([5.0, 6.0], [1, 0]), [12.0, 10.0])
        with pytest.raises(IndexError) as raised:
            f([5.0, 6.0], [1, 2])
        # It names the loop or, where that is known, the operation of its step.
        start = (
            r"function 'loop', called with x of shape \(2,\), i of shape \(2,\): (Scan|Subtensor)\{"
        )
        assert re.match(start, str(raised.value))
        assert f"(made at {__file__}" in str(raised.value)

    def test_of_a_loop(self):
        x, y = T.dvectors("x", "y")
        sums, _ = theano.scan(lambda n, v: n + v, x, non_sequences=y[:2])
        f = theano.function([x, y], sums.dot(x), mode=MODES["python"](), name="loop")
        with pytest.raises(ValueError) as raised:
            f([5.0, 6.0, 7.0], [1.0, 2.0])
        start = "function 'loop', called with x of shape (3,), y of shape (2,): "
        assert str(raised.value).startswith(start)
        assert f"(made at {__file__}" in str(raised.value)

    def test_of_one_function_inside_another(self):
        x = T.dvector("x")
        inner = theano.function([x], x[3], mode=MODES["python"](), name="inner")

        @theano.as_op(itypes=[T.dvector], otypes=[T.dscalar])
        def fourth(values):
            return inner(values)

        f = theano.function([x], fourth(x), mode=MODES["python"](), name="outer")
        with pytest.raises(IndexError) as raised:
            f([1.0])
        assert str(raised.value).startswith("function 'outer', called with x of shape (1,): ")
        assert str(raised.value).count("called with") == 1

    def test_of_a_compiled_function(self):
        x, y = T.dvectors("x", "y")
        f = theano.function([x, y], T.dot(x, y), mode="NUMBA", name="product")
        start = r"^function 'product', called with x of shape \(2,\), y of shape \(3,\): "
        with pytest.raises(Exception, match=start):
            f([1.0, 2.0], [1.0, 2.0, 3.0])

    @pytest.mark.filterwarnings("ignore:.*PyTensor interprets it:UserWarning")
    def test_of_an_interpreted_graph(self):
        x, i = T.dvector("x"), T.lvector("i")
        chosen = x[T.nonzero(x > 0)[0]]
        layer = DenseLayer(InputLayer((None, 1), chosen.dimshuffle(0, "x")), 2, name="dense")
        y = get_output(layer)[i]  # the row that isn't there
        f = theano.function([x, i], y, name="rows")
        assert f([1.0, -1.0, 2.0], [1]).shape == (1, 2)
        start = r"'rows', called with x of shape \(3,\), i of shape \(1,\)"
        where = rf"{start}, .*\(made at {__file__}:{self.line('the row')}"
        with pytest.raises(IndexError, match=f"{where}.*out of bounds"):
            f([1.0, -1.0, 2.0], [2])

    @pytest.mark.parametrize("mode", ALL_MODES)
    def test_of_arguments_are_as_they_were(self, mode):
        f = self.network(ALL_MODES[mode]())
        with pytest.raises(TypeError) as raised:
            f([0.5])
        assert "called with" not in str(raised.value)

    def test_with_messages_of_their_own(self):
        class Two(Exception):
            pass

        def refuse(position, node, compute):
            raise Two("one", 2)

        x = T.dvector("x")
        f = theano.function([x], x * 2, mode=MonitorMode(pre_func=refuse), name="f")
        with pytest.raises(Two) as raised:
            f([1.0])
        assert raised.value.args == ("one", 2)
        assert "'f', called with x of shape (1,): Mul" in "".join(raised.value.__notes__)
