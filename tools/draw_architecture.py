"""Draw which part of the code imports which: ``python tools/draw_architecture.py``.

It writes ``docs/_static/architecture.dot``, from the imports in the code, and by Graphviz's ``dot``
the picture beside it. With ``--check`` it only tells whether both are those of the code as it is.
"""

import argparse
import hashlib
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from import_graph import ROOT, import_graph, imported_names, modules

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
    "ops": ("ops", "operations, shapes, gradients"),
    "settings": ("settings", "theano.config"),
}
LINK = {
    "calls": ("calls", "signatures, executables, storage"),
    "dispatch": ("dispatch", "how JAX computes operations"),
    "modes": ("modes", "modes, interpreter"),
    "rewriting": ("rewriting", "rewrites for XLA"),
    "device": ("device", "which, started or forked"),
}
# Where an arrow to or from all of a wing starts and ends, for Graphviz to cut it at the frame.
_FIRST_IN_LINK, _LAST_IN_LINK = "calls", "device"
# From how many imports on an arrow is wider. Few steps, so that few changes of code show.
_WIDTHS = ((20, 3), (5, 2), (1, 1))
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
        return _IN_LINK.get(parts[1], "calls") if len(parts) > 1 else None
    return "ops" if parts[0] == "ops" else "names"


def arrows(graph: dict[str, set[str]], room: Callable) -> Counter:
    """Count by how many imports of a module each room depends on each other one."""
    pairs = ((room(module), room(other)) for module, others in graph.items() for other in others)
    return Counter((a, b) for a, b in pairs if a and b and a != b)


def wing(room: str) -> str:
    """Name the wing of a room of compat/theano: the rooms of what compiles are one."""
    return "link" if room in LINK else room


def _importers(folder: Path, package: str, imported: str, room: Callable) -> Counter:
    """Count the modules that import another package, by their rooms."""
    return Counter(
        room(name)
        for name, file in modules(folder, package).items()
        if any(other.partition(".")[0] == imported for other in imported_names(name, file))
    )


def _arrow(a: str, b: str, count: int, **ends: str) -> str:
    width = next(width for least, width in _WIDTHS if count >= least)
    options = [f"{end}=cluster_{name}" for end, name in ends.items()]
    return f"  {a} -> {b} [{', '.join([*options, f'penwidth={width}'])}]"


def _between_wings(counts: Counter) -> Iterator[str]:
    """Draw one arrow where several rooms of a wing import the same."""
    wings = Counter()
    for (a, b), count in counts.items():
        wings[wing(a), wing(b)] += count
    for (a, b), count in sorted(wings.items()):
        if a == b:
            continue
        ends = {"ltail": "link"} if a == "link" else {"lhead": "link"} if b == "link" else {}
        a = _LAST_IN_LINK if a == "link" else a
        yield _arrow(a, _FIRST_IN_LINK if b == "link" else b, count, **ends)


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
    compat_label = "theano (compat/theano; on Python 3.10 Theano itself)"
    lines += ['  subgraph cluster_library { label="lasagne_expr"', *_boxes(LIBRARY), "  }"]
    lines += [f'  subgraph cluster_compat {{ label="{compat_label}"', *_boxes(COMPAT)]
    lines += ['  subgraph cluster_link { label="link"', *_boxes(LINK), "  } }"]
    for package in ("PyTensor", "JAX"):
        lines.append(f'  {package} [fillcolor="#eceff1", color="#607d8b"]')
    in_library = arrows(import_graph(library, "lasagne_expr"), library_room)
    lines += [_arrow(a, b, count) for (a, b), count in sorted(in_library.items())]
    in_compat = arrows(import_graph(compat, "theano"), compat_room)
    lines += [
        _arrow(a, b, count) for (a, b), count in sorted(in_compat.items()) if wing(a) == wing(b)
    ]
    lines += _between_wings(in_compat)
    uses = _importers(library, "lasagne_expr", "theano", library_room)
    lines.append(_arrow("parameters", "names", uses.total(), ltail="library", lhead="compat"))
    uses = _importers(compat, "theano", "pytensor", compat_room)
    lines.append(_arrow("ops", "PyTensor", uses.total(), ltail="compat"))
    uses = _importers(compat, "theano", "jax", lambda module: wing(compat_room(module)))
    lines += [
        _arrow(_LAST_IN_LINK, "JAX", count, ltail="link")
        if room == "link"
        else _arrow(room, "JAX", count)
        for room, count in sorted(uses.items())
    ]
    return "\n".join([*lines, "}", ""])


def _boxes(rooms: dict[str, tuple[str, str]]) -> list[str]:
    return [f'    {room} [label="{title}\\n{what}"]' for room, (title, what) in rooms.items()]


def _mark(source: str) -> str:
    return f"<!-- of {DOT.name} {hashlib.sha256(source.encode()).hexdigest()} -->"


def draw() -> None:
    """Write the source, and render it."""
    source = dot_source()
    DOT.write_text(source, encoding="utf-8")
    try:
        svg = subprocess.run(
            ["dot", "-Tsvg"], input=source, capture_output=True, text=True, check=True
        ).stdout
    except FileNotFoundError:
        sys.exit(f"{SVG.relative_to(ROOT)} is drawn by dot, which isn't here: install Graphviz")
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
