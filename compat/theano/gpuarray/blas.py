"""Products and convolutions of Theano's GPU back-end, which isn't there."""

from theano.absent import absent_names
from theano.missing import explain_missing

_NAMES = absent_names(
    __name__,
    classes="BaseGpuCorr3dMM BaseGpuCorrMM BlasOp GpuCorr3dMM GpuCorr3dMM_gradInputs "
    "GpuCorr3dMM_gradWeights GpuCorrMM GpuCorrMM_gradInputs GpuCorrMM_gradWeights "
    "GpuDot22 GpuGemm GpuGemmBatch GpuGemv GpuGer",
    functions="gpu_dot22 gpugemm_inplace gpugemm_no_inplace gpugemmbatch_inplace "
    "gpugemmbatch_no_inplace gpugemv_inplace gpugemv_no_inplace gpuger_inplace "
    "gpuger_no_inplace",
)

__all__ = [*_NAMES]

globals().update(_NAMES)

__getattr__ = explain_missing(
    __name__, "theano.gpuarray.type", "theano.gpuarray.basic_ops", "theano.gpuarray.elemwise"
)
