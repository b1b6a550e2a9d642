"""Batch normalization (Ioffe and Szegedy, 2015, arXiv:1502.03167), by Theano's functions."""

from collections.abc import Sequence
from typing import Any

import pytensor.tensor as pt
from theano.missing import explain_missing
from theano.ops.rebroadcast import Rebroadcast

__all__ = [
    "batch_normalization",
    "batch_normalization_test",
    "batch_normalization_train",
]

__getattr__ = explain_missing(__name__)


def batch_normalization(
    inputs: Any, gamma: Any, beta: Any, mean: Any, std: Any, mode: str = "low_mem"
) -> Any:
    """Shift and scale inputs with statistics that are given.

    Parameters
    ----------
    inputs : tensor variable
    gamma, beta, mean, std : tensor variables
        Broadcastable against the inputs.
    mode : {"low_mem", "high_mem"}
        Taken, and without effect: the compiler chooses.

    Returns
    -------
    tensor variable
        ``(inputs - mean) * gamma / std + beta``

    Examples
    --------
    >>> float(batch_normalization(pt.constant(5.0), 4.0, 1.0, 3.0, 2.0).eval())
    5.0
    """
    if mode not in ("low_mem", "high_mem"):
        raise ValueError(f"mode should be 'low_mem' or 'high_mem', got {mode!r}")
    return (inputs - mean) * (gamma / std) + beta


def batch_normalization_train(
    inputs: Any,
    gamma: Any,
    beta: Any,
    axes: "str | Sequence[int]" = "per-activation",
    epsilon: float = 1e-4,
    running_average_factor: float = 0.1,
    running_mean: Any = None,
    running_var: Any = None,
) -> tuple:
    """Normalize by the inputs' own mean and variance.

    Parameters
    ----------
    inputs : tensor variable
    gamma, beta : tensor variables
        One number for each index of the axes that aren't normalized over: with these dimensions,
        or with all of the inputs', of size 1 along the others.
    axes : {"per-activation", "spatial"} or sequence of int
        What to normalize over: the first axis, all but the second, or those given.
    epsilon : float, default 1e-4
        Added to the variance.
    running_average_factor : float, default 0.1
        The new statistics' part in the running ones.
    running_mean, running_var : tensor variables, optional
        Running statistics, of the shape of gamma.

    Returns
    -------
    tuple
        Outputs, mean and inverse standard deviation; and, where they were given, the new running
        mean and variance (without bias).
    """
    axes, others = _split_axes(axes, inputs.ndim)
    mean = inputs.mean(axes, keepdims=True)
    var = inputs.var(axes, keepdims=True)
    # A Python number would be of floatX, and results as wide.
    epsilon, factor = (
        pt.cast(number, inputs.dtype) for number in (epsilon, running_average_factor)
    )
    invstd = pt.reciprocal(pt.sqrt(var + epsilon))
    ndim = pt.as_tensor(gamma).ndim
    out = (inputs - mean) * (_aligned(gamma, others, inputs.ndim) * invstd)
    results = [out + _aligned(beta, others, inputs.ndim), *_shaped((mean, invstd), others, ndim)]
    mean, var = _shaped((mean, var), others, ndim)
    if running_mean is not None:
        results.append(running_mean * (1 - factor) + mean * factor)
    if running_var is not None:
        size = pt.cast(pt.prod(pt.stack([inputs.shape[axis] for axis in axes])), inputs.dtype)
        unbiased = size / (size - 1) * var
        results.append(running_var * (1 - factor) + unbiased * factor)
    return tuple(results)


def batch_normalization_test(
    inputs: Any,
    gamma: Any,
    beta: Any,
    mean: Any,
    var: Any,
    axes: "str | Sequence[int]" = "per-activation",
    epsilon: float = 1e-4,
) -> Any:
    """Normalize by a mean and variance that are given.

    Parameters
    ----------
    inputs, gamma, beta, axes, epsilon
        As for `batch_normalization_train`.
    mean, var : tensor variables
        Of the shape of gamma.

    Returns
    -------
    tensor variable
    """
    _, others = _split_axes(axes, inputs.ndim)
    gamma, beta, mean, var = (_aligned(p, others, inputs.ndim) for p in (gamma, beta, mean, var))
    epsilon = pt.cast(epsilon, inputs.dtype)
    return (inputs - mean) * (gamma / pt.sqrt(var + epsilon)) + beta


def _split_axes(axes, ndim):
    """List the axes to normalize over, and the others."""
    if axes == "per-activation":
        axes = (0,)
    elif axes == "spatial":
        axes = (0, *range(2, ndim))
    elif isinstance(axes, str):
        raise ValueError(f"axes should be 'per-activation', 'spatial' or integers, got {axes!r}")
    axes = tuple(sorted(int(axis) for axis in axes))
    if not axes or axes[0] < 0 or axes[-1] >= ndim:
        raise ValueError(f"axes should be some of 0 to {ndim - 1}, got {axes}")
    return axes, tuple(axis for axis in range(ndim) if axis not in axes)


def _aligned(parameter, others, ndim):
    """Give a parameter all of the inputs' dimensions, those that are normalized over of size 1."""
    parameter = pt.as_tensor(parameter)
    if parameter.ndim == ndim:
        units = [(axis, True) for axis in range(ndim) if axis not in others]
        return Rebroadcast(*units)(parameter) if units else parameter
    if parameter.ndim != len(others):
        raise ValueError(
            f"parameters should have {ndim} dimensions, or {len(others)}, got {parameter.ndim}"
        )
    return parameter.dimshuffle(
        [others.index(axis) if axis in others else "x" for axis in range(ndim)]
    )


def _shaped(statistics, others, ndim):
    """Give statistics the number of dimensions that the parameters have."""
    return [s.dimshuffle(others) if ndim == len(others) != s.ndim else s for s in statistics]
