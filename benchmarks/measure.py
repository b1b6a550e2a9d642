"""Measure in one process what the arguments name, and print the figures as JSON.

    python measure.py versions
    python measure.py steps small [--rounds N]
    python measure.py networks conv64 [--rounds N]
    python measure.py cold lasagne_expr small
    python measure.py graphs

`run.py` starts one process for each; the figures of `cold` are of a process that did nothing else.
"""

import argparse
import gc
import importlib.metadata
import importlib.util
import json
import random
import resource
import statistics
import sys
import time

from steps import CONTESTANTS, NUM_BATCHES, PROBLEMS

COMPARED_STEPS = 10  # after which the losses of all contestants are compared
BLOCK_SECONDS = 0.02  # of timed steps, before it is the next contestant's turn
STEPS_FOR_MEMORY = 20
PACKAGES = ("numpy", "theano", "pytensor", "jax", "jaxlib", "optax", "torch")
CHAIN_LENGTHS = (100, 1000, 10_000, 100_000)
CHAIN_SHARED_VARS = 100
NETWORK_DEPTHS = (10, 30, 100, 300, 1000)
NETWORK_UNITS = 32
REPEATS = 5


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=MEASUREMENTS)
    parser.add_argument("details", nargs="*", help="contestant, problem")
    parser.add_argument("--rounds", type=int, default=100)
    args = parser.parse_args()
    measure = MEASUREMENTS[args.what]
    timed = measure in (steps, networks)
    figures = measure(args.rounds, *args.details) if timed else measure(*args.details)
    json.dump(figures, sys.stdout)


def missing_packages(contestant):
    """List what a contestant needs and this environment lacks."""
    return [name for name in contestant.needs if importlib.util.find_spec(name) is None]


def versions() -> dict:
    """List the versions of Python and of the packages, who can take part, and the networks."""
    import networks

    found = {"python": sys.version.split()[0]}
    for package in PACKAGES:
        # On newer Pythons `theano` is part of this project, without a version of its own.
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    missing = {name: missing_packages(contestant) for name, contestant in CONTESTANTS.items()}
    return {"versions": found, "missing": missing, "networks": list(networks.PROBLEMS)}


def steps(rounds: int, problem_name: str) -> dict:
    """Time the steps of the autoencoder."""
    return compare(CONTESTANTS, PROBLEMS[problem_name], rounds)


def networks(rounds: int, problem_name: str) -> dict:
    """Time the steps of a convolutional or recurrent network."""
    from networks import CONTESTANTS, PROBLEMS  # it imports NumPy, which cold starts include

    return compare(CONTESTANTS, PROBLEMS[problem_name], rounds)


def compare(contestants, problem, rounds: int) -> dict:
    """Time the steps of all contestants, turn by turn in a random order.

    Each turn is a block of steps, after two that aren't timed: they bring back to the caches what
    the contestant before has displaced, and let that one's threads go to sleep.
    """
    batches = problem.batches()
    taking_part = {n: c for n, c in contestants.items() if not missing_packages(c)}
    running = {name: contestant.build(problem) for name, contestant in taking_part.items()}
    losses = {
        name: [float(step(batches[n % len(batches)])) for n in range(COMPARED_STEPS)]
        for name, step in running.items()
    }
    lengths = {name: block_length(step, batches[0]) for name, step in running.items()}
    times = by_turns(
        list(running), rounds, lambda name: block_time(running[name], batches, lengths[name])
    )
    return {"times": times, "losses": losses}


def by_turns(names, rounds: int, timed) -> dict:
    """Time each of several, in every round in another order, without the garbage collector."""
    times = {name: [] for name in names}
    order = list(names)
    shuffle = random.Random(0).shuffle
    gc.collect()
    gc.disable()
    for _ in range(rounds):
        shuffle(order)
        for name in order:
            times[name].append(timed(name))
    gc.enable()
    return times


def block_length(step, batch):
    """Choose a number of steps that takes about `BLOCK_SECONDS`."""
    return max(1, round(BLOCK_SECONDS / min(block_time(step, [batch], 1) for _ in range(10))))


def block_time(step, batches, length):
    """Return the seconds that one step takes, on average over a block."""
    for batch in batches[:2]:
        step(batch)
    start = time.perf_counter()
    for n in range(length):
        step(batches[n % len(batches)])
    return (time.perf_counter() - start) / length


def cold(contestant_name: str, problem_name: str) -> dict:
    """Time the way from the first import to the end of the first step; then look at the memory."""
    problem = PROBLEMS[problem_name]
    start = time.perf_counter()
    step = CONTESTANTS[contestant_name].build(problem)
    batches = problem.batches()
    step(batches[0])
    first_step = time.perf_counter() - start
    for n in range(STEPS_FOR_MEMORY):
        step(batches[n % NUM_BATCHES])
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return {"first_step": first_step, "peak_memory": peak}


def graphs() -> dict:
    """Time what this library does with large graphs before anything is compiled."""
    sys.setrecursionlimit(1000)  # the default; nothing here may need more
    return {
        "walker": {length: walker_time(length) for length in CHAIN_LENGTHS},
        "network": {depth: network_times(depth) for depth in NETWORK_DEPTHS},
    }


def walker_time(length):
    """Time collecting the shared variables of a chain of `length` operations."""
    import numpy as np
    import theano

    from lasagne_expr.utils import collect_shared_vars

    shared_vars = [theano.shared(np.float32(0)) for _ in range(CHAIN_SHARED_VARS)]
    expression = shared_vars[0]
    for n in range(1, length + 1):
        expression = expression + shared_vars[n % CHAIN_SHARED_VARS]

    def walk():
        assert set(collect_shared_vars(expression)) == set(shared_vars)

    return median_time(walk)


def network_times(depth):
    """Time building a network of `depth` dense layers, its output, and its parameters' list."""
    import numpy as np

    from lasagne_expr.layers import DenseLayer, InputLayer, get_all_params, get_output

    weights = np.eye(NETWORK_UNITS, dtype="float32")

    def build():
        layer = InputLayer((None, NETWORK_UNITS))
        for _ in range(depth):
            layer = DenseLayer(layer, NETWORK_UNITS, W=weights)
        return layer

    network = build()
    assert len(get_all_params(network, trainable=True)) == 2 * depth
    return {
        "layers": median_time(build),
        "get_output": median_time(lambda: get_output(network)),
        "get_all_params": median_time(lambda: get_all_params(network, trainable=True)),
    }


def median_time(action):
    """Return the median of the seconds that an action takes."""
    times = []
    for _ in range(REPEATS):
        gc.collect()
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


MEASUREMENTS = {
    "versions": versions,
    "steps": steps,
    "networks": networks,
    "cold": cold,
    "graphs": graphs,
}

if __name__ == "__main__":
    main()
