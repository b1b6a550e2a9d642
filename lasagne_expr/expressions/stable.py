"""Matrices of linear systems that decay."""

import math
from typing import Any

import numpy as np
import scipy.linalg
import theano.tensor as T

from .base import ROUNDED, Expression, check_square, checked_number

__all__ = ["Hurwitz"]


class Hurwitz(Expression):
    r"""Square matrices whose eigenvalues have real parts of at most :math:`-\alpha`.

    A linear system :math:`\dot x = A x` then decays at least as :math:`e^{-\alpha t}`. The value is
    :math:`L L^T (S - M M^T / 2) - \alpha I`, with :math:`S` skew-symmetric. It starts at the
    sample, shifted by a multiple of :math:`I` if that isn't such a matrix.

    Parameters
    ----------
    alpha : float, default 0
        The rate :math:`\alpha`; 0 or more.
    init : callable or array, default GlorotUniform()
        What the parameter starts from.
    as_matrix : bool, default True
        Whether parameters of more dimensions are taken as matrices, with the first axis for rows
        and all others for columns.

    Raises
    ------
    ValueError
        If `alpha` is negative or not finite; when called, if the matrix isn't square.

    Notes
    -----
    The inverse solves Lyapunov's equation. Eigenvalues of matrices that are far from normal are
    sensitive to rounding, and :meth:`contains` allows for that.

    References
    ----------
    .. [1] G.-R. Duan and R. J. Patton (1998): A note on Hurwitz stability of matrices. Automatica
       34.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.expressions import Hurwitz
    >>> value = Hurwitz(0.5)((4, 4)).eval()
    >>> bool((np.linalg.eigvals(value).real < -0.499).all())
    True
    """

    names = ("factor", "damping", "skew")
    on_matrices = True

    def __init__(self, alpha: float = 0.0, init: Any = None, as_matrix: bool = True):
        alpha = checked_number(alpha, "alpha", self)
        if not 0 <= alpha < math.inf:
            raise ValueError(f"Hurwitz: alpha should be finite and at least 0, got {alpha!r}")
        self.alpha = alpha
        super().__init__(init, as_matrix)

    def check_shape(self, shape):
        check_square(self, shape)

    def forward(self, shape, factor, damping, skew):
        lower = T.tril(skew, -1)
        inner = lower - lower.T - T.dot(damping, damping.T) / 2
        one = T.eye(factor.shape[0], dtype=factor.dtype)
        return T.dot(factor, T.dot(factor.T, inner)) - self.alpha * one

    def backward(self, value):
        one = np.eye(len(value))
        shifted = value + self.alpha * one
        scale = max(np.abs(shifted).max(), 1e-30)
        solution = _lyapunov_solution(shifted / scale)
        if solution is None:
            self._refuse(f"an eigenvalue's real part is {-self.alpha:g}, the limit, more than once")
        inner = np.dot(solution, shifted) / scale
        eigenvalues, vectors = np.linalg.eigh(solution)
        factor = vectors * np.sqrt(scale / eigenvalues)
        eigenvalues, vectors = np.linalg.eigh(-(inner + inner.T))
        damping = vectors * np.sqrt(np.maximum(eigenvalues, ROUNDED))
        return factor, damping, np.tril(inner - inner.T, -1) / 2

    def reason_against(self, value, tolerance):
        eigenvalues, vectors = np.linalg.eig(value)
        allowed = tolerance * len(value) * min(np.linalg.cond(vectors), 1e3)
        largest = eigenvalues.real.max()
        if largest > allowed - self.alpha:
            return f"an eigenvalue's real part is {largest:.3g}, above {-self.alpha:g}"
        return None

    def nearest(self, value):
        largest = np.linalg.eigvals(value).real.max()
        room = 0.01 * max(np.abs(value).max(), 1e-6)
        beyond = largest + self.alpha
        # At the limit itself, some of the damping would be 0, and not move.
        return value if beyond < 0 else value - (beyond + room) * np.eye(len(value))


def _lyapunov_solution(matrix):
    """Find a P > 0 with P A + A' P <= 0 that is as well conditioned as can be had simply.

    By the eigenvectors its condition doesn't depend on how near the eigenvalues are to the limit.
    Where they are nearly parallel, Lyapunov's equation with a right-hand side of -I does better.
    """
    eigenvalues, vectors = np.linalg.eig(matrix)
    found = []
    if np.linalg.cond(vectors) < 1e7:
        rows = np.linalg.inv(vectors)
        found.append(np.dot(rows.conj().T, rows).real)
    if eigenvalues.real.max() < 0:
        one = np.eye(len(matrix))
        found.append(scipy.linalg.solve_continuous_lyapunov(matrix.T, -one))
    found = [(p + p.T) / 2 for p in found]
    return min((p / np.linalg.norm(p, 2) for p in found), key=np.linalg.cond, default=None)
