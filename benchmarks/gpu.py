"""Time a training step on a CUDA GPU, beside plain JAX: the networks of the other benchmarks.

    python gpu.py [--rounds N] [--device cuda]

Needs this library's extra `cuda`, and Optax for the autoencoder's contestant.
"""

import argparse
import os
import sys
from statistics import quantiles

import measure

RIVALS = ("jax", "jax_formula")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--device", default="cuda", help="cuda (the default), cuda1, ...")
    args = parser.parse_args()
    os.environ["THEANO_FLAGS"] = f"floatX=float32,device={args.device}"
    os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"
    from theano.link.device import start_jax

    start_jax()
    import jax

    device = jax.config.jax_default_device
    print(
        f"{device.device_kind}, JAX {jax.__version__}; milliseconds per step, median (quartiles)\n"
    )
    print("| | beside | lasagne_expr | it | ratio |\n| --- | --- | --- | --- | --- |")
    for title, contestants, problem in problems():
        taking_part = {n: c for n, c in contestants.items() if n in ("lasagne_expr", *RIVALS)}
        result = measure.compare(taking_part, problem, args.rounds)
        for rival in [name for name in RIVALS if name in result["times"]]:
            times = result["times"]
            print(row(title, contestants[rival].label, times["lasagne_expr"], times[rival]))
            sys.stdout.flush()


def problems():
    """List the networks: what to call each, who takes part, and its sizes."""
    import networks
    import steps

    for problem in steps.PROBLEMS.values():
        yield f"autoencoder {problem}", steps.CONTESTANTS, problem
    for name, problem in networks.PROBLEMS.items():
        yield networks.TITLES[name], networks.CONTESTANTS, problem


def row(title, rival, ours, theirs):
    ratios = quantiles([a / b for a, b in zip(ours, theirs)], n=4)
    cells = [spread([1000 * t for t in quantiles(times, n=4)]) for times in (ours, theirs)]
    return f"| {title} | {rival} | {' | '.join(cells)} | {spread(ratios)} |"


def spread(quartiles):
    low, middle, high = quartiles
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


if __name__ == "__main__":
    main()
