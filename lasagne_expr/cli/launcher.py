"""Run a script or module written for Lasagne, as ``python SCRIPT`` or ``python -m MODULE`` would.

Nothing here imports the engine: the script may set ``THEANO_FLAGS`` before it does.
"""

import importlib.machinery
import importlib.util
import os
import pkgutil
import runpy
import sys
from collections.abc import Sequence
from types import ModuleType, TracebackType

from .lasagne_alias import install_as_lasagne

_PACKAGE = __name__.partition(".")[0]


def run_script(path: str, arguments: Sequence[str]) -> None:
    """Run a Python file as the main program, with ``lasagne`` standing for this library.

    Parameters
    ----------
    path : str
        The file; or a folder or zip file that has a ``__main__.py``; or ``-`` for standard input.
    arguments : sequence of str
        What follows the path in ``sys.argv``.

    Raises
    ------
    SystemExit
        With code 1 or 2, if there is no such file, or no ``__main__.py`` in it.
    """
    sys.argv[:] = [path, *arguments]
    if path == "-":
        _run_source(sys.stdin.buffer.read(), "<stdin>", "", importlib.machinery.BuiltinImporter)
    elif pkgutil.get_importer(path) is not None:
        sys.path[: not _is_path_safe()] = [os.path.abspath(path)]
        _new_main()
        with _OwnFramesHidden():
            # What the interpreter itself calls for a folder.
            runpy._run_module_as_main("__main__", alter_argv=False)
    else:
        file = os.path.abspath(path)
        loader = importlib.machinery.SourceFileLoader("__main__", file)
        folder = os.path.dirname(os.path.realpath(path))
        _run_source(_read(path), file, folder, loader)


def _read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        problem = f"can't open file {os.path.abspath(path)!r}: [Errno {error.errno}]"
        print(f"{sys.executable}: {problem} {error.strerror}", file=sys.stderr)
        raise SystemExit(2) from None


def _run_source(source, name, folder, loader):
    if not _is_path_safe():
        sys.path[0] = folder
    main = _new_main()
    main.__file__, main.__loader__, main.__cached__ = name, loader, None
    with _OwnFramesHidden():
        exec(compile(source, name, "exec", dont_inherit=True), main.__dict__)


def run_module(name: str, arguments: Sequence[str]) -> None:
    """Run a module as the main program, with ``lasagne`` standing for this library.

    Parameters
    ----------
    name : str
        The module, or a package that has a ``__main__``.
    arguments : sequence of str
        What follows the module's file in ``sys.argv``.

    Raises
    ------
    SystemExit
        With code 1, if there is no such module.
    """
    sys.argv[:] = ["-m", *arguments]
    _new_main()
    with _OwnFramesHidden():
        # What the interpreter itself calls for its option -m.
        runpy._run_module_as_main(name)


def _is_path_safe():
    """Tell whether Python was started without a script's folder in its path."""
    return getattr(sys.flags, "safe_path", False) or sys.flags.isolated


def _new_main() -> ModuleType:
    """Put an empty main module in place, and have the library imported anew when it is asked for.

    The command's own import of it stopped before the engine.
    """
    spec = sys.modules[_PACKAGE].__spec__
    for name in [name for name in sys.modules if name.partition(".")[0] == _PACKAGE]:
        del sys.modules[name]
    if importlib.util.find_spec(_PACKAGE) is None:
        # It had been found in the working directory, which is not in the path of a script.
        sys.path.append(os.path.dirname(os.path.dirname(spec.origin)))
    install_as_lasagne()
    main = ModuleType("__main__")
    main.__dict__["__builtins__"] = sys.modules["builtins"]
    main.__annotations__ = {}
    sys.modules["__main__"] = main
    return main


class _OwnFramesHidden:
    """Show an uncaught exception with the traceback that it has without the launcher."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if error is not None and not isinstance(error, SystemExit):
            # The program's own hook, where it has set one.
            shown_by = sys.excepthook

            def hook(kind, error, traceback):
                traceback = _without_own_frames(traceback)
                shown_by(kind, error.with_traceback(traceback), traceback)

            sys.excepthook = hook
        return False


def _without_own_frames(traceback: "TracebackType | None") -> "TracebackType | None":
    """Leave out what comes before the program: the frames down to this file's last."""
    program = position = traceback
    while position is not None:
        if position.tb_frame.f_code.co_filename == __file__:
            program = position.tb_next
        position = position.tb_next
    return program
