"""Rewrites of tensor graphs, and what they know about shapes."""

from collections.abc import Iterator, Mapping
from typing import Any

from pytensor.raise_op import Assert, assert_op
from pytensor.tensor.basic import MakeVector
from pytensor.tensor.rewriting.basic import register_specialize
from pytensor.tensor.rewriting.shape import ShapeFeature as _PyTensorShapeFeature
from pytensor.tensor.shape import Shape_i
from theano.missing import explain_missing

__all__ = [
    "Assert",
    "MakeVector",
    "ShapeFeature",
    "Shape_i",
    "assert_",
    "assert_op",
    "make_vector",
]

assert_ = Assert()
make_vector = MakeVector()
register_specialize_device = register_specialize

__getattr__ = explain_missing(
    __name__,
    "pytensor.tensor.rewriting.shape",
    "pytensor.tensor.rewriting.basic",
    "pytensor.tensor.rewriting.elemwise",
    "pytensor.tensor.rewriting.math",
    "pytensor.tensor.rewriting.special",
    "pytensor.tensor.rewriting.subtensor",
    "theano.gof.opt",
    "theano.tensor.subtensor",
    "pytensor.tensor",
    "pytensor.tensor.basic",
    "pytensor.tensor.subtensor",
)


class _LazyShapeFeature(_PyTensorShapeFeature):
    """Keep the symbolic shape of every variable of a function graph."""

    @property
    def shape_of(self) -> Mapping:
        """The symbolic shapes: a tuple for each tensor."""
        return _Shapes(self)


class _Shapes(Mapping):
    def __init__(self, feature):
        self._feature = feature

    def __getitem__(self, variable) -> Any:
        return self._feature.shape_tuple(variable)

    def __iter__(self) -> Iterator:
        return iter(self._feature.fgraph.variables)

    def __len__(self) -> int:
        return len(self._feature.fgraph.variables)


# PyTensor 3.0 keeps the mapping itself; newer ones make shapes when they are asked for.
IS_LAZY = isinstance(getattr(_PyTensorShapeFeature, "shape_of", None), property)
ShapeFeature = _LazyShapeFeature if IS_LAZY else _PyTensorShapeFeature
