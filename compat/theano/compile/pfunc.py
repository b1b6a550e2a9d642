"""The module that Theano's functions were made in."""

from collections.abc import Sequence
from typing import Any

from pytensor.compile.rebuild import rebuild_collect_shared
from theano.compile.function import UnusedInputError, function
from theano.compile.io import In, Out, Param
from theano.compile.profiling import ProfileStats
from theano.compile.sharedvalue import SharedVariable, shared
from theano.missing import explain_missing

__all__ = [
    "In",
    "Out",
    "Param",
    "ProfileStats",
    "SharedVariable",
    "UnusedInputError",
    "orig_function",
    "pfunc",
    "rebuild_collect_shared",
    "shared",
]

__getattr__ = explain_missing(__name__)


def pfunc(
    params: Sequence, outputs: Any = None, *args: Any, output_keys: Any = None, **kwargs: Any
) -> Any:
    """Compile a graph: `theano.function`, under the name that it has inside of Theano.

    Parameters
    ----------
    params : list of variables or `In`
        What the call takes.
    outputs, *args, **kwargs
        As for `theano.function`.
    output_keys : list of str, optional
        Names of the outputs: a call then returns a dict of them.

    Returns
    -------
    Function
        A callable.

    Raises
    ------
    ValueError
        If there aren't as many names as outputs.

    Examples
    --------
    >>> import theano.tensor as T
    >>> x = T.dscalar("x")
    >>> float(pfunc(params=[x], outputs=x**2)(3.0))
    9.0
    """
    if output_keys is not None:
        listed = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        if len(listed) != len(output_keys):
            raise ValueError(f"there are {len(listed)} outputs, but output_keys are {output_keys}")
        outputs = dict(zip(output_keys, listed))
    return function(params, outputs, *args, **kwargs)


def orig_function(
    inputs: Sequence,
    outputs: Any,
    mode: Any = None,
    accept_inplace: bool = False,
    name: "str | None" = None,
    profile: Any = None,
    on_unused_input: "str | None" = None,
    output_keys: Any = None,
) -> Any:
    """Compile a graph, in which nothing is to be replaced or updated but what `inputs` say.

    Parameters
    ----------
    inputs : list of variables or `In`
    outputs, mode, accept_inplace, name, profile, on_unused_input
        As for `theano.function`.
    output_keys : list of str, optional
        As for :func:`pfunc`.

    Returns
    -------
    Function

    Examples
    --------
    >>> import theano.tensor as T
    >>> x = T.dscalar("x")
    >>> float(orig_function([x], x**2)(3.0))
    9.0
    """
    return pfunc(
        inputs,
        outputs,
        mode=mode,
        accept_inplace=accept_inplace,
        name=name,
        profile=profile,
        on_unused_input=on_unused_input,
        output_keys=output_keys,
    )
