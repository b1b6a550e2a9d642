"""A program whose own modules are made to run as they are."""

import ast
import builtins
import functools
import importlib.abc
import importlib.util
import itertools
import os
import pkgutil
import sys
import sysconfig
from collections.abc import Iterable
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from zipimport import zipimporter

from . import attributes, old_builtins, rewriting, signs
from .old_imports import make_import
from .syntax import parse

_LIBRARY = __name__.partition(".")[0]


class Program:
    """The modules that are a program's own, and how they are compiled.

    Its own are those in its folder, or in a folder that it puts into ``sys.path`` itself.

    Parameters
    ----------
    folders : iterable of str
        Where its modules are: what its script's folder puts into ``sys.path``.
    others : iterable of str
        What else is in ``sys.path`` at its start.
    python_2 : bool, default False
        Whether its main module is known to be in Python 2.
    """

    def __init__(self, folders: Iterable[str], others: Iterable[str], python_2: bool = False):
        self.folders = {os.path.realpath(folder) for folder in folders}
        self.others = {os.path.realpath(folder) for folder in others} - self.folders
        self.python_2 = python_2
        self.modules: set[str] = set()
        self._builtins: dict[bool, ModuleType] = {}

    def install(self) -> None:
        """Have its modules found by its own finder."""
        finders = sys.meta_path
        # After those of built-in modules, which come before a program's own.
        place = finders.index(PathFinder) if PathFinder in finders else len(finders)
        finders.insert(place, _Finder(self))

    def owns(self, spec: ModuleSpec) -> bool:
        """Tell whether a module that isn't in a package is the program's own."""
        if spec.name in (_LIBRARY, "theano"):
            return False
        if spec.origin is None or not spec.has_location:
            places = list(spec.submodule_search_locations or [])
        else:
            is_package = spec.submodule_search_locations is not None
            places = [os.path.dirname(spec.origin) if is_package else spec.origin]
        entries = [os.path.realpath(os.path.dirname(place)) for place in places]
        return bool(entries) and all(self._is_own_entry(entry) for entry in entries)

    def _is_own_entry(self, entry):
        if entry in self.folders:
            return True
        return entry not in self.others and not is_installed(entry)

    def compile(self, source: "bytes | str", name: str, mode: str = "exec") -> CodeType:
        """Compile a source of Python 2."""
        return self._compile(_decoded(source), name, mode, python_2=True)

    def _compile(self, source, name, mode, python_2):
        tree = parse(source, name, mode)
        names = _attribute_names(python_2)
        tree = rewriting.rewrite(tree, names, python_2)
        return compile(tree, name, mode, dont_inherit=True)

    def run(self, source: bytes, name: str, namespace: dict) -> None:
        """Run the source of a module in its namespace."""
        text = _decoded(source)
        python_2 = self._is_python_2(text, name)
        code = self._compile(text, name, "exec", python_2)
        namespace["__builtins__"] = self.builtins(python_2)
        exec(code, namespace)

    def _is_python_2(self, source, name):
        """Tell whether a module is in Python 2: by itself, or as a part of such a program."""
        if signs.is_python_2(source):
            self.python_2 = True
            return True
        if not (self.python_2 or _has_python_2(os.path.dirname(name))):
            return False
        return not signs.is_of_python_3(ast.parse(source))

    def look_at_module(self, name: str) -> None:
        """Find out whether a program is in Python 2 by its main module, before it is imported.

        The packages that it is in are imported before it.
        """
        path = None
        for part in (*itertools.accumulate(name.split("."), "{}.{}".format), f"{name}.__main__"):
            spec = _find(part, path)
            if spec is None:
                return
            path = spec.submodule_search_locations
            if path is None:
                break
        if _has_source(spec):
            source = _decoded(spec.loader.get_data(spec.origin))
            self.python_2 = self.python_2 or signs.is_python_2(source)

    def builtins(self, python_2: bool) -> ModuleType:
        """Find the builtins of the program's modules, which it may add to."""
        if python_2 not in self._builtins:
            self._builtins[python_2] = self._make_builtins(python_2)
        return self._builtins[python_2]

    def _make_builtins(self, python_2):
        module = ModuleType("builtins")
        old_import = make_import(python_2, module)
        module.__dict__.update(vars(builtins))
        if python_2:
            attribute = attributes.python_2_attribute
            old_builtins.fill(module, self.compile, old_import, attribute)
        else:
            own = {"__import__": old_import, rewriting.ATTRIBUTE: attributes.old_attribute}
            module.__dict__.update(own)
        return module


@functools.cache
def _has_python_2(folder):
    """Tell whether a package has a module in Python 2, so that it is all so."""
    if not os.path.isfile(os.path.join(folder, "__init__.py")):
        return False
    for name in os.listdir(folder):
        if name.endswith(".py"):
            with open(os.path.join(folder, name), "rb") as file:
                source = file.read()
            try:
                if signs.is_python_2(_decoded(source)):
                    return True
            except (SyntaxError, UnicodeDecodeError):
                continue
    return _has_python_2(os.path.dirname(folder))


@functools.cache
def _attribute_names(python_2):
    return frozenset(attributes.names(python_2))


def _decoded(source):
    return source if isinstance(source, str) else importlib.util.decode_source(source)


def is_installed(folder: str) -> bool:
    """Tell whether a folder is in Python's library, or one of installed packages."""
    if {"site-packages", "dist-packages"} & set(folder.split(os.sep)):
        return True
    return any(
        f"{folder}{os.sep}".startswith(f"{os.path.realpath(library)}{os.sep}")
        for library in (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"))
    )


def _find(name, path):
    """Find a module as `PathFinder` does, which for a module in a zip file would compile it."""
    for entry in sys.path if path is None else path:
        importer = pkgutil.get_importer(entry)
        if isinstance(importer, zipimporter):
            spec = _find_in_zip(name, importer)
        else:
            spec = None if importer is None else PathFinder.find_spec(name, [entry])
        # A folder without an __init__.py is a package only if nothing else is found.
        if spec is not None and spec.loader is not None:
            return spec
    return PathFinder.find_spec(name, path)


def _find_in_zip(name, importer):
    stem = os.path.join(importer.archive, importer.prefix + name.rpartition(".")[2])
    for place, folders in (
        (os.path.join(stem, "__init__.py"), [stem]),
        (f"{stem}.py", None),
    ):
        try:
            importer.get_data(place)
        except OSError:
            continue
        spec = ModuleSpec(name, importer, origin=place, is_package=folders is not None)
        spec.has_location = True
        if folders is not None:
            spec.submodule_search_locations = folders
        return spec
    return None


def _has_source(spec):
    is_file = isinstance(spec.loader, SourceFileLoader)
    return is_file or (isinstance(spec.loader, zipimporter) and spec.origin.endswith(".py"))


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, program):
        self.program = program

    def find_spec(self, fullname, path=None, target=None):
        parent = fullname.rpartition(".")[0]
        if parent and parent not in self.program.modules:
            return None
        spec = _find(fullname, path)
        if spec is None or not (parent or self.program.owns(spec)):
            return spec
        self.program.modules.add(fullname)
        if _has_source(spec):
            spec.loader = ModernizingLoader(self.program, fullname, spec.origin, spec.loader)
        return spec


class ModernizingLoader(SourceFileLoader):
    """Load a module of a program, and leave no compiled file behind."""

    def __init__(self, program, name, path, source_of):
        super().__init__(name, path)
        self.program = program
        self.source_of = source_of

    def get_data(self, path):
        return self.source_of.get_data(path)

    def exec_module(self, module):
        self.run(module.__dict__)

    def run(self, namespace: dict) -> None:
        """Run the module in some namespace."""
        self.program.run(self.get_data(self.path), self.path, namespace)

    def get_code(self, fullname):
        """Make what `runpy` runs: the call of `run`, since builtins go with the namespace."""
        return compile("__loader__.run(globals())", __file__, "exec")
