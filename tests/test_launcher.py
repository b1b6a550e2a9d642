"""Unmodified scripts: what they see, show and return when they are run for this library."""

import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import lasagne_expr

ROOT = Path(__file__).resolve().parent.parent

SCRIPT = """
import os, sys
import neighbour
print(__name__, __file__, __package__, type(__loader__).__name__, sorted(globals()))
print(sys.argv, sys.path[0], os.getcwd(), "theano" in sys.modules)
print(sys.modules["__main__"].__dict__ is globals())
exec(sys.argv[1])
"""

NEIGHBOUR = """
def fail(message):
    raise ValueError(message)

def fail_differently(message):
    try:
        fail(message)
    except ValueError as error:
        raise KeyError(message) from error
"""

HOOK = """
import traceback
sys.excepthook = lambda kind, error, tb: print(kind, error, traceback.extract_tb(tb)[:])
1 / 0
"""


def python(*arguments, flags="", **options):
    """Run Python as a user: with the folders that the tests run in, and nothing else of theirs."""
    environment = {k: v for k, v in os.environ.items() if k != "THEANO_FLAGS"}
    paths = [str(ROOT), *(p for p in sys.path if p.endswith("compat"))]
    environment["PYTHONPATH"] = os.pathsep.join(
        dict.fromkeys([*paths, *environment.get("PYTHONPATH", "").split(os.pathsep)])
    )
    if flags:
        environment["THEANO_FLAGS"] = flags
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, **options)


def without_addresses(text):
    return re.sub(r"0x[0-9a-f]+", "0x", text)


def check_same(folder, *arguments, **options):
    """Check that a program does the same with and without the launcher; return what it did."""
    plain = python(*arguments, cwd=folder, **options)
    launched = python("-m", "lasagne_expr", "run", *arguments, cwd=folder, **options)
    assert without_addresses(launched.stdout) == without_addresses(plain.stdout)
    assert without_addresses(launched.stderr) == without_addresses(plain.stderr)
    assert launched.returncode == plain.returncode
    return launched


@pytest.fixture
def folder(tmp_path):
    """A working directory with a package of scripts in it."""
    package = tmp_path / "scripts"
    package.mkdir()
    (package / "script.py").write_text(SCRIPT)
    (package / "neighbour.py").write_text(NEIGHBOUR)
    (package / "wrong.py").write_text("x = = 1\n")
    (tmp_path / "linked.py").symlink_to(package / "script.py")
    (tmp_path / "neighbour.py").write_text(NEIGHBOUR)
    return tmp_path


class TestSameAsPython:
    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("pass", 0),
            ("sys.exit(3)", 3),
            ("sys.exit('a message')", 1),
            ("neighbour.fail('it')", 1),
            ("neighbour.fail_differently('it')", 1),
            ("raise KeyboardInterrupt", -signal.SIGINT),
            ("sys.stdout.flush(); os.kill(os.getpid(), 9)", -signal.SIGKILL),
            ("import atexit; atexit.register(print, 'the end')", 0),
            (HOOK, 1),
        ],
    )
    def test_script(self, folder, code, expected):
        result = check_same(folder, "scripts/script.py", code, "-h", "--json", "-m", "x")
        assert result.returncode == expected
        assert "__main__" in result.stdout

    def test_script_behind_a_link(self, folder):
        assert str(folder / "scripts") in check_same(folder, "linked.py", "pass").stdout

    def test_module(self, folder):
        result = check_same(folder, "-m", "scripts.script", "neighbour.fail('it')", "-h")
        assert result.returncode == 1

    @pytest.mark.parametrize("code", ["pass", "neighbour.fail('it')"])
    def test_folder_and_zip_file(self, folder, code):
        (folder / "scripts" / "__main__.py").write_text(SCRIPT)
        archive = shutil.make_archive(folder / "archive", "zip", folder / "scripts")
        for path in ("scripts", Path(archive).name):
            result = check_same(folder, path, code, "-h")
            assert f"['{path}', \"{code}\", '-h']".replace('"pass"', "'pass'") in result.stdout

    def test_folder_without_a_program(self, folder):
        assert check_same(folder, "scripts").returncode == 1

    @pytest.mark.parametrize("code", ["pass", "neighbour.fail('it')"])
    def test_standard_input(self, folder, code):
        assert "['-', " in check_same(folder, "-", code, "-h", input=SCRIPT).stdout

    @pytest.mark.parametrize("arguments", [["scripts/wrong.py"], ["-m", "scripts.wrong"]])
    def test_syntax_error(self, folder, arguments):
        assert "SyntaxError" in check_same(folder, *arguments).stderr

    def test_nothing_there(self, folder):
        assert check_same(folder, "missing.py").returncode == 2
        assert check_same(folder, "-m", "missing").returncode == 1

    def test_pickles_of_the_scripts_own_classes(self, folder):
        (folder / "own.py").write_text(
            "import pickle\nclass Own: pass\nprint(pickle.loads(pickle.dumps(Own())).__module__)\n"
        )
        assert check_same(folder, "own.py").stdout == "__main__\n"


class TestLasagne:
    def run(self, folder, code):
        (folder / "old.py").write_text(code)
        result = python("-m", "lasagne_expr", "run", "old.py", cwd=folder)
        assert result.returncode == 0, result.stderr
        return result.stdout.splitlines()

    def test_all_modules_are_the_same(self, tmp_path):
        code = """
import os
os.environ["THEANO_FLAGS"] = "floatX=float32"
import lasagne, theano
import lasagne.layers.dense as dense
from lasagne.updates import adam
import lasagne_expr, pkgutil, importlib
print(theano.config.floatX)
for module in pkgutil.walk_packages(lasagne_expr.__path__, ""):
    ours = importlib.import_module("lasagne_expr." + module.name)
    name = "lasagne." + module.name
    assert importlib.import_module(name) is ours, name
    assert ours.__name__ == ours.__spec__.name == "lasagne_expr." + module.name, name
print(lasagne is lasagne_expr, lasagne.layers is lasagne_expr.layers)
print(dense.DenseLayer is lasagne_expr.layers.DenseLayer, adam is lasagne_expr.updates.adam)
"""
        assert self.run(tmp_path, code) == ["float32", "True True", "True True"]

    def test_a_module_that_is_not_there(self, tmp_path):
        code = """
try:
    import lasagne.layers.nothing
except ImportError as error:
    print(error)
"""
        assert self.run(tmp_path, code) == ["No module named 'lasagne.layers.nothing'"]

    def test_an_installed_lasagne_is_not_used(self, tmp_path):
        (tmp_path / "lasagne.py").write_text("raise SystemExit('the wrong one')")
        assert self.run(tmp_path, "import lasagne; print(lasagne.__name__)") == ["lasagne_expr"]

    def test_an_imported_lasagne_is_refused(self, tmp_path):
        (tmp_path / "lasagne.py").write_text("")
        code = "import lasagne, lasagne_expr; lasagne_expr.install_as_lasagne()"
        result = python("-c", code, cwd=tmp_path)
        message = result.stderr.splitlines()[-1]
        assert message.startswith("RuntimeError: lasagne is already imported, from ")
        assert str(tmp_path / "lasagne.py") in message

    def test_pickles_that_name_lasagne(self):
        """As Python 2 wrote them: protocol 0, and classes by their old names."""
        lasagne_expr.install_as_lasagne()
        finders = list(sys.meta_path)
        lasagne_expr.install_as_lasagne()
        assert sys.meta_path == finders
        layers = pickle.loads(
            b"(lp0\nclasagne.layers.dense\nDenseLayer\np1\naclasagne.init\nHeNormal\np2\na."
        )
        assert layers == [lasagne_expr.layers.DenseLayer, lasagne_expr.init.HeNormal]


class TestChildren:
    """Processes that start as a fresh Python run the script as their parent does."""

    CODE = """
import multiprocessing, sys
import lasagne
print(__name__, lasagne.__name__, __file__, sys.argv)

class Own:
    pass

def work(own, queue):
    import lasagne.layers as layers
    queue.put((type(own).__module__, layers.__name__, type(own) is Own))

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    queue = context.Queue()
    process = context.Process(target=work, args=(Own(), queue))
    process.start()
    print(queue.get())
    process.join()
    print(process.exitcode)
"""

    @pytest.mark.parametrize("method", ["spawn", "forkserver"])
    def test_script(self, tmp_path, method):
        (tmp_path / "parallel.py").write_text(self.CODE)
        arguments = ("-m", "lasagne_expr", "run", "parallel.py", method)
        result = python("-W", "ignore", *arguments, cwd=tmp_path)
        assert result.returncode == 0, result.stderr
        place = f"{tmp_path / 'parallel.py'} ['parallel.py', '{method}']"
        # The child's first line is its own, as it imports the script.
        child = f"{tmp_path / 'parallel.py'} ['{tmp_path / 'parallel.py'}', '{method}']"
        assert set(result.stdout.splitlines()) == {
            f"__main__ lasagne_expr {place}",
            f"__mp_main__ lasagne_expr {child}",
            "('__mp_main__', 'lasagne_expr.layers', True)",
            "0",
        }
        assert not (tmp_path / "__pycache__").exists()

    def test_module(self, tmp_path):
        (tmp_path / "package").mkdir()
        (tmp_path / "package" / "parallel.py").write_text(self.CODE)
        arguments = ("-m", "lasagne_expr", "run", "-m", "package.parallel", "spawn")
        result = python("-W", "ignore", *arguments, cwd=tmp_path)
        assert result.returncode == 0, result.stderr
        assert "('__mp_main__', 'lasagne_expr.layers', True)" in result.stdout.splitlines()


class TestCommandLine:
    def test_says_what_is_missing(self, tmp_path):
        result = python("-m", "lasagne_expr", "run", cwd=tmp_path)
        assert result.returncode == 1
        assert "which script" in result.stderr

    def test_unknown_command(self, tmp_path):
        result = python("-m", "lasagne_expr", "jump", cwd=tmp_path)
        assert result.returncode == 2
        assert "invalid choice: 'jump'" in result.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the setting is glibc's")
class TestAllocator:
    """A large array is mapped by itself, unless the setting keeps it in the heap."""

    CODE = """
import ctypes, numpy
class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int) for name in "arena ordblks smblks hblks hblkhd".split()]
    _fields_ += [(f"rest{n}", ctypes.c_int) for n in range(5)]
mallinfo = ctypes.CDLL(None).mallinfo
mallinfo.restype = Info
before = mallinfo().hblks
array = numpy.ones(5_000_000)
print(mallinfo().hblks - before)
"""

    @pytest.mark.parametrize(
        ("options", "variable", "mapped"),
        [([], None, 0), (["--system-allocator"], None, 1), ([], "system", 1)],
    )
    def test_setting(self, tmp_path, monkeypatch, options, variable, mapped):
        if variable:
            monkeypatch.setenv("LASAGNE_EXPR_ALLOCATOR", variable)
        (tmp_path / "large.py").write_text(self.CODE)
        result = python("-m", "lasagne_expr", "run", *options, "large.py", cwd=tmp_path)
        assert result.stdout == f"{mapped}\n", result.stderr
