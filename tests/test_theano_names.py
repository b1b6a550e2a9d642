"""Theano 1.0.5's names are there, or stand in docs/theano_names.md with the reason why not."""

import fnmatch
import importlib
import inspect
import json
import re
import warnings
from importlib.metadata import version
from pathlib import Path

import pytest

from engines import ENGINE

pytestmark = pytest.mark.skipif(ENGINE == "theano", reason="all of Theano's names are there")

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "theano_names.md"
REFERENCE = json.loads((ROOT / "tests" / "reference" / "theano_names.json").read_text("utf-8"))
REFERENCE.pop("made_by")
# A row of the table: module, names, reason. Modules and names are patterns.
ROW = re.compile(r"^\| (?P<module>`.*?`) \| (?P<names>`.*?`) \| (?P<reason>.+) \|$", re.MULTILINE)
QUOTED = re.compile(r"`([^`]+)`")


# Older ones have some of what the newest hasn't.
needs_newest_pytensor = pytest.mark.skipif(
    ENGINE == "theano" or tuple(map(int, version("pytensor").split(".")[:2])) < (3, 3),
    reason="the page is of the newest PyTensor",
)


def rows():
    """Read the page's table: a list of patterns of modules, of names, and the reason."""
    text = PAGE.read_text(encoding="utf-8")
    return [
        (QUOTED.findall(row["module"]), QUOTED.findall(row["names"]), row["reason"])
        for row in ROW.finditer(text)
    ]


ROWS = rows()


def is_listed(module, name):
    """Tell whether the page lists a name; without a name, whether it lists the whole module."""
    return any(
        any(fnmatch.fnmatchcase(module, pattern) for pattern in modules)
        and any(fnmatch.fnmatchcase(name, pattern) if name else pattern == "*" for pattern in names)
        for modules, names, _ in ROWS
    )


def imported(module):
    """Import a module, or return None if that can't be done."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module(module)
        except ImportError:
            return None


def is_there(module, name, kind):
    """Tell whether a module has a name, and of the kind that it has in Theano."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = getattr(module, name)
        except AttributeError:
            return False
    if kind == "module":
        return inspect.ismodule(found)
    return kind == "value" or callable(found)


def missing_names():
    """List the names that aren't there, and all others, as pairs of module and name."""
    missing, present = [], []
    for module, kinds in REFERENCE.items():
        found = imported(module)
        for kind, names in kinds.items():
            for name in names.split():
                there = found is not None and is_there(found, name, kind)
                (present if there else missing).append((module, name))
    return missing, present


MISSING, PRESENT = missing_names() if ENGINE == "pytensor" else ([], [])


@pytest.mark.parametrize("module", REFERENCE)
def test_names(module):
    if imported(module) is None:
        assert is_listed(module, ""), "add the module, or a row with its reason to the page"
    unlisted = [name for place, name in MISSING if place == module and not is_listed(place, name)]
    assert unlisted == [], "add the names, or a row with their reason to the page"


@needs_newest_pytensor
def test_the_page_lists_nothing_that_is_there():
    listed = [
        (module, name)
        for module, name in PRESENT
        for modules, names, _ in ROWS
        if name in names and any(fnmatch.fnmatchcase(module, pattern) for pattern in modules)
    ]
    assert listed == []


@needs_newest_pytensor
def test_every_pattern_of_the_page_is_of_something_that_is_missing():
    missing = [*MISSING, *((module, "") for module in REFERENCE if imported(module) is None)]
    stale = []
    for modules, names, _ in ROWS:
        matches = [
            (module, name)
            for module in modules
            for name in names
            for place, found in missing
            if fnmatch.fnmatchcase(place, module) and fnmatch.fnmatchcase(found, name)
        ]
        stale += [module for module in modules if module not in {pair[0] for pair in matches}]
        stale += [name for name in names if name not in {pair[1] for pair in matches}]
    assert stale == []


def test_every_row_has_a_reason():
    text = PAGE.read_text(encoding="utf-8")
    table = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(table) == len(ROWS), "a row can't be read"
    assert all(len(reason.strip()) > 10 for *_, reason in ROWS)
