"""What XLA is to compute in a loop of its own."""

from typing import Any

from theano.compile.device import on_cpu
from theano.lax_op import LaxOp

__all__ = ["Apart", "apart"]


class Apart(LaxOp):
    """What it is given. On the CPU XLA doesn't merge what computes that with what reads it.

    That of JAX 0.10 merges elementwise operations all the same.
    """

    def compute(self, x: Any) -> Any:
        import jax

        return jax.lax.optimization_barrier(x) if on_cpu() else x

    def output_shape(self, x: tuple) -> tuple:
        return x


apart = Apart()
