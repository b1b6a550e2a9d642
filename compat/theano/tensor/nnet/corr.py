"""Correlations of images with filters, under the names of Theano's products of matrices."""

from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Apply
from theano.missing import explain_missing
from theano.ops.conv import (
    AbstractConv,
    AbstractConv_gradInputs,
    AbstractConv_gradWeights,
)
from theano.ops.conv_shapes import get_conv_gradinputs_shape, get_conv_gradweights_shape

__all__ = ["BaseCorrMM", "CorrMM", "CorrMM_gradInputs", "CorrMM_gradWeights"]

__getattr__ = explain_missing(__name__)


class BaseCorrMM:
    """What a correlation of images and its gradients have in common.

    Parameters
    ----------
    border_mode : str, int, or tuple of int or pairs of int, default 'valid'
        The zeros around the images, as for `theano.tensor.nnet.conv2d`.
    subsample, filter_dilation : pairs of int, default (1, 1)
        The strides, and the distance between a filter's elements.
    num_groups : int, default 1
        The number of groups that channels and filters are divided in.
    unshared : bool, default False
        Whether every place of the output has filters of its own.
    openmp
        Taken as in Theano, and without effect.
    """

    def __init__(
        self,
        border_mode: Any = "valid",
        subsample: Sequence = (1, 1),
        filter_dilation: Sequence = (1, 1),
        num_groups: int = 1,
        unshared: bool = False,
        openmp: Any = None,
    ):
        steps = (border_mode, subsample, False, filter_dilation)
        super().__init__(2, None, None, *steps, num_groups, unshared)


class WithShapeOfFilters(AbstractConv_gradWeights):
    """The gradient with respect to filters, whose sizes needn't be given without strides."""

    def make_node(self, img: Any, topgrad: Any, shape: Any = None) -> Apply:
        if shape is None:
            shape = self._sizes_from(get_conv_gradweights_shape, img, topgrad)
        return super().make_node(img, topgrad, shape)


class WithShapeOfInputs(AbstractConv_gradInputs):
    """The gradient with respect to inputs, whose sizes needn't be given without strides."""

    def make_node(self, kern: Any, topgrad: Any, shape: Any = None) -> Apply:
        if shape is None:
            shape = self._sizes_from(get_conv_gradinputs_shape, kern, topgrad)
        return super().make_node(kern, topgrad, shape)


class CorrMM(BaseCorrMM, AbstractConv):
    """The correlation of images with filters.

    Examples
    --------
    >>> import numpy as np
    >>> edges = CorrMM()(np.eye(2)[None, None], np.array([[[[1.0, -1.0]]]]))
    >>> edges.eval()[0, 0].tolist()
    [[1.0], [-1.0]]
    """


class CorrMM_gradWeights(BaseCorrMM, WithShapeOfFilters):
    """The gradient of a correlation of images with respect to its filters."""


class CorrMM_gradInputs(BaseCorrMM, WithShapeOfInputs):
    """The gradient of a correlation of images with respect to them."""
