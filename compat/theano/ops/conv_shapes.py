"""The sizes that convolutions have: of outputs, filters and inputs, and the zeros around an input.

Sizes are integers, symbolic integers, or None for what isn't known.
"""

import numbers
from typing import Any

from pytensor.graph.basic import Variable

__all__ = [
    "border_mode_to_pad",
    "check_conv_gradinputs_shape",
    "get_conv_gradinputs_shape",
    "get_conv_gradinputs_shape_1axis",
    "get_conv_gradweights_shape",
    "get_conv_gradweights_shape_1axis",
    "get_conv_output_shape",
    "get_conv_shape_1axis",
]


def checked_border_mode(border_mode: Any, convdim: int) -> "str | tuple":
    """Bring a border mode into one form: ``'valid'``, ``'full'``, ``'half'``, or pairs of int.

    Parameters
    ----------
    border_mode : str, int, or tuple of int or pairs of int
    convdim : int
        The number of axes that a filter slides along.

    Returns
    -------
    str or tuple of pairs of int

    Raises
    ------
    ValueError
        If it is none of these.
    """
    if isinstance(border_mode, str) and border_mode in ("full", "half"):
        return border_mode
    if isinstance(border_mode, str) and border_mode == "valid":
        border_mode = 0
    per_axis = border_mode if isinstance(border_mode, tuple) else (border_mode,) * convdim
    pairs = tuple(m if isinstance(m, tuple) else (m, m) for m in per_axis)
    valid = len(pairs) == convdim and all(
        len(pair) == 2 and all(isinstance(n, numbers.Integral) and n >= 0 for n in pair)
        for pair in pairs
    )
    if not valid:
        raise ValueError(
            f"invalid border_mode {border_mode!r}: it should be 'valid', 'full', 'half', a number "
            f"of zeros, or for each of the {convdim} axes a number or a pair (before, after)"
        )
    return tuple((int(before), int(after)) for before, after in pairs)


def border_mode_to_pad(mode: Any, convdim: int, kshp: tuple) -> tuple:
    """Tell how many zeros a border mode puts before and after an input, along each axis.

    Parameters
    ----------
    mode : str, int, or tuple of int or pairs of int
        The border mode.
    convdim : int
        The number of axes that a filter slides along.
    kshp : tuple of int
        The filter's sizes along them, dilation included.

    Returns
    -------
    tuple of pairs of int

    Raises
    ------
    ValueError
        If there is no such mode.

    Examples
    --------
    >>> border_mode_to_pad("half", 2, (3, 5))
    ((1, 1), (2, 2))
    >>> border_mode_to_pad((1, (0, 2)), 2, (3, 5))
    ((1, 1), (0, 2))
    """
    mode = checked_border_mode(mode, convdim)
    return tuple(
        _axis_pad(axis_mode, size) for axis_mode, size in zip(_per_axis(mode, convdim), kshp)
    )


def _per_axis(border_mode, convdim):
    return border_mode if isinstance(border_mode, tuple) else (border_mode,) * convdim


def _axis_pad(border_mode, dilated_size):
    if isinstance(border_mode, str):
        both = {"valid": 0, "half": dilated_size // 2, "full": dilated_size - 1}.get(border_mode)
        if both is None:
            raise ValueError(f"invalid border_mode {border_mode!r}")
        return both, both
    pad = border_mode if isinstance(border_mode, tuple) else (border_mode, border_mode)
    if any(not isinstance(n, Variable) and n < 0 for n in pad):
        raise ValueError(f"border_mode must be >= 0, got {border_mode!r}")
    return pad


def _dilated(size, dilation):
    return (size - 1) * dilation + 1


def _any_unknown(*sizes):
    return any(size is None for size in sizes)


def get_conv_shape_1axis(
    image_shape: Any, kernel_shape: Any, border_mode: Any, subsample: Any, dilation: Any = 1
) -> Any:
    """Compute the size of a convolution's output along one axis.

    Parameters
    ----------
    image_shape, kernel_shape : int, symbolic integer or None
        The sizes of the input and of the filter.
    border_mode : str, int or pair of int
        The border mode of this axis.
    subsample, dilation : int
        The stride and the filter's dilation.

    Returns
    -------
    int, symbolic integer, or None if a size isn't known

    Examples
    --------
    >>> get_conv_shape_1axis(28, 5, "valid", 1)
    24
    """
    if _any_unknown(image_shape, kernel_shape, border_mode, subsample, dilation):
        return None
    size = _dilated(kernel_shape, dilation)
    before, after = _axis_pad(border_mode, size)
    return (image_shape + before + after - size) // subsample + 1


def get_conv_gradweights_shape_1axis(
    image_shape: Any, top_shape: Any, border_mode: Any, subsample: Any, dilation: Any
) -> Any:
    """Compute the size of a convolution's filter along one axis from input and output.

    It follows from these only where the stride is 1 and the border mode isn't ``'half'``.

    Parameters
    ----------
    image_shape, top_shape : int, symbolic integer or None
        The sizes of the input and of the output.
    border_mode : str, int or pair of int
        The border mode of this axis.
    subsample, dilation : int
        The stride and the filter's dilation.

    Returns
    -------
    int, symbolic integer, or None
    """
    if _any_unknown(image_shape, top_shape, border_mode, subsample, dilation):
        return None
    if subsample != 1 or border_mode == "half":
        return None
    if border_mode == "full":
        return (top_shape - image_shape) // dilation + 1
    return (image_shape + sum(_axis_pad(border_mode, 1)) - top_shape) // dilation + 1


def get_conv_gradinputs_shape_1axis(
    kernel_shape: Any, top_shape: Any, border_mode: Any, subsample: Any, dilation: Any
) -> Any:
    """Compute the size of a convolution's input along one axis from filter and output.

    It follows from these only where the stride is 1.

    Parameters
    ----------
    kernel_shape, top_shape : int, symbolic integer or None
        The sizes of the filter and of the output.
    border_mode : str, int or pair of int
        The border mode of this axis.
    subsample, dilation : int
        The stride and the filter's dilation.

    Returns
    -------
    int, symbolic integer, or None
    """
    if _any_unknown(kernel_shape, top_shape, border_mode, subsample, dilation) or subsample != 1:
        return None
    size = _dilated(kernel_shape, dilation)
    return top_shape + size - 1 - sum(_axis_pad(border_mode, size))


def _along_axes(compute, first, second, border_mode, subsample, dilation):
    """Apply a rule for one axis to all that a filter slides along."""
    ndim = len(subsample)
    dilation = (1,) * ndim if dilation is None else dilation
    modes = _per_axis(border_mode, ndim)
    sizes = zip(first[-ndim:], second[-ndim:], modes, subsample, dilation)
    return tuple(compute(*of_axis) for of_axis in sizes)


def get_conv_output_shape(
    image_shape: tuple,
    kernel_shape: tuple,
    border_mode: Any,
    subsample: tuple,
    filter_dilation: "tuple | None" = None,
) -> tuple:
    """Compute the shape of a convolution's output.

    Parameters
    ----------
    image_shape : tuple of int, symbolic integers and None
        The input's shape: batch size, channels, and the sizes that the filter slides along.
    kernel_shape : tuple of int, symbolic integers and None
        The filters' shape: output channels, input channels, sizes.
    border_mode : str, int, or tuple of int or pairs of int
        The border mode.
    subsample : tuple of int
        The strides.
    filter_dilation : tuple of int, optional
        The filters' dilation, 1 by default.

    Returns
    -------
    tuple of int, symbolic integers and None

    Examples
    --------
    >>> get_conv_output_shape((None, 3, 32, 32), (16, 3, 5, 5), "half", (2, 2))
    (None, 16, 16, 16)
    """
    sizes = _along_axes(
        get_conv_shape_1axis, image_shape, kernel_shape, border_mode, subsample, filter_dilation
    )
    return (image_shape[0], kernel_shape[0], *sizes)


def get_conv_gradweights_shape(
    image_shape: tuple,
    top_shape: tuple,
    border_mode: Any,
    subsample: tuple,
    filter_dilation: "tuple | None" = None,
    num_groups: int = 1,
    unshared: bool = False,
) -> tuple:
    """Compute the shape of a convolution's filters from input and output, as far as it follows.

    Parameters
    ----------
    image_shape, top_shape : tuples of int, symbolic integers and None
        The shapes of the input and of the output.
    border_mode : str, int, or tuple of int or pairs of int
        The border mode.
    subsample : tuple of int
        The strides.
    filter_dilation : tuple of int, optional
        The filters' dilation, 1 by default.
    num_groups : int, default 1
        The number of groups of channels.
    unshared : bool, default False
        Whether every place has filters of its own.

    Returns
    -------
    tuple of int, symbolic integers and None
    """
    channels = image_shape[1]
    if num_groups > 1 and channels is not None:
        channels = channels // num_groups
    sizes = _along_axes(
        get_conv_gradweights_shape_1axis,
        image_shape,
        top_shape,
        border_mode,
        subsample,
        filter_dilation,
    )
    places = tuple(top_shape[2:]) if unshared else ()
    return (top_shape[1], *places, channels, *sizes)


def get_conv_gradinputs_shape(
    kernel_shape: tuple,
    top_shape: tuple,
    border_mode: Any,
    subsample: tuple,
    filter_dilation: "tuple | None" = None,
    num_groups: int = 1,
) -> tuple:
    """Compute the shape of a convolution's input from filters and output, as far as it follows.

    Parameters
    ----------
    kernel_shape, top_shape : tuples of int, symbolic integers and None
        The shapes of the filters and of the output.
    border_mode : str, int, or tuple of int or pairs of int
        The border mode.
    subsample : tuple of int
        The strides.
    filter_dilation : tuple of int, optional
        The filters' dilation, 1 by default.
    num_groups : int, default 1
        The number of groups of channels.

    Returns
    -------
    tuple of int, symbolic integers and None
    """
    channels = kernel_shape[-len(subsample) - 1]
    if num_groups > 1 and channels is not None:
        channels = channels * num_groups
    sizes = _along_axes(
        get_conv_gradinputs_shape_1axis,
        kernel_shape,
        top_shape,
        border_mode,
        subsample,
        filter_dilation,
    )
    return (top_shape[0], channels, *sizes)


def check_conv_gradinputs_shape(
    image_shape: tuple,
    kernel_shape: tuple,
    output_shape: tuple,
    border_mode: Any,
    subsample: tuple,
    filter_dilation: "tuple | None" = None,
) -> bool:
    """Tell whether a convolution of an input with filters can have an output of a given shape.

    Parameters
    ----------
    image_shape, kernel_shape, output_shape : tuples of int, symbolic integers and None
        The shapes of input, filters and output.
    border_mode : str, int, or tuple of int or pairs of int
        The border mode.
    subsample : tuple of int
        The strides.
    filter_dilation : tuple of int, optional
        The filters' dilation, 1 by default.

    Returns
    -------
    bool
        False only where known sizes contradict each other.
    """
    ranks = {len(image_shape), len(kernel_shape), len(output_shape), len(subsample) + 2}
    if filter_dilation is not None:
        ranks.add(len(filter_dilation) + 2)
    if len(ranks) > 1:
        return False
    computed = get_conv_output_shape(
        image_shape, kernel_shape, border_mode, subsample, filter_dilation
    )
    return sizes_agree(output_shape, computed)


def sizes_agree(shape: tuple, other: tuple) -> bool:
    """Tell whether two shapes can be the same, as far as their sizes are known integers."""
    return all(
        int(a) == int(b)
        for a, b in zip(shape, other)
        if isinstance(a, numbers.Integral) and isinstance(b, numbers.Integral)
    )
