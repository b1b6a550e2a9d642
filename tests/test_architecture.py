"""Which part of the code may import which: no circle anywhere, and arrows that go one way."""

import subprocess
import sys

import pytest

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
