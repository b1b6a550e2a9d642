"""Gradients of graphs."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import (
    DisconnectedGrad,
    DisconnectedInputError,
    DisconnectedType,
    GradClip,
    GradientError,
    GradScale,
    NullTypeGradError,
    UndefinedGrad,
    ZeroGrad,
    disconnected_grad,
    disconnected_grad_,
    disconnected_type,
    grad,
    grad_clip,
    grad_not_implemented,
    grad_scale,
    grad_undefined,
    numeric_grad,
    pullback,
    subgraph_grad,
    undefined_grad,
    undefined_grad_,
    zero_grad,
    zero_grad_,
)
from pytensor.gradient import as_list_or_tuple as format_as
from pytensor.graph.basic import Variable
from pytensor.tensor.type import TensorType
from theano.compile.function import function
from theano.missing import explain_missing
from theano.ops import deep_gradients
from theano.ops.r_operators import multiply_by_jacobian
from theano.scan_module.scan import scan

__all__ = [
    "ConsiderConstant",
    "DisconnectedGrad",
    "DisconnectedInputError",
    "DisconnectedType",
    "GradClip",
    "GradScale",
    "GradientError",
    "Lop",
    "NullTypeGradError",
    "Rop",
    "UndefinedGrad",
    "ZeroGrad",
    "consider_constant",
    "consider_constant_",
    "disconnected_grad",
    "disconnected_grad_",
    "disconnected_type",
    "grad",
    "grad_clip",
    "grad_not_implemented",
    "grad_scale",
    "grad_undefined",
    "hessian",
    "jacobian",
    "numeric_grad",
    "subgraph_grad",
    "undefined_grad",
    "undefined_grad_",
    "verify_grad",
    "zero_grad",
    "zero_grad_",
]


def Lop(
    f: Any,
    wrt: Any,
    eval_points: Any,
    consider_constant: "Sequence | None" = None,
    disconnected_inputs: str = "raise",
) -> Any:
    """Multiply a vector by the Jacobian of `f` with respect to `wrt`, from the left.

    Parameters
    ----------
    f, wrt : variable or list of variables
    eval_points : variable or list of variables
        The vector: as many, and of the shapes, as `f`.
    consider_constant : list of variables, optional
        What not to differentiate through.
    disconnected_inputs : {"raise", "warn", "ignore"}, default "raise"
        What to do with one of `wrt` that `f` doesn't depend on.

    Returns
    -------
    variable or list of variables
        As many, and of the shapes, as `wrt`.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> x, v = T.dvectors("x", "v")
    >>> theano.function([x, v], Lop(x ** 2, x, v))([1.0, 2.0], [1.0, 1.0]).tolist()
    [2.0, 4.0]
    """
    return pullback(
        _copies(f),
        wrt,
        eval_points,
        consider_constant=consider_constant,
        disconnected_inputs=disconnected_inputs,
    )


def Rop(
    f: Any,
    wrt: Any,
    eval_points: Any,
    disconnected_outputs: str = "raise",
    return_disconnected: str = "zero",
) -> Any:
    """Multiply the Jacobian of `f` with respect to `wrt` by a vector, from the right.

    Parameters
    ----------
    f, wrt : variable or list of variables
    eval_points : variable or list of variables
        The vector: as many, and of the shapes, as `wrt`.
    disconnected_outputs : {"raise", "warn", "ignore"}, default "raise"
        What to do with one of `f` that doesn't depend on `wrt`.
    return_disconnected : {"zero", "none", "disconnected"}, default "zero"
        What to return for it.

    Returns
    -------
    variable or list of variables
        As many, and of the shapes, as `f`.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> x, v = T.dvectors("x", "v")
    >>> theano.function([x, v], Rop(x ** 2, x, v))([1.0, 2.0], [1.0, 1.0]).tolist()
    [2.0, 4.0]
    """
    lists = [list(v) if isinstance(v, (list, tuple)) else [v] for v in (f, wrt, eval_points)]
    found = multiply_by_jacobian(
        *([pt.as_tensor_variable(v) for v in variables] for variables in lists),
        disconnected_outputs=disconnected_outputs,
        return_disconnected=return_disconnected,
    )
    return format_as(isinstance(f, list), isinstance(f, tuple), found)


def _copies(f):
    """Make of variables some that don't depend on each other, as PyTensor takes them to be."""
    if isinstance(f, (list, tuple)):
        return type(f)(_copies(variable) for variable in f)
    return pt.tensor_copy(f) if isinstance(getattr(f, "type", None), TensorType) else f


def jacobian(
    expression: Variable,
    wrt: Any,
    consider_constant: "Sequence | None" = None,
    disconnected_inputs: str = "raise",
) -> Any:
    """Compute the gradient of every element of a vector.

    Parameters
    ----------
    expression : vector or scalar
    wrt : variable, or list or tuple of variables
        What to differentiate with respect to.
    consider_constant : list of variables, optional
        What not to differentiate through.
    disconnected_inputs : {"raise", "warn", "ignore"}, default "raise"
        What to do with one of `wrt` that `expression` doesn't depend on.

    Returns
    -------
    variable, or list or tuple of variables
        As `wrt`: gradients along a new first axis; of a scalar only its gradient.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> x = T.dvector("x")
    >>> theano.function([x], jacobian(x ** 2, x))([1.0, 2.0]).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    if not isinstance(expression, Variable) or expression.ndim > 1:
        raise AssertionError(
            f"jacobian takes a vector or a scalar, got {getattr(expression, 'type', expression)}: "
            "flatten it"
        )
    options = {"consider_constant": consider_constant, "disconnected_inputs": disconnected_inputs}
    if expression.ndim == 0:
        return grad(expression, wrt, **options)
    found, updates = scan(
        lambda n, expression, *wrt: grad(expression[n], list(wrt), **options),
        sequences=pt.arange(expression.shape[0]),
        non_sequences=[expression, *_as_list(wrt)],
        return_list=True,
    )
    if updates:
        raise AssertionError(
            f"the gradients of {expression} depend on {', '.join(map(str, updates))}, and each "
            "element's would draw other random numbers: draw them before, as an input"
        )
    return _as_given(found, wrt)


def hessian(
    cost: Variable,
    wrt: Any,
    consider_constant: "Sequence | None" = None,
    disconnected_inputs: str = "raise",
) -> Any:
    """Compute the second derivatives of a scalar.

    Parameters
    ----------
    cost : scalar
    wrt : vector, or list or tuple of vectors
        What to differentiate with respect to, twice.
    consider_constant : list of variables, optional
        What not to differentiate through.
    disconnected_inputs : {"raise", "warn", "ignore"}, default "raise"
        What to do with one of `wrt` that `cost` doesn't depend on.

    Returns
    -------
    matrix, or list or tuple of matrices

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> x = T.dvector("x")
    >>> theano.function([x], hessian(T.sum(x ** 3), x))([1.0, 2.0]).tolist()
    [[6.0, 0.0], [0.0, 12.0]]
    """
    if not isinstance(cost, Variable) or cost.ndim:
        raise AssertionError(f"hessian takes a scalar, got {getattr(cost, 'type', cost)}")
    found = []
    for vector in _as_list(wrt):
        if not isinstance(vector, Variable) or vector.ndim != 1:
            raise AssertionError(f"hessian differentiates by vectors, got {vector}")
        gradient = grad(cost, vector, consider_constant, disconnected_inputs)
        # A gradient may be the same everywhere.
        found.append(jacobian(gradient, vector, consider_constant, "ignore"))
    return _as_given(found, wrt)


def _as_list(wrt):
    return list(wrt) if isinstance(wrt, (list, tuple)) else [wrt]


def _as_given(found, wrt):
    if isinstance(wrt, tuple):
        return tuple(found)
    return found if isinstance(wrt, list) else found[0]


_TOLERANCES = {"float16": 5e-2, "float32": 1e-2, "float64": 1e-4}


def verify_grad(
    fun: Callable,
    pt: Sequence,
    n_tests: int = 2,
    rng: Any = None,
    eps: "float | None" = None,
    out_type: "str | None" = None,
    abs_tol: "float | None" = None,
    rel_tol: "float | None" = None,
    mode: Any = None,
    cast_to_output_type: bool = False,
    no_debug_ref: bool = True,
) -> None:
    """Compare a gradient with finite differences.

    Parameters
    ----------
    fun : callable
        Makes one variable from others.
    pt : list of arrays of float
        Where to compare.
    n_tests : int, default 2
        How often to compare, each time for another random combination of the output's elements.
    rng : numpy.random.RandomState or Generator
        Where the combinations come from.
    eps : float, optional
        The step of the differences; by default it depends on the dtype.
    out_type : str, optional
        The output's dtype, if it is complex.
    abs_tol, rel_tol : float, optional
        By how much gradients may differ: a difference has to exceed both.
    mode : str or Mode, optional
        How to compile.
    cast_to_output_type : bool, default False
        Whether combinations of a float32 are made with float32.
    no_debug_ref
        Taken, and without effect.

    Raises
    ------
    GradientError
        If they differ: it tells where, and by how much.

    Examples
    --------
    >>> import numpy as np, theano.tensor as T
    >>> verify_grad(T.tanh, [np.array([1.0, 2.0])], rng=np.random.RandomState(0))
    """
    if rng is None:
        raise TypeError("verify_grad needs a random generator: rng=numpy.random.RandomState(0)")
    points = [np.array(point) for point in pt]
    for n, point in enumerate(points):
        if str(point.dtype) not in _TOLERANCES:
            raise TypeError(f"verify_grad needs floats, but input {n} has dtype {point.dtype}")
    tolerance = max(_TOLERANCES[str(point.dtype)] for point in points)
    abs_tol = tolerance if abs_tol is None else abs_tol
    rel_tol = tolerance if rel_tol is None else rel_tol
    inputs = [
        TensorType(str(point.dtype), [size == 1 for size in point.shape])(f"input {n}")
        for n, point in enumerate(points)
    ]
    output = fun(*inputs)
    if isinstance(output, (list, tuple)):
        raise NotImplementedError("verify_grad takes a function with one output")
    single = cast_to_output_type and output.dtype == "float32"
    weights = TensorType("float32" if single else "float64", output.broadcastable)("weights")
    cost = (weights * output).sum()
    gradients = grad(cost, inputs, disconnected_inputs="ignore")
    options = {"mode": mode, "allow_input_downcast": True, "on_unused_input": "ignore"}
    shape = function(inputs, output, **options)(*points).shape
    compute = function([*inputs, weights], [cost, *gradients], **options)
    for _ in range(n_tests):
        chosen = np.asarray(rng.uniform(0.5, 1.5, size=shape), weights.dtype)
        expected = numeric_grad(lambda *x, w=chosen: compute(*x, w)[0], points, eps, out_type)
        _, *found = compute(*points, chosen)
        argument, place, abs_error, rel_error = expected.max_err(found, abs_tol, rel_tol)
        if abs_error > abs_tol and rel_error > rel_tol:
            raise GradientError(
                argument,
                place,
                found[argument].shape,
                found[argument].flatten()[place],
                expected.gf[argument].flatten()[place],
                abs_error,
                rel_error,
                abs_tol,
                rel_tol,
            )


verify_grad.E_grad = GradientError

# Theano's older names: the gradient stops here, and is zero.
ConsiderConstant = ZeroGrad
consider_constant = zero_grad
consider_constant_ = zero_grad_

__getattr__ = explain_missing(__name__, "pytensor.gradient")
