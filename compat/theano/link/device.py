"""JAX, on the device that `theano.config.device` names."""

import contextlib
import functools
import hashlib
import os
import platform
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from theano.configdefaults import config

__all__ = ["compile_cache", "on_cpu", "start_jax"]

_WORTH_KEEPING = 0.05  # seconds of compiling; reading a file of it takes some milliseconds


@functools.cache
def start_jax() -> None:
    """Set JAX up: on the device that ``theano.config.device`` names, with Theano's dtypes.

    Raises
    ------
    RuntimeError
        If there is no such GPU, or JAX can't use it. The CPU isn't used in its place.
    """
    gpu = re.fullmatch(r"(?:cuda|gpu)(\d*)", config.device)
    if not gpu:
        # JAX looks for GPUs when it starts unless it is told not to.
        os.environ.setdefault("JAX_PLATFORMS", "cpu")
    with _numpy_random_state_kept():
        import jax

        # Its import sets x64 from floatX. Theano's dtypes are exact whatever floatX is.
        import pytensor.link.jax.dispatch

    jax.config.update("jax_enable_x64", True)
    _keep_what_is_compiled(jax)
    if not gpu:
        jax.config.update("jax_default_device", jax.devices("cpu")[0])
        return
    try:
        devices = jax.devices("cuda")
    except RuntimeError as error:
        raise RuntimeError(
            f"device={config.device} asks for a CUDA GPU, and JAX finds none: {error}. "
            "Install JAX's CUDA build with pip install 'lasagne_expr[cuda]' and check that "
            "nvidia-smi lists the GPU, or set THEANO_FLAGS=device=cpu"
        ) from error
    index = int(gpu[1] or 0)
    if index >= len(devices):
        raise RuntimeError(f"device={config.device}, but there are only {len(devices)} GPUs")
    jax.config.update("jax_default_device", devices[index])


@contextlib.contextmanager
def _numpy_random_state_kept() -> Iterator[None]:
    """Let a program that has seeded `numpy.random` draw what it draws on Theano.

    JAX draws numbers when it is imported (in its ``k8s_cluster.py``), and that is at a function's
    first call, in the midst of a run.
    """
    state = np.random.get_state()
    try:
        yield
    finally:
        np.random.set_state(state)


def compile_cache() -> "str | None":
    """Tell the folder in which JAX keeps what it compiled.

    Returns
    -------
    str or None
        What has been set for JAX itself, or else what ``theano.config.jax`` says.
    """
    import jax

    folder = jax.config.jax_compilation_cache_dir
    if folder is None and config.jax.compile_cache:
        folder = str(Path(config.jax.compile_cache_dir, _processor_key()))
    return folder


def _keep_what_is_compiled(jax):
    """Let JAX keep compiled code in a folder of the user's, unless one has been set already."""
    folder = compile_cache()
    if folder is None or folder == jax.config.jax_compilation_cache_dir:
        return
    try:
        os.makedirs(folder, exist_ok=True, mode=0o700)
    except OSError:
        return  # a home folder that can't be written to is no reason to stop
    if not os.access(folder, os.W_OK):
        return
    jax.config.update("jax_compilation_cache_dir", folder)
    jax.config.update("jax_compilation_cache_max_size", config.jax.compile_cache_limit)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", _WORTH_KEEPING)


def _processor_key():
    """Tell processors apart: machine code for one may not run on another that shares the folder."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        facts = re.findall(r"^(?:model name|flags|Features)\s*:.*$", text, re.MULTILINE)[:2]
    except OSError:
        facts = [platform.processor()]
    text = "\n".join([platform.machine(), *facts])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def on_cpu() -> bool:
    """Tell whether JAX, once it is set up, computes on the CPU.

    Returns
    -------
    bool
    """
    import jax

    device = jax.config.jax_default_device
    return (jax.default_backend() if device is None else device.platform) == "cpu"
