"""`variable.eval()`, compiled as `theano.function` compiles."""

from collections.abc import Mapping
from typing import Any

from pytensor.graph.basic import Variable
from pytensor.graph.traversal import get_var_by_name
from theano.compile.function import function

__all__ = ["evaluate"]


def evaluate(
    self: Variable, inputs_to_values: "Mapping | None" = None, mode: Any = None, **options
) -> Any:
    """Compute a variable's value.

    Parameters
    ----------
    inputs_to_values : dict of variable (or its name) to array_like, optional
        The values of its inputs.
    mode : str or Mode, optional
        How to compile; as `theano.function` does, by default.
    **options
        Passed to `theano.function`.

    Returns
    -------
    array

    Notes
    -----
    The compiled function is kept, for the next call with the same inputs.

    Examples
    --------
    >>> import theano.tensor as T
    >>> x = T.dscalar("x")
    >>> float((x ** 2).eval({x: 3.0}))
    9.0
    """
    values = {_variable(self, key): value for key, value in (inputs_to_values or {}).items()}
    key = (tuple(values), str(mode), tuple(sorted(options.items())))
    # PyTensor leaves this attribute out of pickles.
    compiled = self.__dict__.setdefault("_fn_cache", {})
    if key not in compiled:
        compiled[key] = function(list(values), self, mode=mode, **options)
    return compiled[key](*values.values())


def _variable(graph, key):
    if isinstance(key, Variable):
        return key
    found = get_var_by_name([graph], key)
    if len(found) != 1:
        raise ValueError(f"{len(found)} variables below {graph} are called {key!r}, not one")
    return found[0]


# PyTensor's own compiles by Numba, which takes a second or more for the smallest graph.
Variable.eval = evaluate
