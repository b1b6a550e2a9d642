"""Products of Jacobians and vectors, by the rules that operations have of their own."""

from collections.abc import Sequence
from typing import Any

import pytensor
from pytensor.gradient import DisconnectedType, pullback
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op
from pytensor.graph.replace import clone_replace
from pytensor.graph.traversal import ancestors, io_toposort
from pytensor.tensor.basic import tensor_copy
from pytensor.tensor.type import TensorType

__all__ = ["multiply_by_jacobian"]


def multiply_by_jacobian(
    f: Sequence[Variable], wrt: Sequence[Variable], vectors: Sequence[Variable], **options: Any
) -> list:
    """Multiply the Jacobian of `f` with respect to `wrt` by a vector, from the right.

    The rule of an operation's own, if it has one, is followed: its method `R_op`, or what
    overrides the rule of an operation made of a graph. All else goes by the gradient.

    Parameters
    ----------
    f, wrt, vectors : lists of variables
        The vectors have the shapes of `wrt`.
    **options
        `disconnected_outputs` and `return_disconnected`, as for `theano.gradient.Rop`.

    Returns
    -------
    list of variables
    """
    nodes = [node for node in io_toposort(list(wrt), list(f)) if _has_own_rule(node)]
    if not nodes:
        return _through_two_gradients(f, list(wrt), list(vectors), **options)
    tangents = dict(zip(wrt, vectors))
    for node in nodes:
        new = zip(node.outputs, _own_rule(node, tangents))
        tangents.update((v, vector) for v, vector in new if not _is_disconnected(vector))
    return [_by_gradient(variable, tangents, options) for variable in f]


def _has_own_rule(node: Apply) -> bool:
    op = node.op
    return getattr(op, "overrides_r_op", type(op).R_op is not Op.R_op)


def _own_rule(node, tangents):
    options = {"disconnected_outputs": "ignore", "return_disconnected": "disconnected"}
    vectors = [_by_gradient(variable, tangents, options) for variable in node.inputs]
    if all(map(_is_disconnected, vectors)):
        return vectors[:1] * len(node.outputs)
    return node.op.pushforward(node.inputs, node.outputs, vectors)


def _by_gradient(variable, tangents, options):
    """Multiply by the Jacobian with respect to variables that may depend on each other."""
    fresh = {old: old.type() for old in tangents}
    (cut,) = clone_replace([variable], fresh)
    below = set(ancestors([cut]))
    used = [old for old in tangents if fresh[old] in below] or list(tangents)
    (found,) = _through_two_gradients(
        [cut], [fresh[old] for old in used], [tangents[old] for old in used], **options
    )
    if found is None or _is_disconnected(found):
        return found
    return clone_replace([found], {new: old for old, new in fresh.items()})[0]


def _through_two_gradients(
    f, wrt, vectors, disconnected_outputs="raise", return_disconnected="zero"
):
    """Multiply by the Jacobian: by the gradient of the gradients' product with a cotangent.

    As `pytensor.gradient.pushforward` does, which mistakes gradients that are one variable, such
    as those of a sum, for one gradient.
    """
    outputs = [_copy(variable) for variable in f]
    cotangents = [_float_zeros_like(variable) for variable in outputs]
    gradients = pullback(
        outputs,
        wrt,
        cotangents,
        disconnected_inputs=disconnected_outputs,
        return_disconnected="zero",
    )
    return pullback(
        [_copy(gradient) for gradient in gradients],
        cotangents,
        vectors,
        disconnected_inputs="ignore",
        return_disconnected=return_disconnected,
    )


def _float_zeros_like(variable):
    dtype = getattr(variable.type, "dtype", "")
    kept = dtype.startswith(("float", "complex"))
    return variable.zeros_like(dtype=dtype if kept else pytensor.config.floatX)


def _copy(variable):
    """Make a variable of the same value that is another one."""
    return tensor_copy(variable) if isinstance(variable.type, TensorType) else variable


def _is_disconnected(variable):
    return isinstance(variable.type, DisconnectedType)
