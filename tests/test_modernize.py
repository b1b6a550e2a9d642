"""Old programs, in Python 2 or with names that were dropped: run as they are, and told apart."""

import ast
import csv
import gzip
import importlib
import os
import pickle
import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest

from engines import ENGINE
from lasagne_expr.cli.modernization import (
    dropped_methods,
    dropped_names,
    old_builtins,
    old_division,
    old_modules,
    signs,
    syntax,
)
from test_launcher import python

SCRIPTS = Path(__file__).resolve().parent / "old_scripts"
# Theano computes these small graphs in Python, which compiles at once.
FLAGS = "cxx=,optimizer=fast_compile,linker=py" if ENGINE == "theano" else ""


def launch(*arguments, modernize=True, cwd, **options):
    option = ["--modernize"] if modernize else []
    command = ("-W", "ignore", "-m", "lasagne_expr", "run", *option, *arguments)
    return python(*command, cwd=cwd, flags=FLAGS, **options)


def lines_of(*arguments, **options):
    """Run a program with the option, and return what it prints."""
    result = launch(*arguments, **options)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def files_in(folder):
    return sorted(str(path) for path in folder.rglob("*"))


class TestOldScripts:
    @pytest.fixture(autouse=True)
    def _scripts_stay_as_they_are(self):
        before = files_in(SCRIPTS)
        yield
        assert files_in(SCRIPTS) == before

    def test_logistic_regression(self, tmp_path):
        rng = np.random.RandomState(0)
        x = rng.normal(size=(100, 4))
        y = (x @ rng.normal(size=(4, 3))).argmax(axis=1)
        sets = tuple((x[part].tolist(), y[part].tolist()) for part in (slice(80), slice(80, 100)))
        with gzip.open(tmp_path / "data.pkl.gz", "wb") as file:
            pickle.dump(sets, file, protocol=0)
        result = launch(SCRIPTS / "logistic_regression.py", "data.pkl.gz", cwd=tmp_path)
        assert result.returncode == 0, result.stderr
        assert "The code for file logistic_regression.py ran for" in result.stderr
        costs, errors = self.regress(x, y)
        expected = [f"epoch {n}, 4 minibatches, cost {c:.6f}" for n, c in enumerate(costs)]
        assert result.stdout.splitlines() == [*expected, f"errors {errors}"]

    def regress(self, x, y, rate=0.5, size=20):
        weights, bias, costs = np.zeros((4, 3)), np.zeros(3), []
        for _ in range(5):
            epoch = []
            for start in range(0, 80, size):
                inputs, labels = x[start : start + size], y[start : start + size]
                powers = np.exp(inputs @ weights + bias)
                output = powers / powers.sum(axis=1, keepdims=True)
                epoch.append(-np.log(output[np.arange(size), labels]).mean())
                error = (output - np.eye(3)[labels]) / size
                weights, bias = weights - rate * inputs.T @ error, bias - rate * error.sum(axis=0)
            costs.append(np.mean(epoch))
        return costs, float(np.mean((x[80:] @ weights + bias).argmax(axis=1) != y[80:]))

    def test_mnist(self, tmp_path):
        rng = np.random.RandomState(0)
        images = rng.randint(0, 256, (40, 4, 4)).astype("uint8")
        labels = images[:, :2].mean((1, 2)) > images[:, 2:].mean((1, 2))
        with gzip.open(tmp_path / "source_images.gz", "wb") as file:
            file.write(bytes(16) + images.tobytes())
        (tmp_path / "source_labels").write_bytes(bytes(8) + labels.astype("uint8").tobytes())
        lines = lines_of(SCRIPTS / "mnist.py", f"file://{tmp_path}/source_", cwd=tmp_path)
        assert lines == ["Downloading images.gz", "fell: True", "restored: True", "accuracy: 1.00"]
        with open(tmp_path / "model.pkl", "rb") as file:
            values = pickle.load(file)
        assert [value.shape for value in values] == [(16, 8), (8,), (8, 2), (2,)]

    def test_dropped_names(self, tmp_path):
        assert lines_of(SCRIPTS / "dropped_names.py", cwd=tmp_path) == [
            "True",
            "15 2 4",
            "24 [2, 6] True False",
            "True True inf 2.0 u",
            "[False, True, True, False] [[1], [2]]",
            "4.0 2 5.0 48",
            "1 False True",
            "True True 6",
            "ArgSpec(args=['a', 'b'], varargs=None, keywords=None, defaults=(1,)) True",
            "24.0 10.0 1.5 1.0",
            "(2, 2) {'a'}",
        ]

    def test_options(self, tmp_path):
        (tmp_path / "settings.cfg").write_text("[training]\nepochs: 7\n")
        script = SCRIPTS / "options.py"
        lines = lines_of(script, "-c", "settings.cfg", "-e", "5", "--lr=.2", "x", cwd=tmp_path)
        assert lines == [
            "training epochs 7 EPOCHS 3",
            "2 0.2 ['x'] 0755 100",
            "{\"epochs\": 5} {'epochs': 5}",
            "0 True True",
        ]
        result = launch(script, cwd=tmp_path)
        assert (result.stderr, result.returncode) == ("which configuration?\n", 1)

    def test_encodings(self, tmp_path):
        lines = lines_of(SCRIPTS / "text_encodings.py", cwd=tmp_path)
        assert lines[:2] == ["4 True True", "text 74657874 text"]
        assert lines[2:] == ["['a', 'b']", "['1', '2']", "2 2 "]
        with open(tmp_path / "table.csv", newline="") as file:
            assert list(csv.reader(file)) == [["a", "b"], ["1", "2"]]

    def test_pickled_model(self, tmp_path):
        # {'name': 'caf\xe9', u'text': u'\u20ac'}, as Python 2 wrote it.
        written = b"(dp0\nS'name'\np1\nS'caf\\xe9'\np2\nsVtext\np3\nV\\u20ac\np4\ns."
        (tmp_path / "old.pkl").write_bytes(written)
        assert lines_of(SCRIPTS / "pickled_model.py", "old.pkl", cwd=tmp_path) == [
            "[('name', 'caf\xe9'), ('text', '\u20ac')]",
            "Model 3.0 True",
            "Model 3.0 True",
            "False False",
            "{'a': [1, 'b']}",
        ]

    def test_division(self, tmp_path):
        assert lines_of(SCRIPTS / "dividing.py", cwd=tmp_path) == [
            "3 -4 3.5 3.5 0 3 0.5",
            "[-1, -1, 0, 0, 1] [-1.0, -0.5, 0.0, 0.5, 1.0] [1, 0, 0, 0, 0]",
            "[-2, -1, 0, 0, 2] [-1.0, -0.5, 0.0, 0.0, 1.0] 3",
            "(3, [3]) (1, [1])",
            "[3.0, 3.5, 1.0]",
            "3 2 2",
        ]

    @pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
    def test_children(self, tmp_path, method):
        lines = lines_of(SCRIPTS / "loading.py", method, cwd=tmp_path)
        assert lines[:4] == ["1 [3.0]", "2 [4.0, 4.5]", "3 [4.0, 4.5, 5.0]", "empty 0"]
        assert [word for word in ("8.5", "13.5") if word in lines[4]] == ["8.5", "13.5"]

    def test_package(self):
        first, *epochs, last = lines_of("-m", "autoencoders", "-x", cwd=SCRIPTS)
        assert first == "['Model', 'Tied'] __main__ ['-x']"
        assert last == "Model has no parameters"
        assert epochs == [f"epoch {n} 3 {cost:.8f}" for n, cost in enumerate(self.autoencode())]

    def autoencode(self):
        weights = np.random.RandomState(3).uniform(-0.5, 0.5, (4, 2))
        data = np.random.RandomState(4).normal(size=(6, 4))
        for _ in range(3):
            costs = []
            for x in (data[:2], data[2:4], data[4:]):
                hidden = np.tanh(x @ weights)
                error = hidden @ weights.T - x
                costs.append(np.mean(error**2))
                outer = 2 * error / error.size
                inner = (outer @ weights) * (1 - hidden**2)
                weights = weights - 0.1 * (x.T @ inner + outer.T @ hidden)
            yield np.mean(costs)

    def test_package_in_a_zip_file_and_a_folder(self, tmp_path):
        shutil.copytree(SCRIPTS / "autoencoders", tmp_path / "program" / "autoencoders")
        main = "import autoencoders.__main__ as main, sys\nprint main.__name__, sys.argv\n"
        (tmp_path / "program" / "__main__.py").write_text(main)
        archive = Path(shutil.make_archive(tmp_path / "archive", "zip", tmp_path / "program"))
        for path in ("program", archive.name):
            lines = lines_of(path, "-x", cwd=tmp_path)
            assert lines == [f"autoencoders.__main__ ['{path}', '-x']"]


class TestWithoutTheOption:
    """Below the traceback stands what the program needs."""

    def advice(self, *arguments, cwd, **options):
        result = launch(*arguments, modernize=False, cwd=cwd, **options)
        assert result.returncode == 1
        reason, how = result.stderr.splitlines()[-2:]
        name = " ".join(map(str, arguments))
        assert how == f"`python -m lasagne_expr run --modernize {name}` may run it as it is."
        return reason

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("mnist.py", "mnist.py, line 23: this is Python 2, where print is a statement."),
            ("dropped_names.py", "dropped_names.py, line 6: `collections.Iterable` was dropped."),
            (
                "logistic_regression.py",
                "logistic_regression.py, line 29: this is Python 2, where an exception is raised "
                "with a comma.",
            ),
        ],
    )
    def test_old_scripts(self, tmp_path, name, expected):
        assert self.advice(SCRIPTS / name, cwd=tmp_path) == expected

    def test_package(self):
        reason = "in Python 2, a package's modules were found by bare names such as `training`."
        assert self.advice("-m", "autoencoders", cwd=SCRIPTS) == f"__init__.py, line 1: {reason}"

    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("def f((a, b)): pass", "this is Python 2, where a parameter is a tuple"),
            ("1 <> 2", "this is Python 2, where <> means !="),
            ("x = `1`", "this is Python 2, where backticks mean repr"),
            ("mode = 0777", "this is Python 2, where an octal number starts with 0, not 0o"),
            ("exec 'x = 1'", "this is Python 2, where exec is a statement"),
            ("xrange(3)", "`xrange` is Python 2's"),
            ("import cPickle", "the module `cPickle` is Python 2's"),
            ("import string; string.letters", "`string.letters` is Python 2's"),
            ("{}.has_key(1)", "`has_key` of dict was dropped"),
            ("import time; time.clock()", "`time.clock` was dropped"),
            ("zip([1], [2])[0]", "in Python 2, zip was a list"),
            ("x = map(abs, [1])\nlen(x)", "in Python 2, map was a list"),
            ("from scipy.misc import imread", "`scipy.misc.imread` was dropped"),
            ("import sklearn.cross_validation", None),
            ("[3].sort(cmp=None)", "in Python 2, sort took a function to compare"),
            (
                "n = 5 / 2\nrange(n)",
                "in Python 2, `/` of integers rounded down, if these were integers: that can't be "
                "told from here",
            ),
        ],
    )
    def test_reasons(self, tmp_path, source, expected):
        if expected is None:
            expected = "the module `sklearn.cross_validation` was dropped"
        (tmp_path / "old.py").write_text(source + "\n")
        last = source.count("\n") + 1
        assert self.advice("old.py", cwd=tmp_path) == f"old.py, line {last}: {expected}."

    @pytest.mark.parametrize("name", ["float", "Inf", "product", "cast", "unicode_"])
    def test_names_of_numpy(self, tmp_path, name):
        (tmp_path / "old.py").write_text(f"import numpy as np\nx = np.{name}\n")
        if ENGINE == "theano":  # its NumPy has them still
            result = launch("old.py", modernize=False, cwd=tmp_path)
            assert (result.returncode, result.stderr) == (0, "")
            return
        assert self.advice("old.py", cwd=tmp_path) == f"old.py, line 2: `numpy.{name}` was dropped."

    def test_tabs(self, tmp_path):
        (tmp_path / "old.py").write_text("if 1:\n\tx = 1\n        y = 2\n")
        expected = "old.py, line 3: tabs and spaces are mixed, which only Python 2 allows."
        assert self.advice("old.py", cwd=tmp_path) == expected

    def test_standard_input(self, tmp_path):
        expected = "<stdin>, line 1: this is Python 2, where print is a statement."
        assert self.advice("-", cwd=tmp_path, input="print 1\n") == expected

    @pytest.mark.parametrize(
        "source",
        [
            "x = = 1",
            "print('a' 1)",
            "raise ValueError('print 1')",
            "undefined",
            "import numpy; numpy.nothing",
            "import nothing_of_the_sort",
            'x = f"{1}"; range(5 / 2)',
            "class X: pass\nX().has_key",
        ],
    )
    def test_other_errors_are_left_alone(self, tmp_path, source):
        (tmp_path / "new.py").write_text(source + "\n")
        result = launch("new.py", modernize=False, cwd=tmp_path)
        assert result.returncode == 1
        assert "--modernize" not in result.stderr

    def test_a_library_that_is_old_is_not_the_program(self, tmp_path):
        library = tmp_path / "site-packages"
        library.mkdir()
        (library / "old_library.py").write_text("import time\ntime.clock()\n")
        (tmp_path / "new.py").write_text(
            f"import sys\nsys.path.append({str(library)!r})\nimport old_library\n"
        )
        for modernize in (False, True):
            result = launch("new.py", modernize=modernize, cwd=tmp_path)
            assert result.returncode == 1
            assert "AttributeError" in result.stderr
            assert "--modernize" not in result.stderr


class TestRun:
    def test_only_the_programs_own_modules_see_it(self, tmp_path, monkeypatch):
        (tmp_path / "library").mkdir()
        (tmp_path / "library" / "other.py").write_text(
            "import numpy, time, builtins\n"
            "def seen(): return [hasattr(time, 'clock'), hasattr(builtins, 'xrange'),\n"
            "                    type(range(2)), type(zip()), 7 / 2]\n"
        )
        (tmp_path / "own.py").write_text("clock = __import__('time').clock\n")
        (tmp_path / "old.py").write_text(
            "import json, time, other, own, sys\n"
            "print xrange(2)[1], range(2), 7 / 2, own.clock is time.clock\n"
            "print other.seen()\n"
            "print [n for n in sorted(globals()) if n[0] != '_'], 'cPickle' in sys.modules\n"
        )
        path = (str(tmp_path / "library"), os.environ.get("PYTHONPATH", ""))
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path))
        lines = lines_of("old.py", cwd=tmp_path)
        assert lines == [
            "1 [0, 1] 3 True",
            "[False, False, <class 'range'>, <class 'zip'>, 3.5]",
            "['json', 'other', 'own', 'sys', 'time'] False",
        ]
        assert not list(tmp_path.glob("__pycache__"))

    def test_python_3_stays_as_it_is(self, tmp_path):
        (tmp_path / "new.py").write_text(
            "import sys\n"
            "print(7 / 2, type(range(2)).__name__, {'a': 1}.keys() & {'a'}, input() * 2)\n"
            "print(type(map(abs, [])).__name__, round(2.5), 'a'.encode(), sys.argv)\n"
        )
        lines = lines_of("new.py", "-x", cwd=tmp_path, input="ab\n")
        assert lines == ["3.5 range {'a'} abab", "map 2 b'a' ['new.py', '-x']"]

    def test_a_program_for_both_stays_as_it_is(self, tmp_path):
        (tmp_path / "both.py").write_text(
            "from __future__ import print_function\n"
            "import sys\n"
            "try:\n    import cPickle as pickle\nexcept ImportError:\n    import pickle\n"
            "try:\n    unicode\nexcept NameError:\n    unicode = str\n"
            "if sys.version_info[0] == 2:\n    range = xrange\n"
            "print(7 / 2, type(range(2)).__name__, unicode is str, pickle.__name__)\n"
        )
        assert lines_of("both.py", cwd=tmp_path) == ["3.5 range True pickle"]

    def test_helpers_of_a_program_in_python_2_divide_as_it_does(self, tmp_path):
        (tmp_path / "helpers.py").write_text("def half(n):\n    return n / 2\n")
        (tmp_path / "annotated.py").write_text("def half(n):\n    x: int = n\n    return x / 2\n")
        (tmp_path / "old.py").write_text("import helpers, annotated\nprint helpers.half(7),\n")
        with open(tmp_path / "old.py", "a") as file:
            file.write("print annotated.half(7)\n")
        assert lines_of("old.py", cwd=tmp_path) == ["3 3.5"]

    def test_generators_end_where_an_iterator_does(self, tmp_path):
        (tmp_path / "old.py").write_text(
            "def pairs(values):\n"
            "    'By two.'\n"
            "    values = iter(values)\n"
            "    while True:\n"
            "        yield values.next(), values.next()\n"
            "def until(values, last):\n"
            "    for value in values:\n"
            "        if value == last: raise StopIteration\n"
            "        yield value\n"
            "print list(pairs(xrange(5))), list(until('abc', 'c')), pairs.__doc__\n"
        )
        lines = lines_of("old.py", cwd=tmp_path)
        assert lines == ["[(0, 1), (2, 3)] ['a', 'b'] By two."]

    def test_an_empty_line(self, tmp_path):
        """Python 3 parses this, and prints none."""
        (tmp_path / "old.py").write_text("print ('a')\nprint\nfor n in xrange(1): print (n)\n")
        assert lines_of("old.py", cwd=tmp_path) == ["a", "", "0"]

    def test_standard_input(self, tmp_path):
        assert lines_of("-", "-x", cwd=tmp_path, input="import sys\nprint sys.argv, 3 / 2\n") == [
            "['-', '-x'] 1"
        ]

    def test_a_folder_that_the_program_adds(self, tmp_path):
        (tmp_path / "lib").mkdir()
        (tmp_path / "lib" / "added.py").write_text("print 'added', 7 / 2\n")
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "old.py").write_text(
            "import os, sys\n"
            "sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))\n"
            "import added\n"
        )
        assert lines_of("bin/old.py", cwd=tmp_path) == ["added 3"]

    def test_sources_that_run_later(self, tmp_path):
        (tmp_path / "part.py").write_text("print 'part', n / 2\n")
        (tmp_path / "old.py").write_text(
            "n = 5\n"
            "execfile('part.py')\n"
            "def f():\n    m = 7\n    return eval('m / 2'), input('? ')\n"
            "print f()\n"
            "exec 'print n / 2' in {'n': 9}\n"
        )
        assert lines_of("old.py", cwd=tmp_path, input="1 / 2\n") == [
            "part 2",
            "? (3, 0)",
            "4",
        ]

    def test_traceback_shows_the_programs_own_lines(self, tmp_path):
        (tmp_path / "own.py").write_text(
            "def f((a, b)):\n    'A doc.'\n    print a,\n    raise KeyError, b\n"
        )
        (tmp_path / "old.py").write_text(
            "import own\nif True:\n\tx = 1\n        print x\n\n\nown.f((1,\n       2))\n"
        )
        result = launch("old.py", cwd=tmp_path)
        assert result.stdout == "1\n1 "
        carets = [line for line in result.stderr.splitlines() if set(line) <= set(" ^~")]
        lines = [line for line in result.stderr.splitlines() if line not in carets]
        assert lines[:5] == [
            "Traceback (most recent call last):",
            f'  File "{tmp_path}/old.py", line 7, in <module>',
            "    own.f((1,",
            *lines[3:5],
        ]
        assert lines[-3:] == [
            f'  File "{tmp_path}/own.py", line 4, in f',
            "    raise KeyError, b",
            "KeyError: 2",
        ]
        assert "lasagne_expr" not in result.stderr
        assert "importlib" not in result.stderr

    def test_errors_inside_imports_and_stand_ins(self, tmp_path):
        (tmp_path / "own.py").write_text("import cPickle\nprint cPickle.nothing\n")
        (tmp_path / "old.py").write_text("print 1\nimport own\n")
        result = launch("old.py", cwd=tmp_path)
        assert result.stderr.splitlines()[1:5] == [
            f'  File "{tmp_path}/old.py", line 2, in <module>',
            "    import own",
            f'  File "{tmp_path}/own.py", line 2, in <module>',
            "    print cPickle.nothing",
        ]
        assert result.stderr.splitlines()[-1].startswith("AttributeError: module 'cPickle' has no")
        assert "lasagne_expr" not in result.stderr

    def test_what_is_in_no_python(self, tmp_path):
        (tmp_path / "wrong.py").write_text("print 1\nx = = 1\n")
        result = launch("wrong.py", cwd=tmp_path)
        assert result.returncode == 1
        assert "SyntaxError" in result.stderr
        assert f'File "{tmp_path}/wrong.py", line ' in result.stderr

    def test_says_what_to_install(self, tmp_path):
        (tmp_path / "fissix.py").write_text("raise ImportError('none here')\n")
        (tmp_path / "old.py").write_text("print 1\n")
        result = launch("old.py", cwd=tmp_path)
        assert result.returncode == 1
        assert "pip install 'lasagne_expr[modernize]'" in result.stderr
        assert "none here" in result.stderr
        (tmp_path / "new.py").write_text("import time\nprint(time.clock() >= 0)\n")
        assert lines_of("new.py", cwd=tmp_path) == ["True"]

    def test_module_in_a_package(self, tmp_path):
        (tmp_path / "package").mkdir()
        (tmp_path / "package" / "__init__.py").write_text("import helper\n")
        (tmp_path / "package" / "helper.py").write_text("half = 7 / 2\n")
        (tmp_path / "package" / "train.py").write_text(
            "import helper\nprint helper.half, __name__, __package__, __file__\n"
        )
        assert lines_of("-m", "package.train", cwd=tmp_path) == [
            f"3 __main__ package {tmp_path}/package/train.py"
        ]
        (tmp_path / "main.py").write_text("from package import train\n")
        assert lines_of("main.py", cwd=tmp_path) == [
            f"3 package.train package {tmp_path}/package/train.py"
        ]

    def test_processes_of_a_pool(self, tmp_path):
        (tmp_path / "old.py").write_text(
            "from concurrent.futures import ProcessPoolExecutor\n"
            "import multiprocessing\n"
            "def f(n):\n"
            "    import lasagne\n"
            "    return n / 2, lasagne.__name__, [xrange(3)[1]]\n"
            "if __name__ == '__main__':\n"
            "    context = multiprocessing.get_context('spawn')\n"
            "    with ProcessPoolExecutor(1, mp_context=context) as pool:\n"
            "        print list(pool.map(f, [7, 8]))\n"
        )
        assert lines_of("old.py", cwd=tmp_path) == [
            "[(3, 'lasagne_expr', [1]), (4, 'lasagne_expr', [1])]"
        ]


class TestSyntax:
    @pytest.mark.parametrize(
        ("old", "expected"),
        [
            ("print 'a', 1", "a 1\n"),
            ("print\nprint 1", "\n1\n"),
            ("print 'a',; print 'b'", "a b\n"),
            ("print ('a'), 1; print 2; print", "a 1\n2\n\n"),
            ("if 1 <> 2: print 0x1fL, 017, `2`", "31 15 2\n"),
            ("try: 1 / 0\nexcept (ValueError, ZeroDivisionError), e: print type(e).__name__", None),
            ("def f(a, (b, c)): return a + b + c\nprint f(1, (2, 3))", "6\n"),
            ("print (lambda (a, b): a - b)((3, 1))", "2\n"),
            ("exec 'print 5'", "5\n"),
            ("print u'a' + ur'\\d'", "a\\d\n"),
        ],
    )
    def test_conversion(self, capsys, old, expected):
        namespace = {
            "exec": lambda source: exec(compile(syntax.parse(source, "old"), "old", "exec"))
        }
        exec(compile(syntax.parse(old, "old"), "old", "exec"), namespace)
        assert capsys.readouterr().out == (expected or "ZeroDivisionError\n")

    def test_lines_keep_their_numbers(self):
        source = (
            "def f((a, b), (c, d)):\n    '''Doc.'''\n    print a,\\\n        b\n    raise E, c\n"
        )
        tree = syntax.parse(source + "f()\n", "old")
        assert tree.body[-1].lineno == 6
        assert [node.lineno for node in tree.body[0].body][-2:] == [3, 5]
        assert max(node.lineno for node in ast.walk(tree) if hasattr(node, "lineno")) == 6

    def test_tabs_within_strings_stay(self):
        tree = syntax.parse(
            "x = '''\n\ta'''\nif x:\n\ty = 1\n        z = x\n        print z\n", "old"
        )
        assert tree.body[0].value.value == "\n\ta"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("print 1", True),
        ("for i in xrange(3): pass", True),
        ("import cPickle", True),
        ("d.iteritems()", True),
        ("import sys; sys.maxint", True),
        ("range(3) + [1]", True),
        ("k = d.keys()\nk.sort()", True),
        ("x[len(x) / 2]", True),
        ("from urllib import urlretrieve", True),
        ("import pickle\npickle.dump(x, open('f', 'w'))", True),
        ("x[len(x) / 2.0]", False),
        ("from six.moves import xrange\nxrange(3)", False),
        ("try:\n    xrange\nexcept NameError:\n    xrange = range", False),
        ("import sys\nif sys.version_info < (3,):\n    import cPickle", False),
        ("len(d.keys())", False),
        ("for a, b in zip(x, y): pass", False),
        ("import pickle\npickle.dump(x, open('f', 'wb'))", False),
        ("class D:\n    def has_key(self): pass", False),
        ('f"{xrange}"', False),
    ],
)
def test_signs_of_python_2(source, expected):
    assert signs.is_python_2(source) == expected


class TestStandIns:
    """Each leads somewhere, and does what the dropped one did."""

    def test_names(self):
        for tables in dropped_names.TABLES:
            for module_name, table in tables.items():
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    module = self.module(module_name)
                    for name in set(table) - set(vars(module)):
                        assert dropped_names.find(module, name) is not dropped_names.MISSING

    def module(self, name):
        try:
            return importlib.import_module(name)
        except ImportError:
            return old_modules.make(name)

    def test_modules(self):
        not_here = {"gdbm", "sklearn.externals.six", "Tkinter", "tkMessageBox", "tkFileDialog"}
        not_here |= {"ttk", "numpy.core"}
        of_numpy_2 = {"numpy.core.numeric", "numpy.core.multiarray", "numpy.core.umath"}
        for name in set(old_modules.MODULES) - not_here - of_numpy_2:
            assert old_modules.make(name).__name__

    @pytest.mark.parametrize(
        ("function", "arguments", "expected"),
        [
            (old_builtins.map_to_list, (None, [1, 2], [3]), [(1, 3), (2, None)]),
            (old_builtins.map_to_list, (abs, [-1]), [1]),
            (old_builtins.filter_to_list, (None, (0, 1)), (1,)),
            (old_builtins.filter_to_list, (str.isdigit, "a1"), "1"),
            (old_builtins.round_away, (2.5,), 3.0),
            (old_builtins.round_away, (-2.5,), -3.0),
            (old_builtins.compare, (1, 2), -1),
            (old_builtins.sort_to_list, ([1, 3, 2], lambda a, b: b - a), [3, 2, 1]),
            (old_builtins.octal, (8,), "010"),
            (old_division.divide, (-7, 2), -4),
            (old_division.divide, (7.0, 2), 3.5),
        ],
    )
    def test_builtins(self, function, arguments, expected):
        assert function(*arguments) == expected
        assert type(function(*arguments)) is type(expected)

    def test_types(self):
        assert isinstance("a", old_builtins.unicode)
        assert {str: "found"}[old_builtins.unicode] == "found"
        assert old_builtins.unicode(b"caf\xc3\xa9", "utf-8") == "caf\xe9"
        assert not isinstance(1, old_builtins.basestring)

    @pytest.mark.parametrize(
        ("owner", "name", "arguments", "expected"),
        [
            ({1: 2}, "has_key", (1,), True),
            ({1: 2}, "itervalues", (), [2]),
            ("616263", "decode", ("hex",), "abc"),
            (np.arange(3, dtype="int8"), "tostring", (), b"\x00\x01\x02"),
            (np.array([1, 5]), "ptp", (), 4),
        ],
    )
    def test_methods(self, owner, name, arguments, expected):
        result = dropped_methods.find(owner, name)(*arguments)
        assert (list(result) if name.startswith("iter") else result) == expected

    def test_pictures(self):
        misc = old_modules.make("scipy.misc")
        picture = np.arange(12).reshape(3, 4)
        scaled = dropped_names.find(misc, "bytescale")(picture)
        np.testing.assert_array_equal(scaled, np.round(picture * 255 / 11))
        resize = dropped_names.find(misc, "imresize")
        assert resize(picture, (6, 8)).shape == (6, 8)
        assert resize(picture, 200).shape == (6, 8)
        assert resize(picture, 0.5).shape == (1, 2)
        np.testing.assert_array_equal(
            resize(picture, (6, 8), interp="nearest"), np.kron(scaled, np.ones((2, 2)))
        )

    def test_folds(self):
        folds = old_modules.make("sklearn.cross_validation")
        pairs = list(folds.KFold(6, n_folds=3))
        assert [test.tolist() for _, test in pairs] == [[0, 1], [2, 3], [4, 5]]
        assert all(sorted([*train, *test]) == [*range(6)] for train, test in pairs)
        labels = [0, 0, 1, 1]
        stratified = folds.StratifiedKFold(labels, n_folds=2)
        assert [sorted(labels[n] for n in test) for _, test in stratified] == [[0, 1]] * 2
        assert len(folds.LeaveOneOut(3)) == 3


def test_plain_runs_start_without_it(tmp_path):
    (tmp_path / "new.py").write_text(
        "import sys\nprint([name for name in sys.modules if 'modernization' in name])\n"
    )
    assert launch("new.py", modernize=False, cwd=tmp_path).stdout == "[]\n"
