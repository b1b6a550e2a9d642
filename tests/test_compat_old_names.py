"""What old programs import by names that have moved, or that few use: that it computes right."""

import itertools
import os
import pickle
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import scipy.signal
import theano
import theano.tensor as T

RANDOM = np.random.RandomState(0)
X = RANDOM.randn(3, 5)


class TestFunctions:
    def test_pfunc_is_a_function_and_a_module(self):
        import theano.compile.pfunc
        from theano.compile.pfunc import In, pfunc

        x, w = T.dscalar("x"), theano.shared(np.float64(1.0))
        assert theano.compile.pfunc is pfunc
        assert theano.compile.pfunc([x], x + 1)(2.0) == 3
        step = pfunc(params=[In(x, value=2.0)], outputs=x * w, updates=[(w, w + x)])
        assert (step(), step(5.0), w.get_value()) == (2, 15, 8)
        assert pfunc([x], [x, -x], output_keys=["same", "negative"])(2.0) == {
            "same": 2,
            "negative": -2,
        }
        with pytest.raises(ValueError, match="2 outputs"):
            pfunc([x], [x, -x], output_keys=["one"])

    def test_orig_function(self):
        from theano.compile.function_module import Function, orig_function

        x = T.dvector()
        compute = orig_function([theano.In(x, name="x")], [x.sum(), x * 2], name="twice")
        assert isinstance(compute, Function)
        total, double = compute(x=[1.0, 2.0])
        assert total == 3
        assert double.tolist() == [2, 4]

    def test_dumps_have_all_arguments(self, tmp_path):
        path = str(tmp_path / "dump.pkl")
        x, y = T.dvectors("x", "y")
        w = theano.shared(X[0], name="w")
        y.tag.own = "mine"
        theano.function_dump(
            path,
            [x],
            {"sum": (x * w).sum()},
            updates=[(w, w * 2)],
            givens={},
            name="dumped",
            extra_tag_to_remove=["own"],
        )
        with open(path, "rb") as file:
            arguments = pickle.load(file)
        assert arguments["name"] == "dumped"
        (copied,) = (pair[0] for pair in arguments["updates"])
        compute = theano.function(**arguments)
        np.testing.assert_allclose(compute(X[1])["sum"], X[0] @ X[1])
        np.testing.assert_allclose(copied.get_value(), 2 * X[0])
        np.testing.assert_array_equal(w.get_value(), X[0])
        with pytest.raises(TypeError, match="filename"):
            theano.function_dump([x], x * 2, [x])

    def test_descriptions_of_inputs(self):
        from theano.compile import convert_function_input

        x = T.dscalar("x")
        plain = convert_function_input(x)
        assert (plain.variable, plain.name, plain.value) == (x, "x", None)
        given = theano.In(x)
        assert convert_function_input(given) is given
        with_update = convert_function_input(["total", x, (x + 1, 5.0)])
        assert (with_update.name, with_update.value) == ("total", 5.0)
        assert theano.gof.graph.is_same_graph(with_update.update, x + 1)
        for wrong in (3.0, [], [x, x, x], "x"):
            with pytest.raises(TypeError, match="input"):
                convert_function_input(wrong)

    def test_modes_have_their_queries(self):
        from theano.compile.mode import OPT_FAST_COMPILE, OPT_FAST_RUN, predefined_optimizers

        assert predefined_optimizers["fast_run"] is OPT_FAST_RUN
        assert predefined_optimizers["fast_compile"] is OPT_FAST_COMPILE
        x = T.dscalar()
        mode = theano.Mode(linker="py", optimizer=OPT_FAST_RUN)
        assert theano.function([x], x * 2, mode=mode)(3.0) == 6

    def test_the_lock_is_taken_in_vain(self):
        from theano.gof.compilelock import get_lock, lock_ctx, release_lock, set_lock_status

        set_lock_status(False)
        get_lock()
        release_lock()
        with lock_ctx("/nowhere", timeout=1):
            pass


class TestFourier:
    @pytest.mark.parametrize(
        ("n", "axis"), [(None, None), (3, 1), (8, 1), (4, 0), (None, 0), (2, None)]
    )
    def test_is_numpys(self, n, axis):
        from theano.tensor.fourier import fft

        x, z = T.fmatrix(), T.zmatrix()
        compute = theano.function([x, z], [fft(x, n, axis), fft(z, n, axis)])
        single = X.astype("float32")
        found = compute(single, X + 1j * X[::-1])
        for one, given in zip(found, (single, X + 1j * X[::-1])):
            assert one.dtype == "complex128"
            expected = np.fft.fft(given.astype("complex128"), n, -1 if axis is None else axis)
            np.testing.assert_allclose(one, expected, atol=1e-12)

    def test_of_a_length_that_a_call_gives(self):
        from theano.tensor.fourier import fft

        x, n = T.dmatrix(), T.lscalar()
        compute = theano.function([x, n], fft(x, n, T.constant(1)))
        for length in (2, 9):
            np.testing.assert_allclose(compute(X, length), np.fft.fft(X, length), atol=1e-12)

    @pytest.mark.parametrize(
        "arguments", [(0,), (None, 2), (None, -1), (1.5,), (None, T.lscalar())]
    )
    def test_what_it_refuses(self, arguments):
        from theano.tensor.fourier import fft

        with pytest.raises(TypeError, match="should be"):
            fft(T.dmatrix(), *arguments)
        with pytest.raises(TypeError, match="not a scalar"):
            fft(T.dscalar())

    def test_in_the_sandbox(self):
        from theano.sandbox import fourier

        spectrum = fourier.fft(X, 6, 1)
        np.testing.assert_allclose(spectrum.eval(), np.fft.fft(X, 6), atol=1e-12)
        np.testing.assert_allclose(fourier.ifft(spectrum, 6, 1).eval()[:, :5], X, atol=1e-12)
        np.testing.assert_allclose(
            fourier.half_fft(X, 4, 0).eval(), np.fft.fft(X, 4, 0)[:2], atol=1e-12
        )
        np.testing.assert_allclose(
            fourier.half_ifft(X, 6, 1).eval(), np.fft.ifft(X, 6)[:, :3], atol=1e-12
        )
        with pytest.raises(ValueError, match="even"):
            fourier.half_fft(X, 5, 1)
        with pytest.raises(TypeError, match="real matrix"):
            fourier.half_fft(T.zmatrix(), 4, 1)
        with pytest.raises(ValueError, match="axis"):
            fourier.fft(X, 4, 2)

    def test_matrix_of_the_cosine_transform(self):
        from theano.sandbox.fourier import dct_matrix

        np.testing.assert_allclose(dct_matrix(3, 5) @ X[0], scipy.fft.dct(X[0], norm="ortho")[:3])
        ratios = dct_matrix(3, 5, unitary=False) / dct_matrix(3, 5)
        np.testing.assert_allclose(ratios, np.array([[2**0.5], [1], [1]]) * np.ones(5))


class TestLinearAlgebra:
    def test_hints(self):
        from theano.sandbox.linalg import psd
        from theano.sandbox.linalg.ops import hints, is_positive, is_psd, is_symmetric

        x = T.dmatrix()
        hinted = psd(x)
        assert hints(hinted) == {"psd": True, "symmetric": True}
        assert (is_psd(hinted), is_symmetric(hinted), is_positive(hinted)) == (True, True, False)
        assert (hints(x), is_psd(x), is_symmetric(x)) == ({}, False, False)
        np.testing.assert_array_equal(theano.function([x], hinted)(X), X)
        assert [is_positive(x**n) for n in (2, 3, 4)] == [True, False, True]
        assert not is_positive(x ** T.dscalar())

    def test_bound_of_the_spectral_radius(self):
        from theano.sandbox.linalg.ops import spectral_radius_bound

        matrix = X @ X.T
        largest = np.linalg.eigvalsh(matrix).max()
        bounds = [float(spectral_radius_bound(T.constant(matrix), n).eval()) for n in (1, 3, 6)]
        power = np.trace(np.linalg.matrix_power(matrix, 8)) ** (1 / 8)
        np.testing.assert_allclose(bounds[1], power)
        assert bounds[0] > bounds[1] > bounds[2] >= largest * (1 - 1e-9)
        np.testing.assert_allclose(bounds[2], largest, rtol=1e-2)
        for wrong, error in ((0, ValueError), (1.5, TypeError)):
            with pytest.raises(error, match="log2_exponent"):
                spectral_radius_bound(T.dmatrix(), wrong)
        with pytest.raises(TypeError, match="matrix"):
            spectral_radius_bound(T.dvector(), 2)

    def test_what_has_moved(self):
        from theano.sandbox.linalg.ops import det, matrix_inverse

        matrix = X @ X.T
        np.testing.assert_allclose(det(matrix).eval(), np.linalg.det(matrix))
        np.testing.assert_allclose(matrix_inverse(matrix).eval(), np.linalg.inv(matrix))


class TestConvOp:
    IMAGES, FILTERS = RANDOM.randn(2, 3, 7, 6), RANDOM.randn(4, 3, 3, 2)

    @pytest.mark.parametrize("known", [False, True])
    @pytest.mark.parametrize("mode", ["valid", "full"])
    def test_convolves(self, mode, known):
        from theano.tensor.nnet.conv import ConvOp

        shapes = {"imshp": (3, 7, 6), "kshp": (3, 2), "nkern": 4, "bsize": 2} if known else {}
        op = ConvOp(**shapes, dx=2, dy=1, output_mode=mode, unroll_batch=2, version=-1)
        x, w = T.dtensor4(), T.dtensor4()
        found = theano.function([x, w], op(x, w))(self.IMAGES, self.FILTERS)
        for n, k in itertools.product(range(2), range(4)):
            expected = sum(
                scipy.signal.convolve2d(image, kernel, mode)[::2]
                for image, kernel in zip(self.IMAGES[n], self.FILTERS[k])
            )
            np.testing.assert_allclose(found[n, k], expected)
        assert found.shape[2:] == ConvOp.getOutputShape((7, 6), (3, 2), (2, 1), mode)

    def test_what_it_refuses(self):
        from theano.tensor.nnet import ConvOp

        with pytest.raises(ValueError, match="'same'"):
            ConvOp(output_mode="same")
        with pytest.raises(NotImplementedError, match="kshp_logical: repeat"):
            ConvOp(kshp_logical=(5, 5))
        ConvOp(kshp_logical=None)


class TestMapVariables:
    @staticmethod
    def by_tag(variable):
        return getattr(variable.tag, "replacement", variable)

    def map(self, *graphs):
        from theano.scan_module.scan_utils import map_variables

        return map_variables(self.by_tag, graphs)

    def test_replaces_and_leaves_the_old(self):
        a, b, c = T.dscalars("a", "b", "c")
        total = a + b
        total.tag.replacement = a * b
        old = [total + c, c * 2]
        new = self.map(*old)
        compute = theano.function([a, b, c], [*old, *new])
        assert [float(x) for x in compute(2.0, 3.0, 4.0)] == [9, 8, 10, 8]

    def test_a_replacement_may_contain_what_it_replaces(self):
        x = T.dvector("x")
        h = T.tanh(x)
        h.tag.replacement = h * 10
        x.tag.replacement = x + 1
        (new,) = self.map(h + T.exp(h))
        expected = 10 * np.tanh(X[0] + 1)
        np.testing.assert_allclose(
            theano.function([x], new)(X[0]), expected + np.exp(expected), rtol=1e-12
        )

    def test_inputs_of_replacements_are_left(self):
        x, y = T.dscalars("x", "y")
        x.tag.replacement, y.tag.replacement = y * 2, x * 3
        (new,) = self.map(x - y)
        assert theano.function([x, y], new)(5.0, 7.0) == 14 - 15

    def test_in_the_steps_of_loops(self):
        w, x = theano.shared(2.0, "w"), T.dvector("x")

        def step(element, total):
            total = total + element
            total.tag.replacement = total * w
            return total

        totals, _ = theano.scan(step, sequences=[x], outputs_info=[np.float64(0)])
        (new,) = self.map(totals.sum())
        found = theano.function([x], [new, T.grad(new, w), totals.sum()])([1.0, 2.0, 3.0])
        # 2, then (2 + 2) * 2, then (8 + 3) * 2
        assert (found[0], found[2]) == (2 + 8 + 22, 1 + 3 + 6)
        # w, w (w + 2), w (w (w + 2) + 3)
        np.testing.assert_allclose(found[1], 1 + (2 * 2 + 2) + (3 * 4 + 4 * 2 + 3))

    def test_of_operations_made_of_graphs_it_says_no(self):
        from theano.scan_module.scan_utils import map_variables

        def doubled(variable):
            is_exp = variable.owner is not None and variable.owner.op == T.exp
            return variable * 2 if is_exp else variable

        x = T.dscalar("x")
        assert map_variables(doubled, [T.exp(x)])[0].eval({x: 0.0}) == 2
        with pytest.raises(NotImplementedError, match="map_variables"):
            map_variables(doubled, [theano.OpFromGraph([x], [T.exp(x) + 1])(x)])
        plain = theano.OpFromGraph([x], [x + 1])(x)
        assert self.map(plain) == [plain]

    def test_of_deep_graphs(self):
        x = T.dscalar("x")
        deep = x
        for _ in range(3000):
            deep = deep + 1
        x.tag.replacement = T.exp(x)
        (new,) = self.map(deep)
        assert theano.gof.graph.inputs([new])[0] is x


class TestSmallTools:
    def test_of_graphs(self):
        from theano.gof import utils

        assert utils.flatten([1, (2, [3, ()]), "ab"]) == [1, 2, 3, "ab"]
        assert utils.uniq([3, 1, 3, 2, 1]) == [3, 1, 2]
        assert utils.difference([1, 2, 3], [2]) == [1, 3]
        assert (utils.unique([1, 2]), utils.unique([1, 1])) == (True, False)
        calls = []
        square = utils.memoize(lambda x: calls.append(x) or x * x)
        assert (square(3), square(3), calls) == (9, 9, [3])

    def test_equality_by_props(self):
        class Named(theano.gof.object2):
            __props__ = ("name",)

            def __init__(self, name):
                self.name = name

        assert Named("a") == Named("a") != Named("b")
        assert hash(Named("a")) == hash(Named("a"))

    def test_features(self, capsys):
        from theano.gof.toolbox import NodeFinder, PrintListener

        x = T.dvector("x")
        graph = theano.gof.FunctionGraph([x], [T.exp(x) + T.exp(x * 2)], clone=False)
        graph.attach_feature(PrintListener())
        finder = NodeFinder()
        graph.attach_feature(finder)
        assert len(graph.get_nodes(T.exp)) == 2
        (first, *_) = [n for n in graph.get_nodes(T.exp) if n.inputs[0] is x]
        graph.replace(first.outputs[0], T.log(x))
        assert [len(graph.get_nodes(op)) for op in (T.exp, T.log, T.sin)] == [1, 1, 0]
        assert "importing: Log(x)" in capsys.readouterr().out
        graph.remove_feature(finder)
        assert not hasattr(graph, "get_nodes")

    def test_digests_of_arrays(self):
        from theano.printing import hex_digest

        assert hex_digest(X) == hex_digest(X.copy())
        others = (X + 1, X.T.copy(), X.reshape(5, 3), np.asfortranarray(X))
        assert hex_digest(X) not in map(hex_digest, others)
        with pytest.raises(AssertionError):
            hex_digest([1.0])

    def test_drawings_tell_what_they_need(self, monkeypatch, tmp_path):
        from theano import printing

        assert printing.pydot_imported is (printing.pydot_imported_msg == "")
        monkeypatch.setattr(printing, "pydot_imported", False)
        monkeypatch.setattr(printing, "pydot_imported_msg", "drawings need pydot")
        x = T.dvector()
        with pytest.raises(RuntimeError, match="need pydot"):
            printing.pydotprint(theano.function([x], x * 2), str(tmp_path / "graph.png"))

    def test_for_both_pythons(self, monkeypatch):
        from theano import compat

        counts = compat.DefaultOrderedDict(list)
        counts["b"].append(1)
        counts["a"].append(2)
        assert list(counts.items()) == [("b", [1]), ("a", [2])]
        assert compat.decode_with("ä".encode("utf-16"), "utf-16") == "ä"
        assert compat.b("\xe4") == b"\xe4"
        monkeypatch.setenv("SOME_LIST", "/a")
        for folder in ("/b", "/a", "relative"):
            compat.maybe_add_to_os_environ_pathlist("SOME_LIST", folder)
        assert os.environ["SOME_LIST"] == os.pathsep.join(["/b", "/a"])

    def test_processes(self):
        from theano.misc.windows import call_subprocess_Popen, output_subprocess_Popen

        assert call_subprocess_Popen([sys.executable, "-c", "raise SystemExit(3)"]) == 3
        out, _, code = output_subprocess_Popen([sys.executable, "-c", "print('here')"])
        assert (out.strip(), code) == (b"here", 0)

    def test_values_that_arent_numbers(self):
        from theano.compile.nanguardmode import contains_inf, contains_nan

        bad = np.array([1.0, np.nan]), np.array([1.0, np.inf])
        assert [contains_nan(x) for x in (X, *bad)] == [False, True, False]
        assert [contains_inf(x) for x in (X, *bad)] == [False, False, True]

    def test_exceptions_in_graphs(self):
        from theano.raise_op import Raise

        x = T.dvector()
        compute = theano.function([x], Raise("never", KeyError)(x) * 2)
        with pytest.raises(KeyError, match="never"):
            compute(X[0])

    def test_types_of_scalar_operations(self):
        from theano import scalar

        types = (scalar.int8, scalar.float32)
        assert scalar.float_out_nocomplex(*types) == (scalar.float64,)
        assert scalar.int_out_nocomplex(*types) == (scalar.int64,)
        for rule in (scalar.float_out_nocomplex, scalar.int_out_nocomplex):
            with pytest.raises(TypeError, match="complex"):
                rule(scalar.complex64)
        found = scalar.as_common_dtype(T.wvector(), T.fvector(), T.dscalar())
        assert [x.dtype for x in found] == ["float64"] * 3

    def test_names_that_are_others_too(self):
        assert T.nnet.sigmoid_inplace(0.0).eval() == T.nnet.ultra_fast_sigmoid(0.0).eval() == 0.5
        a, b = T.constant(X), T.constant(-X)
        np.testing.assert_array_equal(T.largest(a, b).eval(), abs(X))
        np.testing.assert_array_equal(T.smallest(a, b, a + 1).eval(), -abs(X))
        np.testing.assert_array_equal(T.join_(0, X, X).eval(), np.concatenate([X, X]))
        rows = T.constant(X)[T.constant([2, 0])]
        assert isinstance(rows.owner.op, T.subtensor.AdvancedSubtensor1)
        with pytest.raises(T.basic.AsTensorError):
            T.as_tensor_variable(object())
        with pytest.raises(TypeError, match="True or False"):
            T.as_tensor_variable(True)

    def test_tensors_of_a_given_type(self):
        for x in (
            T.tensor("float32", (False, True)),
            T.tensor("float32", broadcastable=(False, True)),
            T.tensor(dtype="float32", broadcastable=[False, True], name="x"),
            T.tensor("x", dtype="float32", shape=(None, 1)),
            T.basic.tensor("float32", (False, True), name="x"),
        ):
            assert (x.dtype, x.broadcastable, x.name) == ("float32", (False, True), x.name)
            assert x.name in (None, "x")

    def test_indices(self):
        from theano.tensor.type_other import NoneConst, SliceType, as_int_none_variable, make_slice

        stop = T.lscalar()
        index = make_slice(NoneConst, stop, NoneConst)
        assert isinstance(index.type, SliceType)
        assert as_int_none_variable(None) is NoneConst
        with pytest.raises(TypeError, match="integers"):
            as_int_none_variable(1.5)


class TestRandomStates:
    def test_of_numpys_generators(self):
        from theano.tensor.raw_random import normal, random_state_type, uniform

        rng = random_state_type()
        new, draw = uniform(rng, (200, 20), 1.0, 3.0)
        compute = theano.function([rng], draw)
        generator = np.random.RandomState(5)
        first, second = compute(generator), compute(generator)
        np.testing.assert_array_equal(first, second)
        assert (compute(np.random.RandomState(6)) != first).all()
        assert 1 < first.min() < first.max() < 3
        np.testing.assert_allclose(first.mean(), 2, atol=0.05)
        state = theano.In(rng, value=np.random.RandomState(5), update=new, mutable=True)
        stateful = theano.function([state], draw)
        np.testing.assert_array_equal(stateful(), first)
        assert (stateful() != first).all()
        normals = theano.function([rng], normal(rng, (200, 20))[1])(generator)
        np.testing.assert_allclose([normals.mean(), normals.std()], [0, 1], atol=0.05)
        with pytest.raises(TypeError):
            compute(np.zeros((256, 6)))

    def test_of_streams(self):
        from theano.tensor.shared_randomstreams import RandomStateSharedVariable, RandomStreams

        draw = RandomStreams(seed=3).uniform((2,))
        assert isinstance(draw.rng, RandomStateSharedVariable)
        assert not isinstance(theano.shared(X), RandomStateSharedVariable)
        compute = theano.function([], draw)
        assert (compute() != compute()).all()


def test_submodules_are_there_without_importing_them():
    code = """
        import theano
        print(theano.gpuarray.pygpu_activated, theano.sandbox.linalg.ops.psd.__name__)
        print(theano.tensor.fourier.fft, theano.misc.windows, theano.typed_list.TypedListType)
        print(theano.opt is theano.gof.opt, theano.compile.function_module.UnusedInputError)
        try:
            theano.no_such_module
        except AttributeError:
            print("none")
        """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.stdout.startswith("False psd\n"), done.stderr
    assert done.stdout.endswith("none\n"), done.stderr
