"""Parameters that are expressions: from a spec to a parameter, and to the shared variables below.

A *spec* is what a layer is given for a parameter: an array, a shared variable, an expression, or a
callable. A *parameter* is what :func:`create_param` makes of it: a shared variable or an
expression. What is learned are the shared variables below it, which :func:`collect_shared_vars`
finds; what may be done with each of them is said by *tags*: those of the layer's parameter,
overridden by the shared variable's own (:func:`tagged`).
"""

import numbers
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import theano
import theano.tensor as T
from theano.compile import SharedVariable

from .errors import ParameterTypeError, ParameterValueError
from .shape_inference import ExpressionShapeError, infer_shape

__all__ = [
    "MadeBy",
    "array_for",
    "as_theano_expression",
    "cast_for",
    "collect_shared_vars",
    "create_param",
    "deterministic_form",
    "evaluate",
    "has_tags",
    "is_drawn",
    "own_tags",
    "param_has_tags",
    "require_all_sizes",
    "select_shared_vars",
    "tagged",
]

# What only makes sense for variables that a gradient reaches.
_GRADIENT_TAGS = ("trainable", "regularizable")


def as_theano_expression(input: Any) -> Any:
    """Wrap numbers, arrays and containers of them as Theano expressions.

    Parameters
    ----------
    input : Theano variable, number, array, or dict, list or tuple of these
        What to wrap. Theano variables are returned as they are.

    Returns
    -------
    Theano variable, or dict, list or tuple of Theano variables

    Raises
    ------
    TypeError
        If something can't be turned into a tensor.

    Examples
    --------
    >>> as_theano_expression([1, 2.5])[1].ndim
    0
    """
    if isinstance(input, theano.Variable):
        return input
    if isinstance(input, Mapping):
        return {key: as_theano_expression(value) for key, value in input.items()}
    if isinstance(input, (list, tuple)):
        return type(input)(as_theano_expression(value) for value in input)
    try:
        return T.as_tensor_variable(input)
    except Exception as error:
        raise TypeError(
            f"{input!r} of type {type(input).__name__} is no Theano expression and can't be "
            "wrapped as one: expected a Theano variable, a number or an array"
        ) from error


def collect_shared_vars(expressions: Any) -> list[SharedVariable]:
    """Find all shared variables that expressions depend on.

    Parameters
    ----------
    expressions : Theano variable, or iterable of Theano variables
        Where to look.

    Returns
    -------
    list of shared variables
        Each once, from left to right as they stand in the expressions. States of random streams
        aren't among them.

    Raises
    ------
    TypeError
        If something is no Theano variable.

    Examples
    --------
    >>> import numpy as np, theano, theano.tensor as T
    >>> a = theano.shared(np.ones((3, 2)), name="a")
    >>> b = theano.shared(np.ones((2, 4)), name="b")
    >>> collect_shared_vars(T.dot(a, b) + T.dot(a, b ** 2))
    [a, b]
    """
    if isinstance(expressions, theano.Variable):
        expressions = [expressions]
    if not isinstance(expressions, Iterable):
        raise TypeError(f"expected a Theano variable, or several, got {expressions!r}")
    expressions = list(expressions)
    for expression in expressions:
        if not isinstance(expression, theano.Variable):
            raise TypeError(
                f"expected Theano variables, got {expression!r} of type {type(expression).__name__}"
            )
    # Theano's walker starts with the last of its variables.
    leaves = theano.gof.graph.inputs(expressions[::-1])
    if _any_random_state(leaves):
        leaves = theano.gof.graph.inputs(expressions[::-1], _sizes_of_draws(expressions))
    found = (v for v in leaves if isinstance(v, SharedVariable) and not _is_random_state(v))
    return list(dict.fromkeys(found))


def _sizes_of_draws(expressions):
    """Find how many numbers are drawn at random: no part of an expression is learned there."""
    nodes = (v.owner for v in theano.gof.graph.ancestors(expressions) if v.owner is not None)
    return [node.op.size_param(node) for node in nodes if hasattr(node.op, "size_param")]


def _any_random_state(leaves):
    return any(_is_random_state(v) for v in leaves if not isinstance(v, theano.Constant))


def _is_random_state(variable):
    # A generator's state has no dtype.
    return getattr(variable.tag, "is_rng", False) or not hasattr(variable.type, "dtype")


def tagged(variable: theano.Variable, **tags: bool) -> theano.Variable:
    """Give shared variables tags of their own, which override those of the layer's parameter.

    With it one expression mixes what is learned and what is fixed.

    Parameters
    ----------
    variable : shared variable or expression
        What to tag. Of an expression, every shared variable below it is tagged, wherever else it
        is used.
    **tags : bool
        The tags: true for one that the variable has, false for one that it hasn't. What isn't
        ``trainable`` isn't ``regularizable`` either, unless that is given too.

    Returns
    -------
    Theano variable
        The same variable, so that the call can stand inside an expression.

    Raises
    ------
    TypeError
        If `variable` is no Theano variable, or a tag is neither true nor false.
    ValueError
        If there is no shared variable to tag, or no tag.

    Notes
    -----
    The tags are kept in ``variable.tag``, and so travel with a pickle and with ``theano.clone``.

    Examples
    --------
    >>> import numpy as np, theano
    >>> from lasagne_expr.layers import DenseLayer, InputLayer
    >>> w = theano.shared(np.ones((3, 2)), name="w")
    >>> mask = theano.shared(np.eye(3, 2), name="mask")
    >>> layer = DenseLayer(InputLayer((None, 3)), 2, b=None, W=w * tagged(mask, trainable=False))
    >>> layer.get_params()
    [w, mask]
    >>> layer.get_params(trainable=True)
    [w]
    """
    shared_vars = collect_shared_vars(variable)
    if not tags:
        raise ValueError("no tag given: write, for example, tagged(variable, trainable=False)")
    if not shared_vars:
        raise ValueError(f"nothing to tag: {variable} depends on no shared variable")
    for name, value in tags.items():
        if not isinstance(value, (bool, np.bool_)):
            raise TypeError(f"tag {name!r} should be True or False, got {value!r}")
    for shared in shared_vars:
        shared.tag.param_tags = {**own_tags(shared), **tags}
    return variable


def own_tags(shared: SharedVariable) -> dict[str, bool]:
    """Tell which tags a shared variable has been given by :func:`tagged`."""
    return dict(getattr(shared.tag, "param_tags", {}))


def has_tags(shared: SharedVariable, param_tags: Iterable[str], wanted: Mapping[str, Any]) -> bool:
    """Tell whether a shared variable below a parameter with `param_tags` passes a tag filter."""
    own = own_tags(shared)
    if not own.get("trainable", True):
        # A penalty on what is frozen would only add a constant.
        own.setdefault("regularizable", False)
    tags = {**dict.fromkeys(param_tags, True), **own}
    if not _is_differentiable(shared):
        tags.update(dict.fromkeys(_GRADIENT_TAGS, False))
    return all(tags.get(name, False) == bool(value) for name, value in wanted.items())


def _is_differentiable(shared):
    return shared.dtype in T.float_dtypes or shared.dtype in T.complex_dtypes


def select_shared_vars(
    param: theano.Variable, param_tags: Iterable[str], wanted: Mapping[str, Any]
) -> list[SharedVariable]:
    """Find the shared variables below a parameter that pass a tag filter.

    Parameters
    ----------
    param : Theano variable
        The parameter.
    param_tags : iterable of str
        The tags that the layer gave the parameter.
    wanted : dict of str to bool
        What to select: true for tags that must be there, false for those that must not.

    Returns
    -------
    list of shared variables
        In the order of :func:`collect_shared_vars`.
    """
    return [v for v in collect_shared_vars(param) if has_tags(v, param_tags, wanted)]


def param_has_tags(
    param: theano.Variable, param_tags: Iterable[str], wanted: Mapping[str, Any]
) -> bool:
    """Tell whether a parameter has a shared variable that passes a tag filter.

    A parameter without shared variables passes by the tags that the layer gave it. One that is
    drawn at random, such as a random variable of PyMC's, is neither trainable nor regularizable.
    """
    shared_vars = collect_shared_vars(param)
    if shared_vars:
        return any(has_tags(v, param_tags, wanted) for v in shared_vars)
    tags = set(param_tags)
    if is_drawn(param):
        tags.difference_update(_GRADIENT_TAGS)
    return all((name in tags) == bool(value) for name, value in wanted.items())


def is_drawn(variable: theano.Variable) -> bool:
    """Tell whether a variable depends on the state of a random stream."""
    return _any_random_state(theano.gof.graph.inputs([variable]))


def create_param(spec: Any, shape: tuple, name: "str | None" = None) -> theano.Variable:
    """Turn the spec of a parameter into a shared variable or an expression of the right shape.

    Parameters
    ----------
    spec : array, shared variable, expression, or callable
        An array becomes the value of a new shared variable. A shared variable or an expression is
        used as it is. A callable is called with `shape` and returns one of these; initializers
        and the ready-made expressions are such callables.
    shape : tuple of int
        The shape that the parameter must have.
    name : str, optional
        The parameter's name, for a new shared variable, an expression without a name, and errors.

    Returns
    -------
    Theano variable
        A shared variable, or an expression.

    Raises
    ------
    ValueError
        If `shape` has a size that isn't positive, if the spec has another shape than `shape`, or
        if an array contains NaN. Of another shape, it is a RuntimeError, too.
    TypeError
        If the spec, or what a callable returns, is none of the above; a RuntimeError, too.

    Warns
    -----
    UserWarning
        If the parameter's dtype would silently turn a ``floatX`` network into a wider one.

    Notes
    -----
    An expression's shape is worked out from its shared variables' current values. Where it depends
    on an input of the network (a hypernetwork), it is checked as far as it is known. A variable
    that broadcasts along an axis, where its size is 1, fits any size there.

    Examples
    --------
    >>> import theano.tensor as T
    >>> from lasagne_expr.init import Constant
    >>> w = create_param(Constant(2.0), (3, 2), name="w")
    >>> w.get_value().tolist()
    [[2.0, 2.0], [2.0, 2.0], [2.0, 2.0]]
    >>> create_param(w, (2, 3), name="layer.W")
    Traceback (most recent call last):
        ...
    lasagne_expr.errors.ParameterValueError: parameter layer.W should have shape (2, 3), but w ...
    """
    label = f"parameter {name}" if name else "a parameter"
    shape = _checked_shape(shape, label)
    if callable(spec) and not isinstance(spec, theano.Variable):
        value, source = spec(shape), f"what {spec!r} returned"
    else:
        value, source = spec, None
    if isinstance(value, theano.Variable):
        param = _checked_expression(value, shape, label, source)
        if param.name is None:
            param.name = name
            if source and name:
                _name_parts(param)
    else:
        param = _shared_from_array(_checked_array(value, shape, label, source), name)
    _warn_if_upcasting(param, label)
    return param


def _name_parts(param):
    """Name the shared variables that a ready-made expression has just made after the parameter."""
    made_by = getattr(param.tag, "made_by", None)
    if made_by is not None:
        for variable, name in zip(made_by.variables, made_by.expression.variable_names):
            if isinstance(variable, SharedVariable) and variable.name == name:
                variable.name = f"{param.name}.{name}"


@dataclass(frozen=True)
class MadeBy:
    """How a variable was made: what ready-made expressions leave in its ``tag.made_by``.

    Parameters
    ----------
    expression : lasagne_expr.expressions.Expression
        What made it.
    variables : tuple of Theano variables
        What it is made of, in the order of the expression's `variable_names`.

    Examples
    --------
    >>> from lasagne_expr.expressions import Positive
    >>> Positive()((3, 2)).tag.made_by.variables
    (raw,)
    """

    expression: Any
    variables: tuple


def deterministic_form(outputs: "list[theano.Variable]") -> "list[theano.Variable]":
    """Replace what is for training only: variables with a ``tag.deterministic``, by that.

    Parameters
    ----------
    outputs : list of Theano variables
        What to compute.

    Returns
    -------
    list of Theano variables
        Copies in which no such variable occurs, or the very same variables where none did.

    Examples
    --------
    >>> import theano.tensor as T
    >>> noisy = T.scalar("x") + 1
    >>> noisy.tag.deterministic = T.constant(5.0)
    >>> float(deterministic_form([2 * noisy])[0].eval())
    10.0
    """
    replace = {
        variable: variable.tag.deterministic
        for variable in theano.gof.graph.ancestors(outputs)
        if hasattr(variable.tag, "deterministic")
    }
    if not replace:
        return outputs
    return theano.clone(outputs, replace=replace, strict=False)


def evaluate(params: "list[theano.Variable]") -> "list[np.ndarray]":
    """Compute parameters that are expressions, as deterministic passes use them.

    Looking at a parameter changes no state: neither that of noise, nor any other.

    Parameters
    ----------
    params : list of Theano variables

    Returns
    -------
    list of arrays

    Raises
    ------
    ValueError
        If one depends on an input of the network.

    Examples
    --------
    >>> import theano
    >>> evaluate([theano.shared(2.0) * 3])
    [array(6.)]
    """
    for param in params:
        for leaf in theano.gof.graph.inputs([param]):
            if not isinstance(leaf, (SharedVariable, theano.Constant)):
                raise ValueError(
                    f"parameter {param} depends on the input {leaf}, so that it has no value by "
                    "itself: compute it with theano.function, and give the input"
                )
    if not params:
        return []
    return theano.function([], deterministic_form(params), no_default_updates=True)()


def array_for(param: theano.Variable, value: Any) -> np.ndarray:
    """Make an array of what a parameter is to be set to; no element may be missing.

    Raises
    ------
    ValueError
        If it can't be one, or is masked.

    Examples
    --------
    >>> array_for(theano.shared(1.0, name="w"), [1, 2]).tolist()
    [1, 2]
    """
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(f"parameter {param} needs all values, got a masked array")
    if isinstance(value, theano.Variable):
        raise ValueError(
            f"parameter {param} needs an array, got the Theano variable {value}: compute its value "
            "first, by get_value() or eval()"
        )
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(f"parameter {param} needs an array: {error}") from error


def cast_for(param: theano.Variable, value: np.ndarray) -> np.ndarray:
    """Give an array a parameter's dtype, which may round numbers, but has to hold them.

    Raises
    ------
    ValueError
        If it is of another kind, such as complex, or a number is too large.

    Examples
    --------
    >>> cast_for(theano.shared(np.float32(1.0), name="w"), np.float64(0.5)).dtype
    dtype('float32')
    """
    if not np.can_cast(value.dtype, param.dtype, casting="same_kind"):
        raise ValueError(f"parameter {param} has dtype {param.dtype}, got {value.dtype}")
    with np.errstate(over="ignore"):
        cast = value.astype(param.dtype)
    is_integer = cast.dtype.kind in "iu"
    held = cast == value if is_integer else np.isfinite(cast) | ~np.isfinite(value)
    if not held.all():
        raise ValueError(
            f"parameter {param} has dtype {param.dtype}, too small for {value[~held].flat[0]}"
        )
    return cast


def _checked_shape(shape, label):
    shape = tuple(shape)
    for size in shape:
        if not isinstance(size, numbers.Integral) or size <= 0:
            raise ValueError(
                f"{label} can't have shape {shape}: every size must be a positive integer"
                + (", and known when the layer is made" if size is None else "")
            )
    return tuple(int(size) for size in shape)


def _checked_array(value, shape, label, source):
    if isinstance(value, numbers.Number):
        value = np.asarray(value)
    if not isinstance(value, (np.ndarray, np.generic)):
        expected = "an array, a shared variable or an expression"
        if source:
            raise ParameterTypeError(f"{label}: {source} is {value!r}, but should be {expected}")
        raise ParameterTypeError(
            f"{label} is given as {value!r}, but should be {expected}, or a callable"
        )
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{label}: {source or 'its array'} is masked, so elements lack a value")
    array = np.asarray(value)
    if array.dtype.kind not in "biufc":
        raise TypeError(f"{label}: {source or 'its array'} has dtype {array.dtype}, not numbers")
    if array.shape != shape:
        hint = (
            "; lasagne_expr.init.Constant fills a shape with one number" if not array.shape else ""
        )
        raise ParameterValueError(
            _shape_message(label, shape, source or "its array", array.shape) + hint
        )
    if array.dtype.kind in "fc" and np.isnan(array).any():
        raise ValueError(f"{label}: {source or 'its array'} contains NaN")
    return array


def _shared_from_array(array, name):
    # A size of 1 broadcasts, as in NumPy.
    broadcastable = tuple(size == 1 for size in array.shape)
    return theano.shared(array, name=name, broadcastable=broadcastable)


def _checked_expression(variable, shape, label, source):
    what = source or (variable.name or f"its expression {variable}")
    ndim = getattr(variable, "ndim", None)
    if ndim is None:
        raise TypeError(f"{label}: {what} is of {variable.type}, but should be a tensor")
    if ndim != len(shape):
        raise ParameterValueError(
            f"{label} should have shape {shape}, but {what} has {ndim} dimension"
            + ("s" if ndim != 1 else "")
        )
    try:
        actual = infer_shape(variable)
    except ExpressionShapeError as error:
        raise ValueError(f"{label}: {what} can't be computed: {error}") from error
    broadcastable = _broadcastable(variable)
    if not _fits(actual, shape, broadcastable):
        message = _shape_message(label, shape, what, actual)
        if ndim == 2 and _fits(actual[::-1], shape, broadcastable[::-1]):
            message += f"; its transpose fits: {variable.name or '(...)'}.T"
        raise ParameterValueError(message)
    return variable


def _fits(actual, shape, broadcastable):
    return all(
        found is None or found == size or broadcasts
        for found, size, broadcasts in zip(actual, shape, broadcastable)
    )


def _broadcastable(variable):
    # Sparse matrices don't tell.
    return tuple(getattr(variable, "broadcastable", (False,) * variable.ndim))


def require_all_sizes(param: theano.Variable, shape: tuple, label: str) -> theano.Variable:
    """Refuse a parameter that fits a shape only because it broadcasts; return it.

    Biases and scales may broadcast; what is multiplied or looked up as a matrix may not.

    Raises
    ------
    ValueError
        If it broadcasts along an axis of another size than 1.

    Examples
    --------
    >>> row = theano.shared(np.ones((1, 2)), name="row", broadcastable=(True, False))
    >>> require_all_sizes(create_param(row, (3, 2)), (3, 2), "parameter W")
    Traceback (most recent call last):
        ...
    lasagne_expr.errors.ParameterValueError: parameter W should have shape (3, 2), but row has ...
    """
    if any(broadcasts and size != 1 for broadcasts, size in zip(_broadcastable(param), shape)):
        what = param.name or f"its expression {param}"
        raise ParameterValueError(_shape_message(label, shape, what, infer_shape(param)))
    return param


def _shape_message(label, shape, what, actual):
    return f"{label} should have shape {shape}, but {what} has {actual}"


def _warn_if_upcasting(param, label):
    upcast = theano.scalar.upcast(theano.config.floatX, param.dtype)
    if upcast != theano.config.floatX:
        warnings.warn(
            f"{label} has dtype {param.dtype}, with which a network in floatX="
            f"{theano.config.floatX} computes in {upcast}: cast its value with "
            "lasagne_expr.utils.floatX, or set floatX",
            stacklevel=3,
        )
