"""Write tutorials.json: the losses of the deep-learning tutorials' programs, by Theano 1.0.5.

Run it on Theano: python tests/reference/make_tutorials_reference.py
"""

import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
SCRIPTS = HERE.parent / "tutorials"
LAUNCHER = ("-W", "ignore", "-m", "lasagne_expr", "run")


def losses(name: str) -> list:
    """Run a program, in float64, and read the numbers that it prints."""
    # Compiling C++ for them all would take many minutes; only convolutions need it.
    flags = "" if name == "lenet" else ",optimizer=fast_compile,linker=py,cxx="
    environment = {**os.environ, "THEANO_FLAGS": "floatX=float64" + flags}
    environment.setdefault("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
    command = [sys.executable, *LAUNCHER, str(SCRIPTS / f"{name}.py")]
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(result.stderr)
    return json.loads(result.stdout)


def names() -> list:
    """List the programs."""
    return sorted(path.stem for path in SCRIPTS.glob("*.py") if path.stem != "common")


if __name__ == "__main__":
    import theano

    if sys.version_info >= (3, 11):
        sys.exit("the reference values are Theano's own: run this on Python 3.10")
    made_by = f"made by make_tutorials_reference.py on Theano {theano.__version__}"
    reference = {"made_by": made_by, **{name: losses(name) for name in names()}}
    (HERE / "tutorials.json").write_text(json.dumps(reference, indent=1) + "\n")
