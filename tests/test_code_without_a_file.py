"""Code that isn't of a file: from the command line, standard input, or a notebook."""

import textwrap

import numpy as np
import pytest
import theano
import theano.tensor as T

from engines import ENGINE
from test_launcher import python

PROGRAM = """
    import numpy as np, theano, theano.tensor as T
    x, i = T.dmatrix("x"), T.lscalar("i")
    print(theano.function([x, i], x[i])(np.ones((2, 3)), 1).tolist())
    try:
        theano.function([x], T.dot(x, x))(np.ones((2, 3)))
    except ValueError as error:
        print("refused")
    """


@pytest.mark.parametrize("place", ["command", "exec", "relative"])
def test_in_the_folder_of_a_package(tmp_path, place):
    """The search for the package of what made an operation ends, wherever it starts."""
    (tmp_path / "__init__.py").touch()
    code = textwrap.dedent(PROGRAM)
    if place == "exec":
        code = f"exec({code!r})"
    if place == "relative":
        code = f"exec(compile({code!r}, 'somewhere.py', 'exec'))"
    result = python("-c", code, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == ["[1.0, 1.0, 1.0]", "refused"]


@pytest.mark.parametrize("file", ["<ipython-input-3-0123456789ab>", "<string>", "cell.py"])
def test_errors_name_where_it_was_made(file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "__init__.py").touch()
    x = T.dmatrix("x")
    names = {"x": x, "T": T}
    exec(compile("\n\ny = T.dot(x, x)", file, "exec"), names)
    f = theano.function([x], names["y"])
    with pytest.raises(ValueError) as raised:
        f(np.ones((2, 3)))
    if ENGINE == "pytensor":
        assert f"{file}:3" in str(raised.value)
