"""Arrays from files."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.op import Op
from pytensor.link.c.type import generic
from pytensor.tensor.type import TensorType
from theano.missing import explain_missing

__all__ = ["LoadFromDisk", "load", "mpi_enabled"]

__getattr__ = explain_missing(__name__)

mpi_enabled = False


class LoadFromDisk(Op):
    """Load an array from a file; :func:`load` makes a variable by it."""

    __props__ = ("dtype", "broadcastable", "mmap_mode")

    def __init__(self, dtype: Any, broadcastable: Sequence[bool], mmap_mode: "str | None" = None):
        if mmap_mode not in (None, "c"):
            raise ValueError(f"mmap_mode should be None or 'c', got {mmap_mode!r}")
        self.dtype = str(np.dtype(dtype))
        self.broadcastable = tuple(broadcastable)
        self.mmap_mode = mmap_mode

    def make_node(self, path: "str | Variable") -> Apply:
        if isinstance(path, str):
            path = Constant(generic, path)
        return Apply(self, [path], [TensorType(self.dtype, self.broadcastable)()])

    def perform(self, node: Apply, inputs: Sequence, output_storage: list) -> None:
        (path,) = inputs
        if path.endswith(".npz"):
            raise ValueError(f"expected a .npy file, got {path}")
        array = np.load(path, mmap_mode=self.mmap_mode)
        if array.dtype != self.dtype:
            raise TypeError(f"expected an array of {self.dtype}, but {path} has {array.dtype}")
        output_storage[0][0] = array


def load(
    path: "str | Variable",
    dtype: Any,
    broadcastable: Sequence[bool],
    mmap_mode: "str | None" = None,
) -> Variable:
    """Load an array from a .npy file whenever a function is called.

    Parameters
    ----------
    path : str
    dtype : str or numpy.dtype
        The array's dtype.
    broadcastable : sequence of bool
        For each of its axes, whether it has size 1.
    mmap_mode : {None, "c"}, optional
        With "c" only those parts of the file are read that are used.

    Returns
    -------
    tensor variable
        JAX can't compile it, so PyTensor interprets what it is part of.
    """
    return LoadFromDisk(dtype, broadcastable, mmap_mode)(path)


def _needs_mpi(*arguments: Any, **options: Any) -> None:
    """Say that there is no MPI."""
    raise NotImplementedError(
        "Theano's operations for MPI aren't there: use mpi4py or jax.distributed outside of graphs"
    )


isend = send = irecv = recv = _needs_mpi
MPIRecv = MPIRecvWait = MPISend = MPISendWait = _needs_mpi
