"""What of a loop and of its gradient nothing needs is left out."""

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.compile.mode import optdb
from pytensor.graph.basic import Apply, Constant
from pytensor.graph.rewriting.basic import in2out, node_rewriter
from pytensor.link.c.type import Generic
from theano.ops.scan import Pullback, Scan, ScanGradient

__all__ = ["drop_residuals", "drop_unused_gradients", "leave_residuals"]


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


for _position, _name, _rewrite, *_modes in (
    (100.9, "scan_leave_residuals", leave_residuals, "numba"),
    (101, "scan_drop_unused_gradients", drop_unused_gradients, "jax", "numba"),
    (101, "scan_drop_residuals", drop_residuals, "jax", "numba"),
):
    optdb.register(_name, in2out(_rewrite), *_modes, position=_position)
