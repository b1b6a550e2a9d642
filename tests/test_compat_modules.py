"""What Theano's smaller modules do otherwise than in Theano, or better."""

import functools
import importlib
import io
import pickle
import re
import types

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano import absent

X = np.array([0.5, -1.5, 2.0])


def test_pickles_without_tags():
    from theano.misc.pkl_utils import CompatUnpickler, StripPickler

    x = T.dvector("x")
    x.tag.trace, x.tag.own, x.tag.kept = "long", "mine", "this"
    file = io.BytesIO()
    StripPickler(file, pickle.HIGHEST_PROTOCOL, extra_tag_to_remove=["own"]).dump([x, X])
    file.seek(0)
    copy, array = CompatUnpickler(file, encoding="latin1").load()
    assert copy.name == "x"
    assert (hasattr(copy.tag, "trace"), hasattr(copy.tag, "own")) == (False, False)
    assert copy.tag.kept == "this"
    assert x.tag.trace == "long"
    np.testing.assert_array_equal(array, X)


def test_messages_between_processes_arent_there():
    from theano.tensor import io as tensor_io

    with pytest.raises(NotImplementedError, match="mpi4py"):
        tensor_io.send(T.dvector(), 1, 2)


def test_sizes_that_arent_known_until_a_call():
    x, n = T.dmatrix(), T.lscalar()
    compute = theano.function([x, n], T.fill_diagonal_offset(x, 1.0, n))
    for offset in (-1, 0, 2):
        np.testing.assert_array_equal(compute(np.zeros((3, 4)), offset), np.eye(3, 4, offset))


def test_indices_out_of_bounds():
    i, j = T.lvector(), T.lvector()
    place = theano.function([i, j], T.ravel_multi_index((i, j), (2, 3)))
    np.testing.assert_array_equal(place([0, 1], [2, 1]), [2, 4])
    with pytest.raises(AssertionError, match="out of bounds"):
        place([0, 2], [2, 1])


def test_names_that_are_missing_are_explained():
    for module in (T.inplace, T.blas, T.io, T.fft, T.extra_ops, T.nlinalg, T.slinalg):
        with pytest.raises(AttributeError, match="no attribute 'no_such_name'.*PyTensor"):
            getattr(module, "no_such_name")  # noqa: B009


GPU_NAMES = (
    ("basic_ops", "gpu_from_host host_from_gpu gpu_contiguous GpuElemwise as_cuda_array"),
    ("blas", "GpuCorrMM GpuCorrMM_gradInputs GpuCorr3dMM GpuGemm GpuDownsampleFactorMax"),
    ("nnet", "GpuSoftmax gpu_softmax"),
    ("rng_curand", "CURAND_RandomStreams"),
    ("type", "CudaNdarrayType"),
    ("var", "CudaNdarraySharedVariable CudaNdarrayConstant float32_shared_constructor"),
)


class TestFirstGPUBackend:
    """Its names can be imported, as on a computer without a GPU, and do nothing."""

    @pytest.mark.parametrize(("module", "names"), GPU_NAMES)
    def test_calls_are_refused(self, module, names):
        found = importlib.import_module(f"theano.sandbox.cuda.{module}")
        for name in names.split():
            place = rf"^theano\.sandbox\.cuda\.{module}\.{name}\('an argument'\)"
            with pytest.raises(RuntimeError, match=f"{place}.*THEANO_FLAGS=device=cuda"):
                getattr(found, name)("an argument")

    def test_nothing_is_an_instance(self):
        from theano.sandbox import cuda

        x = T.fmatrix()
        w = theano.shared(np.float32([1.0]))
        assert not isinstance(w, cuda.CudaNdarraySharedVariable)
        assert not isinstance(w.type, (cuda.CudaNdarrayType, cuda.type.CudaNdarrayType))
        nodes = theano.function([x], x * w).maker.fgraph.toposort()
        assert not any(isinstance(n.op, cuda.GpuElemwise) for n in nodes)

    def test_names_that_it_never_had(self):
        from theano.sandbox import cuda

        with pytest.raises(AttributeError, match="no attribute 'no_such_name'"):
            cuda.no_such_name  # noqa: B018
        with pytest.raises(RuntimeError, match="MRG_RandomStreams"):
            cuda.rng_curand.CURAND_RandomStreams(seed=3)

    def test_use_of_the_device_that_there_is(self, monkeypatch):
        from theano import gpuarray
        from theano.sandbox import cuda

        with pytest.raises(RuntimeError, match=r"use\('gpu1'\): .*THEANO_FLAGS=device=cuda1 "):
            cuda.use("gpu1")
        with pytest.raises(RuntimeError, match="THEANO_FLAGS=device=cuda "):
            gpuarray.use("opencl0:0")
        monkeypatch.setattr(absent, "config", types.SimpleNamespace(device="cuda1"))
        for device in ("cuda", "cuda1", "gpu1"):
            gpuarray.use(device)
            cuda.use(device, force=True)
        for device in ("cuda0", "cuda10", "opencl"):
            with pytest.raises(RuntimeError, match=device):
                gpuarray.use(device)
        monkeypatch.setattr(absent, "config", types.SimpleNamespace(device="cuda"))
        gpuarray.use("cuda0")


SECOND_GPU_NAMES = (
    ("basic_ops", "gpu_contiguous as_gpuarray_variable host_from_gpu GpuFromHost gpu_join"),
    ("blas", "GpuGemm gpu_dot22 GpuCorrMM gpugemm_no_inplace"),
    ("dnn", "dnn_conv dnn_pool dnn_conv3d dnn_gradinput dnn_batch_normalization_train GpuDnnConv"),
    ("elemwise", "GpuElemwise GpuDimShuffle GpuCAReduceCuda gpu_erfinv"),
    ("fft", "curfft cuirfft"),
    ("linalg", "gpu_svd gpu_cholesky gpu_solve_lower_triangular GpuMagmaQR"),
    ("nnet", "gpu_softmax GpuSoftmaxWithBias"),
    ("subtensor", "GpuIncSubtensor GpuAdvancedSubtensor1"),
    ("type", "GpuArrayType GpuArraySharedVariable gpuarray_shared_constructor"),
)


class TestGPUBackend:
    """The names of the one that used pygpu can be imported too."""

    @pytest.mark.parametrize(("module", "names"), SECOND_GPU_NAMES)
    def test_calls_are_refused(self, module, names):
        found = importlib.import_module(f"theano.gpuarray.{module}")
        for name in names.split():
            place = rf"^theano\.gpuarray\.{module}\.{name}\('an argument'\)"
            with pytest.raises(RuntimeError, match=f"{place}.*THEANO_FLAGS=device=cuda"):
                getattr(found, name)("an argument")

    @pytest.mark.parametrize(
        ("module", "name"),
        [("dnn", "dnn_conv"), ("linalg", "gpu_svd"), ("linalg", "gpu_solve"), ("fft", "curfft")],
    )
    def test_what_to_use_instead_is_there(self, module, name):
        refused = getattr(importlib.import_module(f"theano.gpuarray.{module}"), name)
        with pytest.raises(RuntimeError) as caught:
            refused()
        path = re.search(r"theano\.(\S+) computes the same$", str(caught.value))[1]
        assert callable(functools.reduce(getattr, path.split("."), theano))

    def test_there_is_no_device(self):
        from theano import gpuarray
        from theano.gpuarray import dnn

        assert not gpuarray.pygpu_activated
        assert gpuarray.pygpu is None
        assert not dnn.dnn_present()
        assert not dnn.dnn_available(None)
        assert "THEANO_FLAGS=device=cuda" in dnn.dnn_available.msg
        assert dnn.version(raises=False) == -1
        with pytest.raises(RuntimeError, match="cuDNN"):
            dnn.version()
        assert gpuarray.type.list_contexts() == []
        assert gpuarray.transfer(T.fmatrix(), "dev0") is None
        with pytest.raises(gpuarray.ContextNotDefined, match="'dev0'"):
            gpuarray.get_context("dev0")

    def test_nothing_is_an_instance(self):
        from theano import gpuarray

        x, w = T.fmatrix(), theano.shared(np.float32([1.0]))
        assert not isinstance(w, gpuarray.GpuArraySharedVariable)
        assert not isinstance(w.type, gpuarray.GpuArrayType)
        assert not isinstance((x * w).owner.op, gpuarray.elemwise.GpuElemwise)

    def test_which_arrays_it_would_have_taken(self):
        from theano.gpuarray.type import gpu_supported, move_to_gpu

        assert [move_to_gpu(x) for x in (X, X.sum(), X.astype("complex64"))] == [True, False, False]
        assert gpu_supported(T.dscalar())


def test_names_that_are_common_are_where_they_are_looked_for():
    from theano import missing

    lost = [
        name
        for name, place in missing._HOMES.items()
        if name not in vars(importlib.import_module(place))
    ]
    assert lost == []
    assert not hasattr(theano, "no.module")


def test_names_that_modules_import_from_each_other():
    from theano.tensor.nnet.nnet import Apply, Op, tensor
    from theano.tensor.sort import T as sorting_tensor
    from theano.tensor.sort import config

    assert (Apply, Op, config) == (theano.gof.Apply, theano.gof.Op, theano.config)
    assert tensor is sorting_tensor is T
