"""Small graphs of tensor functions, whose values, dtypes and gradients both engines must agree on.

Each case is a function of a few variables, and the arrays to call it with. Its results are the
outputs and, unless it is marked otherwise, the gradients of their sum with respect to every float
input, each element of an output weighted by another number.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import theano
import theano.tensor as T
import theano.tensor.slinalg


class Case(NamedTuple):
    """A graph and the arrays to compute it for."""

    build: Callable
    arrays: tuple
    gradients: bool = True


FLOATS = np.array([-2.5, -1.5, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 1.5, 2.5])
UNIT = np.array([-0.9, -0.5, 0.0, 0.3, 0.8])
POSITIVE = np.array([0.1, 0.5, 1.0, 2.0, 4.5])
SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0])
MATRIX = np.array([[3.0, -1.0, 2.0], [0.5, 4.0, -2.0]])
CUBE = (np.arange(24.0).reshape(2, 3, 4) * 7 % 11) - 5
TIES = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
INTS = np.array([-7, -1, 0, 2, 5])
DIVISORS = np.array([2, -3, 3, -2, 4])
BYTES = np.array([0, 1, 100, 200, 255], "uint8")
BOOLS = np.array([[True, False, True], [False, False, True]])
COMPLEX = np.array([1 + 2j, -0.5 - 1j, 3 + 0j])
GENERAL = np.array([[3.0, 1.0, -0.5], [0.5, -2.0, 0.2], [1.5, 0.2, 5.0]])
SYMMETRIC = np.array([[3.0, 1.0, 0.5], [1.0, 4.0, 0.2], [0.5, 0.2, 6.0]])
DEFINITE = np.array([[2.0, 0.5, 0.0], [0.5, 1.0, 0.3], [0.0, 0.3, 1.5]])
TALL = np.array([[1.0, 2.0, 0.5], [-1.0, 1.0, 2.0], [0.5, -0.5, 1.0], [2.0, 0.0, 1.0]])
RIGHT = np.array([[1.0, -2.0], [0.5, 3.0], [2.0, 1.0]])
COEFFICIENTS = (np.eye(4) * 3 + np.arange(16.0).reshape(4, 4) / 10).reshape(2, 2, 2, 2)


def _elementwise():
    everywhere = (
        "abs_ neg sgn sqr exp exp2 expm1 sin cos tan arctan sinh cosh tanh arcsinh "
        "erf erfc deg2rad rad2deg"
    )
    rounding = "ceil floor trunc round_half_to_even round_half_away_from_zero isnan isinf"
    inside = "arcsin arccos arctanh erfinv"
    above = "sqrt log log2 log10 log1p inv gamma gammaln psi erfcx i0"
    for name in everywhere.split():
        yield name, Case(getattr(T, name), (FLOATS,))
        yield f"{name}.float32", Case(getattr(T, name), (FLOATS.astype("float32"),))
    for name in inside.split():
        yield name, Case(getattr(T, name), (UNIT,))
    for name in above.split():
        yield name, Case(getattr(T, name), (POSITIVE,))
        # The gradient of Theano's log10 is always a float64.
        case = Case(getattr(T, name), (POSITIVE.astype("float32"),), gradients=name != "log10")
        yield f"{name}.float32", case
    yield "arccosh", Case(T.arccosh, (1 + POSITIVE,))
    yield "erfcinv", Case(T.erfcinv, (1 + UNIT,))
    yield "chi2sf", Case(T.chi2sf, (POSITIVE, 1 + POSITIVE), gradients=False)
    for name in rounding.split():
        yield name, Case(getattr(T, name), (FLOATS,), gradients=False)
        yield f"{name}.special", Case(getattr(T, name), (SPECIAL,), gradients=False)
    yield "round.gradient", Case(lambda x: T.round(x, mode="half_to_even") * x, (FLOATS,))
    yield "floor.gradient", Case(lambda x: T.floor(x) * x, (FLOATS,))
    yield "iround", Case(lambda x: T.iround(x, mode="half_to_even"), (FLOATS,), gradients=False)
    for name in ["abs_", "sgn", "sqr", "neg", "sqrt", "exp", "log", "tanh", "ceil", "floor", "inv"]:
        function = getattr(T, name)
        for dtype in ("int8", "int32", "int64", "uint8"):
            numbers = np.array([1, 2, 3, 100]).astype(dtype)
            yield f"{name}.{dtype}", Case(function, (numbers,), gradients=False)
    for name in ["abs_", "sgn", "sqrt", "exp", "log", "tanh", "floor"]:
        case = Case(getattr(T, name), (FLOATS.astype("float16"),), gradients=False)
        yield f"{name}.float16", case
    for name in ["abs_", "sgn", "sqrt", "log", "exp", "tanh", "floor", "ceil", "sqr"]:
        yield f"{name}.special", Case(getattr(T, name), (SPECIAL,), gradients=False)
    yield "invert", Case(T.invert, (INTS,), gradients=False)
    yield "invert.bool", Case(T.invert, (BOOLS,), gradients=False)
    yield "abs.complex", Case(abs, (COMPLEX,), gradients=False)
    yield "conj", Case(T.conj, (COMPLEX,), gradients=False)
    yield "real", Case(lambda z: [z.real, z.imag], (COMPLEX,), gradients=False)
    yield "angle", Case(T.angle, (COMPLEX,), gradients=False)
    yield "exp.complex", Case(T.exp, (COMPLEX,), gradients=False)
    yield "make.complex", Case(T.complex, (MATRIX, MATRIX + 1), gradients=False)
    yield "abs.at.zero", Case(lambda x: abs(x) ** 2 + abs(x), (np.zeros(2),))
    yield "sqrt.at.zero", Case(T.sqrt, (np.array([0.0, 1.0]),))
    yield "log.at.zero", Case(T.log, (np.array([0.0, 1.0]),))
    yield "inv.at.zero", Case(T.inv, (np.array([0.0, 2.0]),))
    yield "softplus", Case(T.nnet.softplus, (FLOATS * 20,))
    yield "sigmoid", Case(T.nnet.sigmoid, (FLOATS * 20,))


def _binary():
    a, b = MATRIX, np.array([[2.0, -1.0, 0.5], [0.5, 4.0, 3.0]])
    pairs = {
        "add": lambda x, y: x + y,
        "sub": lambda x, y: x - y,
        "mul": lambda x, y: x * y,
        "true_div": lambda x, y: x / y,
        "maximum": T.maximum,
        "minimum": T.minimum,
        "arctan2": T.arctan2,
    }
    comparisons = {
        "lt": T.lt,
        "le": T.le,
        "gt": T.gt,
        "ge": T.ge,
        "eq": T.eq,
        "neq": T.neq,
        "floor_div": lambda x, y: x // y,
        "mod": lambda x, y: x % y,
        "isclose": T.isclose,
    }
    for name, function in pairs.items():
        yield name, Case(function, (a, b))
        yield f"{name}.row", Case(function, (a, b[:1]))
        yield f"{name}.column", Case(function, (a[:, :1], b[:1]))
        yield f"{name}.mixed", Case(function, (a.astype("float32"), b))
        yield f"{name}.special", Case(function, (SPECIAL, SPECIAL[::-1].copy()), gradients=False)
    for name, function in comparisons.items():
        yield name, Case(function, (a, b), gradients=False)
        yield f"{name}.special", Case(function, (SPECIAL, np.ones(6)), gradients=False)
    for dtype in ("int8", "int16", "int64"):
        x, y = INTS.astype(dtype), DIVISORS.astype(dtype)
        for name in ("add", "sub", "mul", "true_div", "maximum"):
            yield f"{name}.{dtype}", Case(pairs[name], (x, y), gradients=False)
        for name in ("floor_div", "mod", "lt", "eq"):
            yield f"{name}.{dtype}", Case(comparisons[name], (x, y), gradients=False)
    yield "mul.uint8", Case(pairs["mul"], (BYTES, BYTES), gradients=False)
    yield "sub.uint8", Case(pairs["sub"], (BYTES, BYTES[::-1].copy()), gradients=False)
    yield "true_div.uint8", Case(pairs["true_div"], (BYTES, BYTES), gradients=False)
    yield (
        "add.int8.float32",
        Case(pairs["add"], (INTS.astype("int8"), np.ones(5, "float32")), gradients=False),
    )
    yield "add.int64.float32", Case(pairs["add"], (INTS, np.ones(5, "float32")), gradients=False)
    yield "mul.bool", Case(lambda x, y: x * y, (BOOLS, ~BOOLS), gradients=False)
    yield "add.bool", Case(lambda x: x + x, (BOOLS,), gradients=False)
    yield (
        "mul.bool.float32",
        Case(lambda x, y: x * y, (BOOLS, MATRIX.astype("float32")), gradients=False),
    )
    yield "and", Case(lambda x, y: x & y, (INTS, DIVISORS), gradients=False)
    yield "or", Case(lambda x, y: x | y, (INTS, DIVISORS), gradients=False)
    yield "xor", Case(lambda x, y: x ^ y, (INTS, DIVISORS), gradients=False)
    yield "and.bool", Case(lambda x, y: x & ~y, (BOOLS, BOOLS), gradients=False)
    yield "and.comparisons", Case(lambda x: (x > 0) & (x < 3), (MATRIX,), gradients=False)
    yield (
        "not.and.or",
        Case(lambda x: T.or_(T.and_(x > 0, x < 1), T.eq(x, -2)), (MATRIX,), gradients=False),
    )
    yield "comparison.as.number", Case(lambda x: T.gt(x, 0) * 2.5, (MATRIX,), gradients=False)
    yield "sum.of.comparisons", Case(lambda x: T.sum(T.gt(x, 0)), (MATRIX,), gradients=False)
    yield "mean.of.comparisons", Case(lambda x: T.mean(T.gt(x, 0)), (MATRIX,), gradients=False)
    # Numbers don't widen the dtype.
    for name, number in {"1": 1, "2.5": 2.5, "-1": -1}.items():
        for dtype in ("int8", "uint8", "int64", "float32", "float64"):
            x = np.array([1, 2, 3]).astype(dtype)
            yield (
                f"number.{name}.{dtype}",
                Case(lambda x, n=number: [x + n, x * n, x / n, n - x], (x,), gradients=False),
            )
    yield (
        "mul.one.half.float16",
        Case(lambda x: x * 0.5, (FLOATS.astype("float16"),), gradients=False),
    )
    yield "gradient.at.ties.of.maximum", Case(T.maximum, (np.ones(2), np.ones(2)))
    yield "gradient.at.ties.of.minimum", Case(T.minimum, (np.ones(2), np.ones(2)))
    yield "maximum.with.zero", Case(lambda x: T.maximum(x, 0), (FLOATS,))
    yield "arctan2.at.zero", Case(T.arctan2, (np.array([0.0, 1.0]), np.array([1.0, 0.0])))
    yield "add.of.three", Case(lambda x: T.add(x, 2 * x, 3.0), (MATRIX,))
    yield "divmod", Case(lambda x, y: list(T.divmod(x, y)), (INTS, DIVISORS), gradients=False)
    yield "int_div", Case(T.int_div, (a, b), gradients=False)
    yield "ceil_intdiv", Case(T.ceil_intdiv, (INTS + 7, np.abs(DIVISORS)), gradients=False)
    yield "mod.gradient", Case(lambda x: T.mod(x, 2.0), (MATRIX,))
    yield "mul.complex", Case(lambda x, y: [x * y, x + y], (COMPLEX, COMPLEX * 2j), gradients=False)
    yield "gammainc", Case(lambda x: [T.gammainc(2.0, x), T.gammaincc(2.0, x)], (POSITIVE,), False)


def _power():
    for number in (0, 1, 2, 3, -1, 0.5, 1.5):
        yield f"power.{number}", Case(lambda x, n=number: x**n, (POSITIVE,))
    for number in (1, 2, 3):
        yield f"power.at.zero.{number}", Case(lambda x, n=number: x**n, (np.array([0.0, -2.0]),))
    yield "power.variable", Case(lambda x, y: x**y, (POSITIVE, np.array([2.0, -1.0, 0.5, 0.0, 1])))
    yield (
        "power.negative.base",
        Case(lambda x, y: x**y, (np.array([-2.0, -2.0]), np.array([2.0, 3.0])), gradients=False),
    )
    yield "power.int", Case(lambda x: x**2, (INTS,), gradients=False)
    yield "power.int8", Case(lambda x: x**2, (INTS.astype("int8"),), gradients=False)
    yield "power.float32", Case(lambda x: x**2, (MATRIX.astype("float32"),))
    yield "power.float32.half", Case(lambda x: x**0.5, (POSITIVE.astype("float32"),))
    yield "power.of.two", Case(lambda x: 2.0**x, (MATRIX,))
    yield (
        "power.int.of.float",
        Case(lambda x, y: x**y, (MATRIX, np.array([2, 3, 0], "int32")), gradients=False),
    )


def _clipping():
    x = np.array([-2.0, -1.0, -0.5, 0.0, 1.0, 3.0])
    yield "clip.with.gradient.at.the.bounds", Case(lambda x: T.clip(x, -1, 1), (x,))
    yield "clip.float32", Case(lambda x: T.clip(x, -1.0, 1.0), (x.astype("float32"),))
    yield "clip.int", Case(lambda x: T.clip(x, -1, 3), (INTS,), gradients=False)
    yield "clip.uint8", Case(lambda x: T.clip(x, 1, 100), (BYTES,), gradients=False)
    yield "clip.variables", Case(T.clip, (x, np.array(-1.0), np.array(0.5)))
    yield "clip.arrays", Case(T.clip, (x, x - 1, x - 0.5))
    yield "clip.nan", Case(lambda x: T.clip(x, -1, 1), (SPECIAL,), gradients=False)
    yield "switch", Case(lambda x: T.switch(x > 0, x, x**2), (x,))
    yield "switch.number", Case(lambda x: T.switch(T.eq(x, 1), 0.0, x), (x,))
    yield (
        "switch.broadcast",
        Case(lambda c, x, y: T.switch(c, x, y), (BOOLS, MATRIX, np.array([[1.0]]))),
    )
    yield (
        "switch.int8",
        Case(lambda c, x: T.switch(c, x, 3), (BOOLS, MATRIX.astype("int8")), gradients=False),
    )
    yield "switch.hides.nan", Case(lambda x: T.switch(x > 0, T.log(x), 0.0), (np.array([-1.0, 2]),))
    yield "where", Case(lambda x: T.where(x > 0, x, -x), (x,))
    yield "relu", Case(T.nnet.relu, (x,))


def _reductions():
    axes = {"all": None, "0": 0, "1": 1, "last": -1, "0.2": (0, 2), "list": [1, 2], "none": ()}
    for name in ["sum", "prod", "mean", "var", "std", "max", "min"]:
        for label, axis in axes.items():
            if label == "none" and name not in ("sum", "prod"):
                continue
            function = getattr(T, name)
            yield f"{name}.{label}", Case(lambda x, f=function, a=axis: f(x, axis=a), (CUBE,))
            yield (
                f"{name}.{label}.keepdims",
                Case(lambda x, f=function, a=axis: f(x, axis=a, keepdims=True), (CUBE,)),
            )
    for name in ["any", "all"]:
        for label, axis in axes.items():
            if label == "none":
                continue
            function = getattr(T, name)
            case = Case(lambda x, f=function, a=axis: f(x, axis=a), (CUBE > 0,), gradients=False)
            yield f"{name}.{label}", case
            case = Case(
                lambda x, f=function, a=axis: f(x, axis=a, keepdims=True), (CUBE > 0,), False
            )
            yield f"{name}.{label}.keepdims", case
    for name in ["argmax", "argmin"]:
        for label, axis in {"all": None, "0": 0, "last": -1}.items():
            function = getattr(T, name)
            for keepdims in (False, True):
                case = Case(
                    lambda x, f=function, a=axis, k=keepdims: f(x, axis=a, keepdims=k),
                    (CUBE,),
                    gradients=False,
                )
                yield f"{name}.{label}{'.keepdims' * keepdims}", case
        yield f"{name}.ties", Case(lambda x, f=function: f(x, axis=1), (TIES,), gradients=False)
        yield f"{name}.nan", Case(function, (SPECIAL,), gradients=False)
    yield "max_and_argmax", Case(lambda x: list(T.max_and_argmax(x, axis=1)), (CUBE,), False)
    yield (
        "max.and.argmax.two.axes",
        Case(lambda x: list(T.max_and_argmax(x, axis=(0, 1))), (CUBE,), gradients=False),
    )
    for name in ["max", "min"]:
        function = getattr(T, name)
        yield f"{name}.ties", Case(lambda x, f=function: f(x, axis=1), (TIES,))
        yield f"{name}.ties.all", Case(function, (TIES,))
        yield f"{name}.nan", Case(function, (SPECIAL,), gradients=False)
        yield f"{name}.int8", Case(function, (INTS.astype("int8"),), gradients=False)
    numbers = np.array([[1, 2, 100], [100, 50, 27]])
    for dtype in ("bool", "int8", "uint8", "int16", "uint32", "int64", "float16", "float32"):
        x = numbers.astype(dtype)
        for name in ["sum", "prod", "mean"]:
            function = getattr(T, name)
            if (name, dtype) == ("prod", "float16"):  # it overflows, at one place or another
                continue
            yield f"{name}.{dtype}", Case(lambda x, f=function: f(x, axis=0), (x,), gradients=False)
    yield "var.float32", Case(lambda x: T.var(x, axis=0), (MATRIX.astype("float32"),))
    yield "var.int", Case(lambda x: T.var(x, axis=0), (numbers,), gradients=False)
    yield "var.ddof", Case(lambda x: [T.var(x, 0, ddof=1), T.std(x, axis=1, ddof=1)], (MATRIX,))
    for dtype in ("float32", "float64", "int32"):
        yield (
            f"sum.as.{dtype}",
            Case(
                lambda x, d=dtype: [T.sum(x, dtype=d), T.prod(x, axis=0, dtype=d)],
                (numbers.astype("int8"),),
                gradients=False,
            ),
        )
    yield (
        "sum.acc",
        Case(lambda x: T.sum(x, dtype="float32", acc_dtype="float64"), (MATRIX.astype("float32"),)),
    )
    yield (
        "mean.as.float64",
        Case(lambda x: T.mean(x, dtype="float64"), (numbers.astype("float32"),), gradients=False),
    )
    yield "sum.empty", Case(lambda x: [x.sum(), x.prod(), x.sum(axis=0)], (np.zeros((0, 3)),))
    yield (
        "prod.with.zeros",
        Case(
            lambda x: T.prod(x, axis=1),
            (np.array([[2.0, 0.0, 3.0], [0.0, 0.0, 1.0], [1.0, 2.0, 3.0]]),),
        ),
    )
    yield "ptp", Case(lambda x: [T.ptp(x), T.ptp(x, axis=1)], (MATRIX,))
    yield "norm", Case(lambda x: [x.norm(2), x.norm(2, axis=1)], (MATRIX,))
    yield "norm.1", Case(lambda x: x.norm(1, axis=0), (MATRIX,))
    yield "cumsum", Case(lambda x: [T.cumsum(x), T.cumsum(x, axis=1)], (CUBE,))
    yield "cumprod", Case(lambda x: [T.cumprod(x), T.cumprod(x, axis=1)], (CUBE + 0.5,))
    yield "diff", Case(lambda x: T.extra_ops.diff(x[0, 0]), (CUBE,))
    yield (
        "diff.axes",
        Case(lambda x: [T.extra_ops.diff(x), T.extra_ops.diff(x, n=2, axis=1)], (CUBE,), False),
    )
    yield "logsumexp", Case(lambda x: T.log(T.sum(T.exp(x), axis=1)), (MATRIX,))
    yield "sum.0d", Case(lambda x: [x.sum(), x.mean(), x.max()], (np.array(2.0),))


def _indexing():
    x = CUBE[0]
    rows, columns = np.array([2, 0, 2, -1]), np.array([1, 3, 1, 0])
    mask = x > 0
    yield "index.reverse", Case(lambda x: [x[::-1], x[:, ::-1], x[::-2, 3:0:-2]], (x,))
    yield (
        "index.slices",
        Case(lambda x: [x[1:], x[:-1], x[::2], x[1:2, 1:-1], x[5:], x[-9:2]], (x,)),
    )
    yield "index.integers", Case(lambda x: [x[0], x[-1], x[1, 2], x[:, -2]], (x,))
    yield (
        "index.none.and.dots",
        Case(lambda x: [x[None, :, 0], x[..., 0], x[:, None, 1]], (x,)),
    )
    yield "index.symbolic", Case(lambda x, i: [x[i], x[i:], x[:, i]], (x, np.array(1)))
    yield "index.symbolic.negative", Case(lambda x, i: [x[i], x[:i]], (x, np.array(-1)))
    yield "index.vector", Case(lambda x, i: [x[i], x[:, i[:2]]], (x, rows))
    yield "index.list", Case(lambda x: [x[[0, 0, 2]], x[:, [1, -1]]], (x,))
    yield "index.two.vectors", Case(lambda x, i, j: x[i, j], (x, rows, columns))
    yield "index.broadcast", Case(lambda x, i, j: x[i[:, None], j[None, :]], (x, rows, columns))
    yield "index.vector.and.slice", Case(lambda x, i: [x[i, 1:], x[i, :, None]], (x, rows))
    yield "index.matrix", Case(lambda x, i: x[i], (x, rows.reshape(2, 2)))
    yield (
        "index.vector.in.the.middle",
        Case(
            lambda x, i: [x[:, i], x[:, i, i], x[0, :, i], x[:, :, i]], (CUBE, np.array([2, 0, 2]))
        ),
    )
    yield "index.int8", Case(lambda x, i: x[i], (x, rows.astype("int8")))
    yield "index.uint8", Case(lambda x, i: x[i], (x, np.array([2, 0], "uint8")))
    yield "index.mask.constant", Case(lambda x: x[mask], (x,))
    yield "index.mask.rows.constant", Case(lambda x: x[np.array([True, False, True])], (x,))
    yield (
        "take",
        Case(lambda x, i: [T.take(x, i), T.take(x, i, axis=0), x.take(i, axis=1)], (x, rows[:3])),
    )
    yield (
        "take.modes",
        Case(
            lambda x: [T.take(x, [5, -7], axis=0, mode="clip"), T.take(x, [5, -7], 1, mode="wrap")],
            (x,),
            gradients=False,
        ),
    )
    one, row = np.array(1.5), np.array([1.0, 2.0, 3.0, 4.0])
    yield "set.row", Case(lambda x, y: T.set_subtensor(x[1], y), (x, row))
    yield "set.number", Case(lambda x, y: T.set_subtensor(x[:, 1:3], y), (x, one))
    yield "set.constant", Case(lambda x: T.set_subtensor(x[::-2], 7.0), (x,))
    yield "inc.row", Case(lambda x, y: T.inc_subtensor(x[:2], y), (x, row))
    yield "inc.all", Case(lambda x, y: T.inc_subtensor(x[:], y), (x, x))
    yield "inc.symbolic", Case(lambda x, y, i: T.inc_subtensor(x[i], y), (x, row, np.array(-1)))
    yield (
        "set.repeated.last.wins",
        Case(
            lambda x, y, i: T.set_subtensor(x[i], y), (x, one, np.array([0, 0, 2])), gradients=False
        ),
    )
    yield (
        "inc.repeated.all.count",
        Case(lambda x, y, i: T.inc_subtensor(x[i], y), (x, row, np.array([0, 0, 2]))),
    )
    yield (
        "inc.repeated.pairs",
        Case(lambda x, y, i: T.inc_subtensor(x[i, i], y), (x, row[:3], np.array([0, 0, 2]))),
    )
    yield "inc.without.repetition", Case(lambda x, y: T.inc_subtensor(x[[0, 2]], y), (x, row))
    yield (
        "set.float.into.float32",
        Case(lambda x: T.set_subtensor(x[0], 1.5), (x.astype("float32"),), gradients=False),
    )
    yield "set.int", Case(lambda x: T.set_subtensor(x[:2], 3), (INTS,), gradients=False)
    yield "gradient.of.repeated.index", Case(lambda x: x[[0, 0, 0, 1]] ** 2, (x,))
    yield (
        "diagonal",
        Case(lambda x: [T.diagonal(x), T.diag(x), x.diagonal(1), T.diagonal(x, -1)], (x[:, :3],)),
    )
    yield "diag.of.vector", Case(T.diag, (row,))
    yield "fill_diagonal", Case(lambda x, y: T.fill_diagonal(x, y), (x, one))
    yield "tril", Case(lambda x: [T.tril(x), T.triu(x), T.tril(x, -1), T.triu(x, 1)], (x,))
    yield "eye", Case(lambda x: x * T.eye(3, 4, 1), (x,))
    yield "identity_like", Case(lambda x: x + T.identity_like(x), (x[:, :3],))


def _shaping():
    x = MATRIX
    yield (
        "reshape",
        Case(
            lambda x: [
                x.reshape((3, 2)),
                x.reshape((-1,)),
                T.reshape(x, (1, -1, 2)),
                x.reshape([6]),
            ],
            (x,),
        ),
    )
    yield "reshape.symbolic", Case(lambda x, n: x.reshape((n, -1), ndim=2), (x, np.array(3)))
    yield (
        "reshape.by.shape",
        Case(lambda x: x.reshape((x.shape[1], x.shape[0] * 1)) + T.zeros((x.shape[1], 1)), (x,)),
    )
    yield "flatten", Case(lambda x: [T.flatten(x), x.flatten(2), T.flatten(x, 3)], (CUBE,))
    yield (
        "transpose",
        Case(
            lambda x: [x.T, x.transpose(1, 0, 2), T.transpose(x, (2, 0, 1)), x.swapaxes(0, 2)],
            (CUBE,),
        ),
    )
    yield (
        "dimshuffle",
        Case(lambda x: [x.dimshuffle(1, "x", 0), x.dimshuffle("x", 0, 1, "x")], (x,)),
    )
    yield "dimshuffle.drops", Case(lambda x: x.dimshuffle(1), (x[:1],))
    yield "squeeze", Case(lambda x: T.squeeze(x), (x[:1],))
    yield (
        "shape.pads",
        Case(lambda x: [T.shape_padleft(x, 2), T.shape_padright(x), T.shape_padaxis(x, 1)], (x,)),
    )
    yield (
        "concatenate",
        Case(
            lambda x, y: [
                T.concatenate([x, y]),
                T.concatenate([x, y], axis=1),
                T.join(-1, x, y, x),
            ],
            (x, x * 2),
        ),
    )
    yield (
        "concatenate.mixed",
        Case(lambda x, y: T.concatenate([x, y], axis=1), (x.astype("float32"), x), gradients=False),
    )
    yield (
        "concatenate.ints",
        Case(
            lambda x, y: T.concatenate([x, y]), (INTS.astype("int8"), INTS.astype("int32")), False
        ),
    )
    yield (
        "stack",
        Case(
            lambda x, y: [T.stack([x, y]), T.stack([x, y], axis=1), T.stack([x, y], axis=-1)],
            (x, x * 2),
        ),
    )
    yield "stack.numbers", Case(lambda x: T.stack([x[0, 0], 2.0, x[1, 1] ** 2]), (x,))
    yield "stacklists", Case(lambda x: T.stacklists([[x[0], x[1]], [x[1], x[0]]]), (x,))
    yield (
        "horizontal_stack",
        Case(lambda x, y: [T.horizontal_stack(x, y), T.vertical_stack(x, y)], (x, x)),
    )
    yield "split", Case(lambda x: T.split(x, [1, 2], 2, axis=1), (x,))
    yield "repeat", Case(lambda x: [T.repeat(x, 2), T.repeat(x, 3, axis=0)], (x,))
    yield "tile", Case(lambda x: [T.tile(x, (2, 1)), T.tile(x, (2, 1, 2), ndim=3)], (x,))
    yield "roll", Case(lambda x: [T.roll(x, 1), T.roll(x, -1, axis=0), T.roll(x, 4, axis=1)], (x,))
    yield "fill", Case(lambda x: [T.fill(x, 2.0), T.second(x, 3), T.zeros_like(x)], (x,), False)
    yield "alloc", Case(lambda y: T.alloc(y, 2, 3), (np.array([1.0, 2.0, 3.0]),))
    yield (
        "ones",
        Case(
            lambda x: [T.ones(x.shape), T.zeros((2, 3), "int8"), T.ones_like(x, dtype="int32")],
            (x,),
            gradients=False,
        ),
    )
    yield (
        "arange",
        Case(
            lambda n: [
                T.arange(5),
                T.arange(1, 7, 2),
                T.arange(0.0, 1.0, 0.25),
                T.arange(5, 0, -2),
            ],
            (INTS,),
            gradients=False,
        ),
    )
    yield "arange.dtype", Case(lambda n: T.arange(3, dtype="float32") + n[:3], (INTS,), False)
    yield "eye.dtype", Case(lambda n: [T.eye(3), T.eye(2, 3, -1, dtype="int8")], (INTS,), False)
    yield "tri", Case(lambda n: [T.tri(3), T.tri(2, 4, 1)], (INTS,), gradients=False)
    yield "mgrid", Case(lambda n: list(T.mgrid[0:2, 0:3]), (INTS,), gradients=False)
    yield "shapes", Case(lambda x: [x.shape, x.shape[1], x.size, T.shape(x)[0]], (x,), False)
    yield (
        "cast",
        Case(
            lambda x: [T.cast(x, d) for d in ("int8", "uint8", "int64", "float32", "bool")],
            (np.abs(x),),
            gradients=False,
        ),
    )
    yield "cast.gradient", Case(lambda x: T.cast(x, "float32") ** 2, (x,))
    yield "cast.truncates", Case(lambda x: T.cast(x, "int32"), (FLOATS,), gradients=False)
    yield "unbroadcast", Case(lambda x: T.addbroadcast(x[:1], 0) + T.unbroadcast(x, 0), (x,))
    yield (
        "sort",
        Case(
            lambda x: [T.sort(x, axis=0), T.sort(x), T.sort(x, axis=None)], (CUBE,), gradients=False
        ),
    )
    yield "sort.gradient", Case(lambda x: T.sort(x, axis=1), (MATRIX,))
    yield (
        "argsort",
        Case(
            lambda x: [T.argsort(x), T.argsort(x, axis=0), T.argsort(x, axis=None)],
            (MATRIX,),
            False,
        ),
    )
    yield "nonzero.values", Case(lambda x: T.ones((3,))[T.arange(2)] * x[0, 0], (x,))
    yield "bartlett", Case(lambda n: T.bartlett(5), (INTS,), gradients=False)
    yield (
        "searchsorted",
        Case(
            lambda x, y: [T.extra_ops.searchsorted(x, y)], (np.sort(FLOATS), UNIT), gradients=False
        ),
    )
    yield (
        "unravel_index",
        Case(lambda n: list(T.unravel_index(n, (3, 4))), (np.array([2, 7, 11]),), gradients=False),
    )


def _products():
    a, b = MATRIX, MATRIX.T + 1
    v, w = np.array([1.0, 2.0, 3.0]), np.array([0.5, -1.0])
    batch, other = CUBE, CUBE.transpose(0, 2, 1) * 0.5
    yield "dot", Case(T.dot, (a, b))
    yield "dot.vectors", Case(lambda v, w: [T.dot(v, v), T.dot(w, w)], (v, w))
    yield "dot.matrix.vector", Case(lambda a, v, w: [T.dot(a, v), T.dot(w, a)], (a, v, w))
    yield "dot.numbers", Case(lambda a: [T.dot(a, 2.0), T.dot(3.0, a)], (a,))
    yield "dot.float32", Case(T.dot, (a.astype("float32"), b.astype("float32")))
    yield "dot.mixed", Case(T.dot, (a.astype("float32"), b))
    yield "dot.ints", Case(T.dot, (a.astype("int8"), b.astype("int32")), gradients=False)
    yield "dot.int8", Case(T.dot, (a.astype("int8"), b.astype("int8")), gradients=False)
    yield "dot.cube", Case(lambda x, v: T.dot(x, v), (CUBE, np.arange(4.0)))
    yield "dot.cube.matrix", Case(lambda x, y: T.dot(x, y), (CUBE, np.ones((4, 2))))
    yield "dot.empty", Case(T.dot, (np.zeros((2, 0)), np.zeros((0, 3))))
    yield "dot.complex", Case(T.dot, (COMPLEX, COMPLEX), gradients=False)
    yield "outer", Case(T.outer, (v, w))
    yield "tensordot.1", Case(lambda x, y: T.tensordot(x, y, 1), (a, b))
    yield "tensordot.2", Case(lambda x, y: T.tensordot(x, y, 2), (CUBE, np.ones((3, 4, 2))))
    yield (
        "tensordot.axes",
        Case(lambda x, y: T.tensordot(x, y, [[2, 0], [1, 0]]), (batch, other.transpose(0, 1, 2))),
    )
    yield "batched_dot", Case(T.batched_dot, (batch, other))
    yield "batched_dot.matrices", Case(T.batched_dot, (a, a))
    yield "batched_dot.matrix.cube", Case(T.batched_dot, (np.ones((2, 3)), batch))
    yield (
        "batched_tensordot",
        Case(lambda x, y: T.batched_tensordot(x, y, [[1], [2]]), (batch, other)),
    )
    square = np.array([[3.0, 1.0, 0.5], [1.0, 4.0, 0.2], [0.5, 0.2, 5.0]])
    yield "trace", Case(lambda x: T.nlinalg.trace(x), (square,))
    yield "inverse", Case(lambda x: T.nlinalg.matrix_inverse(x), (square,))
    yield "det", Case(lambda x: T.nlinalg.det(x), (square,))
    yield "cholesky", Case(lambda x: T.slinalg.cholesky(x), (square,))
    yield "solve", Case(lambda x, y: T.slinalg.solve(x, y), (square, v))
    yield "qr", Case(lambda x: [T.dot(*T.nlinalg.qr(x)), abs(T.nlinalg.qr(x)[1])], (b,), False)
    yield (
        "eigh",
        Case(lambda x: [T.nlinalg.eigh(x)[0], abs(T.nlinalg.eigh(x, "U")[1])], (square,), False),
    )
    yield (
        "diagonals",
        Case(
            lambda x: [T.nlinalg.diag(x), T.nlinalg.alloc_diag(x[0]), T.nlinalg.extract_diag(x)],
            (square,),
            gradients=False,
        ),
    )
    yield (
        "solve.triangular",
        Case(
            lambda x, y: [
                T.slinalg.solve_lower_triangular(T.tril(x), y),
                T.slinalg.solve_upper_triangular(T.triu(x), y),
                T.slinalg.solve_symmetric(x, y),
            ],
            (square, v),
            gradients=False,
        ),
    )
    yield "matrix_dot", Case(lambda x, y: T.nlinalg.matrix_dot(x, y, x), (a, b))


def _gradients():
    x = MATRIX
    yield "disconnected_grad", Case(lambda x: theano.gradient.disconnected_grad(x) * x, (x,))
    yield "zero_grad", Case(lambda x: theano.gradient.zero_grad(x) * x, (x,))
    yield "consider_constant", Case(lambda x: T.consider_constant(x) * x, (x,))
    yield "grad_clip", Case(lambda x: theano.gradient.grad_clip(x**3, -0.5, 0.5), (x,))
    yield "grad_scale", Case(lambda x: theano.gradient.grad_scale(x, -2.0) ** 2, (x,))
    yield "second.gradient", Case(lambda x: theano.grad(T.sum(T.tanh(x) ** 3), x), (x,))
    yield "jacobian", Case(lambda v: theano.gradient.jacobian(v**2, v), (x[0],), gradients=False)
    yield "hessian", Case(lambda v: theano.gradient.hessian(T.sum(v**3), v), (x[0],), False)
    yield "Rop", Case(lambda v: theano.gradient.Rop(T.exp(v), v, T.ones_like(v)), (x[0],), False)
    yield "Lop", Case(lambda v: theano.gradient.Lop(v**2, v, T.ones_like(v)), (x[0],), False)
    yield "through.int.cast", Case(lambda x: T.cast(T.cast(x, "int32"), "float64") * x, (x,))


def _interpreted():
    """What JAX can't compile."""
    x = CUBE[0]
    for name in ["j0", "j1", "i1"]:
        yield name, Case(getattr(T, name), (POSITIVE,))
    yield "set.mask", Case(lambda x: T.set_subtensor(x[(x > 0).nonzero()], 0.0), (x,))
    yield (
        "nonzero",
        Case(lambda x: [*T.nonzero(x), T.flatnonzero(x), T.nonzero_values(x)], (x,), False),
    )
    yield "bincount", Case(lambda n: T.bincount(n, minlength=6), (np.array([1, 1, 3, 0]),), False)
    yield "inverse_permutation", Case(T.inverse_permutation, (np.array([2, 0, 1]),), False)


def _linear_algebra():
    """Factors and inverses of matrices; what is unique up to signs is put together again."""
    for dtype, end in (("float64", ""), ("float32", ".float32")):
        general, symmetric, tall, right = (
            array.astype(dtype) for array in (GENERAL, SYMMETRIC, TALL, RIGHT)
        )
        rhs, cube = right[:, 0].copy(), COEFFICIENTS.astype(dtype)
        linear: dict[str, Any] = {
            "matrix_inverse": (T.nlinalg.matrix_inverse, general),
            "pinv": (T.nlinalg.pinv, general),
            "det": (T.nlinalg.det, general),
            "trace": (T.nlinalg.trace, general),
            "matrix_dot": (lambda x, y: T.nlinalg.matrix_dot(x.T, y, x.T), tall, tall),
            "matrix_dot.of.one": (T.nlinalg.matrix_dot, general),
            "matrix_power": (
                lambda x: [T.nlinalg.matrix_power(x, n) for n in (1, 2, 3)],
                general,
            ),
            "diag": (T.nlinalg.diag, general),
            "diag.of.vector": (T.nlinalg.diag, rhs),
            "alloc_diag": (T.nlinalg.alloc_diag, rhs),
            "extract_diag": (T.nlinalg.extract_diag, tall),
            "cholesky": (T.slinalg.cholesky, symmetric),
            "cholesky.upper": (T.slinalg.Cholesky(lower=False), symmetric),
            "cholesky.of.product": (lambda x: T.slinalg.cholesky(T.dot(x.T, x)), tall),
            "solve.matrix": (T.slinalg.solve, general, right),
            "solve.vector": (T.slinalg.solve, general, rhs),
            "solve_symmetric": (T.slinalg.solve_symmetric, symmetric, rhs),
            "solve_symmetric.matrix": (T.slinalg.solve_symmetric, symmetric, right),
            "solve_lower": (T.slinalg.solve_lower_triangular, general, rhs),
            "solve_lower.matrix": (T.slinalg.solve_lower_triangular, general, right),
            "solve_upper": (T.slinalg.solve_upper_triangular, general, rhs),
            "solve_upper.matrix": (T.slinalg.solve_upper_triangular, general, right),
            "Solve": (T.slinalg.Solve(A_structure="lower_triangular", lower=True), general, rhs),
            "kron": (T.slinalg.kron, tall, general),
            "kron.vector": (T.slinalg.kron, rhs, general),
            "kron.vector.right": (T.slinalg.kron, general, rhs),
            "kron.cube": (T.slinalg.kron, tall[:2], CUBE[:, :2, :2].astype(dtype)),
            "expm": (T.slinalg.expm, general / 4),
            "log.of.det": (lambda x: T.log(abs(T.nlinalg.det(x))), general),
            "eigh.values": (lambda x: T.nlinalg.eigh(x)[0], symmetric),
            "eigh.values.upper": (lambda x: T.nlinalg.eigh(x, "U")[0], symmetric),
            "eigh.together": (
                lambda x: _put_together(*T.nlinalg.eigh(x)[::-1], T.nlinalg.eigh(x)[1].T),
                symmetric,
            ),
            "eigh.of.one.triangle": (
                lambda x: [T.nlinalg.eigh(x, triangle)[0] for triangle in "LU"],
                general,
            ),
            "norm.vector": (
                lambda x: [T.nlinalg.norm(x, order) for order in (None, "inf", "-inf", 1, 2, 4)],
                rhs,
            ),
            "norm.matrix": (
                lambda x: [
                    T.nlinalg.norm(x, order) for order in (None, "fro", "inf", "-inf", 1, -1)
                ],
                tall,
            ),
            "eigvalsh": (T.slinalg.eigvalsh, symmetric, DEFINITE.astype(dtype)),
            "eigvalsh.upper": (
                lambda a, b: T.slinalg.eigvalsh(a, b, lower=False),
                symmetric,
                DEFINITE.astype(dtype),
            ),
        }
        for name, (function, *arrays) in linear.items():
            yield name + end, Case(function, tuple(arrays))
        values: dict[str, Any] = {
            "pinv.tall": (lambda x: [T.nlinalg.pinv(x), T.nlinalg.pinv(x.T)], tall),
            "qr": (lambda x: [T.dot(*T.nlinalg.qr(x)), abs(T.nlinalg.qr(x)[1])], tall),
            "qr.modes": (
                lambda x: [abs(T.nlinalg.qr(x, "r")), *map(abs, T.nlinalg.qr(x, "complete"))],
                general,
            ),
            "svd": (lambda x: _put_together(*T.nlinalg.svd(x, full_matrices=False)), tall),
            "svd.parts": (
                lambda x: [abs(part) for part in T.nlinalg.svd(x, full_matrices=0)],
                tall,
            ),
            "svd.full": (lambda x: [abs(part) for part in T.nlinalg.svd(x)], general),
            "svd.values": (lambda x: T.nlinalg.svd(x, compute_uv=False), tall),
            "eigh.vectors": (lambda x: abs(T.nlinalg.eigh(x)[1]), symmetric),
            "norm.0": (lambda x: T.nlinalg.norm(x, 0), rhs),
            "cholesky.nan": (T.slinalg.Cholesky(on_error="nan"), -symmetric),
            "tensorinv": (T.nlinalg.tensorinv, cube),
            "tensorinv.1": (lambda x: T.nlinalg.tensorinv(x, ind=1), cube.reshape(4, 2, 2)),
            "tensorsolve": (T.nlinalg.tensorsolve, cube, right[:2, :2]),
            "tensorsolve.axes": (
                lambda a, b: T.nlinalg.tensorsolve(a, b, axes=(2, 1)),
                cube,
                right[:2, :2],
            ),
        }
        for name, (function, *arrays) in values.items():
            yield name + end, Case(function, tuple(arrays), gradients=False)
        for lower in (True, False):
            root = T.slinalg.Cholesky(lower)
            yield (
                f"CholeskyGrad.{lower}{end}",
                Case(
                    lambda x, g, root=root: T.slinalg.CholeskyGrad(root.lower)(x, root(x), g),
                    (symmetric, general),
                    gradients=False,
                ),
            )
            yield (
                f"EigvalshGrad.{lower}{end}",
                Case(
                    T.slinalg.EigvalshGrad(lower),
                    (symmetric, DEFINITE.astype(dtype), rhs),
                    gradients=False,
                ),
            )
        yield (
            f"EighGrad{end}",
            Case(
                lambda x, w, v: T.nlinalg.EighGrad("L")(x, *T.nlinalg.eigh(x), w, 0 * v),
                (symmetric, rhs, general),
                gradients=False,
            ),
        )
        yield f"ExpmGrad{end}", Case(T.slinalg.ExpmGrad(), (general / 4, symmetric), False)
    yield "trace.int", Case(T.nlinalg.trace, (INTS[:4].reshape(2, 2),), gradients=False)
    yield "matrix_dot.mixed", Case(T.nlinalg.matrix_dot, (GENERAL.astype("float32"), RIGHT), False)
    yield "solve.mixed", Case(T.slinalg.solve, (GENERAL.astype("float32"), RIGHT), False)
    yield "kron.int", Case(T.slinalg.kron, (INTS[:4].reshape(2, 2), INTS[:2, None]), False)
    real = np.array([[2.0, 1.0], [0.5, 3.0]])
    yield "eig", Case(lambda x: [T.sort(T.nlinalg.eig(x)[0])], (real,), gradients=False)
    yield "eig.float32", Case(lambda x: T.nlinalg.eig(x)[1].sum() * 0, (real.astype("f4"),), False)


def _put_together(left, values, right):
    return T.dot(left * values, right)


def _extra_ops():
    ops = T.extra_ops
    for dtype, end in (("float64", ""), ("float32", ".float32")):
        vector, matrix, cube = (x.astype(dtype) for x in (FLOATS, MATRIX, CUBE))
        with_gradients: dict[str, Any] = {
            "cumsum": (lambda x: [ops.cumsum(x, axis) for axis in (None, 0, 1, 2)], cube),
            "cumsum.last": (lambda x: [ops.cumsum(x, axis=-1), x.cumsum()], cube),
            "cumprod": (lambda x: [ops.cumprod(x, axis) for axis in (None, 0, 1)], cube + 0.5),
            "repeat": (
                lambda x: [
                    ops.repeat(x, 2),
                    ops.repeat(x, 3, 0),
                    ops.repeat(x, 2, -1),
                    x.repeat(2),
                ],
                matrix,
            ),
            "repeat.one": (lambda x: [ops.repeat(x, 1, 0), ops.repeat(x, [2], 1)], matrix),
            "repeat.symbolic": (lambda x, n: ops.repeat(x, n, 1), matrix, np.array(2)),
            "squeeze": (lambda x: [ops.squeeze(x), x.squeeze()], matrix[:1, :, None]),
            "squeeze.all": (ops.squeeze, matrix[:1, :1]),
            "compress": (
                lambda x: [
                    ops.compress(np.array([0, 1]), x, axis=0),
                    ops.compress(np.array([1, 0, 1]), x, axis=1),
                ],
                matrix,
            ),
            "compress.flat": (
                lambda x: ops.compress(np.array([1, 0, 0, 1]), x),
                matrix,
            ),
            "fill_diagonal": (ops.fill_diagonal, matrix, vector[0]),
            "fill_diagonal.tall": (ops.fill_diagonal, matrix.T, vector[0]),
            "fill_diagonal.long": (ops.fill_diagonal, np.ones((7, 3), dtype), vector[0]),
            "fill_diagonal.constant": (lambda x: ops.fill_diagonal(x, 7), matrix),
            "cpu_contiguous": (lambda x: ops.cpu_contiguous(x.T), matrix),
            "RepeatOp": (lambda x: ops.RepeatOp(axis=1)(x, 2), matrix),
            "CumOps": (lambda x: [ops.CumOp(0, "mul")(x), ops.CumOp(1)(x)], matrix),
        }
        for name, (function, *arrays) in with_gradients.items():
            yield name + end, Case(function, tuple(np.asarray(a) for a in arrays))
        yield (
            f"diff.axes{end}",
            Case(
                lambda x: [ops.diff(x), ops.DiffOp(n=2, axis=1)(x), ops.diff(x, 0)], (cube,), False
            ),
        )
        yield (
            f"searchsorted{end}",
            Case(
                lambda x, v: [ops.searchsorted(x, v, side) for side in ("left", "right")],
                (np.sort(vector), matrix),
                gradients=False,
            ),
        )
        yield (
            f"searchsorted.sorter{end}",
            Case(
                lambda x, v, s: [ops.searchsorted(x, v, sorter=s), x.searchsorted(v[0], "right")],
                (vector[::-1].copy(), matrix, np.argsort(vector[::-1])),
                gradients=False,
            ),
        )
        yield (
            f"searchsorted.number{end}",
            Case(lambda x: ops.searchsorted(x, 0.7), (np.sort(vector),), gradients=False),
        )
    # The gradient of Theano's differences is always a float64.
    yield "diff", Case(lambda x: [ops.diff(x), ops.diff(x, n=2), ops.diff(x, 3, 0)], (FLOATS,))
    yield "cumsum.int64", Case(lambda x: [ops.cumsum(x), ops.cumprod(x, axis=0)], (INTS,), False)
    for dtype in ("bool", "int8", "uint8", "int32", "uint64"):
        numbers = np.array([[0, 1, 1], [3, 0, 5]]).astype(dtype)
        if dtype != "bool":
            yield f"diff.{dtype}", Case(ops.diff, (numbers,), gradients=False)
        yield f"squeeze.{dtype}", Case(ops.squeeze, (numbers[:1],), gradients=False)
        if dtype != "uint64":
            yield f"repeat.{dtype}", Case(lambda x: ops.repeat(x, 2, axis=1), (numbers,), False)
            case = Case(lambda x: ops.compress(np.array([1, 0]), x, 0), (numbers,), gradients=False)
            yield f"compress.{dtype}", case
            if dtype not in ("bool", "uint8"):
                yield (
                    f"fill_diagonal.{dtype}",
                    Case(lambda x: ops.fill_diagonal(x, 1), (numbers,), False),
                )
    labels = np.array([2, 0, 1, 2])
    for dtype in ("int8", "uint8", "int32", "int64"):
        yield (
            f"to_one_hot.{dtype}",
            Case(
                lambda y: [
                    ops.to_one_hot(y, 3),
                    ops.to_one_hot(y, 4, dtype="float32"),
                    ops.to_one_hot(y, 3, dtype="int8"),
                ],
                (labels.astype(dtype),),
                gradients=False,
            ),
        )
    yield "bartlett", Case(lambda n: [ops.bartlett(m) for m in (0, 1, 2, 5)], (INTS,), False)
    yield "bartlett.symbolic", Case(ops.bartlett, (np.array(6),), gradients=False)
    dims = (2, 3, 4)
    flat, places = (
        np.array([[0, 23], [5, 13]]),
        [np.array([1, 0]), np.array([2, 1]), np.array([3, 0])],
    )
    yield (
        "unravel_index",
        Case(lambda i: [*ops.unravel_index(i, dims), *ops.unravel_index(i, (24,))], (flat,), False),
    )
    yield (
        "unravel_index.number",
        Case(
            lambda i, d: [*ops.unravel_index(i[0, 1], dims), *ops.unravel_index(7, d, ndim=3)],
            (flat, np.array(dims)),
            gradients=False,
        ),
    )
    yield (
        "ravel_multi_index",
        Case(
            lambda i, j, k: [
                ops.ravel_multi_index((i, j, k), dims),
                ops.ravel_multi_index((i, j, k), dims, order="F"),
                ops.ravel_multi_index([i[0], j[0], k[0]], dims),
            ],
            tuple(places),
            gradients=False,
        ),
    )
    yield (
        "ravel_multi_index.modes",
        Case(
            lambda i, j: [ops.ravel_multi_index((i, j), (2, 3), mode=m) for m in ("wrap", "clip")],
            (np.array([-1, 5]), np.array([4, -7])),
            gradients=False,
        ),
    )
    for dtype in ("float32", "float64"):
        for height, width in ((3, 4), (4, 3), (3, 3)):
            x = np.arange(1.0, 1 + height * width).reshape(height, width).astype(dtype)
            for offset in (-2, 0, 1, 3):
                yield (
                    f"fill_diagonal_offset.{height}.{width}.{offset}.{dtype}",
                    Case(
                        lambda x, y, o=offset: ops.fill_diagonal_offset(x, y, o),
                        (x, np.array(7.0, dtype)),
                    ),
                )
    yield (
        "fill_diagonal_offset.symbolic",
        Case(lambda x, o: ops.fill_diagonal_offset(x, 2.0, o), (MATRIX, np.array(1)), False),
    )


def _interpreted_extra_ops():
    """Operations whose results' sizes depend on values, or that JAX lacks."""
    ops = T.extra_ops
    numbers = np.array([1, 1, 3, 0])
    for dtype in ("int8", "uint8", "int32", "int64"):
        yield (
            f"bincount.{dtype}",
            Case(
                lambda x: [
                    ops.bincount(x),
                    ops.bincount(x, minlength=6),
                    ops.bincount(x, minlength=2, assert_nonneg=True),
                ],
                (numbers.astype(dtype),),
                gradients=False,
            ),
        )
    for dtype in ("float32", "float64", "int32"):
        yield (
            f"bincount.weights.{dtype}",
            Case(
                lambda x, w: ops.bincount(x, weights=w),
                (numbers, np.array([1, 2, 3, 4]).astype(dtype)),
                gradients=False,
            ),
        )
    yield (
        "bincount.weights.gradient",
        Case(lambda x, w: ops.bincount(x, w), (numbers, np.array([0.5, 2.0, -1.0, 3.0]))),
    )
    for dtype in ("float32", "float64", "int64"):
        x = np.array([[3, 1, 3], [3, 1, 3], [2, 2, 1]]).astype(dtype)
        yield f"unique.{dtype}", Case(lambda x: ops.Unique()(x), (x,), gradients=False)
        yield (
            f"unique.all.{dtype}",
            Case(lambda x: ops.Unique(True, True, True)(x[0]), (x,), gradients=False),
        )
        yield (
            f"unique.some.{dtype}",
            Case(
                lambda x: [
                    *ops.Unique(return_index=True)(x[0]),
                    *ops.Unique(return_inverse=True)(x[2]),
                    *ops.Unique(return_counts=True)(x),
                ],
                (x,),
                gradients=False,
            ),
        )
        yield (
            f"unique.axis.{dtype}",
            Case(lambda x: [ops.Unique(axis=0)(x), ops.Unique(axis=-1)(x)], (x,), gradients=False),
        )
    yield "qr.raw", Case(lambda x: [abs(p) for p in T.nlinalg.qr(x, "raw")], (GENERAL,), False)
    yield (
        "lstsq",
        Case(
            lambda x, y: [*T.nlinalg.lstsq()(x, y, -1), T.nlinalg.lstsq()(x[:2], y[:2], 1e-9)[0]],
            (TALL, TALL[:, :2] + 1),
            gradients=False,
        ),
    )
    yield "repeat.counts", Case(lambda x, n: ops.repeat(x, n, axis=1), (MATRIX, numbers[:3]), False)
    yield "repeat.flat.counts", Case(lambda x, n: ops.repeat(x, n), (FLOATS[:4], numbers), False)
    yield "compress.symbolic", Case(lambda c, x: ops.compress(c, x, 1), (numbers[1:], MATRIX))


def _gradients_of_softmax():
    """Theano's operations for gradients of softmax and cross-entropies."""
    nnet = T.nnet.nnet
    for dtype in ("float64", "float32"):
        rows, coming = GENERAL.astype(dtype), GENERAL.T.astype(dtype)
        softmax, classes = np.exp(rows) / np.exp(rows).sum(1, keepdims=True), np.array([2, 0, 1])
        cases = {
            "softmax_grad": (nnet.softmax_grad, coming, softmax),
            "one hot": (
                nnet.crossentropy_categorical_1hot_grad,
                coming[0],
                softmax,
                classes,
            ),
            "with bias": (nnet.crossentropy_softmax_1hot_with_bias_dx, coming[0], softmax, classes),
            "classes": (nnet.CrossentropySoftmax1HotWithBiasDx(), coming[0], softmax, classes),
            "SoftmaxWithBias": (nnet.SoftmaxWithBias(), rows, rows[0]),
            "prepended": (nnet.Prepend_scalar_constant_to_each_row(2.5), rows),
            "prepended.variable": (nnet.Prepend_scalar_to_each_row(), coming[0, 0], rows),
        }
        for name, (function, *arrays) in cases.items():
            yield f"{name}.{dtype}", Case(function, tuple(map(np.asarray, arrays)), False)


def _fourier():
    """Transforms, whose results aren't divided as in NumPy."""
    from theano.tensor import fft

    for dtype in ("float64", "float32"):
        signal = (np.arange(20.0).reshape(2, 10) * 7 % 11 - 5).astype(dtype)
        image = (np.arange(40.0).reshape(2, 5, 4) * 7 % 11 - 5).astype(dtype)
        for norm in (None, "ortho", "no_norm"):
            end = f"{norm}.{dtype}"
            yield f"rfft.{end}", Case(lambda x, n=norm: fft.rfft(x, n), (signal,))
            yield f"rfft.two.axes.{end}", Case(lambda x, n=norm: fft.rfft(x, norm=n), (image,))
            spectrum = (np.arange(24.0).reshape(2, 6, 2) * 5 % 13 - 6).astype(dtype)
            # The numbers at both ends of a real signal's spectrum are real.
            spectrum[:, 0, 1] = spectrum[:, -1, 1] = 0
            yield f"irfft.{end}", Case(lambda x, n=norm: fft.irfft(x, n), (spectrum,))
            odd = spectrum[:, :5]
            case = Case(lambda x, n=norm: fft.irfft(x, norm=n, is_odd=True), (odd,))
            yield f"irfft.odd.{end}", case
            both = Case(
                lambda x, n=norm: fft.irfft(fft.rfft(x, n), n) ** 2, ((image / 64).astype(dtype),)
            )
            yield f"both.two.axes.{end}", both
        convolved = Case(
            lambda x: fft.irfft(fft.rfft(x)[:, :, ::-1] ** 2, is_odd=True), (signal[:, :9],), False
        )
        yield f"convolved.{dtype}", convolved
    yield "rfft.odd", Case(fft.rfft, (np.arange(9.0).reshape(3, 3),))


def _xlogx():
    from theano.tensor.xlogx import xlogx, xlogy0

    for dtype in ("float64", "float32"):
        x, y = np.array([0.0, 0.5, 2.0], dtype), np.array([0.0, 1.5, 3.0], dtype)
        yield f"xlogx.{dtype}", Case(xlogx, (POSITIVE.astype(dtype),))
        yield f"xlogx.at.zero.{dtype}", Case(xlogx, (x,))
        yield f"xlogy0.{dtype}", Case(xlogy0, (x, y[::-1].copy()))
        yield f"xlogy0.at.zero.{dtype}", Case(xlogy0, (x, y), gradients=False)
    yield "entropy", Case(lambda x: -T.sum(xlogx(x / T.sum(x))), (POSITIVE,))


GROUPS = {
    function.__name__[1:]: dict(function())
    for function in (
        _elementwise,
        _binary,
        _power,
        _clipping,
        _reductions,
        _indexing,
        _shaping,
        _products,
        _gradients,
        _interpreted,
        _linear_algebra,
        _extra_ops,
        _interpreted_extra_ops,
        _gradients_of_softmax,
        _fourier,
        _xlogx,
    )
}


def variable_for(array: np.ndarray) -> theano.Variable:
    """Make a variable for an array, whose axes of size 1 broadcast."""
    return T.TensorType(str(array.dtype), [size == 1 for size in array.shape])()


def graph_of(case: Case) -> tuple[list, list]:
    """Build a case: its inputs, and its outputs followed by their gradients."""
    inputs = [variable_for(array) for array in case.arrays]
    outputs = case.build(*inputs)
    outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    if not case.gradients:
        return inputs, outputs
    cost = sum(T.sum(output * _weights(output)) for output in outputs)
    wanted = [v for v in inputs if v.dtype in T.float_dtypes]
    return inputs, outputs + theano.grad(cost, wanted)


def _weights(output):
    if output.ndim == 0:
        return np.float32(1.5)
    count = T.cast(T.prod(output.shape), "int64")
    return (T.arange(count) % 7 + 1).reshape(output.shape, ndim=output.ndim).astype("float32")


def compute(cases: dict[str, Case]) -> dict[str, np.ndarray]:
    """Compute several cases by one function: a dict of arrays by case and position."""
    graphs = {name: graph_of(case) for name, case in cases.items()}
    inputs = [variable for ins, _ in graphs.values() for variable in ins]
    arrays = [array for case in cases.values() for array in case.arrays]
    names = [f"{name}/{n}" for name, (_, outs) in graphs.items() for n in range(len(outs))]
    outputs = [output for _, outs in graphs.values() for output in outs]
    function = theano.function(inputs, outputs, on_unused_input="ignore")
    return {name: np.asarray(result) for name, result in zip(names, function(*arrays))}


def dtype_table() -> dict[str, Any]:
    """Tell the dtype that each operation gives for each pair of dtypes, or that it takes none."""
    integers = [f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)]
    dtypes = ["bool", *integers, "float16", "float32", "float64", "complex64", "complex128"]
    operations: dict[str, Any] = {
        "add": lambda x, y: x + y,
        "sub": lambda x, y: x - y,
        "mul": lambda x, y: x * y,
        "true_div": lambda x, y: x / y,
        "floor_div": lambda x, y: x // y,
        "mod": lambda x, y: x % y,
        "pow": lambda x, y: x**y,
        "maximum": T.maximum,
        "lt": T.lt,
        "and": lambda x, y: x & y,
        "dot": T.dot,
        "concatenate": lambda x, y: T.concatenate([x, y]),
        "switch": lambda x, y: T.switch(x[:1] > 0, x, y) if x.dtype[0] != "c" else x,
        "arctan2": T.arctan2,
        "clip": lambda x, y: T.clip(x, 0, 1) + y,
        "set": lambda x, y: T.set_subtensor(x[:], y),
    }
    table = {}
    for operation, function in operations.items():
        for left in dtypes:
            for right in dtypes:
                x, y = (T.TensorType(d, (False,))() for d in (left, right))
                try:
                    result = function(x, y).dtype
                except (TypeError, NotImplementedError):
                    result = "none"
                table[f"{operation}({left}, {right})"] = result
    return table
