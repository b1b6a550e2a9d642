"""What of a loop and of its gradient nothing needs is left out."""

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.compile.mode import optdb
from pytensor.graph.basic import Apply, Constant
from pytensor.graph.rewriting.basic import in2out, node_rewriter
from pytensor.link.c.type import Generic
from pytensor.tensor.subtensor import Subtensor
from theano.ops.dynamic_slices import split_indices
from theano.ops.scan import Pullback, Scan, ScanGradient, is_slice_from

__all__ = ["cut_initial", "drop_residuals", "drop_unused_gradients", "leave_residuals"]


@node_rewriter([Scan])
def cut_initial(fgraph: Any, node: Apply) -> Any:
    """Compute histories without the first values, which most graphs cut off again."""
    op = node.op
    if not op.with_initial:
        return False
    new = op.without_initial.make_node(*node.inputs).outputs
    whole = op.after_initial(new, node.inputs, lambda parts: pt.join(0, *parts))
    found = dict(zip(node.outputs, whole))
    for n, history in enumerate(node.outputs[: op.n_states]):
        for client, _ in fgraph.clients[history]:
            if _cuts(client, op.depth(n)):
                found[client.outputs[0]] = new[n]
    return found


@node_rewriter([Scan])
def drop_residuals(fgraph: Any, node: Apply) -> Any:
    """Leave out the residuals of a loop without a gradient."""
    if not node.op.residuals or fgraph.clients[node.outputs[-1]]:
        return False
    return dict(zip(node.outputs, node.op.variant(residuals=False).make_node(*node.inputs).outputs))


@node_rewriter([Scan, ScanGradient, Pullback])
def leave_residuals(fgraph: Any, node: Apply) -> Any:
    """Let gradients compute anew what they need to know of a loop, which only JAX can pass on.

    A loop takes it for a gradient inside its step.
    """
    kept = [isinstance(v.type, Generic) and not isinstance(v, Constant) for v in node.inputs]
    if not any(kept):
        return False
    nothing = pt.constant(np.zeros(0, "int8"))
    inputs = [nothing if residuals else v for residuals, v in zip(kept, node.inputs)]
    return node.op.make_node(*inputs).outputs


@node_rewriter([ScanGradient])
def drop_unused_gradients(fgraph: Any, node: Apply) -> Any:
    """Leave out the gradients that nothing needs."""
    used = [n for n, output in enumerate(node.outputs) if fgraph.clients[output]]
    if len(used) == len(node.outputs):
        return False
    op = ScanGradient(node.op.scan, node.op.given, tuple(node.op.wanted[n] for n in used))
    outputs = op.make_node(*node.inputs).outputs
    return dict(zip((node.outputs[n] for n in used), outputs))


def _cuts(node, position):
    """Tell whether a node takes what is after a position."""
    if not isinstance(node.op, Subtensor):
        return False
    return is_slice_from(position, split_indices(node.op, node.inputs)[1])


optdb.register("scan_cut_initial", in2out(cut_initial), "fast_run", "fast_compile", position=-0.005)
for _position, _name, _rewrite, *_modes in (
    (100.9, "scan_leave_residuals", leave_residuals, "numba"),
    (101, "scan_drop_unused_gradients", drop_unused_gradients, "jax", "numba"),
    (101, "scan_drop_residuals", drop_residuals, "jax", "numba"),
):
    optdb.register(_name, in2out(_rewrite), *_modes, position=_position)
