"""What runs here, and how well: ``python -m lasagne_expr doctor``."""

import importlib
import importlib.metadata
import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable

from .._engine import require_engine
from .._version import __version__
from . import allocator

# Measures in a process of its own, since a BLAS chooses its kernel once, when it is loaded.
_PRODUCT = """
import numpy, time
a = numpy.ones((1200, 1200), "float32")
a.dot(a)
times = []
for _ in range(8):
    start = time.perf_counter()
    a.dot(a)
    times.append(time.perf_counter() - start)
print(2 * 1200**3 / min(times) / 1e9)
"""


def examine(as_json: bool = False) -> int:
    """Print what runs here.

    Parameters
    ----------
    as_json : bool, default False
        Whether to print it for machines.

    Returns
    -------
    int
        0, or 1 if something is broken; what it is has been printed.
    """
    report, problems = diagnose()
    if as_json:
        print(json.dumps({**report, "problems": problems}, indent=2))
    else:
        print_report(report)
        for problem in problems:
            print(f"BROKEN: {problem}")
        if not problems:
            print("Everything works.")
    return 1 if problems else 0


def print_report(report: dict) -> None:
    for part, facts in report.items():
        print(part)
        for name, value in facts.items():
            print(f"    {name:<24} {'-' if value is None else value}")


def diagnose() -> tuple[dict, list[str]]:
    """Find out what runs here.

    Returns
    -------
    dict of str to dict
        Facts by part: the Python, the engine, and so on. What isn't known is None.
    list of str
        What is broken, and what to do.
    """
    report: dict[str, dict] = {
        "python": {
            "version": platform.python_version(),
            "executable": sys.executable,
            "lasagne_expr": __version__,
        }
    }
    problems: list[str] = []
    parts: dict[str, Callable[[list], dict]] = {
        "engine": examine_engine,
        "network": examine_network,
        "device": examine_device,
        "blas": examine_blas,
        "memory": examine_memory,
    }
    for part, examine_part in parts.items():
        if part in ("network", "device") and problems:
            continue  # without an engine, they'd only fail for its reason
        try:
            report[part] = examine_part(problems)
        except Exception as error:
            problems.append(f"{part}: {type(error).__name__}: {error}")
    return report, problems


def examine_engine(problems: list) -> dict:
    """Import the engine, and tell its versions and settings."""
    require_engine()
    import theano

    on_pytensor = theano.Variable.__module__.startswith("pytensor")
    packages = ["numpy", "scipy"] + (["pytensor", "jax", "jaxlib"] if on_pytensor else ["Theano"])
    if not on_pytensor and not theano.config.cxx:
        problems.append(
            "engine: Theano found no C++ compiler, so it runs Python code, many times slower: "
            "install g++, or set THEANO_FLAGS=cxx=PATH"
        )
    return {
        "name": "PyTensor with JAX" if on_pytensor else "Theano",
        **{package: _version(package) for package in packages},
        "floatX": theano.config.floatX,
        "device": theano.config.device,
        "mode": str(theano.config.mode),
        "compiler": None if on_pytensor else theano.config.cxx or None,
        "compile cache": _compile_cache(theano, on_pytensor),
    }


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _compile_cache(theano, on_pytensor):
    if on_pytensor:
        return importlib.import_module("theano.link.device").compile_cache()
    return theano.config.compiledir


def examine_network(problems: list) -> dict:
    """Train a small network for some steps."""
    import numpy as np
    import theano
    import theano.tensor as T

    from ..layers import DenseLayer, InputLayer, get_all_params, get_output
    from ..objectives import squared_error
    from ..updates import adam
    from ..utils import floatX

    x = T.matrix("x")
    hidden = DenseLayer(InputLayer((64, 784), x), num_units=500)
    network = DenseLayer(hidden, num_units=784, W=hidden.W.T)
    loss = squared_error(get_output(network), x).mean()
    updates = adam(loss, get_all_params(network, trainable=True))
    values = floatX(np.random.RandomState(0).uniform(size=(64, 784)))
    start = time.perf_counter()
    step = theano.function([x], loss, updates=updates)
    losses = [float(step(values))]
    first = time.perf_counter() - start
    times = []
    for _ in range(20):
        start = time.perf_counter()
        losses.append(float(step(values)))
        times.append(time.perf_counter() - start)
    if not losses[-1] < losses[0]:
        problems.append(f"network: the loss should fall, and went from {losses[0]} to {losses[-1]}")
    return {
        "what": "a tied autoencoder, 784-500-784, 64 images a step, Adam",
        "first step (s)": round(first, 2),
        "step (ms)": round(1000 * min(times), 2),
    }


def examine_device(problems: list) -> dict:
    """Tell where functions ran."""
    import theano

    if "jax" not in sys.modules:
        if (
            theano.config.device != "cpu"
            and not importlib.import_module("theano.gpuarray").pygpu_activated
        ):
            problems.append(
                f"device: device={theano.config.device} asks for a GPU, and Theano runs on the "
                "CPU: install pygpu and CUDA, or set THEANO_FLAGS=device=cpu"
            )
        return {"platform": theano.config.device, "processor": _processor(), **_system_memory()}
    jax = sys.modules["jax"]
    device = jax.config.jax_default_device or jax.devices()[0]
    facts = {"platform": device.platform, "device": str(device), "processor": _processor()}
    statistics = device.memory_stats() or {}
    if "bytes_limit" not in statistics:
        return {**facts, **_system_memory()}
    return {
        **facts,
        "memory (GiB)": round(statistics["bytes_limit"] / 2**30, 1),
        "memory in use (GiB)": round(statistics["bytes_in_use"] / 2**30, 1),
    }


def _system_memory():
    if not hasattr(os, "sysconf"):
        return {"memory (GiB)": None}
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"memory (GiB)": round(size / 2**30, 1)}


def _processor():
    match = re.search(r"^model name\s*: (.*)$", _cpuinfo(), re.MULTILINE)
    return f"{match[1] if match else platform.machine()}, {_cores()} cores"


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _cpuinfo():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def examine_blas(problems: list) -> dict:
    """Measure NumPy's matrix product, and look for a kernel that is faster than the BLAS's choice.

    A BLAS that is older than the processor takes a kernel for an old one.
    """
    name, limit = _blas_name(), _limit(_cpuinfo())
    rate = _product_rate()
    facts = {
        "name": name,
        "float32 (GFLOP/s)": round(rate),
        "processor's limit, about": None if limit is None else round(limit),
        "load average": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "advice": None,
    }
    if limit is not None and rate < limit / 2 and "openblas" in (name or "").lower():
        kernel = "SkylakeX" if " avx512f" in _cpuinfo() else "Haswell"
        mended = _product_rate(OPENBLAS_CORETYPE=kernel)
        if mended > 1.5 * rate:
            facts["advice"] = (
                f"set OPENBLAS_CORETYPE={kernel} before Python starts: {mended:.0f} GFLOP/s"
            )
    return facts


def _product_rate(**environment):
    """Measure a product of matrices in GFLOP/s."""
    result = subprocess.run(
        [sys.executable, "-c", _PRODUCT],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(result.stdout)


def _blas_name():
    import numpy as np

    try:
        return np.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"]
    except TypeError:  # before NumPy 1.25
        libraries = np.__config__.get_info("blas_opt_info").get("libraries", ["?"])
        return libraries[0]


def _limit(cpuinfo: str) -> "float | None":
    """Estimate the processor's float32 GFLOP/s: cores, clock, and two multiply-adds a cycle."""
    clock = re.search(r"^cpu MHz\s*: ([\d.]+)$", cpuinfo, re.MULTILINE)
    flags = re.search(r"^flags\s*: (.*)$", cpuinfo, re.MULTILINE)
    if not clock or not flags:
        return None
    flags = flags[1].split()
    width = 16 if "avx512f" in flags else 8 if "avx" in flags else 4
    operations = 2 * width * (2 if "fma" in flags else 1)
    return _cores() * float(clock[1]) / 1000 * operations


def examine_memory(problems: list) -> dict:
    """Tell which memory settings the command `run` makes."""
    if os.environ.get(allocator.VARIABLE) == "system":
        setting = f"the system's, as {allocator.VARIABLE}=system asks for"
    elif allocator.keep_freed_memory():
        setting = "freed memory is kept: mmap and trim thresholds raised, one arena"
    else:
        setting = "the system's: the C library isn't glibc, or refused"
    return {"allocator of `run`": setting}
