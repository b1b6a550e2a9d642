"""The folder in which what JAX compiled is kept, for the next Python that needs the same."""

from test_launcher import python

# A loop is slow enough to compile to be worth keeping, on any machine.
SCRIPT = """
import jax, numpy as np, theano, theano.tensor as T
x = T.matrix("x")
out = x
for n in range(30):
    out = T.tanh(T.dot(out, x) + n).cumsum(axis=0).sort(axis=1)
print(float(theano.function([x], out.sum())(np.eye(4, dtype=theano.config.floatX))))
print(jax.config.jax_compilation_cache_dir)
"""


def entries(folder):
    return sorted(path.name for path in folder.rglob("*-cache"))


def run(tmp_path, monkeypatch, flags="", **environment):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, str(value))
    result = python("-c", SCRIPT, cwd=tmp_path, flags=flags)
    assert result.returncode == 0, result.stderr
    assert not result.stderr
    value, folder = result.stdout.split()
    return float(value), folder


def test_a_second_python_finds_what_the_first_compiled(tmp_path, monkeypatch):
    value, folder = run(tmp_path, monkeypatch)
    assert folder.startswith(str(tmp_path / "cache" / "lasagne_expr" / "jax"))
    kept = entries(tmp_path / "cache")
    assert kept
    assert run(tmp_path, monkeypatch) == (value, folder)
    assert entries(tmp_path / "cache") == kept


def test_a_flag_turns_it_off(tmp_path, monkeypatch):
    _, folder = run(tmp_path, monkeypatch, flags="jax.compile_cache=False")
    assert folder == "None"
    assert not (tmp_path / "cache").exists()


def test_the_users_own_folder_is_respected(tmp_path, monkeypatch):
    own = tmp_path / "own"
    flag = f"jax.compile_cache_dir={tmp_path / 'flag'}"
    assert run(tmp_path, monkeypatch, flag, JAX_COMPILATION_CACHE_DIR=own)[1] == str(own)
    _, folder = run(tmp_path, monkeypatch, flag)
    assert folder.startswith(str(tmp_path / "flag"))


def test_a_folder_that_cant_be_made_is_no_reason_to_stop(tmp_path, monkeypatch):
    (tmp_path / "cache").write_text("a file")
    assert run(tmp_path, monkeypatch)[1] == "None"
