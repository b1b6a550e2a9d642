"""Matrices whose singular values are bounded: by their singular value decomposition."""

import math
from typing import Any

import numpy as np
import theano.tensor as T

from .base import ROUNDED, Expression, check_square, checked_number
from .low_rank import check_rank, checked_rank
from .orthogonal import completed, orthonormal_columns

__all__ = ["AlmostOrthogonal", "FixedRank", "Invertible", "SpecialLinear"]


class _ByDecomposition(Expression):
    """Products of orthonormal columns, singular values within bounds, and orthonormal rows."""

    names = ("values", "left", "left_base", "right", "right_base")
    fixed = ("left_base", "right_base")
    on_matrices = True

    def _number(self, shape):
        """Tell how many singular values there are."""
        return min(shape)

    def forward(self, shape, values, left, left_base, right, right_base):
        left = orthonormal_columns(left, left_base)
        right = orthonormal_columns(right, right_base)
        return T.dot(left * self._bounded(values), right.T)

    def _decomposed(self, value):
        u, s, vt = np.linalg.svd(value, full_matrices=False)
        number = self._number(value.shape)
        return u[:, :number], s[:number], vt[:number]

    def backward(self, value):
        u, s, vt = self._decomposed(value)
        return (
            self._unbounded(s),
            np.zeros(u.shape),
            completed(u),
            np.zeros(vt.T.shape),
            completed(vt.T),
        )

    def nearest(self, value):
        u, s, vt = self._decomposed(value)
        moved = self._inside(s)
        exact = np.array_equal(moved, s) and len(s) == min(value.shape)
        return value if exact else np.dot(u * moved, vt)


class _BoundedBelow(_ByDecomposition):
    """Singular values above a limit."""

    def __init__(self, low, init, as_matrix):
        low = checked_number(low, "low", self)
        if not 0 < low < math.inf:
            raise ValueError(
                f"{type(self).__name__}: low should be finite and positive, got {low!r}"
            )
        self.low = low
        super().__init__(init, as_matrix)

    def _bounded(self, values):
        return self.low + T.nnet.softplus(values)

    def _unbounded(self, singular):
        above = np.maximum(singular - self.low, ROUNDED)
        return above + np.log(-np.expm1(-above))

    def _inside(self, singular):
        return np.maximum(singular, 1.1 * self.low)

    def reason_against(self, value, tolerance):
        singular = np.linalg.svd(value, compute_uv=False)
        tolerance = tolerance * max(value.shape)
        number = self._number(value.shape)
        rank = int((singular > tolerance).sum())
        if rank > number:
            return f"rank {rank} > {number}"
        if singular[number - 1] < self.low - tolerance:
            return (
                f"its singular value number {number} is {singular[number - 1]:.3g}, below "
                f"{self.low:g}"
            )
        return None


class FixedRank(_BoundedBelow):
    r"""Matrices of just a given rank: :math:`U \mathrm{diag}(s) V^T` with :math:`s > \epsilon`.

    :math:`U` and :math:`V` have orthonormal columns (see `Orthogonal`), and
    :math:`s = \epsilon + \log(1 + e^w)`. It starts at the best approximation of the sample.

    Parameters
    ----------
    rank : int
        The rank, from 1 to the smaller size of the matrix.
    init : callable or array, default GlorotUniform()
        What the parameter starts from.
    low : float, default 1e-3
        The limit :math:`\epsilon` that singular values stay above.
    as_matrix : bool, default True
        Whether parameters of more dimensions are taken as matrices, with the first axis for rows
        and all others for columns.

    Raises
    ------
    ValueError
        If `rank` or `low` isn't positive; when called, if the rank is above that of any such
        matrix.

    References
    ----------
    .. [1] B. Vandereycken (2013): Low-rank matrix completion by Riemannian optimization. SIAM J.
       Optim. 23. For the set.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.expressions import FixedRank
    >>> int(np.linalg.matrix_rank(FixedRank(2)((4, 3)).eval(), tol=1e-4))
    2
    """

    def __init__(self, rank: int, init: Any = None, low: float = 1e-3, as_matrix: bool = True):
        self.rank = checked_rank(rank, self)
        super().__init__(low, init, as_matrix)

    def check_shape(self, shape):
        check_rank(self, self.rank, shape)

    def _number(self, shape):
        return self.rank


class Invertible(_BoundedBelow):
    r"""Square matrices that have an inverse: :math:`U \mathrm{diag}(s) V^T` with
    :math:`s > \epsilon`.

    :math:`U` and :math:`V` are orthogonal (see `Orthogonal`), and
    :math:`s = \epsilon + \log(1 + e^w)`. No gradient vanishes but that of :math:`w` where
    :math:`s` is near :math:`\epsilon`.

    Parameters
    ----------
    init : callable or array, default GlorotUniform()
        What the parameter starts from.
    low : float, default 1e-3
        The limit :math:`\epsilon` that singular values stay above.
    as_matrix : bool, default True
        Whether parameters of more dimensions are taken as matrices, with the first axis for rows
        and all others for columns.

    Raises
    ------
    ValueError
        If `low` isn't positive; when called, if the matrix isn't square.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.expressions import Invertible
    >>> Invertible(low=0.1).contains(np.diag([1.0, 0.01]))
    False
    """

    def __init__(self, init: Any = None, low: float = 1e-3, as_matrix: bool = True):
        super().__init__(low, init, as_matrix)

    def check_shape(self, shape):
        check_square(self, shape)


class SpecialLinear(Invertible):
    r"""Square matrices whose determinant is 1: :math:`U \mathrm{diag}(s / \bar s) V^T`.

    :math:`U` and :math:`V` are orthogonal (see `Orthogonal`), :math:`s = \epsilon + \log(1 + e^w)`
    are positive, and :math:`\bar s` is their geometric mean. A sample is divided by the root of its
    determinant; if that is negative, the direction of its smallest singular value is reversed.

    Parameters
    ----------
    init : callable or array, default GlorotUniform()
        What the parameter starts from.
    low : float, default 1e-3
        The number :math:`\epsilon`, which keeps singular values apart from 0.
    as_matrix : bool, default True
        Whether parameters of more dimensions are taken as matrices, with the first axis for rows
        and all others for columns.

    Raises
    ------
    ValueError
        If `low` isn't positive; when called, if the matrix isn't square.

    Notes
    -----
    The gradient vanishes for :math:`s` near :math:`\epsilon`. A determinant is only known as well
    as the smallest singular value is, and :meth:`contains` allows for that.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.expressions import SpecialLinear
    >>> round(float(np.linalg.det(SpecialLinear()((3, 3)).eval())), 4)
    1.0
    """

    def _bounded(self, values):
        singular = super()._bounded(values)
        return singular / T.exp(T.log(singular).mean())

    def _unbounded(self, singular):
        # Any multiple gives the same value: one that is well above the limit.
        return super()._unbounded(singular * max(1.0, 2 * self.low / singular.min()))

    def reason_against(self, value, tolerance):
        sign, log = np.linalg.slogdet(value)
        smallest = np.linalg.svd(value, compute_uv=False)[-1]
        if sign < 0 or abs(log) > tolerance * len(value) / max(min(smallest, 1), tolerance):
            return f"its determinant is {sign * np.exp(log):.6g}, not 1"
        return None

    def nearest(self, value):
        if self.reason_against(value, 1e-10) is None:
            return value
        u, s, vt = np.linalg.svd(value)
        s = np.maximum(s, 1e-3 * max(s[0], 1e-6))
        if np.linalg.det(u) * np.linalg.det(vt) < 0:
            u[:, -1] = -u[:, -1]
        return np.dot(u * (s / np.exp(np.log(s).mean())), vt)


class AlmostOrthogonal(_ByDecomposition):
    r"""Matrices whose singular values differ from 1 by at most a radius :math:`r`.

    The value is :math:`U \mathrm{diag}(1 + r \tanh w) V^T`, where :math:`U` and :math:`V` have
    orthonormal columns (see `Orthogonal`).

    Parameters
    ----------
    radius : float, default 0.1
        The radius :math:`r`, above 0 and at most 1.
    init : callable or array, default GlorotUniform()
        What the parameter starts from: its singular values are moved to within the bounds.
    as_matrix : bool, default True
        Whether parameters of more dimensions are taken as matrices, with the first axis for rows
        and all others for columns.

    Raises
    ------
    ValueError
        If `radius` isn't within its bounds.

    Notes
    -----
    The gradient of :math:`w` vanishes as singular values come near the bounds.

    References
    ----------
    .. [1] M. Lezcano-Casado (2019): Trivializations for gradient-based optimization on manifolds.
       NeurIPS.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.expressions import AlmostOrthogonal
    >>> singular = np.linalg.svd(AlmostOrthogonal(0.1)((4, 3)).eval())[1]
    >>> bool((abs(singular - 1) <= 0.1).all())
    True
    """

    def __init__(self, radius: float = 0.1, init: Any = None, as_matrix: bool = True):
        radius = checked_number(radius, "radius", self)
        if not 0 < radius <= 1:
            raise ValueError(
                f"AlmostOrthogonal: radius should be above 0 and at most 1, got {radius!r}"
            )
        self.radius = radius
        super().__init__(init, as_matrix)

    def _bounded(self, values):
        return 1 + self.radius * T.tanh(values)

    def _unbounded(self, singular):
        return np.arctanh(np.clip((singular - 1) / self.radius, ROUNDED - 1, 1 - ROUNDED))

    def _inside(self, singular):
        part = (singular - 1) / self.radius
        return np.where(np.abs(part) < 1, singular, 1 + 0.98 * self.radius * np.sign(part))

    def reason_against(self, value, tolerance):
        singular = np.linalg.svd(value, compute_uv=False)
        if np.abs(singular - 1).max() > self.radius + tolerance:
            return self._outside(singular)
        return None

    def _outside(self, singular):
        return (
            f"its singular values, from {singular.min():.6g} to {singular.max():.6g}, don't all "
            f"lie within {self.radius:g} of 1"
        )
