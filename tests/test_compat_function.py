"""What Theano's API over PyTensor promises beyond Theano."""

import concurrent.futures
import os
import signal

import numpy as np
import pytensor
import pytest
import theano
import theano.tensor as T
from theano.configparser import change_flags
from theano.sandbox.rng_mrg import MRG_RandomStreams
from theano.tensor.shared_randomstreams import RandomStreams


class TestShapes:
    def test_the_error_names_function_variables_and_place(self):
        x = T.dmatrix("x")
        w = theano.shared(np.ones((3, 2)), name="w")
        f = theano.function([x], T.dot(x, w), name="predict")
        with pytest.raises(
            ValueError, match=r"'predict'.*x of shape \(4, 5\), w of shape \(3, 2\)"
        ):
            f(np.ones((4, 5)))

    def test_each_combination_is_compiled_once(self):
        x = T.dvector("x")
        f = theano.function([x], x * 2)
        for size in (3, 4, 3, 4, 3):
            f(np.ones(size))
        assert len(f._graph.executables) == 2


class TestDicts:
    def test_settings_values_and_copies_are_the_functions(self):
        w = theano.shared(np.ones(2), name="w")
        f = theano.function([], {"twice": w * 2})
        f.trust_input = True
        assert f._compiled.trust_input
        f["w"] = np.array([3.0, 4.0])
        np.testing.assert_array_equal(f[w], [3, 4])
        np.testing.assert_array_equal(f.copy()()["twice"], [6, 8])


def test_warnings_are_of_the_callers_line():
    x, unused = T.dvector("x"), T.dscalar("unused")
    with pytest.warns(UserWarning, match="doesn't use its input") as caught:
        theano.function([x, unused], x, on_unused_input="warn")
    assert caught[0].filename == __file__


class TestRewrites:
    def test_the_gradient_of_an_inverse_is_made_of_that_inverse(self):
        x = T.dmatrix("x")
        inverse = T.nlinalg.matrix_inverse(x)
        gradient = T.grad(T.sum(T.sqr(inverse)), x)
        graph = pytensor.graph.FunctionGraph([x], [inverse, gradient], clone=True)
        theano.compile.FAST_RUN.optimizer.rewrite(graph)
        names = [str(node.op) for node in graph.toposort()]
        assert sum("Inverse" in name for name in names) == 1
        assert not any("Solve" in name or "LU" in name for name in names)

    def test_several_threads_leave_no_setting_of_compilation_behind(self):
        before = pytensor.config.traceback__limit, pytensor.config.cxx

        def compile_one(n):
            x = T.dvector(f"x{n}")
            return float(theano.function([x], T.sum(x * n))(np.ones(3)))

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            assert list(pool.map(compile_one, range(8))) == [3.0 * n for n in range(8)]
        assert (pytensor.config.traceback__limit, pytensor.config.cxx) == before


class TestShared:
    def test_updates_in_place_leave_no_second_copy_of_a_value(self):
        w = theano.shared(np.zeros(1000))
        with change_flags({"jax.update_in_place": True}):
            add = theano.function([], updates={w: w + 1})
            add()
        before = w.get_value(borrow=True, return_internal_type=True)
        add()
        assert before.is_deleted()

    def test_rows_are_updated_in_place_unless_there_is_none_of_that_number(self):
        table, rows = theano.shared(np.zeros((4, 2))), T.lvector("rows")
        other = theano.shared(np.zeros(2))
        step = theano.function(
            [rows], updates={table: T.inc_subtensor(table[rows], 1), other: other + 1}
        )
        step(np.array([0, 2]))
        before = table.get_value(borrow=True, return_internal_type=True)
        step(np.array([2, 3]))
        assert before.is_deleted()
        with pytest.raises(IndexError, match="axis 0 of size 4"):
            step(np.array([1, 4]))
        assert table.get_value()[:, 0].tolist() == [1, 0, 2, 1]
        assert other.get_value().tolist() == [2, 2]

    def test_functions_of_pytensor_see_the_same_value(self):
        w = theano.shared(np.zeros(3))
        ours = theano.function([], updates={w: w + 1})
        theirs = pytensor.function([], w * 2, mode="FAST_COMPILE")
        ours()
        assert theirs().tolist() == [2, 2, 2]
        add_ten = pytensor.function([], updates={w: w + 10}, mode="FAST_COMPILE")
        add_ten()
        ours()
        assert w.get_value().tolist() == [12, 12, 12]

    def test_shared_variables_of_pytensor_are_taken(self):
        w = pytensor.shared(np.zeros(3))
        add = theano.function([], w * 2, updates={w: w + 1})
        assert [add().tolist(), add().tolist()] == [[0, 0, 0], [2, 2, 2]]
        assert w.get_value().tolist() == [2, 2, 2]
        assert type(w.get_value()) is np.ndarray

    def test_copies_that_share_a_value_are_used_beside_it(self):
        w = theano.shared(np.array([1.0, 2.0]), name="w")
        copy, another = (theano.clone(w, share_inputs=False) for _ in range(2))
        assert copy is not w
        assert copy.container is w.container
        copy.default_update = copy * 2
        x = T.dvector("x")
        read_both = theano.function([x], [x + copy, x * w])
        assert [v.tolist() for v in read_both([1.0, 1.0])] == [[2, 3], [1, 2]]
        assert w.get_value().tolist() == [2, 4]
        another.default_update = another * 2
        update_twice = theano.function([], [copy * 1, another * 1])
        assert [v.tolist() for v in update_twice()] == [[2, 4], [2, 4]]
        assert w.get_value().tolist() == [4, 8]

    def test_none_is_no_value(self):
        w = theano.shared(np.zeros(3), name="w")
        with pytest.raises(TypeError, match="the value of w can't be None"):
            w.set_value(None)
        assert w.get_value().tolist() == [0, 0, 0]


class TestMissingNames:
    def test_the_error_tells_where_to_look(self):
        for module in (theano, T, theano.compile, theano.gof, theano.gradient):
            with pytest.raises(AttributeError, match=r"Theano's API on PyTensor.*pytensor"):
                _ = module.no_such_name


class TestArguments:
    def test_an_unknown_one_is_refused(self):
        x = T.dscalar("x")
        with pytest.raises(TypeError, match="has no input z, but:.*x"):
            theano.function([x], x)(1, z=2)

    def test_none_is_refused(self):
        x = T.dvector("x")
        with pytest.raises(TypeError, match="for its input x"):
            theano.function([x], x * 2)(None)

    def test_a_masked_array_is_refused(self):
        x = T.dvector("x")
        with pytest.raises(TypeError, match="for its input x.*a masked array"):
            theano.function([x], x * 2)(np.ma.masked_array([1.0, 2.0], [0, 1]))


class TestInterrupt:
    """An interrupt comes while a call computes."""

    @pytest.fixture(autouse=True)
    def handler(self):
        handler = signal.getsignal(signal.SIGINT)
        yield handler
        signal.signal(signal.SIGINT, handler)

    @staticmethod
    def interrupted(function, monkeypatch):
        """Have what a function compiled interrupted when it has computed."""
        executable = function._graph.executable([], function._stores)

        def compute(arguments, stored):
            results = executable.compute(arguments, stored)
            os.kill(os.getpid(), signal.SIGINT)
            return results

        monkeypatch.setattr(
            function._graph,
            "executable",
            lambda arguments, stores: executable._replace(compute=compute),
        )

    @pytest.mark.parametrize("outputs", [None, "some"])
    def test_leaves_shared_variables_as_they_were(self, monkeypatch, outputs, handler):
        w, v = theano.shared(np.zeros(3)), theano.shared(np.ones(2))
        step = theano.function([], outputs and w.sum(), updates={w: w + 1, v: v * 2})
        step()
        self.interrupted(step, monkeypatch)
        with pytest.raises(KeyboardInterrupt):
            step()
        assert w.get_value().tolist() == [1, 1, 1]
        assert v.get_value().tolist() == [2, 2]
        assert signal.getsignal(signal.SIGINT) is handler
        monkeypatch.undo()
        step()
        assert w.get_value().tolist() == [2, 2, 2]

    def test_leaves_random_states_as_they_were(self, monkeypatch):
        def draws(streams, interrupt):
            draw = theano.function([], streams.uniform((3,)))
            found = [draw()]
            if interrupt:
                self.interrupted(draw, monkeypatch)
                with pytest.raises(KeyboardInterrupt):
                    draw()
                monkeypatch.undo()
            return [*found, draw()]

        for kind in (MRG_RandomStreams, RandomStreams):
            np.testing.assert_array_equal(draws(kind(3), True), draws(kind(3), False))

    @pytest.mark.parametrize(
        "change",
        [
            lambda table, rows: T.inc_subtensor(table[rows], 1),
            lambda table, rows: T.inc_subtensor(table[1:3, ::-1], 7),
            lambda table, rows: T.inc_subtensor(table[rows[1], rows], 1.5),
            lambda table, rows: T.inc_subtensor(T.set_subtensor(table[1], 5)[rows], 2),
        ],
        ids=["rows", "slices", "elements", "twice"],
    )
    def test_leaves_parts_that_are_changed_in_place_as_they_were(self, monkeypatch, change):
        table, w = theano.shared(np.arange(12.0).reshape(4, 3)), theano.shared(np.zeros(3))
        rows = theano.shared(np.array([0, 2, 2]))
        step = theano.function([], table.sum(), updates={table: change(table, rows), w: w + 1})
        step()
        before = table.get_value()
        on_device = table.get_value(borrow=True, return_internal_type=True)
        self.interrupted(step, monkeypatch)
        with pytest.raises(KeyboardInterrupt):
            step()
        assert on_device.is_deleted()
        np.testing.assert_array_equal(table.get_value(), before)
        assert w.get_value().tolist() == [1, 1, 1]
        monkeypatch.undo()
        step()
        assert not np.array_equal(table.get_value(), before)
        assert w.get_value().tolist() == [2, 2, 2]

    def test_comes_after_the_step_if_all_updates_are_in_place(self, monkeypatch):
        table, w = theano.shared(np.zeros((5, 2))), theano.shared(np.zeros(3))
        with change_flags({"jax.update_in_place": True}):
            step = theano.function([], updates={table: table + 1, w: w + 1})
            step()
        self.interrupted(step, monkeypatch)
        with pytest.raises(KeyboardInterrupt):
            step()
        assert table.get_value()[2].tolist() == [2, 2]
        assert w.get_value().tolist() == [2, 2, 2]

    def test_of_a_handler_that_goes_on_undoes_nothing(self, monkeypatch):
        w = theano.shared(np.zeros(3))
        step = theano.function([], updates={w: w + 1})
        step()
        self.interrupted(step, monkeypatch)
        caught = []
        signal.signal(signal.SIGINT, handler := lambda *arguments: caught.append(arguments))
        step()
        assert signal.getsignal(signal.SIGINT) is handler
        assert len(caught) == 1
        assert w.get_value().tolist() == [2, 2, 2]


class TestThreads:
    def test_may_update_and_read_the_same_variable(self):
        w = theano.shared(np.zeros(1000))
        add = theano.function([], updates={w: w + 1})
        add()

        def work():
            for _ in range(50):
                add()
                value = w.get_value()
                assert (value == value[0]).all()

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for future in [pool.submit(work) for _ in range(4)]:
                future.result()
        assert w.get_value()[0] == 201


class TestTrustInput:
    def test_of_another_dtype_is_refused_by_what_is_compiled(self):
        x = T.fvector("x")
        f = theano.function([x], 3 * x)
        assert f(np.ones(2, "float32")).tolist() == [3, 3]
        f.trust_input = True
        with pytest.raises(TypeError):
            f(np.ones(2, "float64"))
