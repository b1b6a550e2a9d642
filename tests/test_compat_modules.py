"""What Theano's smaller modules do otherwise than in Theano, or better."""

import importlib
import io
import pickle

import numpy as np
import pytest
import theano
import theano.tensor as T

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
