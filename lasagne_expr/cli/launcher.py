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

from .children import prepare_children
from .lasagne_alias import install_as_lasagne

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .modernization.program import Program

_PACKAGE = __name__.partition(".")[0]
# The library's modules, as the command had them: without the engine.
_COMMANDS: dict[str, ModuleType] = {}
_MODERNIZATION = os.path.join(os.path.dirname(__file__), "modernization")


def run_script(path: str, arguments: Sequence[str], modernize: bool = False) -> None:
    """Run a Python file as the main program, with ``lasagne`` standing for this library.

    Parameters
    ----------
    path : str
        The file; or a folder or zip file that has a ``__main__.py``; or ``-`` for standard input.
    arguments : sequence of str
        What follows the path in ``sys.argv``.
    modernize : bool, default False
        Whether it may be in Python 2, or use names that have been dropped since.

    Raises
    ------
    SystemExit
        With code 1 or 2, if there is no such file, or no ``__main__.py`` in it.
    """
    sys.argv[:] = [path, *arguments]
    if path == "-":
        loader = importlib.machinery.BuiltinImporter
        _run_source(sys.stdin.buffer.read(), "<stdin>", "", loader, modernize)
    elif pkgutil.get_importer(path) is not None:
        sys.path[: not _is_path_safe()] = [os.path.abspath(path)]
        program = _program(path) if modernize else None
        if program is not None:
            program.look_at_module("__main__")
        _new_main(program)
        with _OwnFramesHidden(None if modernize else path):
            # What the interpreter itself calls for a folder.
            runpy._run_module_as_main("__main__", alter_argv=False)
    else:
        file = os.path.abspath(path)
        loader = importlib.machinery.SourceFileLoader("__main__", file)
        folder = os.path.dirname(os.path.realpath(path))
        _run_source(_read(path), file, folder, loader, modernize)


def _read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        problem = f"can't open file {os.path.abspath(path)!r}: [Errno {error.errno}]"
        print(f"{sys.executable}: {problem} {error.strerror}", file=sys.stderr)
        raise SystemExit(2) from None


def _run_source(source, name, folder, loader, modernize):
    if not _is_path_safe():
        sys.path[0] = folder
    program = _program(folder) if modernize else None
    main = _new_main(program)
    main.__file__, main.__loader__, main.__cached__ = name, loader, None
    with _OwnFramesHidden(None if modernize else sys.argv[0]):
        if program is not None:
            program.run(source, name, main.__dict__)
        else:
            exec(compile(source, name, "exec", dont_inherit=True), main.__dict__)


def _program(folder):
    from .modernization.program import Program

    return Program([os.path.abspath(folder)], sys.path)


def run_module(name: str, arguments: Sequence[str], modernize: bool = False) -> None:
    """Run a module as the main program, with ``lasagne`` standing for this library.

    Parameters
    ----------
    name : str
        The module, or a package that has a ``__main__``.
    arguments : sequence of str
        What follows the module's file in ``sys.argv``.
    modernize : bool, default False
        Whether it may be in Python 2, or use names that have been dropped since.

    Raises
    ------
    SystemExit
        With code 1, if there is no such module.
    """
    sys.argv[:] = ["-m", *arguments]
    program = _program("") if modernize else None
    if program is not None:
        program.look_at_module(name)
    _new_main(program)
    with _OwnFramesHidden(None if modernize else f"-m {name}"):
        # What the interpreter itself calls for its option -m.
        runpy._run_module_as_main(name)


def _is_path_safe():
    """Tell whether Python was started without a script's folder in its path."""
    return getattr(sys.flags, "safe_path", False) or sys.flags.isolated


def _new_main(program: "Program | None") -> ModuleType:
    """Put an empty main module in place, and have the library imported anew when it is asked for.

    The command's own import of it stopped before the engine.
    """
    if program is not None:
        program.install()
    prepare_children(program)
    spec = sys.modules[_PACKAGE].__spec__
    _COMMANDS.update(_take_own_modules())
    if importlib.util.find_spec(_PACKAGE) is None:
        # It had been found in the working directory, which is not in the path of a script.
        sys.path.append(os.path.dirname(os.path.dirname(spec.origin)))
    install_as_lasagne()
    main = ModuleType("__main__")
    main.__dict__["__builtins__"] = sys.modules["builtins"]
    main.__annotations__ = {}
    sys.modules["__main__"] = main
    return main


def _take_own_modules():
    """Take the library's modules out of those that are imported."""
    names = [name for name in sys.modules if name.partition(".")[0] == _PACKAGE]
    return {name: sys.modules.pop(name) for name in names}


def _advise(error, traceback, program):
    """Import what advises, beside the command's modules, and call it."""
    modules = _take_own_modules()
    sys.modules.update(_COMMANDS)
    try:
        from .advice import advise
    finally:
        _take_own_modules()
        sys.modules.update(modules)
    return advise(error, traceback, program)


class _OwnFramesHidden:
    """Show an uncaught exception with the traceback that it has without the launcher.

    Below it stands what to do, if the exception is due to the program's age. It is not where
    `program`, what the command line calls the program, is None.
    """

    def __init__(self, program: "str | None"):
        self.program = program

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if error is not None and not isinstance(error, SystemExit):
            # The program's own hook, where it has set one.
            shown_by = sys.excepthook

            def hook(kind, error, traceback):
                traceback = _without_own_frames(traceback)
                _hide_own_frames_of_causes(error)
                shown_by(kind, error.with_traceback(traceback), traceback)
                # What advises may reset the exit code of an interrupt.
                if self.program is not None and isinstance(error, Exception):
                    for line in _advise(error, traceback, self.program):
                        print(line, file=sys.stderr)

            sys.excepthook = hook
        return False


def _without_own_frames(traceback: "TracebackType | None") -> "TracebackType | None":
    """Leave out what comes before the program: the frames down to this file's last.

    And, further down, those of what finds dropped names, with the imports that it makes.
    """
    program = position = traceback
    while position is not None:
        if position.tb_frame.f_code.co_filename == __file__:
            program = position.tb_next
        position = position.tb_next
    return _without_modernization(program)


def _without_modernization(traceback):
    frames = []
    while traceback is not None:
        frames.append(traceback)
        traceback = traceback.tb_next
    names = [frame.tb_frame.f_code.co_filename for frame in frames]
    if not any(name.startswith(_MODERNIZATION) for name in names):
        return frames[0] if frames else None
    kept = None
    for frame, name in reversed([*zip(frames, names)]):
        if not name.startswith((_MODERNIZATION, "<frozen importlib")):
            kept = TracebackType(kept, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return kept


def _hide_own_frames_of_causes(error):
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        error.__traceback__ = _without_modernization(error.__traceback__)
        error = error.__cause__ or error.__context__
