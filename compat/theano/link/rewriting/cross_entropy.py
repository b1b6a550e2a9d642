"""Gradients of cross-entropies without a division by probabilities, which may be 0."""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.tensor.rewriting.basic import register_stabilize
from pytensor.tensor.special import Softmax
from pytensor.tensor.subtensor import (
    AdvancedIncSubtensor,
    AdvancedSubtensor,
    IncSubtensor,
    Subtensor,
)


@register_stabilize
@node_rewriter([pt.mul])
def local_advanced_indexing_crossentropy_onehot_grad(fgraph: Any, node: Any) -> list | None:
    """Take the gradient of ``log(softmax(x)[indices])`` without dividing by a probability.

    That gradient has the factors p, a softmax, and zeros to which g / p[indices] is added at
    these indices. Their product is zeros to which g is added, as 0 / 0 stands for 1 here.
    """
    for probabilities in node.inputs:
        if probabilities.owner is None or not isinstance(probabilities.owner.op, Softmax):
            continue
        for scattered in node.inputs:
            undivided = _without_division(scattered, probabilities)
            if undivided is not None:
                others = list(node.inputs)
                others.remove(probabilities)
                others.remove(scattered)
                return [pt.mul(undivided, *others) if others else undivided]
    return None


def _without_division(scattered: Variable, probabilities: Variable) -> Variable | None:
    """``inc(zeros, g, indices)``, given ``inc(zeros, g / probabilities[indices], indices)``."""
    node = scattered.owner
    if node is None or not isinstance(node.op, AdvancedIncSubtensor | IncSubtensor):
        return None
    zeros, ratio, *indices = node.inputs
    base = pt.get_underlying_scalar_constant_value(zeros, raise_not_constant=False)
    if node.op.set_instead_of_inc or isinstance(base, Variable) or base != 0:
        return None
    if ratio.owner is None or ratio.owner.op != pt.true_div:
        return None
    numerator, selected = ratio.owner.inputs
    selection = selected.owner
    if (
        selection is None
        or not isinstance(selection.op, AdvancedSubtensor | Subtensor)
        or selection.op.idx_list != node.op.idx_list
        or selection.inputs != [probabilities, *indices]
    ):
        return None
    return node.op(zeros, numerator, *indices)
