"""Draws of uniform numbers by MRG31k3p, the generator of `theano.sandbox.rng_mrg`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import disconnected_type
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op
from pytensor.tensor.basic import infer_static_shape
from pytensor.tensor.type import TensorType

__all__ = ["M1", "M2", "lengths_of", "mrg_uniform", "next_state", "number_of", "to_unit_interval"]

# The moduli of the two recurrences.
M1 = 2**31 - 1
M2 = 2**31 - 21069

# NumPy and JAX share the arithmetic below, on uint32, which holds every sum before its reduction
# and wraps around alike in both.
_u = np.uint32


def next_state(state: Sequence, minimum: Callable) -> tuple:
    """Each stream's next state; `state` is six uint32 vectors, newest number first."""

    def reduce(number: Any, modulus: int) -> Any:
        # number < 2 modulus; if it is below the modulus, the difference wraps to a larger one.
        return minimum(number, number - _u(modulus))

    def times_2p15(number: Any) -> Any:
        return reduce(((number & _u(0xFFFF)) << _u(15)) + _u(21069) * (number >> _u(16)), M2)

    x11, x12, x13, x21, x22, x23 = state
    new1 = ((x12 & _u(0x1FF)) << _u(22)) + (x12 >> _u(9))
    new1 = reduce(new1 + ((x13 & _u(0xFFFFFF)) << _u(7)) + (x13 >> _u(24)), M1)
    new1 = reduce(new1 + x13, M1)
    new2 = reduce(times_2p15(x23) + x23, M2)
    new2 = reduce(new2 + times_2p15(x21), M2)
    return new1, x11, x12, new2, x21, x22


def to_unit_interval(state: Sequence, dtype: str, where: Callable) -> Any:
    """Each stream's newest number, scaled to (0, 1) with the constants of Theano's C code."""
    x1, x2 = state[0], state[3]
    number = where(x1 <= x2, x1 - x2 + _u(M1), x1 - x2).astype(np.int32)
    if dtype == "float16":
        number = (number & np.int32(0x7FFF)) + np.int32(1)
        return (number.astype(np.float32) * np.float32(np.float16(3.0458e-05))).astype(np.float16)
    if dtype == "float32":
        # The float before 2^-31, so that the largest number stays below 1.
        return number.astype(np.float32) * np.float32(4.6566126e-10)
    return number.astype(np.float64) * 2.0**-31


def _draw_numpy(rstate: np.ndarray, size: int, used: Any, dtype: str) -> tuple:
    """New states, and `size` numbers, of which the first `used` count (all if None), in NumPy."""
    n_streams = len(rstate)
    used = size if used is None else int(used)
    state = tuple(rstate.T.astype(np.uint32))
    numbers = np.empty(size, dtype)
    for start in range(0, size, n_streams):
        new = next_state(state, np.minimum)
        numbers[start : start + n_streams] = to_unit_interval(new, dtype, np.where)[: size - start]
        keep = max(0, min(n_streams, used - start))
        state = tuple(
            np.append(after[:keep], old[keep:]) for after, old in zip(new, state, strict=True)
        )
    return np.stack(state, axis=1).astype(np.int32), numbers


class mrg_uniform(Op):
    """Draw from the uniform distribution on (0, 1): state and shape to new state and numbers.

    Parameters
    ----------
    dtype : str
        ``"float16"``, ``"float32"`` or ``"float64"``.
    partial : bool
        Whether a count comes before the lengths of the dimensions. Then the streams go on only by
        so many numbers, and the next call draws the others again.
    """

    __props__ = ("dtype", "partial")
    # Have a graph that is rebuilt for inputs of known shape ask for the static shape again.
    _output_type_depends_on_input_value = True

    def __init__(self, dtype: str, partial: bool = False) -> None:
        if dtype not in ("float16", "float32", "float64"):
            raise TypeError(
                f"random numbers are drawn as float16, float32 or float64, not {dtype}; "
                "cast them afterwards"
            )
        self.dtype = dtype
        self.partial = partial

    @classmethod
    def new(cls, rstate: Variable, ndim: int | None, dtype: str, size: Any) -> list[Variable]:
        """New state and numbers, for a size that is a tuple or a vector variable."""
        return cls(dtype)(rstate, *lengths_of(size, ndim))

    def make_node(self, rstate: Variable, *lengths: Any) -> Apply:
        rstate = pt.as_tensor_variable(rstate)
        if rstate.type.dtype != "int32" or rstate.type.ndim != 2:
            raise TypeError(f"the state must be a matrix of int32, not {rstate.type}")
        lengths, static_shape = infer_static_shape(lengths)
        sample = TensorType(self.dtype, shape=static_shape[self.partial :])
        return Apply(self, [rstate, *lengths], [rstate.type(), sample()])

    def split(self, inputs: Sequence) -> tuple:
        """The state, the count or None, and the lengths."""
        rstate, *lengths = inputs
        return rstate, lengths[0] if self.partial else None, lengths[self.partial :]

    def perform(self, node: Apply, inputs: list, output_storage: list) -> None:
        rstate, used, lengths = self.split(inputs)
        new_state, numbers = _draw_numpy(rstate, number_of(lengths), used, self.dtype)
        output_storage[0][0] = new_state
        output_storage[1][0] = numbers.reshape([int(length) for length in lengths])

    def infer_shape(self, *arguments: Any) -> list:
        node, input_shapes = arguments[-2:]  # older PyTensors give the graph first
        return [input_shapes[0], tuple(self.split(node.inputs)[2])]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        return [[False, False] for _ in node.inputs]

    def pullback(self, inputs: list, outputs: list, output_gradients: list) -> list[Variable]:
        return [disconnected_type() for _ in inputs]

    def pushforward(self, inputs: list, outputs: list, tangents: list) -> list[Variable]:
        return [disconnected_type() for _ in outputs]

    def __str__(self) -> str:
        return f"mrg_uniform{{{self.dtype}}}"

    __repr__ = __str__


def number_of(lengths: Sequence) -> int:
    """Tell how many numbers a draw of some lengths has."""
    size = math.prod(int(length) for length in lengths)
    if size > M1:
        raise ValueError(f"a draw has at most 2**31 - 1 numbers, not {size}")
    return size


def lengths_of(size: Any, ndim: int | None) -> list:
    """The lengths of the dimensions, each an int or a scalar variable."""
    if isinstance(size, Variable):
        ndim = pt.get_vector_length(size) if ndim is None else ndim
        return [size[i] for i in range(ndim)]
    if ndim is not None and ndim != len(size):
        raise ValueError(f"size {size} has {len(size)} dimensions, but ndim={ndim} was given")
    return list(size)
