"""Basic operations of Theano's GPU back-end, which isn't there."""

from theano.absent import absent_names
from theano.missing import explain_missing

_NAMES = absent_names(
    __name__,
    classes="GpuAlloc GpuAllocEmpty GpuContiguous GpuEye GpuFromHost GpuJoin GpuReshape GpuSplit "
    "GpuToGpu GpuTri HostFromGpu",
    functions="as_gpuarray_variable empty_like gpu_contiguous gpu_join host_from_gpu "
    "infer_context_name",
    instead={
        "gpu_contiguous": "Leave it out",
        "as_gpuarray_variable": "Use theano.tensor.as_tensor_variable",
        "host_from_gpu": "Leave it out",
    },
)

__all__ = [*_NAMES]

globals().update(_NAMES)

__getattr__ = explain_missing(__name__, "theano.gpuarray.type", "theano.gpuarray.elemwise")
