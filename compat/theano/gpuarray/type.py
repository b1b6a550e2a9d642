"""Arrays of Theano's GPU back-end, which isn't there."""

from typing import Any, NoReturn

from theano.absent import absent_names, reason
from theano.missing import explain_missing

_NAMES = absent_names(
    __name__,
    classes="GpuArrayConstant GpuArraySharedVariable GpuArraySignature GpuArrayType "
    "GpuArrayVariable GpuContextType",
    functions="GpuArray_pickler GpuArray_unpickler gpu_context_type gpuarray_shared_constructor "
    "reg_context",
    instead={"gpuarray_shared_constructor": "Use theano.shared"},
)

__all__ = [
    "ContextNotDefined",
    "get_context",
    "gpu_supported",
    "list_contexts",
    "move_to_gpu",
    "pygpu",
    *_NAMES,
]

globals().update(_NAMES)

pygpu = None

__getattr__ = explain_missing(__name__, "theano.gpuarray.basic_ops", "theano.gpuarray.elemwise")


class ContextNotDefined(ValueError):
    """A name that no device of the back-end has."""


def get_context(name: "str | None") -> NoReturn:
    """Find a device of the back-end by its name: there are none.

    Raises
    ------
    ContextNotDefined
        Always; it says how to use a GPU.
    """
    raise ContextNotDefined(f"no device is called {name!r}: {reason(__name__)}")


def list_contexts() -> list[str]:
    """List the names of the back-end's devices: there are none."""
    return []


def gpu_supported(data: Any) -> bool:
    """Tell whether the back-end had arrays of an array's or variable's dtype: all but complex.

    Examples
    --------
    >>> import numpy as np
    >>> gpu_supported(np.zeros(3)), gpu_supported(np.zeros(3, "complex64"))
    (True, False)
    """
    return not str(data.dtype).startswith("complex")


def move_to_gpu(data: Any) -> bool:
    """Tell whether the back-end moved an array or variable to the GPU: scalars stayed."""
    return gpu_supported(data) and data.ndim > 0
