"""Quantiles of counts, by which uniform numbers become binomial and Poisson ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import disconnected_type
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op

__all__ = ["CountQuantile", "binomial_quantile", "poisson_quantile"]


def _bisect(xp: Any, loop: Callable, below: Callable, low: Any, high: Any) -> Any:
    """The least integers from low to high for which ``below(integer)`` is False."""

    def unfinished(bounds: tuple) -> Any:
        return xp.any(bounds[0] < bounds[1])

    def halve(bounds: tuple) -> tuple:
        low, high = bounds
        middle = (low + high) // 2
        go_up = below(middle) & (low < high)
        return xp.where(go_up, middle + 1, low), xp.where(go_up, high, middle)

    return loop(unfinished, halve, (low, high))[0]


def _while_loop(condition: Callable, body: Callable, value: Any) -> Any:
    while condition(value):
        value = body(value)
    return value


def _around(xp: Any, mean: Any, variance: Any, most: Any) -> tuple:
    """Bounds outside of which a count is less likely than 1 in 10^20."""
    spread = 12 * xp.sqrt(variance) + 40
    low = xp.maximum(xp.floor(mean - spread), 0)
    return low.astype("int64"), xp.minimum(mean + spread, most).astype("int64")


class CountQuantile(Op):
    """Least count whose cumulated probability is at least u: of uniform u, a draw of the count.

    A subclass says what the parameters are and how the cumulated probability is computed. It is
    found by bisection, in NumPy and SciPy or, where JAX compiles the graph, in JAX.
    """

    __props__ = ()

    def __init__(self) -> None:
        pass

    def make_node(self, uniforms: Variable, *parameters: Variable) -> Apply:
        # Broadcast here, so that `quantile` sees arrays of one shape.
        inputs = pt.broadcast_arrays(uniforms, *parameters)
        inputs = [pt.cast(variable, "float64") for variable in inputs]
        return Apply(self, inputs, [pt.tensor(dtype="int64", shape=inputs[0].type.shape)])

    def perform(self, node: Apply, inputs: list, output_storage: list) -> None:
        import scipy.special

        counts = self.quantile(np, scipy.special, _while_loop, *inputs)
        output_storage[0][0] = np.asarray(counts, dtype="int64")

    def infer_shape(self, *arguments: Any) -> list:
        return arguments[-1][:1]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        return [[False] for _ in node.inputs]

    def pullback(self, inputs: list, outputs: list, output_gradients: list) -> list[Variable]:
        return [disconnected_type() for _ in inputs]

    def pushforward(self, inputs: list, outputs: list, tangents: list) -> list[Variable]:
        return [disconnected_type()]

    def __str__(self) -> str:
        return type(self).__name__

    __repr__ = __str__


class BinomialQuantile(CountQuantile):
    """Quantile of the number of successes in n trials of probability p."""

    def quantile(self, xp: Any, special: Any, loop: Callable, u: Any, n: Any, p: Any) -> Any:
        def below(count: Any) -> Any:
            # P(X <= k) is the regularized incomplete beta function of 1 - p at (n - k, k + 1).
            missing = xp.maximum(n - count, 1)
            return (special.betainc(missing, count + 1.0, 1 - p) < u) & (count < n)

        return _bisect(xp, loop, below, *_around(xp, n * p, n * p * (1 - p), n))


class PoissonQuantile(CountQuantile):
    """Quantile of the Poisson distribution with mean lam."""

    def quantile(self, xp: Any, special: Any, loop: Callable, u: Any, lam: Any) -> Any:
        def below(count: Any) -> Any:
            # P(X <= k) is the regularized upper incomplete gamma function of lam at k + 1.
            return special.gammaincc(count + 1.0, lam) < u

        return _bisect(xp, loop, below, *_around(xp, lam, lam, math.inf))


binomial_quantile = BinomialQuantile()
poisson_quantile = PoissonQuantile()
