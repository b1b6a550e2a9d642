"""Convolutions over a grid of arguments, as graphs: for Theano's reference values and for tests."""

import numpy as np
import theano.tensor as T
from theano.tensor.nnet import abstract_conv

# Input's shape, filters' shape, arguments.
PLANAR = {
    "plain": ((2, 3, 7, 6), (4, 3, 3, 2), {}),
    "correlation": ((2, 3, 7, 6), (4, 3, 3, 2), {"filter_flip": False}),
    "one_channel": ((3, 1, 6, 8), (4, 1, 3, 5), {}),
    "pointwise": ((2, 3, 5, 4), (4, 3, 1, 1), {"subsample": (2, 1)}),
    "whole": ((2, 3, 4, 5), (2, 3, 4, 5), {}),
    "full": ((2, 3, 5, 4), (2, 3, 2, 3), {"border_mode": "full"}),
    "full_strided": ((2, 2, 5, 4), (2, 2, 2, 3), {"border_mode": "full", "subsample": (2, 3)}),
    "half_odd": ((2, 3, 5, 6), (4, 3, 3, 5), {"border_mode": "half"}),
    "half_even": ((2, 3, 5, 6), (2, 3, 4, 2), {"border_mode": "half"}),
    "half_strided": ((2, 3, 8, 7), (2, 3, 3, 3), {"border_mode": "half", "subsample": (2, 2)}),
    "padded": ((2, 3, 5, 6), (2, 3, 3, 3), {"border_mode": 2}),
    "padded_unequally": ((2, 3, 5, 6), (2, 3, 3, 3), {"border_mode": (1, 0)}),
    "padded_at_one_end": ((2, 2, 5, 6), (2, 2, 3, 3), {"border_mode": ((0, 2), (1, 0))}),
    "strided": ((2, 3, 9, 8), (4, 3, 3, 2), {"subsample": (2, 3)}),
    "strided_widely": ((2, 2, 9, 8), (2, 2, 2, 2), {"subsample": (4, 3)}),
    "dilated": ((2, 2, 9, 8), (3, 2, 3, 2), {"filter_dilation": (2, 3)}),
    "dilated_strided": (
        (2, 2, 9, 8),
        (2, 2, 3, 2),
        {"filter_dilation": (2, 3), "subsample": (2, 1), "border_mode": "half"},
    ),
    "grouped": ((2, 4, 6, 5), (6, 2, 3, 2), {"num_groups": 2}),
    "grouped_strided": (
        (2, 4, 6, 5),
        (4, 2, 3, 3),
        {"num_groups": 2, "subsample": (2, 1), "border_mode": "half", "filter_flip": False},
    ),
    "depthwise": ((2, 3, 6, 5), (6, 1, 3, 3), {"num_groups": 3, "border_mode": 1}),
}
SPATIAL = {
    "plain": ((2, 2, 4, 5, 3), (3, 2, 2, 3, 2), {}),
    "correlation": ((1, 2, 4, 5, 3), (2, 2, 2, 3, 2), {"filter_flip": False}),
    "half": ((2, 2, 4, 3, 3), (2, 2, 3, 1, 3), {"border_mode": "half"}),
    "full": ((2, 1, 3, 3, 2), (2, 1, 2, 2, 2), {"border_mode": "full"}),
    "strided": ((1, 2, 5, 4, 5), (2, 2, 2, 2, 3), {"subsample": (2, 1, 2), "border_mode": 1}),
    "dilated": ((1, 2, 5, 4, 5), (2, 2, 2, 2, 2), {"filter_dilation": (2, 1, 3)}),
    "grouped": ((1, 4, 3, 3, 4), (4, 2, 2, 2, 2), {"num_groups": 2}),
}
# Filters of their own for every place: the output's sizes come after the number of filters.
UNSHARED = {
    "plain": ((2, 2, 4, 5), (3, 3, 3, 2, 2, 3), {}),
    "padded": ((2, 2, 3, 3), (2, 3, 3, 2, 3, 3), {"border_mode": "half", "filter_flip": False}),
    "strided": ((2, 1, 5, 5), (2, 2, 2, 1, 2, 3), {"subsample": (3, 2)}),
    "grouped": ((2, 4, 3, 4), (4, 2, 3, 2, 2, 2), {"num_groups": 2}),
}


KINDS = {"planar": PLANAR, "spatial": SPATIAL, "unshared": UNSHARED}


def all_cases(dtype):
    """Make all cases: by name, the variables, their values, and what to compute."""
    cases = {
        f"{kind}/{name}": convolution(name, kind, dtype)
        for kind, names in KINDS.items()
        for name in names
    }
    cases.update({f"other/{name}": tuple(case) for name, *case in other_functions(dtype)})
    return cases


def arrays(name, dtype, *shapes):
    """Draw arrays of given shapes; those of one name are always the same."""
    rng = np.random.RandomState(sum(map(ord, name)))
    return [rng.uniform(-1, 1, size=shape).astype(dtype) for shape in shapes]


def tensor(dtype, ndim):
    return T.TensorType(dtype, [False] * ndim)()


def convolution(name, kind, dtype):
    """Make one case: the variables, their values, and what to compute.

    What is computed is the output, and for a given gradient with respect to it, those with respect
    to the input and to the filters.
    """
    function = abstract_conv.conv3d if kind == "spatial" else abstract_conv.conv2d
    shape, filter_shape, arguments = KINDS[kind][name]
    if kind == "unshared":
        arguments = {**arguments, "unshared": True}
    x, w = tensor(dtype, len(shape)), tensor(dtype, len(filter_shape))
    g = tensor(dtype, len(shape))
    y = function(x, w, **arguments)
    output_shape = abstract_conv.get_conv_output_shape(
        shape,
        filter_shape,
        arguments.get("border_mode", "valid"),
        arguments.get("subsample", (1,) * (len(shape) - 2)),
        arguments.get("filter_dilation"),
    )
    values = arrays(name, dtype, shape, filter_shape, output_shape)
    gradients = T.Lop(y, [x, w], g)
    return [x, w, g], values, [y, *gradients]


def other_functions(dtype):
    """Make graphs of what is built on convolutions: name, variables, values, outputs.

    What is computed is the outputs, and the gradients of the sum of their squares with respect to
    the variables.
    """
    for name, variables, values, outputs in _built_on_convolutions(dtype):
        cost = sum(T.sum(T.sqr(output)) for output in outputs)
        yield name, variables, values, [*outputs, *T.grad(cost, variables)]


def _built_on_convolutions(dtype):
    x, w, v = (tensor(dtype, 4) for _ in range(3))
    yield (
        "separable",
        [x, w, v],
        arrays("other", dtype, (2, 4, 5, 6), (8, 1, 3, 2), (3, 8, 1, 1)),
        [T.nnet.separable_conv2d(x, w, v, 4, border_mode="half", subsample=(2, 1))],
    )
    x, w, v = (tensor(dtype, 5) for _ in range(3))
    yield (
        "separable_3d",
        [x, w, v],
        arrays("other", dtype, (2, 2, 3, 4, 3), (4, 1, 2, 2, 3), (3, 4, 1, 1, 1)),
        [abstract_conv.separable_conv3d(x, w, v, 2, border_mode=1, subsample=(2, 1, 2))],
    )
    x, w = (tensor(dtype, 3) for _ in range(2))
    arguments = {"subsample": 2, "filter_dilation": 2, "num_groups": 2}
    yield (
        "causal",
        [x, w],
        arrays("causal", dtype, (2, 4, 9), (6, 2, 3)),
        [abstract_conv.causal_conv1d(x, w, (6, 2, 3), **arguments)],
    )
    yield from _gradients_by_themselves(dtype)
    x = tensor(dtype, 4)
    enlarged = [
        abstract_conv.bilinear_upsampling(x, ratio=ratio, batch_size=2, num_input_channels=1)
        for ratio in (1, 2, 3)
    ]
    fractions = ((3, 2), ((5, 3), (4, 6)))
    enlarged += [
        abstract_conv.bilinear_upsampling(x, frac_ratio=fraction, use_1D_kernel=False)
        for fraction in fractions
    ]
    yield "upsampling", [x], arrays("upsampling", dtype, (2, 1, 3, 4)), enlarged


def _gradients_by_themselves(dtype):
    """Make the operations that are gradients of convolutions.

    Of two input sizes, both make the output that strides make.
    """
    arguments = {"subsample": (2, 3), "border_mode": (1, 0)}
    g, w = (tensor(dtype, 4) for _ in range(2))
    inputs = [
        abstract_conv.conv2d_grad_wrt_inputs(g, w, (None, 3, *sizes), **arguments)
        for sizes in ((5, 5), (6, 7))
    ]
    transposed = T.nnet.conv2d_transpose(
        g, w, (2, 3, 6, 5), border_mode=(1, 0), input_dilation=(2, 3), filter_flip=False
    )
    values = arrays("gradients", dtype, (2, 4, 3, 2), (4, 3, 3, 2))
    yield "wrt_inputs", [g, w], values, [*inputs, transposed]
    x, g = (tensor(dtype, 4) for _ in range(2))
    weights = [
        abstract_conv.conv2d_grad_wrt_weights(x, g, (4, 3, 3, 2), filter_flip=flip, **arguments)
        for flip in (True, False)
    ]
    values = arrays("gradients", dtype, (2, 3, 6, 7), (2, 4, 3, 2))
    yield "wrt_weights", [x, g], values, weights
    arguments = {"subsample": (2, 1, 2), "border_mode": (1, 0, 1), "num_groups": 2}
    g, w = (tensor(dtype, 5) for _ in range(2))
    inputs = [
        abstract_conv.conv3d_grad_wrt_inputs(g, w, (2, 4, *sizes), **arguments)
        for sizes in ((4, 3, 3), (5, 3, 4))
    ]
    values = arrays("gradients", dtype, (2, 4, 3, 2, 2), (4, 2, 2, 2, 3))
    yield "wrt_inputs_3d", [g, w], values, inputs
    x, g = (tensor(dtype, 5) for _ in range(2))
    weights = [
        abstract_conv.conv3d_grad_wrt_weights(x, g, (4, 2, 2, 2, 3), filter_flip=flip, **arguments)
        for flip in (True, False)
    ]
    values = arrays("gradients", dtype, (2, 4, 5, 3, 4), (2, 4, 3, 2, 2))
    yield "wrt_weights_3d", [x, g], values, weights


def shapes():
    """Work out the shapes of outputs, filters and inputs of all cases and of odd ones: lists."""
    cases = [*PLANAR.values(), *SPATIAL.values()]
    cases += [
        ((None, 3, size, 9), (5, 3, kernel, None), {"border_mode": mode, "subsample": (stride, 2)})
        for size in (6, 7)
        for kernel in (2, 3)
        for mode in ("valid", "half", "full", (2, 1))
        for stride in (1, 2, 3)
    ]
    return [_shapes_of(*case) for case in cases]


def _shapes_of(shape, filter_shape, arguments):
    steps = [
        arguments.get("border_mode", "valid"),
        arguments.get("subsample", (1,) * (len(shape) - 2)),
        arguments.get("filter_dilation"),
    ]
    groups = arguments.get("num_groups", 1)
    output = abstract_conv.get_conv_output_shape(shape, filter_shape, *steps)
    found = [
        output,
        # Of groups, Theano's rule for filters divides the number of filters, and not of channels.
        abstract_conv.get_conv_gradweights_shape(shape, output, *steps),
        abstract_conv.get_conv_gradinputs_shape(filter_shape, output, *steps, groups),
    ]
    return [[None if size is None else int(size) for size in shape] for shape in found]
