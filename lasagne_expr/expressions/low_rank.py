"""Matrices of low rank, as products of two thin ones."""

from typing import Any

import numpy as np
import theano.tensor as T

from .base import Expression

__all__ = ["LowRank"]


class LowRank(Expression):
    r"""Matrices of at most a given rank.

    The value is the product :math:`L R` of a matrix of `rank` columns and one of `rank` rows. It
    starts at the best approximation of the sample (Eckart and Young), which has a smaller spread
    than the sample has. This saves numbers to learn, not multiplications.

    Parameters
    ----------
    rank : int
        The highest rank, from 1 to the smaller size of the matrix.
    init : callable or array, default GlorotUniform()
        What the parameter starts from.
    as_matrix : bool, default True
        Whether parameters of more dimensions, filters for example, are taken as matrices, with
        the first axis for rows and all others for columns.

    Raises
    ------
    ValueError
        If `rank` isn't positive; when called, if it is above that of any such matrix.

    Notes
    -----
    The gradient vanishes where both factors are 0.

    References
    ----------
    .. [1] C. Eckart and G. Young (1936): The approximation of one matrix by another of lower rank.
       Psychometrika 1.

    Examples
    --------
    >>> from lasagne_expr.expressions import LowRank
    >>> from lasagne_expr.layers import DenseLayer, count_params
    >>> layer = DenseLayer((None, 784), 500, W=LowRank(100), name="thin")
    >>> layer.get_params(), count_params(layer)
    ([thin.W.left, thin.W.right, thin.b], 128900)
    """

    names = ("left", "right")
    on_matrices = True

    def __init__(self, rank: int, init: Any = None, as_matrix: bool = True):
        self.rank = checked_rank(rank, self)
        super().__init__(init, as_matrix)

    def check_shape(self, shape):
        check_rank(self, self.rank, shape)

    def forward(self, shape, left, right):
        return T.dot(left, right)

    def backward(self, value):
        u, s, vt = np.linalg.svd(value, full_matrices=False)
        u, s, vt = u[:, : self.rank], s[: self.rank], vt[: self.rank]
        root = np.sqrt(s)
        # Where a singular value is 0, one factor is kept from being 0, so that it can grow.
        return u * np.where(root > 1e-12, root, 1.0), root[:, None] * vt

    def reason_against(self, value, tolerance):
        return rank_reason(value, self.rank, tolerance)

    def nearest(self, value):
        u, s, vt = np.linalg.svd(value, full_matrices=False)
        return np.dot(u[:, : self.rank] * s[: self.rank], vt[: self.rank])


def checked_rank(rank: int, owner: Expression) -> int:
    """Check that a rank is a positive integer."""
    if isinstance(rank, bool) or not isinstance(rank, (int, np.integer)) or rank < 1:
        raise ValueError(f"{type(owner).__name__}: rank should be a positive integer, got {rank!r}")
    return int(rank)


def check_rank(owner: Expression, rank: int, shape: tuple) -> None:
    """Check that there are matrices of a shape that have a rank."""
    if rank > min(shape):
        owner._refuse_shape(shape, f"rank {rank} > {min(shape)}")


def rank_reason(value: np.ndarray, rank: int, tolerance: float) -> "str | None":
    """Tell if a matrix has a rank above the given one."""
    found = int((np.linalg.svd(value, compute_uv=False) > tolerance * max(value.shape)).sum())
    return f"rank {found} > {rank}" if found > rank else None
