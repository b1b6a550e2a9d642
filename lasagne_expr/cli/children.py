"""Processes that a program starts by ``multiprocessing``, made to run as the program runs.

A child that isn't forked starts as a fresh Python. What it is to know is what
`multiprocessing.spawn.get_preparation_data` returns, which is pickled for it; one more value there
starts this file when it is unpickled, before the program's main module is imported.
"""

import importlib.abc
import os
import runpy
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader

from .lasagne_alias import install_as_lasagne

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .modernization.program import Program

# What a child imports for the main module that its parent ran from a file.
_MAIN = "__lasagne_expr_main__"
_START = os.path.join(os.path.dirname(os.path.abspath(__file__)), "child_start.py")


def prepare_children(program: "Program | None") -> None:
    """Let the processes that this one starts know `lasagne`, and the program if there is one."""
    from multiprocessing import spawn

    plain = spawn.get_preparation_data

    def get_preparation_data(name):
        data = plain(name)
        path = data.get("init_main_from_path")
        if path is not None and os.path.isfile(path):
            data["init_main_from_name"] = _MAIN
            # A fork server would import it before it has started this file.
            del data["init_main_from_path"]
        else:
            path = None
        return {"lasagne_expr": _Start(_state(program, path)), **data}

    spawn.get_preparation_data = get_preparation_data


def _state(program, path):
    if program is None:
        return {"path": path, "program": None}
    known = (sorted(program.folders), sorted(program.others), program.python_2)
    return {"path": path, "program": known}


class _Start:
    """What runs a file where it is unpickled."""

    def __init__(self, state):
        self.state = state

    def __reduce__(self):
        return runpy.run_path, (_START, {"state": self.state})


def start(state: dict) -> None:
    """Do in a child what the launcher did in its parent."""
    program, path = None, state["path"]
    loader = _UncachedLoader(_MAIN, path)
    if state["program"] is not None:
        from .modernization.program import ModernizingLoader, Program

        program = Program(*state["program"])
        program.install()
        loader = ModernizingLoader(program, _MAIN, path, loader)
    if path is not None:
        sys.meta_path.insert(0, _MainFinder(path, loader))
    install_as_lasagne()
    prepare_children(program)


class _MainFinder(importlib.abc.MetaPathFinder):
    """Find the parent's main module, which is a file, by a name."""

    def __init__(self, path, loader):
        self.path = path
        self.loader = loader

    def find_spec(self, fullname, path=None, target=None):
        if fullname != _MAIN:
            return None
        spec = ModuleSpec(_MAIN, self.loader, origin=self.path)
        spec.has_location = True
        return spec


class _UncachedLoader(SourceFileLoader):
    """Compile a script, of which Python keeps no compiled file either."""

    def get_code(self, fullname):
        return self.source_to_code(self.get_data(self.path), self.path)
