"""Products, convolutions and pooling of Theano's first GPU back-end, which isn't there any more."""

from theano.absent import absent_names

_NAMES = absent_names(
    __name__,
    classes="BaseGpuCorr3dMM BaseGpuCorrMM GpuConv GpuCorr3dMM GpuCorr3dMM_gradInputs "
    "GpuCorr3dMM_gradWeights GpuCorrMM GpuCorrMM_gradInputs GpuCorrMM_gradWeights "
    "GpuDot22 GpuDot22Scalar GpuDownsampleFactorMax GpuDownsampleFactorMaxGrad GpuGemm "
    "GpuGemv GpuGer",
    functions="batched_dot gpu_dot22 gpu_dot22scalar gpu_gemm_inplace gpu_gemm_no_inplace "
    "gpu_gemv_inplace gpu_gemv_no_inplace gpu_ger_inplace gpu_ger_no_inplace",
)

__all__ = [*_NAMES]

globals().update(_NAMES)
