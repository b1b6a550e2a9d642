"""Test values: what a graph computes for example inputs, found out while it is being built.

PyTensor computes none. Here, once ``theano.config.compute_test_value`` isn't ``"off"``, every
operation that is applied is also computed, from the ``tag.test_value`` of its inputs. Nothing is
compiled for that, and errors show up at the line that makes them.
"""

import functools
import pdb
import sys
import warnings
from collections.abc import Callable
from types import CodeType
from typing import Any

from pytensor.compile.builders import OpFromGraph
from pytensor.compile.maker import FunctionMaker
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.op import Op
from pytensor.graph.rewriting.basic import GraphRewriter
from pytensor.scalar.basic import ScalarOp
from pytensor.tensor.basic import as_tensor_variable
from pytensor.tensor.blockwise import Blockwise
from pytensor.tensor.elemwise import Elemwise
from theano.configdefaults import config
from theano.configparser import when_set
from theano.link.signatures import SpecializedGraph
from theano.ops.scan import Pullback, Scan, ScanGradient

__all__ = [
    "debug_error_message",
    "get_debug_values",
    "get_test_value",
    "hand_on_test_values",
    "missing_test_message",
    "without_test_values",
]


class _Missing(AttributeError):
    """That a variable, on which a value depends, has no test value."""

    def __init__(self, variable):
        super().__init__(f"{variable} has no test value")
        self.variable = variable


@functools.cache
def _compute_from_now_on() -> None:
    """Let operations that are applied be computed, while the setting isn't ``"off"``."""
    Op.__call__ = _computing(Op.__call__)


def _note_setting(value: str) -> None:
    if value != "off":
        _compute_from_now_on()


when_set("compute_test_value", _note_setting)


def _computing(apply: Callable) -> Callable:
    @functools.wraps(apply)
    def apply_and_compute(self, *inputs: Any, **kwargs: Any) -> Any:
        result = apply(self, *inputs, **kwargs)
        action = _action()
        if action != "off":
            variables = result if isinstance(result, (list, tuple)) else [result]
            if variables and not _is_paused():
                _compute_or_complain(variables[0].owner, action)
        return result

    return apply_and_compute


def _action() -> str:
    return config.compute_test_value


def without_test_values(function: Callable) -> Callable:
    """Have a function build variables that the user never sees, without test values; a decorator.

    What is asked for a test value may be called from within, so it is the code on the stack that
    tells.
    """
    _builders.add(function.__code__)
    return function


_builders: set[CodeType] = set()


def _is_paused() -> bool:
    """Tell whether a graph is being built of variables that the user never sees."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code in _builders:
            return True
        frame = frame.f_back
    return False


def _register_builders() -> None:
    functions = [
        _compute,
        FunctionMaker.__init__,
        GraphRewriter.rewrite,
        OpFromGraph.__init__,
        OpFromGraph._build_and_cache_lop_op,
        OpFromGraph._build_and_cache_rop_op,
        SpecializedGraph.executable,
    ]
    functions += [
        vars(kind)[name]
        for kind in (Blockwise, Elemwise, ScalarOp, Scan, ScanGradient, Pullback)
        for name in ("__init__", "_bgrad", "pullback", "pushforward")
        if name in vars(kind)
    ]
    for function in functions:
        if hasattr(function, "__code__"):
            without_test_values(function)


def _compute_or_complain(node, action):
    try:
        _compute(node)
    except _Missing as missing:
        position = next(n for n, v in enumerate(node.inputs) if not _has_value(v))
        message = (
            f"Cannot compute test value: input {position} ({node.inputs[position]}) of Op {node} "
            f"missing default value: {missing}"
        )
        if action == "raise":
            raise ValueError(message) from missing
        if action == "warn":
            warnings.warn(f"Warning, {message}", stacklevel=4)
        elif action == "pdb":
            pdb.post_mortem(missing.__traceback__)


def _has_value(variable):
    try:
        get_test_value(variable)
    except _Missing:
        return False
    return True


def _compute(node: Apply) -> None:
    """Give the outputs of a node their test values."""
    values = [get_test_value(variable) for variable in node.inputs]
    destroyed = {n for positions in node.op.destroy_map.values() for n in positions}
    storage = {
        variable: [value.copy() if n in destroyed else value]
        for n, (variable, value) in enumerate(zip(node.inputs, values))
    }
    computed = {variable: [True] for variable in node.inputs}
    for variable in node.outputs:
        storage[variable], computed[variable] = [None], [False]
    node.op.make_thunk(node, storage, computed, [], impl="py")()
    for variable in node.outputs:
        variable.tag.test_value = storage[variable][0]


def get_test_value(v: Any) -> Any:
    """Tell a variable's test value.

    Parameters
    ----------
    v : variable or array_like
        A constant has its value, a shared variable the one that it holds, any other variable its
        ``tag.test_value``, or what its inputs' test values make of it.

    Returns
    -------
    array

    Raises
    ------
    AttributeError
        If there is none.
    TypeError, ValueError
        If ``tag.test_value`` isn't of the variable's type.
    """
    if not isinstance(v, Variable):
        v = as_tensor_variable(v)
    if isinstance(v, Constant):
        return v.data
    if hasattr(v, "get_value"):
        return v.get_value(borrow=True)
    if not hasattr(v.tag, "test_value"):
        if v.owner is None:
            raise _Missing(v)
        _compute(v.owner)
    try:
        return v.type.filter(v.tag.test_value)
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"For compute_test_value, the test value of {v} isn't of its type {v.type}: {error}"
        ) from error


def hand_on_test_values(make: Callable[[], list], variables: list) -> None:
    """Give variables the test values of others, where they have some.

    Parameters
    ----------
    make : callable
        Returns the others. Called only if ``theano.config.compute_test_value`` isn't ``"off"``.
    variables : list of variables
        Those of a loop's step, say.
    """
    if _action() == "off":
        return
    for variable, other in zip(variables, make()):
        if _has_value(other):
            variable.tag.test_value = get_test_value(other)


def missing_test_message(msg: str) -> None:
    """Say that a test value is missing, as ``theano.config.compute_test_value`` asks for.

    Raises
    ------
    AttributeError
        With ``"raise"``; with ``"warn"`` it is a warning.
    """
    action = _action()
    if action == "raise":
        raise AttributeError(msg)
    if action == "warn":
        warnings.warn(msg, stacklevel=2)


def debug_error_message(msg: str) -> None:
    """Say that test values are wrong, as ``theano.config.compute_test_value`` asks for.

    Raises
    ------
    ValueError
        With ``"raise"`` and ``"ignore"``; with ``"warn"`` it is a warning.
    """
    if _action() in ("raise", "ignore"):
        raise ValueError(msg)
    warnings.warn(msg, stacklevel=2)


def get_debug_values(*args: Any) -> list:
    """Give the test values of variables, for a loop that checks them if there are any.

    Parameters
    ----------
    *args : variables

    Returns
    -------
    list
        Of one item: the value, or a tuple of the values of several variables. It is empty if
        ``theano.config.compute_test_value`` is off, or a value is missing.
    """
    if _action() == "off":
        return []
    values = []
    for position, variable in enumerate(args):
        try:
            values.append(get_test_value(variable))
        except _Missing:
            name = getattr(variable, "name", None)
            named = f"('{name}')" if name else ""
            missing_test_message(f"Argument {position}{named} has no test value")
            return []
    return values if len(values) == 1 else [tuple(values)]


_register_builders()
