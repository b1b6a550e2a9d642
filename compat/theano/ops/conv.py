"""Convolution and its two gradients, as operations whose gradients are each other.

For a convolution of `x` with filters `w` there are three: the convolution itself, the gradient with
respect to `w`, and the gradient with respect to `x`. Each is linear in two arguments, and its
gradients are the other two.
"""

import numbers
from collections.abc import Sequence
from typing import Any

import pytensor
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType, disconnected_type
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.tensor.type import float_dtypes
from theano.ops.conv_shapes import (
    checked_border_mode,
    get_conv_output_shape,
    sizes_agree,
)
from theano.ops.lax_op import LaxOp

__all__ = [
    "AbstractConv",
    "AbstractConv2d",
    "AbstractConv2d_gradInputs",
    "AbstractConv2d_gradWeights",
    "AbstractConv3d",
    "AbstractConv3d_gradInputs",
    "AbstractConv3d_gradWeights",
    "AbstractConv_gradInputs",
    "AbstractConv_gradWeights",
    "BaseAbstractConv",
]


class BaseAbstractConv(LaxOp):
    """What a convolution and its gradients have in common: how filters slide over an input.

    Parameters
    ----------
    convdim : {1, 2, 3}
        The number of axes that the filters slide along.
    imshp, kshp : tuples of int and None, optional
        The shapes of the input and of the filters. They are kept, and not relied on: the arrays'
        own shapes are.
    border_mode : str, int, or tuple of int or pairs of int, default 'valid'
        The zeros around the input: none, ``'full'`` (so many that filters and input overlap by one
        element at least), ``'half'`` (half the filter's size), or how many.
    subsample : tuple of int, optional
        The strides, 1 by default.
    filter_flip : bool, default True
        Whether to flip the filters, as a convolution does and a cross-correlation doesn't.
    filter_dilation : tuple of int, optional
        The distance between a filter's elements, 1 by default.
    num_groups : int, default 1
        The number of groups that input channels and filters are divided in.
    unshared : bool, default False
        Whether every place of the output has filters of its own.

    Raises
    ------
    ValueError
        If an argument is out of range or of the wrong length.
    """

    # Shapes that were told make no difference to what is computed.
    __props__ = (
        "convdim",
        "border_mode",
        "subsample",
        "filter_flip",
        "filter_dilation",
        "num_groups",
        "unshared",
    )

    def __init__(
        self,
        convdim: int,
        imshp: "Sequence | None" = None,
        kshp: "Sequence | None" = None,
        border_mode: Any = "valid",
        subsample: "Sequence | None" = None,
        filter_flip: bool = True,
        filter_dilation: "Sequence | None" = None,
        num_groups: int = 1,
        unshared: bool = False,
    ):
        if convdim not in (1, 2, 3):
            raise ValueError(f"convolution dimension {convdim} is not supported: only 1 to 3")
        self.convdim = convdim
        self.unshared = bool(unshared)
        self.imshp = _checked_shape("imshp", imshp, convdim + 2)
        self.kshp = _checked_shape("kshp", kshp, 2 * convdim + 2 if unshared else convdim + 2)
        self.border_mode = checked_border_mode(border_mode, convdim)
        self.filter_flip = bool(filter_flip)
        self.subsample = _checked_steps("subsample", subsample, convdim)
        self.filter_dilation = _checked_steps("filter_dilation", filter_dilation, convdim)
        if not isinstance(num_groups, numbers.Integral) or num_groups < 1:
            raise ValueError(f"num_groups must be a positive integer, got {num_groups!r}")
        self.num_groups = int(num_groups)

    def _checked_ranks(self, filters=None, **images):
        for name, variable in images.items():
            if variable.type.ndim != self.convdim + 2:
                raise TypeError(
                    f"{type(self).__name__}: {name} must have {self.convdim + 2} dimensions, got "
                    f"{variable} of type {variable.type}"
                )
        ndim = 2 * self.convdim + 2 if self.unshared else self.convdim + 2
        if filters is not None and filters.type.ndim != ndim:
            raise TypeError(
                f"{type(self).__name__}: kern must have {ndim} dimensions, got {filters} of type "
                f"{filters.type}"
            )

    def _forward_shape(self, image, filters):
        """Work out the output's shape from an input's and filters', and check that they fit."""
        for name, count in (("input channels", image[1]), ("filters", filters[0])):
            if isinstance(count, int) and count % self.num_groups:
                raise ValueError(
                    f"{count} {name} can't be divided into num_groups={self.num_groups} groups"
                )
        expected, found = image[1], filters[-self.convdim - 1]
        if isinstance(expected, int) and isinstance(found, int):
            expected = expected // self.num_groups
            if expected != found:
                groups = f" in each of {self.num_groups} groups" if self.num_groups > 1 else ""
                raise ValueError(
                    f"the input has {expected} channels{groups}, but the filters take {found}: "
                    f"input of shape {image}, filters of shape {filters}"
                )
        shape = get_conv_output_shape(
            image, filters, self.border_mode, self.subsample, self.filter_dilation
        )
        if any(isinstance(size, int) and size <= 0 for size in shape[2:]):
            raise ValueError(
                f"the filters are larger than the padded input: input of shape {image}, filters "
                f"of shape {filters}, border_mode {self.border_mode!r}, filter_dilation "
                f"{self.filter_dilation}"
            )
        if self.unshared and not sizes_agree(filters[1 : 1 + self.convdim], shape[2:]):
            raise ValueError(
                f"unshared filters of shape {filters} are for {filters[1 : 1 + self.convdim]} "
                f"places, but the output has {shape[2:]}"
            )
        return shape

    def _check_output(self, image, filters, output):
        """Check that a convolution of such shapes has such an output."""
        expected = self._forward_shape(image, filters)
        if not sizes_agree(expected, output):
            raise ValueError(
                f"an input of shape {image} and filters of shape {filters} make an output of "
                f"shape {expected}, not {output}"
            )

    def _relative(self, kind, *inputs):
        """Apply the operation `kind` for the same convolution."""
        op = kind(
            self.convdim,
            self.imshp,
            self.kshp,
            self.border_mode,
            self.subsample,
            self.filter_flip,
            self.filter_dilation,
            self.num_groups,
            self.unshared,
        )
        return op(*inputs)

    def _sizes_from(self, rule, variable, output):
        """Work out sizes from an output's by a rule of `conv_shapes`, where that can be."""
        shapes = (tuple(pt.as_tensor_variable(x).shape) for x in (variable, output))
        found = rule(*shapes, self.border_mode, self.subsample, self.filter_dilation)
        sizes = found[-self.convdim :]
        if None in sizes:
            raise ValueError(
                f"{type(self).__name__} needs a shape: with subsample {self.subsample} and "
                f"border_mode {self.border_mode!r} it doesn't follow from the output's"
            )
        return sizes

    def _sizes_of(self, variable):
        """Take the sizes that the filters slide along, or that they have."""
        symbolic = variable.shape
        axes = range(variable.type.ndim - self.convdim, variable.type.ndim)
        static = variable.type.shape
        return pt.as_tensor([symbolic[n] if static[n] is None else static[n] for n in axes])


class AbstractConv(BaseAbstractConv):
    """The convolution of an input with filters."""

    def make_node(self, img: Any, kern: Any) -> Apply:
        img, kern = pt.as_tensor_variable(img), pt.as_tensor_variable(kern)
        self._checked_ranks(img=img, filters=kern)
        return super().make_node(img, kern)

    def output_shape(self, image: tuple, filters: tuple) -> tuple:
        return self._forward_shape(image, filters)

    def pullback(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], cotangents: Sequence
    ) -> list:
        (x, w), (g,) = inputs, cotangents
        if isinstance(g.type, DisconnectedType):
            return [disconnected_type(), disconnected_type()]
        return [
            _gradient_for(x, self._relative(AbstractConv_gradInputs, w, g, self._sizes_of(x))),
            _gradient_for(w, self._relative(AbstractConv_gradWeights, x, g, self._sizes_of(w))),
        ]


class AbstractConv_gradWeights(BaseAbstractConv):
    """The gradient of a convolution with respect to its filters.

    It takes the input, the gradient with respect to the output, and the filters' sizes.
    """

    sizes = (2,)

    def make_node(self, img: Any, topgrad: Any, shape: Any, add_assert_shape: bool = True) -> Apply:
        img, topgrad = pt.as_tensor_variable(img), pt.as_tensor_variable(topgrad)
        self._checked_ranks(img=img, topgrad=topgrad)
        return super().make_node(img, topgrad, shape)

    def output_shape(self, image: tuple, output: tuple, sizes: tuple) -> tuple:
        channels = None if image[1] is None else image[1] // self.num_groups
        places = output[2:] if self.unshared else ()
        shape = (output[1], *places, channels, *sizes)
        self._check_output(image, shape, output)
        return shape

    def pullback(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], cotangents: Sequence
    ) -> list:
        (x, g, _), (w,) = inputs, cotangents
        if isinstance(w.type, DisconnectedType):
            return [disconnected_type() for _ in inputs]
        return [
            _gradient_for(x, self._relative(AbstractConv_gradInputs, w, g, self._sizes_of(x))),
            _gradient_for(g, self._relative(AbstractConv, x, w)),
            disconnected_type(),
        ]


class AbstractConv_gradInputs(BaseAbstractConv):
    """The gradient of a convolution with respect to its input: the transposed convolution.

    It takes the filters, the gradient with respect to the output, and the input's sizes.
    """

    sizes = (2,)

    def make_node(
        self, kern: Any, topgrad: Any, shape: Any, add_assert_shape: bool = True
    ) -> Apply:
        kern, topgrad = pt.as_tensor_variable(kern), pt.as_tensor_variable(topgrad)
        self._checked_ranks(topgrad=topgrad, filters=kern)
        return super().make_node(kern, topgrad, shape)

    def output_shape(self, filters: tuple, output: tuple, sizes: tuple) -> tuple:
        channels = filters[-self.convdim - 1]
        channels = None if channels is None else channels * self.num_groups
        shape = (output[0], channels, *sizes)
        if any(isinstance(size, int) and size < 0 for size in sizes):
            raise ValueError(
                f"more is cropped than there is: an input of shape {output}, filters of shape "
                f"{filters} and border_mode {self.border_mode!r} make an output of shape {shape}"
            )
        self._check_output(shape, filters, output)
        return shape

    def pullback(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], cotangents: Sequence
    ) -> list:
        (w, g, _), (x,) = inputs, cotangents
        if isinstance(x.type, DisconnectedType):
            return [disconnected_type() for _ in inputs]
        return [
            _gradient_for(w, self._relative(AbstractConv_gradWeights, x, g, self._sizes_of(w))),
            _gradient_for(g, self._relative(AbstractConv, x, w)),
            disconnected_type(),
        ]


class _Planar:
    """Two axes to slide along."""

    def __init__(
        self,
        imshp: "Sequence | None" = None,
        kshp: "Sequence | None" = None,
        border_mode: Any = "valid",
        subsample: Sequence = (1, 1),
        filter_flip: bool = True,
        filter_dilation: Sequence = (1, 1),
        num_groups: int = 1,
        unshared: bool = False,
    ):
        super().__init__(
            2,
            imshp,
            kshp,
            border_mode,
            subsample,
            filter_flip,
            filter_dilation,
            num_groups,
            unshared,
        )


class _Spatial:
    """Three axes to slide along."""

    def __init__(
        self,
        imshp: "Sequence | None" = None,
        kshp: "Sequence | None" = None,
        border_mode: Any = "valid",
        subsample: Sequence = (1, 1, 1),
        filter_flip: bool = True,
        filter_dilation: Sequence = (1, 1, 1),
        num_groups: int = 1,
    ):
        super().__init__(
            3, imshp, kshp, border_mode, subsample, filter_flip, filter_dilation, num_groups
        )


class AbstractConv2d(_Planar, AbstractConv):
    """The convolution of images with filters."""


class AbstractConv2d_gradWeights(_Planar, AbstractConv_gradWeights):
    """The gradient of a convolution of images with respect to its filters."""


class AbstractConv2d_gradInputs(_Planar, AbstractConv_gradInputs):
    """The gradient of a convolution of images with respect to them."""


class AbstractConv3d(_Spatial, AbstractConv):
    """The convolution of volumes with filters."""


class AbstractConv3d_gradWeights(_Spatial, AbstractConv_gradWeights):
    """The gradient of a convolution of volumes with respect to its filters."""


class AbstractConv3d_gradInputs(_Spatial, AbstractConv_gradInputs):
    """The gradient of a convolution of volumes with respect to them."""


def _checked_steps(name, steps, convdim):
    steps = (1,) * convdim if steps is None else steps
    if not isinstance(steps, Sequence) or len(steps) != convdim:
        raise ValueError(f"{name} must have {convdim} elements, got {steps}")
    if not all(isinstance(step, numbers.Integral) and step > 0 for step in steps):
        raise ValueError(f"{name} must consist of positive integers, got {steps}")
    return tuple(int(step) for step in steps)


def _checked_shape(name, shape, length):
    shape = tuple(shape) if shape else (None,) * length
    if len(shape) != length:
        raise ValueError(f"{name} must have {length} elements, got {shape}")
    if not all(n is None or isinstance(n, (numbers.Integral, Constant)) for n in shape):
        raise ValueError(f"{name} should be None or a tuple of constant int values, got {shape}")
    return shape


def _gradient_for(variable, gradient):
    """Give a gradient the dtype of its variable; integers have the gradient 0."""
    if variable.dtype not in float_dtypes:
        return variable.zeros_like(dtype=pytensor.config.floatX)
    return gradient if gradient.dtype == variable.dtype else gradient.astype(variable.dtype)
