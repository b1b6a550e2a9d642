"""Turn figures into the tables and pictures of the documentation."""

import json
import os
import tempfile
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from networks import CONTESTANTS as NETWORK_CONTESTANTS
from networks import TITLES
from steps import CONTESTANTS, PROBLEMS

PAGE = "benchmarks.md"
FIGURES = "_static/benchmarks.json"
STEPS_PICTURE = "_static/benchmarks_steps.png"
GRAPHS_PICTURE = "_static/benchmarks_graphs.png"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"

# contestant on which engine, what it is compared by, and the largest ratio or time that will do
RATIO_TARGETS = (
    ("PyTensor", "by_hand", 1.02),
    ("Theano", "by_hand", 1.02),
    ("PyTensor", "jax", 1.05),
)
FIRST_STEP_TARGET = ("PyTensor", 2.5)
OURS, THEIRS = "#1f6fb4", "#b0b7bf"
ENGINE_COLOURS = {"PyTensor": "#1f6fb4", "Theano": "#d1741f"}


def write(figures: dict, folder: Path) -> None:
    """Write the figures, the pictures, and the tables into the page, each file at once.

    Parameters
    ----------
    figures : dict
        What `run.py` measured.
    folder : Path
        The documentation's. Without a page in it, one is made of the tables alone.
    """
    (folder / "_static").mkdir(parents=True, exist_ok=True)
    replace(folder / FIGURES, (json.dumps(figures, indent=1) + "\n").encode())
    save_picture(folder / STEPS_PICTURE, draw_steps(figures["engines"]))
    save_picture(folder / GRAPHS_PICTURE, draw_graphs(figures["engines"]))
    page = folder / PAGE
    text = page.read_text(encoding="utf-8") if page.exists() else f"{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    tables = "\n\n".join(sections(figures))
    replace(page, f"{before}{BEGIN}\n{tables}\n{END}{after}".encode())
    print(f"wrote {page}, with pictures and figures in {folder / '_static'}")


def replace(path, content):
    """Write a file so that no one ever finds half of it."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def save_picture(path, figure):
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False, suffix=".png") as file:
        figure.savefig(file, dpi=120, metadata={"Software": None})
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)
    plt.close(figure)


def sections(figures) -> list:
    """Write the tables, each with what is to be known about it."""
    engines = figures["engines"]
    parts = ["## Targets", targets_table(engines)]
    for name, engine in engines.items():
        parts += [f"## A training step on {name}", steps_table(engine), versions(engine)]
        parts += [
            f"{CONTESTANTS[contestant].label}: not measured, {', '.join(packages)} can't be had "
            f"for Python {engine['versions']['python']}."
            for contestant, packages in engine["absent"].items()
            if name != "Theano"  # peers run beside the other engine
        ]
    parts += [f"![Time of a step, for each contestant]({STEPS_PICTURE})"]
    parts += ["## Convolutional and recurrent networks", about_networks(figures)]
    parts += [networks_table(engines)]
    parts += ["## Large graphs"]
    parts += [graphs_table(engines), f"![Time against size]({GRAPHS_PICTURE})"]
    parts += ["## The machine", machine(figures["machine"])]
    return parts


def targets_table(engines) -> str:
    rows = [["what", "target", "found", ""]]
    for engine, rival, limit in RATIO_TARGETS:
        if rival not in engines.get(engine, {"steps": {"small": {}}})["steps"]["small"]:
            continue
        for problem, sizes in PROBLEMS.items():
            ratio = engines[engine]["steps"][problem][rival]["ratio"][1]
            what = f"step on {engine}, {sizes}, as a multiple of {CONTESTANTS[rival].label}"
            rows.append([what, f"≤ {limit}", f"{ratio:.2f}", verdict(ratio <= limit)])
    engine, limit = FIRST_STEP_TARGET
    if engine in engines:
        seconds = median(engines[engine]["cold"]["lasagne_expr"]["first_step"])
        what = f"import to first step on {engine}, cold"
        rows.append([what, f"≤ {limit} s", f"{seconds:.1f} s", verdict(seconds <= limit)])
    return table(rows)


def verdict(is_met):
    return "met" if is_met else "**missed**"


def steps_table(engine) -> str:
    batches = [f"batch {problem.batch}" for problem in PROBLEMS.values()]
    columns = [f"{what}, {batch}" for what in ("ms", "ratio") for batch in batches]
    rows = [["", *columns, "first step, s", "peak memory, MiB"]]
    for name, cold in engine["cold"].items():
        by_problem = [engine["steps"][problem][name] for problem in PROBLEMS]
        memory = cold["peak_memory"]
        rows.append(
            [
                f"**{CONTESTANTS[name].label}**"
                if name == "lasagne_expr"
                else CONTESTANTS[name].label,
                *(f"{1000 * step['seconds'][1]:.2f}" for step in by_problem),
                *(ratio_with_spread(step, name) for step in by_problem),
                f"{median(cold['first_step']):.1f}",
                " / ".join(f"{memory[problem] / 2**20:.0f}" for problem in PROBLEMS),
            ]
        )
    return table(rows)


def about_networks(figures) -> str:
    about = "Milliseconds per step; in brackets, lasagne_expr's time as a multiple of that one."
    runs = {name: engine["networks_run"] for name, engine in figures["engines"].items()}
    return f"{about} A ratio is the median of those within each round of turns. " + " ".join(
        f"On {name}: {named(run['versions'])}; {run['processor']}, with an average load of "
        f"{run['load_before']:.1f} before and {run['load_after']:.1f} after."
        for name, run in runs.items()
    )


def networks_table(engines) -> str:
    """Write a row for each network and engine: our time, and the others' with the ratio to it."""
    names = [n for n in NETWORK_CONTESTANTS if n != "lasagne_expr"]
    rows = [["", "**lasagne_expr**", *(NETWORK_CONTESTANTS[n].label for n in names)]]
    for engine, figures in engines.items():
        for problem, times in figures.get("networks", {}).items():
            cells = [
                f"{milliseconds(times[n])} ({times[n]['ratio'][1]:.2f})" if n in times else ""
                for n in names
            ]
            ours = f"**{milliseconds(times['lasagne_expr'])}**"
            rows.append([f"{TITLES[problem]}; {engine}", ours, *cells])
    return table(rows)


def milliseconds(figures):
    return f"{1000 * figures['seconds'][1]:.1f}"


def ratio_with_spread(step, name):
    if name == "lasagne_expr":
        return ""
    low, middle, high = step["ratio"]
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def versions(engine):
    difference = max(
        step["loss_difference"] for steps in engine["steps"].values() for step in steps.values()
    )
    return (
        f"{named(engine['versions'])}. The losses of the first steps differ by at most "
        f"{difference:.0e}."
    )


def named(versions) -> str:
    names = {"numpy": "NumPy", "pytensor": "PyTensor", "jax": "JAX", "optax": "Optax"}
    names |= {"python": "Python", "theano": "Theano", "torch": "PyTorch"}
    return ", ".join(f"{names[n]} {v}" for n, v in versions.items() if n in names)


def graphs_table(engines) -> str:
    rows = [["", *engines]]
    by_engine = [engine["graphs"] for engine in engines.values()]
    for length in by_engine[0]["walker"]:
        cells = [g["walker"][length] for g in by_engine]
        rows.append(
            [
                f"finding the shared variables below {int(length):,} operations",
                *(per_item(seconds, length) for seconds in cells),
            ]
        )
    for depth in by_engine[0]["network"]:
        for action, what in (("layers", "building"), ("get_output", "`get_output` of")):
            cells = [g["network"][depth][action] for g in by_engine]
            rows.append(
                [f"{what} {int(depth):,} layers", *(per_item(seconds, depth) for seconds in cells)]
            )
    return table(rows)


def per_item(seconds, count):
    return f"{duration(seconds)}, {duration(seconds / int(count))} each"


def duration(seconds):
    for unit, size in (("s", 1), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"


def machine(found):
    settings = ", ".join(f"`{name}={value}`" for name, value in found["settings"].items())
    cores = f"{found['cores']} cores of {found['processor']}, {found['system']}"
    load = f"{found['load_before']:.1f} before and {found['load_after']:.1f} after"
    busy = load_is_high(found) and " **Other programs were running: these figures are rough.**"
    return (
        f"{cores}. Environment: {settings or 'nothing set that bears on speed'}. "
        f"Average load {load}; the run took {found['minutes']:.0f} minutes."
    ) + (busy or "")


def load_is_high(found):
    """Tell whether more was running than these benchmarks, which keep all cores busy themselves."""
    return found["load_before"] > found["cores"] / 2 or found["load_after"] > found["cores"] + 1


def median(values):
    return sorted(values)[len(values) // 2]


def table(rows) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def draw_steps(engines):
    """Draw a bar for each contestant's step, with its quartiles."""
    figure, panels = plt.subplots(1, 2, figsize=(10, 4), layout="constrained", sharey=True)
    bars = [(e, name) for e, engine in engines.items() for name in engine["cold"]]
    labels = [
        f"lasagne_expr on {e}"
        if name == "lasagne_expr"
        else (f"{e}, by hand" if name == "by_hand" else CONTESTANTS[name].label)
        for e, name in bars
    ]
    for panel, (problem, sizes) in zip(panels, PROBLEMS.items()):
        quartiles = [engines[e]["steps"][problem][name]["seconds"] for e, name in bars]
        low, middle, high = ([1000 * seconds for seconds in q] for q in zip(*quartiles))
        spread = [[m - n for m, n in zip(middle, low)], [n - m for m, n in zip(middle, high)]]
        colours = [OURS if name == "lasagne_expr" else THEIRS for _, name in bars]
        drawn = panel.barh(range(len(bars)), middle, xerr=spread, color=colours, ecolor="#555555")
        panel.bar_label(drawn, [f"{value:.2f}" for value in middle], padding=8, fontsize=9)
        panel.set_title(str(sizes), fontsize=10)
        panel.set_xlabel("milliseconds per step")
        panel.margins(x=0.15)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].set_yticks(range(len(bars)), labels)
    panels[0].invert_yaxis()
    figure.suptitle("Training step of a tied autoencoder: median and quartiles")
    return figure


def draw_graphs(engines):
    """Draw times against sizes, beside a line of constant time for each item."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for name, engine in engines.items():
        walker, network = engine["graphs"]["walker"], engine["graphs"]["network"]
        colour = ENGINE_COLOURS[name]
        left.plot(sizes_of(walker), list(walker.values()), "o-", color=colour, label=name)
        for action, style in (("layers", "o-"), ("get_output", "s--")):
            times = [seconds[action] for seconds in network.values()]
            what = "building" if action == "layers" else "get_output"
            right.plot(sizes_of(network), times, style, color=colour, label=f"{what}, {name}")
    left.set_title("Finding the shared variables of an expression", fontsize=10)
    left.set_xlabel("operations below it")
    right.set_title("Networks of dense layers", fontsize=10)
    right.set_xlabel("layers")
    for panel in (left, right):
        draw_proportional(panel)
        panel.set_ylabel("seconds")
        panel.legend(frameon=False, fontsize=9)
        panel.spines[["top", "right"]].set_visible(False)
    return figure


def sizes_of(times):
    return [int(size) for size in times]


def draw_proportional(panel):
    panel.set(xscale="log", yscale="log")
    sizes, times = panel.lines[0].get_data()
    line = [times[-1] * size / sizes[-1] for size in sizes]
    panel.plot(sizes, line, ":", color="#888888", label="proportional")
