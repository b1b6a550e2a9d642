"""Operations made of graphs."""

import functools
from collections.abc import Sequence
from typing import Any

from pytensor.compile.builders import OpFromGraph as _PyTensorOpFromGraph
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.gradient import DisconnectedType, disconnected_type, grad
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.null_type import NullType
from pytensor.graph.op import Op
from pytensor.graph.replace import clone_replace
from pytensor.graph.traversal import graph_inputs
from pytensor.tensor.basic import as_tensor_variable
from theano.link.test_values import without_test_values
from theano.missing import explain_missing
from theano.ops.r_operators import multiply_by_jacobian

__all__ = ["OpFromGraph"]

__getattr__ = explain_missing(__name__, "pytensor.compile.builders", "pytensor.compile.mode")


class OpFromGraph(_PyTensorOpFromGraph):
    """Make an operation of a graph, for which another gradient may be given.

    Parameters
    ----------
    inputs : list of variables
        The graph's inputs. Shared variables needn't be listed; overrides get them after the others.
    outputs : list of variables
        What the operation returns.
    inline : bool, default False
        Whether the graph replaces the operation when a function is compiled.
    lop_overrides : "default", callable, or list, optional
        Another gradient: a function of the lists of inputs, outputs, and gradients of the outputs,
        which returns a list of gradients of the inputs; or for each input ``"default"``, None for
        no gradient, a variable, or a function that returns one gradient.
    grad_overrides : "default", callable, or list, optional
        The same, of functions of two lists: without the outputs. Any of these functions may be an
        operation made of a graph, which takes the lists' variables one by one.
    rop_overrides : "default", callable, or list, optional
        Another product with the Jacobian, for `theano.gradient.Rop`: a function of the lists of
        inputs and of vectors, which returns a list with a product for each output; or a list, for
        each output, of ``"default"`` or a function that returns one product.
    connection_pattern : list of lists of bool, optional
        Whether each output, in the inner lists, depends on each input.
    name : str, optional
        A name for the operation.
    **kwargs
        Theano's settings for compiling the graph by itself, which have no effect here.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> x, y = T.dscalars("x", "y")
    >>> times = theano.OpFromGraph([x, y], [x * y], grad_overrides=[lambda i, g: -g[0], "default"])
    >>> gradients = theano.function([x, y], T.grad(times(x, y), [x, y]))(3.0, 4.0)
    >>> [float(gradient) for gradient in gradients]
    [-1.0, 3.0]
    """

    def __init__(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        inline: bool = False,
        lop_overrides: Any = "default",
        grad_overrides: Any = "default",
        rop_overrides: Any = "default",
        connection_pattern: "list | None" = None,
        name: "str | None" = None,
        **kwargs,
    ):
        for variables in (inputs, outputs):
            if not isinstance(variables, (list, tuple)):
                raise TypeError(f"inputs and outputs should be lists, got {inputs!r}, {outputs!r}")
            for variable in variables:
                if not isinstance(variable, Variable):
                    raise TypeError(f"inputs and outputs should be variables, got {variable!r}")
        if "updates" in kwargs or "givens" in kwargs:
            raise TypeError("an operation made of a graph takes no updates and no givens")
        self.local_outputs = list(outputs)
        # PyTensor 3.0 has an attribute `shared_inputs` of its own, for what it finds by itself.
        self.unlisted_inputs = self.shared_inputs = [
            v
            for v in graph_inputs(self.local_outputs)
            if isinstance(v, SharedVariable) and v not in inputs
        ]
        self.local_inputs = [*inputs, *self.unlisted_inputs]
        if connection_pattern is not None:
            unlisted = [[True] * len(outputs) for _ in self.unlisted_inputs]
            connection_pattern = [*connection_pattern, *unlisted]
        super().__init__(
            self.local_inputs,
            self.local_outputs,
            inline=inline,
            connection_pattern=connection_pattern,
            name=name,
            on_unused_input="ignore",
        )
        self._lop_overrides = self._grad_overrides = self._rop_overrides = "default"
        if not _is_default(lop_overrides) and not _is_default(grad_overrides):
            raise ValueError("give lop_overrides or grad_overrides, not both")
        if _is_default(grad_overrides):
            self.set_lop_overrides(lop_overrides)
        else:
            self.set_grad_overrides(grad_overrides)
        self.set_rop_overrides(rop_overrides)

    def set_lop_overrides(self, lop_overrides: Any) -> None:
        """Override the gradient, as the argument `lop_overrides` does."""
        self._lop_overrides, self._grad_overrides = lop_overrides, "default"

    def set_grad_overrides(self, grad_overrides: Any) -> None:
        """Override the gradient, as the argument `grad_overrides` does."""
        self._lop_overrides, self._grad_overrides = "default", grad_overrides

    def set_rop_overrides(self, rop_overrides: Any) -> None:
        """Override the product with the Jacobian, as the argument `rop_overrides` does."""
        self._rop_overrides = rop_overrides

    @property
    def overrides_r_op(self) -> bool:
        """Whether products with the Jacobian don't follow from the gradient."""
        return not all(map(_is_default, self._overrides()))

    def _overrides(self):
        return [self._lop_overrides, self._grad_overrides, self._rop_overrides]

    def __eq__(self, other):
        if self is other:
            return True
        return super().__eq__(other) and self._overrides() == other._overrides()

    # What defines equality has to define this, too.
    __hash__ = _PyTensorOpFromGraph.__hash__

    @property
    def derivative_op_type(self) -> type:
        """The class of operations that compute gradients."""
        return OpFromGraph

    def __call__(self, *inputs: Any, **kwargs: Any) -> Any:
        return super().__call__(*self._with_unlisted(inputs), **kwargs)

    def _with_unlisted(self, inputs):
        own = len(inputs) == len(self.local_inputs) - len(self.unlisted_inputs)
        return (*inputs, *self.unlisted_inputs) if own else inputs

    def make_node(self, *inputs: Any) -> Apply:
        """Apply the operation to its inputs, or to these and the shared variables."""
        n_own = len(self.local_inputs) - len(self.unlisted_inputs)
        inputs = self._with_unlisted(inputs)
        if len(inputs) != len(self.local_inputs):
            raise ValueError(f"{self} takes {n_own} inputs, got {len(inputs)}")
        return super().make_node(*inputs)

    def connection_pattern(self, node: Apply) -> list:
        """Tell of each input and output whether the one depends on the other."""
        pattern = super().connection_pattern(node)
        overrides = (
            self._grad_overrides if _is_default(self._lop_overrides) else self._lop_overrides
        )
        if not isinstance(overrides, (list, tuple)):
            return pattern
        without = [n for n, override in enumerate(overrides) if override is None]
        return [[False] * len(row) if n in without else row for n, row in enumerate(pattern)]

    def pullback(self, inputs: list, outputs: list, output_grads: list) -> list:
        """Compute the inputs' gradients by what overrides them, or by those of the graph."""
        if _is_default(self._lop_overrides) and _is_default(self._grad_overrides):
            found = super().pullback(inputs, outputs, output_grads)
            pattern = self.connection_pattern(outputs[0].owner)
            return [g if any(row) else disconnected_type() for g, row in zip(found, pattern)]
        gradients = [_zeros_if_disconnected(g, v) for g, v in zip(output_grads, outputs)]
        if _is_default(self._grad_overrides):
            overrides, given = self._lop_overrides, (list(inputs), list(outputs), gradients)
        else:
            overrides, given = self._grad_overrides, (list(inputs), gradients)
        default = functools.partial(self._gradients_of_graph, inputs, gradients)
        n_own = len(inputs) - len(self.unlisted_inputs)
        found = self._overridden(overrides, given, (n_own, len(inputs)), default)
        # Of shared variables, which weren't listed, no gradient needs to be told.
        return found if len(found) == len(inputs) else [*found, *default()[n_own:]]

    def pushforward(self, inputs: list, outputs: list, eval_points: list) -> list:
        """Multiply the Jacobian by a vector, by what overrides that, or by the graph's rules."""
        default = functools.partial(self._products_of_graph, inputs, eval_points)
        if _is_default(self._rop_overrides):
            return default()
        vectors = [_zeros_if_disconnected(e, v) for e, v in zip(eval_points, inputs)]
        given = (list(inputs), vectors)
        return self._overridden(self._rop_overrides, given, (len(outputs),), default)

    def _overridden(self, overrides, given, n_expected, default):
        """Compute what is expected by what overrides all of it, or each by itself."""
        if not isinstance(overrides, (list, tuple)):
            return self._checked(_call(overrides, given), n_expected)
        self._checked(overrides, n_expected)
        defaults = default() if any(map(_is_default, overrides)) else None
        found = []
        for n, override in enumerate(overrides):
            if override is None:
                found.append(disconnected_type())
            elif _is_default(override):
                found.append(defaults[n])
            elif isinstance(override, Variable):
                found.append(override)
            else:
                found.append(_call(override, given)[0])
        return found

    def _checked(self, found, n_expected):
        if len(found) not in n_expected:
            raise ValueError(
                f"overrides of {self} should give {n_expected[0]}, but give {len(found)}"
            )
        return list(found)

    @without_test_values
    def _gradients_of_graph(self, inputs, gradients):
        fresh, outputs = self._fresh_graph()
        found = grad(
            None, fresh, known_grads=dict(zip(outputs, gradients)), disconnected_inputs="ignore"
        )
        return clone_replace(found, dict(zip(fresh, inputs)))

    @without_test_values
    def _products_of_graph(self, inputs, eval_points):
        fresh, outputs = self._fresh_graph()
        pairs = [
            (variable, vector)
            for variable, vector in zip(fresh, eval_points)
            if not isinstance(vector.type, DisconnectedType)
        ]
        found = multiply_by_jacobian(outputs, *zip(*pairs), disconnected_outputs="ignore")
        return clone_replace(found, dict(zip(fresh, inputs)))

    def _fresh_graph(self):
        fresh = [variable.type() for variable in self.local_inputs]
        return fresh, clone_replace(self.local_outputs, dict(zip(self.local_inputs, fresh)))


def _is_default(override):
    return isinstance(override, str) and override == "default"


def _call(override, given):
    """Call an override with lists of variables; an operation takes the variables one by one."""
    flat = [variable for variables in given for variable in variables]
    if isinstance(override, Op):
        return override(*flat, return_list=True)
    if not callable(override):
        raise TypeError(f"an override is a function, an operation or a list, got {override!r}")
    operation, others, found = _in_one_operation(override, given)
    computed = iter(operation(*flat, *others, return_list=True) if operation else ())
    return [next(computed) if _is_connected(v) else v for v in found]


@without_test_values
def _in_one_operation(override, given):
    """Make one operation of what a function computes, so that it depends on all of its inputs.

    Returns it, its further inputs, and what the function returned.
    """
    fresh = [[variable.type() for variable in variables] for variables in given]
    inputs = [variable for variables in fresh for variable in variables]
    found = override(*fresh)
    found = list(found) if isinstance(found, (list, tuple)) else [found]
    found = [v if isinstance(v, Variable) else as_tensor_variable(v) for v in found]
    connected = [variable for variable in found if _is_connected(variable)]
    if not connected:
        return None, [], found
    leaves = graph_inputs(connected, inputs)
    others = [v for v in leaves if v not in inputs and not isinstance(v, Constant)]
    operation = _PyTensorOpFromGraph(
        [*inputs, *others], connected, inline=True, on_unused_input="ignore"
    )
    return operation, others, found


def _is_connected(variable):
    return not isinstance(variable.type, (DisconnectedType, NullType))


def _zeros_if_disconnected(gradient, variable):
    return variable.zeros_like() if isinstance(gradient.type, DisconnectedType) else gradient
