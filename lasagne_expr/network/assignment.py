"""Setting parameters that are expressions, freezing them, and putting others in their place.

The example below sets a positive parameter, and what is learned follows.

>>> from lasagne_expr.expressions import Positive
>>> from lasagne_expr.layers import DenseLayer
>>> layer = DenseLayer((None, 2), 2, W=Positive(method="exp"), b=None, name="dense")
>>> list(assign(layer.W, [[1.0, 1.0], [1.0, 1.0]]))
[dense.W.raw]
>>> layer.get_params()[0].get_value().tolist()
[[0.0, 0.0], [0.0, 0.0]]
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import theano
from theano.compile import SharedVariable
from theano.tensor.basic import Reshape
from theano.tensor.elemwise import DimShuffle, Elemwise

from ..layers import get_all_params
from ..parameters import (
    array_for,
    cast_for,
    collect_shared_vars,
    create_param,
    evaluate,
    is_drawn,
    own_tags,
    tagged,
)
from ..shape_inference import infer_shape

__all__ = ["assign", "freeze", "substitute", "unfreeze"]


def assign(
    parameter: theano.Variable, value: Any, network: Any = None
) -> "dict[SharedVariable, list[theano.Variable]]":
    """Set a parameter, an expression too: set what it is made of so that it has a value.

    Parameters
    ----------
    parameter : Theano variable
        A shared variable; what a ready-made expression of `lasagne_expr.expressions` made; or
        these transposed, reshaped, negated, cast, or under an exponential.
    value : array
        The value that the parameter is to have, of its shape.
    network : Layer or list of Layer, optional
        A network in which to look for other parameters that have changed by this.

    Returns
    -------
    dict of shared variable to list of Theano variables
        The variables whose values have changed, each with the parameters of `network` that depend
        on it.

    Raises
    ------
    ValueError
        If the parameter can't have this value, with the reason. Nothing has changed then.
    TypeError
        If `parameter` is no Theano variable.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.layers import DenseLayer, InputLayer
    >>> l2 = DenseLayer(InputLayer((None, 3)), 2, name="encode")
    >>> l3 = DenseLayer(l2, 3, W=l2.W.T, name="decode")
    >>> assign(l3.W, np.ones((2, 3)), l3)
    {encode.W: [encode.W, encode.W.T]}
    """
    if not isinstance(parameter, theano.Variable):
        raise TypeError(f"assign sets Theano variables, got {parameter!r}")
    value = array_for(parameter, value)
    try:
        found = _solve(parameter, value)
    except ValueError:
        # Of a composed expression the inverse may be a guess; what it is already is none.
        if not isinstance(parameter, SharedVariable) and _has_value(parameter, value):
            return {}
        raise
    changed = {
        variable: new
        for variable, new in found.items()
        if not np.array_equal(variable.get_value(borrow=True, return_internal_type=True), new)
    }
    for variable, new in changed.items():
        variable.set_value(new)
    params = [] if network is None else get_all_params(network, unwrap_shared=False)
    return {
        variable: [param for param in params if variable in collect_shared_vars(param)]
        for variable in changed
    }


def _has_value(parameter, value):
    try:
        return np.array_equal(evaluate([parameter])[0], value)
    except ValueError:  # it depends on an input
        return False


def _solve(variable, value):
    """Find values of the shared variables below a variable, with which it has a value."""
    if value.shape != (shape := _known_shape(variable)):
        raise ValueError(f"{variable} has shape {shape}, got a value of shape {value.shape}")
    if isinstance(variable, SharedVariable):
        return {variable: _cast(value, variable)}
    made_by = getattr(variable.tag, "made_by", None)
    if made_by is not None:
        return _solve_made(made_by, _cast(value, variable))
    value = _cast(value, variable)
    node = variable.owner
    undo = None if node is None else _undoing(node)
    if undo is None:
        what = "an input or a constant" if node is None else f"computed by {node.op}"
        if is_drawn(variable):
            what = "drawn at random"
        found = collect_shared_vars(variable)
        raise ValueError(
            f"{variable} is {what}, and so can't be set by a value"
            + (f": set its shared variables {found} instead" if found else "")
        )
    return _solve(node.inputs[0], undo(value))


def _solve_made(made_by, value):
    found = {}
    spec = made_by.expression
    solution = zip(spec.variable_names, made_by.variables, spec.inverse(value), strict=True)
    for name, variable, new in solution:
        if name in spec._free_names():
            continue
        for shared, solved in _solve(variable, new).items():
            if shared in found and not np.array_equal(found[shared], solved):
                raise ValueError(
                    f"{made_by.expression!r} would need two values of {shared} at once"
                )
            found[shared] = solved
    return found


def _known_shape(variable):
    shape = infer_shape(variable)
    if None in shape:
        raise ValueError(f"{variable} depends on an input, so that it has no value by itself")
    return tuple(shape)


def _cast(value, variable):
    cast = cast_for(variable, value)
    if not np.isfinite(cast).all():
        raise ValueError(f"{variable} can't be set to NaN or infinity")
    return cast


def _undoing(node):
    """Give a function of arrays that undoes a node's operation; None if that isn't known."""
    if isinstance(node.op, DimShuffle):
        return _undoing_dimshuffle(node)
    if isinstance(node.op, Reshape):
        shape = _known_shape(node.inputs[0])
        return lambda value: value.reshape(shape)
    if isinstance(node.op, Elemwise) and len(node.inputs) == 1:
        kind = type(node.op.scalar_op).__name__
        return {"Neg": np.negative, "Exp": _log, "Cast": np.asarray}.get(kind)
    return None


def _undoing_dimshuffle(node):
    order = list(node.op.new_order)
    kept = [axis for axis in order if axis != "x"]
    added = tuple(position for position, axis in enumerate(order) if axis == "x")
    shape = _known_shape(node.inputs[0])

    def undo(value):
        return value.squeeze(added).transpose(np.argsort(kept)).reshape(shape)

    return undo


def _log(value):
    if not (value > 0).all():
        raise ValueError(f"an exponential can't be {value.min():.3g}, which isn't above 0")
    return np.log(value)


_FREEZING = {"trainable": False, "regularizable": False, "frozen": True}


def freeze(layer_or_variable: Any) -> list[SharedVariable]:
    """Keep shared variables from being learned, and from being penalized, by tags.

    Parameters
    ----------
    layer_or_variable : Layer, Theano variable, or iterable of these
        A layer stands for all its parameters, though not for those of the layers below, and an
        expression for all shared variables below it, wherever else they are used.

    Returns
    -------
    list of shared variables
        Those that were frozen by this call.

    See Also
    --------
    unfreeze : takes it back.

    Notes
    -----
    Freeze before the updates are made: a compiled function keeps what it was made with.

    Examples
    --------
    >>> from lasagne_expr.layers import DenseLayer
    >>> layer = DenseLayer((None, 3), 2, name="dense")
    >>> freeze(layer), layer.get_params(trainable=True)
    ([dense.W, dense.b], [])
    >>> unfreeze(layer.W), layer.get_params(trainable=True)
    ([dense.W], [dense.W])
    """
    found = [
        variable
        for variable in _shared_vars_of(layer_or_variable, trainable=True)
        if own_tags(variable).get("trainable", True)
    ]
    for variable in found:
        variable.tag.tags_before_freezing = own_tags(variable)
        tagged(variable, **_FREEZING)
    return found


def unfreeze(layer_or_variable: Any) -> list[SharedVariable]:
    """Take back what `freeze` did.

    Parameters
    ----------
    layer_or_variable : Layer, Theano variable, or iterable of these
        As for `freeze`.

    Returns
    -------
    list of shared variables
        Those that had been frozen. What was never to be learned, a mask or a running average,
        isn't now.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.expressions import Masked
    >>> from lasagne_expr.layers import DenseLayer
    >>> layer = DenseLayer((None, 3), 3, W=Masked(np.tri(3)), b=None, name="dense")
    >>> _ = freeze(layer)
    >>> unfreeze(layer), layer.get_params(trainable=True)
    ([dense.W.raw], [dense.W.raw])
    """
    found = [v for v in _shared_vars_of(layer_or_variable) if own_tags(v).get("frozen")]
    for variable in found:
        before = getattr(variable.tag, "tags_before_freezing", {})
        others = {k: v for k, v in own_tags(variable).items() if k not in _FREEZING}
        variable.tag.param_tags = {**others, **{k: v for k, v in before.items() if k in _FREEZING}}
    return found


def _shared_vars_of(given, **tags):
    if isinstance(given, theano.Variable):
        return collect_shared_vars(given)
    if hasattr(given, "get_params"):
        return given.get_params(**tags)
    if isinstance(given, Iterable) and not isinstance(given, str):
        found = [variable for one in given for variable in _shared_vars_of(one, **tags)]
        return list(dict.fromkeys(found))
    raise TypeError(f"expected a layer, a Theano variable, or several, got {given!r}")


def substitute(layer: Any, name: str, spec: Any) -> theano.Variable:
    """Put another spec in the place of a layer's parameter, and keep its value where that can be.

    Parameters
    ----------
    layer : Layer
        The layer; it is changed.
    name : str
        The attribute that holds the parameter, such as ``"W"``.
    spec : Expression, or any other spec
        A ready-made expression starts at what the parameter's value becomes in its set. Anything
        else is used as for a new layer.

    Returns
    -------
    Theano variable
        The new parameter, with the tags of the old.

    Raises
    ------
    ValueError
        If the layer has no such parameter, or the parameter depends on an input.
    TypeError
        If `layer` is no layer, or `spec` is no spec.

    Notes
    -----
    Substitute before functions are compiled: these keep the old parameter, and so do other layers
    that share it, and the layer's other parameters that are the same variable. What was frozen is
    frozen again as far as it is new: a variable that there was already keeps its own tags.

    Examples
    --------
    >>> import numpy as np
    >>> from lasagne_expr.expressions import Orthogonal
    >>> from lasagne_expr.layers import DenseLayer
    >>> layer = DenseLayer((None, 2), 2, W=np.diag([5.0, 0.1]).astype(theano.config.floatX))
    >>> substitute(layer, "W", Orthogonal()).eval().round(3).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    if not isinstance(getattr(layer, "params", None), dict):
        raise TypeError(f"substitute changes a layer, got {layer!r}")
    old = getattr(layer, name, None) if isinstance(name, str) else None
    if not isinstance(old, theano.Variable) or old not in layer.params:
        raise ValueError(f"{layer} has no parameter {name}: it has {list(layer.params)}")
    shape = _known_shape(old)
    full_name = f"{layer.name}.{name}" if layer.name else name
    new = create_param(_starting_at(old, spec), shape, full_name)
    if _is_frozen(old) and not _is_of_others(spec):
        freeze(new)
    setattr(layer, name, new)
    layer.params = _with_substituted(layer, old, new)
    return new


def _with_substituted(layer, old, new):
    """Put a parameter in the place of another, which stays if it is one under another name too."""
    params = {}
    for param, tags in layer.params.items():
        if param is not old:
            params.setdefault(param, tags)
            continue
        if any(value is old for value in vars(layer).values()):
            params[old] = tags
        # What is a parameter already has its tags.
        params[new] = layer.params.get(new, tags)
    return params


def _is_of_others(spec):
    """Tell whether a spec makes no variables of its own, to be frozen without further ado."""
    return isinstance(spec, theano.Variable) or getattr(spec, "stands_alone", False)


def _is_frozen(param):
    tags = [own_tags(variable) for variable in _shared_vars_of(param)]
    return any(t.get("frozen") for t in tags) and not any(t.get("trainable", True) for t in tags)


def _starting_at(old, spec):
    if isinstance(spec, type) or not hasattr(spec, "start"):
        return spec
    value = old.get_value() if isinstance(old, SharedVariable) else evaluate([old])[0]
    return lambda shape: spec.start(value)
