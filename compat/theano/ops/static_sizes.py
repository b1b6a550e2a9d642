"""Which sizes are known when an operation is made, without a walk through the graph below it.

An operation that takes sizes, as `alloc` does, asks which of them are known. PyTensor infers the
shapes of the whole graph that they are computed from, so that each layer of a network takes longer
to build than that before. But of what the shape is taken, the type tells the known sizes: only the
arithmetic between shapes and the sizes is left to do.
"""

from collections.abc import Sequence
from typing import Any

import pytensor
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.tensor import basic
from pytensor.tensor.random import op as random_op
from pytensor.tensor.shape import Shape, Shape_i
from pytensor.tensor.subtensor import Subtensor, indices_from_subtensor
from pytensor.tensor.type import TensorType, integer_dtypes

__all__ = ["infer_static_shape"]


def infer_static_shape(shape: "Variable | Sequence") -> tuple:
    """Tell which sizes are known.

    Parameters
    ----------
    shape : vector of integers, or list of integers and integer scalars
        The sizes.

    Returns
    -------
    list of variables, tuple of int or None
        The sizes, each as a variable; and their values, None for those that aren't known.

    Raises
    ------
    TypeError
        If a size isn't an integer.

    Examples
    --------
    >>> import theano.tensor as T
    >>> x = T.dmatrix("x")
    >>> infer_static_shape([x.shape[0], T.constant(2) + 3])[1]
    (None, 5)
    """
    sizes = [_checked(basic.as_tensor_variable(size, ndim=0)) for size in shape]
    known = {size: size.data.item() for size in sizes if isinstance(size, Constant)}
    known.update((size, _size_by_type(size)) for size in sizes if _is_size_of_an_axis(size))
    rest = [size for size in dict.fromkeys(sizes) if size not in known]
    if rest:
        known.update(zip(rest, _folded(rest)))
    return sizes, tuple(known[size] for size in sizes)


def _checked(size):
    if size.type.dtype in integer_dtypes:
        return size
    raise TypeError(f"a size must be an integer, got {size} of type {size.type}")


def _is_size_of_an_axis(size: Variable) -> bool:
    """Tell whether it is ``x.shape[n]``, for a number n."""
    return _axis_of(size) is not None


def _axis_of(size):
    node = size.owner
    if node is None:
        return None
    if isinstance(node.op, Shape_i):
        return node.op.i
    if isinstance(node.op, Subtensor) and _makes(node.inputs[0], Shape):
        (index,) = indices_from_subtensor(node.inputs[1:], node.op.idx_list)
        return int(index.data) if isinstance(index, Constant) else None
    return None


def _makes(variable, kind):
    return variable.owner is not None and isinstance(variable.owner.op, kind)


def _size_by_type(size):
    array = size.owner.inputs[0]
    if _makes(array, Shape):
        array = array.owner.inputs[0]
    return array.type.shape[_axis_of(size)]


def _folded(sizes):
    """Compute what depends on constants only, and on shapes that types tell."""
    from pytensor.tensor.rewriting.basic import topo_constant_folding
    from pytensor.tensor.rewriting.shape import ShapeFeature

    graph = FunctionGraph(_unknown_below(sizes), sizes, features=[ShapeFeature()], clone=True)
    with pytensor.config.change_flags(optdb__max_use_ratio=10, cxx=""):
        basic.infer_shape_db.default_query.rewrite(graph)
        if not all(isinstance(size, Constant) for size in graph.outputs):
            topo_constant_folding.rewrite(graph)
    return [size.data.item() if isinstance(size, Constant) else None for size in graph.outputs]


def _unknown_below(sizes: Sequence[Variable]) -> list[Variable]:
    """What sizes are computed from by arithmetic with single integers and vectors of them."""
    found, visited, left = [], set(), list(sizes)
    while left:
        variable = left.pop()
        if variable in visited or isinstance(variable, Constant):
            continue
        visited.add(variable)
        if variable.owner is None or not _are_integers(variable):
            found.append(variable)
        else:
            left += variable.owner.inputs
    return found


def _are_integers(variable: Any) -> bool:
    kind = variable.type
    if not isinstance(kind, TensorType):
        return getattr(kind, "dtype", None) in integer_dtypes
    return kind.dtype in (*integer_dtypes, "bool") and kind.ndim <= 1


for _module in (basic, random_op, pytensor.tensor.reshape):
    if hasattr(_module, "infer_static_shape"):
        _module.infer_static_shape = infer_static_shape
