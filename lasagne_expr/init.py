"""Initializers: callables that draw the first value of a parameter, given its shape.

Write ``W=GlorotUniform()`` for a layer's parameter, or call an initializer with a shape to get an
array: ``GlorotUniform()((784, 500))``. All draw from the generator of :mod:`lasagne_expr.random`.

The example below shows the spread of a layer's first weights.

>>> bool(abs(GlorotUniform()((784, 500))).max() <= (6 / (784 + 500)) ** 0.5)
True
"""

import math
import numbers
from collections.abc import Callable
from typing import Any

import numpy as np

from .random import get_rng
from .utils import floatX

__all__ = [
    "Constant",
    "Glorot",
    "GlorotNormal",
    "GlorotUniform",
    "He",
    "HeNormal",
    "HeUniform",
    "Initializer",
    "Normal",
    "Orthogonal",
    "Sparse",
    "Uniform",
]


class Initializer:
    """Base class of the initializers: derive from it and write :meth:`sample`.

    Examples
    --------
    >>> class Ramp(Initializer):
    ...     def sample(self, shape):
    ...         return floatX(np.arange(np.prod(shape)).reshape(shape))
    >>> Ramp()((2, 3)).tolist()
    [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    """

    def __call__(self, shape: "tuple[int, ...]") -> np.ndarray:
        """Check a shape, and draw an array of it.

        Parameters
        ----------
        shape : tuple of int
            The sizes; all positive.

        Returns
        -------
        array of dtype floatX

        Raises
        ------
        TypeError
            If `shape` isn't a tuple or list of integers.
        ValueError
            If a size isn't positive.
        RuntimeError
            If this initializer isn't made for that number of dimensions.
        """
        return self.sample(_checked_shape(shape, self))

    def sample(self, shape: "tuple[int, ...]") -> np.ndarray:
        """Draw an array; what a derived class has to write.

        Parameters
        ----------
        shape : tuple of int
            The sizes.

        Returns
        -------
        array of dtype floatX
        """
        raise NotImplementedError(f"{type(self).__name__} should have a method sample(shape)")

    def __repr__(self) -> str:
        settings = (
            f"{name}={getattr(value, '__name__', None) or repr(value)}"
            for name, value in vars(self).items()
        )
        return f"{type(self).__name__}({', '.join(settings)})"


def _checked_shape(shape, owner):
    owner = type(owner).__name__
    if not isinstance(shape, (tuple, list)):
        raise TypeError(f"{owner} takes the shape as a tuple, such as (784, 500), got {shape!r}")
    for size in shape:
        if not isinstance(size, numbers.Integral):
            raise TypeError(f"{owner} can't draw shape {tuple(shape)}: {size!r} is no integer")
        if size <= 0:
            raise ValueError(f"{owner} can't draw shape {tuple(shape)}: sizes must be positive")
    return tuple(int(size) for size in shape)


def _checked_number(value, name, owner, low=-math.inf):
    owner = type(owner).__name__
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if not isinstance(value, numbers.Real):
        raise TypeError(f"{owner}: {name} should be a number, got {value!r}")
    if not (math.isfinite(value) and value >= low):
        kind = "a finite number" if low == -math.inf else f"a finite number of at least {low}"
        raise ValueError(f"{owner}: {name} should be {kind}, got {value!r}")
    return value


def _checked_gain(gain, owner, low=-math.inf):
    if isinstance(gain, str):
        if gain != "relu":
            name = type(owner).__name__
            raise ValueError(f"{name}: gain should be a number or 'relu', got {gain!r}")
        return math.sqrt(2)
    return _checked_number(gain, "gain", owner, low)


def _require_dims(shape, owner, number, exactly=False):
    if len(shape) < number or (exactly and len(shape) > number):
        raise RuntimeError(
            f"{type(owner).__name__} needs {'' if exactly else 'at least '}{number} dimensions to "
            f"work on, got shape {shape}: use Normal, Uniform or Constant instead"
        )


class Normal(Initializer):
    """Draw from a normal distribution.

    Parameters
    ----------
    std : float, default 0.01
        The standard deviation.
    mean : float, default 0.0
        The mean.

    Raises
    ------
    TypeError, ValueError
        If `std` is negative, or a number is not finite.

    Examples
    --------
    >>> Normal(std=0.1)((3, 2)).shape
    (3, 2)
    """

    def __init__(self, std: float = 0.01, mean: float = 0.0):
        self.std = _checked_number(std, "std", self, low=0)
        self.mean = _checked_number(mean, "mean", self)

    def sample(self, shape: "tuple[int, ...]") -> np.ndarray:
        return floatX(get_rng().normal(self.mean, self.std, size=shape))


class Uniform(Initializer):
    """Draw from a uniform distribution.

    Parameters
    ----------
    range : float or (float, float), default 0.01
        The lowest and the highest value; a single number `r` stands for ``(-r, r)``.
    std : float, optional
        The standard deviation. When given, `range` is ignored, and values are drawn between
        ``mean - sqrt(3) * std`` and ``mean + sqrt(3) * std``.
    mean : float, default 0.0
        The mean, when `std` is given.

    Raises
    ------
    TypeError, ValueError
        If the range's low end is above its high end, `std` is negative, a number is not finite, or
        there is a `mean` without `std`.

    Examples
    --------
    >>> Uniform((2, 3)).range
    (2, 3)
    >>> low, high = Uniform(std=1).range
    >>> round(float(high), 3)
    1.732
    """

    def __init__(
        self,
        range: "float | tuple[float, float]" = 0.01,
        std: "float | None" = None,
        mean: float = 0.0,
    ):
        if std is not None:
            half = math.sqrt(3) * _checked_number(std, "std", self, low=0)
            mean = _checked_number(mean, "mean", self)
            range = (mean - half, mean + half)
        elif mean != 0:
            raise ValueError("Uniform: mean goes with std; without it write range=(low, high)")
        self.range = self._checked_range(range)

    def _checked_range(self, range):
        pair = tuple(range) if np.ndim(range) else (range,)
        pair = tuple(_checked_number(end, "range", self) for end in pair)
        if len(pair) == 1:
            pair = (-pair[0], pair[0])
        if len(pair) != 2:
            raise ValueError(f"Uniform: range should be a number or (low, high), got {range!r}")
        if pair[0] > pair[1]:
            raise ValueError(f"Uniform: range should go from low to high, got {range!r}")
        return pair

    def sample(self, shape: "tuple[int, ...]") -> np.ndarray:
        low, high = self.range
        return floatX(get_rng().uniform(low, high, size=shape))


class Glorot(Initializer):
    r"""Keep the size of signals and of gradients about equal from layer to layer.

    The standard deviation is
    :math:`\mathrm{gain} \sqrt{2 / ((n_1 + n_2) \cdot \mathrm{receptive\ field})}`, where
    :math:`n_1` and :math:`n_2` are the first two sizes of the shape, and the receptive field is
    the product of the others (1 for a dense layer).

    Parameters
    ----------
    initializer : callable
        What makes the initializer to draw from: :class:`Normal`, :class:`Uniform`, or anything
        that takes a standard deviation as ``std``.
    gain : float or 'relu', default 1.0
        A factor that makes up for the nonlinearity: 1 for linear and sigmoid units, ``'relu'``
        (:math:`\sqrt{2}`) for rectified ones, ``sqrt(2 / (1 + leakiness ** 2))`` for leaky ones.
    c01b : bool, default False
        Whether shapes are those of filters with the number of channels first and the number of
        filters last: ``(channels, rows, columns, filters)``.

    Raises
    ------
    TypeError, ValueError
        If `gain` is neither ``'relu'`` nor a finite number of at least 0.
    RuntimeError
        When called, if the shape has fewer than 2 dimensions, or with `c01b` not 4.

    References
    ----------
    Xavier Glorot and Yoshua Bengio: Understanding the difficulty of training deep feedforward
    neural networks. AISTATS 2010, equations 12 and 16.

    Examples
    --------
    >>> Glorot(Normal, gain="relu")((784, 500)).shape
    (784, 500)
    """

    def __init__(
        self,
        initializer: Callable[..., Initializer],
        gain: "float | str" = 1.0,
        c01b: bool = False,
    ):
        self.initializer = _checked_factory(initializer, self)
        self.gain = _checked_gain(gain, self, low=0)
        self.c01b = c01b

    def sample(self, shape: "tuple[int, ...]") -> np.ndarray:
        if self.c01b:
            _require_dims(shape, self, 4, exactly=True)
            n1, *field, n2 = shape
        else:
            _require_dims(shape, self, 2)
            n1, n2, *field = shape
        std = self.gain * math.sqrt(2 / ((n1 + n2) * math.prod(field)))
        return self.initializer(std=std).sample(shape)


def _checked_factory(initializer, owner):
    if isinstance(initializer, Initializer) or not callable(initializer):
        raise TypeError(
            f"{type(owner).__name__}: initializer should be a class that takes std, such as "
            f"Normal or Uniform, got {initializer!r}"
        )
    return initializer


class GlorotNormal(Glorot):
    """Glorot's initialization with normally distributed values; see :class:`Glorot`.

    Parameters
    ----------
    gain : float or 'relu', default 1.0
        A factor that makes up for the nonlinearity.
    c01b : bool, default False
        Whether shapes are ``(channels, rows, columns, filters)``.

    Examples
    --------
    >>> GlorotNormal()((16, 3, 5, 5)).shape
    (16, 3, 5, 5)
    """

    def __init__(self, gain: "float | str" = 1.0, c01b: bool = False):
        super().__init__(Normal, gain, c01b)


class GlorotUniform(Glorot):
    """Glorot's initialization with uniformly distributed values; see :class:`Glorot`.

    Parameters
    ----------
    gain : float or 'relu', default 1.0
        A factor that makes up for the nonlinearity.
    c01b : bool, default False
        Whether shapes are ``(channels, rows, columns, filters)``.

    Examples
    --------
    >>> GlorotUniform(gain="relu")((784, 500)).shape
    (784, 500)
    """

    def __init__(self, gain: "float | str" = 1.0, c01b: bool = False):
        super().__init__(Uniform, gain, c01b)


class He(Initializer):
    r"""Keep the size of signals equal from layer to layer, with rectified units in mind.

    The standard deviation is :math:`\mathrm{gain} \sqrt{1 / n}`, where :math:`n` is the number of
    inputs that each unit has: the first size of a matrix, or the product of all sizes but the
    first for filters.

    Parameters
    ----------
    initializer : callable
        What makes the initializer to draw from: :class:`Normal`, :class:`Uniform`, or anything
        that takes a standard deviation as ``std``.
    gain : float or 'relu', default 1.0
        A factor that makes up for the nonlinearity: ``'relu'`` (:math:`\sqrt{2}`) is the paper's
        for rectified units, ``sqrt(2 / (1 + leakiness ** 2))`` that for leaky ones.
    c01b : bool, default False
        Whether shapes are those of filters with the number of channels first and the number of
        filters last: ``(channels, rows, columns, filters)``.

    Raises
    ------
    TypeError, ValueError
        If `gain` is neither ``'relu'`` nor a finite number of at least 0.
    RuntimeError
        When called, if the shape has fewer than 2 dimensions, or with `c01b` not 4.

    References
    ----------
    Kaiming He, Xiangyu Zhang, Shaoqing Ren and Jian Sun: Delving deep into rectifiers: surpassing
    human-level performance on ImageNet classification. ICCV 2015, equations 10 and 15.

    Examples
    --------
    >>> He(Uniform, gain="relu")((784, 500)).shape
    (784, 500)
    """

    def __init__(
        self,
        initializer: Callable[..., Initializer],
        gain: "float | str" = 1.0,
        c01b: bool = False,
    ):
        self.initializer = _checked_factory(initializer, self)
        self.gain = _checked_gain(gain, self, low=0)
        self.c01b = c01b

    def sample(self, shape: "tuple[int, ...]") -> np.ndarray:
        if self.c01b:
            _require_dims(shape, self, 4, exactly=True)
            fan_in = math.prod(shape[:-1])
        else:
            _require_dims(shape, self, 2)
            fan_in = shape[0] if len(shape) == 2 else math.prod(shape[1:])
        return self.initializer(std=self.gain * math.sqrt(1 / fan_in)).sample(shape)


class HeNormal(He):
    """He's initialization with normally distributed values; see :class:`He`.

    Parameters
    ----------
    gain : float or 'relu', default 1.0
        A factor that makes up for the nonlinearity.
    c01b : bool, default False
        Whether shapes are ``(channels, rows, columns, filters)``.

    Examples
    --------
    >>> HeNormal(gain="relu")((784, 500)).shape
    (784, 500)
    """

    def __init__(self, gain: "float | str" = 1.0, c01b: bool = False):
        super().__init__(Normal, gain, c01b)


class HeUniform(He):
    """He's initialization with uniformly distributed values; see :class:`He`.

    Parameters
    ----------
    gain : float or 'relu', default 1.0
        A factor that makes up for the nonlinearity.
    c01b : bool, default False
        Whether shapes are ``(channels, rows, columns, filters)``.

    Examples
    --------
    >>> HeUniform()((16, 3, 5, 5)).shape
    (16, 3, 5, 5)
    """

    def __init__(self, gain: "float | str" = 1.0, c01b: bool = False):
        super().__init__(Uniform, gain, c01b)


class Constant(Initializer):
    """Fill with one number.

    Parameters
    ----------
    val : float, default 0.0
        The number; an array is fine where it broadcasts to the shape.

    Raises
    ------
    TypeError
        If `val` isn't numeric.
    ValueError
        If `val` is NaN.

    Examples
    --------
    >>> Constant(3)((2, 2)).tolist()
    [[3.0, 3.0], [3.0, 3.0]]
    """

    def __init__(self, val: Any = 0.0):
        if np.asarray(val).dtype.kind not in "biuf":
            raise TypeError(f"Constant: val should be a number, got {val!r}")
        if np.isnan(val).any():
            raise ValueError(f"Constant: val should be a number, got {val!r}")
        self.val = val

    def sample(self, shape: "tuple[int, ...]") -> np.ndarray:
        return np.full(shape, self.val, dtype=floatX(0).dtype)


class Sparse(Initializer):
    """Give each unit only some connections, with normally distributed weights; the others are 0.

    Parameters
    ----------
    sparsity : float, default 0.1
        The fraction of each column's weights that aren't zero, above 0 and at most 1: the larger,
        the denser. Their number is rounded, and is at least 1.
    std : float, default 0.01
        The standard deviation of the weights that aren't zero.

    Raises
    ------
    TypeError, ValueError
        If `sparsity` isn't within these bounds, or `std` isn't a finite number of at least 0.
    RuntimeError
        When called, if the shape isn't that of a matrix.

    References
    ----------
    James Martens: Deep learning via Hessian-free optimization. ICML 2010, section 5.

    Examples
    --------
    >>> weights = Sparse(sparsity=0.25)((8, 3))
    >>> (weights != 0).sum(axis=0).tolist()
    [2, 2, 2]
    """

    def __init__(self, sparsity: float = 0.1, std: float = 0.01):
        self.sparsity = _checked_number(sparsity, "sparsity", self)
        if not 0 < sparsity <= 1:
            raise ValueError(f"Sparse: sparsity should be above 0 and at most 1, got {sparsity!r}")
        self.std = _checked_number(std, "std", self, low=0)

    def sample(self, shape: "tuple[int, ...]") -> np.ndarray:
        _require_dims(shape, self, 2, exactly=True)
        rng = get_rng()
        num_inputs, num_units = shape
        connections = max(1, round(self.sparsity * num_inputs))
        weights = np.zeros(shape)
        for unit in range(num_units):
            inputs = rng.permutation(num_inputs)[:connections]
            weights[inputs, unit] = rng.normal(0.0, self.std, size=connections)
        return floatX(weights)


class Orthogonal(Initializer):
    r"""Draw an orthogonal matrix, all of them equally likely.

    The columns of a matrix with more rows than columns are orthonormal; of one with fewer, the
    rows are. For filters all dimensions but the first count as columns.

    Parameters
    ----------
    gain : float or 'relu', default 1.0
        What all singular values are: 1 for linear and sigmoid units, ``'relu'``
        (:math:`\sqrt{2}`) for rectified ones.

    Raises
    ------
    TypeError, ValueError
        If `gain` is neither ``'relu'`` nor a finite number.
    RuntimeError
        When called, if the shape has fewer than 2 dimensions.

    References
    ----------
    Andrew M. Saxe, James L. McClelland and Surya Ganguli: Exact solutions to the nonlinear
    dynamics of learning in deep linear neural networks. ICLR 2014.

    Francesco Mezzadri: How to generate random matrices from the classical compact groups. Notices
    of the AMS 54, 2007, section 5, for the signs that make all orthogonal matrices equally likely.

    Examples
    --------
    >>> weights = Orthogonal()((3, 2))
    >>> bool(np.allclose(np.dot(weights.T, weights), np.eye(2), atol=1e-6))
    True
    """

    def __init__(self, gain: "float | str" = 1.0):
        self.gain = _checked_gain(gain, self)

    def sample(self, shape: "tuple[int, ...]") -> np.ndarray:
        _require_dims(shape, self, 2)
        rows, columns = shape[0], math.prod(shape[1:])
        gaussian = get_rng().normal(0.0, 1.0, size=(rows, columns))
        q, r = np.linalg.qr(gaussian if rows >= columns else gaussian.T)
        q *= np.where(np.diag(r) < 0, -1.0, 1.0)
        return floatX(self.gain * (q if rows >= columns else q.T).reshape(shape))
