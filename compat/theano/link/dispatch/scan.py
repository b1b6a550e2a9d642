"""How JAX computes the operations of a loop as parts of a graph."""

from __future__ import annotations

from typing import Any

from pytensor.link.jax.dispatch.basic import jax_funcify
from theano.scan_module.scan_op import Pullback, Scan, ScanGradient

__all__: list = []


@jax_funcify.register(Scan)
def _scan(op: Scan, node: Any, **kwargs: Any) -> Any:
    if op.until:
        raise NotImplementedError(f"JAX can't compile {op}, whose length depends on a condition")
    single = len(node.outputs) == 1

    def compute(*inputs):
        loop, _ = op.loop_for(inputs, node.inputs)
        outputs, residuals = loop.forward(inputs[1:], save=op.residuals)
        if op.residuals:
            outputs = [*outputs, residuals]
        return outputs[0] if single else outputs

    return compute


@jax_funcify.register(ScanGradient)
def _scan_gradient(op: ScanGradient, node: Any, **kwargs: Any) -> Any:
    def compute(*inputs):
        data, residuals, cotangents = op.split(inputs)
        found = op.compute(data, residuals, cotangents, node.inputs[: len(data)])
        return found[0] if len(found) == 1 else found

    return compute


@jax_funcify.register(Pullback)
def _pullback(op: Pullback, node: Any, **kwargs: Any) -> Any:
    def compute(*inputs):
        found = op.compute_all(inputs, node.inputs)
        return found[0] if len(found) == 1 else found

    return compute
