"""The shape that an expression will have, worked out before anything is compiled."""

import math

import numpy as np
import theano
from theano.compile import SharedVariable
from theano.gof import FunctionGraph
from theano.gof.graph import Constant
from theano.tensor.basic import Dot, Join, Reshape
from theano.tensor.elemwise import Elemwise
from theano.tensor.opt import ShapeFeature

# Operations whose inputs' shapes are checked.
_CHECKED = (Dot, Elemwise, Join, Reshape)

# Shapes are a handful of integers: interpreting them takes less time than optimizing would.
_INTERPRET = theano.compile.Mode(linker="py", optimizer=None)

Shape = tuple  # of int, or None for a size that is known only when the function is called


class ExpressionShapeError(ValueError):
    """Two parts of an expression whose sizes can never go together."""


def infer_shape(variable: theano.Variable) -> Shape:
    """Work out the shape of a variable from its shared variables' current values.

    Parameters
    ----------
    variable : Theano variable
        A tensor variable: shared, constant, or any expression.

    Returns
    -------
    tuple of int or None
        The sizes; None where a size depends on an input that is given only when a compiled
        function is called.

    Raises
    ------
    ExpressionShapeError
        If a product, an elementwise operation, a join or a reshape inside the expression combines
        sizes that don't go together.

    Examples
    --------
    >>> import numpy as np, theano, theano.tensor as T
    >>> w = theano.shared(np.ones((5, 2)))
    >>> infer_shape(T.dot(w, w.T))
    (5, 5)
    >>> infer_shape(T.dot(T.matrix(), w))
    (None, 2)
    """
    if isinstance(variable, SharedVariable):
        return _shape_of_value(variable)
    if isinstance(variable, Constant):
        return np.shape(variable.data)
    if variable.owner is None:
        return (None,) * variable.ndim
    sizes = _SymbolicShapes(variable)
    _check_operands(sizes)
    return sizes[sizes.output]


def _shape_of_value(shared: SharedVariable) -> Shape:
    # The internal type has a shape too, and asking for it copies nothing from a GPU.
    return tuple(int(n) for n in shared.get_value(borrow=True, return_internal_type=True).shape)


class _SymbolicShapes:
    """The shapes of a variable and of the operands below it, as far as they can be computed."""

    def __init__(self, variable):
        leaves = [v for v in theano.gof.graph.inputs([variable]) if not isinstance(v, Constant)]
        fgraph = FunctionGraph(leaves, [variable], clone=True, features=[ShapeFeature()])
        shape_of = fgraph.shape_feature.shape_of
        self.output = fgraph.outputs[0]
        self.nodes = [n for n in fgraph.toposort() if isinstance(n.op, _CHECKED)]
        operands = dict.fromkeys(v for n in self.nodes for v in (*n.inputs, *n.outputs))
        self._symbolic = {v: shape_of[v] or () for v in (*operands, self.output)}
        self._missing = {
            clone
            for leaf, clone in zip(leaves, fgraph.inputs)
            if not isinstance(leaf, SharedVariable)
        }
        self._values = self._evaluate()

    def _evaluate(self):
        """Compute all sizes that depend on no missing input."""
        sizes = dict.fromkeys(size for shape in self._symbolic.values() for size in shape)
        known = [s for s in sizes if self._missing.isdisjoint(theano.gof.graph.inputs([s]))]
        try:
            values = theano.function([], known, mode=_INTERPRET)()
        except (AssertionError, ValueError):
            # The engine found operands that don't fit; the others tell which.
            values = [_value_or_none(size) for size in known]
        return {s: int(value) for s, value in zip(known, values) if value is not None}

    def __getitem__(self, variable):
        shape = self._symbolic[variable]
        return tuple(self._values.get(size) for size in shape) or (None,) * variable.ndim


def _value_or_none(size):
    try:
        return theano.function([], size, mode=_INTERPRET)()
    except (AssertionError, ValueError):
        return None


def _check_operands(sizes):
    for node in sizes.nodes:
        shapes = [sizes[v] for v in node.inputs]
        if isinstance(node.op, Dot):
            _check_dot(*shapes)
        elif isinstance(node.op, Elemwise):
            _check_elementwise(node, shapes)
        elif isinstance(node.op, Join):
            _check_join(node, [shape for shape in shapes if shape])
        else:
            _check_reshape(shapes[0], sizes[node.outputs[0]])


def _check_dot(left, right):
    if left and right:
        rows = right[-2] if len(right) > 1 else right[0]
        if left[-1] is not None and rows is not None and left[-1] != rows:
            raise ExpressionShapeError(
                f"it multiplies shapes {left} and {right}, whose inner sizes "
                f"{left[-1]} and {rows} differ"
            )


def _check_elementwise(node, shapes):
    for axis in range(node.outputs[0].ndim):
        lengths = {
            shape[axis]
            for shape, variable in zip(shapes, node.inputs)
            if not variable.broadcastable[axis] and shape[axis] is not None
        }
        if len(lengths) > 1:
            raise ExpressionShapeError(
                f"its operation {node.op} combines shapes "
                f"{' and '.join(map(str, shapes))}, which differ along axis {axis}"
            )


def _check_join(node, shapes):
    joined_along = getattr(node.op, "axis", None)
    if joined_along is None:  # then it is the first input
        axis = node.inputs[0]
        if not isinstance(axis, Constant):
            return
        joined_along = int(axis.data)
    joined_along %= node.outputs[0].ndim
    for axis, sizes in enumerate(zip(*shapes)):
        if axis != joined_along and len({size for size in sizes if size is not None}) > 1:
            raise ExpressionShapeError(
                f"it joins shapes {' and '.join(map(str, shapes))} along axis {joined_along}, "
                f"which differ along axis {axis}"
            )


def _check_reshape(shape, new_shape):
    if None in shape or None in new_shape:
        return
    if math.prod(shape) != math.prod(new_shape):
        raise ExpressionShapeError(
            f"it gives shape {shape}, of {math.prod(shape)} elements, the shape {new_shape}, of "
            f"{math.prod(new_shape)}"
        )
