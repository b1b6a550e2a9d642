"""Correlations of volumes with filters, under the names of Theano's products of matrices."""

from collections.abc import Sequence
from typing import Any

from theano.missing import explain_missing
from theano.ops.conv import AbstractConv
from theano.tensor.nnet.corr import WithShapeOfFilters, WithShapeOfInputs

__all__ = ["BaseCorr3dMM", "Corr3dMM", "Corr3dMM_gradInputs", "Corr3dMM_gradWeights"]

__getattr__ = explain_missing(__name__)


class BaseCorr3dMM:
    """What a correlation of volumes and its gradients have in common.

    Parameters
    ----------
    border_mode : str, int, or tuple of int or pairs of int, default 'valid'
        The zeros around the volumes, as for `theano.tensor.nnet.conv3d`.
    subsample, filter_dilation : three int, default (1, 1, 1)
        The strides, and the distance between a filter's elements.
    num_groups : int, default 1
        The number of groups that channels and filters are divided in.
    openmp
        Taken as in Theano, and without effect.
    """

    def __init__(
        self,
        border_mode: Any = "valid",
        subsample: Sequence = (1, 1, 1),
        filter_dilation: Sequence = (1, 1, 1),
        num_groups: int = 1,
        openmp: Any = None,
    ):
        super().__init__(3, None, None, border_mode, subsample, False, filter_dilation, num_groups)


class Corr3dMM(BaseCorr3dMM, AbstractConv):
    """The correlation of volumes with filters.

    Examples
    --------
    >>> import numpy as np
    >>> Corr3dMM()(np.ones((1, 1, 2, 2, 2)), np.ones((1, 1, 1, 2, 2))).eval()[0, 0].tolist()
    [[[4.0]], [[4.0]]]
    """


class Corr3dMM_gradWeights(BaseCorr3dMM, WithShapeOfFilters):
    """The gradient of a correlation of volumes with respect to its filters."""


class Corr3dMM_gradInputs(BaseCorr3dMM, WithShapeOfInputs):
    """The gradient of a correlation of volumes with respect to them."""
