"""Write theano_names.json: the names that Theano 1.0.5's modules offer, and of what kind they are.

Run it on Theano: python tests/reference/make_theano_names_reference.py

A module offers what it defines, what its ``__all__`` lists, and what it takes from other modules of
Theano, public names only. Modules that can't be imported where there is no compiler or GPU, and
scripts that start to work when they are imported, are read instead of run.
"""

import ast
import contextlib
import importlib
import importlib.util
import inspect
import io
import json
import logging
import os
import pathlib
import pkgutil
import sys
import types
import warnings

os.environ.setdefault("THEANO_FLAGS", "optimizer=fast_compile,linker=py,cxx=")

import theano

PATH = pathlib.Path(__file__).with_name("theano_names.json")
KINDS = ("module", "class", "function", "value")
# Every module may have imported the package itself, and packages have tests.
UNUSED = {"theano", "tests"}
# Whether they can be imported depends on what has been compiled already.
COMPILED = {"theano.gof.cutils", "theano.gof.lazylinker_c", "theano.scan_module.scan_perform_ext"}
# They measure the machine, or print, when they are imported.
SCRIPTS = {
    f"theano.misc.{name}"
    for name in (
        "buildbot_filter",
        "burn_gpu",
        "check_blas",
        "check_duplicate_key",
        "check_multi_gpu",
        "elemwise_openmp_speedup",
        "elemwise_time_test",
        "gh_api",
        "latence_gpu_transfert",
    )
}


def module_names():
    """List Theano's modules, without its tests."""
    found = pkgutil.walk_packages(theano.__path__, "theano.", onerror=lambda name: None)
    names = {"theano", *(module.name for module in found)}
    return sorted(
        n for n in names if not any("test" in part for part in n.split(".")) or n in SCRIPTS
    )


def statements(body):
    """Walk over the statements of a module that are outside of functions and classes."""
    for statement in body:
        yield statement
        for part in ("body", "orelse", "finalbody"):
            if not isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
                yield from statements(getattr(statement, part, []))
        for handler in getattr(statement, "handlers", []):
            yield from statements(handler.body)


class Source:
    """What a module's source tells.

    Attributes
    ----------
    defined : dict of str to str
        The names that it defines, with their kinds.
    taken : dict of str to (str, str)
        The names that it imports from other modules of Theano: from which, and the name there.
    starred : list of str
        The modules of Theano that it imports all names from.
    """

    def __init__(self, name):
        self.name = name
        self.defined, self.taken, self.starred = {}, {}, []
        path = importlib.util.find_spec(name).origin
        self.is_package = path.endswith("__init__.py")
        for statement in statements(ast.parse(pathlib.Path(path).read_text()).body):
            self.read(statement)

    def read(self, statement):
        """Take the names of one statement."""
        if isinstance(statement, ast.ClassDef):
            self.defined[statement.name] = "class"
        elif isinstance(statement, ast.FunctionDef):
            self.defined[statement.name] = "function"
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = getattr(statement, "targets", None) or [statement.target]
            for node in (node for target in targets for node in ast.walk(target)):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    self.defined[node.id] = "value"
        elif isinstance(statement, ast.ImportFrom):
            origin = self.origin(statement)
            for alias in statement.names if origin.split(".")[0] == "theano" else ():
                if alias.name == "*":
                    self.starred.append(origin)
                else:
                    self.taken[alias.asname or alias.name] = origin, alias.name

    def origin(self, statement):
        """Name the module that a statement imports from."""
        if not statement.level:
            return statement.module
        parts = self.name.split(".")
        parts = parts[: len(parts) - statement.level + self.is_package]
        return ".".join([*parts, *filter(None, [statement.module])])


class Reader:
    """Reads Theano's modules, each once."""

    def __init__(self):
        self.sources = {}

    def source(self, name):
        """Read a module's source."""
        if name not in self.sources:
            try:
                self.sources[name] = Source(name)
            except (
                ImportError,
                AttributeError,
            ):  # no such module, or one that isn't there any more
                self.sources[name] = None
        return self.sources[name]

    def of_theano(self, module, name):
        """Tell whether a name of a module is Theano's, by where the sources take it from."""
        source = self.source(module)
        if source is None or name in source.defined:
            return source is not None
        if name in source.taken:
            return self.of_theano(*source.taken[name])
        return any(self.of_theano(starred, name) for starred in source.starred)

    def kind_of(self, module, name):
        """Tell of what kind a name is, by the sources alone."""
        source = self.source(module)
        if source is not None and name in source.defined:
            return source.defined[name]
        if source is not None and name in source.taken:
            origin, original = source.taken[name]
            if importlib.util.find_spec(origin) and self.source(f"{origin}.{original}"):
                return "module"
            return self.kind_of(origin, original)
        for starred in source.starred if source is not None else ():
            if kind := self.kind_of(starred, name):
                return kind
        return None

    def names(self, module):
        """List a module's names with their kinds, and tell how they were found."""
        if module not in SCRIPTS | COMPILED:
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    return self.names_of(importlib.import_module(module))
            except Exception as error:
                print(f"{module} is read, as it can't be imported: {error!r:.80}")
        source = self.source(module)
        found = {name: self.kind_of(module, name) for name in [*source.defined, *source.taken]}
        return {n: k for n, k in found.items() if k and n not in UNUSED and not n.startswith("_")}

    def names_of(self, module):
        """List the names of a module that was imported, with their kinds."""
        listed = {*getattr(module, "__all__", ())}
        found = {}
        for name, value in vars(module).items():
            if name.startswith("_") or name in UNUSED or isinstance(value, logging.Logger):
                continue
            if name in listed or self.is_theanos(module.__name__, name, value):
                found[name] = kind_of(value)
        return found

    def is_theanos(self, module, name, value):
        """Tell whether a name of a module that was imported is Theano's."""
        if inspect.ismodule(value):
            return value.__name__.split(".")[0] == "theano"
        if isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType)):
            return (value.__module__ or "").split(".")[0] == "theano"
        if type(value).__module__.split(".")[0] == "theano":
            return True
        return self.of_theano(module, name)


def kind_of(value):
    """Tell of what kind a value is: a function is what can be called."""
    if inspect.ismodule(value):
        return "module"
    if inspect.isclass(value):
        return "class"
    return "function" if callable(value) else "value"


if __name__ == "__main__":
    if sys.version_info >= (3, 11):
        sys.exit("the reference values are Theano's own: run this on Python 3.10")
    warnings.simplefilter("ignore")
    reader = Reader()
    # First all of them, so that packages have their modules among their names.
    modules = {module: reader.names(module) for module in module_names()}
    lines = [f'"made_by": "make_theano_names_reference.py on Theano {theano.__version__}"']
    for module, names in modules.items():
        by_kind = {k: " ".join(sorted(n for n in names if names[n] == k)) for k in KINDS}
        entry = {kind: found for kind, found in by_kind.items() if found}
        lines.append(f"{json.dumps(module)}: {json.dumps(entry)}")
    PATH.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"wrote {PATH}, {len(modules)} modules, {sum(map(len, modules.values()))} names")
