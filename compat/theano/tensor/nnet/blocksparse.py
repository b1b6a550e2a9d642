"""Products of matrices of which an index chooses the blocks that are computed."""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor.type import discrete_dtypes
from theano.missing import explain_missing

__all__ = [
    "SparseBlockGemv",
    "SparseBlockOuter",
    "sparse_block_dot",
    "sparse_block_gemv",
    "sparse_block_gemv_inplace",
    "sparse_block_outer",
    "sparse_block_outer_inplace",
]

__getattr__ = explain_missing(__name__)


class _OfBlocks:
    """What the operations have in common.

    Parameters
    ----------
    inplace
        Taken, and without effect.
    """

    def __init__(self, inplace: bool = False):
        self.inplace = inplace


class SparseBlockGemv(_OfBlocks):
    """Add the products of chosen blocks to a tensor."""

    def __call__(self, o: Any, W: Any, h: Any, inputIdx: Any, outputIdx: Any) -> Variable:
        """Compute ``o[b, j] + sum_i dot(h[b, i], W[inputIdx[b, i], outputIdx[b, j]])``.

        Parameters
        ----------
        o : tensor of shape ``(batch, chosen outputs, output size)``
            What is added to.
        W : tensor of shape ``(input blocks, output blocks, input size, output size)``
            The matrices.
        h : tensor of shape ``(batch, chosen inputs, input size)``
            The vectors.
        inputIdx, outputIdx : integer matrices
            Which of the blocks `h` and `o` stand for, in each row of the batch.

        Returns
        -------
        tensor of the shape of `o`

        Raises
        ------
        TypeError
            If a number of dimensions is another, or an index isn't of integers.
        """
        o, W, h = _checked({"o": (o, 3), "W": (W, 4), "h": (h, 3)})
        rows, columns = _checked({"inputIdx": (inputIdx, 2), "outputIdx": (outputIdx, 2)}, True)
        blocks = W[rows[:, :, None], columns[:, None, :]].dimshuffle(0, 1, 3, 2, 4)
        batch, n_in, in_size, n_out, out_size = blocks.shape
        blocks = blocks.reshape((batch, n_in * in_size, n_out * out_size))
        product = pt.matmul(h.reshape((batch, 1, n_in * in_size)), blocks)
        return o + product.reshape((batch, n_out, out_size))


class SparseBlockOuter(_OfBlocks):
    """Add the outer products of vectors to chosen blocks of a tensor."""

    def __call__(self, o: Any, x: Any, y: Any, xIdx: Any, yIdx: Any, alpha: Any = None) -> Variable:
        """Add ``alpha * outer(x[b, i], y[b, j])`` to ``o[xIdx[b, i], yIdx[b, j]]``.

        Parameters
        ----------
        o : tensor of shape ``(x blocks, y blocks, x size, y size)``
            What is added to.
        x, y : tensors of shapes ``(batch, chosen, size)``
            The vectors.
        xIdx, yIdx : integer matrices of shapes ``(batch, chosen)``
            Which of the blocks they stand for.
        alpha : scalar, optional
            A factor.

        Returns
        -------
        tensor of the shape of `o`

        Raises
        ------
        TypeError
            If a number of dimensions is another, or an index isn't of integers.
        """
        o, x, y = _checked({"o": (o, 4), "x": (x, 3), "y": (y, 3)})
        rows, columns = _checked({"xIdx": (xIdx, 2), "yIdx": (yIdx, 2)}, True)
        products = x[:, :, None, :, None] * y[:, None, :, None, :]
        if alpha is not None:
            products = alpha * products
        return pt.inc_subtensor(o[rows[:, :, None], columns[:, None, :]], products.astype(o.dtype))


def _checked(tensors, integers=False):
    """Make variables, each with its number of dimensions."""
    variables = {name: pt.as_tensor_variable(value) for name, (value, _) in tensors.items()}
    for name, variable in variables.items():
        ndim = tensors[name][1]
        if variable.ndim != ndim:
            raise TypeError(f"{name} must have {ndim} dimensions, and has {variable.ndim}")
        if integers and variable.dtype not in discrete_dtypes:
            raise TypeError(f"{name} must be of integers, and is of {variable.dtype}")
    return variables.values()


sparse_block_gemv = SparseBlockGemv(False)
sparse_block_gemv_inplace = SparseBlockGemv(True)
sparse_block_outer = SparseBlockOuter(False)
sparse_block_outer_inplace = SparseBlockOuter(True)


def sparse_block_dot(W: Any, h: Any, inputIdx: Any, b: Any, outputIdx: Any) -> Variable:
    """Compute a layer of which each example uses some blocks of inputs and outputs only.

    Parameters
    ----------
    W : tensor of shape ``(input blocks, output blocks, input size, output size)``
        The weights.
    h : tensor of shape ``(batch, chosen inputs, input size)``
        The inputs; without the first axis for a single example.
    inputIdx, outputIdx : integers of shapes ``(batch, chosen)``
        Which blocks are used. The first axis goes with that of `h`.
    b : tensor of shape ``(output blocks, output size)``
        The biases.

    Returns
    -------
    tensor of shape ``(batch, chosen outputs, output size)``

    Examples
    --------
    >>> import numpy as np
    >>> W, b = np.arange(4.0).reshape(2, 2, 1, 1), np.zeros((2, 1))
    >>> sparse_block_dot(W, [[[10.0]]], [[1]], b, [[0, 1]]).eval().tolist()
    [[[20.0], [30.0]]]
    """
    h, rows, columns = map(pt.as_tensor_variable, (h, inputIdx, outputIdx))
    if h.ndim == 2:
        h, rows, columns = (v.dimshuffle("x", *range(v.ndim)) for v in (h, rows, columns))
    return sparse_block_gemv(pt.as_tensor_variable(b)[columns], W, h, rows, columns)
