"""The shape that an expression will have, worked out before anything is compiled."""

import numpy as np
import theano
from theano.compile import SharedVariable
from theano.gof import FunctionGraph
from theano.gof.graph import Constant
from theano.tensor.basic import Dot
from theano.tensor.elemwise import Elemwise
from theano.tensor.opt import ShapeFeature

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
        If a product or an elementwise operation inside the expression combines sizes that
        don't go together.

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
    sizes = _SymbolicShapes(variable)
    _check_operands(sizes)
    return sizes[sizes.output]


def _shape_of_value(shared: SharedVariable) -> Shape:
    # The internal type has a shape too, and asking for it copies nothing from a GPU.
    return tuple(int(n) for n in shared.get_value(borrow=True, return_internal_type=True).shape)


class _SymbolicShapes:
    """The shapes of all variables below one, with those that can be computed as integers."""

    def __init__(self, variable):
        leaves = [v for v in theano.gof.graph.inputs([variable]) if not isinstance(v, Constant)]
        fgraph = FunctionGraph(leaves, [variable], clone=True, features=[ShapeFeature()])
        self.output = fgraph.outputs[0]
        self.nodes = fgraph.toposort()
        self._shape_of = fgraph.shape_feature.shape_of
        self._unknown = {
            clone
            for leaf, clone in zip(leaves, fgraph.inputs)
            if not isinstance(leaf, SharedVariable)
        }
        self._cache = {}
        self._evaluate([self.output, *self._operands()])

    def _operands(self):
        return [
            operand
            for node in self.nodes
            if isinstance(node.op, (Dot, Elemwise))
            for operand in node.inputs
        ]

    def _evaluate(self, variables):
        """Compute all sizes that depend on no missing input, by one interpreted function."""
        sizes = [s for v in variables for s in self._shape_of.get(v) or ()]
        known = [s for s in dict.fromkeys(sizes) if not self._depends_on_unknown(s)]
        values = theano.function([], known, mode=_INTERPRET, on_unused_input="ignore")()
        self._cache = {s: int(value) for s, value in zip(known, values)}

    def _depends_on_unknown(self, size):
        return any(v in self._unknown for v in theano.gof.graph.inputs([size]))

    def __getitem__(self, variable):
        symbolic = self._shape_of.get(variable)
        if symbolic is None:
            return (None,) * variable.ndim
        return tuple(self._cache.get(size) for size in symbolic)


def _check_operands(sizes):
    for node in sizes.nodes:
        if isinstance(node.op, Dot):
            _check_dot(*(sizes[v] for v in node.inputs))
        elif isinstance(node.op, Elemwise):
            _check_elementwise(node, [sizes[v] for v in node.inputs])


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
