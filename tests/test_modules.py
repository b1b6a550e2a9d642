"""Theano's smaller modules, on both engines: that they have their names, and compute right."""

import functools
import importlib
import importlib.util
import io
import warnings

import numpy as np
import pytest
import scipy.sparse
import theano
import theano.tensor as T

warnings.filterwarnings("ignore", category=DeprecationWarning, module="theano")

interpreted = pytest.mark.filterwarnings("ignore:.*PyTensor interprets it:UserWarning")

DOUBLE = functools.partial(T.constant, dtype="float64")
X = np.array([[0.5, -1.5, 2.0], [0.25, 3.0, -0.75]])

NAMES = {
    "theano": "Param In Out as_op scan_checkpoints sparse_grad version _asarray SymbolicInput "
    "SymbolicOutput Generic InconsistencyError predefined_modes",
    "theano.gof": "Op COp PureOp Apply Variable Constant FunctionGraph Container Generic generic "
    "PerformLinker OpWiseCLinker Linker WrapLinker Optimizer local_optimizer TopoOptimizer Query",
    "theano.gof.opt": "Optimizer optimizer inplace_optimizer SeqOptimizer MergeOptimizer OpSub "
    "PatternSub OpRemove LocalOptimizer local_optimizer LocalOptGroup TopoOptimizer in2out out2in "
    "NavigatorOptimizer EquilibriumOptimizer CheckStackTraceOptimization copy_stack_trace "
    "check_stack_trace pre_constant_merge FromFunctionOptimizer FromFunctionLocalOptimizer",
    "theano.gof.fg": "FunctionGraph InconsistencyError MissingInputError",
    "theano.gof.type": "Type Generic generic EnumType EnumList CEnumType",
    "theano.gof.link": "Container Linker LocalLinker PerformLinker WrapLinker WrapLinkerMany "
    "raise_with_op gc_helper map_storage streamline",
    "theano.gof.vm": "VM VM_Linker Loop Stack",
    "theano.gof.cc": "CLinker OpWiseCLinker DualLinker",
    "theano.gof.optdb": "DB Query EquilibriumDB SequenceDB LocalGroupDB ProxyDB",
    "theano.gof.op": "get_test_value get_debug_values missing_test_message debug_error_message Op",
    "theano.gradient": "format_as consider_constant_ zero_grad_ undefined_grad_ "
    "disconnected_grad_ ConsiderConstant ZeroGrad UndefinedGrad DisconnectedGrad GradClip "
    "GradScale numeric_grad NullTypeGradError DisconnectedInputError GradientError",
    "theano.scalar": "Scalar float32 int64 upcast sgn inv abs_ Sgn Inv add mul exp",
    "theano.compile": "as_op Rebroadcast Shape Shape_i SpecifyShape ViewOp Param",
    "theano.compile.ops": "as_op FromFunctionOp Rebroadcast DeepCopyOp ViewOp Shape Shape_i "
    "SpecifyShape specify_shape deep_copy_op view_op shape_i shape_i_op register_view_op_c_code",
    "theano.gof.null_type": "NullType null_type",
    "theano.misc.cpucount": "cpuCount",
    "theano.misc.frozendict": "frozendict FrozenOrderedDict",
    "theano.misc.may_share_memory": "may_share_memory",
    "theano.misc.ordered_set": "OrderedSet",
    "theano.misc.pkl_utils": "dump load StripPickler CompatUnpickler PersistentNdarrayID "
    "PersistentNdarrayLoad PersistentSharedVariableID",
    "theano.misc.safe_asarray": "_asarray",
    "theano.scan_module": "scan map reduce foldl foldr until clone scan_checkpoints",
    "theano.sparse": "SparseType csr_matrix csc_matrix bsr_matrix csr_dmatrix csc_fmatrix CSR CSC "
    "CSM csm_properties csm_data csm_indices csm_indptr csm_shape csm_grad dot structured_dot "
    "true_dot add sub mul neg transpose sp_sum diag square_diagonal clean col_scale row_scale "
    "csr_from_dense csc_from_dense dense_from_sparse as_sparse as_sparse_variable constant shared "
    "as_sparse_or_tensor_variable sp_ones_like sp_zeros_like cast hstack vstack remove0 usmm sqr "
    "structured_sigmoid structured_exp structured_log structured_pow structured_minimum "
    "structured_maximum structured_add sin tan tanh rint sgn ceil floor log1p expm1 sqrt trunc "
    "eq neq lt gt le ge AddSS AddSD AddSSData MulSS MulSD MulSV EqualSS LessThanSD sampling_dot "
    "ensure_sorted_indices construct_sparse_from_list enable_sparse SparseVariable SparseConstant",
    "theano.sparse.basic": "StructuredDot Dot TrueDot SpSum CSMGrad Remove0 structured_monoid",
    "theano.sparse.sharedvar": "sparse_constructor SparseTensorSharedVariable",
    "theano.sparse.type": "SparseType _is_sparse",
    "theano.sparse.utils": "hash_from_sparse",
    "theano.tensor": "Rebroadcast load argsort sort advanced_subtensor1 advanced_inc_subtensor1 "
    "advanced_set_subtensor1 unravel_index ravel_multi_index fill_diagonal_offset",
    "theano.tensor.blas": "gemm gemm_inplace gemm_no_inplace gemv gemv_inplace gemv_no_inplace "
    "ger ger_destructive batched_dot _dot22 _dot22scalar",
    "theano.tensor.extra_ops": "CumOp cumsum cumprod diff bincount squeeze compress repeat "
    "bartlett fill_diagonal fill_diagonal_offset to_one_hot Unique unravel_index ravel_multi_index "
    "SearchsortedOp searchsorted cpu_contiguous UnravelIndex RavelMultiIndex "
    "CumsumOp CumprodOp DiffOp RepeatOp",
    "theano.tensor.fft": "rfft irfft",
    "theano.tensor.inplace": "add_inplace abs__inplace exp_inplace fill_inplace pow_inplace "
    "transpose_inplace and__inplace",
    "theano.tensor.io": "load LoadFromDisk send recv isend irecv mpi_enabled",
    "theano.tensor.nlinalg": "MatrixPinv MatrixInverse Det Eig Eigh QRFull QRIncomplete SVD "
    "TensorInv TensorSolve lstsq pinv matrix_inverse matrix_dot det eig eigh qr svd norm trace "
    "matrix_power tensorinv tensorsolve diag alloc_diag extract_diag AllocDiag EighGrad",
    "theano.tensor.nnet.abstract_conv": "AbstractConv2d AbstractConv3d assert_conv_shape "
    "assert_shape border_mode_to_pad bilinear_upsampling bilinear_kernel_1D bilinear_kernel_2D "
    "frac_bilinear_upsampling causal_conv1d conv2d conv3d conv2d_grad_wrt_inputs "
    "conv3d_grad_wrt_inputs conv2d_grad_wrt_weights conv3d_grad_wrt_weights separable_conv2d "
    "separable_conv3d get_conv_output_shape get_conv_shape_1axis get_conv_gradweights_shape "
    "get_conv_gradinputs_shape check_conv_gradinputs_shape",
    "theano.tensor.nnet.corr": "CorrMM CorrMM_gradInputs CorrMM_gradWeights",
    "theano.tensor.nnet.corr3d": "Corr3dMM Corr3dMM_gradInputs Corr3dMM_gradWeights",
    "theano.tensor.nnet.nnet": "SoftmaxGrad softmax_grad SoftmaxWithBias "
    "CrossentropySoftmaxArgmax1HotWithBias CrossentropySoftmax1HotWithBiasDx "
    "crossentropy_softmax_1hot_with_bias_dx CrossentropyCategorical1Hot "
    "CrossentropyCategorical1HotGrad crossentropy_categorical_1hot_grad "
    "Prepend_scalar_constant_to_each_row Prepend_scalar_to_each_row",
    "theano.tensor.opt": "Assert assert_ assert_op MakeVector make_vector",
    "theano.tensor.signal.pool": "Pool MaxPoolGrad AveragePoolGrad pool_2d pool_3d "
    "max_pool_2d_same_size",
    "theano.tensor.slinalg": "Cholesky Solve Eigvalsh Expm cholesky solve eigvalsh expm kron "
    "solve_lower_triangular solve_upper_triangular solve_symmetric MATRIX_STRUCTURES "
    "CholeskyGrad EigvalshGrad ExpmGrad",
    "theano.tensor.sort": "SortOp ArgSortOp sort argsort topk argtopk topk_and_argtopk",
    "theano.tensor.utils": "hash_from_ndarray shape_of_variables",
    "theano.tensor.xlogx": "XlogX XlogY0 xlogx xlogy0",
    "theano.compat": "PY3 OrderedDict izip imap ifilter cmp decode decode_iter exc_message "
    "get_unbound_function operator_div DictMixin BytesIO reload",
    "theano.compile.pfunc": "pfunc In SharedVariable",
    "theano.sandbox.linalg": "cholesky solve eigvalsh matrix_inverse diag extract_diag alloc_diag "
    "det eig eigh trace",
    "theano.sandbox.blocksparse": "SparseBlockGemv SparseBlockOuter sparse_block_dot "
    "sparse_block_gemv sparse_block_gemv_inplace sparse_block_outer sparse_block_outer_inplace",
    "theano.sandbox.multinomial": "MultinomialFromUniform ChoiceFromUniform "
    "MultinomialWOReplacementFromUniform",
    "theano.sandbox.solve": "solve",
    "theano.tensor.nnet.blocksparse": "SparseBlockGemv SparseBlockOuter sparse_block_dot "
    "sparse_block_gemv sparse_block_gemv_inplace sparse_block_outer sparse_block_outer_inplace",
    "theano.tensor.nnet.ctc": "ctc ctc_available ctc_present ConnectionistTemporalClassification",
    "theano.tensor.nnet.conv3d2d": "conv3d diagonal_subtensor inc_diagonal_subtensor",
    "theano.tensor.signal.conv": "conv2d",
    "theano.compile.debugmode": "DebugMode DebugModeError BadThunkOutput BadOptimization "
    "BadDestroyMap BadViewMap StochasticOrder InvalidValueError",
    "theano.sandbox.neighbours": "images2neibs neibs2images Images2Neibs",
    "theano.sandbox.softsign": "softsign",
    "theano.typed_list": "TypedListType getitem append extend insert remove reverse index_ count "
    "length make_list",
    "theano.version": "version short_version full_version git_revision release",
    "theano.d3viz": "d3viz d3write",
}


@pytest.mark.parametrize("module", NAMES)
def test_names(module):
    found = importlib.import_module(module)
    assert [name for name in NAMES[module].split() if not hasattr(found, name)] == []


def test_modes_by_name():
    x = T.dvector()
    for name in ("FAST_RUN", "FAST_COMPILE"):
        compute = theano.function([x], x * 2, mode=theano.predefined_modes[name])
        np.testing.assert_array_equal(compute([1.0, 2.0]), [2.0, 4.0])


def test_a_function_stays_where_a_module_has_its_name():
    importlib.import_module("theano.tensor.sort")
    assert callable(T.sort)
    assert callable(T.var)


def evaluate(graph, *values, **options):
    """Compute a function of matrices for some values."""
    inputs = [T.TensorType(str(value.dtype), (False,) * value.ndim)() for value in values]
    return theano.function(inputs, graph(*inputs), **options)(*values)


def test_version():
    import theano.version

    assert theano.version.short_version == "1.0.5"
    assert theano.__version__.startswith("1.0.5")


def test_inplace_operations_compute_what_the_others_do():
    from theano.tensor import inplace

    y = np.abs(X) + 1
    found = evaluate(
        lambda x, y: [
            inplace.add_inplace(x + 0, y),
            inplace.exp_inplace(x + 0),
            inplace.pow_inplace(y + 0, x),
            inplace.transpose_inplace(x + 0),
            inplace.maximum_inplace(x + 0, 1.0 * y),
        ],
        X,
        y,
        accept_inplace=True,
    )
    expected = [X + y, np.exp(X), y**X, X.T, np.maximum(X, y)]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other)


def test_blas():
    from theano.tensor import blas

    square = X @ X.T
    found = evaluate(
        lambda x, s: [
            blas.gemm(s, DOUBLE(2.0), x, x.T, DOUBLE(-0.5)),
            blas.gemv(s[0], DOUBLE(3.0), x, x[1], DOUBLE(0.5)),
            blas.ger(x, DOUBLE(0.5), s[0], x[1]),
            blas._dot22(x, x.T),
        ],
        X,
        square,
    )
    expected = [
        -0.5 * square + 2 * square,
        0.5 * square[0] + 3 * X @ X[1],
        X + 0.5 * np.outer(square[0], X[1]),
        square,
    ]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other)


def test_sorting():
    sort = importlib.import_module("theano.tensor.sort")
    found = evaluate(
        lambda x: [
            sort.sort(x, 1),
            sort.argsort(x, axis=0),
            T.sort(x, None),
            sort.topk(x, 2, axis=1, sorted=False),
        ],
        X,
    )
    np.testing.assert_array_equal(found[0], np.sort(X, 1))
    np.testing.assert_array_equal(found[1], np.argsort(X, 0))
    np.testing.assert_array_equal(found[2], np.sort(X, None))
    np.testing.assert_array_equal(np.sort(found[3], 1), np.sort(X, 1)[:, 1:])


def test_indexing_by_name():
    i = np.array([1, 0, 1])
    found = evaluate(
        lambda x, i: [
            T.advanced_subtensor1(x, i),
            T.advanced_inc_subtensor1(x, T.ones((3, 3)), i),
            T.advanced_set_subtensor1(x, T.zeros((3, 3)), i),
        ],
        X,
        i,
    )
    np.testing.assert_array_equal(found[0], X[i])
    np.testing.assert_array_equal(found[1], X + [[1], [2]])
    np.testing.assert_array_equal(found[2], 0 * X)


def test_rebroadcast():
    x = T.matrix()
    row = T.Rebroadcast((0, True), (1, False))(x)
    assert row.broadcastable == (True, False)
    found = evaluate(lambda x: T.Rebroadcast((0, True))(x[:1]) + T.zeros((4, 3)), X)
    np.testing.assert_array_equal(found, np.repeat(X[:1], 4, axis=0))
    with pytest.raises(ValueError):
        evaluate(lambda x: T.Rebroadcast((0, True))(x) * 2, X)


@interpreted
class TestOperationsOfFunctions:
    def test_values(self):
        @theano.as_op(itypes=[T.dmatrix, T.lscalar], otypes=[T.dmatrix, T.dvector])
        def rolled(x, n):
            return np.roll(x, n, axis=1), x.sum(1)

        x, n = T.dmatrix(), T.lscalar()
        turned, sums = rolled(x * 2, n)
        found = theano.function([x, n], [turned + 1, sums])(X, 1)
        np.testing.assert_allclose(found[0], np.roll(2 * X, 1, axis=1) + 1)
        np.testing.assert_allclose(found[1], 2 * X.sum(1))

    def test_shapes(self):
        @theano.compile.ops.as_op([T.dmatrix], [T.dvector], lambda node, shapes: [shapes[0][:1]])
        def first(x):
            return x[:, 0].copy()

        x = T.dmatrix()
        found = theano.function([x], [first(x), first(x).shape])(X)
        np.testing.assert_array_equal(found[0], X[:, 0])
        assert found[1].tolist() == [2]

    def test_no_gradient(self):
        @theano.as_op(itypes=[T.dvector], otypes=[T.dvector])
        def same(x):
            return x.copy()

        x = T.dvector()
        with pytest.raises(
            (theano.gradient.NullTypeGradError, NotImplementedError, AttributeError)
        ):
            T.grad(T.sum(same(x)), x)

    def test_what_isnt_taken(self):
        with pytest.raises(TypeError):
            theano.as_op(itypes=[float], otypes=[T.dvector])
        with pytest.raises(TypeError):
            theano.as_op([T.dvector], [T.dvector], infer_shape=3)


def test_param_is_an_input_with_a_default():
    x, n = T.dscalars("x", "n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        power = theano.function([x, theano.Param(n, default=2.0, name="exponent")], x**n)
    assert power(3.0) == 9.0
    assert power(3.0, exponent=3.0) == 27.0


@interpreted
class TestArraysFromFiles:
    def test_values(self, tmp_path):
        path = str(tmp_path / "x.npy")
        np.save(path, X)
        for mode in (None, "c"):
            x = T.load(path, "float64", (False, False), mmap_mode=mode)
            assert x.ndim == 2
            found = theano.function([], [x * 2, T.sum(x)])()
            np.testing.assert_array_equal(found[0], 2 * X)
            np.testing.assert_allclose(found[1], X.sum())

    def test_errors(self, tmp_path):
        path = str(tmp_path / "x.npy")
        np.save(path, X.astype("float32"))
        with pytest.raises(TypeError, match="float32"):
            theano.function([], T.load(path, "float64", (False, False)))()
        with pytest.raises(ValueError, match="mmap_mode"):
            T.load(path, "float64", (False, False), mmap_mode="r")


def test_shapes_of_variables():
    from theano.tensor.utils import shape_of_variables

    x, y = T.matrix("x"), T.vector("y")
    part = x[3:]
    total = T.dot(part, y)
    graph = theano.FunctionGraph([x, y], [total], clone=False)
    shapes = shape_of_variables(graph, {x: (10, 5), y: (5,)})
    assert [int(size) for size in shapes[part]] == [7, 5]
    assert [int(size) for size in shapes[total]] == [7]
    assert [int(size) for size in shapes[x]] == [10, 5]
    with pytest.raises((ValueError, KeyError)):
        shape_of_variables(graph, {T.matrix(): (2, 2)})


def test_inputs_of_graphs_are_changed():
    x, y = T.dvectors("xy")
    double = x + x
    graph = theano.FunctionGraph([x, y], [double, T.exp(double), double], clone=False)
    graph.change_input("output", 2, y)
    assert graph.outputs[0] is double
    assert graph.outputs[2] is y
    graph.change_input(graph.outputs[1].owner, 0, y)
    assert graph.outputs[1].owner.inputs == [y]
    assert graph.outputs[0] is double


class TestRewrites:
    """Programs' own rewrites: here they change what is computed, to show that they were made."""

    @staticmethod
    def cubed():
        @theano.gof.local_optimizer([T.sqr])
        def local_cubed(node):
            assert node in node.fgraph.toposort()
            return [node.inputs[0] ** 3] if node.op == T.sqr else False

        return local_cubed

    @staticmethod
    def graph():
        x = T.dvector("x")
        return theano.gof.FunctionGraph([x], [T.exp(T.sqr(x))], clone=False)

    @staticmethod
    def compute(graph):
        return theano.function(list(graph.inputs), graph.outputs)(X[0])[0]

    def test_of_nodes(self):
        graph = self.graph()
        theano.gof.TopoOptimizer(self.cubed(), order="in_to_out").optimize(graph)
        np.testing.assert_allclose(self.compute(graph), np.exp(X[0] ** 3))

    def test_by_a_class(self):
        class Doubled(theano.gof.LocalOptimizer):
            def tracks(self):
                return [T.sqr]

            def transform(self, node):
                return [node.inputs[0] * 2] if node.op == T.sqr else False

        graph = self.graph()
        theano.gof.opt.in2out(Doubled(), name="doubled").optimize(graph)
        np.testing.assert_allclose(self.compute(graph), np.exp(2 * X[0]))

    def test_by_patterns(self):
        rewrites = {
            "replaced": (theano.gof.PatternSub((T.exp, (T.sqr, "x")), (T.sin, "x")), np.sin(X[0])),
            "another": (theano.gof.OpSub(T.sqr, T.cos), np.exp(np.cos(X[0]))),
            "removed": (theano.gof.OpRemove(T.sqr), np.exp(X[0])),
        }
        for rewrite, expected in rewrites.values():
            graph = self.graph()
            theano.gof.TopoOptimizer(rewrite, order="in_to_out").optimize(graph)
            np.testing.assert_allclose(self.compute(graph), expected)

    def test_of_graphs(self):
        @theano.gof.optimizer
        def replace(fgraph):
            (found,) = (n.outputs[0] for n in fgraph.toposort() if n.op == T.sqr)
            fgraph.replace(found, T.sin(fgraph.inputs[0]))

        graph = self.graph()
        theano.gof.SeqOptimizer([replace, theano.gof.MergeOptimizer()]).optimize(graph)
        np.testing.assert_allclose(self.compute(graph), np.exp(np.sin(X[0])))

    def test_that_a_mode_includes(self):
        rewrite = theano.gof.TopoOptimizer(self.cubed(), order="in_to_out")
        theano.compile.optdb.register("local_cubed", rewrite, 0.5, "own_rewrites")
        x = T.dvector("x")
        default = theano.compile.get_default_mode()
        plain = theano.function([x], T.sqr(x), mode=default)
        np.testing.assert_allclose(plain(X[0]), X[0] ** 2)
        changed = theano.function([x], T.sqr(x), mode=default.including("own_rewrites"))
        np.testing.assert_allclose(changed(X[0]), X[0] ** 3)


class TestMisc:
    def test_ordered_set(self):
        from theano.misc.ordered_set import OrderedSet

        found = OrderedSet([3, 1, 3, 2])
        found.add(5)
        found.discard(1)
        assert list(found) == [3, 2, 5]
        assert list(reversed(found)) == [5, 2, 3]
        assert found == OrderedSet([3, 2, 5]) != OrderedSet([2, 3, 5])
        with pytest.raises(TypeError):
            found == {3, 2, 5}  # noqa: B015
        assert list(found.union([7, 2])) == [3, 2, 5, 7]
        assert list(found | OrderedSet([9])) == [3, 2, 5, 9]
        found.update([8, 3])
        assert found.pop() == 8
        assert found.pop(last=False) == 3
        found.intersection_update([5, 6])
        found.difference_update([1])
        assert list(found) == [5] == list(found.copy())
        assert 5 in found
        assert len(found) == 1

    def test_frozendict(self):
        from theano.misc.frozendict import FrozenOrderedDict, frozendict

        found = frozendict(a=1, b=2)
        assert hash(found) == hash(frozendict(b=2, a=1))
        assert dict(found.copy(c=3)) == {"a": 1, "b": 2, "c": 3}
        assert list(FrozenOrderedDict([("b", 1), ("a", 2)])) == ["b", "a"]
        with pytest.raises(TypeError):
            found["a"] = 2

    def test_may_share_memory(self):
        from theano.misc.may_share_memory import may_share_memory

        assert may_share_memory(X, X[:1])
        assert not may_share_memory(X, X.copy())
        sparse = scipy.sparse.csr_matrix(X)
        assert may_share_memory(sparse, sparse.data)
        assert not may_share_memory(X, "text", raise_other_type=False)
        with pytest.raises(TypeError):
            may_share_memory(X, "text")

    def test_asarray(self):
        assert theano._asarray([1, 2], "floatX").dtype == theano.config.floatX
        np.testing.assert_array_equal(theano._asarray(X, "int8"), X.astype("int8"))

    def test_cpu_count(self):
        from theano.misc.cpucount import cpuCount

        assert cpuCount() >= 1

    def test_hashes(self):
        from theano.sparse.utils import hash_from_sparse
        from theano.tensor.utils import hash_from_ndarray

        assert hash_from_ndarray(X) == hash_from_ndarray(X.copy()) != hash_from_ndarray(X + 1)
        one, other = scipy.sparse.csr_matrix(X), scipy.sparse.csr_matrix(X + 1)
        assert hash_from_sparse(one) == hash_from_sparse(one.copy()) != hash_from_sparse(other)


class TestPickles:
    def test_arrays_lie_beside_the_pickle(self):
        from theano.misc import pkl_utils

        w, v = theano.shared(X, "w"), theano.shared(X[0] * 2, "w")
        unnamed = theano.shared(np.float32(0.5))
        file = io.BytesIO()
        pkl_utils.dump({"w": w, "v": v, "rest": [unnamed, X[1], "text"]}, file)
        with np.load(io.BytesIO(file.getvalue()), allow_pickle=True) as arrays:
            assert {"w", "w_2", "array_0", "pkl"} <= set(arrays)
            np.testing.assert_array_equal(arrays["w"], X)
            np.testing.assert_array_equal(arrays["w_2"], X[0] * 2)
        copy = pkl_utils.load(io.BytesIO(file.getvalue()))
        np.testing.assert_array_equal(copy["w"].get_value(), X)
        np.testing.assert_array_equal(copy["v"].get_value(), X[0] * 2)
        assert copy["rest"][0].get_value() == 0.5
        np.testing.assert_array_equal(copy["rest"][1], X[1])
        assert copy["w"].name == "w"
        copy["w"].set_value(X + 1)
        np.testing.assert_array_equal(theano.function([], copy["w"] * 2)(), 2 * X + 2)
        np.testing.assert_array_equal(w.get_value(), X)

    def test_values_that_functions_have_changed(self):
        from theano.misc import pkl_utils

        w = theano.shared(X, "w")
        theano.function([], updates=[(w, w + 1)])()
        file = io.BytesIO()
        pkl_utils.dump(w, file)
        np.testing.assert_array_equal(pkl_utils.load(file).get_value(), X + 1)

    def test_names_that_arent_taken(self):
        from theano.misc import pkl_utils

        def alone(zip_file):
            options = {"allow_unnamed": False, "allow_duplicates": False}
            return pkl_utils.PersistentSharedVariableID(zip_file, **options)

        twice = [theano.shared(X, "w"), theano.shared(X + 1, "w")]
        for given in (theano.shared(X), twice):
            with pytest.raises(ValueError):
                pkl_utils.dump(given, io.BytesIO(), persistent_id=alone)


class TestTypedLists:
    def test_of_inputs(self):
        from theano import typed_list

        items = typed_list.TypedListType(T.dvector)("items")
        x = T.dvector("x")
        longer = typed_list.append(items, x)
        outputs = [
            typed_list.getitem(longer, -1),
            typed_list.length(typed_list.extend(longer, items)),
            typed_list.getitem(typed_list.reverse(longer), 1),
            typed_list.count(longer, x),
            typed_list.index_(longer, x),
        ]
        compute = theano.function([items, x], outputs)
        found = compute([X[0], X[1]], X[0] + 5)
        np.testing.assert_array_equal(found[0], X[0] + 5)
        np.testing.assert_array_equal(found[2], X[1])
        assert [int(n) for n in (found[1], found[3], found[4])] == [5, 1, 2]

    def test_of_variables(self):
        from theano import typed_list

        x, y = T.dvectors("x", "y")
        second = typed_list.make_list([x, y])[1]
        found = theano.function([x, y], second * 2, on_unused_input="ignore")
        np.testing.assert_array_equal(found(X[0], X[1]), 2 * X[1])


HOLES = np.array([[0.0, 1.0, 0.0], [2.0, 0.0, 3.0]])


@interpreted
class TestSparse:
    def test_operations(self):
        import theano.sparse as S

        x, y = T.dmatrix("x"), T.dmatrix("y")
        a, b = S.csr_from_dense(x), S.csr_from_dense(y)
        v = np.array([2.0, -1.0, 0.5])
        other = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, -3.0]])
        stored = (HOLES != 0).astype(float)
        pairs = [
            (S.add(a, b), HOLES + other),
            (S.sub(a, b), HOLES - other),
            (S.mul(a, b), HOLES * other),
            (a + b, HOLES + other),
            (-a, -HOLES),
            (a.T, HOLES.T),
            (S.transpose(a), HOLES.T),
            (S.mul_s_v(a, T.constant(v)), HOLES * v),
            (S.col_scale(S.csc_from_dense(x), T.constant(v)), HOLES * v),
            (S.row_scale(S.csc_from_dense(x), T.constant(v[:2])), HOLES * v[:2, None]),
            (S.sp_ones_like(a), stored),
            (S.sqr(a), HOLES**2),
            (S.sqrt(a), np.sqrt(HOLES)),
            (S.tanh(a), np.tanh(HOLES)),
            (S.structured_sigmoid(a), stored / (1 + np.exp(-HOLES))),
            (S.structured_exp(a), stored * np.exp(HOLES)),
            (S.structured_add(a, T.constant(2.0)), stored * (HOLES + 2)),
            (S.hstack([a, b], format="csr"), np.hstack([HOLES, other])),
            (S.vstack([a, b], format="csr"), np.vstack([HOLES, other])),
            (S.true_dot(a, S.transpose(b)), HOLES @ other.T),
            (S.square_diagonal(T.constant(v)), np.diag(v)),
            (S.cast(a, "float32"), HOLES.astype("float32")),
            (a[0:1, 1:3], HOLES[0:1, 1:3]),
            (S.remove0(S.clean(a)), HOLES),
        ]
        dense = [
            (S.sp_sum(a), HOLES.sum()),
            (S.sp_sum(a, axis=0), HOLES.sum(0)),
            (S.add(a, y), HOLES + other),
            (S.dot(a, y.T), HOLES @ other.T),
            (S.structured_dot(a, y.T), HOLES @ other.T),
            (S.diag(S.csc_from_dense(T.dot(x, x.T))), np.diag(HOLES @ HOLES.T)),
            (a[1, 2], HOLES[1, 2]),
            (S.csm_data(a), [1.0, 2.0, 3.0]),
            (S.csm_indices(a), [1, 0, 2]),
            (S.csm_indptr(a), [0, 1, 3]),
            (S.csm_shape(a), [2, 3]),
            (S.usmm(T.constant(2.0), a, y.T, T.dot(x, x.T)), 2 * HOLES @ other.T + HOLES @ HOLES.T),
        ]
        outputs = [S.dense_from_sparse(graph) for graph, _ in pairs] + [graph for graph, _ in dense]
        found = theano.function([x, y], outputs)(HOLES, other)
        for n, (one, (_, expected)) in enumerate(zip(found, pairs + dense, strict=True)):
            np.testing.assert_allclose(one, expected, err_msg=str(n))

    def test_made_of_their_parts(self):
        import theano.sparse as S

        data = T.dvector()
        parts = np.array([0, 1, 2], "int32"), np.array([0, 2, 3], "int32"), np.array([2, 3])
        rows = S.CSR(data, *parts)
        columns = S.CSC(data, *parts[:2], parts[2][::-1].copy())
        outputs = [S.dense_from_sparse(rows), S.dense_from_sparse(columns)]
        cost = T.sum(S.dense_from_sparse(rows) ** 3)
        found = theano.function([data], [*outputs, T.grad(cost, data)])(np.array([1.0, 2.0, 3.0]))
        np.testing.assert_array_equal(found[0], [[1, 2, 0], [0, 0, 3]])
        np.testing.assert_array_equal(found[1], [[1, 0], [2, 0], [0, 3]])
        np.testing.assert_allclose(found[2], 3 * np.array([1.0, 4.0, 9.0]))

    def test_gradients(self):
        import theano.sparse as S

        x, w = T.dmatrix("x"), T.dmatrix("w")
        a = S.csr_from_dense(x)
        weights = np.arange(6.0).reshape(3, 2)
        product = T.grad(T.sum(S.structured_dot(a, w) ** 2), [x, w])
        elements = T.grad(S.sp_sum(S.sqr(a), sparse_grad=True), x)
        found = theano.function([x, w], [*product, elements])(HOLES, weights)
        slope = 2 * HOLES @ weights
        np.testing.assert_allclose(found[0], (slope @ weights.T) * (HOLES != 0))
        np.testing.assert_allclose(found[1], HOLES.T @ slope)
        np.testing.assert_allclose(found[2], 2 * HOLES)

    def test_constants(self):
        import theano.sparse as S

        y = T.dmatrix()
        matrix = S.constant(scipy.sparse.csr_matrix(HOLES))
        product = S.structured_dot(matrix, y)
        found = theano.function([y], [product, T.grad(T.sum(product**2), y)])(X.T)
        np.testing.assert_allclose(found[0], HOLES @ X.T)
        np.testing.assert_allclose(found[1], 2 * HOLES.T @ HOLES @ X.T)

    def test_inputs_outputs_and_shared_variables(self):
        import theano.sparse as S

        matrix = S.csr_matrix("matrix", dtype="float64")
        w = T.dmatrix("w")
        shared = S.shared(scipy.sparse.csr_matrix(HOLES), name="shared")
        outputs = [S.structured_dot(matrix, w), S.add(matrix, shared)]
        compute = theano.function([matrix, w], outputs)
        found = compute(scipy.sparse.csr_matrix(2 * HOLES), X.T)
        np.testing.assert_allclose(found[0], 2 * HOLES @ X.T)
        assert scipy.sparse.issparse(found[1])
        np.testing.assert_allclose(found[1].toarray(), 3 * HOLES)
        np.testing.assert_array_equal(shared.get_value().toarray(), HOLES)


@pytest.mark.skipif(bool(importlib.util.find_spec("pydot")), reason="pydot is there")
def test_drawings_say_that_they_need_pydot(tmp_path):
    from theano.d3viz import d3viz

    x = T.dvector()
    with pytest.raises(ImportError, match="pydot"):
        d3viz(theano.function([x], x * 2), str(tmp_path / "graph.html"))
