"""What convolutions read is computed once.

XLA fuses elementwise operations into what reads them, and convolutions read copies in an order of
their own: it would compute normalization and nonlinearity anew for the convolution, for each of its
gradients, and for the layers around it. By a rewrite it doesn't: the residual network of
``benchmarks/networks.py`` takes some 15 % less time with JAX 0.12, and as long as before with 0.10.
"""

from pytensor.compile.mode import optdb
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import GraphRewriter, copy_stack_trace
from pytensor.tensor.elemwise import DimShuffle
from theano.ops.conv import (
    AbstractConv,
    AbstractConv_gradInputs,
    AbstractConv_gradWeights,
)
from theano.ops.fusion_barrier import FusionBarrier, fusion_barrier

__all__ = ["ConvolutionInputBarriers"]

# The positions of inputs that are images, or gradients with respect to images.
_IMAGES = {AbstractConv: (0,), AbstractConv_gradWeights: (0, 1), AbstractConv_gradInputs: (1,)}


class ConvolutionInputBarriers(GraphRewriter):
    """Put a barrier between what convolutions read and what computes it or else reads it."""

    def apply(self, fgraph: FunctionGraph) -> None:
        """Rewrite a graph.

        Parameters
        ----------
        fgraph : FunctionGraph
        """
        read = dict.fromkeys(
            _before_transposition(node.inputs[position])
            for node in fgraph.toposort()
            for kind, positions in _IMAGES.items()
            if isinstance(node.op, kind)
            for position in positions
        )
        for image in read:
            if image.owner is not None and not isinstance(image.owner.op, FusionBarrier):
                clients = list(fgraph.clients[image])
                result = fusion_barrier(image)
                copy_stack_trace(image, result)
                for client, position in clients:
                    if isinstance(client, Apply):
                        fgraph.change_node_input(client, position, result)


def _before_transposition(variable: Variable) -> Variable:
    while variable.owner is not None and isinstance(variable.owner.op, DimShuffle):
        variable = variable.owner.inputs[0]
    return variable


# After channels are last, and before elementwise operations are fused.
optdb.register("convolution_input_barriers", ConvolutionInputBarriers(), position=48.95)
