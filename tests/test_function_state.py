"""What a function holds between calls, and what it shows of itself."""

import copy
import pickle

import numpy as np
import pytest
import theano
import theano.tensor as T

x, s, n = T.dscalars("x", "s", "n")

MODES = [None, "FAST_COMPILE", theano.Mode(linker="py")]


def accumulator(mode=None, **options):
    """A function that adds up what it is given, and returns that by a factor."""
    total = theano.In(s, value=1.0, update=s + x, **options)
    return theano.function([x, total, theano.In(n, value=2.0)], n * s, mode=mode)


@pytest.mark.parametrize("mode", MODES)
class TestState:
    def test_goes_on_and_can_be_read_and_set(self, mode):
        f = accumulator(mode)
        assert [float(f(3)), float(f(4))] == [2, 8]
        assert float(f[s]) == float(f["s"]) == float(f[1]) == 8
        f[s] = 10.0
        assert [float(f(1)), float(f[s])] == [20, 11]
        f["s"] = 20
        assert float(f(1)) == 40

    def test_arguments_take_its_place(self, mode):
        f = accumulator(mode)
        assert float(f(1, 10.0)) == 20
        assert float(f(1, s=30.0)) == 60
        assert float(f[s]) == 31

    def test_a_default_is_restored(self, mode):
        f = accumulator(mode)
        assert [float(f(1, 1.0, 5.0)), float(f[n])] == [5, 2]
        f[n] = 7.0
        assert [float(f(1, 1.0)), float(f(1, 1.0))] == [7, 2]
        f[n] = 7.0
        with pytest.raises((TypeError, ValueError)):
            f("text")
        assert float(f(1, 1.0)) == 2

    def test_is_kept_after_an_error(self, mode):
        v, total = T.dvectors("v", "total")
        f = theano.function([v, theano.In(total, value=[0.0, 0.0], update=total + v)], total * 1)
        f([1.0, 2.0])
        with pytest.raises(ValueError):
            f([1.0, 2.0, 3.0])
        assert f[total].tolist() == [1, 2]

    def test_of_copies(self, mode):
        f = accumulator(mode)
        f(3)
        for duplicate in (copy.deepcopy(f), pickle.loads(pickle.dumps(f))):
            assert float(np.ravel(duplicate(5))[0]) == 8
        other = f.copy()
        assert float(np.ravel(other(5))[0]) == 2  # a copy starts anew
        assert float(f[s]) == 4

    def test_without_a_value_has_to_be_given(self, mode):
        f = theano.function([x, theano.In(s, update=s + x)], s * 1, mode=mode)
        assert float(f(1, 2)) == 2
        with pytest.raises(TypeError, match="s"):
            f(1)

    def test_of_a_shared_variable(self, mode):
        w = theano.shared(3.0, name="w")
        f = theano.function([x], x * w, mode=mode)
        f(1)
        f[w] = 5.0
        assert float(f[w]) == float(f["w"]) == float(w.get_value()) == 5
        assert f.get_shared() == [w]

    def test_held_elsewhere_is_no_argument(self, mode):
        w = theano.shared(3.0)
        f = theano.function([x, theano.In(s, value=w.container)], x * s, mode=mode)
        assert float(f(2)) == 6
        w.set_value(4.0)
        assert float(f(2)) == 8
        with pytest.raises(TypeError):
            f(2, 3)
        with pytest.raises(TypeError):
            f(2, s=3)


@pytest.mark.parametrize("mode", MODES)
class TestParts:
    def test_containers(self, mode):
        f = accumulator(mode)
        assert float(f.container[s].value) == float(f.container["s"].data) == 1
        assert f.finder[s] is f.finder["s"] is f.finder[1] is f.input_storage[1]
        assert f.inv_finder[f.container[n]].variable is n
        assert s in f
        assert s in f.value
        assert s in f.container
        assert T.dscalar() not in f
        f.container[s].value = 5.0
        assert float(f.value[s]) == 5

    def test_what_is_not_there(self, mode):
        twice = T.dscalar("x")
        f = theano.function([x, twice], x - twice, mode=mode)
        with pytest.raises(TypeError, match="nothing"):
            f["nothing"]
        with pytest.raises(TypeError, match="nothing"):
            f["nothing"] = 1
        with pytest.raises(TypeError, match="x"):
            f["x"]
        with pytest.raises(KeyError):
            f.container["nothing"]

    def test_descriptions(self, mode):
        w = theano.shared(1.0)
        f = theano.function(
            [x, theano.In(s, value=0.0, update=s + x), theano.In(n, value=2.0)],
            [s * n * w],
            updates=[(w, w + 1)],
            mode=mode,
            name="f",
        )
        assert [i.variable for i in f.maker.inputs] == [x, s, n, w]
        assert [i.update is None for i in f.maker.inputs] == [True, False, True, False]
        assert [i.shared for i in f.maker.inputs] == [False, False, False, True]
        assert [d[:2] for d in f.defaults] == [
            (True, False),
            (False, False),
            (False, True),
            (False, False),
        ]
        assert float(f.defaults[2][2]) == 2
        assert len(f.maker.outputs) == len(f.outputs) == f.n_returned_outputs == 1
        assert len(f.maker.fgraph.outputs) == 3
        assert len(f.maker.fgraph.toposort()) > 0
        assert (f.unpack_single, f.return_none, f.name) == (False, False, "f")
        assert [entry[0].variable for entry in f.indices] == [x, s, n, w]
        assert f.maker.linker is not None
        assert f.nodes_with_inner_function == []
        f.sync_shared()
        f.free()

    def test_the_computation_by_itself(self, mode):
        f = theano.function([x, theano.In(n, value=2.0)], x * n, mode=mode)
        f.input_storage[0].storage[0] = np.asarray(3.0)
        f.fn()
        assert len(f.output_storage) == 1
        assert float(f(4.0)) == 8


def test_keys_of_outputs():
    f = theano.function([x, theano.In(s, value=1.0, update=s + x)], {"b": x * s, "a": x})
    assert list(f.output_keys) == ["a", "b"]
    f(2.0)
    assert float(f[s]) == 3
    assert s in f
    f[s] = 5.0
    assert float(f(2.0)["b"]) == 10
