"""Cumulative sums from the end, in place of flipping, adding up and flipping again.

PyTensor writes the gradients of cumulative sums so. On the CPU JAX takes longer to flip than to
add.
"""

from typing import Any

from pytensor.compile.mode import optdb
from pytensor.graph.basic import Apply, Constant
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import copy_stack_trace, in2out, node_rewriter
from pytensor.tensor.extra_ops import CumOp
from pytensor.tensor.subtensor import Subtensor, indices_from_subtensor
from theano.ops.cumulative import CumsumFromEnd

__all__ = ["sum_from_end"]


@node_rewriter([Subtensor])
def sum_from_end(fgraph: FunctionGraph, node: Apply) -> Any:
    """Sum from the end, rather than flip, sum, and flip."""
    sums = node.inputs[0].owner
    if sums is None or not isinstance(sums.op, CumOp) or sums.op.mode != "add":
        return False
    flipped = sums.inputs[0].owner
    if flipped is None or not all(_flips_only(n, sums.op.axis) for n in (node, flipped)):
        return False
    result = CumsumFromEnd(sums.op.axis)(flipped.inputs[0])
    copy_stack_trace(node.outputs[0], result)
    return [result]


def _flips_only(node, axis):
    if not isinstance(node.op, Subtensor):
        return False
    slices = indices_from_subtensor(node.inputs[1:], node.op.idx_list)
    return len(slices) > axis and all(
        isinstance(s, slice)
        and _value(s.start) is _value(s.stop) is None
        and _value(s.step) == (-1 if n == axis else None)
        for n, s in enumerate(slices)
    )


def _value(bound: Any) -> Any:
    """Tell a bound, or step, of a slice: a number, None for none, or a variable."""
    return bound.data if isinstance(bound, Constant) else bound


optdb.register("sum_from_end", in2out(sum_from_end), "jax", position=48.9)
