"""A cast to a wider dtype and, of the gradient, back."""

from collections.abc import Sequence

from pytensor.graph.basic import Variable
from pytensor.scalar.basic import Cast, cast, get_scalar_type
from pytensor.tensor.elemwise import Elemwise

__all__ = ["WideningCast", "widen"]


class WideningCast(Cast):
    """A cast whose gradient has the dtype of what is cast; a plain one's has the wider dtype."""

    def pullback(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], cotangents: Sequence
    ) -> list:
        ((x,), (cotangent,)) = inputs, cotangents
        return [cast(cotangent, x.type.dtype)]


def widen(x: Variable, dtype: str) -> Variable:
    """Cast a tensor of floats to a wider dtype, such that its gradient is of its own.

    Examples
    --------
    >>> import theano.tensor as T
    >>> x = T.fvector()
    >>> T.grad(widen(x, "float64").sum(), x).dtype
    'float32'
    """
    return Elemwise(WideningCast(get_scalar_type(dtype)))(x)
