"""Write old_idioms.json: the losses of the scripts in Theano's old idiom, by Theano 1.0.5.

Run it on Theano: python tests/reference/make_old_idioms_reference.py
"""

import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
SCRIPTS = HERE.parent / "old_idioms"
LAUNCHER = ("-W", "ignore", "-m", "lasagne_expr", "run")
# Those that train, or compute a loss; each prints its numbers last.
NAMES = ("convolution", "lasagne_training", "minibatches", "names")


def losses_of(script: pathlib.Path, compiled: bool) -> list:
    """Run a script, with C++ compiled or in Python, and read the numbers that it prints."""
    # Compiling C++ for them all would take minutes; only convolutions need it.
    flags = "" if compiled else "optimizer=fast_compile,linker=py,cxx="
    environment = {**os.environ, "THEANO_FLAGS": flags}
    environment.setdefault("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
    command = [sys.executable, *LAUNCHER, str(script)]
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(result.stderr)
    return json.loads(result.stdout.splitlines()[-1])


if __name__ == "__main__":
    import theano

    if sys.version_info >= (3, 11):
        sys.exit("the reference values are Theano's own: run this on Python 3.10")
    made_by = f"made by make_old_idioms_reference.py on Theano {theano.__version__}"
    losses = {name: losses_of(SCRIPTS / f"{name}.py", name == "convolution") for name in NAMES}
    reference = {"made_by": made_by, **losses}
    (HERE / "old_idioms.json").write_text(json.dumps(reference, indent=1) + "\n")
