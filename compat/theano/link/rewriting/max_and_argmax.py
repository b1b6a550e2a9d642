"""Maxima and their places by an operation each, as PyTensor has them."""

from pytensor.compile.mode import optdb
from pytensor.graph.basic import Apply
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import in2out, node_rewriter
from theano.ops.max_and_argmax import MaxAndArgmax


@node_rewriter([MaxAndArgmax])
def separate_max_and_argmax(fgraph: FunctionGraph, node: Apply) -> list:
    """Compute each of the two by itself."""
    return node.op.separate(node.inputs[0])


optdb.register(
    "separate_max_and_argmax",
    in2out(separate_max_and_argmax),
    "fast_compile",
    "jax",
    position=0.5,
)
