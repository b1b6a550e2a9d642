"""What is installed, for which Python, and what is said when the engine is missing."""

import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest
from packaging.tags import compatible_tags, cpython_tags, sys_tags

from engines import ENGINE

ROOT = pathlib.Path(__file__).parent.parent


def run(*command, **options):
    return subprocess.run(
        [sys.executable, *map(str, command)], capture_output=True, text=True, **options
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel, built from a copy of the sources by this Python."""
    folder = tmp_path_factory.mktemp("sources")
    for name in ("lasagne_expr", "compat"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
        )
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    built = run("-m", "pip", "wheel", "--no-deps", "--quiet", "-w", folder / "wheels", folder)
    assert built.returncode == 0, built.stderr
    (path,) = (folder / "wheels").glob("*.whl")
    return path


def tags_of_python(minor):
    python = (3, minor)
    return {
        str(tag)
        for tags in (
            cpython_tags(python, platforms=["linux_x86_64"]),
            compatible_tags(python, f"cp3{minor}", ["linux_x86_64"]),
        )
        for tag in tags
    }


@pytest.mark.slow
class TestWheel:
    def test_this_python_takes_it(self, wheel):
        tag = wheel.stem.split("-", 2)[2]
        assert tag in {str(supported) for supported in sys_tags()}

    def test_pythons_with_the_other_engine_do_not(self, wheel):
        tag = wheel.stem.split("-", 2)[2]
        theirs = {"theano": (11, 12, 13, 14), "pytensor": (10,)}[ENGINE]
        ours = {"theano": (10,), "pytensor": (11, 12, 13, 14)}[ENGINE]
        assert not any(tag in tags_of_python(minor) for minor in theirs)
        assert all(tag in tags_of_python(minor) for minor in ours)

    def test_it_brings_theanos_api_only_where_theano_does_not_run(self, wheel):
        names = zipfile.ZipFile(wheel).namelist()
        assert "lasagne_expr/layers/dense.py" in names
        assert any(name.startswith("theano/") for name in names) == (ENGINE == "pytensor")
        assert "theano/compile/function.py" in names or ENGINE == "theano"

    def test_nothing_is_left_out(self, wheel):
        names = set(zipfile.ZipFile(wheel).namelist())
        sources = {p.relative_to(ROOT).as_posix() for p in (ROOT / "lasagne_expr").rglob("*.py")}
        if ENGINE == "pytensor":
            compat = ROOT / "compat"
            sources |= {p.relative_to(compat).as_posix() for p in compat.rglob("*.py")}
        assert sources <= names


class TestImports:
    def test_the_library_imports_few_packages(self):
        allowed = {"theano", "numpy", "scipy", "safetensors", "lasagne_expr"}
        # Extras, imported where they are used.
        allowed |= {"graphviz", "fissix", *sys.stdlib_module_names}
        for path in (ROOT / "lasagne_expr").rglob("*.py"):
            for line in path.read_text(encoding="utf8").splitlines():
                words = line.split()
                if len(words) > 1 and words[0] in ("import", "from") and words[1][0] != ".":
                    if words[0] == "from" and (len(words) < 3 or words[2] != "import"):
                        continue  # prose in a docstring
                    package = words[1].split(".")[0].rstrip(",")
                    assert package in allowed, f"{path}: {line}"

    def test_importing_it_starts_nothing_heavy(self):
        heavy = "{'tqdm', 'matplotlib', 'sklearn', 'jax'}"
        code = f"import sys, lasagne_expr; print(sorted({heavy} & {{*sys.modules}}))"
        result = run("-c", code)
        assert result.stdout.strip() == "[]", result.stderr


class TestMissingEngine:
    def import_with(self, tmp_path, source):
        """Import the library where `theano` is a module with some source."""
        (tmp_path / "theano.py").write_text(source)
        code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]; import lasagne_expr"
        return run("-c", code).stderr.strip().splitlines()[-1]

    def test_says_what_to_install(self, tmp_path):
        message = self.import_with(tmp_path, "raise ImportError('No module named theano')")
        assert message.startswith("ImportError: lasagne_expr needs theano")
        assert "pip install" in message

    def test_broken_by_a_numpy_that_is_too_new(self, tmp_path):
        message = self.import_with(tmp_path, "raise AttributeError('numpy has no bool')")
        assert message.startswith("ImportError: lasagne_expr needs theano (numpy has no bool)")

    def test_too_old(self, tmp_path):
        message = self.import_with(tmp_path, "__version__ = '0.9.0'")
        assert message.startswith("ImportError: lasagne_expr needs Theano 1.0.5, not 0.9.0")
