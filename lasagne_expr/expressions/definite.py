"""Positive definite and positive semi-definite matrices."""

import math
from typing import Any

import numpy as np
import theano.tensor as T

from .base import ROUNDED, Expression, check_square, checked_number
from .low_rank import check_rank, checked_rank, rank_reason
from .orthogonal import completed, orthonormal_columns

__all__ = ["PositiveDefinite", "PositiveSemidefinite", "SemidefiniteFixedRank"]


class PositiveDefinite(Expression):
    r"""Positive definite matrices, by their Cholesky factor: :math:`L L^T + \epsilon I`.

    :math:`L` is the lower triangle of the variable, with the exponential of what stands on its
    diagonal. A sample is made symmetric, and its eigenvalues positive by their absolute values.

    Parameters
    ----------
    init : callable or array, default GlorotUniform()
        What the parameter starts from.
    low : float, default 1e-4
        The number :math:`\epsilon`, below which no eigenvalue goes; 0 or more.
    as_matrix : bool, default True
        Whether parameters of more dimensions are taken as matrices, with the first axis for rows
        and all others for columns.

    Raises
    ------
    ValueError
        If `low` is negative or not finite; when called, if the matrix isn't square.

    References
    ----------
    .. [1] J. C. Pinheiro and D. M. Bates (1996): Unconstrained parametrizations for
       variance-covariance matrices. Statistics and Computing 6. The log-Cholesky one.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.expressions import PositiveDefinite
    >>> bool((np.linalg.eigvalsh(PositiveDefinite()((3, 3)).eval()) > 0).all())
    True
    """

    names = ("factor",)
    on_matrices = True

    def __init__(self, init: Any = None, low: float = 1e-4, as_matrix: bool = True):
        low = checked_number(low, "low", self)
        if not 0 <= low < math.inf:
            raise ValueError(f"PositiveDefinite: low should be finite and at least 0, got {low!r}")
        self.low = low
        super().__init__(init, as_matrix)

    def check_shape(self, shape):
        check_square(self, shape)

    def forward(self, shape, factor):
        one = T.eye(factor.shape[0], dtype=factor.dtype)
        lower = T.tril(factor, -1) + one * T.exp(T.diagonal(factor))
        return T.dot(lower, lower.T) + self.low * one

    def backward(self, value):
        one = np.eye(len(value))
        above = (value + value.T) / 2 - self.low * one
        least = ROUNDED * max(1.0, np.abs(value).max())
        missing = max(0.0, least - np.linalg.eigvalsh(above)[0])
        lower = np.linalg.cholesky(above + missing * one)
        return np.tril(lower, -1) + np.diag(np.log(np.diag(lower)))

    def reason_against(self, value, tolerance):
        return symmetry_reason(value, tolerance) or eigenvalue_reason(
            value, self.low, tolerance * len(value)
        )

    def nearest(self, value):
        eigenvalues, vectors = np.linalg.eigh((value + value.T) / 2)
        # A little above the limit, which is never reached.
        at_least = self.low + 1e-3 * max(np.abs(eigenvalues).max(), 1e-3)
        if eigenvalues[0] > self.low:
            return value if np.array_equal(value, value.T) else (value + value.T) / 2
        return np.dot(vectors * np.maximum(np.abs(eigenvalues), at_least), vectors.T)


class PositiveSemidefinite(Expression):
    r"""Positive semi-definite matrices, of at most a given rank: :math:`V V^T`.

    A sample is made symmetric, its negative eigenvalues are left out, and of the others only the
    largest are kept, as many as the rank.

    Parameters
    ----------
    rank : int, optional
        The number of columns of :math:`V`; by default as many as rows.
    init : callable or array, default GlorotUniform()
        What the parameter starts from.
    as_matrix : bool, default True
        Whether parameters of more dimensions are taken as matrices, with the first axis for rows
        and all others for columns.

    Raises
    ------
    ValueError
        If `rank` isn't positive; when called, if the matrix isn't square, or has fewer rows.

    Notes
    -----
    The gradient vanishes for columns of :math:`V` that are 0. So that none starts there, left out
    eigenvalues become a thousandth of the largest.

    References
    ----------
    .. [1] S. Burer and R. D. C. Monteiro (2003): A nonlinear programming algorithm for solving
       semidefinite programs via low-rank factorization. Mathematical Programming 95.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.expressions import PositiveSemidefinite
    >>> PositiveSemidefinite(1).contains(np.eye(2)), PositiveSemidefinite(2).contains(np.eye(2))
    (False, True)
    """

    names = ("factor",)
    on_matrices = True

    def __init__(self, rank: "int | None" = None, init: Any = None, as_matrix: bool = True):
        self.rank = None if rank is None else checked_rank(rank, self)
        super().__init__(init, as_matrix)

    def check_shape(self, shape):
        check_square(self, shape)
        check_rank(self, self._columns(shape), shape)

    def _columns(self, shape):
        return shape[0] if self.rank is None else self.rank

    def forward(self, shape, factor):
        return T.dot(factor, factor.T)

    def backward(self, value):
        eigenvalues, vectors = np.linalg.eigh((value + value.T) / 2)
        largest = slice(None, -self._columns(value.shape) - 1, -1)
        return vectors[:, largest] * np.sqrt(np.maximum(eigenvalues[largest], 0))

    def reason_against(self, value, tolerance):
        return (
            symmetry_reason(value, tolerance)
            or eigenvalue_reason(value, 0.0, tolerance * len(value))
            or rank_reason(value, self._columns(value.shape), tolerance)
        )

    def nearest(self, value):
        if self.reason_against(value, 1e-10) is None:
            return value
        eigenvalues, vectors = np.linalg.eigh((value + value.T) / 2)
        least = 1e-3 * max(np.abs(eigenvalues).max(), 1e-6)
        largest = slice(None, -self._columns(value.shape) - 1, -1)
        kept = np.maximum(eigenvalues[largest], least)
        return np.dot(vectors[:, largest] * kept, vectors[:, largest].T)


class SemidefiniteFixedRank(Expression):
    r"""Positive semi-definite matrices of just a given rank: :math:`Q \mathrm{diag}(s) Q^T`.

    :math:`Q` has orthonormal columns (see `Orthogonal`), and
    :math:`s = \epsilon + \log(1 + e^w)`. A sample is made symmetric, and its largest eigenvalues
    are kept, those below :math:`\epsilon` as a little more than that.

    Parameters
    ----------
    rank : int
        The rank, from 1 to the number of rows.
    init : callable or array, default GlorotUniform()
        What the parameter starts from.
    low : float, default 1e-3
        The limit :math:`\epsilon` that the eigenvalues stay above, but for those that are 0.
    as_matrix : bool, default True
        Whether parameters of more dimensions are taken as matrices, with the first axis for rows
        and all others for columns.

    Raises
    ------
    ValueError
        If `rank` or `low` isn't positive; when called, if the matrix isn't square, or has fewer
        rows.

    See Also
    --------
    PositiveSemidefinite : at most this rank, and faster.

    References
    ----------
    .. [1] B. Vandereycken, P.-A. Absil and S. Vandewalle (2013): A Riemannian geometry with
       complete geodesics for the set of positive semidefinite matrices of fixed rank. IMA J.
       Numer. Anal. 33. For the set.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.expressions import SemidefiniteFixedRank
    >>> eigenvalues = np.linalg.eigvalsh(SemidefiniteFixedRank(2)((3, 3)).eval())
    >>> (abs(eigenvalues) > 1e-5).tolist()
    [False, True, True]
    """

    names = ("values", "vectors", "base")
    fixed = ("base",)
    on_matrices = True

    def __init__(self, rank: int, init: Any = None, low: float = 1e-3, as_matrix: bool = True):
        self.rank = checked_rank(rank, self)
        low = checked_number(low, "low", self)
        if not 0 < low < math.inf:
            raise ValueError(
                f"SemidefiniteFixedRank: low should be finite and positive, got {low!r}"
            )
        self.low = low
        super().__init__(init, as_matrix)

    def check_shape(self, shape):
        check_square(self, shape)
        check_rank(self, self.rank, shape)

    def forward(self, shape, values, vectors, base):
        columns = orthonormal_columns(vectors, base)
        return T.dot(columns * (self.low + T.nnet.softplus(values)), columns.T)

    def _largest(self, value):
        eigenvalues, vectors = np.linalg.eigh((value + value.T) / 2)
        return eigenvalues[-self.rank :], vectors[:, -self.rank :]

    def backward(self, value):
        eigenvalues, vectors = self._largest(value)
        above = np.maximum(eigenvalues - self.low, ROUNDED)
        return above + np.log(-np.expm1(-above)), np.zeros(vectors.shape), completed(vectors)

    def reason_against(self, value, tolerance):
        reason = symmetry_reason(value, tolerance) or eigenvalue_reason(
            value, 0.0, tolerance * len(value)
        )
        reason = reason or rank_reason(value, self.rank, tolerance)
        smallest = self._largest(value)[0][0]
        if reason is None and smallest < self.low - tolerance * len(value):
            return f"its eigenvalue number {self.rank} is {smallest:.3g}, below {self.low:g}"
        return reason

    def nearest(self, value):
        if self.reason_against(value, 1e-10) is None and self._largest(value)[0][0] > self.low:
            return value
        eigenvalues, vectors = self._largest(value)
        return np.dot(vectors * np.maximum(eigenvalues, 1.1 * self.low), vectors.T)


def symmetry_reason(value: np.ndarray, tolerance: float) -> "str | None":
    """Tell if a matrix isn't symmetric."""
    deviation = np.abs(value - value.T).max()
    if deviation > tolerance:
        return f"not symmetric to within {tolerance:.0e}, but {deviation:.1e}"
    return None


def eigenvalue_reason(value: np.ndarray, low: float, tolerance: float) -> "str | None":
    """Tell if a symmetric matrix has an eigenvalue below a limit."""
    smallest = np.linalg.eigvalsh((value + value.T) / 2)[0]
    if smallest < low - tolerance:
        return f"its smallest eigenvalue is {smallest:.3g}, below {low:g}"
    return None
