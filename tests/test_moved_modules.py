"""Modules are found by the names that they had before they moved, in imports and in pickles."""

import importlib
import pickle
import subprocess
import sys

import pytest

import lasagne_expr
from lasagne_expr.moved_modules import MOVED_MODULES, install_moved_modules


@pytest.fixture
def forgotten(monkeypatch):
    """Make imports of old names start from nothing, and leave no trace of them."""
    lasagne_expr.install_as_lasagne()
    for old in MOVED_MODULES:
        for name in (old, old.replace("lasagne_expr", "lasagne", 1)):
            monkeypatch.setitem(sys.modules, name, None)
            del sys.modules[name]


@pytest.mark.usefixtures("forgotten")
class TestOldNames:
    @pytest.mark.parametrize("package", ["lasagne_expr", "lasagne"])
    @pytest.mark.parametrize("old", MOVED_MODULES)
    def test_are_the_same_modules(self, old, package):
        new = importlib.import_module(MOVED_MODULES[old])
        name = old.replace("lasagne_expr", package, 1)
        assert importlib.import_module(name) is new
        parent, _, attribute = name.rpartition(".")
        assert getattr(sys.modules[parent], attribute) is new
        assert new.__name__ == new.__spec__.name == MOVED_MODULES[old]

    def test_in_statements(self):
        import lasagne_expr.saving
        from lasagne_expr import description
        from lasagne_expr.places import shared_places

        assert lasagne_expr.saving.save is lasagne_expr.save
        assert description.describe is lasagne_expr.describe
        assert shared_places.__module__ == "lasagne_expr.network.parameter_paths"

    @pytest.mark.parametrize(
        ("named", "found"),
        [
            (b"lasagne_expr.description\nRow", "lasagne_expr.network.description"),
            (b"lasagne_expr.layers.recurrence\nRecurrence", "lasagne_expr.layers.recurrent.base"),
            (b"lasagne_expr.layers.conv\nConv2DLayer", "lasagne_expr.layers.conv.convolution"),
            (b"lasagne_expr.layers.conv\nBaseConvLayer", "lasagne_expr.layers.conv.base"),
            (b"lasagne.layers.conv\nDeconv2DLayer", "lasagne_expr.layers.conv.transposed"),
            (b"lasagne.layers.conv\nconv_input_length", "lasagne_expr.layers.conv.arithmetic"),
            (b"lasagne_expr.layers.pool\nMaxPool2DLayer", "lasagne_expr.layers.pool.windows"),
            (b"lasagne.layers.pool\nUpscale2DLayer", "lasagne_expr.layers.pool.upscale"),
            (b"lasagne.layers.recurrent\nGate", "lasagne_expr.layers.recurrent.gated"),
            (b"lasagne.updates\nadam", "lasagne_expr.updates.adaptive"),
        ],
    )
    def test_in_pickles(self, named, found):
        """As protocol 0 has them: by module and name."""
        loaded = pickle.loads(b"c" + named + b"\n.")
        assert loaded.__module__ == found
        assert loaded.__name__ == named.decode().split("\n")[1].replace("Deconv", "TransposedConv")


def test_other_names_are_left_alone():
    install_moved_modules()
    assert sum(hasattr(finder, "moved_modules") for finder in sys.meta_path) == 1
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'lasagne_expr\.nothing'"):
        importlib.import_module("lasagne_expr.nothing")


def test_old_names_are_imported_only_when_asked_for():
    code = "import sys, lasagne_expr, lasagne_expr.moved_modules as m; "
    code += "print(sorted({*m.MOVED_MODULES} & {*sys.modules}))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout == "[]\n", result.stderr
