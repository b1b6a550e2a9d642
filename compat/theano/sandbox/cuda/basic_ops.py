"""Operations of Theano's first GPU back-end, which isn't there any more."""

from theano.absent import absent_names

_NAMES = absent_names(
    __name__,
    classes="GpuAdvancedIncSubtensor1 GpuAdvancedSubtensor1 GpuAlloc GpuAllocEmpty GpuCAReduce "
    "GpuContiguous GpuDimShuffle GpuElemwise GpuEye GpuFlatten GpuFromHost "
    "GpuIncSubtensor GpuJoin GpuReshape GpuShape GpuSplit GpuSubtensor HostFromGpu",
    functions="as_cuda_array as_cuda_ndarray_variable gpu_alloc gpu_contiguous gpu_from_host "
    "gpu_join gpu_shape host_from_gpu",
)

__all__ = [*_NAMES]

globals().update(_NAMES)
