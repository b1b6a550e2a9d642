"""Orthogonal matrices, and rectangular ones with orthonormal rows or columns."""

from typing import Any

import numpy as np
import theano
import theano.tensor as T
from theano.gradient import disconnected_grad
from theano.tensor.nlinalg import matrix_inverse
from theano.tensor.slinalg import (
    cholesky,
    solve,
    solve_lower_triangular,
    solve_upper_triangular,
)

from ..shape_inference import infer_shape
from .base import Expression, check_square

__all__ = ["Grassmannian", "Orthogonal", "SpecialOrthogonal", "expm"]

# Of the Padé approximant of degree 7, divided by the first, which keeps float32 in range.
_PADE = tuple(b / 17297280 for b in (17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1))
_SQUARINGS = {"float32": 2}  # each doubles the norms that are exact to rounding; 4 by default
_LIMIT = 128.0  # of a bound of generators' 1-norms, far above what turns anything into anything


def expm(matrix: theano.Variable) -> theano.Variable:
    r"""Compute the exponential of a square matrix, by scaling and squaring.

    It is made of products and one solution of linear equations, and so has gradients of every
    order. The Padé approximant of degree 7 is taken of the sixteenth part, and squared four times;
    in float32, which needs less, of the fourth part, and squared twice.

    Parameters
    ----------
    matrix : matrix
        Its 1-norm should be at most 15 for the precision of its dtype. A skew-symmetric matrix
        gives an orthogonal one far beyond that, up to norms of some 100 in float32.

    Returns
    -------
    matrix

    References
    ----------
    .. [1] N. J. Higham (2005): The scaling and squaring method for the matrix exponential
       revisited. SIAM J. Matrix Anal. Appl. 26.

    Examples
    --------
    >>> expm([[1.0, 1.0], [0.0, 1.0]]).eval().round(4).tolist()
    [[2.7183, 2.7183], [0.0, 2.7183]]
    """
    matrix = T.as_tensor_variable(matrix)
    squarings = _SQUARINGS.get(matrix.dtype, 4)
    b = _PADE
    a = matrix / 2.0**squarings
    one = T.eye(matrix.shape[0], dtype=matrix.dtype)
    a2 = T.dot(a, a)
    a4 = T.dot(a2, a2)
    a6 = T.dot(a4, a2)
    odd = T.dot(a, b[7] * a6 + b[5] * a4 + b[3] * a2 + b[1] * one)
    even = b[6] * a6 + b[4] * a4 + b[2] * a2 + b[0] * one
    result = solve(even - odd, even + odd)
    for _ in range(squarings):
        result = T.dot(result, result)
    return result


def cayley(matrix: theano.Variable) -> theano.Variable:
    """Compute ``(I - A)^-1 (I + A)``: orthogonal for a skew-symmetric matrix."""
    one = T.eye(matrix.shape[0], dtype=matrix.dtype)
    return 2 * matrix_inverse(one - matrix) - one


def orthonormal_columns(
    generators: theano.Variable, base: theano.Variable, method: str = "expm"
) -> theano.Variable:
    """Turn the first columns of an orthogonal matrix by a rotation.

    Parameters
    ----------
    generators : matrix of rows x columns
        What is below its diagonal generates the rotation; 0 for none.
    base : matrix of rows x rows
        An orthogonal matrix.
    method : {"expm", "cayley"}, default "expm"
        How a skew-symmetric matrix becomes a rotation.

    Returns
    -------
    matrix of rows x columns
    """
    rows, columns = infer_shape(generators)
    lower = _within_limit(T.tril(generators, -1))
    if 2 * columns <= rows:
        turn = _turned_by_expm if method == "expm" else _turned_by_cayley
        turned = turn(lower[:columns] - lower[:columns].T, lower[columns:])
    else:
        if columns < rows:
            rest = T.zeros((rows, rows - columns), dtype=lower.dtype)
            lower = T.concatenate([lower, rest], axis=1)
        skew = lower - lower.T
        turned = (expm(skew) if method == "expm" else cayley(skew / 2))[:, :columns]
    return T.dot(base, _polished(turned))


def _within_limit(lower):
    """Shrink what generates a rotation so fast that rounding would leave nothing orthogonal."""
    size = abs(lower).sum(axis=0).max() + abs(lower).sum(axis=1).max()
    return lower * (_LIMIT / T.maximum(size, _LIMIT))


# A matrix of few columns, k, is turned within a space of 2 k dimensions: only products see the
# others. With S the skew-symmetric matrix of the first k rows, and B what is below, the generator
# of the rotation is A = [S, -B'; B, 0], and what is asked for are the first k columns.


def _turned_by_expm(skew, below):
    """Compute the first columns of the exponential.

    A maps [x; B y] to [S x - B'B y; B x]. So on (x, R y), with any invertible R, it acts as the
    matrix of twice k rows that is exponentiated here; for the root R of B'B, that is as
    skew-symmetric as A, and numbers stay small. The result is the same for all R, which therefore
    needs no gradient.
    """
    columns = below.shape[1]
    one = T.eye(columns, dtype=below.dtype)
    gram = T.dot(below.T, below)
    # What keeps the root apart from 0 is lost in the rounding of the largest elements.
    rounding = np.array(10 * np.finfo(below.dtype).eps, below.dtype)
    lift = rounding * (T.diagonal(gram).sum() + 1)
    root = cholesky(disconnected_grad(gram + lift * one))
    inverse = disconnected_grad(solve_lower_triangular(root, one)).T
    directions = T.dot(below, inverse)
    upper = T.concatenate([skew, -T.dot(below.T, directions)], axis=1)
    lower = T.concatenate([disconnected_grad(root).T, T.zeros_like(skew)], axis=1)
    rotation = expm(T.concatenate([upper, lower], axis=0))[:, :columns]
    return T.concatenate([rotation[:columns], T.dot(directions, rotation[columns:])], axis=0)


def _turned_by_cayley(skew, below):
    """Compute the first columns of the Cayley map, of which elimination leaves one of k rows."""
    half = below / 2
    top = cayley(skew / 2 - T.dot(half.T, half))
    one = T.eye(below.shape[1], dtype=below.dtype)
    return T.concatenate([top, T.dot(half, one + top)], axis=0)


def _polished(q):
    """Take one step of Newton and Schulz, which removes what rounding has left of a deviation.

    The gradient passes it by: that of so small a step is lost in rounding, too.
    """
    return q + disconnected_grad(0.5 * (q - T.dot(q, T.dot(q.T, q))))


def completed(q: np.ndarray) -> np.ndarray:
    """Add columns to orthonormal ones, up to a square orthogonal matrix."""
    rows, columns = q.shape
    if rows == columns:
        return q
    full = np.linalg.svd(q, full_matrices=True)[0]
    return np.concatenate([q, full[:, columns:]], axis=1)


def polar(value: np.ndarray) -> np.ndarray:
    """Find the nearest matrix with orthonormal rows or columns, whichever are fewer."""
    u, _, vt = np.linalg.svd(value, full_matrices=False)
    return np.dot(u, vt)


class Orthogonal(Expression):
    r"""Orthogonal matrices; rectangular ones with orthonormal rows or columns (Stiefel).

    With :math:`A` a skew-symmetric matrix that is learned, and :math:`B` one that is fixed and
    orthogonal, the value is :math:`B e^A` (matrix exponential), or
    :math:`B (I - A/2)^{-1} (I + A/2)` (Cayley map); the first columns of it, if there are more
    rows than columns, and their transpose in the opposite case. Or it is a product of Householder
    reflections :math:`I - 2 v_i v_i^T / (v_i^T v_i)`, one for each column, with columns' signs that
    are fixed.

    It starts at the orthogonal factor of the sample's polar decomposition, the orthogonal matrix
    that is nearest to it. :math:`B` is where it starts, so that :math:`A` starts at 0.

    Parameters
    ----------
    init : callable or array, default GlorotUniform()
        What the parameter starts from.
    method : {"expm", "cayley", "householder"}, default "expm"
        The map.
    as_matrix : bool, default True
        Whether parameters of more dimensions, filters for example, are taken as matrices, with
        the first axis for rows and all others for columns.

    Raises
    ------
    ValueError
        If `method` is none of these.

    Notes
    -----
    Gradients never vanish at the start. The determinant of a square matrix keeps its sign. With
    the Cayley map and a large :math:`A`, they become small. An :math:`A` whose 1-norm may be
    above 128 is scaled down, as rounding would leave nothing orthogonal of what it generates.

    A matrix with few columns or rows costs little: what is exponentiated has twice as many.

    References
    ----------
    .. [1] M. Lezcano-Casado and D. Martínez-Rubio (2019): Cheap orthogonal constraints in neural
       networks: a simple parametrization of the orthogonal and unitary group. ICML.
    .. [2] K. Helfrich, D. Willmott and Q. Ye (2018): Orthogonal recurrent neural networks with
       scaled Cayley transform. ICML.
    .. [3] Z. Mhammedi, A. Hellicar, A. Rahman and J. Bailey (2017): Efficient orthogonal
       parametrisation of recurrent neural networks using Householder reflections. ICML.
    .. [4] T. Joffrain, T. M. Low, E. S. Quintana-Ortí, R. van de Geijn and F. G. Van Zee (2006):
       Accumulating Householder transformations, revisited. ACM Trans. Math. Softw. 32. For the
       product of all reflections at once.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.expressions import Orthogonal
    >>> q = Orthogonal()((3, 2)).eval()
    >>> bool(np.allclose(np.dot(q.T, q), np.eye(2), atol=1e-5))
    True
    """

    names = ("generators", "base")
    fixed = ("base", "signs")
    on_matrices = True

    def __init__(self, init: Any = None, method: str = "expm", as_matrix: bool = True):
        methods = ("expm", "cayley", "householder")
        if method not in methods:
            raise ValueError(
                f"{type(self).__name__}: method should be one of {methods}, got {method!r}"
            )
        self.method = method
        if method == "householder":
            self.names = ("reflections", "signs")
        super().__init__(init, as_matrix)

    def forward(self, shape, generators, other):
        tall = self._reflect if self.method == "householder" else self._rotate
        columns = tall(generators, other)
        return columns.T if shape is not None and shape[0] < shape[1] else columns

    def _rotate(self, generators, base):
        return orthonormal_columns(generators, base, self.method)

    def _reflect(self, reflections, signs):
        rows, columns = infer_shape(reflections)
        v = T.tril(reflections)
        v = v / T.sqrt(T.sqr(v).sum(axis=0, keepdims=True) + 1e-20)
        one = T.eye(columns, dtype=v.dtype)
        inner = T.triu(T.dot(v.T, v), 1) + one / 2
        turned = T.dot(v, solve_upper_triangular(inner, v[:columns].T))
        return _polished(T.eye(rows, columns, dtype=v.dtype) - turned) * signs

    def backward(self, value):
        tall = value if value.shape[0] >= value.shape[1] else value.T
        if self.method == "householder":
            return _reflections(tall)
        return np.zeros(tall.shape), completed(tall)

    def reason_against(self, value, tolerance):
        tall = value if value.shape[0] >= value.shape[1] else value.T
        deviation = np.abs(np.dot(tall.T, tall) - np.eye(tall.shape[1])).max()
        if deviation > tolerance:
            which = "columns" if tall is value else "rows"
            return f"its {which} aren't orthonormal to within {tolerance:.0e}, but {deviation:.1e}"
        return None

    def nearest(self, value):
        return polar(value)


def _reflections(q):
    """Write orthonormal columns as a product of reflections and signs."""
    rows, columns = q.shape
    rest = np.array(q, dtype="float64")
    vectors, signs = np.zeros((rows, columns)), np.zeros(columns)
    for i in range(columns):
        v = np.zeros(rows)
        v[i:] = rest[i:, i]
        sign = 1.0 if v[i] >= 0 else -1.0
        v[i] += sign * np.linalg.norm(v)
        rest -= np.outer(v, np.dot(v, rest)) * (2 / np.dot(v, v))
        vectors[:, i], signs[i] = v, -sign
    return vectors, signs


class SpecialOrthogonal(Orthogonal):
    r"""Rotations: square orthogonal matrices whose determinant is 1; see `Orthogonal`.

    Parameters
    ----------
    init : callable or array, default GlorotUniform()
        What the parameter starts from.
    method : {"expm", "cayley", "householder"}, default "expm"
        The map.
    as_matrix : bool, default True
        Whether parameters of more dimensions are taken as matrices.

    Raises
    ------
    ValueError
        If `method` is none of these; when called, if the matrix isn't square.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.expressions import SpecialOrthogonal
    >>> round(float(np.linalg.det(SpecialOrthogonal()((3, 3)).eval())), 4)
    1.0
    """

    def check_shape(self, shape):
        check_square(self, shape)

    def reason_against(self, value, tolerance):
        reason = super().reason_against(value, tolerance)
        if reason is None and np.linalg.det(value) < 0:
            return "its determinant is -1"
        return reason

    def nearest(self, value):
        u, _, vt = np.linalg.svd(value)
        if np.linalg.det(u) * np.linalg.det(vt) < 0:
            u[:, -1] = -u[:, -1]
        return np.dot(u, vt)


class Grassmannian(Orthogonal):
    r"""Orthonormal columns (or rows) that stand for the space that they span.

    As `Orthogonal`, but what would only turn the columns within their space isn't learned: of
    the skew-symmetric :math:`A` only the block of the last rows and the first columns. A tall
    matrix of :math:`n \times k` has :math:`(n - k) k` learned numbers.

    Parameters
    ----------
    init : callable or array, default GlorotUniform()
        What the parameter starts from.
    method : {"expm", "cayley"}, default "expm"
        The map.
    as_matrix : bool, default True
        Whether parameters of more dimensions are taken as matrices, with the first axis for rows
        and all others for columns.

    Raises
    ------
    ValueError
        If `method` is neither; when called, if the matrix is square: all such columns span the
        same space.

    References
    ----------
    .. [1] A. Edelman, T. A. Arias and S. T. Smith (1998): The geometry of algorithms with
       orthogonality constraints. SIAM J. Matrix Anal. Appl. 20.

    Examples
    --------
    >>> from lasagne_expr.expressions import Grassmannian
    >>> from lasagne_expr.layers import DenseLayer, count_params
    >>> count_params(DenseLayer((None, 5), 2, W=Grassmannian(), b=None), trainable=True)
    6
    """

    def __init__(self, init: Any = None, method: str = "expm", as_matrix: bool = True):
        if method not in ("expm", "cayley"):
            raise ValueError(f"Grassmannian: method should be 'expm' or 'cayley', got {method!r}")
        super().__init__(init, method, as_matrix)

    def check_shape(self, shape):
        if shape[0] == shape[1]:
            self._refuse_shape(shape, "all square ones span the same space")

    def _rotate(self, generators, base):
        columns = infer_shape(generators)[1]
        above = T.zeros((columns, columns), dtype=generators.dtype)
        return super()._rotate(T.concatenate([above, generators], axis=0), base)

    def backward(self, value):
        generators, base = super().backward(value)
        return generators[generators.shape[1] :], base
