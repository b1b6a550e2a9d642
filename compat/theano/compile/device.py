"""JAX, on the device that `theano.config.device` names."""

import functools
import os
import re

from theano.configdefaults import config

__all__ = ["on_cpu", "start_jax"]


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
    import jax

    # Its import sets x64 from floatX. Theano's dtypes are exact whatever floatX is.
    import pytensor.link.jax.dispatch

    jax.config.update("jax_enable_x64", True)
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


def on_cpu() -> bool:
    """Tell whether JAX, once it is set up, computes on the CPU.

    Returns
    -------
    bool
    """
    import jax

    device = jax.config.jax_default_device
    return (jax.default_backend() if device is None else device.platform) == "cpu"
