"""What Theano called cuDNN by, which JAX calls by itself: none of it is there."""

from theano.absent import absent_names, reason
from theano.missing import explain_missing

_NNET = "theano.tensor.nnet"

_NAMES = absent_names(
    __name__,
    classes="DnnBase DnnVersion GpuDnnBatchNorm GpuDnnBatchNormGrad GpuDnnBatchNormInference "
    "GpuDnnConv GpuDnnConvDesc GpuDnnConvGradI GpuDnnConvGradW GpuDnnDropoutOp GpuDnnPool "
    "GpuDnnPoolBase GpuDnnPoolDesc GpuDnnPoolGrad GpuDnnRNNGradInputs GpuDnnRNNGradWeights "
    "GpuDnnRNNOp GpuDnnReduction GpuDnnSoftmax GpuDnnSoftmaxBase GpuDnnSoftmaxGrad "
    "GpuDnnTransformerGradI GpuDnnTransformerGradT GpuDnnTransformerGrid GpuDnnTransformerSampler "
    "NoCuDNNRaise RNNBlock",
    functions="dnn_batch_normalization_test dnn_batch_normalization_train dnn_conv dnn_conv3d "
    "dnn_gradinput dnn_gradinput3d dnn_gradweight dnn_gradweight3d dnn_pool dnn_spatialtf dropout",
    instead={
        "GpuDnnSoftmax": f"{_NNET}.softmax computes the same",
        "RNNBlock": "theano.scan computes recurrent layers",
        "dnn_batch_normalization_test": f"{_NNET}.bn.batch_normalization_test computes the same",
        "dnn_batch_normalization_train": f"{_NNET}.bn.batch_normalization_train computes the same",
        "dnn_conv": f"{_NNET}.conv2d computes the same",
        "dnn_conv3d": f"{_NNET}.conv3d computes the same",
        "dnn_gradinput": f"{_NNET}.abstract_conv.conv2d_grad_wrt_inputs computes the same",
        "dnn_gradinput3d": f"{_NNET}.abstract_conv.conv3d_grad_wrt_inputs computes the same",
        "dnn_gradweight": f"{_NNET}.abstract_conv.conv2d_grad_wrt_weights computes the same",
        "dnn_gradweight3d": f"{_NNET}.abstract_conv.conv3d_grad_wrt_weights computes the same",
        "dnn_pool": "theano.tensor.signal.pool.pool_2d and pool_3d compute the same",
        "dropout": "Multiply by a draw of theano.sandbox.rng_mrg.MRG_RandomStreams",
    },
)

__all__ = ["dnn_available", "dnn_present", "version", *_NAMES]

globals().update(_NAMES)

__getattr__ = explain_missing(
    __name__, "theano.gpuarray.type", "theano.gpuarray.basic_ops", "theano.gpuarray.elemwise"
)

_MESSAGE = f"{reason(__name__)}, which calls cuDNN by itself"


def dnn_present() -> bool:
    """Tell whether cuDNN's operations are there.

    Returns
    -------
    bool
        Always False. The reason is in the attribute ``msg``, as in Theano.
    """
    return False


def dnn_available(context_name: "str | None" = None) -> bool:
    """Tell whether a device of the back-end can use cuDNN's operations.

    Parameters
    ----------
    context_name : str, optional
        The device.

    Returns
    -------
    bool
        Always False. The reason is in the attribute ``msg``, as in Theano.
    """
    return False


dnn_present.avail = False
dnn_present.msg = dnn_available.msg = _MESSAGE


def version(raises: bool = True) -> int:
    """Return cuDNN's version, which isn't known.

    Parameters
    ----------
    raises : bool, default True
        Whether to raise an error rather than return -1.

    Returns
    -------
    int

    Raises
    ------
    RuntimeError
        Unless `raises` is False.
    """
    if raises:
        raise RuntimeError(f"theano.gpuarray.dnn.version(): {_MESSAGE}")
    return -1


version.v = None
