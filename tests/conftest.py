"""Settings of the test run, made before Theano is imported."""

import os
import signal
import sys
from pathlib import Path

KEPT = Path(__file__).resolve().parent.parent / ".pytest_cache"  # what tests compile

if sys.version_info < (3, 11):
    # Theano compiles C++ for every graph; where speed isn't the point, tests do without. (The
    # examples' tests and those of the random streams do with it.)
    convolutions = "AbstractConvCheck:local_conv2d_cpu:local_conv2d_gradweight_cpu"
    os.environ.setdefault(
        "THEANO_FLAGS",
        "optimizer=fast_compile,linker=py,cxx=,"
        f"optimizer_excluding={convolutions}:local_conv2d_gradinputs_cpu,"
        f"base_compiledir={KEPT}/theano/main",
    )
    # Theano locks its folder while it compiles, and whoever waits for the lock sleeps for seconds.
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        own = os.environ["THEANO_FLAGS"].replace(f"{KEPT}/theano/main", f"{KEPT}/theano/{worker}")
        os.environ["THEANO_FLAGS"] = own
else:
    # Scripts that tests start often compile the same; and nothing is left in the user's folder.
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", f"{KEPT}/jax")
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.05")
    # Where speed isn't the point, tests do without LLVM's optimizations. (The examples' tests do
    # with them.)
    os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")

import hypothesis
import numpy as np
import pytest
import theano

from engines import ENGINE

if ENGINE == "theano":
    import theano_convolution

    theano_convolution.use_python_code()
    collect_ignore_glob = ["test_compat_*.py"]

hypothesis.settings.register_profile(
    "library", deadline=None, max_examples=25, derandomize=True, print_blob=True
)
hypothesis.settings.load_profile("library")


def pytest_configure():
    """Let Ctrl-C, which some tests send, interrupt: in the background of a shell it is ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def fixed_seed():
    """Let every test start from the same random state, and leave floatX as it found it."""
    import lasagne_expr.random

    floatx = theano.config.floatX
    generator = lasagne_expr.random.get_rng()
    np.random.seed(1234)
    yield
    lasagne_expr.random.set_rng(generator)
    theano.config.floatX = floatx
