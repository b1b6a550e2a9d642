"""`theano.function`: from a graph to something that can be called."""

import copy
from collections.abc import Mapping, Sequence, Sized
from typing import Any

import pytensor
from pytensor.compile.rebuild import UnusedInputError, construct_function_ins_and_outs
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from theano.compile.dump import function_dump
from theano.compile.io import as_input
from theano.compile.mode import get_mode
from theano.configdefaults import config
from theano.link.device import start_jax

# Functions that were pickled by earlier versions look for all of these here.
from theano.link.executor import DictFunction, Function, _Argument
from theano.link.modes import compiles_by_jax, interpreting, jax_lacks_types_of
from theano.link.profiling import node_profile_of, profile_of
from theano.link.test_values import without_test_values
from theano.missing import explain_missing

__all__ = ["Function", "UnusedInputError", "function", "function_dump"]

__getattr__ = explain_missing(__name__, "theano.compile.pfunc")

_UPDATES_SHOULD_BE = (
    "updates should be a dict, or a list of pairs, of shared variables and their new expressions"
)


@without_test_values
def function(
    inputs: Sequence,
    outputs: Any = None,
    mode: Any = None,
    updates: Any = None,
    givens: Any = None,
    no_default_updates: "bool | list" = False,
    accept_inplace: bool = False,
    name: "str | None" = None,
    rebuild_strict: bool = True,
    allow_input_downcast: "bool | None" = None,
    profile: Any = None,
    on_unused_input: "str | None" = None,
) -> Any:
    """Compile a graph into something that can be called.

    Parameters
    ----------
    inputs : list of variables, `In` or tuples
        What the call takes. Tuples have a name, a variable and a default, as for :func:`as_input`.
    outputs : variable, list of variables, dict of str to variable, or None
        What the call returns: an array, a list, a dict of arrays, or nothing.
    mode : str or Mode, optional
        How to compile; ``theano.config.mode`` by default. ``FAST_RUN``, ``FAST_COMPILE`` and
        ``JAX`` compile by JAX, once for each combination of the inputs' shapes; any other mode is
        PyTensor's. What depends on sparse matrices or lists is interpreted by PyTensor instead.
    updates : dict, or list of pairs of shared variable and expression, optional
        The shared variables' values after the call. Anything of a known length that yields such
        pairs will do, as ``updates.items()`` does.
    givens : dict, or list of pairs of variables, optional
        Replacements to make in the graph.
    no_default_updates : bool or list of shared variables, default False
        Whether, or of what, to leave out default updates, such as those of random streams.
    accept_inplace
        Taken, and without effect on functions compiled by JAX.
    profile : bool, str or ProfileStats, optional
        Whether to measure calls, for ``f.profile.summary()``, and under what name;
        ``theano.config.profile`` by default, which has the summary printed when Python ends.
    name : str, optional
        A name for the function, used in messages.
    rebuild_strict : bool, default True
        Whether replacements must have the type of what they replace.
    allow_input_downcast : bool, optional
        Whether arguments may lose precision to fit their variable's dtype. By default only a
        Python float given for a scalar of floatX may.
    on_unused_input : {"raise", "warn", "ignore"}, optional
        What to do with an input that the outputs don't depend on;
        ``theano.config.on_unused_input`` by default.

    Returns
    -------
    Function
        A callable.

    Raises
    ------
    MissingInputError
        If the graph depends on a variable without a value, which is then named.
    UnusedInputError
        If an input isn't used.
    TypeError
        If an argument, update or replacement has the wrong type.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> x = T.dscalar("x")
    >>> square = theano.function([x], x ** 2)
    >>> float(square(3))
    9.0
    """
    if not isinstance(inputs, (list, tuple)):
        raise TypeError(f"the inputs of a function should be a list, got {inputs!r}")
    outputs, keys = _split_dict(outputs)
    unwrapped = _unwrap(outputs)
    inputs, cut = _without_owners([as_input(i, allow_input_downcast) for i in inputs])
    options = {
        "updates": _update_pairs(updates),
        "givens": [*_pairs(givens), *cut],
        "rebuild_strict": rebuild_strict,
        "allow_input_downcast": allow_input_downcast,
    }
    on_unused_input = on_unused_input or config.on_unused_input
    mode = get_mode(mode)
    if profile is None:
        profile = getattr(mode, "stats", None)  # of a ProfileMode
    computed = _computed(inputs, unwrapped, options)
    if compiles_by_jax(mode) and jax_lacks_types_of(computed):
        mode = interpreting(computed)
    if compiles_by_jax(mode):
        ins, outs = construct_function_ins_and_outs(
            inputs, unwrapped, no_default_updates=no_default_updates, **options
        )
        profile = profile_of(profile, name)
        compiled = Function(ins, outs, name, mode, on_unused_input, profile)
    else:
        if config.device != "cpu":
            start_jax()  # which says so if there is no such device
        compiled = pytensor.function(
            inputs,
            outputs,
            mode=mode,
            accept_inplace=accept_inplace,
            name=name,
            profile=node_profile_of(profile, name),
            on_unused_input=on_unused_input,
            no_default_updates=no_default_updates or None,  # PyTensor warns of anything else
            **options,
        )
    return compiled if keys is None else DictFunction(compiled, keys)


def _without_owners(inputs):
    """Let variables without an owner stand for inputs that are expressions."""
    found, cut = [], []
    for given in inputs:
        if given.variable.owner is not None:
            fresh = given.variable.type(given.variable.name)
            cut.append((given.variable, fresh))
            given = copy.copy(given)
            given.variable = fresh
        found.append(given)
    return found, cut


def _split_dict(outputs):
    """Split a dict of outputs into a list of them and their keys."""
    if not isinstance(outputs, Mapping):
        return outputs, None
    keys = sorted(outputs)
    if not all(isinstance(key, str) for key in keys):
        raise TypeError(f"the keys of a dict of outputs should be strings, got {keys}")
    return [outputs[key] for key in keys], keys


def _computed(inputs, outputs, options):
    """List what a function computes: outputs, updates, and replacements."""
    outputs = outputs if isinstance(outputs, list) else [outputs]
    computed = [*outputs, *(new for pair in ("updates", "givens") for _, new in options[pair])]
    computed += [i.update for i in inputs]
    return [v for v in computed if isinstance(v, Variable)]


def _unwrap(outputs):
    if isinstance(outputs, (list, tuple)):
        return [_unwrap_one(output) for output in outputs]
    return None if outputs is None else _unwrap_one(outputs)


def _unwrap_one(output):
    variable = getattr(output, "variable", output)
    if not isinstance(variable, Variable):
        raise TypeError(f"an output of a function should be a variable or Out, got {output!r}")
    return variable


def _pairs(given):
    return given.items() if isinstance(given, Mapping) else given or ()


def _update_pairs(updates):
    """Make pairs of updates, whose expressions are variables as wide as the shared variable."""
    if not isinstance(updates, (Sized, type(None))):
        raise TypeError(f"{_UPDATES_SHOULD_BE}: put them into a list, as in list(...)")
    found = []
    for pair in _pairs(updates):
        if isinstance(pair, Variable):
            raise ValueError(f"{_UPDATES_SHOULD_BE}; got {updates!r}")
        try:
            shared, new = pair
        except (TypeError, ValueError) as error:
            raise type(error)(f"{_UPDATES_SHOULD_BE}; got {pair!r} among them") from error
        found.append((shared, _checked_update(shared, new)))
    return found


def _checked_update(shared, new):
    if not isinstance(shared, SharedVariable):
        raise TypeError(f"only shared variables can be updated, and {shared!r} is none")
    if new is None:
        raise TypeError(f"the update of {shared} is None: give an expression, or leave it out")
    if not isinstance(new, Variable):
        try:
            return shared.type.make_constant(shared.type.filter(new, allow_downcast=None))
        except (TypeError, ValueError) as error:
            raise TypeError(f"the update of {shared} is {new!r}: {error}") from error
    old, found = shared.type, new.type
    same = (getattr(old, n, None) == getattr(found, n, None) for n in ("dtype", "ndim"))
    if not all(same):
        raise TypeError(
            f"the update of {shared} has type {found}, but the shared variable has {old}: an "
            "update must have the variable's dtype and number of dimensions. Cast it with "
            f"theano.tensor.cast(..., {getattr(old, 'dtype', None)!r}), or check what made it "
            "wider (a float64 constant, an integer?)"
        )
    return new
