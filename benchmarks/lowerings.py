"""Time how convolution and pooling are computed on the CPU, beside XLA's own operations.

    .venv/3.11/bin/python lowerings.py [--rounds N]

A row for each: milliseconds of the output, and of the gradients with respect to filters and input,
as medians of turns; in brackets, ours as a multiple of XLA's.
"""

import argparse
import time
from statistics import median

import jax
import jax.numpy as jnp
import numpy as np
import theano
import theano.tensor as T
from jax import lax
from theano.link.device import start_jax
from theano.link.dispatch.conv import Sliding
from theano.tensor.nnet import conv_lowering
from theano.tensor.signal.pool import pool_2d

CALLS = 3  # in each turn

# what it is, input, filters, groups, dtype
CONVOLUTIONS = (
    ("3x3 filters, float32", (32, 16, 32, 32), (16, 16, 3, 3), 1, "float32"),
    ("5x5 filters, float32", (64, 32, 12, 12), (32, 32, 5, 5), 1, "float32"),
    ("3x3 filters, float64", (32, 16, 32, 32), (16, 16, 3, 3), 1, "float64"),
    ("3x3x3 filters", (8, 8, 16, 16, 16), (8, 8, 3, 3, 3), 1, "float32"),
    ("3x3 filters in 4 groups", (32, 32, 28, 28), (32, 8, 3, 3), 4, "float32"),
    ("3x3 filters, one per channel", (32, 32, 28, 28), (32, 1, 3, 3), 32, "float32"),
)
POOLS = (("maximum of 2x2", (64, 32, 24, 24), 2), ("maximum of 3x3, stride 2", (64, 32, 25, 25), 3))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    start_jax()
    print("| | output | gradient of the filters | gradient of the input |")
    print("| --- | --- | --- | --- |")
    for what, *case in CONVOLUTIONS:
        print(f"| {what} | {' | '.join(convolution(*case, rounds))} |", flush=True)
    for what, shape, window in POOLS:
        output, gradient = pool(shape, window, rounds)
        print(f"| {what} | {output} | | {gradient} |", flush=True)


def convolution(input_shape, filter_shape, groups, dtype, rounds):
    ndim = len(input_shape) - 2
    sliding = Sliding((1,) * ndim, ((1, 1),) * ndim, (1,) * ndim, groups)
    random = np.random.RandomState(0)
    x, w = (jnp.asarray(random.normal(size=s).astype(dtype)) for s in (input_shape, filter_shape))
    g = conv_lowering.by_xla(x, w, sliding)

    def xla(x, w):
        return conv_lowering.by_xla(x, w, sliding)

    def weights_gradient(x, w, g):
        return conv_lowering.weights_gradient(x, g, w.shape[2:], sliding)

    def inputs_gradient(x, w, g):
        return conv_lowering.inputs_gradient(w, g, x.shape[2:], sliding)

    pairs = [
        (lambda x, w, g: conv_lowering.correlate(x, w, sliding), lambda x, w, g: xla(x, w)),
        (weights_gradient, lambda x, w, g: jax.vjp(lambda w: xla(x, w), w)[1](g)[0]),
        (inputs_gradient, lambda x, w, g: jax.vjp(lambda x: xla(x, w), x)[1](g)[0]),
    ]
    return [compared(*pair, (x, w, g), rounds) for pair in pairs]


def pool(shape, window, rounds):
    values = np.random.RandomState(0).normal(size=shape).astype("float32")
    x = theano.shared(values)
    output = pool_2d(x, (window, window), stride=(2, 2), ignore_border=True)
    ours = theano.function([], output.sum())
    gradient = theano.function([], T.grad(T.sqr(output).sum(), x).sum())

    def xla(x):
        sizes, strides = (1, 1, window, window), (1, 1, 2, 2)
        return lax.reduce_window(x, -jnp.inf, lax.max, sizes, strides, "VALID")

    x = jnp.asarray(values)
    theirs = jax.jit(lambda x: xla(x).sum())
    their_gradient = jax.jit(lambda x: jax.grad(lambda x: (xla(x) ** 2).sum())(x).sum())
    return [
        compared_calls(ours, lambda: float(theirs(x)), rounds),
        compared_calls(gradient, lambda: float(their_gradient(x)), rounds),
    ]


def compared(ours, theirs, arrays, rounds):
    """Time two functions, compiled, after a look at whether they give the same."""
    ours, theirs = jax.jit(ours), jax.jit(theirs)
    np.testing.assert_allclose(ours(*arrays), theirs(*arrays), rtol=1e-3, atol=1e-2)
    return compared_calls(
        lambda: ours(*arrays).block_until_ready(),
        lambda: theirs(*arrays).block_until_ready(),
        rounds,
    )


def compared_calls(ours, theirs, rounds):
    times = [[], []]
    for action in (ours, theirs):
        action()
    for _ in range(rounds):
        for action, of_action in zip((ours, theirs), times):
            start = time.perf_counter()
            for _ in range(CALLS):
                action()
            of_action.append((time.perf_counter() - start) / CALLS)
    ratio = median(a / b for a, b in zip(*times))
    return f"{1000 * median(times[0]):.2f} ({ratio:.2f})"


if __name__ == "__main__":
    main()
