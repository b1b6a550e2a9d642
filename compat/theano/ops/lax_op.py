"""Operations on tensors whose lowering is a function of JAX arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType, disconnected_type
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType, float_dtypes, integer_dtypes
from theano.ops.evaluation import evaluate

__all__ = ["LaxOp", "sizes_vector"]


class LaxOp(Op):
    """An operation on tensors, with one output, that a function of JAX arrays computes.

    A subclass says in `__props__` what it is made with, and has a method :meth:`output_shape`. What
    computes it is its method :meth:`compute`, or a lowering that is registered for its class. Its
    gradient is JAX's, unless it has a `pullback` of its own. It runs under every mode: compiled by
    JAX as part of a graph, and by itself elsewhere.

    Attributes
    ----------
    sizes : tuple of int
        The positions of inputs that are vectors of sizes rather than data: `compute` gets them as
        tuples of int, and they have no gradient.

    Examples
    --------
    >>> class Repeat(LaxOp):
    ...     __props__ = ("times",)
    ...     def __init__(self, times):
    ...         self.times = times
    ...     def compute(self, x):
    ...         import jax.numpy as jnp
    ...         return jnp.repeat(x, self.times)
    ...     def output_shape(self, x):
    ...         return (None if x[0] is None else x[0] * self.times,)
    >>> Repeat(2)(pt.as_tensor([1.0, 3.0])).eval().tolist()
    [1.0, 1.0, 3.0, 3.0]
    """

    __props__: tuple = ()
    sizes: tuple = ()

    def compute(self, *inputs: Any) -> Any:
        """Compute the output from JAX arrays; :attr:`sizes` come as tuples of int."""
        raise NotImplementedError(f"{type(self).__name__} needs a method compute, or a lowering")

    def output_shape(self, *shapes: tuple) -> tuple:
        """Compute the output's shape from the inputs' shapes.

        Parameters
        ----------
        *shapes : tuples
            Of int and None (for what isn't known yet), or of symbolic integers. In place of the
            shape of an input that is among :attr:`sizes`, its value.

        Returns
        -------
        tuple
            Of the same; its length must not depend on what is known.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method output_shape")

    def output_dtype(self, *dtypes: str) -> str:
        """Compute the output's dtype from the dtypes of the inputs that are data."""
        return str(np.result_type(*dtypes))

    def make_node(self, *inputs: Any) -> Apply:
        inputs = [pt.as_tensor_variable(x) for x in inputs]
        shape = self.output_shape(
            *(_static_value(x) if n in self.sizes else x.type.shape for n, x in enumerate(inputs))
        )
        dtype = self.output_dtype(*(x.dtype for n, x in enumerate(inputs) if n not in self.sizes))
        return Apply(self, inputs, [TensorType(dtype, shape=shape)()])

    def infer_shape(self, *arguments: Any) -> list:
        # (fgraph, node, shapes), or without fgraph, depending on PyTensor's version.
        *_, node, shapes = arguments
        shapes = [
            tuple(x[i] for i in range(_length(x))) if n in self.sizes else shape
            for n, (x, shape) in enumerate(zip(node.inputs, shapes))
        ]
        return [self.output_shape(*shapes)]

    def perform(self, node: Apply, inputs: Sequence, output_storage: list) -> None:
        (output_storage[0][0],) = evaluate(self, inputs)

    def connection_pattern(self, node: Apply) -> list:
        return [[n not in self.sizes] for n in range(len(node.inputs))]

    def pullback(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], cotangents: Sequence
    ) -> list:
        (cotangent,) = cotangents
        if isinstance(cotangent.type, DisconnectedType):
            return [disconnected_type() for _ in inputs]
        return [
            LaxGradient(self, n)(*inputs, cotangent)
            if n not in self.sizes and x.dtype in float_dtypes
            else disconnected_type()
            if n in self.sizes
            else x.zeros_like(dtype=pytensor.config.floatX)
            for n, x in enumerate(inputs)
        ]


class LaxGradient(LaxOp):
    """The gradient of a :class:`LaxOp` with respect to one of its inputs."""

    __props__ = ("op", "position")

    def __init__(self, op: LaxOp, position: int):
        self.op = op
        self.position = position
        self.sizes = op.sizes

    def output_shape(self, *shapes: tuple) -> tuple:
        return shapes[self.position]

    def output_dtype(self, *dtypes: str) -> str:
        return dtypes[self.position - sum(n < self.position for n in self.sizes)]


def sizes_vector(value: Any, count: int) -> Variable:
    """Make a vector of sizes for a :class:`LaxOp`.

    Parameters
    ----------
    value : int, sequence of int, or integer vector
        One size for all axes, or one for each.
    count : int
        The number of axes.

    Returns
    -------
    vector of int64

    Raises
    ------
    TypeError
        If something isn't an integer.
    ValueError
        If there is another number of sizes.
    """
    if isinstance(value, Variable):
        vector = value
    else:
        sizes = (value,) * count if np.ndim(value) == 0 else tuple(value)
        if len(sizes) != count:
            raise ValueError(f"expected {count} sizes, one for each axis, got {value}")
        vector = pt.as_tensor_variable(sizes)
    if vector.dtype not in integer_dtypes:
        raise TypeError(f"expected {count} integers, one for each axis, got {value}")
    if vector.type.shape == (None,):
        vector = pt.specify_shape(vector, (count,))
    return pt.cast(vector, "int64")


def _length(vector):
    return pt.get_vector_length(vector)


def _static_value(vector):
    """Tell the sizes in a symbolic vector, with None for those that aren't constant."""
    sizes = []
    for n in range(_length(vector)):
        size = pt.get_underlying_scalar_constant_value(vector[n], raise_not_constant=False)
        sizes.append(int(size) if isinstance(size, (int, np.integer, np.ndarray)) else None)
    return tuple(sizes)
