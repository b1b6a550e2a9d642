"""Compare this library's expressions with the constraints of PyTorch, GeoTorch and paramax.

    python constraints.py [--only NAME ...] [--seconds N] [--out FOLDER]

Two things are found: whether the maps are the same, on the same numbers, and what a training step
of a dense layer takes under each constraint. Tables and figures go into a folder.

The layer has 1024 inputs and 1024 units, and no nonlinearity; a step is one of gradient descent on
a mean squared error, of 128 cases in float32. Contestants are this library, PyTorch as it is, and
PyTorch with the step's loss and gradient compiled by `torch.compile`, each with the constraint and
without. All six take turns in one process, as in `measure.py`.
"""

import argparse
import importlib.metadata
import json
import re
import signal
import time
import warnings
from pathlib import Path
from statistics import median, quantiles

import agreement
import numpy as np
import peers
import theano
import torch
from measure import BLOCK_SECONDS, by_turns
from run import HERE, load, machine

UNITS, BATCH, NUM_BATCHES, RATE = 1024, 128, 4, 0.1
MIN_ROUNDS, MAX_ROUNDS = 3, 100
COMPILE_LIMIT = 120  # seconds, after which compiling counts as failed
PACKAGES = ("numpy", "pytensor", "jax", "torch", "geotorch", "paramax")
BEGIN, END = "<!-- constraints: begin -->", "<!-- constraints: end -->"
BASE = "none"
FIGURES = "_static/constraints.json"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--only", nargs="*", metavar="NAME", help="measure these only, and keep the others' figures"
    )
    parser.add_argument(
        "--seconds", type=float, default=6, help="of timed rounds, for each constraint"
    )
    parser.add_argument("--out", type=Path, default=HERE / "constraints", help="where to write")
    args = parser.parse_args()
    # Compiled functions and their recompilations are counted by lines of code.
    torch._dynamo.config.recompile_limit = 1000
    theano.config.floatX = "float32"  # PyTorch's default
    figures = {
        "machine": machine(),
        "versions": {p: importlib.metadata.version(p) for p in PACKAGES},
        "agreement": agreement.find(),
        "steps": measured_before(args.out) if args.only else {},
    }
    for name in args.only or peers.CONSTRAINTS:
        print(name, flush=True)
        before = load()
        found = compare(name, args.seconds)
        figures["steps"][name] = found | {"load": [before, load()]}
        # What was measured is kept, whatever comes after.
        write(figures, args.out)


def measured_before(folder) -> dict:
    path = folder / FIGURES
    return json.loads(path.read_text())["steps"] if path.exists() else {}


def compare(name, seconds) -> dict:
    """Time the steps under one constraint, and without, of all contestants by turns."""
    torch._dynamo.reset()
    x, y = np.random.RandomState(1).normal(size=(2, NUM_BATCHES, BATCH, UNITS)).astype("float32")
    batches = list(zip(x, y, strict=True))
    running, failed = {}, {}
    for who, build in (("ours", our_step), ("eager", eager_step), ("compiled", compiled_step)):
        for constraint in (BASE, name):
            try:
                running[who, constraint] = prepared(build(constraint), batches)
            except Exception as error:
                failed[who] = reason(error)
    once = {key: step_time(step, batches[0]) for key, step in running.items()}
    lengths = {key: max(1, round(BLOCK_SECONDS / seconds)) for key, seconds in once.items()}
    per_round = sum(once[key] * (lengths[key] + 1) for key in running)
    rounds = max(MIN_ROUNDS, min(MAX_ROUNDS, round(seconds / per_round)))
    times = by_turns(running, rounds, lambda key: block_time(running[key], batches, lengths[key]))
    return summarize(name, times, rounds) | {"failed": failed}


def step_time(step, batch):
    """Return the seconds that one step takes, the better of two."""
    found = []
    for _ in range(2):
        start = time.perf_counter()
        step(batch)
        found.append(time.perf_counter() - start)
    return min(found)


def block_time(step, batches, length):
    """Return the seconds that one step takes, on average over a block after an untimed one."""
    if length > 1:
        step(batches[0])
    start = time.perf_counter()
    for n in range(length):
        step(batches[n % len(batches)])
    return (time.perf_counter() - start) / length


def prepared(step, batches):
    """Run a step for the first time, and give up on what takes too long to compile."""

    def give_up(*_):
        raise TimeoutError(f"not compiled after {COMPILE_LIMIT} s")

    before = signal.signal(signal.SIGALRM, give_up)
    # Again every few seconds: what is raised within a callback of the garbage collector is lost.
    signal.setitimer(signal.ITIMER_REAL, COMPILE_LIMIT, 5)
    try:
        losses = [step(batch) for batch in batches[:2]]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    if not np.isfinite(losses).all():
        raise ArithmeticError(f"losses {losses}")
    return step


def reason(error):
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else ''}"[:200]


def summarize(name, times, rounds) -> dict:
    """Take quartiles of times, of extra times, and of our share of the others' by rounds."""
    found = {"rounds": rounds, "seconds": {}, "extra": {}, "ratio": {}}
    for who in ("ours", "eager", "compiled"):
        if (who, name) not in times or (who, BASE) not in times:
            continue
        own = times[who, name]
        found["seconds"][who] = quantiles(own, n=4)
        found["extra"][who] = quantiles(
            [a - b for a, b in zip(own, times[who, BASE], strict=True)], n=4
        )
        shares = [a / b for a, b in zip(times["ours", name], own, strict=True)]
        found["ratio"][who] = quantiles(shares, n=4)
    found["base"] = {who: median(times[who, BASE]) for who in found["seconds"]}
    return found


def our_step(constraint):
    """Build the step with this library."""
    import theano.tensor as T

    from lasagne_expr.layers import DenseLayer, InputLayer, get_all_params, get_output
    from lasagne_expr.updates import sgd

    inputs, targets = InputLayer((BATCH, UNITS)), T.fmatrix("targets")
    weights = {} if constraint == BASE else {"W": peers.CONSTRAINTS[constraint].ours()}
    layer = DenseLayer(inputs, UNITS, nonlinearity=None, **weights)
    loss = T.sqr(get_output(layer) - targets).mean()
    updates = sgd(loss, get_all_params(layer, trainable=True), RATE)
    function = theano.function([inputs.input_var, targets], loss, updates=updates)
    return lambda batch: float(function(*batch))


def eager_step(constraint):
    return _torch_step(constraint, prepare=lambda function: function)


def compiled_step(constraint):
    return _torch_step(constraint, prepare=torch.compile)


def _torch_step(constraint, prepare):
    torch.manual_seed(0)
    layer = torch.nn.Linear(UNITS, UNITS)
    if constraint != BASE:
        peers.CONSTRAINTS[constraint].theirs(layer)
    layer.train()
    optimizer = torch.optim.SGD(layer.parameters(), lr=RATE)

    def mean_loss(x, y):
        return (layer(x) - y).square().mean()

    mean_loss = prepare(mean_loss)

    def step(batch):
        optimizer.zero_grad()
        loss = mean_loss(*map(torch.from_numpy, batch))
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


# Writing.


def write(figures, folder):
    """Write the figures beside the documentation, and the tables into its pages."""
    from report import replace

    (folder / "_static").mkdir(parents=True, exist_ok=True)
    content = (json.dumps(figures, indent=1) + "\n").encode()
    replace(folder / FIGURES, content)
    page = folder / "constraints.md"
    text = page.read_text(encoding="utf-8") if page.exists() else f"{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    tables = "\n\n".join(sections(figures))
    replace(page, f"{before}{BEGIN}\n{tables}\n{END}{after}".encode())
    print(f"wrote {page}")
    gallery = folder / "expressions.md"
    if gallery.exists():
        replace(gallery, with_costs(gallery.read_text(encoding="utf-8"), figures["steps"]).encode())


def with_costs(text, steps) -> str:
    """Write extra times into the last column of the gallery's tables; one for each method."""
    costs = {}
    for name, figures in steps.items():
        kind, _, arguments = name.partition("(")
        if "ours" not in figures["extra"]:
            continue
        cost = rounded(1e3 * figures["extra"]["ours"][1])
        if kind not in costs or arguments.startswith(f"{peers.RANK}"):
            costs[kind] = [cost]
        elif "method=" in arguments:
            costs[kind].append(cost)
    head, gallery, rest = re.split(r"(?ms)(^## The gallery$.*?)(?=^## )", text, maxsplit=1)
    base = median([s["base"]["ours"] for s in steps.values() if "ours" in s["base"]])
    gallery = re.sub(r"(?<=such a step takes )[\d.]+(?=\. )", f"{1e3 * base:.1f}", gallery)
    gallery = re.sub(
        r"^(\| `(\w+).*\|)[^|]*\|$",
        lambda row: f"{row[1]} {' / '.join(costs[row[2]])} |" if row[2] in costs else row[0],
        gallery,
        flags=re.M,
    )
    return head + gallery + rest


def rounded(milliseconds):
    """Write what noise leaves of a time."""
    milliseconds = max(milliseconds, 0)
    return f"{milliseconds:.{0 if milliseconds >= 9.5 else 1}f}"


def sections(figures) -> list:
    from report import table

    agreeing = [["constraint", "beside", "what is compared", "largest difference"]]
    for row in figures["agreement"]:
        difference = row["difference"]
        agreeing.append(
            [
                row["constraint"],
                row["peer"],
                row["compared"],
                "" if difference is None else f"{difference:.0e}",
            ]
        )
    return [
        "## The same maps",
        table(agreeing),
        "## Time of a step",
        about_times(figures),
        table(step_rows(figures["steps"])),
        *[f"Fails: {n}: {why}." for n, why in failures(figures["steps"])],
    ]


def failures(steps):
    found = {}
    for name, figures in steps.items():
        for who, why in figures["failed"].items():
            found.setdefault(why, []).append(f"{name} ({who})")
    return [(", ".join(names), why.replace("`", "")) for why, names in found.items()]


def about_times(figures) -> str:
    names = {"numpy": "NumPy", "pytensor": "PyTensor", "jax": "JAX", "torch": "PyTorch"}
    names |= {"geotorch": "GeoTorch", "paramax": "paramax"}
    versions = ", ".join(f"{names[p]} {v}" for p, v in figures["versions"].items())
    bases = {
        who: median([s["base"][who] for s in figures["steps"].values() if who in s["base"]])
        for who in ("ours", "eager", "compiled")
    }
    told = figures["machine"]
    loads = [average for s in figures["steps"].values() for average in s["load"]]
    return (
        'Milliseconds of a training step: the median, with the quartiles in brackets. "Extra" is '
        "what the constraint adds to the same layer without, taken in the same rounds. A ratio "
        "is lasagne_expr's time as a multiple of the other's, with quartiles; below 1, "
        "lasagne_expr is faster. Without a constraint, a step takes "
        f"{1e3 * bases['ours']:.1f} ms here, {1e3 * bases['eager']:.1f} in PyTorch and "
        f"{1e3 * bases['compiled']:.1f} with `torch.compile`. Where neither PyTorch nor GeoTorch "
        "has the constraint, PyTorch's is one of some lines that was written for this.\n\n"
        f"{versions}; {told['cores']} cores of {told['processor']}. While they were taken, the "
        f"machine's average load was {min(loads):.1f} to {max(loads):.1f}; the benchmark alone "
        f"makes one of up to {told['cores']}."
    )


def step_rows(steps) -> list:
    rows = [
        [
            "constraint",
            "PyTorch's is from",
            "lasagne_expr",
            "extra",
            "PyTorch, eager",
            "torch.compile",
            "ratio, eager",
            "ratio, torch.compile",
        ]
    ]
    for name in (name for name in peers.CONSTRAINTS if name in steps):
        figures = steps[name]
        seconds, ratio = figures["seconds"], figures["ratio"]
        rows.append(
            [
                f"`{name}`",
                peers.CONSTRAINTS[name].source,
                spread(seconds.get("ours"), 1e3, ".1f"),
                f"{1e3 * figures['extra']['ours'][1]:.1f}" if "ours" in seconds else "fails",
                spread(seconds.get("eager"), 1e3, ".1f"),
                spread(seconds.get("compiled"), 1e3, ".1f"),
                spread(ratio.get("eager"), 1, ".2f"),
                spread(ratio.get("compiled"), 1, ".2f"),
            ]
        )
    return rows


def spread(quartiles, factor, form):
    if quartiles is None:
        return "fails"
    low, middle, high = (format(factor * value, form) for value in quartiles)
    return f"{middle} ({low} to {high})"


if __name__ == "__main__":
    # What doesn't bear on the figures: what is deprecated in one package by another.
    warnings.filterwarnings("ignore")
    main()
