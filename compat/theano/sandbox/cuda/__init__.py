"""What scripts ask to find out whether Theano's first GPU back-end runs: it never does.

Theano 1.0 removed it. Here, ``THEANO_FLAGS=device=cuda`` computes on a GPU by JAX.
"""

from typing import NoReturn

from theano.sandbox.cuda import dnn

__all__ = ["cuda_available", "cuda_enabled", "dnn", "use"]

cuda_available = False
cuda_enabled = False


def use(device: str, *args, **kwargs) -> NoReturn:
    """Refuse to start the back-end.

    Raises
    ------
    RuntimeError
        Always; it says how to use a GPU.
    """
    raise RuntimeError(
        f"theano.sandbox.cuda.use({device!r}): Theano's first GPU back-end isn't there any more. "
        "Start Python with THEANO_FLAGS=device=cuda to compute on a GPU by JAX"
    )
