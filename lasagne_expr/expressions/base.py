"""What all ready-made expressions have in common."""

import inspect
import math
import numbers
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import theano
import theano.tensor as T

from ..init import GlorotUniform, Initializer, Uniform
from ..parameters import MadeBy, tagged

__all__ = ["Expression", "Unary"]

# How far a value may be from a set, relative to its largest element, and count as one of it.
_TOLERANCE = {"float16": 1e-2, "float32": 1e-5, "float64": 1e-10}
# How far inside a set a value is taken to be that rounding has put on a limit which is only
# approached; below all tolerances.
ROUNDED = 1e-11
# How many arrays to try before giving up on what an expression inside may have made.
_TRIALS = 1000
# How many where there is something else to do, so that large layers aren't slow to start.
_FEW_TRIALS = 20


class _Default(GlorotUniform):
    """What expressions start from by default; vectors, which have no inputs, from `Uniform`."""

    def sample(self, shape):
        return super().sample(shape) if len(shape) > 1 else Uniform().sample(shape)


class Expression:
    """A spec that makes a parameter an expression whose value always lies in some set.

    Derive from it, or from `Unary`, and write :meth:`forward` and :meth:`backward`; where not
    every array can be had, :meth:`reason_against` and :meth:`nearest` too.

    Parameters
    ----------
    init : callable or array, default GlorotUniform(), or Uniform() for vectors
        What the parameter starts from: an initializer, whose sample is moved into the set.
    as_matrix : bool, default True
        Where the set is one of matrices: whether parameters of more dimensions are taken as such.

    Raises
    ------
    TypeError
        If `init` is neither, or is an expression where the set isn't made of single arrays.

    Attributes
    ----------
    names : tuple of str
        The names of the variables that the expression is made of.
    fixed : tuple of str
        The names of those among them that aren't learned.
    free : tuple of str
        The names of those that the value in deterministic passes doesn't depend on.
    on_matrices : bool
        Whether the set is one of matrices. Parameters of more dimensions, filters for example,
        are then taken as matrices with the first axis for rows and all others for columns, unless
        `as_matrix` is false.

    Examples
    --------
    >>> class Centred(Unary):
    ...     def forward(self, shape, raw):
    ...         return raw - raw.mean()
    ...     def backward(self, value):
    ...         return value
    ...     def nearest(self, value):
    ...         return value - value.mean()
    >>> bool(abs(Centred()((3, 2)).eval().mean()) < 1e-6)
    True
    """

    names: tuple = ()
    fixed: tuple = ()
    free: tuple = ()
    on_matrices = False
    takes_inner = False

    def __init__(self, init: Any = None, as_matrix: bool = True):
        self.as_matrix = as_matrix
        self.init = _Default() if init is None else init
        if isinstance(self.init, Expression) and not self.takes_inner:
            raise TypeError(
                f"{type(self).__name__} is made of the variables {', '.join(self.names)}, so that "
                f"there is no one array for {self.init!r} to make: give it an initializer"
            )
        if getattr(self.init, "stands_alone", False):
            raise TypeError(
                f"{type(self).__name__} makes new variables, and can't apply to {self.init!r}: "
                "compute it of the other parameter by its expression([...])"
            )
        if not callable(self.init):
            self.init = _checked_array(self.init, self)

    # What a derived class writes.

    def forward(self, shape: "tuple | None", *variables: theano.Variable) -> theano.Variable:
        """Compute the parameter from the variables; what a derived class has to write.

        Parameters
        ----------
        shape : tuple of int, or None
            The shape of the result, a matrix's where the set is one of matrices. None where the
            user called :meth:`expression` without.
        *variables : Theano variable
            As many as there are `names`.

        Returns
        -------
        Theano variable
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method forward")

    def forward_deterministic(
        self, shape: "tuple | None", *variables: theano.Variable
    ) -> theano.Variable:
        """Compute the parameter for deterministic passes; as :meth:`forward` does, by default."""
        return self.forward(shape, *variables)

    def backward(self, value: np.ndarray) -> Any:
        """Compute what the variables must be to give a value of the set; has to be written.

        Parameters
        ----------
        value : array of float64

        Returns
        -------
        array, or tuple of arrays
            One for each of `names`. What is on a limit that the expression only approaches is
            taken as just inside.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method backward")

    def backward_near(self, value: np.ndarray, raw: np.ndarray) -> np.ndarray:
        """Compute which array gives a value of the set and is near another; for those of `Unary`.

        Where many arrays give the same value, it finds one of them that an expression inside can
        make. By default there is only the one of :meth:`backward`.

        Parameters
        ----------
        value, raw : arrays of float64

        Returns
        -------
        array
        """
        values = self.backward(value)
        return values[0] if isinstance(values, tuple) else values

    def reason_against(self, value: np.ndarray, tolerance: float) -> "str | None":
        """Tell why a value isn't in the set, to within a tolerance; None if it is."""
        return None

    def nearest(self, value: np.ndarray) -> np.ndarray:
        """Compute an element of the set near a value; the value itself, by default."""
        return value

    def check_shape(self, shape: tuple) -> None:
        """Raise a ValueError if there is no such parameter of a shape (that of a matrix, if so)."""

    # What a user calls.

    def __call__(self, shape: tuple) -> theano.Variable:
        """Make the parameter: what layers call.

        Parameters
        ----------
        shape : tuple of int
            The shape of the parameter.

        Returns
        -------
        Theano variable
            An expression of new shared variables, that starts at the initializer's sample, or
            near it where that isn't in the set.
        """
        return self._made_of(self._sample(tuple(shape)), self._start_values)

    def start(self, value: np.ndarray) -> theano.Variable:
        """Make an expression of new shared variables that starts at a value, or near it.

        Parameters
        ----------
        value : array
            Where to start; of the parameter's shape.

        Returns
        -------
        Theano variable
        """
        # What is found depends on how exact the value is, and so on its dtype.
        return self._made_of(value, lambda array: self._found(value) or self._start_values(array))

    def _made_of(self, value, solve):
        value = _checked_array(value, self)
        if not np.isfinite(value).all():
            raise ValueError(f"{self!r} can't start from an array with NaN or infinite elements")
        dtype = theano.config.floatX
        values = solve(_as_float64(value))
        variables = [
            self._shared(name, _cast(array, dtype))
            for name, array in zip(self.variable_names, values)
        ]
        return self.expression(variables, value.shape)

    def expression(
        self, variables: Sequence[theano.Variable], shape: "tuple | None" = None
    ) -> theano.Variable:
        """Compute the parameter from variables of the user's own.

        Parameters
        ----------
        variables : list of Theano variables
            One for each of `variable_names`.
        shape : tuple of int, optional
            The shape of the result. Without it expressions on matrices make a matrix.

        Returns
        -------
        Theano variable
            It remembers in its ``tag.made_by`` how it was made. Where deterministic passes use
            something else, that is its ``tag.deterministic``.

        Raises
        ------
        ValueError
            If the number of variables is wrong, or the expression can't have that shape.
        """
        names = self.variable_names
        variables = [T.as_tensor_variable(v) for v in variables]
        if len(variables) != len(names):
            raise ValueError(f"{self!r} takes the variables {names}, got {len(variables)}")
        result = self._build(variables, shape, deterministic=False)
        if self.has_modes:
            result.tag.deterministic = self._build(variables, shape, deterministic=True)
        result.tag.made_by = MadeBy(self, tuple(variables))
        return result

    def inverse(self, value: Any) -> list[np.ndarray]:
        """Compute what the variables must be so that the expression has a value.

        Parameters
        ----------
        value : array
            The value, of the parameter's shape.

        Returns
        -------
        list of arrays
            One for each of `variable_names`.

        Raises
        ------
        ValueError
            If nothing gives this value, with the reason. With an expression inside, also if what
            that has to make can't be told from the value: what a mask hides, say.
        """
        return self._inverse(value, _TRIALS)

    def _inverse(self, value, trials):
        value = _checked_array(value, self)
        reason = self._reason(value, _tolerance(value))
        if reason:
            self._refuse(reason)
        raw, *rest = self._backward(_as_float64(value))
        dtype = value.dtype
        values = [raw, *rest]
        if isinstance(self.init, Expression):
            raw, found = self._made_inside(raw, _as_float64(value), _tolerance(value), trials)
            values = [*self._inner_inverse(_cast(raw, dtype), found), *rest]
        return [_cast(v, dtype) for v in values]

    def _found(self, value):
        """Find what gives a value with an expression inside, where that doesn't take long."""
        if not isinstance(self.init, Expression):
            return None
        try:
            return self._inverse(value, _FEW_TRIALS)
        except ValueError:
            return None

    def _inner_inverse(self, raw, found):
        try:
            values = self.init.inverse(raw)
            reason = None if found else "only arrays near 0 come near it"
        except ValueError as error:
            reason = str(error)
        if reason:
            raise ValueError(
                f"{self!r} can't tell how to have this value. Of the arrays that would give it, it "
                f"found none that {self.init!r} makes: {reason}"
            )
        return values

    def _made_inside(self, raw, value, tolerance, trials=_TRIALS):
        """Find an array that gives a value, and tell whether the expression inside can make it.

        From one that gives the value it moves to and fro between those and what can be made.
        """
        for _ in range(trials):
            # Much nearer than the tolerance: what is made of it may differ more than it does.
            if isinstance(self.init.init, Expression) or self._can_be_inside(raw, 1e-2 * tolerance):
                break
            near = self._backward_near(value, self.init.project(raw))
            if np.array_equal(near, raw):
                break
            raw = near
        return raw, self._can_be_inside(raw, tolerance)

    def _can_be_inside(self, raw, tolerance):
        # Relative to small arrays too, as a multiple of 0 would be in most sets.
        return self.init.contains(raw, tolerance * min(1.0, np.abs(raw).max(initial=0.0)))

    def contains(self, value: Any, tolerance: "float | None" = None) -> bool:
        """Tell whether a value is in the set.

        Parameters
        ----------
        value : array
            The value, of the parameter's shape.
        tolerance : float, optional
            How far from the set it may be, relative to its largest element if that is above 1. By
            default 1e-5 for float32, and 1e-10 for float64.

        Returns
        -------
        bool
            Limits that are only approached, as 0 by `Positive`, count as inside, since rounding
            reaches them. With an expression inside, what that made is searched for; false also if
            none is found, as where it was lost to rounding near such limits.
        """
        value = _checked_array(value, self)
        tolerance = _tolerance(value) if tolerance is None else tolerance
        try:
            self._matrix_shape(value.shape)
        except ValueError:
            return False
        if self._reason(value, tolerance):
            return False
        if not isinstance(self.init, Expression):
            return True
        value = _as_float64(value)
        return self._made_inside(self._backward(value)[0], value, tolerance)[1]

    def project(self, value: Any) -> np.ndarray:
        """Compute an element of the set that is near a value.

        Parameters
        ----------
        value : array
            Any array that has the parameter's shape.

        Returns
        -------
        array
            Of the same shape and dtype. A value of the set stays as it is; with an expression
            inside, if it doesn't take long to find what that made.

        Raises
        ------
        ValueError
            If it has elements that are NaN or infinite, or no such array has its shape.
        """
        value = _checked_array(value, self)
        if not np.isfinite(value).all():
            raise ValueError(f"{self!r} can't project an array with NaN or infinite elements")
        if not isinstance(self.init, Expression):
            return self._nearest(_as_float64(value)).astype(value.dtype)
        if self._found(value) is not None:
            return value.copy()
        values = self._start_values(_as_float64(value))
        built = self._build([T.constant(v) for v in values], value.shape, deterministic=True)
        return theano.function([], built)().astype(value.dtype)

    @property
    def variable_names(self) -> tuple:
        """The names of all variables, with those of an expression inside."""
        if isinstance(self.init, Expression):
            return (*self.init.variable_names, *self.names[1:])
        return tuple(self.names)

    @property
    def has_modes(self) -> bool:
        """Whether deterministic passes use another value than training ones."""
        own = type(self).forward_deterministic is not Expression.forward_deterministic
        return own or (isinstance(self.init, Expression) and self.init.has_modes)

    @property
    def signature(self) -> str:
        """What tells one map from variables to value from another: all but where it starts."""
        settings = []
        for name in inspect.signature(type(self)).parameters:
            value = _plain(vars(self).get(name))
            if isinstance(value, Expression):
                settings.append(value.signature)
            elif name != "init" and isinstance(value, (str, bool, int, float, tuple)):
                settings.append(f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(settings)})"

    def __repr__(self) -> str:
        settings = []
        for name, parameter in inspect.signature(type(self)).parameters.items():
            value, default = vars(self).get(name, parameter.default), parameter.default
            if default is parameter.empty:
                settings.append(_short(value))
            elif not isinstance(value, _Default) and repr(value) != repr(default):
                settings.append(f"{name}={_short(value)}")
        return f"{type(self).__name__}({', '.join(settings)})"

    def __getstate__(self):
        # A function can't be pickled, and isn't needed once it has made the first value.
        state = dict(self.__dict__)
        if not isinstance(self.init, (Initializer, Expression, np.ndarray)):
            state["init"] = None
        return state

    # How the two go together.

    def _sample(self, shape):
        self._matrix_shape(shape)
        if isinstance(self.init, Expression):
            return self.init._sample(shape)
        value = _checked_array(self.init(shape) if callable(self.init) else self.init, self)
        if value.shape != shape:
            raise ValueError(f"{self!r} starts from an array of shape {value.shape}, not {shape}")
        return value

    def _start_values(self, value):
        raw, *rest = self._backward(self._nearest(value))
        if not isinstance(self.init, Expression):
            return [raw, *rest]
        if rest:
            # What goes with the array that the inner expression can make.
            rest = self._backward(self._nearest(self.init.project(raw)))[1:]
        return [*self.init._start_values(raw), *rest]

    def _build(self, variables, shape, deterministic):
        own = list(variables)
        if isinstance(self.init, Expression):
            inner = len(own) - (len(self.names) - 1)
            own[:inner] = [self.init._build(own[:inner], shape, deterministic)]
        forward = self.forward_deterministic if deterministic else self.forward
        if shape is None:
            return self._of_any_shape(forward, own)
        matrix = forward(self._matrix_shape(shape), *self._as_matrices(own))
        result = matrix.reshape(shape) if matrix.ndim != len(shape) else matrix
        pattern = tuple(size == 1 for size in shape)
        return result if result.broadcastable == pattern else T.patternbroadcast(result, pattern)

    def _of_any_shape(self, forward, own):
        result = forward(None, *self._as_matrices(own))
        if result.ndim != own[0].ndim and self.takes_inner:
            result = result.reshape(own[0].shape, ndim=own[0].ndim)
        return result

    def _as_matrices(self, own):
        if self.takes_inner and self.on_matrices and own[0].ndim > 2:
            return [own[0].flatten(2), *own[1:]]
        return own

    def _matrix_shape(self, shape):
        if 0 in shape:
            self._refuse_shape(shape, "it has no elements")
        if self.on_matrices:
            if len(shape) < 2 or (len(shape) > 2 and not self.as_matrix):
                self._refuse_shape(shape, "it needs a matrix")
            shape = (shape[0], math.prod(shape[1:]))
        self.check_shape(shape)
        return shape

    def _nearest(self, value):
        matrix = value.reshape(self._matrix_shape(value.shape))
        return np.asarray(self.nearest(matrix)).reshape(value.shape)

    def _backward(self, value):
        values = self.backward(value.reshape(self._matrix_shape(value.shape)))
        values = list(values) if isinstance(values, tuple) else [values]
        if self.takes_inner:
            values[0] = values[0].reshape(value.shape)
        return values

    def _backward_near(self, value, raw):
        shape = self._matrix_shape(value.shape)
        return self.backward_near(value.reshape(shape), raw.reshape(shape)).reshape(value.shape)

    def _reason(self, value, tolerance):
        if not np.isfinite(value).all():
            return "it has elements that are NaN or infinite"
        value = _as_float64(value)
        matrix = value.reshape(self._matrix_shape(value.shape))
        return self.reason_against(matrix, tolerance * max(1.0, float(np.abs(value).max())))

    def _refuse(self, reason):
        raise ValueError(f"{self!r} can't give this value: {reason}")

    def _refuse_shape(self, shape, reason):
        raise ValueError(f"{self!r} can't have shape {tuple(shape)}: {reason}")

    def _shared(self, name, value):
        broadcastable = tuple(size == 1 for size in value.shape)
        variable = theano.shared(value, name=name, broadcastable=broadcastable)
        if name in self._fixed_names():
            tagged(variable, trainable=False, regularizable=False)
        return variable

    def _fixed_names(self):
        inner = self.init._fixed_names() if isinstance(self.init, Expression) else ()
        return (*inner, *self.fixed)

    def _free_names(self):
        inner = self.init._free_names() if isinstance(self.init, Expression) else ()
        return (*inner, *self.free)


class Unary(Expression):
    """An expression of one array of the parameter's own shape, and perhaps of states beside it.

    It takes another expression in place of an initializer, and applies to what that makes:
    ``Positive(LowRank(10))``.

    Parameters
    ----------
    init : callable, array or Expression, default GlorotUniform()
        What the parameter starts from, or what makes the array that this expression applies to.

    Examples
    --------
    >>> class Doubled(Unary):
    ...     def forward(self, shape, raw):
    ...         return 2 * raw
    ...     def backward(self, value):
    ...         return value / 2
    >>> Doubled().inverse([4.0, 6.0])[0].tolist()
    [2.0, 3.0]
    """

    names = ("raw",)
    takes_inner = True


class AlongAxes(Unary):
    """What treats the elements along some axes together; the base class of those."""

    def __init__(self, init: Any = None, axes: Any = "unit"):
        self.axes = axes
        # Numbers have to be among a parameter's axes, which aren't known before its shape.
        largest = max(map(abs, np.ravel(axes)), default=0) if _are_integers(np.ravel(axes)) else 0
        axes_of(axes, 5 if isinstance(axes, str) else 1 + largest)
        super().__init__(init)

    def check_shape(self, shape):
        axes_of(self.axes, len(shape))

    def _axes(self, array):
        return axes_of(self.axes, array.ndim)


def axes_of(axes: Any, ndim: int) -> tuple:
    """Resolve the axes that belong together: numbers, or a name.

    ``"unit"`` are those of one unit's weights: the first of a matrix (a dense layer's weights are
    inputs by units), all but the first of filters, and that of a vector.
    """
    named = {
        "unit": (0,) if ndim <= 2 else tuple(range(1, ndim)),
        "all": tuple(range(ndim)),
        "rows": (1,),
        "columns": (0,),
    }
    if isinstance(axes, str):
        if axes not in named:
            raise ValueError(f"axes should be numbers, or one of {', '.join(named)}; got {axes!r}")
        axes = named[axes]
    axes = (axes,) if isinstance(axes, (int, np.integer)) else axes
    if not _are_integers(axes):
        raise TypeError(f"axes should be integers, or one of {', '.join(named)}; got {axes!r}")
    axes = tuple(axes)
    if any(not -ndim <= axis < ndim for axis in axes):
        raise ValueError(f"axes {axes} are not all among those of {ndim} dimensions")
    return tuple(sorted({axis % ndim for axis in axes}))


def _are_integers(axes):
    return isinstance(axes, Iterable) and all(isinstance(x, (int, np.integer)) for x in axes)


def checked_number(value: Any, name: str, owner: Expression) -> float:
    """Check that a setting is one number, and make it a float."""
    if not isinstance(value, numbers.Real) and not (
        isinstance(value, np.ndarray) and not value.ndim and value.dtype.kind in "iuf"
    ):
        raise TypeError(f"{type(owner).__name__}: {name} should be a number, got {value!r}")
    return float(value)


def dim_shape(variable: theano.Variable, shape: "tuple | None") -> tuple:
    """Tell a shape that was given, or else that of a variable."""
    return tuple(variable.shape) if shape is None else shape


def above_zero(value: np.ndarray) -> np.ndarray:
    """Replace what rounding has made 0, or less, of positive numbers."""
    return np.where(value > 0, value, ROUNDED)


def check_square(owner: Expression, shape: tuple) -> None:
    """Check that a shape is that of a square matrix."""
    if shape[0] != shape[1]:
        owner._refuse_shape(shape, "it needs a square matrix")


def required(shape: "tuple | None", owner: Expression) -> tuple:
    """Give back a shape, or say that it must be given."""
    if shape is None:
        raise ValueError(f"{owner!r} can't tell its shape from its variables: give expression one")
    return shape


def _checked_array(value, owner):
    expected = f"{type(owner).__name__} expected an array of numbers"
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{expected}, got a masked one, in which elements lack a value")
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise TypeError(f"{expected}, got {value!r}") from error
    if array.dtype.kind not in "biuf" or isinstance(value, theano.Variable):
        raise TypeError(f"{expected}, got {value!r}")
    return array if array.dtype.kind == "f" else array.astype(theano.config.floatX)


def _tolerance(value):
    return _TOLERANCE.get(str(value.dtype), 1e-10)


def _as_float64(value):
    return np.asarray(value, dtype="float64")


def _cast(value, dtype):
    value = np.asarray(value)
    return np.ascontiguousarray(
        value, dtype=dtype if value.dtype.kind == "f" else value.dtype
    ).reshape(value.shape)


def _plain(value):
    """Write a setting in one way, whether it is NumPy's or Python's, a list or a tuple."""
    if isinstance(value, np.generic):
        return value.item()
    return tuple(_plain(part) for part in value) if isinstance(value, (list, tuple)) else value


def _short(value):
    if isinstance(value, np.ndarray) and value.size > 4:
        return f"<array of shape {value.shape}>"
    return repr(value)
