"""Run a script or module written for Lasagne, as ``python SCRIPT`` or ``python -m MODULE`` would.

Nothing here imports the engine: the script may set ``THEANO_FLAGS`` before it does.
"""

import importlib.machinery
import importlib.util
import os
import runpy
import sys
from collections.abc import Sequence
from types import ModuleType, TracebackType

from .aliases import install_as_lasagne

_PACKAGE = __name__.rpartition(".")[0]


def run_script(path: str, arguments: Sequence[str]) -> None:
    """Run a Python file as the main program, with ``lasagne`` standing for this library.

    Parameters
    ----------
    path : str
        The file.
    arguments : sequence of str
        What follows the path in ``sys.argv``.

    Raises
    ------
    SystemExit
        With code 2, if there is no such file.
    """
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError as error:
        problem = f"can't open file {os.path.abspath(path)!r}: [Errno {error.errno}]"
        print(f"{sys.executable}: {problem} {error.strerror}", file=sys.stderr)
        raise SystemExit(2) from None
    sys.argv[:] = [path, *arguments]
    if not _is_path_safe():
        sys.path[0] = os.path.dirname(os.path.realpath(path))
    main = _new_main()
    main.__file__ = os.path.abspath(path)
    main.__loader__ = importlib.machinery.SourceFileLoader("__main__", main.__file__)
    main.__cached__ = None
    with _OwnFramesHidden():
        exec(compile(source, main.__file__, "exec", dont_inherit=True), main.__dict__)


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
