"""What theano.config does beyond Theano's: PyTensor's flags behind it, and hints."""

import re

import pytensor
import pytest
import theano
from test_config import run, values
from theano.configdefaults import FORWARDED, NO_EFFECT, OWN
from theano.configparser import TheanoConfigWarning


def test_flags_that_pytensor_has_are_the_same_flag():
    for name in FORWARDED:
        assert hasattr(type(pytensor.config), name.replace(".", "__")), name
    theano.config.floatX = "float16"
    assert pytensor.config.floatX == "float16"
    with pytensor.config.change_flags(floatX="float32", traceback__limit=3):
        assert theano.config.floatX == "float32"
        assert theano.config.traceback.limit == 3
    assert theano.config.floatX == "float16"


def test_flags_of_theano_count_more_than_pytensors():
    ours = {"PYTENSOR_FLAGS": "floatX=float16,on_unused_input=warn"}
    names = ["floatX", "on_unused_input"]
    assert values(names, "floatX=float32", **ours) == ["float32", "warn"]


def test_sections_can_be_written_with_two_underscores():
    names = ["dnn.enabled", "dnn.conv.algo_fwd"]
    assert values(names, "dnn__enabled=False,dnn__conv__algo_fwd=fft") == ["False", "fft"]
    with theano.config.change_flags(profiling__n_ops=3):
        assert pytensor.config.profiling__n_ops == 3


@pytest.mark.parametrize(
    ("given", "expected"), [({}, "14"), ({"OPENBLAS_THREAD_TIMEOUT": "20"}, "20")]
)
def test_openblas_waits_shortly_unless_told_otherwise(monkeypatch, given, expected):
    # This process has imported theano already, and children inherit what that sets.
    monkeypatch.delenv("OPENBLAS_THREAD_TIMEOUT")
    told = run("import os, theano; print(os.environ['OPENBLAS_THREAD_TIMEOUT'])", **given)
    assert told.stdout.strip() == expected


@pytest.mark.parametrize(
    ("flag", "hint"), [("flotX=32", "'floatX'"), ("dnn.enable=1", "'dnn.enabled'")]
)
def test_an_unknown_flag_is_an_error_with_a_suggestion(flag, hint):
    last_line = run("import theano", flag).stderr.splitlines()[-1]
    assert f"'{flag.partition('=')[0]}'; did you mean {hint}?" in last_line


@pytest.mark.parametrize("device", ["opencl0", "cudaa", "cuda:0"])
def test_devices_that_there_are_not(device):
    last_line = run("import theano", f"device={device}").stderr.splitlines()[-1]
    assert last_line.startswith("ValueError")
    assert device in last_line


def test_a_wrong_name_is_an_error_with_a_suggestion():
    with pytest.raises(AttributeError, match=r"'flotX'; did you mean 'floatX'\?"):
        theano.config.flotX = "float32"
    with pytest.raises(AttributeError, match=r"'dnn.enable'; did you mean 'dnn.enabled'\?"):
        _ = theano.config.dnn.enable
    with pytest.raises(AttributeError, match=r"'flotX'; did you mean 'floatX'\?"):
        theano.config.change_flags(flotX="float32")


def test_a_decorated_function_can_call_itself():
    @theano.config.change_flags(floatX="float16")
    def floatx(depth):
        return [theano.config.floatX, *(floatx(depth - 1) if depth else [])]

    before = theano.config.floatX
    assert floatx(2) == ["float16"] * 3
    assert theano.config.floatX == before


def test_flags_of_older_theanos_are_taken():
    names = ["lib.cnmem", "nvcc.fastmath", "nvcc.flags"]
    assert values(names, "lib.cnmem=0.8,nvcc.fastmath=True") == [0.8, True, ""]


def test_test_values_of_rewrites_are_said_to_be_missing():
    with pytest.warns(TheanoConfigWarning, match="test values"):
        theano.config.compute_test_value_opt = "warn"
    theano.config.compute_test_value_opt = "off"


def test_numpy_is_left_alone_unless_a_flag_says_what_to_do():
    code = "import numpy, theano; print(sorted(set(numpy.geterr().values())))"
    assert run(code).stdout == run("import theano.configparser;" + code).stdout
    assert run(code, "numpy.seterr_all=raise").stdout == "['raise']\n"
    code = "import numpy, theano; print(numpy.geterr()['divide'])"
    assert run(code, "numpy.seterr_all=raise,numpy.seterr_divide=print").stdout == "print\n"


def test_each_flag_is_in_one_table_and_has_a_description():
    names = [*FORWARDED, *OWN, *NO_EFFECT]
    assert len(set(names)) == len(names)
    printed = str(theano.config)
    for table in (FORWARDED, OWN, NO_EFFECT):
        for name, (_, doc) in table.items():
            assert doc.endswith(".")
            assert f"{name} (" in printed


@pytest.mark.parametrize("mode", ["FAST_RUN", "NanGuardMode"])
def test_a_missing_gpu_is_an_error_in_every_mode(mode):
    code = "import theano, theano.tensor as T; x = T.dscalar(); theano.function([x], x * 2)(1.0)"
    last_line = run(code, f"device=cuda99,mode={mode}").stderr.splitlines()[-1]
    assert re.search("RuntimeError: device=cuda99.* (JAX finds none|there are only)", last_line)
