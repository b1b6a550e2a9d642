"""What a function's profile counts, and what is printed of it."""

import io
import pickle
import re

import numpy as np
import theano
import theano.tensor as T
from theano.compile import ProfileStats

from test_launcher import python


def doubling(**options):
    x = T.dvector("x")
    return theano.function([x], 2 * x, **options)


def test_counts_calls_and_compilations():
    f = doubling(profile=True, name="double")
    for length in (2, 3, 2, 2):
        assert f(np.ones(length)).tolist() == [2.0] * length
    profile = f.profile
    assert (profile.fct_callcount, profile.compile_count) == (4, 2)
    assert 0 < profile.vm_call_time < profile.fct_call_time < profile.compile_time
    text = io.StringIO()
    profile.summary(text)
    assert re.search("Message: double\n  Time in 4 calls: .*2 combinations", text.getvalue(), re.S)
    profile.reset()
    assert (profile.fct_callcount, profile.fct_call_time, profile.compile_count) == (0, 0.0, 2)


def test_functions_can_share_one():
    profile = ProfileStats(message="both")
    f, g = doubling(profile=profile), doubling(profile=profile)
    f([1.0])
    g([1.0])
    assert profile.fct_callcount == 2
    assert f.copy(profile="the copy").profile.message == "the copy"


def test_is_off_by_default():
    assert doubling().profile is None
    with theano.configparser.change_flags(profile=True):
        assert doubling(name="asked").profile.message == "asked"
    with theano.configparser.change_flags({"profiling.ignore_first_call": True}):
        f = doubling(profile=True)
        f([1.0])
        f([1.0])
        assert f.profile.fct_callcount == 1


def test_is_printed_at_the_end_if_the_flag_is_set(tmp_path):
    code = (
        "import theano, theano.tensor as T; x = T.dvector('x')\n"
        "theano.function([x], x.sum(), name='unused')\n"
        "theano.function([x], x.sum(), name='total')([1.0])"
    )
    result = python("-c", code, cwd=tmp_path, flags="profile=True,profiling.destination=out.txt")
    assert result.returncode == 0, result.stderr
    text = (tmp_path / "out.txt").read_text()
    assert text.count("Function profiling") == 1
    assert "Message: total\n  Time in 1 calls" in text
    result = python("-c", code, cwd=tmp_path, flags="profile=True")
    assert "Message: total" in result.stderr


def test_profile_mode_measures_all_its_functions(capsys):
    mode = theano.ProfileMode(optimizer="fast_run", linker="c|py")
    f, g = doubling(mode=mode), doubling(mode=mode, profile=False)
    assert f([1.0, 2.0]).tolist() == [2.0, 4.0]
    assert f.copy(profile=mode.stats)([1.0]).tolist() == [2.0]
    assert g([1.0]).tolist() == [2.0]
    mode.print_summary()
    assert "Time in 2 calls" in capsys.readouterr().err
    assert pickle.loads(pickle.dumps(f))([3.0]).tolist() == [6.0]
