"""The library on a CUDA GPU: run where there is one, in processes that are told to use it.

Products of float32 matrices are rounded to TensorFloat-32 on many GPUs, with 10 bits of mantissa:
a relative error of 2**-11 for each factor. So the layers' tests, which compare with exact numbers,
ask for full precision, and the networks' are run at the default too, with a wider tolerance.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from engines import ENGINE
from test_launcher import python

TESTS = Path(__file__).resolve().parent.parent
FILES = sorted(path.name for path in TESTS.glob("test_layers_*.py"))
FILES += ["test_parity.py", "test_conv_ops.py", "test_scan.py", "test_tensor_parity.py"]
FILES += ["test_updates.py", "test_rng.py", "test_expressions_parity.py"]
FLAGS = "device=cuda,floatX=float32"


def has_gpu() -> bool:
    """Ask the driver, then JAX."""
    if ENGINE == "theano" or shutil.which("nvidia-smi") is None:
        return False
    listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True)
    if listed.returncode or "GPU" not in listed.stdout:
        return False
    return python("-c", "import jax; jax.devices('cuda')").returncode == 0


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not has_gpu(), reason="no CUDA GPU that JAX can use"),
]


@pytest.fixture(autouse=True)
def share_the_gpu(monkeypatch):
    """Take memory as it is needed; and let JAX look for the GPU."""
    monkeypatch.setenv("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    monkeypatch.delenv("JAX_PLATFORMS", raising=False)


def run(code):
    result = python("-c", code, flags=FLAGS)
    assert result.returncode == 0, result.stderr
    return result.stdout


def run_tests(*arguments):
    command = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments)
    result = python(*command, cwd=TESTS.parent, flags="device=cuda")
    assert result.returncode == 0, result.stdout[-5000:] + result.stderr[-2000:]
    return result.stdout


@pytest.mark.parametrize("file", FILES)
def test_values_at_full_precision(file, monkeypatch):
    monkeypatch.setenv("JAX_DEFAULT_MATMUL_PRECISION", "highest")
    assert " passed" in run_tests(TESTS / file)


def test_values_of_networks_at_default_precision(monkeypatch):
    monkeypatch.setenv("PARITY_TOLERANCE_FLOAT32", "1e-2")
    assert " passed" in run_tests(TESTS / "test_parity.py", "-k", "float32")


def test_parameters_and_optimizer_state_stay_on_the_gpu():
    out = run(
        """
import numpy as np, theano, theano.tensor as T
from lasagne_expr import layers, updates
x = T.matrix("x")
net = layers.DenseLayer(layers.InputLayer((None, 8), x), 4)
changes = updates.adam((layers.get_output(net) ** 2).mean(), layers.get_all_params(net))
step = theano.function([x], updates=changes)
for _ in range(3):
    step(np.ones((5, 8), "float32"))
for variable in changes:
    stored = variable.get_value(borrow=True, return_internal_type=True)
    print({d.platform for d in stored.devices()} == {"gpu"}, type(variable.get_value()).__name__)
"""
    )
    assert set(out.splitlines()) == {"True ndarray"}


def test_a_gpu_that_is_not_there_is_named():
    code = "import theano; theano.function([], theano.tensor.ones(2))()"
    result = python("-c", code, flags="device=cuda99")
    assert result.returncode != 0
    assert "device=cuda99, but there are only" in result.stderr


def test_the_doctor_names_the_gpu():
    result = python("-m", "lasagne_expr", "doctor", flags=FLAGS)
    assert result.returncode == 0, result.stdout
    assert "platform                 gpu" in result.stdout


def test_an_example_learns(tmp_path):
    script = TESTS.parent / "examples" / "tied_autoencoder.py"
    result = python(script, "--epochs", "3", "--out", tmp_path, cwd=tmp_path, flags=FLAGS)
    assert result.returncode == 0, result.stderr
    assert list(tmp_path.glob("*.png"))
