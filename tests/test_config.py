"""theano.config: where its values come from, what it accepts, and what it says of the rest."""

import json
import os
import pathlib
import subprocess
import sys

import pytest
import theano
from theano.configparser import change_flags

from engines import ENGINE

FLAGS = json.loads((pathlib.Path(__file__).parent / "reference" / "flags.json").read_text())


def run(code, flags="", **environment):
    """Run code in a fresh Python with these flags, and none of this process's settings."""
    ours = ("THEANO_FLAGS", "THEANORC", "PYTENSOR_FLAGS", "PYTENSORRC")
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    environment = {
        **inherited,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "THEANO_FLAGS": ",".join(filter(None, ["cxx=", flags])),
        "THEANORC": os.devnull,
        **environment,
    }
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )


def values(names, flags="", **environment):
    """What flags are in a fresh Python."""
    code = (
        "import json, operator, theano\n"
        f"get = operator.attrgetter(*{names!r})\n"
        "print(json.dumps(get(theano.config)))"
    )
    result = run(code, flags, **environment)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_every_flag_of_theano_is_there_with_its_default():
    expected = {name: flag["default"] for name, flag in FLAGS.items() if "default" in flag}
    names = list(expected)
    assert dict(zip(names, values(names), strict=True)) == expected


def test_every_flag_has_the_choices_of_theano():
    for name, flag in FLAGS.items():
        # Theano offers fewer linkers where there is no C++ compiler.
        for choice in flag.get("choices", []) if name != "linker" else ["vm", "py", "vm_nogc"]:
            if "test_value" not in name and "seterr" not in name and "ignore_bug" not in name:
                with change_flags({name: choice}):
                    assert _get(name) == choice


def _get(name):
    value = theano.config
    for part in name.split("."):
        value = getattr(value, part)
    return value


def test_flags_come_from_the_environment():
    names = ["floatX", "dnn.enabled", "gcc.cxxflags", "profiling.n_apply", "allow_gc"]
    flags = "floatX=32, dnn.enabled=False,gcc.cxxflags='-O3,-g',profiling.n_apply=7,allow_gc=0"
    assert values(names, flags) == ["float32", "False", "-O3,-g", 7, False]


def test_the_last_value_counts_and_a_flag_without_one_is_ignored():
    result = run("import theano; print(theano.config.floatX)", "floatX=16,profile,floatX=float32")
    assert result.stdout == "float32\n"
    assert "profile" in result.stderr
    assert "no value" in result.stderr


def test_flags_come_from_files_of_which_the_last_counts(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text(
        "[global]\nfloatX = float16\nopenmp = True\n"
        "[dnn.conv]\nalgo_fwd = large\n[profiling]\ndestination = %(USER)s.txt\n"
    )
    second.write_text("[global]\nfloatX = float32\nno_such_flag = 3\n[nothing]\nof_the = kind\n")
    files = {"THEANORC": f"{first}{os.pathsep}{second}", "USER": "ada"}
    names = ["floatX", "openmp", "dnn.conv.algo_fwd", "profiling.destination"]
    assert values(names, **files) == ["float32", True, "large", "ada.txt"]
    assert values(names, "floatX=float64", **files)[0] == "float64"


@pytest.mark.parametrize(
    ("flag", "hint"),
    [
        ("floatX=float33", "'float64', 'float32', 'float16'"),
        ("device=cdua", "cuda"),
        ("device=gpu0", "device=cuda"),
        ("nocleanup=maybe", "maybe"),
        ("mode=FAST", "FAST_RUN"),
        ("dnn.conv.workmem=small", "dnn.conv.algo_fwd"),
    ],
)
def test_a_wrong_value_is_an_error_that_tells_what_is_right(flag, hint):
    result = run("import theano", flag)
    assert result.returncode != 0
    assert hint in result.stderr.splitlines()[-1]


def test_an_unknown_flag_is_named():
    # Theano itself only warns.
    result = run("import theano", "flotX=float32")
    assert "flotX" in result.stderr
    assert (result.returncode != 0) == (ENGINE == "pytensor")


def test_flags_can_be_set():
    theano.config.floatX = "float16"
    assert theano.config.floatX == "float16"
    with pytest.raises(ValueError, match=r'"float3".*"floatX".*float64'):
        theano.config.floatX = "float3"
    assert theano.config.floatX == "float16"


def test_the_device_is_fixed_at_import():
    with pytest.raises(Exception, match="after"):
        theano.config.device = "cuda"
    assert theano.config.device == "cpu"


def test_change_flags_is_a_context_manager():
    before = theano.config.floatX, theano.config.profiling.n_ops
    with change_flags({"profiling.n_ops": 3}, floatX="float16"):
        assert (theano.config.floatX, theano.config.profiling.n_ops) == ("float16", 3)
    assert (theano.config.floatX, theano.config.profiling.n_ops) == before
    with pytest.raises(ZeroDivisionError), change_flags(floatX="float16"):
        raise ZeroDivisionError
    assert theano.config.floatX == before[0]


def test_change_flags_is_a_decorator():
    @change_flags(floatX="float16")
    def floatx():
        return theano.config.floatX

    before = theano.config.floatX
    assert floatx() == "float16"
    assert theano.config.floatX == before
    assert floatx.__name__ == "floatx"


def test_change_flags_changes_nothing_if_a_value_is_wrong():
    before = theano.config.floatX
    with pytest.raises(ValueError, match="on_unused_input"):
        change_flags(floatX="float16", on_unused_input="perhaps").__enter__()
    assert theano.config.floatX == before


def test_unknown_attributes_are_errors():
    with pytest.raises(AttributeError, match="no_such_flag"):
        _ = theano.config.no_such_flag
    with pytest.raises(AttributeError, match="no_such_flag"):
        _ = theano.config.dnn.no_such_flag


def test_printing_lists_flags_with_choices_and_values():
    printed = str(theano.config)
    assert "floatX (('float64', 'float32', 'float16'))" in printed
    assert f"    Value:  {theano.config.floatX}" in printed
    assert printed.count("    Value:  ") >= len(FLAGS)
