"""What lies between convolutions of images, with channels last.

On the CPU XLA convolves images with channels last, and so transposes them before and after. A
rewrite has what lies between convolutions (biases, normalization, nonlinearities, pooling to
maxima, and their gradients) computed in that order too: of the transpositions, XLA then leaves out
those that undo each other. Of the networks of ``benchmarks/networks.py`` the residual one takes
some 8 % less time by it, and the one with pooling some 15 %. Where anything else needs channels
first in between, it would take more, and nothing is done.
"""

from pytensor.compile.mode import optdb
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import GraphRewriter, copy_stack_trace
from pytensor.tensor.elemwise import CAReduce, DimShuffle, Elemwise
from theano.link.device import on_cpu
from theano.ops.conv import (
    AbstractConv,
    AbstractConv_gradInputs,
    AbstractConv_gradWeights,
)
from theano.ops.pool import MaxPoolGrad, Pool

__all__ = ["ChannelsLast"]

# The axes of an array with channels first, in the order of one with channels last; and back.
_TO_LAST, _TO_FIRST = (0, 2, 3, 1), (0, 3, 1, 2)


class ChannelsLast(GraphRewriter):
    """Compute with channels last what lies between convolutions of images."""

    def apply(self, fgraph: FunctionGraph) -> None:
        """Rewrite a graph.

        Parameters
        ----------
        fgraph : FunctionGraph
        """
        if not on_cpu():
            return
        chosen = _images_between_convolutions(fgraph)
        last, replacements = {}, []
        for node in fgraph.toposort() if chosen else ():
            output = node.outputs[0]
            if output in chosen and isinstance(node.op, Elemwise):
                moved = node.op(*(_with_channels_last(v, last) for v in node.inputs))
            elif _pools(node) and node.inputs[0] in chosen:
                moved = _pooled(node, last)
            else:
                if output in chosen:
                    last[output] = output.dimshuffle(_TO_LAST)
                elif isinstance(node.op, CAReduce) and node.inputs[0] in chosen:
                    replacements.append((output, _reduced(node.op, last[node.inputs[0]])))
                continue
            copy_stack_trace(output, moved)
            last[output] = moved
            replacements.append((output, moved.dimshuffle(_TO_FIRST)))
        for old, new in replacements:
            copy_stack_trace(old, new)
        fgraph.replace_all(replacements, reason="channels_last")


def _images_between_convolutions(fgraph):
    """Find the images of which all uses, and those of what is made of them, allow channels last."""
    made_with = {}  # by image, those that it is made of or goes into
    for node in fgraph.toposort():
        output = node.outputs[0]
        if _convolves(node, AbstractConv, AbstractConv_gradInputs):
            made_with[output] = []
        elif _pools(node) and node.inputs[0] in made_with:
            made_with[output] = []
            if isinstance(node.op, MaxPoolGrad):
                made_with[output].append(node.inputs[0])
                made_with[node.inputs[0]].append(output)
        elif isinstance(node.op, Elemwise) and _goes_with_images(node, made_with):
            made_with[output] = [v for v in node.inputs if v in made_with]
            for image in made_with[output]:
                made_with[image].append(output)
    left_alone = [image for image in made_with if not _allows(image, made_with, fgraph)]
    chosen = made_with.keys() - left_alone
    while left_alone:
        reached = chosen.intersection(made_with[left_alone.pop()])
        chosen -= reached
        left_alone += reached
    return chosen


def _convolves(node, *kinds):
    return isinstance(node.op, kinds) and node.op.convdim == 2 and not node.op.unshared


def _pools(node):
    """Tell whether it is a maximum over windows of images, or its gradient."""
    op = node.op
    return (
        (isinstance(op, MaxPoolGrad) or (isinstance(op, Pool) and op.mode == "max"))
        and op.ndim == 2
        and not op.channels_last
        and node.inputs[0].type.ndim == 4
    )


def _goes_with_images(node, images):
    """Tell whether all inputs are images, or have one value for all places of an image."""
    found = [v in images for v in node.inputs]
    return (
        len(node.outputs) == 1
        and any(found)
        and all(known or all(v.type.broadcastable[2:]) for v, known in zip(node.inputs, found))
    )


def _allows(image, images, fgraph):
    """Tell whether everything that uses an image can take it with channels last."""
    return all(
        node.outputs  # or else the image is an output of the graph
        and (
            (node.outputs[0] in images and isinstance(node.op, Elemwise))
            or isinstance(node.op, CAReduce)
            or (_pools(node) and node.inputs[0] in images)
            or _convolves(node, AbstractConv, AbstractConv_gradInputs, AbstractConv_gradWeights)
        )
        for node, _ in fgraph.clients[image]
    )


def _with_channels_last(variable: Variable, last: dict) -> Variable:
    if variable in last:
        return last[variable]
    if isinstance(variable, Constant):
        sizes = [variable.type.shape[axis] for axis in _TO_LAST]
        return variable.type.clone(shape=sizes).make_constant(variable.data.transpose(_TO_LAST))
    if variable.owner is not None and isinstance(variable.owner.op, DimShuffle):
        order = variable.owner.op.new_order
        return variable.owner.inputs[0].dimshuffle([order[axis] for axis in _TO_LAST])
    return variable.dimshuffle(_TO_LAST)


def _pooled(node, last):
    op, first_size = node.op, node.op.sizes[0]
    if isinstance(op, MaxPoolGrad):
        op = MaxPoolGrad(op.ignore_border, op.ndim, channels_last=True)
    else:
        op = Pool(op.ignore_border, op.mode, op.ndim, channels_last=True)
    images = [_with_channels_last(v, last) for v in node.inputs[:first_size]]
    return op(*images, *node.inputs[first_size:])


def _reduced(op, images):
    """Reduce along the same axes, which are others now."""
    axes = range(4) if op.axis is None else op.axis
    result = op.clone(axis=tuple(sorted(_TO_LAST.index(axis) for axis in axes)))(images)
    kept = [axis for axis in _TO_LAST if axis not in axes]
    if kept == sorted(kept):
        return result
    return result.dimshuffle([kept.index(axis) for axis in sorted(kept)])


# Before elementwise operations are fused.
optdb.register("channels_last", ChannelsLast(), position=48.9)
