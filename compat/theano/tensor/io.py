"""Arrays from files."""

from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Variable
from theano.missing import explain_missing
from theano.ops.load import LoadFromDisk

__all__ = ["LoadFromDisk", "load", "mpi_enabled"]

__getattr__ = explain_missing(__name__)

mpi_enabled = False


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
