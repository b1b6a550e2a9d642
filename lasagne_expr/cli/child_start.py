"""Start a child of a program that runs for this library: run as a file, given its `state`.

The package is imported without what its `__init__` imports, so that the program imports the engine
when it wants to.
"""

import os
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location


def start_child(state: dict) -> None:
    """Do in a child what the launcher did in its parent, and leave no module of it behind."""
    folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    name = os.path.basename(folder)
    spec = spec_from_file_location(
        name, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    loaded = _take_modules(name)
    sys.modules[name] = module_from_spec(spec)
    import_module(f"{name}.cli.children").start(state)
    _take_modules(name)
    sys.modules.update(loaded)


def _take_modules(package):
    names = [name for name in sys.modules if name.partition(".")[0] == package]
    return {name: sys.modules.pop(name) for name in names}


if __name__ == "<run_path>":
    start_child(globals()["state"])
