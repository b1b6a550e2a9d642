"""Draw which part of the code imports which: ``python tools/draw_architecture.py``.

It writes ``docs/_static/architecture.dot``, from the imports in the code, and by Graphviz's ``dot``
the picture beside it. With ``--check`` it only tells whether both are those of the code as it is.
"""

import argparse
import hashlib
import subprocess
import sys
from collections.abc import Callable

from import_graph import ROOT, import_graph

DOT = ROOT / "docs" / "_static" / "architecture.dot"
SVG = DOT.with_suffix(".svg")
COMMAND = "python tools/draw_architecture.py"

# Rooms, from the top: their names, what the drawing says of them, and the modules in them.
LIBRARY = {
    "cli": ("cli", "run, doctor"),
    "network": ("network", "save, describe, draw, assign"),
    "expressions": ("expressions", "Positive, LowRank, ..."),
    "layers": ("layers", "one file per family"),
    "training": ("training", "objectives, updates, regularization"),
    "building": ("building", "init, nonlinearities, random, utils"),
    "theano_extensions": ("theano_extensions", "convolution, padding"),
    "parameters": ("parameters", "spec, parameter, shared variables"),
}
COMPAT = {
    "names": ("Theano's names", "tensor, compile, gof, scan_module, ..."),
    "link": ("link", "signatures, executables, storage"),
    "dispatch": ("link/dispatch", "how JAX computes operations"),
    "modes": ("link: modes", "modes, interpreter"),
    "rewriting": ("link/rewriting", "rewrites for XLA"),
    "device": ("link: device", "which, started or forked"),
    "ops": ("ops", "operations, shapes, gradients"),
    "settings": ("settings", "theano.config"),
}
_ROOM_OF = {
    **dict.fromkeys(["objectives", "updates", "regularization"], "training"),
    **dict.fromkeys(["init", "nonlinearities", "random", "utils"], "building"),
    **dict.fromkeys(["parameters", "shape_inference", "errors"], "parameters"),
    **dict.fromkeys(["cli", "network", "layers", "expressions", "theano_extensions"]),
}
_IN_LINK = {
    "dispatch": "dispatch",
    "rewriting": "rewriting",
    **dict.fromkeys(["device", "fork_safety"], "device"),
    **dict.fromkeys(
        ["modes", "interpreter", "python_loop", "slice_lengths", "unrolled_loop"], "modes"
    ),
}
_SETTINGS = ("configdefaults", "configparser", "missing", "version")


def library_room(module: str) -> "str | None":
    """Name the room of a module of the library; None for the package itself."""
    part = module.split(".")[1] if "." in module else ""
    return (_ROOM_OF[part] or part) if part in _ROOM_OF else None


def compat_room(module: str) -> "str | None":
    """Name the room of a module of compat/theano; None for the package itself."""
    parts = module.split(".")[1:]
    if not parts:
        return None
    if parts[0] in _SETTINGS:
        return "settings"
    if parts[0] == "link":
        return _IN_LINK.get(parts[1], "link") if len(parts) > 1 else None
    return "ops" if parts[0] == "ops" else "names"


def arrows(graph: dict[str, set[str]], room: Callable) -> set[tuple[str, str]]:
    """Find which rooms import which."""
    pairs = {(room(module), room(other)) for module, others in graph.items() for other in others}
    return {(a, b) for a, b in pairs if a and b and a != b}


def dot_source() -> str:
    """Write the drawing in Graphviz's language."""
    library, compat = ROOT / "lasagne_expr", ROOT / "compat" / "theano"
    lines = [
        "digraph architecture {",
        '  graph [bgcolor="transparent", compound=true, fontname="sans-serif", nodesep=0.35,',
        '    ranksep=0.55, fontcolor="#808080", color="#808080", style="rounded", labeljust="l"]',
        '  node [shape=box, style="rounded,filled", fillcolor="#fbe9e7", color="#a3312b",',
        '    fontname="sans-serif", fontsize=12, fontcolor="#202020", margin="0.14,0.07"]',
        '  edge [color="#808080", fontcolor="#808080", fontname="sans-serif", fontsize=10]',
    ]
    for name, label, rooms in (
        ("library", "lasagne_expr", LIBRARY),
        ("compat", "theano (compat/theano; on Python 3.10 Theano itself)", COMPAT),
    ):
        lines.append(f'  subgraph cluster_{name} {{ label="{label}"')
        lines += [f'    {room} [label="{title}\\n{what}"]' for room, (title, what) in rooms.items()]
        lines.append("  }")
    for package in ("PyTensor", "JAX"):
        lines.append(f'  {package} [fillcolor="#eceff1", color="#607d8b"]')
    for folder, package, room in (
        (library, "lasagne_expr", library_room),
        (compat, "theano", compat_room),
    ):
        lines += [f"  {a} -> {b}" for a, b in sorted(arrows(import_graph(folder, package), room))]
    # All of the library speaks Theano's API, and all of compat/theano PyTensor's.
    lines.append("  parameters -> names [ltail=cluster_library, lhead=cluster_compat, penwidth=2]")
    lines += ["  ops -> PyTensor [ltail=cluster_compat, penwidth=2]", "  dispatch -> JAX"]
    return "\n".join([*lines, "}", ""])


def _mark(source: str) -> str:
    return f"<!-- of {DOT.name} {hashlib.sha256(source.encode()).hexdigest()} -->"


def draw() -> None:
    """Write the source, and render it."""
    source = dot_source()
    DOT.write_text(source, encoding="utf-8")
    svg = subprocess.run(
        ["dot", "-Tsvg"], input=source, capture_output=True, text=True, check=True
    ).stdout
    SVG.write_text(f"{svg.rstrip()}\n{_mark(source)}\n", encoding="utf-8")


def check() -> "str | None":
    """Tell what is out of date; None if nothing is."""
    source = dot_source()
    if DOT.read_text(encoding="utf-8") != source:
        return f"{DOT.relative_to(ROOT)} isn't what the code's imports are now: run {COMMAND}"
    if _mark(source) not in SVG.read_text(encoding="utf-8"):
        return f"{SVG.relative_to(ROOT)} wasn't drawn from {DOT.name} as it is now: run {COMMAND}"
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only tell whether it is up to date")
    if parser.parse_args().check:
        sys.exit(check())
    draw()


if __name__ == "__main__":
    main()
