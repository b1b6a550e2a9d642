"""What PyTensor assumes of matrices (that one is diagonal, say), while a graph is rewritten.

Whenever a rewrite changes a node, PyTensor forgets of everything that depends on it that nothing is
known, and infers it anew for the next product: in a deep graph that takes longer than all else,
with the square of its length. Here it does so for what is near the change. What was known stays
known; of what is farther, it may not be told that it became diagonal, where the result is as right.
"""

from collections.abc import Iterable
from typing import Any

try:
    from pytensor.assumptions.core import AssumptionFeature, FactState
except ImportError:  # of PyTensor's newer versions
    AssumptionFeature = None

__all__: list = []

# Rules look at what a product's operands are made of, such as ``x.T`` and ``x``.
_NEAR = 4


def _forget_nearby(self: Any, changed: Iterable) -> None:
    """Forget that nothing is known of variables, and of those that depend on them directly."""
    variables = seen = set(changed)
    for _ in range(_NEAR):
        for variable in variables:
            _forget(self, variable)
        clients = (client for v in variables for client, _ in self.fgraph.clients.get(v, ()))
        variables = {output for client in clients for output in client.outputs} - seen
        seen = seen | variables


def _forget(feature, variable):
    keys = feature._var_to_keys.get(variable, ())
    for key in [k for k in keys if feature.cache.get((variable, k)) is FactState.UNKNOWN]:
        del feature.cache[variable, key]
        keys.discard(key)
    if not keys:
        feature._var_to_keys.pop(variable, None)


if AssumptionFeature is not None:
    AssumptionFeature._drop_unknown_downstream = _forget_nearby
