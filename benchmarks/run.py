"""Run the comparison, and write its figures and pictures into the documentation.

    python run.py PYTHON [PYTHON ...]

Each PYTHON is the interpreter of an environment with this library on one of its engines, and with
whatever peers could be installed there. This process itself imports nothing large: the peak memory
of a process that it starts could not be told from its own.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles

HERE = Path(__file__).resolve().parent
DOCS = HERE.parent / "docs"
LOSS_TOLERANCE = 1e-4
# What changes the speed of one peer or another, and is the same for all.
SETTINGS = ("OPENBLAS_CORETYPE", "OMP_NUM_THREADS", "XLA_FLAGS", "LD_PRELOAD", "GLIBC_TUNABLES")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pythons", nargs="+", metavar="PYTHON", help="an environment's interpreter")
    parser.add_argument("--out", type=Path, default=DOCS, help="where to write (default: docs)")
    parser.add_argument("--quick", action="store_true", help="measure less often")
    parser.add_argument(
        "--networks-only",
        action="store_true",
        help="measure convolutional and recurrent networks only, and keep the other figures",
    )
    args = parser.parse_args()
    start = time.time()
    figures = {"machine": machine(), "engines": {}}
    if args.networks_only:
        figures = json.loads((args.out / "_static" / "benchmarks.json").read_text())
    for python in args.pythons:
        found = measure(python, "versions")
        name = "Theano" if "theano" in found["versions"] else "PyTensor"
        engine = figures["engines"].setdefault(name, {"versions": found["versions"]})
        if not args.networks_only:
            engine.update(measure_engine(python, found, args.quick))
        started = load()
        engine["networks"] = measure_networks(python, found, args.quick)
        engine["networks_run"] = {
            "processor": processor(),
            "load_before": started,
            "load_after": load(),
            "versions": found["versions"],
        }
    if not args.networks_only:
        figures["machine"]["load_after"] = load()
        figures["machine"]["minutes"] = (time.time() - start) / 60
    differences = loss_differences(figures["engines"])

    from report import write  # it imports matplotlib

    write(figures, args.out)
    if differences:
        sys.exit("not all contestants compute the same: " + "; ".join(differences))


def machine() -> dict:
    """Describe the machine, as far as it bears on the figures."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "settings": {name: os.environ[name] for name in SETTINGS if name in os.environ},
        "load_before": load(),
    }


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next(
        (ln.split(":")[1].strip() for ln in lines if ln.startswith("model name")), "unknown"
    )


def load():
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def measure_engine(python, found, quick) -> dict:
    """Take the figures of the autoencoder, and of large graphs, in one environment."""
    absent = {name: packages for name, packages in found["missing"].items() if packages}
    taking_part = [name for name in found["missing"] if name not in absent]
    engine = {"versions": found["versions"], "absent": absent, "steps": {}, "losses": {}}
    for problem in ("small", "large"):
        result = measure(python, "steps", problem, "--rounds", "10" if quick else "100")
        engine["steps"][problem] = summarize_steps(result["times"])
        engine["losses"][problem] = result["losses"]
    engine["cold"] = measure_cold(python, taking_part, repeats=1 if quick else 3)
    engine["graphs"] = measure(python, "graphs")
    return engine


def measure_networks(python, found, quick) -> dict:
    """Take the figures of convolutional and recurrent networks in one environment."""
    figures = {}
    for problem in found["networks"]:
        result = measure(python, "networks", problem, "--rounds", "5" if quick else "20")
        figures[problem] = summarize_steps(result["times"])
        figures[problem]["losses"] = result["losses"]
    return figures


def measure(python, *arguments) -> dict:
    """Run `measure.py` in a process of its own, with empty caches of compiled code."""
    print(f"{python}: {' '.join(arguments)}", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as caches:
        environment = {
            **os.environ,
            "THEANO_FLAGS": f"floatX=float32,base_compiledir={caches}/theano",
            "TORCHINDUCTOR_CACHE_DIR": f"{caches}/torch",
            "XDG_CACHE_HOME": caches,
        }
        command = [python, str(HERE / "measure.py"), *arguments]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed with exit code {done.returncode}")
    return json.loads(done.stdout)


def summarize_steps(times) -> dict:
    """Take quartiles of each contestant's times, and of this library's share of them by turns."""
    ours = times["lasagne_expr"]
    return {
        name: {
            "seconds": quantiles(theirs, n=4),
            "ratio": quantiles([a / b for a, b in zip(ours, theirs)], n=4),
        }
        for name, theirs in times.items()
    }


def measure_cold(python, contestants, repeats) -> dict:
    """Measure time to the first step and peak memory, each in a fresh process, in turns."""
    first_steps = {name: [] for name in contestants}
    memory = {name: {} for name in contestants}
    for problem, times in (("small", repeats), ("large", 1)):
        for _ in range(times):
            for name in contestants:
                figures = measure(python, "cold", name, problem)
                memory[name][problem] = figures["peak_memory"]
                if problem == "small":
                    first_steps[name].append(figures["first_step"])
    return {
        name: {"first_step": sorted(first_steps[name]), "peak_memory": memory[name]}
        for name in contestants
    }


def loss_differences(engines) -> list:
    """Tell whose losses, from the same start, differ from those of this library."""
    found = [
        *_differences(engines, lambda e: e.pop("losses", {}), lambda e, p: e["steps"][p]),
        *_differences(
            engines,
            lambda e: {p: figures.pop("losses", {}) for p, figures in e["networks"].items()},
            lambda e, p: e["networks"][p],
        ),
    ]
    return [
        f"{name} on {engine}, {problem}: by {difference:.1e}"
        for engine, problem, name, difference in found
        if not difference <= LOSS_TOLERANCE
    ]


def _differences(engines, take_losses, figures_of):
    """List the largest difference of each, and note it beside the times."""
    losses = {engine: take_losses(figures) for engine, figures in engines.items()}
    reference = next(iter(losses.values()))
    found = []
    for engine, problems in losses.items():
        for problem, of_contestants in problems.items():
            ours = reference[problem]["lasagne_expr"]
            for name, theirs in of_contestants.items():
                largest = max(abs(a - b) for a, b in zip(ours, theirs))
                figures_of(engines[engine], problem)[name]["loss_difference"] = largest
                found.append((engine, problem, name, largest))
    return found


if __name__ == "__main__":
    main()
