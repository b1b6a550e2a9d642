"""Operations made of graphs."""

from collections.abc import Callable, Sequence
from typing import Any

from pytensor.compile.builders import OpFromGraph as _PyTensorOpFromGraph
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.gradient import disconnected_type, grad
from pytensor.graph.basic import Variable
from pytensor.graph.replace import clone_replace
from pytensor.graph.traversal import graph_inputs
from theano.missing import explain_missing

__all__ = ["OpFromGraph"]

__getattr__ = explain_missing(__name__, "pytensor.compile.builders", "pytensor.compile.mode")


class OpFromGraph:
    """Make an operation of a graph, for which another gradient may be given.

    Parameters
    ----------
    inputs : list of variables
        The graph's inputs. Shared variables needn't be listed.
    outputs : list of variables
        What the operation returns.
    inline : bool, default False
        Whether the graph replaces the operation when a function is compiled.
    lop_overrides : "default", callable, or list, optional
        Another gradient: a function of the lists of inputs, outputs, and gradients of the outputs,
        which returns a list of gradients of the inputs; or for each input ``"default"``, None for
        no gradient, a variable, or a function that returns one gradient.
    grad_overrides : "default", callable, or list, optional
        The same, of functions of two lists: without the outputs.
    rop_overrides, connection_pattern
        As in Theano; ``theano.gradient.Rop`` goes by the gradient, and doesn't need them.
    name : str, optional
        A name for the operation.

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
        if not isinstance(inputs, (list, tuple)) or not isinstance(outputs, (list, tuple)):
            raise TypeError(f"inputs and outputs should be lists, got {inputs!r} and {outputs!r}")
        self._inputs, self._outputs = list(inputs), list(outputs)
        self.shared_inputs = [
            v
            for v in graph_inputs(self._outputs)
            if isinstance(v, SharedVariable) and v not in self._inputs
        ]
        self.op = _PyTensorOpFromGraph(
            [*self._inputs, *self.shared_inputs],
            self._outputs,
            inline=inline,
            pullback=self._pullback(lop_overrides, grad_overrides),
            connection_pattern=connection_pattern,
            name=name,
        )

    def __call__(self, *inputs: Any, **kwargs) -> Any:
        """Apply the operation to variables."""
        return self.op(*inputs, *self.shared_inputs, **kwargs)

    def __getattr__(self, name):
        if name.startswith("__") or name == "op":
            raise AttributeError(name)
        return getattr(self.op, name)

    def _pullback(self, lop_overrides, grad_overrides) -> "Callable | None":
        """Make the operation's gradient of what overrides it; None if nothing does."""
        if lop_overrides != "default" and grad_overrides != "default":
            raise ValueError("give lop_overrides or grad_overrides, not both")
        with_outputs = lop_overrides != "default"
        override = lop_overrides if with_outputs else grad_overrides
        if override == "default":
            return None

        def pullback(inputs, outputs, gradients):
            own = inputs[: len(self._inputs)]
            given = (own, outputs, gradients) if with_outputs else (own, gradients)
            if isinstance(override, (list, tuple)):
                found = self._by_input(override, given, inputs, gradients)
            else:
                found = override(*given)
            return [*found, *(disconnected_type() for _ in self.shared_inputs)]

        return pullback

    def _by_input(self, overrides, given, inputs, gradients):
        """Compute the gradient of each input by what overrides it."""
        if len(overrides) != len(self._inputs):
            raise ValueError(
                f"{self.op} has {len(self._inputs)} inputs, but overrides for {len(overrides)}"
            )
        kept = any(isinstance(override, str) for override in overrides)
        default = self._default(inputs, gradients) if kept else None
        found = []
        for n, override in enumerate(overrides):
            if override is None:
                found.append(disconnected_type())
            elif isinstance(override, str):
                found.append(default[n])
            else:
                found.append(override if isinstance(override, Variable) else override(*given))
        return found

    def _default(self, inputs, gradients):
        """Compute the gradients of the graph itself."""
        names = [*self._inputs, *self.shared_inputs]
        fresh = [variable.type() for variable in names]
        outputs = clone_replace(self._outputs, dict(zip(names, fresh)))
        found = grad(
            None, fresh, known_grads=dict(zip(outputs, gradients)), disconnected_inputs="ignore"
        )
        return clone_replace(found, dict(zip(fresh, inputs)))
