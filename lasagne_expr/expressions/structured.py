"""Matrices with a structure: symmetric, triangular, of blocks, or repeating their elements."""

import math
from typing import Any

import numpy as np
import theano.tensor as T

from .base import Expression, check_square, required

__all__ = [
    "BlockDiagonal",
    "Circulant",
    "Diagonal",
    "Kronecker",
    "SkewSymmetric",
    "Symmetric",
    "Toeplitz",
    "Triangular",
]


class _Linear(Expression):
    """A linear subspace of matrices: what is nearest is what goes back and forth unchanged."""

    on_matrices = True

    def _describe(self):
        return type(self).__name__.lower()

    def reason_against(self, value, tolerance):
        deviation = np.abs(value - self.nearest(value)).max()
        if deviation > tolerance:
            return f"not {self._describe()} to within {tolerance:.0e}, but {deviation:.1e}"
        return None


class _Square(_Linear):
    """Square matrices only."""

    def check_shape(self, shape):
        check_square(self, shape)


class Symmetric(_Square):
    r"""Symmetric matrices: :math:`U + U^T` but for the diagonal, which isn't doubled.

    Only the upper triangle :math:`U` of the variable is used and learned.

    Parameters
    ----------
    init : callable or array, default GlorotUniform()
        What the parameter starts from: the mean of it and its transpose.
    as_matrix : bool, default True
        Whether parameters of more dimensions are taken as matrices, with the first axis for rows
        and all others for columns.

    Examples
    --------
    >>> from lasagne_expr.expressions import Symmetric
    >>> Symmetric().project([[1.0, 2.0], [4.0, 3.0]]).tolist()
    [[1.0, 3.0], [3.0, 3.0]]
    """

    names = ("upper",)

    def forward(self, shape, upper):
        half = T.triu(upper) / 2 + T.triu(upper, 1) / 2
        return half + half.T

    def backward(self, value):
        return np.triu(value)

    def nearest(self, value):
        return (value + value.T) / 2


class SkewSymmetric(_Square):
    r"""Skew-symmetric matrices: :math:`U - U^T`, with zeros on the diagonal.

    Only what is above the diagonal of the variable is used and learned.

    Parameters
    ----------
    init : callable or array, default GlorotUniform()
        What the parameter starts from: half the difference of it and its transpose.
    as_matrix : bool, default True
        Whether parameters of more dimensions are taken as matrices, with the first axis for rows
        and all others for columns.

    Examples
    --------
    >>> from lasagne_expr.expressions import SkewSymmetric
    >>> SkewSymmetric().project([[1.0, 2.0], [4.0, 3.0]]).tolist()
    [[0.0, -1.0], [1.0, 0.0]]
    """

    names = ("upper",)

    def _describe(self):
        return "skew-symmetric"

    def forward(self, shape, upper):
        upper = T.triu(upper, 1)
        return upper - upper.T

    def backward(self, value):
        return np.triu(value, 1)

    def nearest(self, value):
        return (value - value.T) / 2


class Triangular(_Linear):
    r"""Triangular matrices, square or not: zeros above the diagonal, or below it.

    Parameters
    ----------
    init : callable or array, default GlorotUniform()
        What the parameter starts from; the other triangle is left out.
    lower : bool, default True
        Whether the lower triangle is kept, rather than the upper.
    as_matrix : bool, default True
        Whether parameters of more dimensions are taken as matrices, with the first axis for rows
        and all others for columns.

    Examples
    --------
    >>> from lasagne_expr.expressions import Triangular
    >>> Triangular(lower=False).project([[1.0, 2.0], [4.0, 3.0]]).tolist()
    [[1.0, 2.0], [0.0, 3.0]]
    """

    names = ("triangle",)

    def __init__(self, init: Any = None, lower: bool = True, as_matrix: bool = True):
        self.lower = bool(lower)
        super().__init__(init, as_matrix)

    def _describe(self):
        return f"{'lower' if self.lower else 'upper'} triangular"

    def forward(self, shape, triangle):
        return T.tril(triangle) if self.lower else T.triu(triangle)

    def backward(self, value):
        return self.nearest(value)

    def nearest(self, value):
        return np.tril(value) if self.lower else np.triu(value)


class Diagonal(_Linear):
    r"""Diagonal matrices, square or not, of a vector that is learned.

    Parameters
    ----------
    init : callable or array, default GlorotUniform()
        What the parameter starts from; all but the diagonal is left out.
    as_matrix : bool, default True
        Whether parameters of more dimensions are taken as matrices, with the first axis for rows
        and all others for columns.

    Examples
    --------
    >>> from lasagne_expr.expressions import Diagonal
    >>> Diagonal().inverse([[1.0, 0.0, 0.0], [0.0, 3.0, 0.0]])[0].tolist()
    [1.0, 3.0]
    """

    names = ("diagonal",)

    def forward(self, shape, diagonal):
        if shape is None:
            return T.eye(diagonal.shape[0], dtype=diagonal.dtype) * diagonal
        one = T.eye(*shape, dtype=diagonal.dtype)
        return one * diagonal[:, None] if shape[0] <= shape[1] else one * diagonal

    def backward(self, value):
        return np.diag(value).copy()

    def nearest(self, value):
        return np.eye(*value.shape) * value


class BlockDiagonal(_Linear):
    r"""Matrices of equal blocks along the diagonal, and zeros elsewhere.

    A dense layer with such weights splits its inputs and units into groups, as a grouped
    convolution does.

    Parameters
    ----------
    blocks : int
        The number of blocks, by which rows and columns can be divided.
    init : callable or array, default GlorotUniform()
        What the parameter starts from; all but the blocks is left out.
    as_matrix : bool, default True
        Whether parameters of more dimensions are taken as matrices, with the first axis for rows
        and all others for columns.

    Raises
    ------
    ValueError
        If `blocks` isn't a positive integer; when called, if rows or columns can't be divided.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.expressions import BlockDiagonal
    >>> BlockDiagonal(2).project(np.ones((2, 4))).tolist()
    [[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]]
    """

    names = ("blocks",)

    def __init__(self, blocks: int, init: Any = None, as_matrix: bool = True):
        if isinstance(blocks, bool) or not isinstance(blocks, (int, np.integer)) or blocks < 1:
            raise ValueError(f"BlockDiagonal: blocks should be a positive integer, got {blocks!r}")
        self.blocks = int(blocks)
        super().__init__(init, as_matrix)

    def _describe(self):
        return f"made of {self.blocks} blocks along the diagonal"

    def check_shape(self, shape):
        if shape[0] % self.blocks or shape[1] % self.blocks:
            self._refuse_shape(shape, f"a size isn't a multiple of {self.blocks}")

    def forward(self, shape, blocks):
        rows, columns = blocks.shape[1], blocks.shape[2]
        one = T.eye(self.blocks, dtype=blocks.dtype)
        grid = one.dimshuffle(0, "x", 1, "x") * blocks.dimshuffle(0, 1, "x", 2)
        return grid.reshape((self.blocks * rows, self.blocks * columns))

    def _grid(self, value):
        rows, columns = (size // self.blocks for size in value.shape)
        return value.reshape(self.blocks, rows, self.blocks, columns)

    def backward(self, value):
        each = np.arange(self.blocks)
        return self._grid(value)[each, :, each, :]

    def nearest(self, value):
        one = np.eye(self.blocks)[:, None, :, None]
        return (one * self._grid(value)).reshape(value.shape)


class _Repeating(_Linear):
    """Matrices that repeat the elements of a vector: those with the same index are equal."""

    def _index(self, shape):
        raise NotImplementedError

    def forward(self, shape, elements):
        return elements[self._index(required(shape, self))]

    def backward(self, value):
        index = self._index(value.shape).ravel()
        return np.bincount(index, value.ravel()) / np.bincount(index)

    def nearest(self, value):
        return self.backward(value)[self._index(value.shape)]


class Toeplitz(_Repeating):
    r"""Matrices with equal elements along each diagonal: element :math:`i, j` is :math:`d_{i-j}`.

    Such a matrix is a one-dimensional convolution. The variable has the diagonals from the upper
    right to the lower left.

    Parameters
    ----------
    init : callable or array, default GlorotUniform()
        What the parameter starts from: the means along its diagonals.
    as_matrix : bool, default True
        Whether parameters of more dimensions are taken as matrices, with the first axis for rows
        and all others for columns.

    Examples
    --------
    >>> from lasagne_expr.expressions import Toeplitz
    >>> Toeplitz().project([[1.0, 2.0], [4.0, 3.0]]).tolist()
    [[2.0, 2.0], [4.0, 2.0]]
    """

    names = ("diagonals",)

    def _index(self, shape):
        rows, columns = shape
        return np.arange(rows)[:, None] - np.arange(columns) + columns - 1


class Circulant(_Repeating):
    r"""Square matrices whose columns are the first one, moved round: :math:`c_{(i-j) \bmod n}`.

    Such a matrix is a one-dimensional convolution on a ring.

    Parameters
    ----------
    init : callable or array, default GlorotUniform()
        What the parameter starts from: the means along its diagonals, which go on at the other
        side.
    as_matrix : bool, default True
        Whether parameters of more dimensions are taken as matrices, with the first axis for rows
        and all others for columns.

    References
    ----------
    .. [1] Y. Cheng, F. X. Yu, R. S. Feris, S. Kumar, A. Choudhary and S.-F. Chang (2015): An
       exploration of parameter redundancy in deep networks with circulant projections. ICCV.

    Examples
    --------
    >>> from lasagne_expr.expressions import Circulant
    >>> Circulant().project([[1.0, 2.0], [4.0, 3.0]]).tolist()
    [[2.0, 3.0], [3.0, 2.0]]
    """

    names = ("column",)

    def check_shape(self, shape):
        check_square(self, shape)

    def _index(self, shape):
        rows, columns = shape
        return (np.arange(rows)[:, None] - np.arange(columns)) % rows


class Kronecker(Expression):
    r"""Kronecker products :math:`A \otimes B`: a matrix of multiples of a smaller one.

    It starts at the best approximation of the sample (Van Loan and Pitsianis).

    Parameters
    ----------
    left_shape : tuple of two int
        The shape of :math:`A`, whose sizes divide those of the parameter.
    init : callable or array, default GlorotUniform()
        What the parameter starts from.
    as_matrix : bool, default True
        Whether parameters of more dimensions are taken as matrices, with the first axis for rows
        and all others for columns.

    Raises
    ------
    ValueError
        If `left_shape` isn't two positive integers; when called, if they don't divide the
        parameter's sizes.

    Notes
    -----
    The gradient vanishes where both factors are 0.

    References
    ----------
    .. [1] C. F. Van Loan and N. Pitsianis (1993): Approximation with Kronecker products. In:
       Linear algebra for large scale and real-time applications.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.expressions import Kronecker
    >>> product = np.kron([[1.0, 2.0]], [[3.0], [4.0]])
    >>> left, right = Kronecker((1, 2)).inverse(product)
    >>> bool(np.allclose(np.kron(left, right), product))
    True
    """

    names = ("left", "right")
    on_matrices = True

    def __init__(self, left_shape: tuple, init: Any = None, as_matrix: bool = True):
        left_shape = tuple(left_shape) if np.ndim(left_shape) else (left_shape,)
        if len(left_shape) != 2 or not all(
            isinstance(size, (int, np.integer)) and size > 0 for size in left_shape
        ):
            raise ValueError(
                f"Kronecker: left_shape should be two positive integers, got {left_shape!r}"
            )
        self.left_shape = left_shape
        super().__init__(init, as_matrix)

    def check_shape(self, shape):
        if shape[0] % self.left_shape[0] or shape[1] % self.left_shape[1]:
            self._refuse_shape(shape, f"its left factor has shape {self.left_shape}")

    def forward(self, shape, left, right):
        products = T.dot(left.reshape((-1, 1)), right.reshape((1, -1)))
        grid = products.reshape((*left.shape, *right.shape)).dimshuffle(0, 2, 1, 3)
        return grid.reshape((left.shape[0] * right.shape[0], left.shape[1] * right.shape[1]))

    def _right_shape(self, value):
        return tuple(size // part for size, part in zip(value.shape, self.left_shape, strict=True))

    def _arranged(self, value):
        """Lay out a matrix so that it is of rank 1 where it is a Kronecker product."""
        (a, b), (c, d) = self.left_shape, self._right_shape(value)
        return value.reshape(a, c, b, d).transpose(0, 2, 1, 3).reshape(a * b, c * d)

    def backward(self, value):
        u, s, vt = np.linalg.svd(self._arranged(value), full_matrices=False)
        root = math.sqrt(s[0])
        left = u[:, 0] * (root if root > 1e-12 else 1.0)
        return left.reshape(self.left_shape), (root * vt[0]).reshape(self._right_shape(value))

    def reason_against(self, value, tolerance):
        deviation = np.abs(value - self.nearest(value)).max()
        if deviation > tolerance:
            right = self._right_shape(value)
            return (
                f"no Kronecker product of shapes {self.left_shape} and {right} to within "
                f"{tolerance:.0e}, but {deviation:.1e}"
            )
        return None

    def nearest(self, value):
        return np.kron(*self.backward(value))
