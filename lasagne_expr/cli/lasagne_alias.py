"""The name ``lasagne`` for this library, so that unmodified scripts and old pickles find it."""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from types import ModuleType

from .lasagne_names import LASAGNE_MODULES, answer_to_lasagne_names

__all__ = ["install_as_lasagne"]

_PACKAGE = __name__.partition(".")[0]


class _LasagneFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answer to ``lasagne`` and ``lasagne.x.y`` with the modules of this library themselves."""

    package = _PACKAGE

    def find_spec(self, fullname, path=None, target=None):
        if fullname == "lasagne" or fullname.startswith("lasagne."):
            real = _PACKAGE + fullname[len("lasagne") :]
            if _exists(real):
                return importlib.machinery.ModuleSpec(fullname, self)
        return None

    def create_module(self, spec):
        module = importlib.import_module(_PACKAGE + spec.name[len("lasagne") :])
        # The import system writes its own over it, which would rename the module.
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module):
        module.__spec__ = module.__spec__.loader_state
        answer_to_lasagne_names(module)


def _exists(name):
    """Tell whether there is a module of that name, without importing it."""
    return name in sys.modules or importlib.util.find_spec(name) is not None


def install_as_lasagne() -> None:
    """Let ``import lasagne``, from now on, give this library.

    ``lasagne.layers`` is then the very same module as ``lasagne_expr.layers``, and so are all
    others, so code written for Lasagne runs as it is, and pickles that name classes of
    ``lasagne`` load. The modules then also answer to the names that Lasagne's import, such as
    ``lasagne.layers.recurrent.unroll_scan``. It holds for the whole process; calling it again
    changes nothing.

    Raises
    ------
    RuntimeError
        If Lasagne itself is already imported, so that classes of both would be mixed.

    Examples
    --------
    >>> import lasagne_expr
    >>> lasagne_expr.install_as_lasagne()
    >>> import lasagne.layers
    >>> lasagne.layers is lasagne_expr.layers
    True
    """
    loaded = sys.modules.get("lasagne")
    if loaded is not None and loaded is not sys.modules.get(_PACKAGE):
        raise RuntimeError(
            f"lasagne is already imported, from {_place(loaded)}: call "
            f"{_PACKAGE}.install_as_lasagne() before anything imports lasagne"
        )
    # The class may have been imported anew since, by the launcher.
    if not any(getattr(finder, "package", None) == _PACKAGE for finder in sys.meta_path):
        # First, so that an installed Lasagne isn't found before it.
        sys.meta_path.insert(0, _LasagneFinder())
    for name in LASAGNE_MODULES:
        if name in sys.modules:
            answer_to_lasagne_names(sys.modules[name])


def _place(module: ModuleType) -> str:
    return getattr(module, "__file__", None) or "an unknown place"
