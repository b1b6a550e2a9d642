"""Time the first step of networks with and without what an earlier run compiled.

    .venv/3.11/bin/python second_run.py [--repeats N]

Each figure is the median of fresh processes, from the first import to the end of the first step.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

NAMES = ("autoencoder", "conv64", "residual", "lstm", "gru")
OFF = "jax.compile_cache=False"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--one", choices=NAMES, help="time this network's first step, as JSON")
    args = parser.parse_args()
    if args.one:
        json.dump(first_step(args.one), sys.stdout)
        return
    print("| | nothing kept | first run | second run | second run / nothing kept |")
    print("| --- | --- | --- | --- | --- |")
    for name in NAMES:
        off, first, second = map(
            statistics.median, zip(*(measure(name) for _ in range(args.repeats)))
        )
        print(f"| {name} | {off:.1f} s | {first:.1f} s | {second:.1f} s | {second / off:.2f} |")


def first_step(name: str) -> float:
    """Build a network and do a step, in this process."""
    start = time.perf_counter()
    if name == "autoencoder":
        from steps import PROBLEMS, lasagne_expr_step

        problem = PROBLEMS["small"]
    else:
        from networks import PROBLEMS, lasagne_expr_step

        problem = PROBLEMS[name]
    step = lasagne_expr_step(problem)
    float(step(problem.batches()[0]))
    return time.perf_counter() - start


def measure(name: str) -> tuple:
    """Time three processes: one that keeps nothing, one that does, and one that finds it."""
    with tempfile.TemporaryDirectory() as caches:
        runs = (OFF, "jax.compile_cache=True", "jax.compile_cache=True")
        return tuple(in_a_process(name, flags, caches) for flags in runs)


def in_a_process(name, flags, caches):
    environment = {**os.environ, "THEANO_FLAGS": f"floatX=float32,{flags}"}
    environment["XDG_CACHE_HOME"] = caches
    command = [sys.executable, __file__, "--one", name]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


if __name__ == "__main__":
    main()
