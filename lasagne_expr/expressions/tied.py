"""Another layer's parameter, transformed."""

from collections.abc import Callable

import numpy as np
import theano

from ..parameters import MadeBy
from .base import Expression

__all__ = ["Tied", "transpose"]


def transpose(variable: theano.Variable) -> theano.Variable:
    """Transpose a matrix; of filters, exchange the first two axes.

    Parameters
    ----------
    variable : Theano variable, or array

    Returns
    -------
    Theano variable, or array

    Examples
    --------
    >>> import numpy as np
    >>> transpose(np.ones((5, 2, 3, 3))).shape
    (2, 5, 3, 3)
    """
    axes = [1, 0, *range(2, variable.ndim)] if variable.ndim > 1 else [0]
    return variable.transpose(*axes)


class Tied(Expression):
    r"""A function of another parameter, with nothing of its own to learn.

    ``W=Tied(l2.W)`` is ``W=transpose(l2.W)``, which may be written just as well; it is here so that
    everything that is made of expressions can be given as one.

    Parameters
    ----------
    param : Theano variable
        The other parameter.
    transform : callable, default transpose
        The function, of a Theano variable.
    inverse : callable, default transpose
        What undoes it, for arrays. It has to be given with another `transform`, for
        :meth:`~lasagne_expr.expressions.base.Expression.inverse` only.

    Raises
    ------
    TypeError
        If `param` is no Theano variable, or `transform` can't be called.

    Examples
    --------
    >>> from lasagne_expr.expressions import Tied
    >>> from lasagne_expr.layers import DenseLayer, InputLayer, get_all_params
    >>> l2 = DenseLayer(InputLayer((None, 3)), 2, name="encode")
    >>> l3 = DenseLayer(l2, 3, W=Tied(l2.W), name="decode")
    >>> get_all_params(l3)
    [encode.W, encode.b, decode.b]
    """

    names = ("param",)
    stands_alone = True  # it makes no variables, as another expression would have it do

    def __init__(
        self,
        param: theano.Variable,
        transform: Callable = transpose,
        inverse: "Callable | None" = None,
    ):
        if not isinstance(param, theano.Variable):
            raise TypeError(f"Tied: param should be a Theano variable, got {param!r}")
        if not callable(transform):
            raise TypeError(f"Tied: transform should be a function, got {transform!r}")
        self.param = param
        self.transform = transform
        self.untransform = transpose if inverse is None and transform is transpose else inverse
        super().__init__()

    def __call__(self, shape: tuple) -> theano.Variable:
        return self._remembering(self.param)

    def start(self, value: np.ndarray) -> theano.Variable:
        """Make the expression, which starts at what the other parameter gives."""
        return self._remembering(self.param)

    def _remembering(self, param):
        result = self.transform(param)
        if self.untransform is not None and result.owner is not None and result is not param:
            result.tag.made_by = MadeBy(self, (param,))
        return result

    def forward(self, shape, param):
        return self.transform(param)

    def backward(self, value):
        if self.untransform is None:
            self._refuse("Tied was given no inverse of its transform")
        return np.asarray(self.untransform(value))

    def __repr__(self) -> str:
        function = getattr(self.transform, "__name__", self.transform)
        return f"Tied({self.param}, {function})"
