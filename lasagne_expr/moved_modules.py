"""Names that modules had before they moved: imports and pickles that use them find the modules."""

import importlib
import importlib.abc
import importlib.machinery
import sys

_PACKAGE = __name__.partition(".")[0]

MOVED_MODULES = {
    f"{_PACKAGE}.{old}": f"{_PACKAGE}.{new}"
    for old, new in {
        "aliases": "cli.lasagne_alias",
        "allocator": "cli.allocator",
        "assigning": "network.assignment",
        "command_line": "cli.main",
        "description": "network.description",
        "doctor": "cli.doctor",
        "drawing": "network.drawing",
        "files": "network.array_files",
        "formulas": "network.expression_text",
        "launcher": "cli.launcher",
        "layers.recurrence": "layers.recurrent.base",
        "places": "network.parameter_paths",
        "random_states": "network.generator_states",
        "saving": "network.saving",
    }.items()
}


class _MovedModuleFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    moved_modules = MOVED_MODULES

    def find_spec(self, fullname, path=None, target=None):
        if fullname in MOVED_MODULES:
            return importlib.machinery.ModuleSpec(fullname, self)
        return None

    def exec_module(self, module):
        # The import system takes what it then finds there for the module.
        name = module.__name__
        sys.modules[name] = importlib.import_module(MOVED_MODULES[name])


def install_moved_modules() -> None:
    """Let imports of old names give the modules themselves; calling it again changes nothing."""
    # The class may have been imported anew since, by the launcher.
    if not any(getattr(f, "moved_modules", None) == MOVED_MODULES for f in sys.meta_path):
        # First, so that no file of an older version is found before it.
        sys.meta_path.insert(0, _MovedModuleFinder())
