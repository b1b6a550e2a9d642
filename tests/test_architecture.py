"""Which part of the code may import which: no circle anywhere, and arrows that go one way."""

import ast
import re
import subprocess
import sys

import pytest

import draw_architecture
from engines import ENGINE
from import_graph import ROOT, circles, import_graph, imported_names, modules

LIBRARY = ROOT / "lasagne_expr"
COMPAT = ROOT / "compat" / "theano"
GRAPHS = {
    "lasagne_expr": import_graph(LIBRARY, "lasagne_expr"),
    "theano": import_graph(COMPAT, "theano"),
}


def test_circles_are_found():
    graph = {"a": {"b"}, "b": {"c", "d"}, "c": {"a"}, "d": {"e"}, "e": {"d"}, "f": {"a"}}
    assert sorted(circles(graph)) == [["a", "b", "c"], ["d", "e"]]


def test_imports_inside_functions_are_seen():
    names = set(imported_names("theano.link.deferred", COMPAT / "link" / "deferred.py"))
    assert {"functools", "theano.link.device.start_jax", "theano.link.dispatch"} <= names


@pytest.mark.parametrize("package", GRAPHS)
def test_no_imports_go_in_circles(package):
    assert circles(GRAPHS[package]) == []


def test_each_package_speaks_its_own_language():
    """The library knows Theano's API only, and compat/theano nothing of the library."""
    others = {
        "lasagne_expr": (LIBRARY, {"pytensor", "jax", "numba"}),
        "theano": (COMPAT, {"lasagne_expr"}),
    }
    for package, (folder, unknown) in others.items():
        for name, file in modules(folder, package).items():
            found = {imported.partition(".")[0] for imported in imported_names(name, file)}
            assert found & unknown == set(), name


# compat/theano: Theano's names import operations and what compiles; what compiles imports
# operations; and the settings are below all of them.

SETTINGS = ("theano.configdefaults", "theano.configparser", "theano.missing", "theano.version")


def wing(module: str) -> str:
    """Name the wing that a module of compat/theano stands in."""
    if module in SETTINGS:
        return "settings"
    second = module.split(".")[1] if "." in module else ""
    return second if second in ("link", "ops") else "names"


MAY_IMPORT = {
    "names": {"names", "link", "ops", "settings"},
    "link": {"link", "ops", "settings"},
    "ops": {"ops"},
    "settings": {"settings"},
}


@pytest.mark.parametrize("own", MAY_IMPORT)
def test_wings_import_only_what_is_below_them(own):
    wrong = {
        (module, other)
        for module, others in GRAPHS["theano"].items()
        for other in others
        if wing(module) == own and wing(other) not in MAY_IMPORT[own]
    }
    assert wrong == set()


def test_operations_know_nothing_of_jax():
    for name, file in modules(COMPAT / "ops", "theano.ops").items():
        for imported in imported_names(name, file):
            assert imported.split(".")[0] != "jax", f"{name} imports {imported}"
            assert ".jax" not in imported, f"{name} imports {imported}"


def test_lowerings_are_found_by_registration():
    """Only `link.deferred` imports them, all at once."""
    importers = {
        module
        for module, others in GRAPHS["theano"].items()
        if "theano.link.dispatch" in others and not module.startswith("theano.link.dispatch")
    }
    assert importers == {"theano.link.deferred"}


@pytest.mark.skipif(ENGINE == "theano", reason="Theano itself knows no JAX")
def test_neither_jax_nor_numba_is_imported_before_it_is_needed():
    code = "import sys, theano; sys.exit('jax' in sys.modules or 'numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# lasagne_expr: each part may import those that stand after it, and nothing else.

PARTS = {
    "cli": {"_engine", "_version", "layers", "objectives", "updates", "utils"},
    "expressions": {"init", "network", "parameters", "random", "shape_inference"},
    "network": {"_version", "layers", "parameters", "random", "shape_inference"},
    "regularization": {"layers"},
    "layers": {
        "errors",
        "init",
        "nonlinearities",
        "parameters",
        "random",
        "shape_inference",
        "theano_extensions",
        "utils",
    },
    "init": {"random", "utils"},
    "updates": {"utils"},
    "utils": {"errors", "parameters"},
    "objectives": {"parameters"},
    "parameters": {"errors", "shape_inference"},
    **dict.fromkeys(
        ["_engine", "_version", "errors", "moved_modules", "nonlinearities", "random"], frozenset()
    ),
    **dict.fromkeys(["shape_inference", "theano_extensions"], frozenset()),
}


def test_parts_of_the_library_import_only_what_is_below_them():
    def part(module):
        return module.split(".")[1] if "." in module else "lasagne_expr"

    found = {}
    for module, others in GRAPHS["lasagne_expr"].items():
        found.setdefault(part(module), set()).update(map(part, others) if others else ())
    for name in ("lasagne_expr", "__main__"):  # the package itself, which imports all of them
        found.pop(name)
    assert {name: others - {name} for name, others in found.items()} == {
        name: set(others) for name, others in PARTS.items()
    }


# What is drawn and told of it


def test_the_drawing_is_of_the_code_as_it_is():
    assert draw_architecture.check() is None


def test_the_page_names_only_what_there_is():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:[\w.]+/)+[\w.]*)`", page)
    assert len(paths) > 40
    assert [path for path in paths if not (ROOT / path).exists()] == []
    places = re.findall(r"`(\w+)`\s+(?:in|\()\s*`((?:\w+/)+\w+\.py)`", page)
    assert len(places) > 12
    assert [(name, path) for name, path in places if name not in defined_in(ROOT / path)] == []


def defined_in(file):
    """List the functions and classes that a file defines, methods too."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


def test_arrows_are_counted_between_rooms():
    graph = {"a.x": {"b.x", "b.y", "a.y"}, "a.y": {"b.x"}, "b.x": set(), "b.y": set()}
    assert draw_architecture.arrows(graph, lambda module: module[0]) == {("a", "b"): 3}


@pytest.mark.parametrize(
    ("package", "room"),
    [("lasagne_expr", draw_architecture.library_room), ("theano", draw_architecture.compat_room)],
)
def test_arrows_go_down(package, room):
    """A new file stands in the room that `draw_architecture` says, which may be the wrong one."""
    below = {room(module): set() for module in GRAPHS[package] if room(module)}
    for upper, lower in draw_architecture.arrows(GRAPHS[package], room):
        below[upper].add(lower)
    assert circles(below) == []


def test_what_is_out_of_date_is_told(tmp_path, monkeypatch):
    for name in ("DOT", "SVG"):
        copy = tmp_path / getattr(draw_architecture, name).name
        copy.write_bytes(getattr(draw_architecture, name).read_bytes())
        monkeypatch.setattr(draw_architecture, name, copy)
    monkeypatch.setattr(draw_architecture, "ROOT", tmp_path)
    source = draw_architecture.DOT.read_text(encoding="utf-8")
    monkeypatch.setattr(draw_architecture, "dot_source", lambda: source)
    assert draw_architecture.check() is None
    draw_architecture.SVG.write_text("<svg/>\n", encoding="utf-8")
    assert "architecture.svg" in draw_architecture.check()
    draw_architecture.DOT.write_text("digraph {}\n", encoding="utf-8")
    assert "run python tools/draw_architecture.py" in draw_architecture.check()
