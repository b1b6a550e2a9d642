"""Arrays from files: the operation."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.op import Op
from pytensor.link.c.type import generic
from pytensor.tensor.type import TensorType

__all__ = ["LoadFromDisk"]


class LoadFromDisk(Op):
    """Load an array from a file; `theano.tensor.load` makes a variable by it."""

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
