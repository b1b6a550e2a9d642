"""Operations: what makes variables from variables."""

import functools
import inspect
from collections.abc import Sequence
from typing import Any

from pytensor.gradient import DisconnectedType, disconnected_type
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op as _PyTensorOp
from pytensor.link.c.op import COp, OpenMPOp
from theano.link.c_code import compute_by_c_code
from theano.link.test_values import (
    debug_error_message,
    get_debug_values,
    get_test_value,
    missing_test_message,
)
from theano.missing import explain_missing


class _OpMeta(type(COp)):
    """Takes every operation of PyTensor for an instance of `Op`.

    A hook for subclasses would make them subclasses of `COp`, too.
    """

    def __instancecheck__(cls, instance):
        return (
            isinstance(instance, _PyTensorOp) if cls is Op else super().__instancecheck__(instance)
        )


class Op(COp, metaclass=_OpMeta):
    """The base class of operations, which have Python code (`perform`), C code, or both.

    Every operation of PyTensor is an instance of it, too.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> class Double(Op):
    ...     __props__ = ()
    ...
    ...     def make_node(self, x):
    ...         x = T.as_tensor_variable(x)
    ...         return theano.Apply(self, [x], [x.type()])
    ...
    ...     def perform(self, node, inputs, output_storage):
    ...         output_storage[0][0] = 2 * inputs[0]
    >>> isinstance(Double(), Op), isinstance(T.exp, Op)
    (True, True)
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        make_thunk = vars(cls).get("make_thunk")
        if make_thunk is not None and "impl" not in inspect.signature(make_thunk).parameters:
            cls.make_thunk = _taking_impl(make_thunk)

    def perform(self, node: Apply, inputs: Sequence, output_storage: Sequence) -> None:
        """Compute the outputs: by the C code, in an operation that has no Python code."""
        if type(self).c_code is COp.c_code:
            raise NotImplementedError(
                f"{self} can't be computed: give its class the method perform(self, node, inputs, "
                "output_storage), or c_code"
            )
        compute_by_c_code(node, inputs, output_storage, missing="perform")

    def pullback(self, inputs: Sequence, outputs: Sequence, output_grads: Sequence) -> list:
        """Compute the inputs' gradients, by the methods that Theano has for this."""
        if type(self).L_op is not _PyTensorOp.L_op:
            return self.L_op(inputs, outputs, output_grads)
        if type(self).grad is not _PyTensorOp.grad:
            return self.grad(inputs, output_grads)
        return super().pullback(inputs, outputs, output_grads)

    def pushforward(self, inputs: Sequence, outputs: Sequence, eval_points: Sequence) -> list:
        """Multiply the Jacobian by a vector, by the method that Theano has for this."""
        if type(self).R_op is _PyTensorOp.R_op:
            return super().pushforward(inputs, outputs, eval_points)
        given = [None if isinstance(v.type, DisconnectedType) else v for v in eval_points]
        found = self.R_op(inputs, given)
        return [disconnected_type() if new is None else new for new in found]


def _taking_impl(make_thunk):
    """Let a method of Theano's older versions be told the kind of code, which it doesn't take."""

    @functools.wraps(make_thunk)
    def without_impl(self, node, storage_map, compute_map, no_recycling, impl: Any = None) -> Any:
        return make_thunk(self, node, storage_map, compute_map, no_recycling)

    return without_impl


PureOp = Op

__getattr__ = explain_missing(
    __name__, "pytensor.graph.op", "pytensor.link.c.interface", "theano.gof"
)
