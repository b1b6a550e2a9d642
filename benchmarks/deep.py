"""Time deep graphs: unrolled LSTMs compared with plain JAX, and how long a layer takes to build.

    .venv/3.13/bin/python deep.py [--repeats N] [--steps 5 10 20] [--depths 10 100 300]

The first call of an unrolled LSTM's value and gradient is the median of fresh processes that find
nothing compiled. A layer's time is the median of the last ones of a network of that depth.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

import numpy as np

BATCH, UNITS = 8, 16


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--steps", type=int, nargs="*", default=[5, 10, 20])
    parser.add_argument("--depths", type=int, nargs="*", default=[10, 100, 300])
    parser.add_argument("--one", nargs=2, metavar=("LIBRARY", "STEPS"), help="time one first call")
    args = parser.parse_args()
    if args.one:
        library, steps = args.one
        print(*FIRST_CALLS[library](int(steps)))
        return
    print("| steps | first call | of plain JAX | ratio | a call | of plain JAX | ratio |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for steps in args.steps:
        (first, call), (first_jax, call_jax) = (
            measured(library, steps, args.repeats) for library in FIRST_CALLS
        )
        print(
            f"| {steps} | {first:.1f} s | {first_jax:.1f} s | {first / first_jax:.1f} "
            f"| {call * 1e3:.2f} ms | {call_jax * 1e3:.2f} ms | {call / call_jax:.1f} |"
        )
    print()
    print("| layer | " + " | ".join(f"the {depth}th" for depth in args.depths) + " |")
    print("| --- |" + " --- |" * len(args.depths))
    for name, layer in layers().items():
        times = (f"{seconds_for_a_layer(*layer, depth) * 1e3:.1f} ms" for depth in args.depths)
        print(f"| {name} | " + " | ".join(times) + " |")


def measured(library: str, steps: int, repeats: int) -> list:
    """The medians of several processes: seconds for the first call, and for a later one."""
    command = [sys.executable, __file__, "--one", library, str(steps)]
    environment = {**os.environ, "JAX_ENABLE_COMPILATION_CACHE": "false"}
    outputs = [subprocess.check_output(command, env=environment) for _ in range(repeats)]
    return [statistics.median(map(float, times)) for times in zip(*map(bytes.split, outputs))]


def timed(function, *args) -> tuple:
    """Seconds for the first call, and the median of later ones."""
    times = []
    for _ in range(51):
        start = time.perf_counter()
        function(*args)
        times.append(time.perf_counter() - start)
    return times[0], statistics.median(times[1:])


def lasagne_expr_first_call(steps: int) -> tuple:
    """Time the library's LSTM layer, unrolled."""
    import theano
    import theano.tensor as T

    from lasagne_expr.layers import InputLayer, LSTMLayer, get_all_params, get_output

    source = InputLayer((BATCH, steps, UNITS))
    network = LSTMLayer(source, UNITS, unroll_scan=True)
    loss = T.mean(get_output(network) ** 2)
    gradients = T.grad(loss, get_all_params(network, trainable=True))
    function = theano.function([source.input_var], [loss, *gradients])
    return timed(function, np.ones((BATCH, steps, UNITS), theano.config.floatX))


def jax_first_call(steps: int) -> tuple:
    """Time the same in plain JAX."""
    import jax
    import jax.numpy as jnp

    rng = np.random.default_rng(0)
    shapes = {"x": (UNITS, UNITS), "h": (UNITS, UNITS), "b": (UNITS,), "c": (UNITS,)}
    params = {
        kind + gate: rng.normal(0, 0.1, shape).astype("float32")
        for kind, shape in shapes.items()
        for gate in "ifgo"
    }

    def loss(params, x):
        projected = {g: x @ params["x" + g] + params["b" + g] for g in "ifgo"}
        h = c = jnp.zeros((BATCH, UNITS))
        outputs = []
        for t in range(steps):
            now = {g: projected[g][:, t] + h @ params["h" + g] for g in "ifgo"}
            i, f = (jax.nn.sigmoid(now[g] + c * params["c" + g]) for g in "if")
            c = f * c + i * jnp.tanh(now["g"])
            h = jax.nn.sigmoid(now["o"] + c * params["co"]) * jnp.tanh(c)
            outputs.append(h)
        return jnp.mean(jnp.stack(outputs, 1) ** 2)

    compiled = jax.jit(jax.value_and_grad(loss))
    x = np.ones((BATCH, steps, UNITS), "float32")
    return timed(lambda: jax.block_until_ready(compiled(params, x)))


FIRST_CALLS = {"lasagne_expr": lasagne_expr_first_call, "jax": jax_first_call}


def layers() -> dict:
    """By name, what puts a layer onto another, and the shape of the first one's input."""
    import theano
    import theano.tensor as T
    from theano.sandbox.rng_mrg import MRG_RandomStreams

    from lasagne_expr.layers import (
        Conv2DLayer,
        DenseLayer,
        ExpressionLayer,
        GaussianNoiseLayer,
        LSTMLayer,
        batch_norm,
        dropout,
    )

    streams = MRG_RandomStreams(1)
    w = theano.shared(np.zeros((4, 4), theano.config.floatX))

    def noisy(layer):
        return ExpressionLayer(layer, lambda h: T.tanh(T.dot(h, w) + streams.normal(h.shape)))

    def repeated(layer):
        return ExpressionLayer(layer, lambda h: T.repeat(T.dot(h, w), 2, axis=0)[::2])

    return {
        "dense, dropout": (lambda layer: dropout(DenseLayer(layer, 4)), (None, 4)),
        "dense, noise": (lambda layer: GaussianNoiseLayer(DenseLayer(layer, 4)), (None, 4)),
        "`T.dot(h, w) + srng.normal(h.shape)`": (noisy, (None, 4)),
        "`T.repeat(T.dot(h, w), 2, axis=0)`": (repeated, (None, 4)),
        "convolution, batch normalization": (
            lambda layer: batch_norm(Conv2DLayer(layer, 2, 3, pad="same")),
            (None, 2, 8, 8),
        ),
        "LSTM": (lambda layer: LSTMLayer(layer, 4), (None, None, 4)),
    }


def seconds_for_a_layer(make, shape: tuple, depth: int) -> float:
    """Build a network, and tell what a layer near its end took: itself, and its output."""
    from lasagne_expr.layers import InputLayer, get_all_layers, get_output

    layer = InputLayer(shape)
    output, times = layer.input_var, []
    for _ in range(depth):
        start = time.perf_counter()
        below, layer = layer, make(layer)
        output = get_output(layer, {below: output})
        times.append(time.perf_counter() - start)
    assert len(get_all_layers(layer)) > depth
    return statistics.median(times[-5:])


if __name__ == "__main__":
    main()
