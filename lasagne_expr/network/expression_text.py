"""Expressions as short text: ``encode.W.T``, ``dot(w1, w2)``, ``exp(w) * mask``."""

from collections.abc import Mapping

import numpy as np
import theano
from theano.compile import SharedVariable

_INFIX = {
    **dict.fromkeys(["LT", "GT", "LE", "GE", "EQ", "NEQ"], 0),
    **dict.fromkeys(["Add", "Sub"], 1),
    **dict.fromkeys(["Mul", "TrueDiv", "IntDiv", "Mod"], 2),
    "Pow": 4,
}
_SIGNS = {
    **{"LT": "<", "GT": ">", "LE": "<=", "GE": ">=", "EQ": "==", "NEQ": "!="},
    **{"Add": "+", "Sub": "-", "Mul": "*", "TrueDiv": "/", "IntDiv": "//", "Mod": "%", "Pow": "**"},
}
_NEGATED, _ATOM = 3, 9
_MORE = "..."

# Operations that users know by another name than the class's, and those that change no number.
_NAMES = {"maxandargmax": "max", "join": "concatenate", "allocdiag": "diag", "eye": "eye"}
_UNSEEN = ("Cast", "Rebroadcast", "SpecifyShape", "ScalarFromTensor", "TensorFromScalar", "Second")


def formula(variable: theano.Variable, names: "Mapping | None" = None, max_length: int = 60) -> str:
    """Write an expression as a short text.

    Parameters
    ----------
    variable : Theano variable
        The expression; its own name isn't used.
    names : dict of Theano variable to str, optional
        What to call variables within it; others are called by their own names, or written out.
    max_length : int, default 60
        Longer texts leave out what is deepest inside.

    Returns
    -------
    str

    Examples
    --------
    >>> import numpy as np, theano, theano.tensor as T
    >>> a, b = (theano.shared(np.ones((2, 2)), name=name) for name in "ab")
    >>> formula(T.dot(a, b.T)), formula(2 * (a - 1) ** 2), formula(T.exp(a)[0])
    ('dot(a, b.T)', '2 * (a - 1) ** 2', 'exp(a)[...]')
    """
    names = names or {}
    text = _MORE
    for depth in range(1, 12):
        deeper = _written(variable, names, depth, top=True)[0]
        if deeper == text or (len(deeper) > max_length and depth > 1):
            break
        text = deeper
    return text if len(text) <= max_length else text[: max_length - len(_MORE)] + _MORE


def _written(variable, names, depth, top=False):
    """Write a variable; return the text, and how tightly its outermost operator binds."""
    if variable in names and not (top and variable.owner):
        return names[variable], _ATOM
    if variable.owner is None:
        return _leaf(variable), _ATOM
    if variable.name and not top:
        return variable.name, _ATOM
    if depth == 0:
        return _MORE, _ATOM
    made_by = getattr(variable.tag, "made_by", None)
    if made_by is not None:
        return _made(made_by.expression, made_by.variables, names, depth), _ATOM
    return _operation(variable.owner, names, depth)


def _made(expression, variables, names, depth):
    """Write a ready-made expression, with another one that stands inside it."""
    inner = getattr(expression, "init", None)
    parts = []
    if hasattr(inner, "variable_names"):
        count = len(inner.variable_names)
        parts.append(_made(inner, variables[:count], names, depth))
        variables = variables[count:]
    if variables:
        parts.append(_listed(variables, names, depth))
    return f"{type(expression).__name__}({', '.join(parts)})"


def _leaf(variable):
    if isinstance(variable, theano.Constant):
        return _constant(np.asarray(variable.data))
    if variable.name:
        return variable.name
    return "shared" if isinstance(variable, SharedVariable) else "input"


def _constant(value):
    if value.dtype.kind not in "biuf" or not value.size or (value != value.flat[0]).any():
        return f"array{value.shape}"
    return f"{value.flat[0]:.4g}" if value.dtype.kind == "f" else str(value.flat[0])


def _operation(node, names, depth):
    op = getattr(node.op, "core_op", node.op)
    kind, inputs = type(op).__name__, node.inputs
    scalar = type(op.scalar_op).__name__ if kind == "Elemwise" else None
    if kind == "DimShuffle":
        return _dimshuffled(op.new_order, inputs[0], names, depth)
    if kind in _UNSEEN or scalar in _UNSEEN:
        return _written(inputs[-1 if scalar == "Second" else 0], names, depth)
    if scalar in _INFIX:
        return _infix(scalar, inputs, names, depth), _INFIX[scalar]
    if scalar == "Neg":
        return f"-{_bound(inputs[0], names, depth, _NEGATED)}", _NEGATED
    if kind in ("Subtensor", "AdvancedSubtensor", "AdvancedSubtensor1"):
        return f"{_bound(inputs[0], names, depth, _ATOM)}[...]", _ATOM
    if kind in ("IncSubtensor", "AdvancedIncSubtensor", "AdvancedIncSubtensor1"):
        target, value = (_written(v, names, depth - 1)[0] for v in inputs[:2])
        return f"set_subtensor({target}[...], {value})", _ATOM
    if hasattr(op, "dist_params"):  # a draw: of its distribution, whatever the state and the size
        parameters = _listed(op.dist_params(node), names, depth)
        return f"{_name(kind).removesuffix('rv')}({parameters})", _ATOM
    if kind == "Join":
        inputs = [v for v in inputs if not isinstance(v, theano.Constant) or v.ndim]
    return f"{_name(scalar or kind)}({_arguments(op, kind, inputs, names, depth)})", _ATOM


def _name(kind):
    name = kind.lower().removeprefix("scalar").strip("_")
    return _NAMES.get(name, name)


def _arguments(op, kind, inputs, names, depth):
    if kind == "Reshape":
        inputs = inputs[:1]
    text = _listed(inputs, names, depth)
    axis = getattr(op, "axis", None)
    if kind in ("Sum", "Prod", "Max", "Min", "Mean", "MaxAndArgmax") and axis is not None:
        axes = axis if isinstance(axis, (tuple, list)) else [axis]
        text += f", axis={axes[0] if len(axes) == 1 else tuple(axes)}"
    return text


def _listed(variables, names, depth, most=6):
    texts = [_written(v, names, depth - 1)[0] for v in variables[:most]]
    return ", ".join([*texts, _MORE] if len(variables) > most else texts)


def _dimshuffled(order, variable, names, depth):
    axes = [axis for axis in order if axis != "x"]
    if axes == sorted(axes):  # it only adds or drops axes of size 1
        return _written(variable, names, depth)
    inner = _bound(variable, names, depth, _ATOM)
    if list(order) == list(range(variable.ndim))[::-1]:
        return f"{inner}.T", _ATOM
    return f"{inner}.dimshuffle({', '.join(map(str, order))})", _ATOM


def _infix(scalar, inputs, names, depth):
    level = _INFIX[scalar]
    # A power binds to its right, all others to their left.
    levels = [level + (scalar == "Pow")] + [level + (scalar != "Pow")] * (len(inputs) - 1)
    if scalar in ("Add", "Mul"):
        levels = [level] * len(inputs)
    parts = [_bound(v, names, depth, least) for v, least in zip(inputs, levels)]
    return f" {_SIGNS[scalar]} ".join(parts)


def _bound(variable, names, depth, least):
    """Write an operand, in brackets unless it binds at least so tightly."""
    text, level = _written(variable, names, depth - 1)
    return text if level >= least else f"({text})"
